/* 1,000 whole reporters, each request over TLS to a server in memory, send in the same seconds as
 * the devices of the simulation, and hear the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "ardoq/reporter.h"
#include "kinds.h"
#include "peer_client.h"

enum { DEVICES = 1000, STATE_SIZE = 128, STEPS_AT_MOST = 1000 };

/* ---- A device that is a whole reporter ------------------------------------------------------ */

typedef struct {
    ardoq_reporter_t reporter;
    char state[STATE_SIZE]; /* its part of the store */
} whole_t;

/* The one that has the platform. */
static fleet_t *acting;
static uint32_t acting_device;
static char serial[16];
static bool is_stepping;
static bool has_crashed;

ardoq_err_t __real_ardoq_port_random(void *buffer, size_t size);
ardoq_err_t __wrap_ardoq_port_random(void *buffer, size_t size);

/* The reporter's are of this size, and TLS asks for more at once. */
ardoq_err_t __wrap_ardoq_port_random(void *buffer, size_t size)
{
    if (!is_stepping || size != sizeof(uint32_t)) {
        return __real_ardoq_port_random(buffer, size);
    }
    const uint32_t number = fleet_random(acting, acting_device);
    memcpy(buffer, &number, sizeof number);
    return ARDOQ_OK;
}

static void set(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

/* The wall clock stands still: certificates would end. */
static whole_t *give_platform(fleet_t *fleet, uint32_t i)
{
    whole_t *whole = fleet_state(fleet, i);
    acting = fleet;
    acting_device = i;
    is_stepping = true;
    (void)snprintf(serial, sizeof serial, "SN-%u.", (unsigned)i);
    set("serial", serial);
    if (whole->state[0] != '\0') {
        set(ARDOQ_PORT_STATE_KEY, whole->state);
    } else {
        assert_int_equal(ardoq_port_store_erase(ARDOQ_PORT_STATE_KEY), ARDOQ_OK);
    }
    ardoq_fake.uptime_ms = (uint64_t)(fleet->now - fleet->seats[i].booted_at) * 1000;
    ardoq_fake.identity.firmware_version = fleet_firmware(fleet) == 1 ? "1.0" : "2.0";
    ardoq_fake.connect_results[0] = fleet_is_within(fleet->scenario->down, fleet->now)
                                        ? ARDOQ_ERR_CONNECTION_REFUSED
                                        : ARDOQ_OK;
    return whole;
}

static void take_platform(whole_t *whole)
{
    is_stepping = false;
    const ardoq_err_t err =
        ardoq_port_store_get(ARDOQ_PORT_STATE_KEY, whole->state, sizeof whole->state);
    assert_true(err == ARDOQ_OK || err == ARDOQ_ERR_NOT_SET);
    ardoq_fake.log_length = 0;
}

static void make(fleet_t *fleet, uint32_t i)
{
    (void)fleet;
    (void)i;
}

static void boot(fleet_t *fleet, uint32_t i)
{
    whole_t *whole = give_platform(fleet, i);
    assert_int_equal(ardoq_reporter_open(&whole->reporter), ARDOQ_OK);
    take_platform(whole);
}

/* A second look at the request that the device did not survive gets no answer either. */
static peer_step_t answer_to(const char *request)
{
    static const char later[] =
        "HTTP/1.1 429 Later\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n";
    static const char refused[] = "HTTP/1.1 422 No\r\nContent-Length: 0\r\n\r\n";
    static const char unauthorized[] = "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n";
    static const char accepted[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 45\r\n\r\n"
        "{\"components\":{\"created\":[{\"id\":\"5f00\"}]}}    ";
    static const char *const answers[] = {[FLEET_ACCEPTED] = accepted,
                                          [FLEET_LATER] = later,
                                          [FLEET_UNAUTHORIZED] = unauthorized,
                                          [FLEET_REFUSED] = refused,
                                          [FLEET_CRASHED] = NULL};
    assert_non_null(strstr(request, serial));
    const fleet_outcome_t outcome = has_crashed ? FLEET_CRASHED : fleet_ask(acting, acting_device);
    has_crashed = outcome == FLEET_CRASHED;
    return (peer_step_t){.answer = answers[outcome], .then = PEER_CLOSE_NOTIFY};
}

/* Everything but its store is gone. */
static void crash(whole_t *whole)
{
    ardoq_request_cancel(&whole->reporter.client);
    ardoq_close(&whole->reporter.client);
    tls_peer_forget_received();
    has_crashed = false;
}

/* One that waits for a person looks at its settings each minute, which are always the same. */
static uint32_t seconds_of(const ardoq_reporter_t *reporter, ardoq_wait_t wait)
{
    return reporter->schedule.needs_person ? reporter->wait : wait.timeout_ms / 1000;
}

/* An exchange takes no time, so nobody waits within it. */
static uint32_t wake(fleet_t *fleet, uint32_t i)
{
    whole_t *whole = give_platform(fleet, i);
    ardoq_reporter_t *reporter = &whole->reporter;
    ardoq_wait_t wait;
    unsigned steps = 0;
    do {
        const unsigned connects = ardoq_fake.connects;
        wait = ardoq_reporter_step(reporter);
        if (ardoq_fake.connects > connects && ardoq_fake.connect_results[0]) {
            assert_int_equal(fleet_ask(fleet, i), FLEET_UNREACHABLE);
        }
        assert_true(++steps < STEPS_AT_MOST);
    } while (!has_crashed && (!ardoq_reporter_is_idle(reporter) || wait.timeout_ms == 0));
    take_platform(whole);
    if (has_crashed) {
        crash(whole);
    }
    return seconds_of(reporter, wait);
}

static const fleet_kind_t whole_reporters = {
    .size = sizeof(whole_t), .make = make, .boot = boot, .wake = wake};

/* ---- What was sent -------------------------------------------------------------------------- */

typedef struct {
    uint32_t now;
    uint32_t device;
    fleet_outcome_t outcome;
} sent_t;

enum { SENT_AT_MOST = 200 * DEVICES };

typedef struct {
    sent_t sent[SENT_AT_MOST];
    size_t count;
    unsigned of[FLEET_CRASHED + 1];
} record_t;

static void on_request(void *context, uint32_t now, uint32_t i, fleet_outcome_t outcome)
{
    record_t *record = context;
    assert_true(record->count < SENT_AT_MOST);
    record->sent[record->count++] = (sent_t){.now = now, .device = i, .outcome = outcome};
    record->of[outcome]++;
}

static void run(const fleet_kind_t *kind, const fleet_scenario_t *scenario, uint32_t window,
                record_t *record)
{
    fleet_t fleet = {.kind = kind,
                     .scenario = scenario,
                     .devices = DEVICES,
                     .window = window,
                     .on_request = on_request,
                     .context = record};
    memset(record, 0, sizeof *record);
    fleet_run(&fleet);
    fleet_free(&fleet);
}

static void assert_same(const fleet_scenario_t *scenario, uint32_t window, const char *text,
                        record_t *record)
{
    static record_t whole;
    set("window", text);
    run(&fleet_scheduled, scenario, window, record);
    run(&whole_reporters, scenario, window, &whole);
    for (size_t i = 0; i < record->count && i < whole.count; i++) {
        const sent_t *model = &record->sent[i];
        const sent_t *real = &whole.sent[i];
        if (model->now != real->now || model->device != real->device ||
            model->outcome != real->outcome) {
            fail_msg("request %zu: device %u at %u in the simulation, device %u at %u in fact", i,
                     model->device, model->now, real->device, real->now);
        }
    }
    assert_int_equal(record->count, whole.count);
}

/* ---- Scenarios ------------------------------------------------------------------------------ */

static int set_up(void **state)
{
    peer_client_set_up(state);
    set("host", "localhost:8443");
    set("token", TEST_TOKEN);
    set("ca0", certificate_file("ca.pem"));
    set("workspace", "5e00000000000000000000aa");
    set("component_type", "p1");
    script.step_for = answer_to;
    script.ticket_lifetime = FLEET_DAY;
    /* In TLS 1.3 the server draws numbers of the same size as the reporter. */
    script.tls_1_2 = true;
    tls_peer_start(&script);
    return 0;
}

/* More than the service takes at first; new firmware while it is out, and a power cut in that. */
static void test_new_firmware_in_an_outage(void **state)
{
    (void)state;
    static const fleet_scenario_t scenario = {
        .is_new = true,
        .has_no_clock = true,
        .broken = 50,
        .firmware_at = 6 * FLEET_HOUR,
        .down = {5 * FLEET_HOUR, 15 * FLEET_HOUR},
        .power_cut = {8 * FLEET_HOUR, 9 * FLEET_HOUR},
        .end = FLEET_DAY,
    };
    static record_t record;
    assert_same(&scenario, 10, "10", &record);
    assert_in_range(record.of[FLEET_ACCEPTED], 2 * DEVICES * 96 / 100, 2 * DEVICES);
    assert_true(record.of[FLEET_LATER] > DEVICES / 10);
    assert_true(record.of[FLEET_UNREACHABLE] > 5 * DEVICES);
    assert_true(record.of[FLEET_REFUSED] > 0);
    assert_true(record.of[FLEET_CRASHED] > 0);
}

static void test_a_dead_token(void **state)
{
    (void)state;
    static const fleet_scenario_t scenario = {
        .is_new = true,
        .has_no_clock = true,
        .firmware_at = FLEET_NEVER,
        .dead = {0, 3 * FLEET_DAY},
        .power_cut = {FLEET_DAY, FLEET_DAY + FLEET_HOUR},
        .end = 4 * FLEET_DAY,
    };
    static record_t record;
    assert_same(&scenario, 300, "300", &record);
    assert_int_equal(record.of[FLEET_ACCEPTED], DEVICES);
    assert_in_range(record.of[FLEET_UNAUTHORIZED], 3 * DEVICES, 4 * DEVICES);
}

/* Some find it when they start, and some when they look at their facts. */
static void test_new_firmware_in_a_power_cut(void **state)
{
    (void)state;
    static const fleet_scenario_t scenario = {
        .is_new = true,
        .has_no_clock = true,
        .firmware_at = FLEET_HOUR * 3 / 2,
        .power_cut = {FLEET_HOUR, 2 * FLEET_HOUR},
        .end = 5 * FLEET_HOUR,
    };
    static record_t record;
    assert_same(&scenario, 1800, "1800", &record);
    assert_int_equal(record.of[FLEET_ACCEPTED], 2 * DEVICES);
    assert_int_equal(record.count, 2 * DEVICES);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_new_firmware_in_an_outage),
        TEST(test_a_dead_token),
        TEST(test_new_firmware_in_a_power_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
