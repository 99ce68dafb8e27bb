/* `check`: a line for each step, and the lines after a failure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "ardoq/port_fake.h"
#include "error_name.h"
#include "kept_console.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define ME_JSON                                                                                    \
    "{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"},\"user\":{\"email\":\"device@acme.example\"}" \
    "}"
#define CONTEXT_JSON                                                                               \
    "{\"componentTypes\":[{\"typeId\":\"p1\",\"name\":\"Device\",\"customFields\":"                \
    "[\"serial\",\"model\"]}],\"customFields\":[{\"apiKey\":\"serial\",\"type\":\"Text\"},"        \
    "{\"apiKey\":\"model\",\"type\":\"Text\"},{\"apiKey\":\"chip\",\"type\":\"Text\"},"            \
    "{\"apiKey\":\"ports\",\"type\":\"Number\"}]}"

/* Every line up to that of the connection's end; then that of /me; then those of the workspace. */
#define SETTINGS_LINE  "ok      settings        localhost:8443\n"
#define DNS_LINE       "ok      DNS             192.0.2.1\n"
#define TCP_LINE       "ok      TCP             192.0.2.1 port 8443\n"
#define ME_LINE        "ok      me              Acme (acme) as device@acme.example\n"
#define WORKSPACE_LINE "ok      workspace       " WORKSPACE "\nok      component_type  p1 Device\n"

static ardoq_check_t check;
static const ardoq_identity_t identity;

static int set_up(void **state)
{
    memset(&check, '#', sizeof check);
    (void)kept_result();
    (void)kept_people();
    assert_int_equal(peer_client_set_up(state), 0);
    ardoq_fake.addresses[0] = (ardoq_port_address_t){.bytes = {192, 0, 2, 1}, .size = 4};
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    strcpy(config.fields, "serial=serial model=model");
    return 0;
}

static ardoq_err_t run(const char *me_answer, const char *context_answer)
{
    const peer_step_t steps[] = {{.answer = me_answer}, {.answer = context_answer}};
    peer_client_open(steps, 2);
    return ardoq_command_check(&kept_console, &config, &client, &identity, NULL, ARDOQ_OK, &check);
}

static ardoq_err_t run_well(void)
{
    return run(json_of(ME_JSON), json_of(CONTEXT_JSON));
}

/* What version and cipher are called differs between mbedTLS's series. */
static const char *tls_line(void)
{
    const ardoq_detail_t *detail = ardoq_detail(&client);
    const time_t end = (time_t)detail->certificate_end;
    char date[16];
    struct tm tm;
    strftime(date, sizeof date, "%Y-%m-%d", gmtime_r(&end, &tm));
    return text_of("ok      TLS             %s %s, CN=localhost, valid until %s\n",
                   detail->tls_version, detail->tls_cipher, date);
}

static const char *connection_lines(void)
{
    return text_of(SETTINGS_LINE DNS_LINE TCP_LINE "%s", tls_line());
}

static const char *hint_line(ardoq_err_t err)
{
    return ARDOQ_HINTS ? text_of("  %s\n", ardoq_err_hint(err)) : "";
}

/* The line of a failure and what explains it. */
static const char *failed(const char *step, const char *thing, ardoq_err_t err)
{
    return text_of("failed  %-15s %s%s (%s)\n%s", step, thing, ardoq_err_name(err),
                   ardoq_err_class_name(ardoq_err_class(err)), hint_line(err));
}

static void assert_lines(const char *expected)
{
    assert_string_equal(kept_result(), expected);
    assert_string_equal(kept_people(), "");
}

/* ---- The good case ---- */

static void test_all_good(void **state)
{
    (void)state;
    assert_int_equal(run_well(), ARDOQ_OK);
    assert_lines(text_of("%s" ME_LINE WORKSPACE_LINE "ok      serial          serial\n"
                         "ok      model           model\n",
                         connection_lines()));
    assert_int_equal(ardoq_fake.connects, 1);
    assert_int_equal(tls_peer_answered(), 2);
    assert_null(strstr(tls_peer_received(), "POST"));
    assert_non_null(strstr(ardoq_detail(&client)->tls_version, "TLSv1."));
}

static void test_label_that_is_right(void **state)
{
    (void)state;
    strcpy(config.org_label, "acme");
    assert_int_equal(run_well(), ARDOQ_OK);
    assert_ptr_not_equal(
        strstr(kept_result(), "ok      settings        localhost:8443, org_label acme\n"), NULL);
}

static void test_every_address_is_told(void **state)
{
    (void)state;
    ardoq_fake.address_count = 3;
    ardoq_fake.addresses[0] =
        (ardoq_port_address_t){.bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}, .size = 16};
    ardoq_fake.addresses[1] = (ardoq_port_address_t){.bytes = {192, 0, 2, 255}, .size = 4};
    ardoq_fake.addresses[2] = (ardoq_port_address_t){.bytes = {198, 51, 100, 0}, .size = 4};
    ardoq_fake.connect_results[0] = ARDOQ_ERR_HOST_UNREACHABLE;
    assert_int_equal(run_well(), ARDOQ_OK);
    const char *lines = kept_result();
    assert_non_null(strstr(lines, "ok      DNS             2001:db8::1, 192.0.2.255, 198.51.100.0\n"
                                  "ok      TCP             192.0.2.255 port 8443\n"));
}

static void test_clock_that_is_unknown(void **state)
{
    (void)state;
    ardoq_fake.wall_time_known = false;
    const ardoq_err_t err = run_well();
    if (ARDOQ_ACCEPT_UNKNOWN_CLOCK) {
        assert_int_equal(err, ARDOQ_OK);
        assert_non_null(strstr(kept_result(), ", not checked: the clock is unknown\n"));
    } else {
        assert_int_equal(err, ARDOQ_ERR_CLOCK_UNKNOWN);
        assert_lines(text_of(SETTINGS_LINE "%s", failed("me", "", ARDOQ_ERR_CLOCK_UNKNOWN)));
    }
}

/* ---- Each failure up to /me ends the check ---- */

static void test_settings_that_are_wrong(void **state)
{
    (void)state;
    strcpy(config.token, "");
    const ardoq_err_t opened = ardoq_open(&client, &config);
    assert_int_equal(
        ardoq_command_check(&kept_console, &config, &client, &identity, NULL, opened, &check),
        ARDOQ_ERR_TOKEN_MISSING);
    assert_lines(text_of("%s  setting: token\n", failed("settings", "", ARDOQ_ERR_TOKEN_MISSING)));
}

static void test_look_up_that_fails(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_POLL, 1, ARDOQ_ERR_HOST_NOT_FOUND);
    assert_int_equal(run_well(), ARDOQ_ERR_HOST_NOT_FOUND);
    assert_lines(text_of(SETTINGS_LINE "%s  failed in phase: resolve\n  platform code: %d\n",
                         failed("DNS", "", ARDOQ_ERR_HOST_NOT_FOUND), ARDOQ_ERR_HOST_NOT_FOUND));
}

static void test_look_up_that_cannot_begin(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_START, 1, ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(run_well(), ARDOQ_ERR_NETWORK_DOWN);
    assert_non_null(strstr(kept_result(),
                           text_of("\nfailed  DNS             %s (", shown_error("NETWORK_DOWN"))));
}

static void test_connection_that_fails(void **state)
{
    (void)state;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    assert_int_equal(run_well(), ARDOQ_ERR_CONNECTION_REFUSED);
    assert_lines(
        text_of(SETTINGS_LINE DNS_LINE "%s  failed in phase: connect\n  platform code: %d\n",
                failed("TCP", "", ARDOQ_ERR_CONNECTION_REFUSED), ARDOQ_ERR_CONNECTION_REFUSED));
}

static void test_certificate_that_is_not_trusted(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("other_ca.pem");
    assert_int_equal(run_well(), ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    const char *lines = kept_result();
    const char *expected =
        text_of(SETTINGS_LINE DNS_LINE TCP_LINE "%s  failed in phase: handshake\n",
                failed("TLS", "", ARDOQ_ERR_CERTIFICATE_UNTRUSTED));
    assert_ptr_equal(strstr(lines, expected), lines);
    assert_non_null(strstr(lines, "\n  certificate of: CN=localhost\n"));
    assert_null(ardoq_detail(&client)->tls_version);
}

static void test_token_that_is_wrong(void **state)
{
    (void)state;
    assert_int_equal(run(response_of("401 No", "application/json", "{\"message\":\"bad\"}"), NULL),
                     ARDOQ_ERR_UNAUTHORIZED);
    assert_lines(text_of("%s%s  HTTP status: 401\n  the server says: bad\n", connection_lines(),
                         failed("me", "", ARDOQ_ERR_UNAUTHORIZED)));
}

static void test_answer_that_is_cut(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = "HTTP/1.1 200 OK\r\n", .then = PEER_CLOSE_NOTIFY};
    peer_client_open(&step, 1);
    assert_int_equal(
        ardoq_command_check(&kept_console, &config, &client, &identity, NULL, ARDOQ_OK, &check),
        ARDOQ_ERR_CONNECTION_CLOSED);
    assert_non_null(strstr(kept_result(), text_of("\nfailed  me              %s (",
                                                  shown_error("CONNECTION_CLOSED"))));
}

static void test_me_that_lacks_a_key(void **state)
{
    (void)state;
    assert_int_equal(run(json_of("{\"user\":{}}"), NULL), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_non_null(strstr(
        kept_result(), text_of("\nfailed  me              %s (", shown_error("JSON_KEY_MISSING"))));
}

static ardoq_err_t interrupting_send(void *context, const void *data, size_t size, size_t *sent)
{
    (void)context;
    (void)data;
    *sent = size;
    ardoq_interrupt(&client);
    return ARDOQ_OK;
}

static void test_interruption_during_the_handshake(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = NULL};
    peer_client_open(&step, 1);
    ardoq_fake.peer.send = interrupting_send;
    assert_int_equal(
        ardoq_command_check(&kept_console, &config, &client, &identity, NULL, ARDOQ_OK, &check),
        ARDOQ_ERR_INTERRUPTED);
    assert_lines(text_of(SETTINGS_LINE DNS_LINE TCP_LINE "%s  failed in phase: handshake\n",
                         failed("TLS", "", ARDOQ_ERR_INTERRUPTED)));
}

/* A step is written when it is done, not at the end. */
static const char *told_at_the_first_send;

static ardoq_err_t watching_send(void *context, const void *data, size_t size, size_t *sent)
{
    (void)context;
    (void)data;
    (void)size;
    (void)sent;
    told_at_the_first_send = text_of("%s", kept_result());
    return ARDOQ_ERR_CONNECTION_CLOSED;
}

static void test_steps_are_told_as_they_come(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = NULL};
    peer_client_open(&step, 1);
    ardoq_fake.peer.send = watching_send;
    assert_int_equal(
        ardoq_command_check(&kept_console, &config, &client, &identity, NULL, ARDOQ_OK, &check),
        ARDOQ_ERR_CONNECTION_CLOSED);
    assert_string_equal(told_at_the_first_send, SETTINGS_LINE DNS_LINE TCP_LINE);
}

/* ---- Content of the organisation ------------------------------------------------------------- */

static void assert_after_me(const char *expected)
{
    assert_lines(text_of("%s" ME_LINE "%s", connection_lines(), expected));
}

/* What follows does not depend on it. */
static void test_label_that_differs(void **state)
{
    (void)state;
    strcpy(config.org_label, "acme2");
    strcpy(config.fields, "serial=serial model=modell");
    assert_int_equal(run_well(), ARDOQ_ERR_ORG_LABEL_DIFFERS);
    const char *lines = text_of("%s", kept_result());
    assert_non_null(
        strstr(lines, text_of(ME_LINE "%s" WORKSPACE_LINE "ok      serial          serial\n%s",
                              failed("org_label", "acme: ", ARDOQ_ERR_ORG_LABEL_DIFFERS),
                              failed("model", "modell: ", ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN))));
}

static void test_label_that_is_not_told(void **state)
{
    (void)state;
    strcpy(config.org_label, "acme");
    assert_int_equal(run(json_of("{\"user\":{\"email\":\"e\"}}"), json_of(CONTEXT_JSON)), ARDOQ_OK);
}

static void test_workspace_that_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(run(json_of(ME_JSON), response_of("404 No", "text/plain", "none")),
                     ARDOQ_ERR_NOT_FOUND);
    assert_after_me(text_of("%s  HTTP status: 404\n  the server says: none\n",
                            failed("workspace", WORKSPACE ": ", ARDOQ_ERR_NOT_FOUND)));
}

static void test_workspace_that_is_unset(void **state)
{
    (void)state;
    strcpy(config.workspace, "");
    assert_int_equal(run_well(), ARDOQ_ERR_WORKSPACE_INVALID);
    assert_after_me(failed("workspace", "", ARDOQ_ERR_WORKSPACE_INVALID));
    assert_int_equal(tls_peer_answered(), 1);
}

static void test_type_that_is_unknown(void **state)
{
    (void)state;
    strcpy(config.component_type, "p2");
    assert_int_equal(run_well(), ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN);
    assert_after_me(text_of("ok      workspace       " WORKSPACE "\n%s"
                            "ok      serial          serial\nok      model           model\n",
                            failed("component_type", "p2: ", ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN)));
}

/* Each has its line, and the first failure is the result. */
static void test_fields_that_are_wrong(void **state)
{
    (void)state;
    strcpy(config.fields, "serial=serial mac=ports model=none chip=chip hardware_revision=model");
    assert_int_equal(run_well(), ARDOQ_ERR_CUSTOM_FIELD_UNFIT);
    const char *suggestion =
        ARDOQ_MODEL ? "  it takes a number: write mac=ports:number in fields\n" : "";
    assert_after_me(text_of(WORKSPACE_LINE "ok      serial          serial\n%s%s%s%s"
                                           "ok      hardware_revision model\n",
                            failed("mac", "ports: ", ARDOQ_ERR_CUSTOM_FIELD_UNFIT), suggestion,
                            failed("model", "none: ", ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN),
                            failed("chip", "chip: ", ARDOQ_ERR_CUSTOM_FIELD_NOT_OF_TYPE)));
}

static void test_serial_number_without_a_field(void **state)
{
    (void)state;
    strcpy(config.fields, "model=model");
    assert_int_equal(run_well(), ARDOQ_ERR_SERIAL_FIELD_MISSING);
    assert_after_me(text_of(WORKSPACE_LINE "%sok      model           model\n",
                            failed("serial", "", ARDOQ_ERR_SERIAL_FIELD_MISSING)));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_good),
        TEST(test_label_that_is_right),
        TEST(test_every_address_is_told),
        TEST(test_clock_that_is_unknown),
        TEST(test_settings_that_are_wrong),
        TEST(test_look_up_that_fails),
        TEST(test_look_up_that_cannot_begin),
        TEST(test_connection_that_fails),
        TEST(test_certificate_that_is_not_trusted),
        TEST(test_token_that_is_wrong),
        TEST(test_answer_that_is_cut),
        TEST(test_me_that_lacks_a_key),
        TEST(test_interruption_during_the_handshake),
        TEST(test_steps_are_told_as_they_come),
        TEST(test_label_that_differs),
        TEST(test_label_that_is_not_told),
        TEST(test_workspace_that_is_unknown),
        TEST(test_workspace_that_is_unset),
        TEST(test_type_that_is_unknown),
        TEST(test_fields_that_are_wrong),
        TEST(test_serial_number_without_a_field),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
