/**
 * @file
 * Additional functions of the POSIX port.
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
 * Sets the file of the store; call it before the store is used.
 * @param path  borrowed until the next call; null for the default: $XDG_CONFIG_HOME/ardoq/store if
 *              that variable has an absolute path, otherwise $HOME/.config/ardoq/store
 */
void ardoq_posix_set_store_path(const char *path);

/**
 * Path of the file of the store, which may not exist.
 * @param[out] path  NUL-terminated; changed only on success
 * @param size       of @p path in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET: no path was set and neither variable has an absolute one;
 *         ARDOQ_ERR_STORE_UNAVAILABLE: the path does not fit.
 */
ardoq_err_t ardoq_posix_store_path(char *path, size_t size);

/** A problem of the store's file. */
typedef struct {
    unsigned line;    /**< number of the line, from 1; 0 if it is not about a line */
    const char *what; /**< description without values from the file; null if there is no problem */
} ardoq_posix_store_fault_t;

/**
 * The problem found by the last store function called in this thread; it was also passed to
 * ardoq_port_log(), with the path.
 */
ardoq_posix_store_fault_t ardoq_posix_store_fault(void);

/** A change of one value of the store. */
typedef struct {
    const char *key;   /**< as ardoq_port_store_set() takes it */
    const char *value; /**< null removes it */
} ardoq_posix_store_change_t;

/**
 * Makes several changes of the store in one write: after a failure or a crash there are all of them
 * or none. Otherwise as ardoq_port_store_set().
 * @param changes  in order
 * @param count    of them; with 0 nothing is done
 * @return as ardoq_port_store_set()
 */
ardoq_err_t ardoq_posix_store_change(const ardoq_posix_store_change_t *changes, size_t count);

/**
 * Sets the credential with the token: a file in the folder $CREDENTIALS_DIRECTORY, which systemd
 * creates for a service with LoadCredential=. It overrides the store's token, and the environment
 * overrides it.
 * @param name  borrowed until the next call; null, the default: none
 */
void ardoq_posix_set_credential(const char *name);

/** True if the variable is set and the file exists. */
bool ardoq_posix_has_credential(void);

/**
 * Path of the folder for a program's state, which may not exist: $STATE_DIRECTORY, otherwise ardoq
 * in $XDG_STATE_HOME, otherwise in $HOME/.local/state.
 * @param[out] path  NUL-terminated; only valid on success
 * @param size       of @p path in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET: no variable has an absolute path;
 *         ARDOQ_ERR_STORE_UNAVAILABLE: the path does not fit.
 */
ardoq_err_t ardoq_posix_state_path(char *path, size_t size);

/**
 * Sets another folder to read from, such as that of a service with its own user: its owner does not
 * matter, and nothing is written to it.
 * @param path  borrowed until the next call; null, the default: none
 */
void ardoq_posix_look_at_state(const char *path);

/**
 * Opens a file of the program in the state folder.
 * @param name       of the file; the port itself uses ARDOQ_PORT_STATE_KEY
 * @param make       creates folder and file if missing, and also opens it for writing
 * @param[out] file  to be closed; -1 on failure
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET: there is none; ARDOQ_ERR_STORE_PERMISSIONS: another user
 *         owns the folder, or can write to it; ARDOQ_ERR_STORE_FULL; ARDOQ_ERR_STORE_UNAVAILABLE.
 */
ardoq_err_t ardoq_posix_state_open(const char *name, bool make, int *file);

/**
 * Sets the log level of ardoq_port_log(), which writes to standard error. The default is
 * ARDOQ_LOG_ERROR; 0 turns it off. Messages above CONFIG_ARDOQ_LOG_LEVEL are not compiled in.
 */
void ardoq_posix_set_log_level(ardoq_log_level_t level);

/** True if standard error is a terminal and NO_COLOR is unset or empty (no-color.org). */
bool ardoq_posix_has_colour(void);

#ifdef __cplusplus
}
#endif

#endif
