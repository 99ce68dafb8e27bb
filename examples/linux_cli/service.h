/* What `ardoq run` leaves for `ardoq status`, another process: a file in the state folder, locked
 * while it runs. */
#ifndef ARDOQ_SERVICE_H
#define ARDOQ_SERVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "ardoq/err.h"

/* Where a token comes from; a later source overrides an earlier one. */
typedef enum {
    TOKEN_NOWHERE,
    TOKEN_BUILD,
    TOKEN_FILE,
    TOKEN_CREDENTIAL,
    TOKEN_ENVIRONMENT,
} token_source_t;

typedef struct {
    long process;
    uint32_t heartbeat;
    int last_err; /* of the last attempt */
    token_source_t token;
    char settings[PATH_MAX]; /* the settings file; "" if there is no place for one */
} service_t;

/* Becomes the only service of this folder.
 * @return ARDOQ_OK; ARDOQ_PENDING if another process has it; as ardoq_posix_state_open(). */
ardoq_err_t service_begin(void);

/* Writes the current state, after service_begin(). */
void service_note(const service_t *service);

/* @return ARDOQ_OK if it is running; ARDOQ_PENDING if it was; as ardoq_posix_state_open() */
ardoq_err_t service_look(service_t *service);

/* Where this process gets the settings and the token from. */
void service_sources(service_t *service);

/* For people. */
const char *token_source_text(token_source_t token);

#endif
