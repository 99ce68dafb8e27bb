/* Kinds of devices. */
#ifndef ARDOQ_FLEET_KINDS_H
#define ARDOQ_FLEET_KINDS_H

#include "fleet.h"

/* Decides as the reporter does, with its schedule, and remembers no more than it needs for that. */
extern const fleet_kind_t fleet_scheduled;

/* Reports at the start, and again every 30 s until that is accepted. */
extern const fleet_kind_t fleet_fixed;

/* The same with full jitter, as backoffAlgorithm of AWS has it: at most 1 s at first, twice as much
 * each time, up to a minute. */
extern const fleet_kind_t fleet_jitter;

#endif
