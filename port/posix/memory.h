/* Files of what the program itself remembers, apart from the settings, which a person edits. */
#ifndef ARDOQ_POSIX_MEMORY_H
#define ARDOQ_POSIX_MEMORY_H

#include <stddef.h>

#include "ardoq/err.h"

/* Reads a file of the folder. It counts only if nobody else can have written it: it is no link, it
 * and its folder belong to this user, and only this user may write them.
 * @param[out] length  bytes read, `size` at most
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET; ARDOQ_ERR_STORE_PERMISSIONS; ARDOQ_ERR_STORE_UNAVAILABLE;
 *         ARDOQ_ERR_SETTING_TOO_LONG for one that is longer. */
ardoq_err_t ardoq_posix_memory_read(const char *name, void *data, size_t size, size_t *length);

/* Replaces the file at once or not at all, and makes the folder if there is none.
 * @param size  0 removes it
 * @return as above; ARDOQ_ERR_STORE_FULL. */
ardoq_err_t ardoq_posix_memory_write(const char *name, const void *data, size_t size);

#endif
