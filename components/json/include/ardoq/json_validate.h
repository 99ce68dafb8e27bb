/**
 * @file
 * Validates JSON text in pieces of any size, strictly by RFC 8259: one value, UTF-8, no byte order
 * mark, at most 32 levels deep. No recursion, no memory other than the caller's struct.
 *
 * The same parser finds the start and end of members and elements for ardoq/json_stream.h and
 * ardoq/json_scan.h.
 */
#ifndef ARDOQ_JSON_VALIDATE_H
#define ARDOQ_JSON_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Deepest nesting of arrays and objects. */
#define ARDOQ_JSON_DEPTH_MAX 32

/** State of a validation. Private. */
typedef struct {
    /** @cond private */
    uint8_t state;
    uint8_t depth;
    uint8_t left;     /**< bytes of UTF-8 or hex digits still to come; in a literal, the position */
    uint8_t utf8_low; /**< range of the next continuation byte */
    uint8_t utf8_high;
    uint8_t levels;   /**< stop at moments inside fewer arrays and objects than this */
    uint8_t moment;   /**< the moment it stopped at */
    bool key;         /**< the current string is a key */
    uint32_t objects; /**< one bit per level, the innermost lowest: object or array */
    /** @endcond */
} ardoq_json_validator_t;

/** Begins a text. */
void ardoq_json_validator_init(ardoq_json_validator_t *validator);

/**
 * Takes the next @p size bytes.
 * @return ARDOQ_OK: the text may continue (after a complete value with white space only);
 *         ARDOQ_ERR_JSON_INVALID, ARDOQ_ERR_JSON_UTF8 or ARDOQ_ERR_JSON_TOO_DEEP. After an error
 *         every further byte is ARDOQ_ERR_JSON_INVALID.
 */
ardoq_err_t ardoq_json_validator_feed(ardoq_json_validator_t *validator, const char *data,
                                      size_t size);

/** Ends the text: ARDOQ_OK if it is one complete value, otherwise ARDOQ_ERR_JSON_INVALID. */
ardoq_err_t ardoq_json_validator_end(const ardoq_json_validator_t *validator);

/** Validates a whole text of @p size bytes. Errors as above. */
ardoq_err_t ardoq_json_validate(const char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
