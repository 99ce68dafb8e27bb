/**
 * @file
 * Values as people, files and platforms give them: one set of rules for each way in.
 *
 * What stands around a value is not part of it: blanks, line breaks, no-break spaces and byte order
 * marks at its ends. A value with nothing else is empty. Inside it is UTF-8 without control
 * characters, and it is given alone: without quotes around it, and without a name before it.
 */
#ifndef ARDOQ_VALUE_H
#define ARDOQ_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a custom field of Ardoq takes. Values are texts all the same. */
typedef enum {
    ARDOQ_TYPE_TEXT,    /**< as it is: Text, TextArea */
    ARDOQ_TYPE_NUMBER,  /**< as in JSON; with KB, MB or GB after it, which count in 1024: bytes */
    ARDOQ_TYPE_BOOLEAN, /**< true, yes, enabled, on or 1; false, no, disabled, off or 0: Checkbox */
    ARDOQ_TYPE_TIME,    /**< ISO 8601, as 2026-11-29 or 2026-11-29T12:00:00Z: DateTime, Date */
    ARDOQ_TYPE_LIST,    /**< texts with commas between them: SelectMultipleList */
} ardoq_value_type_t;

/**
 * Reads one character of UTF-8 (RFC 3629).
 * @param text       at least one byte
 * @param size       bytes that may be read; more than there are if a NUL ends them
 * @param[out] code  its number, set on success
 * @return its bytes; 0 if it is none
 */
size_t ardoq_utf8_next(const char *text, size_t size, uint32_t *code);

/**
 * Leaves out what stands around a value.
 * @param value      NUL-terminated
 * @param[out] size  bytes of what remains
 * @return where it begins, inside @p value
 */
const char *ardoq_value_trim(const char *value, size_t *size);

/**
 * Judges a value that was trimmed; an empty one is fine.
 * @param value  the value
 * @param size   of it in bytes
 * @param name   what may not stand before it, with an equals sign
 * @return ARDOQ_OK; ARDOQ_ERR_TEXT_INVALID when it is not UTF-8 or has a control character;
 *         ARDOQ_ERR_VALUE_WRAPPED when it is in quotes, or begins with @p name or a variable
 *         `ARDOQ_...` and an equals sign.
 */
ardoq_err_t ardoq_value_check(const char *value, size_t size, const char *name);

#ifdef __cplusplus
}
#endif

#endif
