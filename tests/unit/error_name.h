/**
 * @file
 * Names of errors for tests, also for builds that show numbers instead.
 */
#ifndef ERROR_NAME_H
#define ERROR_NAME_H

#include <string.h>

#include "ardoq/err.h"

static inline const char *error_name(ardoq_err_t err)
{
    switch (err) {
    case ARDOQ_OK:
        return "OK";
    case ARDOQ_PENDING:
        return "PENDING";
#define ARDOQ_ERROR(name, class_name, hint)                                                        \
    case ARDOQ_ERR_##name:                                                                         \
        return #name;
#include "ardoq/errors.def"
    }
    return "UNKNOWN";
}

/** The text that the build shows for this error. */
static inline const char *shown_error(const char *name)
{
    int err = -ARDOQ_ERR_COUNT;
    while (err < 0 && strcmp(error_name((ardoq_err_t)err), name) != 0) {
        err++;
    }
    return err < 0 ? ardoq_err_name((ardoq_err_t)err) : name;
}

#endif
