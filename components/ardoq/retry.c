#include "ardoq/client.h"

enum { FIRST_PAUSE_S = 30, LONGEST_PAUSE_S = 6 * 60 * 60, ONCE_A_DAY_S = 24 * 60 * 60 };

static uint32_t pause_at_most(uint32_t failures)
{
    uint32_t pause = FIRST_PAUSE_S;
    for (; failures > 0 && pause < LONGEST_PAUSE_S; failures--) {
        pause *= 2;
    }
    return pause < LONGEST_PAUSE_S ? pause : LONGEST_PAUSE_S;
}

/* Random from 1 to at_most, so that devices that failed together do not retry together. */
static uint32_t spread(uint32_t at_most, uint32_t random)
{
    return 1 + (uint32_t)((uint64_t)random * at_most >> 32);
}

static bool may_help_at_once(ardoq_err_t err)
{
    return err == ARDOQ_ERR_REPEAT_REQUEST || err == ARDOQ_ERR_CONFLICT;
}

uint32_t ardoq_retry_after(const ardoq_response_t *response)
{
    const uint32_t pause = response ? response->retry_after_s : 0;
    return pause < ARDOQ_RETRY_AFTER_MAX ? pause : ARDOQ_RETRY_AFTER_MAX;
}

bool ardoq_needs_person(ardoq_err_t err)
{
    const ardoq_err_class_t err_class = ardoq_err_class(err);
    return err_class == ARDOQ_CLASS_CONFIGURATION || err_class == ARDOQ_CLASS_BUG;
}

uint32_t ardoq_retry_delay(ardoq_err_t err, const ardoq_response_t *response, uint32_t failures,
                           uint32_t random)
{
    const uint32_t asked = ardoq_retry_after(response);
    if (ardoq_err_class(err) == ARDOQ_CLASS_NONE ||
        (failures == 0 && asked == 0 && may_help_at_once(err))) {
        return 0;
    }
    /* Not random: the devices are still as spread as when they failed, and random pauses would mean
     * more than one request a day, or a recovery later than within a day. */
    if (ardoq_needs_person(err) && asked == 0) {
        return ONCE_A_DAY_S;
    }
    return asked + spread(pause_at_most(failures), random);
}
