/**
 * @file
 * Validates JSON text in pieces of any size, exactly as RFC 8259 has it: one value, UTF-8, no byte
 * order mark, at most 32 levels deep. No recursion, no memory but the caller's struct.
 *
 * The same walk through the text finds where members and elements begin and end for
 * ardoq/json_stream.h and ardoq/json_scan.h.
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

/** State of a text. All of it is private. */
typedef struct {
    /** @cond private */
    uint8_t state;
    uint8_t depth;
    uint8_t left;     /**< bytes of UTF-8 or hex digits still to come; in a literal, the place */
    uint8_t utf8_low; /**< range of the next continuation byte */
    uint8_t utf8_high;
    uint8_t levels;   /**< moments inside fewer arrays and objects stop the walk */
    uint8_t moment;   /**< what stopped it */
    bool key;         /**< the string under way is a member's name */
    uint32_t objects; /**< one bit a level, the innermost lowest: an object, else an array */
    /** @endcond */
} ardoq_json_validator_t;

/** Begins a text. */
void ardoq_json_validator_init(ardoq_json_validator_t *validator);

/**
 * Takes the next @p size bytes.
 * @return ARDOQ_OK: the text may go on (also after a complete value, where only white space may
 *         follow); ARDOQ_ERR_JSON_INVALID, ARDOQ_ERR_JSON_UTF8 or ARDOQ_ERR_JSON_TOO_DEEP.
 *         After an error every further byte gives ARDOQ_ERR_JSON_INVALID.
 */
ardoq_err_t ardoq_json_validator_feed(ardoq_json_validator_t *validator, const char *data,
                                      size_t size);

/** The text ended: ARDOQ_OK if it is one complete value, else ARDOQ_ERR_JSON_INVALID. */
ardoq_err_t ardoq_json_validator_end(const ardoq_json_validator_t *validator);

/** Validates a whole text of @p size bytes. Errors as above. */
ardoq_err_t ardoq_json_validate(const char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
