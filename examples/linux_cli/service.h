/* What `ardoq run` leaves for `ardoq status`, another process, in the folder of what it remembers:
 * a file that it keeps locked while it runs. */
#ifndef ARDOQ_SERVICE_H
#define ARDOQ_SERVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "ardoq/err.h"

/* Where a token comes from, the last one first. */
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
    char settings[PATH_MAX]; /* the file of the settings; "" if there is no place for one */
} service_t;

/* Takes the place of the one service that this folder has.
 * @return ARDOQ_OK; ARDOQ_PENDING if another process has it; as ardoq_posix_state_open(). */
ardoq_err_t service_begin(void);

/* Writes down what holds now, after service_begin(). */
void service_note(const service_t *service);

/* @return ARDOQ_OK if it runs; ARDOQ_PENDING if it did; as ardoq_posix_state_open() */
ardoq_err_t service_look(service_t *service);

/* Where this process takes the settings and the token from. */
void service_sources(service_t *service);

/* For people. */
const char *token_source_text(token_source_t token);

#endif
