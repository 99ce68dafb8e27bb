/* The reporter, against a TLS server in memory and over years of virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "ardoq/reporter.h"
#include "ardoq/tls_sha256.h"
#include "error_name.h"
#include "peer_client.h"

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

#define CREATED "{\"components\":{\"created\":[{\"id\":\"5f00\"}]}}"
#define UPDATED "{\"components\":{\"updated\":[{\"id\":\"5f00\"}]}}"

static ardoq_reporter_t reporter;

static bool has_no_hash;

bool __real_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash);
bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash);

bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash)
{
    return __real_ardoq_tls_sha256_end(sha256, hash) && !has_no_hash;
}

static unsigned waits_for_sockets;

void __real_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms);
void __wrap_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms);

void __wrap_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms)
{
    waits_for_sockets += socket && event != ARDOQ_PORT_EVENT_NONE;
    __real_ardoq_port_wait(socket, event, timeout_ms);
}

/* "R" for each report, and so on, with the name of what failed. */
static char events[4096];
static ardoq_reason_t reason_of_report;
static ardoq_phase_t phase_of_failure;

static void on_event(void *context, const ardoq_reporter_t *its, ardoq_event_t event)
{
    assert_ptr_equal(context, &script);
    assert_ptr_equal(its, &reporter);
    static const char *const names[] = {"R", "U", "F", "W"};
    const size_t used = strlen(events);
    if (event == ARDOQ_EVENT_FAILED) {
        phase_of_failure = ardoq_detail(&its->client)->phase;
    }
    reason_of_report = event == ARDOQ_EVENT_REPORTED ? its->reason : reason_of_report;
    const char *name = event == ARDOQ_EVENT_FAILED ? error_name(its->err) : "";
    (void)snprintf(events + used, sizeof events - used, "%s%s ", names[event], name);
}

static void set(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

static int set_up(void **state)
{
    peer_client_set_up(state);
    set("host", "localhost:8443");
    set("token", TEST_TOKEN);
    set("ca0", certificate_file("ca.pem"));
    set("workspace", "5e00000000000000000000aa");
    set("component_type", "p1");
    set("serial", "SN-1");
    events[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    ardoq_reporter_close(&reporter);
    return peer_client_tear_down(state);
}

static void answer_with(const peer_step_t *steps, size_t count)
{
    script.steps = steps;
    script.step_count = count;
    tls_peer_stop();
    tls_peer_start(&script);
}

static void answer(const char *text)
{
    static peer_step_t step;
    step = (peer_step_t){.answer = text};
    answer_with(&step, 1);
}

static void open_it(void)
{
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_OK);
    reporter.on_event = on_event;
    reporter.context = &script;
}

/* As a device that is switched on again. */
static void reboot(void)
{
    ardoq_fake.uptime_ms = 1000;
    open_it();
}

/* Steps until it waits for longer than a call lasts. */
static ardoq_wait_t settle(void)
{
    ardoq_wait_t wait;
    do {
        wait = ardoq_reporter_step(&reporter);
        if (!ardoq_reporter_is_idle(&reporter)) {
            ardoq_wait_for(&wait);
        }
    } while (!ardoq_reporter_is_idle(&reporter) || wait.timeout_ms == 0);
    return wait;
}

/* Waits as it wants it, and steps until it is idle again. The wall clock stands still, because
 * certificates would end. */
static void pass(uint32_t seconds)
{
    const uint64_t end = ardoq_fake.uptime_ms + (uint64_t)seconds * 1000;
    ardoq_wait_t wait = settle();
    while (ardoq_fake.uptime_ms + wait.timeout_ms <= end) {
        assert_true(wait.timeout_ms > 0);
        ardoq_fake.uptime_ms += wait.timeout_ms;
        wait = settle();
    }
    ardoq_fake.uptime_ms = ardoq_fake.uptime_ms < end ? end : ardoq_fake.uptime_ms;
}

static void expect(const char *expected)
{
    assert_string_equal(events, expected);
    events[0] = '\0';
}

/* Everything between two reports. */
static void assert_nothing_is_left(void)
{
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_false(holds(&reporter, sizeof reporter, TEST_TOKEN));
    assert_false(holds(&reporter, sizeof reporter, &TEST_TOKEN[8]));
}

/* ---- Reports ---- */

static void test_a_new_device(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    assert_nothing_is_left();
    settle();
    expect("W ");
    assert_in_range(reporter.wait, 0, ARDOQ_DEFAULT_WINDOW);
    assert_int_equal(reporter.reason, ARDOQ_REASON_START);
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("R W ");
    assert_int_equal(reason_of_report, ARDOQ_REASON_START);
    assert_int_equal(reporter.err, ARDOQ_OK);
    assert_int_equal(reporter.report.outcome, ARDOQ_REPORT_CREATED);
    assert_string_equal(reporter.report.component_id, "5f00");
    assert_in_range(reporter.wait, ARDOQ_DEFAULT_HEARTBEAT - ARDOQ_DEFAULT_WINDOW,
                    ARDOQ_DEFAULT_HEARTBEAT);
    assert_int_equal(reporter.reason, ARDOQ_REASON_HEARTBEAT);
    assert_nothing_is_left();
    ardoq_reporter_close(&reporter);
    assert_false(ardoq_reporter_is_idle(&reporter));
}

/* Nothing that it looks at ends its part of the window. */
static void test_a_new_device_waits_for_its_turn(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    reporter.schedule.pause = 5 * MINUTE;
    pass(5 * MINUTE - 1);
    expect("W ");
    pass(1);
    expect("R W ");
}

static void test_certificates_of_the_program(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_store_erase("ca0"), ARDOQ_OK);
    script.client_ca = "client_ca";
    answer(json_of(CREATED));
    open_it();
    reporter.ca_pem = certificate_file("ca.pem");
    reporter.certificate_pem = certificate_file("client.pem");
    reporter.key_pem = certificate_file("client.key");
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W R W ");
}

static void report_once(void)
{
    answer(json_of(UPDATED));
    open_it();
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W R W ");
}

static void test_a_restart_sends_nothing(void **state)
{
    (void)state;
    report_once();
    for (unsigned i = 0; i < 20; i++) {
        const unsigned connects = ardoq_fake.connects;
        reboot();
        settle();
        assert_int_equal(reporter.reason, ARDOQ_REASON_START);
        pass(ARDOQ_DEFAULT_WINDOW);
        expect("W U W ");
        assert_int_equal(ardoq_fake.connects, connects);
        assert_nothing_is_left();
    }
}

static void test_heartbeats(void **state)
{
    (void)state;
    report_once();
    pass(365 * DAY);
    expect("R W R W R W R W R W R W R W R W R W R W R W R W ");
}

/* What changes by itself is no change; the next report has it. */
static void test_volatile_facts(void **state)
{
    (void)state;
    report_once();
    ardoq_fake.identity.ip_address = "10.0.0.9";
    ardoq_fake.identity.host_name = "other";
    pass(2 * HOUR);
    expect("");
    tls_peer_forget_received();
    ardoq_reporter_now(&reporter);
    settle();
    expect("R W ");
    assert_non_null(strstr(tls_peer_received(), "\"device_ip_address\":\"10.0.0.9\""));
    assert_non_null(strstr(tls_peer_received(), "\"device_host_name\":\"other\""));
    assert_non_null(strstr(tls_peer_received(), "\"device_serial\":\"SN-1\""));
}

static void test_a_change_is_reported(void **state)
{
    (void)state;
    report_once();
    ardoq_fake.identity.firmware_version = "2.0";
    pass(settle().timeout_ms / 1000 - 1);
    settle();
    expect("");
    pass(1);
    expect("R W ");
    assert_int_equal(reason_of_report, ARDOQ_REASON_CHANGED);
    assert_int_equal(ardoq_fake.connects, 2);
    reporter.identity.model = "Pump controller 2";
    pass(HOUR);
    expect("R W ");
    assert_non_null(strstr(tls_peer_received(), "\"device_model\":\"Pump controller 2\""));
    set("serial", "SN-2");
    reboot();
    reporter.identity.model = "Pump controller 2";
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W R W ");
    assert_int_equal(reporter.reason, ARDOQ_REASON_HEARTBEAT);
    /* Another Ardoq has nothing of it. */
    set("host", "localhost:8444");
    pass(HOUR);
    expect("R W ");
}

/* What the model says counts as a fact, and goes with the report. */
static void test_a_model(void **state)
{
    (void)state;
#if ARDOQ_MODEL
    static ardoq_model_t model;
    ardoq_fact_t fact = {"hours", ARDOQ_TYPE_NUMBER, "1"};
    model = (ardoq_model_t){.facts = &fact, .fact_count = 1};
    answer(json_of(CREATED));
    open_it();
    reporter.model = &model;
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W R W ");
    assert_non_null(strstr(tls_peer_received(), ",\"hours\":1}"));
    pass(DAY);
    expect("");
    fact.value = "2";
    pass(HOUR);
    expect("R W ");
    assert_non_null(strstr(tls_peer_received(), ",\"hours\":2}"));
    set("relations", "3 5e5e5e5e5e5e5e5e5e5e5e5e");
    pass(HOUR);
    expect("R W ");
    assert_non_null(strstr(tls_peer_received(), "\"target\":\"5e5e5e5e5e5e5e5e5e5e5e5e\""));
    set("relations", "3");
    pass(HOUR);
    expect("FRELATION_INVALID W ");
    set("relations", "");
    pass(MINUTE);
    expect("R W ");
#endif
}

static void test_what_the_program_says_goes_first(void **state)
{
    (void)state;
    ardoq_fake.identity.model = "of the platform";
    if (ARDOQ_LAST_SEEN) {
        set("fields", "serial model hardware_revision chip last_seen");
    }
    answer(json_of(CREATED));
    open_it();
    reporter.identity.model = "of the program";
    reporter.identity.chip = "";
    reporter.identity.serial = "S";
    reporter.identity.last_seen = "2031-02-03T04:05:06Z";
    pass(ARDOQ_DEFAULT_WINDOW);
    assert_non_null(strstr(tls_peer_received(), "\"device_model\":\"of the program\""));
    assert_null(strstr(tls_peer_received(), "of the platform"));
    assert_non_null(strstr(tls_peer_received(), "\"device_serial\":\"S\""));
    assert_true(!ARDOQ_LAST_SEEN || strstr(tls_peer_received(), "2031-02-03T04:05:06Z"));
}

static void test_asked(void **state)
{
    (void)state;
    report_once();
    ardoq_reporter_now(&reporter);
    settle();
    expect("R W ");
    settle();
    expect("");
    /* Before the window is over too. */
    reboot();
    ardoq_reporter_now(&reporter);
    settle();
    expect("R W ");
}

static void test_window_and_heartbeat_of_the_settings(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    set("window", "0");
    set("heartbeat", "7200");
    open_it();
    settle();
    expect("R W ");
    assert_int_equal(reporter.wait, 2 * HOUR);
    pass(2 * HOUR);
    expect("R W ");
    /* Other ones are noticed with the facts, within an hour. */
    set("heartbeat", "86400");
    pass(HOUR);
    assert_int_equal(reporter.heartbeat, DAY);
    pass(23 * HOUR - 1);
    expect("");
    pass(1);
    expect("R W ");
    set("heartbeat", "3600");
    pass(HOUR);
    expect("R W ");
}

/* Those that were there last, and at first those of the build, so that no wait ends at once. */
static void test_window_and_heartbeat_that_cannot_be_loaded(void **state)
{
    (void)state;
    set("window", "soon");
    set("heartbeat", "7200");
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_ERR_SETTING_INVALID);
    assert_int_equal(reporter.window, ARDOQ_DEFAULT_WINDOW);
    assert_int_equal(reporter.heartbeat, ARDOQ_DEFAULT_HEARTBEAT);
    set("window", "60");
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_OK);
    set("window", "never");
    ardoq_reporter_now(&reporter);
    settle();
    assert_int_equal(reporter.err, ARDOQ_ERR_SETTING_INVALID);
    assert_int_equal(reporter.window, 60);
    assert_int_equal(reporter.heartbeat, 2 * HOUR);
}

static void test_a_reload(void **state)
{
    (void)state;
    report_once();
    ardoq_reporter_reload(&reporter);
    settle();
    expect("U W ");
    settle();
    expect("");
    assert_int_equal(ardoq_fake.connects, 1);
    ardoq_fake.identity.firmware_version = "2.0";
    ardoq_reporter_reload(&reporter);
    settle();
    expect("R W ");
    /* A report that is in progress ends as it began. */
    ardoq_reporter_now(&reporter);
    ardoq_reporter_step(&reporter);
    assert_false(ardoq_reporter_is_idle(&reporter));
    set("serial", "SN-2");
    ardoq_reporter_reload(&reporter);
    settle();
    expect("R R W ");
    assert_non_null(strstr(tls_peer_received(), "\"device_serial\":\"SN-2\""));
}

/* Other settings end the wait after any failure; the same ones do not. */
static void test_a_reload_after_a_failure(void **state)
{
    (void)state;
    const peer_step_t steps[] = {
        {.answer = response_of("500 No", "application/json", "{}"), .then = PEER_CLOSE_NOTIFY},
        {.answer = json_of(CREATED)},
    };
    answer_with(steps, 2);
    open_it();
    ardoq_reporter_now(&reporter);
    settle();
    expect("FSERVER_ERROR W ");
    ardoq_reporter_reload(&reporter);
    settle();
    expect("W ");
    assert_int_equal(ardoq_fake.connects, 1);
    set("model", "another");
    ardoq_reporter_reload(&reporter);
    settle();
    expect("R W ");
}

/* ---- Failures ---- */

static void test_a_failure_is_tried_again(void **state)
{
    (void)state;
    const peer_step_t steps[] = {
        {.answer = response_of("500 No", "application/json", "{}"), .then = PEER_CLOSE_NOTIFY},
        {.answer = response_of("503 No", "application/json", "{}"), .then = PEER_CLOSE_NOTIFY},
        {.answer = json_of(CREATED)},
    };
    answer_with(steps, 3);
    open_it();
    pass(ARDOQ_DEFAULT_WINDOW + HOUR);
    expect("W FSERVER_ERROR W FSERVER_ERROR W R W ");
    assert_nothing_is_left();
}

static void test_once_a_day_until_the_token_is_replaced(void **state)
{
    (void)state;
    const peer_step_t steps[] = {
        {.answer = response_of("401 No", "application/json", "{}"), .then = PEER_CLOSE_NOTIFY},
        {.answer = response_of("401 No", "application/json", "{}"), .then = PEER_CLOSE_NOTIFY},
        {.answer = json_of(CREATED)},
    };
    answer_with(steps, 3);
    open_it();
    pass(ARDOQ_DEFAULT_WINDOW + DAY);
    expect("W FUNAUTHORIZED W FUNAUTHORIZED W ");
    assert_true(reporter.wait > 11 * HOUR);
    assert_nothing_is_left();
    set("token", TEST_TOKEN "2");
    pass(MINUTE);
    expect("R W ");
}

static void test_a_token_that_is_refused_later(void **state)
{
    (void)state;
    report_once();
    answer(response_of("401 No", "application/json", "{}"));
    ardoq_reporter_now(&reporter);
    settle();
    expect("FUNAUTHORIZED W ");
    set("token", TEST_TOKEN "2");
    answer(json_of(CREATED));
    pass(MINUTE);
    expect("R W ");
}

/* Also when it was replaced while the device was off. */
static void test_settings_that_changed_before_a_start(void **state)
{
    (void)state;
    answer(response_of("401 No", "application/json", "{}"));
    open_it();
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W FUNAUTHORIZED W ");
    reboot();
    settle();
    assert_in_range(reporter.wait, 1, ARDOQ_DEFAULT_WINDOW);
    expect("W ");
    set("token", TEST_TOKEN "2");
    answer(json_of(CREATED));
    reboot();
    settle();
    expect("R W ");
}

static void test_faults_of_settings_are_no_end(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    assert_int_equal(ardoq_port_store_erase("serial"), ARDOQ_OK);
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_ERR_SERIAL_MISSING);
    reporter.on_event = on_event;
    reporter.context = &script;
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W FSERIAL_MISSING W ");
    set("serial", "SN-1");
    set("host", "no host");
    pass(MINUTE);
    expect("FHOST_INVALID W ");
    assert_int_equal(ardoq_fake.connects, 0);
    set("host", "localhost:8443");
    set("token", "");
    pass(MINUTE);
    expect("FTOKEN_MISSING W ");
    set("token", TEST_TOKEN);
    pass(MINUTE);
    expect("R W ");
}

static char explained[2000];

static void explain(void *context, const char *text)
{
    (void)context;
    strncat(explained, text, sizeof explained - strlen(explained) - 1);
}

static void on_event_explain(void *context, const ardoq_reporter_t *its, ardoq_event_t event)
{
    (void)context;
    if (event == ARDOQ_EVENT_FAILED) {
        ardoq_reporter_explain(its, its->err, explain, NULL);
    }
}

static void test_a_failure_explains_itself(void **state)
{
    (void)state;
    answer(response_of("403 No", "application/json", "{\"message\":\"not your workspace\"}"));
    open_it();
    reporter.on_event = on_event_explain;
    explained[0] = '\0';
    pass(ARDOQ_DEFAULT_WINDOW);
    assert_non_null(strstr(explained, shown_error("FORBIDDEN")));
    assert_non_null(strstr(explained, "HTTP status: 403"));
    assert_non_null(strstr(explained, "not your workspace"));
}

/* Nobody may ask so often that the server's wish does not count. */
static void test_who_asks_waits_for_the_server(void **state)
{
    (void)state;
    answer(text_of("HTTP/1.1 429 No\r\nRetry-After: 100\r\nContent-Length: 0\r\n\r\n"));
    open_it();
    ardoq_reporter_now(&reporter);
    settle();
    expect("FRATE_LIMITED W ");
    ardoq_reporter_now(&reporter);
    settle();
    expect("W ");
    assert_in_range(reporter.wait, 90, 100);
    answer(json_of(CREATED));
    pass(100);
    expect("R W ");
}

/* Nor must one of which a part may have left. */
static void test_a_request_that_is_cut(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    ardoq_err_t err = ARDOQ_ERR_NETWORK_FAILED;
    bool was_sending = false;
    for (unsigned i = 1; err; i++) {
        assert_int_equal(ardoq_port_store_erase(ARDOQ_PORT_STATE_KEY), ARDOQ_OK);
        ardoq_fake_fail(ARDOQ_FAKE_SEND, i, ARDOQ_ERR_NETWORK_FAILED);
        reboot();
        ardoq_reporter_now(&reporter);
        settle();
        err = reporter.err;
        const bool is_sending = err && phase_of_failure == ARDOQ_PHASE_SEND;
        assert_int_equal(reporter.schedule.hold, is_sending ? 120 : 0);
        was_sending |= is_sending;
    }
    assert_true(was_sending);
}

static void test_a_report_that_is_closed(void **state)
{
    (void)state;
    answer(NULL);
    open_it();
    ardoq_reporter_now(&reporter);
    for (unsigned i = 0; i < 5; i++) {
        ardoq_reporter_step(&reporter);
    }
    assert_true(reporter.is_reporting);
    ardoq_reporter_close(&reporter);
    assert_false(reporter.is_reporting);
    assert_nothing_is_left();
}

/* It is the same with other bytes after each text, and a text may be too long. */
static void test_settings_stay_the_same(void **state)
{
    (void)state;
    static char text[3000];
    memset(text, 'x', sizeof text - 1);
    set("note", text);
    set("spare", text_of("%0200d" TEST_TOKEN, 0));
    answer(response_of("401 No", "application/json", "{}"));
    open_it();
    pass(ARDOQ_DEFAULT_WINDOW);
    expect("W FUNAUTHORIZED W ");
    for (size_t i = 0; i < ARDOQ_FAKE_STORE_ENTRIES; i++) {
        char *key = ardoq_fake.store[i].key;
        char *value = ardoq_fake.store[i].value;
        key[strlen(key) + 1] ^= 1;
        value[strlen(value) + 1] ^= 1;
    }
    pass(HOUR);
    expect("");
    assert_nothing_is_left();
    /* The same value of another setting is a change. */
    assert_int_equal(ardoq_port_store_erase("spare"), ARDOQ_OK);
    set("sparf", text_of("%0200d" TEST_TOKEN, 0));
    pass(MINUTE);
    expect("FUNAUTHORIZED W ");
}

/* Whatever part of it cannot be read. What tells other settings needs none of it. */
static void test_settings_that_cannot_be_read(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 0, ARDOQ_OK);
    open_it();
    const unsigned count = ardoq_fake.failures[ARDOQ_FAKE_STORE_EACH].count;
    for (unsigned i = 1; i <= count; i++) {
        ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, i, ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_int_equal(ardoq_reporter_open(&reporter),
                         i == 1 ? ARDOQ_OK : ARDOQ_ERR_STORE_UNAVAILABLE);
    }
}

static void test_facts_that_cannot_be_reported(void **state)
{
    (void)state;
    has_no_hash = true;
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_ERR_OUT_OF_MEMORY);
    has_no_hash = false;
    ardoq_fake.identity.model = "\xff";
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_ERR_TEXT_INVALID);
}

/* One that got no answer must not meet itself. */
static void test_a_silent_server(void **state)
{
    (void)state;
    answer(NULL);
    open_it();
    ardoq_reporter_now(&reporter);
    settle();
    expect("FTIMEOUT W ");
    assert_int_equal(reporter.wait, 120);
    /* One that was not reached can. */
    tls_peer_stop();
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    pass(120);
    expect("FCONNECTION_REFUSED W ");
    assert_in_range(reporter.wait, 1, 60);
}

/* A device that restarts in the middle of it waits longer each time. */
static void test_attempts_that_never_end(void **state)
{
    (void)state;
    answer(NULL);
    for (unsigned i = 0; i < 30; i++) {
        reboot();
        ardoq_reporter_now(&reporter);
        if (i > 0) {
            ardoq_reporter_step(&reporter);
            assert_in_range(reporter.wait, 118, 120);
            ardoq_fake.uptime_ms += 120000;
        }
        ardoq_reporter_step(&reporter);
        assert_false(ardoq_reporter_is_idle(&reporter));
        assert_int_equal(reporter.schedule.attempts, i + 1 < 12 ? i + 1 : 12);
        tls_peer_stop();
        ardoq_close(&reporter.client);
    }
}

/* ---- What is remembered ---- */

static void test_a_state_that_is_none(void **state)
{
    (void)state;
    report_once();
    char good[256];
    assert_int_equal(ardoq_port_state_read(good, sizeof good), ARDOQ_OK);
    const size_t size = strlen(good);
    for (size_t i = 0; i <= size; i++) {
        char bad[256];
        strcpy(bad, good);
        bad[i] = i == size ? '0' : 'g';
        bad[i + 1] = i == size ? '\0' : bad[i + 1];
        assert_int_equal(ardoq_port_state_write(bad), ARDOQ_OK);
        reboot();
        assert_false(reporter.schedule.has_reported);
        assert_int_equal(reporter.state_err, ARDOQ_OK);
        strcpy(bad, good);
        bad[i] = '\0';
        assert_int_equal(ardoq_port_state_write(bad), ARDOQ_OK);
        reboot();
        assert_int_equal(reporter.schedule.has_reported, i == size);
    }
    good[1] = '2'; /* a version to come */
    assert_int_equal(ardoq_port_state_write(good), ARDOQ_OK);
    reboot();
    assert_false(reporter.schedule.has_reported);
    assert_int_equal(reporter.state_err, ARDOQ_OK);
    assert_int_equal(ardoq_port_store_erase(ARDOQ_PORT_STATE_KEY), ARDOQ_OK);
    reboot();
    assert_int_equal(reporter.state_err, ARDOQ_OK);
    ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    reboot();
    assert_int_equal(reporter.state_err, ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_a_state_comes_back_as_it_was(void **state)
{
    (void)state;
    report_once();
    const ardoq_schedule_t schedule = {
        .at = {.uptime = 0x01020304, .wall = 0x1122334455},
        .since_report = 0xf1f2f3f4,
        .pause = 0xe1e2e3e4,
        .hold = 0x014344, /* less than a day */
        .attempts = 0xc1,
        .has_reported = true,
        .needs_person = true,
    };
    ardoq_fake.uptime_ms = 0x01020304 * UINT64_C(1000);
    ardoq_fake.wall_time_known = false;
    reporter.schedule = schedule;
    ardoq_reporter_close(&reporter);
    open_it();
    assert_int_equal(reporter.schedule.attempts, schedule.attempts);
    assert_int_equal(reporter.schedule.hold, schedule.hold);
    assert_int_equal(reporter.schedule.pause, schedule.hold); /* at least */
    assert_int_equal(reporter.schedule.since_report, schedule.since_report);
    assert_true(reporter.schedule.has_reported && reporter.schedule.needs_person);
    reporter.schedule.needs_person = false;
    ardoq_reporter_close(&reporter);
    open_it();
    assert_true(reporter.schedule.has_reported && !reporter.schedule.needs_person);
}

static void test_a_store_that_fails(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    for (unsigned i = 0; i < 40; i++) {
        ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
        ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count = 0;
        ardoq_reporter_now(&reporter);
        settle();
    }
    assert_int_equal(reporter.schedule.attempts, 0);
    pass(61 * DAY);
    assert_null(strchr(events, 'F'));
}

/* About ten at the beginning of an outage, then one each day. */
static void test_writes_are_bounded(void **state)
{
    (void)state;
    ardoq_fake.uptime_ms = UINT64_C(3) * DAY * 1000;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 0, ARDOQ_OK);
    open_it();
    settle();
    expect("W ");
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 0);
    report_once();
    ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count = 0;
    ardoq_fake.uptime_ms = (reporter.saved_at + DAY - 1) * UINT64_C(1000);
    settle();
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 0);
    ardoq_fake.uptime_ms += 1000;
    settle();
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 1);
    pass(365 * DAY);
    assert_in_range(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 300, 365 + 2 * 13);
    ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count = 0;
    tls_peer_stop();
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    pass(365 * DAY);
    assert_in_range(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 330, 365 + 15);
}

/* ---- Sleep ---- */

/* Nothing of the memory is left each time, and no clock goes on. */
static void test_deep_sleep(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    settle();
    uint32_t sleep = ardoq_reporter_sleep(&reporter);
    unsigned reports = 0;
    for (uint64_t slept = 0; slept < UINT64_C(365) * DAY; slept += sleep) {
        memset(&reporter, 0xa5, sizeof reporter);
        ardoq_fake.uptime_ms = 500;
        open_it();
        settle();
        sleep = ardoq_reporter_sleep(&reporter);
        assert_nothing_is_left();
        assert_true(sleep > 0);
        reports += strchr(events, 'R') != NULL;
        events[0] = '\0';
    }
    assert_in_range(reports, 12, 14);
}

/* From the first to the second. */
static void test_deep_sleep_for_a_heartbeat(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    settle();
    reporter.schedule.pause = 100;
    settle();
    ardoq_fake.uptime_ms += 7000;
    const uint32_t first = ardoq_reporter_sleep(&reporter);
    assert_int_equal(first, 93);
    ardoq_fake.uptime_ms = 0;
    open_it();
    settle();
    expect("W R W ");
    const uint32_t second = ardoq_reporter_sleep(&reporter);
    assert_in_range(second, ARDOQ_DEFAULT_HEARTBEAT - 60, ARDOQ_DEFAULT_HEARTBEAT);
    ardoq_fake.uptime_ms = 0;
    open_it();
    settle();
    expect("R W ");
}

/* ---- Running ---- */

static unsigned waits;

static void stop_later(void *context, const ardoq_reporter_t *its, ardoq_event_t event)
{
    on_event(context, its, event);
    if (event == ARDOQ_EVENT_REPORTED) {
        ardoq_reporter_stop(&reporter);
    }
    waits += event == ARDOQ_EVENT_WAITING;
}

static void test_run_until_it_is_stopped(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    reporter.schedule.pause = 500;
    reporter.context = NULL;
    ardoq_fake_fail(ARDOQ_FAKE_WALL_TIME, 0, ARDOQ_OK);
    ardoq_fake_fail(ARDOQ_FAKE_RECEIVE, 1, ARDOQ_PENDING);
    waits_for_sockets = 0;
    ardoq_reporter_run(&reporter, stop_later, &script);
    assert_int_equal(waits_for_sockets, 1);
    expect("W R ");
    assert_nothing_is_left();
    /* It looks each second whether anybody has called. */
    assert_in_range(ardoq_fake.failures[ARDOQ_FAKE_WALL_TIME].count, 500, 600);
    /* A stop that comes first. */
    open_it();
    ardoq_reporter_stop(&reporter);
    ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 0, ARDOQ_OK);
    ardoq_reporter_run(&reporter, on_event, &script);
    expect("");
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 1);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    reporter.on_event = NULL;
    pass(ARDOQ_DEFAULT_WINDOW);
    assert_int_equal(reporter.report.outcome, ARDOQ_REPORT_CREATED);
}

static void test_a_step_that_comes_too_early(void **state)
{
    (void)state;
    report_once();
    for (unsigned i = 0; i < 100; i++) {
        const ardoq_wait_t wait = ardoq_reporter_step(&reporter);
        assert_in_range(wait.timeout_ms, HOUR * 1000 - ARDOQ_DEFAULT_WINDOW * 1000, HOUR * 1000);
        assert_null(wait.socket);
    }
    expect("");
}

static void test_a_year_of_uptime_in_ms_is_no_matter(void **state)
{
    (void)state;
    report_once();
    ardoq_fake.uptime_ms += UINT64_C(100) * 365 * DAY * 1000;
    settle();
    expect("R W ");
}

/* ---- Status ---- */

static const char *status(void)
{
    explained[0] = '\0';
    ardoq_reporter_status(&reporter, explain, NULL);
    return explained;
}

static void test_status(void **state)
{
    (void)state;
    answer(json_of(CREATED));
    open_it();
    reporter.wait = 59;
    assert_string_equal(status(), "last report: none yet\nnext report: in 59 seconds, start\n");
    reporter.wait = 1;
    assert_non_null(strstr(status(), "next report: in 1 seconds, start\n"));
    reporter.wait = 120;
    assert_non_null(strstr(status(), "next report: in 2 minutes, start\n"));
    pass(ARDOQ_DEFAULT_WINDOW);
    reporter.schedule.since_report = 3 * DAY + 5;
    reporter.wait = 30 * DAY - 1;
    assert_non_null(
        strstr(status(), "last report: 3 days ago\nnext report: in 30 days, heartbeat\n"));
    reporter.schedule.since_report = 2 * HOUR - 1;
    assert_non_null(strstr(status(), "last report: 120 minutes ago\n"));
    reporter.schedule.attempts = 1;
    assert_non_null(
        strstr(status(), "failed attempts since: 1, the last with an error of an earlier run\n"));
    reporter.schedule.attempts = 2;
    reporter.err = ARDOQ_ERR_TIMEOUT;
    assert_non_null(strstr(
        status(), text_of("failed attempts since: 2, the last with %s\n", shown_error("TIMEOUT"))));
    reporter.is_reporting = true;
    assert_non_null(strstr(status(), "reporting now: heartbeat\n"));
    reporter.is_reporting = false;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_a_new_device),
        TEST(test_a_new_device_waits_for_its_turn),
        TEST(test_certificates_of_the_program),
        TEST(test_a_restart_sends_nothing),
        TEST(test_heartbeats),
        TEST(test_volatile_facts),
        TEST(test_a_change_is_reported),
        TEST(test_a_model),
        TEST(test_what_the_program_says_goes_first),
        TEST(test_asked),
        TEST(test_window_and_heartbeat_of_the_settings),
        TEST(test_window_and_heartbeat_that_cannot_be_loaded),
        TEST(test_a_reload),
        TEST(test_a_reload_after_a_failure),
        TEST(test_a_failure_is_tried_again),
        TEST(test_once_a_day_until_the_token_is_replaced),
        TEST(test_a_token_that_is_refused_later),
        TEST(test_settings_that_changed_before_a_start),
        TEST(test_faults_of_settings_are_no_end),
        TEST(test_a_failure_explains_itself),
        TEST(test_who_asks_waits_for_the_server),
        TEST(test_a_request_that_is_cut),
        TEST(test_a_report_that_is_closed),
        TEST(test_settings_stay_the_same),
        TEST(test_settings_that_cannot_be_read),
        TEST(test_facts_that_cannot_be_reported),
        TEST(test_a_silent_server),
        TEST(test_attempts_that_never_end),
        TEST(test_a_state_that_is_none),
        TEST(test_a_state_comes_back_as_it_was),
        TEST(test_a_store_that_fails),
        TEST(test_writes_are_bounded),
        TEST(test_deep_sleep),
        TEST(test_deep_sleep_for_a_heartbeat),
        TEST(test_run_until_it_is_stopped),
        TEST(test_nobody_listens),
        TEST(test_a_step_that_comes_too_early),
        TEST(test_a_year_of_uptime_in_ms_is_no_matter),
        TEST(test_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
