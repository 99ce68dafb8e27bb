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
