/* The states that a walk through JSON can be in. */
#ifndef ARDOQ_WALKER_INVARIANT_H
#define ARDOQ_WALKER_INVARIANT_H

#include "../../components/json/walker.h"

static inline bool walker_invariant(const ardoq_json_validator_t *walker)
{
    const uint8_t state = walker->state;
    const bool in_literal =
        /* A place in "true", "false" or "null", after its first letter. */
        (walker->left >= 1 && walker->left <= 3) || (walker->left >= 6 && walker->left <= 9) ||
        (walker->left >= 12 && walker->left <= 14);
    const bool in_string = state >= IN_STRING && state <= IN_HEX;
    const bool in_container = state >= BEFORE_KEY && state <= BEFORE_FIRST_ELEMENT;

    return state <= NUMBER_EXPONENT_DIGITS && state != FAILED_UTF8 && state != FAILED_TOO_DEEP &&
           walker->depth <= ARDOQ_JSON_DEPTH_MAX && (state != IN_LITERAL || in_literal) &&
           (state != IN_HEX || (walker->left >= 1 && walker->left <= 4)) &&
           (state != IN_UTF8 || (walker->left >= 1 && walker->left <= 3)) &&
           (!in_container || walker->depth > 0) &&
           (!walker->key || (walker->depth > 0 && in_string) || state == FAILED);
}

#endif
