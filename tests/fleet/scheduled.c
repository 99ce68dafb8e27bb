/* What ardoq_reporter_t decides, without what it needs for the exchange: see reporter.c. */
#include "ardoq/build_config.h"
#include "ardoq/schedule.h"
#include "ardoq/settings.h"
#include "kinds.h"

enum {
    HEARTBEAT = 30 * FLEET_DAY,
    CHECK_FACTS = FLEET_HOUR,
    SAVE = FLEET_DAY,
    COUNTED_ATTEMPTS = 11,
};

#define WALL INT64_C(1800000000)

typedef struct {
    ardoq_schedule_t schedule;
    ardoq_schedule_t saved;
    uint32_t check_at;
    uint32_t saved_at;
    uint8_t accepted; /* firmware that was last reported: the fingerprint */
    uint8_t saved_accepted;
    bool is_checked;
} device_t;

_Static_assert(sizeof(device_t) + sizeof(fleet_seat_t) <= 128, "a device of the fleet is small");

/* Of every second device, in the region as elsewhere. */
static int64_t wall_clock(const fleet_t *fleet, uint32_t i)
{
    return !fleet->scenario->has_no_clock && i % 4 < 2 ? WALL + fleet->now : 0;
}

static ardoq_moment_t moment(const fleet_t *fleet, uint32_t i)
{
    return (ardoq_moment_t){.uptime = fleet->now - fleet->seats[i].booted_at,
                            .wall = wall_clock(fleet, i)};
}

static void save(device_t *device)
{
    device->saved = device->schedule;
    device->saved_accepted = device->accepted;
    device->saved_at = device->schedule.at.uptime;
}

/* Either new, or one that has reported at any time within the last heartbeat. */
static void make(fleet_t *fleet, uint32_t i)
{
    device_t *device = fleet_state(fleet, i);
    if (!fleet->scenario->is_new) {
        device->saved.at.wall = wall_clock(fleet, i);
        device->saved.has_reported = true;
        device->saved.since_report = (uint32_t)((uint64_t)fleet_random(fleet, i) * HEARTBEAT >> 32);
        device->saved_accepted = 1;
    }
}

/* As ardoq_reporter_open(). */
static void boot(fleet_t *fleet, uint32_t i)
{
    device_t *device = fleet_state(fleet, i);
    device->schedule = device->saved;
    device->accepted = device->saved_accepted;
    device->is_checked = false;
    ardoq_schedule_start(&device->schedule, moment(fleet, i), fleet->window,
                         fleet_random(fleet, i));
    device->saved_at = device->schedule.at.uptime;
}

static void fail(fleet_t *fleet, uint32_t i, ardoq_err_t err, uint32_t retry_after)
{
    device_t *device = fleet_state(fleet, i);
    const ardoq_response_t response = {.retry_after_s = retry_after};
    const bool had_person = device->schedule.needs_person;
    ardoq_schedule_fail(&device->schedule, err, &response, false, fleet->window,
                        fleet_random(fleet, i));
    if (device->schedule.needs_person != had_person) {
        save(device);
    }
}

static void check_facts_later(device_t *device)
{
    device->is_checked = true;
    device->check_at = device->schedule.at.uptime + CHECK_FACTS;
}

static void take(fleet_t *fleet, uint32_t i, fleet_outcome_t outcome)
{
    device_t *device = fleet_state(fleet, i);
    switch (outcome) {
    case FLEET_ACCEPTED:
        ardoq_schedule_succeed(&device->schedule);
        device->accepted = fleet_firmware(fleet);
        save(device);
        check_facts_later(device);
        break;
    case FLEET_LATER:
        fail(fleet, i, ARDOQ_ERR_RATE_LIMITED, FLEET_RETRY_AFTER);
        break;
    case FLEET_UNREACHABLE:
        fail(fleet, i, ARDOQ_ERR_CONNECTION_REFUSED, 0);
        break;
    case FLEET_UNAUTHORIZED:
        fail(fleet, i, ARDOQ_ERR_UNAUTHORIZED, 0);
        break;
    case FLEET_REFUSED:
        fail(fleet, i, ARDOQ_ERR_UNPROCESSABLE, 0);
        break;
    case FLEET_CRASHED:
        break; /* what was saved is all that is left */
    }
}

static void report(fleet_t *fleet, uint32_t i)
{
    device_t *device = fleet_state(fleet, i);
    ardoq_schedule_attempt(&device->schedule, fleet_random(fleet, i));
    if (device->schedule.attempts <= COUNTED_ATTEMPTS) {
        save(device);
    }
    take(fleet, i, fleet_ask(fleet, i));
}

/* Seconds until the next attempt; until a look at the facts, if that is sooner. */
static uint32_t look_ahead(const device_t *device, ardoq_reason_t *reason)
{
    uint32_t wait = ardoq_schedule_wait(&device->schedule, HEARTBEAT, false, reason);
    if (!device->is_checked && *reason == ARDOQ_REASON_HEARTBEAT) {
        *reason = ARDOQ_REASON_START;
        wait = device->schedule.pause;
    }
    const uint32_t until_check = device->check_at - device->schedule.at.uptime;
    const bool may_check = device->is_checked && device->schedule.attempts == 0;
    return may_check && until_check < wait ? until_check : wait;
}

/* As ardoq_reporter_step(), until there is something to wait for. */
static uint32_t wake(fleet_t *fleet, uint32_t i)
{
    device_t *device = fleet_state(fleet, i);
    ardoq_reason_t reason;
    ardoq_schedule_advance(&device->schedule, moment(fleet, i));
    if (device->schedule.at.uptime - device->saved_at >= SAVE) {
        save(device);
    }
    uint32_t wait = look_ahead(device, &reason);
    while (wait == 0 && !fleet->seats[i].has_crashed) {
        const bool has_changed = device->accepted != fleet_firmware(fleet);
        if (ardoq_schedule_is_needed(&device->schedule, HEARTBEAT, false, has_changed, &reason)) {
            report(fleet, i);
        } else {
            check_facts_later(device);
        }
        wait = look_ahead(device, &reason);
    }
    return wait;
}

const fleet_kind_t fleet_scheduled = {
    .size = sizeof(device_t), .make = make, .boot = boot, .wake = wake};
