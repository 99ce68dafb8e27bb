/**
 * @file
 * What only the POSIX port offers, for a program that knows where it runs.
 */
#ifndef ARDOQ_PORT_POSIX_H
#define ARDOQ_PORT_POSIX_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/err.h"
#include "ardoq/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Chooses the file of the store; to be called before the store is used.
 * @param path  borrowed until the next call; null for the default: $XDG_CONFIG_HOME/ardoq/store if
 *              that variable holds an absolute path, else $HOME/.config/ardoq/store
 */
void ardoq_posix_set_store_path(const char *path);

/**
 * Path of the file of the store, whether or not the file exists.
 * @param[out] path  NUL-terminated; changed only on success
 * @param size       of @p path in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET: no path was chosen and neither variable holds an absolute
 *         one; ARDOQ_ERR_STORE_UNAVAILABLE: the path does not fit.
 */
ardoq_err_t ardoq_posix_store_path(char *path, size_t size);

/** What is wrong with the file of the store. */
typedef struct {
    unsigned line;    /**< number of the line, from 1; 0 when it is about no line */
    const char *what; /**< in words, without values of the file; null when nothing is wrong */
} ardoq_posix_store_fault_t;

/** What the last call of a function of the store in this thread found; ardoq_port_log() has been
 * given it, with the path. */
ardoq_posix_store_fault_t ardoq_posix_store_fault(void);

/**
 * Chooses the credential that holds the token: a file of the folder $CREDENTIALS_DIRECTORY, as
 * systemd makes it for a service with LoadCredential=. It goes before the store's token, and the
 * environment's goes before it.
 * @param name  borrowed until the next call; null, as at the start: none
 */
void ardoq_posix_set_credential(const char *name);

/** True if the variable is set and there is such a file. */
bool ardoq_posix_has_credential(void);

/**
 * Path of the folder of what a program remembers, whether or not it exists: $STATE_DIRECTORY, else
 * ardoq in $XDG_STATE_HOME, else in $HOME/.local/state.
 * @param[out] path  NUL-terminated; of use on success only
 * @param size       of @p path in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET: no variable holds an absolute path;
 *         ARDOQ_ERR_STORE_UNAVAILABLE: the path does not fit.
 */
ardoq_err_t ardoq_posix_state_path(char *path, size_t size);

/**
 * Chooses another folder to look at, such as that of a service with a user of its own: it counts
 * whoever owns it, and nothing is written to it.
 * @param path  borrowed until the next call; null, as at the start: none
 */
void ardoq_posix_look_at_state(const char *path);

/**
 * Opens a file of the program's own in that folder.
 * @param name       of the file; the port itself has ARDOQ_PORT_STATE_KEY
 * @param make       makes folder and file where they are missing, and opens it for writing too
 * @param[out] file  to be closed; -1 on failure
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET: there is none; ARDOQ_ERR_STORE_PERMISSIONS: another user
 *         owns the folder, or may write to it; ARDOQ_ERR_STORE_FULL; ARDOQ_ERR_STORE_UNAVAILABLE.
 */
ardoq_err_t ardoq_posix_state_open(const char *name, bool make, int *file);

/**
 * Chooses the least important messages that ardoq_port_log() still writes to standard error. It
 * starts as ARDOQ_LOG_ERROR; 0 silences it. Messages above CONFIG_ARDOQ_LOG_LEVEL never get here.
 */
void ardoq_posix_set_log_level(ardoq_log_level_t level);

/** True when standard error is a terminal and NO_COLOR is unset or empty (no-color.org). */
bool ardoq_posix_has_colour(void);

#ifdef __cplusplus
}
#endif

#endif
