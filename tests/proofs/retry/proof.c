#include "../../../components/ardoq/retry.c"

#include "../proof.h"

/* The promises of client.h, for every call there can be. */
void prove_delay(void)
{
    const ardoq_err_t err = (ardoq_err_t)nondet_int();
    ardoq_response_t response;
    const bool has_response = nondet_bool();
    const uint32_t failures = nondet_uint32();
    const uint32_t delay =
        ardoq_retry_delay(err, has_response ? &response : NULL, failures, nondet_uint32());
    const uint32_t wanted = has_response ? response.retry_after_s : 0;
    const uint32_t asked = wanted < ARDOQ_RETRY_AFTER_MAX ? wanted : ARDOQ_RETRY_AFTER_MAX;
    const ardoq_err_class_t err_class = ardoq_err_class(err);
    const bool needs_person =
        err_class == ARDOQ_CLASS_CONFIGURATION || err_class == ARDOQ_CLASS_BUG;

    if (delay == 0) {
        PROVE(err_class == ARDOQ_CLASS_NONE || (failures == 0 && may_help_at_once(err)));
        REACHED("at once");
    } else if (needs_person && asked == 0) {
        PROVE(delay == 24 * 60 * 60);
        REACHED("once a day");
    } else {
        PROVE(delay > asked && delay - asked <= LONGEST_PAUSE_S);
        PROVE(failures > 0 || delay - asked <= FIRST_PAUSE_S);
        if (asked == ARDOQ_RETRY_AFTER_MAX && delay == asked + LONGEST_PAUSE_S) {
            REACHED("the longest pause after what the server asks for");
        }
    }
}
