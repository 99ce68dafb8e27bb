/* When a device reports, over years of virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/schedule.h"

enum {
    MINUTE = 60,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR,
    WINDOW = 300,
    HEARTBEAT = 30 * DAY,
    FEW = 120, /* of a request that may have arrived */
};

#define WALL INT64_C(1800000000)

static ardoq_schedule_t schedule;

static const uint32_t randoms[] = {0, 1, UINT32_MAX / 2, UINT32_MAX - 1, UINT32_MAX};

static int set_up(void **state)
{
    (void)state;
    memset(&schedule, 0, sizeof schedule);
    return 0;
}

static ardoq_moment_t at(uint32_t uptime, int64_t wall)
{
    return (ardoq_moment_t){.uptime = uptime, .wall = wall};
}

static uint32_t wait_for(ardoq_reason_t expected)
{
    ardoq_reason_t reason;
    const uint32_t wait = ardoq_schedule_wait(&schedule, HEARTBEAT, false, &reason);
    assert_int_equal(reason, expected);
    return wait;
}

static void assert_between(uint32_t value, uint32_t least, uint32_t most)
{
    assert_in_range(value, least, most);
}

static void fail_with(ardoq_err_t err, uint32_t retry_after, uint32_t random)
{
    const ardoq_response_t response = {.retry_after_s = retry_after};
    ardoq_schedule_attempt(&schedule, random);
    ardoq_schedule_fail(&schedule, err, &response, false, WINDOW, random);
}

/* ---- The start ---- */

static void test_a_new_device_reports_within_the_window(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof randoms / sizeof *randoms; i++) {
        set_up(NULL);
        ardoq_schedule_start(&schedule, at(3, 0), WINDOW, randoms[i]);
        const uint32_t wait = wait_for(ARDOQ_REASON_START);
        assert_int_equal(wait, (uint32_t)((uint64_t)randoms[i] * (WINDOW + 1) >> 32));
        ardoq_schedule_advance(&schedule, at(3 + wait, 0));
        assert_int_equal(wait_for(ARDOQ_REASON_START), 0);
    }
    set_up(NULL);
    ardoq_schedule_start(&schedule, at(3, 0), 0, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_START), 0);
    set_up(NULL);
    ardoq_schedule_start(&schedule, at(3, 0), WINDOW, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_START), WINDOW);
}

/* Reported, then off at `uptime`. */
static void be_off(uint32_t uptime, int64_t wall, uint32_t since_report)
{
    set_up(NULL);
    schedule = (ardoq_schedule_t){
        .at = at(uptime, wall), .since_report = since_report, .has_reported = true};
}

static void test_time_off_counts_by_the_wall_clock(void **state)
{
    (void)state;
    be_off(5 * DAY, WALL, HOUR);
    ardoq_schedule_start(&schedule, at(10, WALL + 2 * DAY), WINDOW, 0);
    assert_int_equal(schedule.since_report, 2 * DAY + HOUR);
    assert_int_equal(wait_for(ARDOQ_REASON_HEARTBEAT), HEARTBEAT - 2 * DAY - HOUR);
    /* For longer than the numbers hold. */
    be_off(5 * DAY, 1, HOUR);
    ardoq_schedule_start(&schedule, at(10, INT64_C(1) << 40), WINDOW, 0);
    assert_int_equal(schedule.since_report, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_HEARTBEAT), 0);
}

static void test_a_stored_time_in_the_future_is_none(void **state)
{
    (void)state;
    be_off(5 * DAY, WALL, HOUR);
    ardoq_schedule_start(&schedule, at(10, WALL - 1), WINDOW, 0);
    assert_int_equal(schedule.since_report, HOUR + 10);
    assert_int_equal(schedule.at.wall, WALL - 1);
}

static void test_without_a_wall_clock_the_time_awake_counts(void **state)
{
    (void)state;
    static const int64_t walls[][2] = {{0, 0}, {WALL, 0}, {0, WALL}};
    for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++) {
        be_off(5 * DAY, walls[i][0], HOUR);
        ardoq_schedule_start(&schedule, at(10, walls[i][1]), WINDOW, 0);
        assert_int_equal(schedule.since_report, HOUR + 10);
    }
}

/* The program restarted and the device did not. */
static void test_an_uptime_that_goes_on(void **state)
{
    (void)state;
    be_off(5 * DAY, 0, HOUR);
    schedule.pause = 1000;
    schedule.hold = 50;
    ardoq_schedule_start(&schedule, at(5 * DAY + 40, 0), WINDOW, UINT32_MAX);
    assert_int_equal(schedule.since_report, HOUR + 40);
    assert_int_equal(schedule.pause, WINDOW);
    assert_int_equal(schedule.hold, 10);
}

/* Whether a reboot or not shows in no clock when both starts take as long. */
static void test_each_start_draws_the_pause_anew(void **state)
{
    (void)state;
    for (uint32_t uptime = 3; uptime <= 5; uptime++) {
        be_off(4, 0, HOUR);
        schedule.pause = 20000;
        schedule.attempts = 1;
        ardoq_schedule_start(&schedule, at(uptime, 0), WINDOW, 0);
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 1);
    }
}

/* The power was cut while the first report was in progress. */
static void test_an_attempt_without_an_end_may_have_arrived(void **state)
{
    (void)state;
    ardoq_schedule_start(&schedule, at(1, 0), 0, 0);
    ardoq_schedule_attempt(&schedule, 0);
    ardoq_schedule_start(&schedule, at(1, 0), 0, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), FEW);
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL), FEW);
    ardoq_schedule_fail(&schedule, ARDOQ_ERR_CONNECTION_REFUSED, NULL, false, WINDOW, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 1);
    assert_int_equal(schedule.hold, 0);
    /* Once there is a component, none can be made twice. */
    schedule.has_reported = true;
    ardoq_schedule_attempt(&schedule, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 1);
}

static void test_a_prescribed_sleep_counts(void **state)
{
    (void)state;
    be_off(5 * DAY, 0, HOUR);
    schedule.pause = 3 * HOUR;
    schedule.attempts = 4;
    schedule.is_asleep = true;
    ardoq_schedule_start(&schedule, at(2, 0), WINDOW, UINT32_MAX);
    assert_int_equal(schedule.since_report, 4 * HOUR);
    assert_false(schedule.is_asleep);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 0);
}

/* As with a wall clock that is restored from flash. */
static void test_a_clock_that_stands_still_keeps_nobody_silent(void **state)
{
    (void)state;
    be_off(1, WALL, HOUR);
    schedule.pause = 3 * HOUR;
    schedule.is_asleep = true;
    ardoq_schedule_start(&schedule, at(2, WALL), WINDOW, UINT32_MAX);
    assert_int_equal(schedule.since_report, 4 * HOUR);
    be_off(DAY, WALL, HOUR);
    ardoq_schedule_start(&schedule, at(DAY + 40, WALL + 20), WINDOW, UINT32_MAX);
    assert_int_equal(schedule.since_report, HOUR + 40);
}

/* It sleeps until the heartbeat, not until the end of a pause. */
/* As a single wrong digit of what is stored can make it. */
static void test_a_stored_hold_is_no_longer_than_a_server_may_ask_for(void **state)
{
    (void)state;
    for (int is_asleep = 0; is_asleep < 2; is_asleep++) {
        set_up(NULL);
        schedule = (ardoq_schedule_t){
            .hold = UINT32_MAX, .attempts = 1, .has_reported = true, .is_asleep = is_asleep};
        ardoq_schedule_start(&schedule, at(10, 0), WINDOW, 0);
        assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL),
                         ARDOQ_RETRY_AFTER_MAX);
        ardoq_schedule_settings_changed(&schedule);
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), ARDOQ_RETRY_AFTER_MAX);
    }
}

static void test_a_sleep_until_the_heartbeat(void **state)
{
    (void)state;
    be_off(9, 0, 0);
    schedule.pause = wait_for(ARDOQ_REASON_HEARTBEAT);
    schedule.is_asleep = true;
    ardoq_schedule_start(&schedule, at(2, 0), WINDOW, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_HEARTBEAT), 0);
}

static void test_a_reboot_draws_the_pause_anew(void **state)
{
    (void)state;
    be_off(5 * DAY, WALL, HOUR);
    schedule.attempts = 5;
    schedule.pause = 23 * HOUR;
    schedule.hold = FEW;
    schedule.needs_person = true;
    ardoq_schedule_start(&schedule, at(10, WALL + 20), WINDOW, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 30 << 4);
    assert_int_equal(schedule.hold, FEW - 20);
    /* Also a short one: a device that is never on for a day is not silent for good. */
    be_off(5 * DAY, WALL, HOUR);
    schedule.attempts = 200;
    ardoq_schedule_start(&schedule, at(10, 0), WINDOW, 0);
    assert_between(wait_for(ARDOQ_REASON_RETRY), 1, 1);
}

/* A region that has failed once, and gets its power back in one moment. */
static void test_a_reboot_after_a_failure_is_spread_too(void **state)
{
    (void)state;
    for (uint8_t attempts = 1; attempts < 4; attempts++) {
        be_off(5, 0, HOUR);
        schedule.attempts = attempts;
        ardoq_schedule_start(&schedule, at(5, 0), WINDOW, UINT32_MAX);
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), WINDOW);
        be_off(5, 0, HOUR);
        schedule.attempts = attempts;
        ardoq_schedule_start(&schedule, at(5, 0), WINDOW, UINT32_MAX / 2 + 1);
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), WINDOW / 2);
    }
}

/* ---- Whether a report is needed ---- */

static bool is_needed(bool is_asked, bool has_changed, ardoq_reason_t *reason)
{
    return ardoq_schedule_is_needed(&schedule, HEARTBEAT, is_asked, has_changed, reason);
}

static void test_what_makes_a_report_needed(void **state)
{
    (void)state;
    ardoq_reason_t reason = ARDOQ_REASON_START;
    assert_true(is_needed(false, true, &reason));
    assert_true(is_needed(false, false, &reason));
    assert_int_equal(reason, ARDOQ_REASON_START); /* nothing was reported that could change */
    be_off(0, 0, HOUR);
    assert_false(is_needed(false, false, &reason));
    assert_true(is_needed(true, false, &reason));
    assert_int_equal(reason, ARDOQ_REASON_START);
    assert_true(is_needed(false, true, &reason));
    assert_int_equal(reason, ARDOQ_REASON_CHANGED);
    reason = ARDOQ_REASON_RETRY;
    assert_true(is_needed(false, true, &reason));
    assert_int_equal(reason, ARDOQ_REASON_RETRY);
    be_off(0, 0, HEARTBEAT);
    assert_true(is_needed(false, false, &reason));
}

/* ---- Attempts ---- */

static void test_success(void **state)
{
    (void)state;
    ardoq_schedule_start(&schedule, at(1, 0), WINDOW, UINT32_MAX);
    fail_with(ARDOQ_ERR_TIMEOUT, 0, UINT32_MAX);
    ardoq_schedule_attempt(&schedule, UINT32_MAX);
    ardoq_schedule_advance(&schedule, at(2000, 0));
    ardoq_schedule_succeed(&schedule);
    assert_int_equal(wait_for(ARDOQ_REASON_HEARTBEAT), HEARTBEAT);
    assert_int_equal(schedule.at.uptime, 2000);
    assert_int_equal(schedule.attempts, 0);
    ardoq_schedule_advance(&schedule, at(2000 + HEARTBEAT - 1, 0));
    assert_int_equal(wait_for(ARDOQ_REASON_HEARTBEAT), 1);
    ardoq_schedule_advance(&schedule, at(2000 + HEARTBEAT, 0));
    assert_int_equal(wait_for(ARDOQ_REASON_HEARTBEAT), 0);
}

static void test_no_heartbeat_is_longer_than_thirty_days(void **state)
{
    (void)state;
    be_off(0, 0, 0);
    assert_int_equal(ardoq_schedule_wait(&schedule, UINT32_MAX, false, NULL),
                     ARDOQ_SCHEDULE_LONGEST);
    assert_int_equal(ardoq_schedule_wait(&schedule, HOUR, false, NULL), HOUR);
}

/* Before it is made: whoever fails in the middle of it has waited all the same. */
static void test_an_attempt_counts_before_it_is_made(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        assert_int_equal(schedule.attempts, i < UINT8_MAX ? i : UINT8_MAX);
        ardoq_schedule_attempt(&schedule, UINT32_MAX);
        const uint32_t pause = i < 10 ? 30u << i : 6u * HOUR;
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), pause < FEW ? FEW : pause);
    }
}

static void test_failures_of_network_and_server(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        fail_with(ARDOQ_ERR_TIMEOUT, 0, UINT32_MAX);
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), i < 10 ? 30u << i : 6u * HOUR);
        assert_false(schedule.needs_person);
        assert_int_equal(schedule.hold, 0);
    }
    fail_with(ARDOQ_ERR_TIMEOUT, 0, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 1);
}

static void test_what_a_person_must_mend_is_tried_once_a_day(void **state)
{
    (void)state;
    fail_with(ARDOQ_ERR_UNAUTHORIZED, 0, 0);
    assert_true(schedule.needs_person);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), DAY);
    fail_with(ARDOQ_ERR_UNAUTHORIZED, 0, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), DAY);
    ardoq_schedule_settings_changed(&schedule);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 0);
    assert_false(schedule.needs_person);
    fail_with(ARDOQ_ERR_BAD_REQUEST, 0, UINT32_MAX);
    assert_true(schedule.needs_person);
    fail_with(ARDOQ_ERR_TIMEOUT, 0, UINT32_MAX);
    assert_false(schedule.needs_person);
}

/* Obeyed, then spread over a window that grows. */
static void test_retry_after(void **state)
{
    (void)state;
    fail_with(ARDOQ_ERR_RATE_LIMITED, 60, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 60);
    assert_int_equal(schedule.hold, 60);
    static const uint32_t spreads[] = {600, 1200, 2400, 4800, 9600, 19200, 6 * HOUR, 6 * HOUR};
    for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++) {
        fail_with(ARDOQ_ERR_SERVER_ERROR, 60, UINT32_MAX);
        assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 60 + spreads[i]);
    }
    fail_with(ARDOQ_ERR_RATE_LIMITED, UINT32_MAX, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), ARDOQ_RETRY_AFTER_MAX);
    /* No window at all, and one that is wider than what there is. */
    ardoq_schedule_fail(&schedule, ARDOQ_ERR_SERVER_ERROR, &(ardoq_response_t){.retry_after_s = 5},
                        false, 0, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 5);
    ardoq_schedule_fail(&schedule, ARDOQ_ERR_SERVER_ERROR, &(ardoq_response_t){.retry_after_s = 5},
                        false, UINT32_MAX, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 5 + 6 * HOUR);
    ardoq_schedule_succeed(&schedule);
    fail_with(ARDOQ_ERR_RATE_LIMITED, 1, UINT32_MAX);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 1 + WINDOW);
    /* Of what only a person can mend too. */
    fail_with(ARDOQ_ERR_FORBIDDEN, 60, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 60);
}

/* It must not meet itself in Ardoq. */
static void test_a_request_that_may_have_arrived(void **state)
{
    (void)state;
    ardoq_schedule_succeed(&schedule);
    ardoq_schedule_attempt(&schedule, 0);
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL), 0);
    set_up(NULL);
    const ardoq_response_t later = {.retry_after_s = 500};
    const ardoq_response_t sooner = {.retry_after_s = 5};
    ardoq_schedule_attempt(&schedule, 0);
    ardoq_schedule_fail(&schedule, ARDOQ_ERR_TIMEOUT, NULL, true, WINDOW, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), FEW);
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL), FEW);
    ardoq_schedule_fail(&schedule, ARDOQ_ERR_TIMEOUT, &later, true, WINDOW, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), 500);
    ardoq_schedule_fail(&schedule, ARDOQ_ERR_TIMEOUT, &sooner, true, WINDOW, 0);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), FEW);
    ardoq_schedule_settings_changed(&schedule);
    assert_int_equal(wait_for(ARDOQ_REASON_RETRY), FEW);
}

static void test_who_asks_waits_only_for_the_server(void **state)
{
    (void)state;
    ardoq_reason_t reason;
    ardoq_schedule_start(&schedule, at(1, 0), WINDOW, UINT32_MAX);
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, &reason), 0);
    assert_int_equal(reason, ARDOQ_REASON_ASKED);
    fail_with(ARDOQ_ERR_UNAUTHORIZED, 0, UINT32_MAX);
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL), 0);
    fail_with(ARDOQ_ERR_RATE_LIMITED, 60, UINT32_MAX);
    ardoq_schedule_advance(&schedule, at(11, 0));
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL), 50);
    be_off(1, 0, 0);
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, true, NULL), 0);
}

static void test_clocks_that_jump_change_nothing_while_a_program_runs(void **state)
{
    (void)state;
    be_off(100, WALL, 0);
    ardoq_schedule_advance(&schedule, at(200, WALL + 40 * DAY));
    assert_int_equal(schedule.since_report, 100);
    ardoq_schedule_advance(&schedule, at(300, 1));
    assert_int_equal(schedule.since_report, 200);
    /* Nor an uptime that goes back, which none may. */
    ardoq_schedule_advance(&schedule, at(50, 0));
    assert_int_equal(schedule.since_report, 200);
    assert_int_equal(schedule.at.uptime, 50);
}

static void test_names_of_reasons(void **state)
{
    (void)state;
    assert_string_equal(ardoq_reason_name(ARDOQ_REASON_START), "start");
    assert_string_equal(ardoq_reason_name(ARDOQ_REASON_ASKED), "asked");
    assert_string_equal(ardoq_reason_name((ardoq_reason_t)(ARDOQ_REASON_ASKED + 1)), "unknown");
}

/* ---- Years ---- */

static uint32_t next_random(void)
{
    static uint64_t seed = 1;
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 32);
}

typedef struct {
    uint64_t now; /* seconds of a life */
    uint64_t booted;
    uint64_t last_success;
    uint64_t last_attempt;
    unsigned attempts;
    unsigned successes;
    bool knows_wall;
} life_t;

static ardoq_moment_t moment(const life_t *life)
{
    return at((uint32_t)(life->now - life->booted),
              life->knows_wall ? WALL + (int64_t)life->now : 0);
}

static void boot(life_t *life)
{
    life->booted = life->now;
    ardoq_schedule_start(&schedule, moment(life), WINDOW, next_random());
}

/* Waits as it is told to, and tries. */
static void live_one_wait(life_t *life, ardoq_err_t result)
{
    const uint32_t wait = ardoq_schedule_wait(&schedule, HEARTBEAT, false, NULL);
    assert_true(wait <= ARDOQ_SCHEDULE_LONGEST);
    life->now += wait;
    ardoq_schedule_advance(&schedule, moment(life));
    assert_int_equal(ardoq_schedule_wait(&schedule, HEARTBEAT, false, NULL), 0);
    life->last_attempt = life->now;
    life->attempts++;
    ardoq_schedule_attempt(&schedule, next_random());
    life->now++;
    ardoq_schedule_advance(&schedule, moment(life));
    if (result) {
        ardoq_schedule_fail(&schedule, result, NULL, false, WINDOW, next_random());
    } else {
        ardoq_schedule_succeed(&schedule);
        life->last_success = life->now;
        life->successes++;
    }
}

static void live_until(life_t *life, uint64_t end, ardoq_err_t result)
{
    while (life->now < end) {
        live_one_wait(life, result);
    }
}

static void test_ten_years_without_a_fault(void **state)
{
    (void)state;
    life_t life = {.now = 1};
    boot(&life);
    live_until(&life, UINT64_C(3650) * DAY, ARDOQ_OK);
    assert_between(life.successes, 121, 123);
    assert_int_equal(life.attempts, life.successes);
}

/* Of a day, a month, and again after it. */
static void test_outages(void **state)
{
    (void)state;
    static const unsigned days[] = {1, 30, 365};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        set_up(NULL);
        life_t life = {.now = 1};
        boot(&life);
        live_one_wait(&life, ARDOQ_OK);
        const uint64_t end = life.now + HEARTBEAT + (uint64_t)days[i] * DAY;
        live_until(&life, end, ARDOQ_ERR_CONNECTION_REFUSED);
        /* About ten on the first day, eight on each that follows. */
        assert_between(life.attempts, 3 * days[i], 10 * days[i] + 25);
        assert_true(life.now - end <= 6 * HOUR + 1);
        live_one_wait(&life, ARDOQ_OK);
        assert_true(life.last_success - end <= 12 * HOUR + 2);
    }
}

static void test_a_token_that_is_replaced_after_a_month(void **state)
{
    (void)state;
    life_t life = {.now = 1};
    boot(&life);
    live_until(&life, 30 * DAY, ARDOQ_ERR_UNAUTHORIZED);
    assert_between(life.attempts, 30, 31);
    ardoq_schedule_settings_changed(&schedule);
    const uint64_t replaced = life.now;
    live_one_wait(&life, ARDOQ_OK);
    assert_true(life.last_success <= replaced + 1);
}

/* A device that restarts in the middle of each attempt, 10,000 times. */
static void test_a_device_that_never_gets_to_the_end(void **state)
{
    (void)state;
    life_t life = {.now = 1};
    for (unsigned i = 0; i < 10000; i++) {
        boot(&life);
        const uint32_t wait = ardoq_schedule_wait(&schedule, HEARTBEAT, false, NULL);
        life.now += wait + 1;
        ardoq_schedule_advance(&schedule, moment(&life));
        ardoq_schedule_attempt(&schedule, next_random());
        life.now += 5;
    }
    /* Three hours on average. */
    assert_true(life.now > UINT64_C(10000) * 2 * HOUR);
    boot(&life);
    live_one_wait(&life, ARDOQ_OK);
}

/* 10,000 reboots at any moment, while the service fails every other time. Whatever it knows of the
 * time, it neither hammers nor falls silent. */
static void live_with_reboots(bool knows_wall)
{
    life_t life = {.now = 1, .knows_wall = knows_wall};
    uint64_t longest = 0;
    boot(&life);
    for (unsigned i = 0; i < 10000; i++) {
        const uint64_t off = life.now + 1 + next_random() % (2 * DAY);
        while (life.now + ardoq_schedule_wait(&schedule, HEARTBEAT, false, NULL) < off) {
            const uint64_t before = life.last_success;
            live_one_wait(&life, next_random() % 2 ? ARDOQ_ERR_TIMEOUT : ARDOQ_OK);
            if (life.last_success != before && life.last_success - before > longest) {
                longest = life.last_success - before;
            }
        }
        if (life.now < off) {
            life.now = off;
        }
        ardoq_schedule_advance(&schedule, moment(&life));
        boot(&life);
    }
    assert_true(longest <= UINT64_C(33) * DAY);
    const uint64_t days = life.now / DAY;
    assert_between(life.successes, (unsigned)(days / 32), (unsigned)(days / 28));
    assert_true(life.attempts < 4 * life.successes);
}

static void test_reboots(void **state)
{
    (void)state;
    live_with_reboots(true);
    set_up(NULL);
    live_with_reboots(false);
}

/* A device whose store cannot be written knows nothing at each start. */
static void test_a_store_that_cannot_be_written(void **state)
{
    (void)state;
    life_t life = {.now = 1};
    for (unsigned i = 0; i < 1000; i++) {
        set_up(NULL);
        boot(&life);
        live_one_wait(&life, ARDOQ_OK);
    }
    assert_true(life.now > 1000 * WINDOW / 3);
}

/* A fleet that starts at once is spread over the window. */
static void test_a_fleet(void **state)
{
    (void)state;
    enum { DEVICES = 9000 };
    unsigned in_second[WINDOW + 1] = {0};
    for (unsigned i = 0; i < DEVICES; i++) {
        set_up(NULL);
        ardoq_schedule_start(&schedule, at(1, 0), WINDOW, next_random());
        in_second[wait_for(ARDOQ_REASON_START)]++;
    }
    for (size_t i = 0; i <= WINDOW; i++) {
        assert_between(in_second[i], 1, 60); /* 30 on average */
    }
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_a_new_device_reports_within_the_window),
        TEST(test_time_off_counts_by_the_wall_clock),
        TEST(test_a_stored_time_in_the_future_is_none),
        TEST(test_without_a_wall_clock_the_time_awake_counts),
        TEST(test_an_uptime_that_goes_on),
        TEST(test_each_start_draws_the_pause_anew),
        TEST(test_an_attempt_without_an_end_may_have_arrived),
        TEST(test_a_prescribed_sleep_counts),
        TEST(test_a_clock_that_stands_still_keeps_nobody_silent),
        TEST(test_a_stored_hold_is_no_longer_than_a_server_may_ask_for),
        TEST(test_a_sleep_until_the_heartbeat),
        TEST(test_a_reboot_draws_the_pause_anew),
        TEST(test_a_reboot_after_a_failure_is_spread_too),
        TEST(test_what_makes_a_report_needed),
        TEST(test_success),
        TEST(test_no_heartbeat_is_longer_than_thirty_days),
        TEST(test_an_attempt_counts_before_it_is_made),
        TEST(test_failures_of_network_and_server),
        TEST(test_what_a_person_must_mend_is_tried_once_a_day),
        TEST(test_retry_after),
        TEST(test_a_request_that_may_have_arrived),
        TEST(test_who_asks_waits_only_for_the_server),
        TEST(test_clocks_that_jump_change_nothing_while_a_program_runs),
        TEST(test_names_of_reasons),
        TEST(test_ten_years_without_a_fault),
        TEST(test_outages),
        TEST(test_a_token_that_is_replaced_after_a_month),
        TEST(test_a_device_that_never_gets_to_the_end),
        TEST(test_reboots),
        TEST(test_a_store_that_cannot_be_written),
        TEST(test_a_fleet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
