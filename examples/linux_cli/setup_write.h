/* The end of `setup`: writing the settings. */
#ifndef SETUP_WRITE_H
#define SETUP_WRITE_H

#include <stdbool.h>

#include "ardoq/err.h"

/* Shows what will be written, and where. */
void setup_show(bool is_new_token, const char *type_name, const char *workspace_name);

/* Writes the settings that the store does not have yet, all at once. The token is written only if
 * it is new: a stored one stays. A failure is explained, and nothing is changed. */
ardoq_err_t setup_write(bool is_new_token);

#endif
