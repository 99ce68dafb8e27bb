#include "ardoq/schedule.h"

enum {
    SPREAD_AT_MOST = 6 * 60 * 60,
    MAY_MEET_ITSELF = 120,
    HOLD_AT_MOST =
        ARDOQ_RETRY_AFTER_MAX > MAY_MEET_ITSELF ? ARDOQ_RETRY_AFTER_MAX : MAY_MEET_ITSELF,
};

const char *ardoq_reason_name(ardoq_reason_t reason)
{
    static const char *const names[] = {"start", "changed", "heartbeat", "retry", "asked"};
    return (unsigned)reason < sizeof names / sizeof names[0] ? names[reason] : "unknown";
}

static uint32_t minus(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

static uint32_t plus(uint32_t a, uint32_t b)
{
    return a < UINT32_MAX - b ? a + b : UINT32_MAX;
}

/* Random from 0 to at_most. */
static uint32_t part_of(uint32_t at_most, uint32_t random)
{
    return (uint32_t)((uint64_t)random * ((uint64_t)at_most + 1) >> 32);
}

static void pass(ardoq_schedule_t *schedule, ardoq_moment_t now, uint32_t span)
{
    schedule->since_report = plus(schedule->since_report, span);
    schedule->pause = minus(schedule->pause, span);
    schedule->hold = minus(schedule->hold, span);
    schedule->at = now;
}

/* ---- Start and progress ---------------------------------------------------------------------- */

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Elapsed time on the wall clock; 0 if it is unknown at one end, or was wrong: a time in the
 * future. */
static uint32_t span_of_wall(int64_t from, int64_t to)
{
    const int64_t span = from > 0 && to > from ? to - from : 0;
    return span < UINT32_MAX ? (uint32_t)span : UINT32_MAX;
}

/* The longest of the clocks' differences: a clock that has stopped must not keep a device
 * silent. */
static uint32_t span_since(const ardoq_schedule_t *schedule, ardoq_moment_t now)
{
    const bool is_same_boot = now.uptime >= schedule->at.uptime;
    const uint32_t awake = is_same_boot ? now.uptime - schedule->at.uptime : now.uptime;
    const uint32_t slept = schedule->is_asleep ? schedule->pause : 0;
    return larger(larger(awake, slept), span_of_wall(schedule->at.wall, now.wall));
}

static void restart_pause(ardoq_schedule_t *schedule, uint32_t pause)
{
    schedule->pause = larger(pause, schedule->hold);
}

/* After a power cut a fleet's devices may all have failed once, so the window still counts. If a
 * person must fix something the pause is short too: otherwise a device that is never on for a day
 * would stay silent for ever. */
static uint32_t pause_of_start(const ardoq_schedule_t *schedule, uint32_t window, uint32_t random)
{
    const uint32_t of_window = part_of(window, random);
    if (schedule->attempts == 0) {
        return of_window;
    }
    return larger(of_window,
                  ardoq_retry_delay(ARDOQ_ERR_TIMEOUT, NULL, schedule->attempts - 1u, random));
}

void ardoq_schedule_start(ardoq_schedule_t *schedule, ardoq_moment_t now, uint32_t window,
                          uint32_t random)
{
    pass(schedule, now, span_since(schedule, now));
    /* Damaged memory can contain anything, and a hold cannot be shortened. */
    if (schedule->hold > HOLD_AT_MOST) {
        schedule->hold = HOLD_AT_MOST;
    }
    if (!schedule->is_asleep) {
        restart_pause(schedule, pause_of_start(schedule, window, random));
    }
    schedule->is_asleep = false;
}

void ardoq_schedule_advance(ardoq_schedule_t *schedule, ardoq_moment_t now)
{
    pass(schedule, now, minus(now.uptime, schedule->at.uptime));
}

/* ---- The wait ------------------------------------------------------------------------------- */

static uint32_t until_heartbeat(const ardoq_schedule_t *schedule, uint32_t heartbeat)
{
    const uint32_t longest =
        heartbeat < ARDOQ_SCHEDULE_LONGEST ? heartbeat : ARDOQ_SCHEDULE_LONGEST;
    return schedule->has_reported ? minus(longest, schedule->since_report) : 0;
}

uint32_t ardoq_schedule_wait(const ardoq_schedule_t *schedule, uint32_t heartbeat, bool is_asked,
                             ardoq_reason_t *reason)
{
    const uint32_t until = until_heartbeat(schedule, heartbeat);
    ardoq_reason_t why = schedule->has_reported ? ARDOQ_REASON_HEARTBEAT : ARDOQ_REASON_START;
    uint32_t wait = until > schedule->pause ? until : schedule->pause;
    if (schedule->attempts > 0) {
        why = ARDOQ_REASON_RETRY;
        wait = schedule->pause;
    }
    if (is_asked) {
        why = ARDOQ_REASON_ASKED;
        wait = schedule->hold;
    }
    if (reason) {
        *reason = why;
    }
    return wait;
}

bool ardoq_schedule_is_needed(const ardoq_schedule_t *schedule, uint32_t heartbeat, bool is_asked,
                              bool has_changed, ardoq_reason_t *reason)
{
    if (has_changed && schedule->has_reported && *reason != ARDOQ_REASON_RETRY) {
        *reason = ARDOQ_REASON_CHANGED;
    }
    return is_asked || has_changed || ardoq_schedule_wait(schedule, heartbeat, false, NULL) == 0;
}

/* ---- Attempts ------------------------------------------------------------------------------- */

void ardoq_schedule_attempt(ardoq_schedule_t *schedule, uint32_t random)
{
    schedule->hold = schedule->has_reported ? 0 : MAY_MEET_ITSELF;
    restart_pause(schedule, ardoq_retry_delay(ARDOQ_ERR_TIMEOUT, NULL, schedule->attempts, random));
    schedule->attempts = (uint8_t)(schedule->attempts + (schedule->attempts < UINT8_MAX ? 1 : 0));
}

void ardoq_schedule_succeed(ardoq_schedule_t *schedule)
{
    *schedule = (ardoq_schedule_t){.at = schedule->at, .has_reported = true};
}

/* Grows with each attempt, to give the service time to recover. */
static uint32_t spread_after_server(uint32_t window, unsigned attempts, uint32_t random)
{
    uint32_t at_most = window;
    for (; attempts > 1 && at_most < SPREAD_AT_MOST; attempts--) {
        at_most *= 2;
    }
    return part_of(at_most < SPREAD_AT_MOST ? at_most : SPREAD_AT_MOST, random);
}

void ardoq_schedule_fail(ardoq_schedule_t *schedule, ardoq_err_t err,
                         const ardoq_response_t *response, bool may_have_arrived, uint32_t window,
                         uint32_t random)
{
    const uint32_t asked = ardoq_retry_after(response);
    schedule->needs_person = ardoq_needs_person(err);
    schedule->hold = larger(asked, may_have_arrived ? MAY_MEET_ITSELF : 0);
    restart_pause(schedule,
                  asked > 0 ? asked + spread_after_server(window, schedule->attempts, random)
                            : ardoq_retry_delay(err, response, schedule->attempts - 1u, random));
}

void ardoq_schedule_settings_changed(ardoq_schedule_t *schedule)
{
    schedule->pause = schedule->hold;
    schedule->needs_person = false;
}
