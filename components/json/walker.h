/* Walks through JSON text, for the files of this folder; ardoq_json_validator_t has the state. The
 * order of the states matters: they are compared. */
#ifndef ARDOQ_JSON_WALKER_H
#define ARDOQ_JSON_WALKER_H

#include "ardoq/json_validate.h"

typedef enum {
    FAILED,
    FAILED_UTF8, /* these two only last until the walk returns their error */
    FAILED_TOO_DEEP,
    BEFORE_VALUE,
    BEFORE_KEY,
    BEFORE_COLON,
    BEFORE_FIRST_KEY,
    BEFORE_FIRST_ELEMENT,
    AFTER_VALUE,
    IN_STRING,
    IN_UTF8,
    IN_ESCAPE,
    IN_HEX,
    IN_LITERAL,
    NUMBER_MINUS,
    NUMBER_POINT,
    NUMBER_EXPONENT,
    NUMBER_EXPONENT_SIGN,
    NUMBER_ZERO,
    NUMBER_INTEGER,
    NUMBER_FRACTION,
    NUMBER_EXPONENT_DIGITS,
} walker_state_t;

/* Where a walk stops: after the first byte of what begins, after the last byte of what ends, and
 * before the byte that follows a number. A scalar is any value other than an array or object. */
typedef enum {
    NO_MOMENT,
    KEY_BEGINS,
    KEY_ENDS,
    SCALAR_BEGINS,
    SCALAR_ENDS,
    CONTAINER_BEGINS,
    CONTAINER_ENDS,
} walker_moment_t;

/* Begins a text; only moments inside fewer than @p levels arrays and objects count. */
void ardoq_json_walk_init(ardoq_json_validator_t *walker, uint8_t levels);

/* Walks from @p at to the next moment, which is then in walker->moment, or to @p end. Returns
 * ARDOQ_OK, or the error of the byte that it stopped at. */
ardoq_err_t ardoq_json_walk(ardoq_json_validator_t *walker, const char **at, const char *end);

/* The end of the plain bytes of a string: ASCII without quote, backslash and control characters. */
const char *ardoq_json_plain_end(const char *at, const char *end);

/* The same with whole UTF-8 characters. It ends at or before any invalid UTF-8. */
const char *ardoq_json_clean_end(const char *at, const char *end);

/* Appends a part of a text to @p memory, of which @p length bytes are in use, and returns the new
 * length. A length above the size means that the text does not fit. */
size_t ardoq_json_keep(char *memory, size_t size, size_t length, const char *from, const char *to);

#endif
