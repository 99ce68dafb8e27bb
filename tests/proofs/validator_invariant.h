/* The states that a JSON validator can be in. */
#ifndef ARDOQ_VALIDATOR_INVARIANT_H
#define ARDOQ_VALIDATOR_INVARIANT_H

#include "../../components/json/validator_state.h"

static inline bool validator_invariant(const ardoq_json_validator_t *validator)
{
    const uint8_t state = validator->state;
    const bool in_literal =
        /* A place in "true", "false" or "null", behind its first letter. */
        (validator->position >= 1 && validator->position <= 3) ||
        (validator->position >= 6 && validator->position <= 9) ||
        (validator->position >= 12 && validator->position <= 14);
    const bool in_string = state == IN_STRING || state == IN_ESCAPE || state == IN_HEX;
    const bool opens_object =
        state == BEFORE_KEY || state == BEFORE_FIRST_KEY || state == BEFORE_COLON;

    return state <= NUMBER_EXPONENT_DIGITS && validator->depth <= ARDOQ_JSON_DEPTH_MAX &&
           (state != IN_LITERAL || in_literal) && (state != IN_HEX || validator->position < 4) &&
           validator->utf8_left <= 3 &&
           (validator->utf8_left == 0 || state == IN_STRING || state == FAILED) &&
           (!opens_object || validator->depth > 0) &&
           (state != BEFORE_FIRST_ELEMENT || validator->depth > 0) &&
           (!validator->key || (validator->depth > 0 && in_string) || state == FAILED);
}

#endif
