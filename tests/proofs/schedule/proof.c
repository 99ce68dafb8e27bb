#include "../../../components/reporter/schedule.c"

#include "../proof.h"

enum {
    DAY = 24 * 60 * 60,
    /* The pause where a person must mend something, or one after what the server asks for. */
    LONGEST_PAUSE = HOLD_AT_MOST > DAY - SPREAD_AT_MOST ? HOLD_AT_MOST + SPREAD_AT_MOST : DAY,
};

_Static_assert(LONGEST_PAUSE <= ARDOQ_SCHEDULE_LONGEST, "no pause is longer than the longest wait");

static ardoq_moment_t any_moment(void)
{
    return (ardoq_moment_t){.uptime = nondet_uint32(), .wall = nondet_int64()};
}

/* Whatever was stored, and by whom. */
static ardoq_schedule_t any_stored(void)
{
    return (ardoq_schedule_t){
        .at = any_moment(),
        .since_report = nondet_uint32(),
        .pause = nondet_uint32(),
        .hold = nondet_uint32(),
        .attempts = nondet_uint8(),
        .has_reported = nondet_bool(),
        .needs_person = nondet_bool(),
        .is_asleep = nondet_bool(),
    };
}

/* True of each schedule that a program goes on with. */
static bool is_sound(const ardoq_schedule_t *schedule)
{
    return schedule->pause <= LONGEST_PAUSE && schedule->hold <= HOLD_AT_MOST &&
           !schedule->is_asleep;
}

static ardoq_schedule_t any_sound(void)
{
    const ardoq_schedule_t schedule = any_stored();
    ASSUME(is_sound(&schedule));
    return schedule;
}

static uint32_t any_window(void)
{
    const uint32_t window = nondet_uint32();
    ASSUME(window <= DAY);
    return window;
}

static uint32_t any_heartbeat(void)
{
    const uint32_t heartbeat = nondet_uint32();
    ASSUME(heartbeat > 0);
    return heartbeat;
}

/* Whatever was stored, and whatever the clocks say. */
void prove_start(void)
{
    const ardoq_schedule_t before = any_stored();
    ardoq_schedule_t schedule = before;
    ardoq_schedule_start(&schedule, any_moment(), any_window(), nondet_uint32());
    PROVE(is_sound(&schedule));
    /* A device that keeps restarting does not try each time. */
    PROVE(before.attempts == 0 || before.is_asleep || schedule.pause > 0);
    if (schedule.hold == HOLD_AT_MOST && before.hold == UINT32_MAX) {
        REACHED("a stored hold that nobody could wait for");
    }
    if (before.is_asleep && before.pause == UINT32_MAX && schedule.since_report == UINT32_MAX) {
        REACHED("the longest sleep");
    }
}

/* Whatever comes after that. */
void prove_going_on(void)
{
    ardoq_schedule_t schedule = any_sound();
    switch (nondet_uint8()) {
    case 0:
        ardoq_schedule_advance(&schedule, any_moment());
        break;
    case 1:
        ardoq_schedule_succeed(&schedule);
        PROVE(ardoq_schedule_wait(&schedule, any_heartbeat(), false, NULL) > 0);
        break;
    case 2:
        ardoq_schedule_settings_changed(&schedule);
        break;
    default:
        ardoq_schedule_attempt(&schedule, nondet_uint32());
        PROVE(schedule.attempts > 0 && schedule.pause > 0);
        PROVE(schedule.has_reported || schedule.hold == MAY_MEET_ITSELF);
        if (schedule.attempts == UINT8_MAX) {
            REACHED("as many attempts as are counted");
        }
    }
    PROVE(is_sound(&schedule));
}

void prove_fail(void)
{
    ardoq_schedule_t schedule = any_sound();
    ASSUME(schedule.attempts > 0);
    const ardoq_err_t err = (ardoq_err_t)nondet_int();
    ASSUME(err < 0);
    ardoq_response_t response;
    const bool has_response = nondet_bool();
    const bool may_have_arrived = nondet_bool();
    const uint32_t attempts = schedule.attempts;
    ardoq_schedule_fail(&schedule, err, has_response ? &response : NULL, may_have_arrived,
                        any_window(), nondet_uint32());
    PROVE(is_sound(&schedule));
    PROVE(schedule.attempts == attempts && schedule.pause >= schedule.hold);
    PROVE(!may_have_arrived || schedule.hold >= MAY_MEET_ITSELF);
    PROVE(schedule.pause > 0 || attempts == 1);
    if (schedule.pause == LONGEST_PAUSE) {
        REACHED("the longest pause");
    }
    if (schedule.pause == 0) {
        REACHED("at once");
    }
}

/* It is bounded, and when it is over there is something to do, not another wait. */
void prove_wait(void)
{
    ardoq_schedule_t schedule = any_sound();
    const uint32_t heartbeat = nondet_uint32();
    const bool is_asked = nondet_bool();
    const uint32_t attempts = schedule.attempts;
    ardoq_reason_t reason;
    const uint32_t wait = ardoq_schedule_wait(&schedule, heartbeat, is_asked, &reason);
    PROVE(wait <= ARDOQ_SCHEDULE_LONGEST);
    PROVE(attempts == 0 || wait <= LONGEST_PAUSE);
    PROVE(!is_asked || wait <= HOLD_AT_MOST);
    PROVE((reason == ARDOQ_REASON_ASKED) == is_asked);
    if (wait == ARDOQ_SCHEDULE_LONGEST) {
        REACHED("the longest wait");
    }
    ASSUME(schedule.at.uptime <= UINT32_MAX - wait);
    ardoq_schedule_advance(
        &schedule, (ardoq_moment_t){.uptime = schedule.at.uptime + wait, .wall = nondet_int64()});
    PROVE(ardoq_schedule_wait(&schedule, heartbeat, is_asked, NULL) == 0);
    REACHED("the end of the wait");
}
