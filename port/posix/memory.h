/* State files of the program, separate from the settings, which people edit. */
#ifndef ARDOQ_POSIX_MEMORY_H
#define ARDOQ_POSIX_MEMORY_H

#include <stddef.h>

#include "ardoq/err.h"

/* Reads a file of the folder. It is only accepted if nobody else can have written it: it is not a
 * link, it and its folder belong to this user, and only this user can write them.
 * @param[out] length  bytes read, `size` at most
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET; ARDOQ_ERR_STORE_PERMISSIONS; ARDOQ_ERR_STORE_UNAVAILABLE;
 *         ARDOQ_ERR_SETTING_TOO_LONG for one that is longer. */
ardoq_err_t ardoq_posix_memory_read(const char *name, void *data, size_t size, size_t *length);

/* Replaces the file atomically, and creates the folder if there is none.
 * @param size  0 removes it
 * @return as above; ARDOQ_ERR_STORE_FULL. */
ardoq_err_t ardoq_posix_memory_write(const char *name, const void *data, size_t size);

#endif
