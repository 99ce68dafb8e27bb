/* A host test of the application's own code, on the platform of ardoq/port_fake.h: settings, clock,
 * network and chance are what each test says, and time passes only while somebody waits, so a
 * timeout of half a minute takes no time.
 *
 * The library is real, TLS included. So a fake peer can refuse, fall silent, hang up or talk
 * nonsense; what is in an answer of Ardoq is tested in the parts that need no connection: compose
 * and interpret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/port_fake.h"
#include "pump_report.h"

#define TOKEN "token-of-the-test"

/* Pauses that the library has, in seconds: what may pass by itself, and what a person must mend. */
enum { FIRST_PAUSE = 30, LONGEST_PAUSE = 6 * 3600, DAY = 24 * 3600 };

static pump_report_t report;

static void assert_pause(uint32_t at_least, uint32_t at_most)
{
    assert_in_range(report.again_after_s, at_least, at_most);
}

static void store(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

/* A device as it leaves the factory. */
static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    store("host", "acme.ardoq.example:8443");
    store("token", TOKEN);
    store("workspace", "5e00000000000000000000aa");
    store("component_type", "p1700000000000");
    store("serial", "PUMP-0042");
    memset(&report, 0, sizeof report);
    return 0;
}

/* Whatever happened: everything is closed, and the token is in no log. */
static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(ardoq_fake.resolving, 0);
    assert_null(strstr(ardoq_fake.log, TOKEN));
    return 0;
}

/* ---- Settings ---- */

static void test_a_device_without_a_token_tries_once_a_day(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_store_erase("token"), ARDOQ_OK);
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_TOKEN_MISSING);
    assert_string_equal(report.setting, "token");
    assert_pause(DAY - LONGEST_PAUSE, DAY);
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_a_store_that_fails_is_reported_as_such(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, ARDOQ_ERR_STORE_DAMAGED);
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_STORE_DAMAGED);
    assert_pause(DAY - LONGEST_PAUSE, DAY);
}

static void test_the_environment_overrides_the_store(void **state)
{
    (void)state;
    static const char *const variables[][2] = {{"host", "other.example"}, {NULL, NULL}};
    ardoq_fake.variables = variables;
    pump_report(&report, "1.0.0");
    assert_string_equal(ardoq_fake.resolved_host, "other.example");
    assert_int_equal(ardoq_fake.connect_port, 443);
}

/* ---- Clock ---- */

static void test_nothing_is_sent_before_the_clock_is_set(void **state)
{
    (void)state;
    ardoq_fake.wall_time_known = false;
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_CLOCK_UNKNOWN);
    assert_pause(1, FIRST_PAUSE);
    assert_int_equal(ardoq_fake.connects, 0);
}

/* ---- Network ---- */

static void test_a_name_server_that_fails_is_asked_again_later(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_POLL, 1, ARDOQ_ERR_RESOLVE_FAILED);
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_RESOLVE_FAILED);
    assert_string_equal(ardoq_fake.resolved_host, "acme.ardoq.example");
    assert_pause(1, FIRST_PAUSE);
}

static void test_each_address_is_tried(void **state)
{
    (void)state;
    ardoq_fake.address_count = 2;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_HOST_UNREACHABLE;
    ardoq_fake.connect_results[1] = ARDOQ_ERR_CONNECTION_REFUSED;
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_CONNECTION_REFUSED);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(ardoq_fake.connect_port, 8443);
}

static void test_the_pause_grows_with_each_failure(void **state)
{
    (void)state;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    bool has_grown = false;
    for (uint32_t longest = FIRST_PAUSE; longest < LONGEST_PAUSE; longest *= 2) {
        pump_report(&report, "1.0.0");
        assert_pause(1, longest);
        has_grown = has_grown || report.again_after_s > FIRST_PAUSE;
    }
    assert_true(has_grown);
    pump_report(&report, "1.0.0");
    assert_pause(1, LONGEST_PAUSE);
}

/* The peer of a fresh platform accepts the connection and says nothing. */
static void test_a_silent_server_costs_the_timeout_and_no_more(void **state)
{
    (void)state;
    store("timeout_ms", "5000");
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_TIMEOUT);
    assert_in_range(ardoq_fake.uptime_ms, 5000, 5200);
}

/* A peer that takes everything, and answers as a web page for guests would, without TLS. */
typedef struct {
    char taken[4096];
    size_t taken_size;
    size_t given_size;
} page_t;

static ardoq_err_t take(void *context, const void *data, size_t size, size_t *sent)
{
    page_t *page = context;
    assert_true(size <= sizeof page->taken - page->taken_size);
    memcpy(page->taken + page->taken_size, data, size);
    page->taken_size += size;
    *sent = size;
    return ARDOQ_OK;
}

static ardoq_err_t give(void *context, void *buffer, size_t size, size_t *received)
{
    static const char text[] = "HTTP/1.1 302 Found\r\nLocation: http://guests.example/\r\n\r\n";
    page_t *page = context;
    const size_t left = sizeof text - 1 - page->given_size;
    *received = left < size ? left : size;
    memcpy(buffer, text + page->given_size, *received);
    page->given_size += *received;
    return *received > 0 ? ARDOQ_OK : ARDOQ_ERR_CONNECTION_CLOSED;
}

static void test_a_server_without_tls_gets_a_greeting_and_no_token(void **state)
{
    (void)state;
    static page_t page;
    ardoq_fake.peer = (ardoq_fake_peer_t){.send = take, .receive = give, .context = &page};
    pump_report(&report, "1.0.0");
    assert_int_equal(report.err, ARDOQ_ERR_TLS_FAILED);
    assert_pause(1, FIRST_PAUSE);
    assert_true(page.taken_size > 0);
    assert_null(memmem(page.taken, page.taken_size, TOKEN, strlen(TOKEN)));
}

/* ---- What is sent, and what the answer means: no connection needed ---- */

static void test_the_report_holds_what_the_store_and_the_platform_know(void **state)
{
    (void)state;
    static ardoq_config_t config;
    static ardoq_report_t composed;
    ardoq_identity_t identity;
    ardoq_fake.identity.mac = "02:00:00:00:00:01";
    assert_int_equal(ardoq_config_load(&config, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_identity_read(&identity, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_report_compose(&config, &identity, 0, &composed), ARDOQ_OK);
    char body[1024];
    ardoq_text_t text;
    ardoq_text_init(&text, body, sizeof body, ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_int_equal(ardoq_report_write_body(&composed, 0, &text), ARDOQ_OK);
    assert_non_null(strstr(body, "\"device_serial\":\"PUMP-0042\""));
    assert_non_null(strstr(body, "\"device_mac\":\"02:00:00:00:00:01\""));
}

static void test_the_answer_names_the_component(void **state)
{
    (void)state;
    static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
    static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);
    static ardoq_report_t answered;
    static const char body[] =
        "{\"components\":{\"updated\":[{\"id\":\"27f856b2e6bbf6aad403aab0\"}]}}";
    assert_int_equal(ardoq_report_interpret(body, strlen(body), &document, &answered), ARDOQ_OK);
    assert_int_equal(answered.outcome, ARDOQ_REPORT_UPDATED);
    assert_string_equal(answered.component_id, "27f856b2e6bbf6aad403aab0");
}

/* ---- The build ---- */

/* What the headers say of sizes must be what the library was built with. */
static void test_the_library_wipes_exactly_one_client(void **state)
{
    (void)state;
    static ardoq_config_t config; /* without a token */
    static struct {
        ardoq_client_t client;
        unsigned char behind[64];
    } memory;
    unsigned char untouched[sizeof memory.behind];
    memset(untouched, '#', sizeof untouched);
    memset(&memory, '#', sizeof memory);
    assert_int_equal(ardoq_config_defaults(&config, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_open(&memory.client, &config), ARDOQ_ERR_TOKEN_MISSING);
    ardoq_close(&memory.client);
    const unsigned char *bytes = (const unsigned char *)&memory.client;
    for (size_t i = 0; i < sizeof memory.client; i++) {
        assert_int_equal(bytes[i], 0);
    }
    assert_memory_equal(memory.behind, untouched, sizeof untouched);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        TEST(a_device_without_a_token_tries_once_a_day),
        TEST(a_store_that_fails_is_reported_as_such),
        TEST(the_environment_overrides_the_store),
        TEST(nothing_is_sent_before_the_clock_is_set),
        TEST(a_name_server_that_fails_is_asked_again_later),
        TEST(each_address_is_tried),
        TEST(the_pause_grows_with_each_failure),
        TEST(a_silent_server_costs_the_timeout_and_no_more),
        TEST(a_server_without_tls_gets_a_greeting_and_no_token),
        TEST(the_report_holds_what_the_store_and_the_platform_know),
        TEST(the_answer_names_the_component),
        TEST(the_library_wipes_exactly_one_client),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
