/* Where a text stands: the values of ardoq_json_validator_t.state, for the files of this folder.
 * The order counts: see the functions below. */
#ifndef ARDOQ_JSON_VALIDATOR_STATE_H
#define ARDOQ_JSON_VALIDATOR_STATE_H

#include <stdbool.h>

#include "ardoq/json_validate.h"

typedef enum {
    FAILED,
    BEFORE_VALUE,
    BEFORE_FIRST_ELEMENT,
    BEFORE_KEY,
    BEFORE_FIRST_KEY,
    BEFORE_COLON,
    AFTER_VALUE,
    IN_STRING,
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
} validator_state_t;

/* Inside a key or a value that is no array and no object. */
static inline bool in_scalar(const ardoq_json_validator_t *validator)
{
    return validator->state >= IN_STRING;
}

static inline bool in_number(const ardoq_json_validator_t *validator)
{
    return validator->state >= NUMBER_MINUS;
}

/* A number that is complete if no more of it comes. */
static inline bool in_whole_number(const ardoq_json_validator_t *validator)
{
    return validator->state >= NUMBER_ZERO;
}

#endif
