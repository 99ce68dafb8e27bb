/**
 * @file
 * Values from people, files and platforms: one set of rules for all of them.
 *
 * Blanks, line breaks, no-break spaces and byte order marks around a value are not part of it. A
 * value that has nothing else is empty. A value is UTF-8 without control characters, without quotes
 * around it and without a name before it.
 */
#ifndef ARDOQ_VALUE_H
#define ARDOQ_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Type of a custom field in Ardoq. The values themselves are texts. */
typedef enum {
    ARDOQ_TYPE_TEXT,    /**< unchanged: Text, TextArea */
    ARDOQ_TYPE_NUMBER,  /**< as in JSON; may be followed by KB, MB or GB (powers of 1024) */
    ARDOQ_TYPE_BOOLEAN, /**< true, yes, enabled, on or 1; false, no, disabled, off or 0: Checkbox */
    ARDOQ_TYPE_TIME,    /**< ISO 8601, such as 2026-11-29 or 2026-11-29T12:00:00Z: DateTime, Date */
    ARDOQ_TYPE_LIST,    /**< texts separated by commas: SelectMultipleList */
} ardoq_value_type_t;

/**
 * Reads one character of UTF-8 (RFC 3629).
 * @param text       at least one byte
 * @param size       bytes that may be read; may be more than there are if a NUL ends them
 * @param[out] code  its code point, set on success
 * @return its length in bytes; 0 if it is invalid
 */
size_t ardoq_utf8_next(const char *text, size_t size, uint32_t *code);

/**
 * Removes blanks and the like around a value.
 * @param value      NUL-terminated
 * @param[out] size  bytes that remain
 * @return where it begins, inside @p value
 */
const char *ardoq_value_trim(const char *value, size_t *size);

/**
 * Checks a trimmed value; an empty one is fine.
 * @param value  the value
 * @param size   in bytes
 * @param name   name that must not come before it with an equals sign
 * @return ARDOQ_OK; ARDOQ_ERR_TEXT_INVALID if it is not UTF-8 or has a control character;
 *         ARDOQ_ERR_VALUE_WRAPPED if it is in quotes, or begins with @p name or a variable
 *         `ARDOQ_...` and an equals sign.
 */
ardoq_err_t ardoq_value_check(const char *value, size_t size, const char *name);

#ifdef __cplusplus
}
#endif

#endif
