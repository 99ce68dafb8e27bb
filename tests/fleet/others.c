/* What others do: no window, no look at Retry-After, and no memory of what was reported. */
#include "kinds.h"

enum { FIXED = 30, JITTER_FIRST = 1, JITTER_LONGEST = FLEET_MINUTE };

typedef struct {
    uint32_t at_most; /* of the next pause */
} other_t;

static void make(fleet_t *fleet, uint32_t i)
{
    (void)fleet;
    (void)i;
}

static void boot(fleet_t *fleet, uint32_t i)
{
    other_t *other = fleet_state(fleet, i);
    other->at_most = JITTER_FIRST;
}

static uint32_t wake_fixed(fleet_t *fleet, uint32_t i)
{
    return fleet_ask(fleet, i) == FLEET_ACCEPTED ? FLEET_NEVER : FIXED;
}

/* BackoffAlgorithm_GetNextBackoff(), in whole seconds. A pause of none is one of a second here: the
 * service counts in seconds. */
static uint32_t wake_jitter(fleet_t *fleet, uint32_t i)
{
    other_t *other = fleet_state(fleet, i);
    if (fleet_ask(fleet, i) == FLEET_ACCEPTED) {
        return FLEET_NEVER;
    }
    const uint32_t pause = fleet_random(fleet, i) % (other->at_most + 1);
    other->at_most =
        other->at_most < JITTER_LONGEST / 2 ? 2 * other->at_most : (uint32_t)JITTER_LONGEST;
    return pause > 0 ? pause : 1;
}

const fleet_kind_t fleet_fixed = {
    .size = sizeof(other_t), .make = make, .boot = boot, .wake = wake_fixed};

const fleet_kind_t fleet_jitter = {
    .size = sizeof(other_t), .make = make, .boot = boot, .wake = wake_jitter};
