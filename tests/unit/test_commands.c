/* Output of the commands on each stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "ardoq/commands.h"
#include "ardoq/json_validate.h"
#include "ardoq/port_fake.h"
#include "ardoq/version.h"
#include "error_name.h"
#include "own_stack.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"

/* ---- A console that stores its output -------------------------------------------------------- */

enum { STREAMS = ARDOQ_OUTPUT_ERROR + 1, STREAM_SIZE = 16384 };

static char streams[STREAMS][STREAM_SIZE];
static char people[STREAM_SIZE]; /* notes and errors, as they come */

static void add(char *stream, const char *text, size_t size)
{
    const size_t length = strlen(stream);
    assert_true(length + size < STREAM_SIZE);
    assert_int_equal(strnlen(text, size), size);
    memcpy(stream + length, text, size);
    stream[length + size] = '\0';
}

static void capture(void *context, ardoq_output_t output, const char *text, size_t size)
{
    assert_ptr_equal(context, streams);
    assert_in_range(output, 0, STREAMS - 1);
    add(streams[output], text, size);
    if (output != ARDOQ_OUTPUT_RESULT) {
        add(people, text, size);
    }
}

static const ardoq_console_t console = {.write = capture, .context = streams};

static void clear_console(void)
{
    memset(streams, 0, sizeof streams);
    memset(people, 0, sizeof people);
}

static void assert_output(const char *result, const char *note, const char *error)
{
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], result);
    assert_string_equal(streams[ARDOQ_OUTPUT_NOTE], note);
    assert_string_equal(streams[ARDOQ_OUTPUT_ERROR], error);
    clear_console();
}

/* A hint has its own line, if this build has hints. */
static const char *hint_line(ardoq_err_t err)
{
    return ARDOQ_HINTS ? text_of("  %s\n", ardoq_err_hint(err)) : "";
}

static void assert_error(const char *name)
{
    const char *expected = text_of("error: %s (", shown_error(name));
    assert_memory_equal(streams[ARDOQ_OUTPUT_ERROR], expected, strlen(expected));
}

/* What people read of an error. */
static void assert_explained(const char *name, const char *rest)
{
    assert_error(name);
    assert_string_equal(people, text_of("error: %s%s", shown_error(name), rest));
    clear_console();
}

static void assert_result(const char *expected)
{
    assert_output(expected, "", "");
}

static int set_up(void **state)
{
    clear_console();
    return peer_client_set_up(state);
}

/* ---- me ---- */

#define ME_JSON                                                                                    \
    "{\"org\":{\"name\":\"Acme "                                                                   \
    "Inc\",\"label\":\"acme\"},\"user\":{\"email\":\"device@acme.example\"}}"
#define ME_NOTE "connected to Acme Inc (acme) as device@acme.example\n"

static ardoq_me_t me;

static void test_me(void **state)
{
    (void)state;
    peer_client_answer(json_of(ME_JSON));
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_OK);
    assert_output(ME_JSON "\n", ME_NOTE, "");
}

/* On both outputs nothing that a terminal acts on; in the result it means the same as before. */
static void test_me_with_controls(void **state)
{
    (void)state;
    peer_client_answer(json_of("{\t\"org\":\r\n{\"name\":\"a\x7f\xc2\x9b"
                               "b\xe2\x80\xae\xc3\xa6\\u001b\",\"label\":\"l\"}}"));
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_OK);
    assert_output(
        "{ \"org\": \n{\"name\":\"a\\u007f\\u009bb\\u202e\xc3\xa6\\u001b\",\"label\":\"l\"}}\n",
        "connected to a   b   \xc3\xa6  (l)\n", "");
}

static void test_me_with_an_unknown_clock(void **state)
{
    (void)state;
    ardoq_fake.wall_time_known = false;
    peer_client_answer(json_of(ME_JSON));
    const ardoq_err_t err = ardoq_command_me(&console, &client, &me);
    if (ARDOQ_ACCEPT_UNKNOWN_CLOCK) {
        assert_int_equal(err, ARDOQ_OK);
        assert_output(ME_JSON "\n",
                      ME_NOTE "the dates of the server's certificates were not checked: the clock "
                              "is unknown\n",
                      "");
    } else {
        assert_int_equal(err, ARDOQ_ERR_CLOCK_UNKNOWN);
        assert_error("CLOCK_UNKNOWN");
    }
}

static void test_me_that_is_refused(void **state)
{
    (void)state;
    peer_client_answer(response_of("401 No", "application/json", "{\"message\":\"bad token\"}"));
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_ERR_UNAUTHORIZED);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_explained("UNAUTHORIZED", text_of(" (fix the configuration)\n%s"
                                             "  HTTP status: 401\n"
                                             "  the server says: bad token\n",
                                             hint_line(ARDOQ_ERR_UNAUTHORIZED)));
}

static void test_me_that_lacks_a_key(void **state)
{
    (void)state;
    peer_client_answer(json_of("{\"user\":{}}"));
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_error("JSON_KEY_MISSING");
    assert_non_null(strstr(people, "email"));
}

/* ---- report ---- */

static ardoq_report_t report;
static const ardoq_identity_t identity = {.serial = "SN-1", .model = "Hub"};

static void configure_report(void)
{
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    strcpy(config.name_template, "{model} {serial}");
    strcpy(config.fields, "serial=serial");
}

static void test_report(void **state)
{
    (void)state;
    configure_report();
    peer_client_answer(json_of("{\"components\":{\"created\":[{\"id\":\"5f00\"}]}}"));
    assert_int_equal(ardoq_command_report(&console, &client, &identity, NULL, &report), ARDOQ_OK);
    assert_output("{\"outcome\":\"created\",\"id\":\"5f00\"}\n", "created: Hub SN-1\n", "");
    peer_client_answer(json_of("{\"components\":{\"updated\":[{\"id\":\"5f01\"}]}}"));
    assert_int_equal(ardoq_command_report(&console, &client, &identity, NULL, &report), ARDOQ_OK);
    assert_output("{\"outcome\":\"updated\",\"id\":\"5f01\"}\n", "updated: Hub SN-1\n", "");
}

static void test_report_with_an_unknown_clock(void **state)
{
    (void)state;
    configure_report();
    ardoq_fake.wall_time_known = false;
    peer_client_answer(json_of("{\"components\":{\"updated\":[{\"id\":\"5f01\"}]}}"));
    const ardoq_err_t err = ardoq_command_report(&console, &client, &identity, NULL, &report);
    assert_int_equal(err, ARDOQ_ACCEPT_UNKNOWN_CLOCK ? ARDOQ_OK : ARDOQ_ERR_CLOCK_UNKNOWN);
    assert_int_equal(strstr(people, "were not checked") != NULL, ARDOQ_ACCEPT_UNKNOWN_CLOCK);
}

static void test_report_with_the_longest_id(void **state)
{
    (void)state;
    configure_report();
    const char *id = repeat("f", sizeof report.component_id - 1);
    peer_client_answer(json_of(text_of("{\"components\":{\"updated\":[{\"id\":\"%s\"}]}}", id)));
    assert_int_equal(ardoq_command_report(&console, &client, &identity, NULL, &report), ARDOQ_OK);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT],
                        text_of("{\"outcome\":\"updated\",\"id\":\"%s\"}\n", id));
}

static void test_report_that_is_refused(void **state)
{
    (void)state;
    configure_report();
    peer_client_answer("HTTP/1.1 429 Slow\r\nRetry-After: 17\r\nContent-Type: text/plain\r\n"
                       "Content-Length: 9\r\n\r\nslow down");
    assert_int_equal(ardoq_command_report(&console, &client, &identity, NULL, &report),
                     ARDOQ_ERR_RATE_LIMITED);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_explained("RATE_LIMITED",
                     text_of(" (wait)\n%s"
                             "  HTTP status: 429\n"
                             "  the server says: slow down\n"
                             "  wait seconds: %d\n",
                             hint_line(ARDOQ_ERR_RATE_LIMITED),
                             ARDOQ_RETRY_AFTER_MAX < 17 ? ARDOQ_RETRY_AFTER_MAX : 17));
}

static void test_report_that_cannot_be_written(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    configure_report();
    strcpy(config.workspace, "");
    assert_int_equal(ardoq_command_report(&console, &client, &identity, NULL, &report),
                     ARDOQ_ERR_WORKSPACE_INVALID);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_error("WORKSPACE_INVALID");
    assert_int_equal(ardoq_fake.connects, 0);
}

#define DRY_RUN_NOTE "nothing is sent; this would be POST /api/v2/batch:\n"

static void test_dry_run(void **state)
{
    (void)state;
    configure_report();
    assert_int_equal(ardoq_command_report_dry_run(&console, &config, &identity, NULL, &report),
                     ARDOQ_OK);
    assert_output(
        "{\"components\":{\"upsert\":[{\"uniqueBy\":[\"rootWorkspace\","
        "\"customFields.serial\"],\"body\":{\"rootWorkspace\":\"" WORKSPACE
        "\",\"typeId\":\"p1\",\"name\":\"Hub SN-1\",\"customFields\":{\"serial\":\"SN-1\"}}}"
        "]}}\n",
        DRY_RUN_NOTE, "");
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_dry_run_shows_the_time(void **state)
{
    (void)state;
    configure_report();
    strcpy(config.fields, "serial=serial last_seen=seen");
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME;
    assert_int_equal(ardoq_command_report_dry_run(&console, &config, &identity, NULL, &report),
                     ARDOQ_OK);
    assert_non_null(strstr(streams[ARDOQ_OUTPUT_RESULT], "\"seen\":\"20"));
    clear_console();
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME - 1;
    assert_int_equal(ardoq_command_report_dry_run(&console, &config, &identity, NULL, &report),
                     ARDOQ_OK);
    assert_null(strstr(streams[ARDOQ_OUTPUT_RESULT], "seen"));
}

static void test_dry_run_that_cannot_be_written(void **state)
{
    (void)state;
    configure_report();
    static const ardoq_identity_t nobody;
    assert_int_equal(ardoq_command_report_dry_run(&console, &config, &nobody, NULL, &report),
                     ARDOQ_ERR_SERIAL_MISSING);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_explained("SERIAL_MISSING",
                     text_of(" (fix the configuration)\n%s", hint_line(ARDOQ_ERR_SERIAL_MISSING)));
}

/* ---- config get and list ---- */

static void assert_get(const char *key, const char *expected)
{
    assert_int_equal(ardoq_command_config_get(&console, &config, key), ARDOQ_OK);
    assert_result(text_of("%s\n", expected));
}

static void test_get(void **state)
{
    (void)state;
    strcpy(config.org_label, "a\"b\\c");
    strcpy(config.workspace, "");
    config.timeout_ms = 12345;
    assert_get("host", "\"localhost:8443\"");
    assert_get("org_label", "\"a\\\"b\\\\c\"");
    assert_get("workspace", "null");
    assert_get("timeout_ms", "\"12345\"");
}

/* The longest text of all, of characters that are written as two. */
static void test_get_of_the_longest_text(void **state)
{
    (void)state;
    const size_t size = sizeof config.name_template - 1;
    strcpy(config.name_template, repeat("\"", size));
    assert_get("name_template", text_of("\"%s\"", repeat("\\\"", size)));
}

static void assert_token_is_shown_as(const char *token, const char *shown)
{
    strcpy(config.token, token);
    assert_get("token", shown);
    assert_string_equal(config.token, token);
}

/* The last four characters of a long one, nothing of a short one. */
static void test_token_is_shortened(void **state)
{
    (void)state;
    assert_token_is_shown_as("", "null");
    assert_token_is_shown_as("a", "\"********\"");
    assert_token_is_shown_as("abcdefg", "\"********\"");
    assert_token_is_shown_as("abcdefgh", "\"********\"");
    assert_token_is_shown_as("abcdefghi", "\"********\"");
    assert_token_is_shown_as("abcdefghijklmno", "\"********\"");
    assert_token_is_shown_as("abcdefghijklmnop", "\"********mnop\"");
    assert_token_is_shown_as(TEST_TOKEN, "\"********e1f0\"");
    const char *longest = text_of("%sWXYZ", repeat("a", sizeof config.token - 5));
    assert_token_is_shown_as(longest, "\"********WXYZ\"");
}

/* A short token that took the place of a long one: nothing of either is shown. */
static void test_nothing_is_left_of_an_earlier_token(void **state)
{
    (void)state;
    const ardoq_setting_t *token = ardoq_setting_find("token");
    for (size_t length = 1; length < 12; length++) {
        const char *value = repeat("s", length);
        assert_int_equal(ardoq_setting_assign(token, &config, TEST_TOKEN), ARDOQ_OK);
        assert_int_equal(ardoq_setting_assign(token, &config, value), ARDOQ_OK);
        assert_get("token", "\"********\"");
    }
}

static void test_get_of_pem(void **state)
{
    (void)state;
    assert_get("ca0", "null");
    ardoq_port_store_set("ca0", certificate_file("ca.pem"));
    ardoq_port_store_set("key", certificate_file("client.key"));
    assert_get("ca0", "\"(set)\"");
    assert_get("ca1", "null");
    assert_get("key", "\"(set)\"");
    ardoq_port_store_set("ca1", "");
    assert_get("ca1", "null");
}

/* Of characters that are written as two. */
static void test_get_of_the_stored_identity(void **state)
{
    (void)state;
    static const char *const keys[] = {"serial", "model", "hw_revision"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const size_t size = ardoq_setting_find(keys[i])->size - 1;
        assert_get(keys[i], "null");
        ardoq_port_store_set(keys[i], "");
        assert_get(keys[i], "null");
        ardoq_port_store_set(keys[i], text_of("x%s", repeat("\"", size - 1)));
        assert_get(keys[i], text_of("\"x%s\"", repeat("\\\"", size - 1)));
    }
}

static void get_serial(void)
{
    (void)ardoq_command_config_get(&console, &config, "serial");
}

static void test_get_of_no_identity_needs_no_clean_stack(void **state)
{
    (void)state;
    own_stack_run(get_serial);
    assert_result("null\n");
}

/* The store may be written by others, which no rule of ours has kept from it. */
static void assert_get_fails(const char *key, const char *stored, ardoq_err_t expected)
{
    ardoq_port_store_set(key, stored);
    assert_int_equal(ardoq_command_config_get(&console, &config, key), expected);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "null\n");
    assert_explained(error_name(expected), text_of(" (fix the configuration)\n%s  setting: %s\n",
                                                   hint_line(expected), key));
}

static void test_get_of_what_no_identity_may_be(void **state)
{
    (void)state;
    assert_get_fails("serial", repeat("\x01", 63), ARDOQ_ERR_TEXT_INVALID);
    assert_get_fails("model", "Pump\n2", ARDOQ_ERR_TEXT_INVALID);
    assert_get_fails("hw_revision", repeat("x", 32), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_get_fails("hw_revision", repeat("x", ARDOQ_SETTING_TEXT_SIZE),
                     ARDOQ_ERR_SETTING_TOO_LONG);
}

/* Longer than what is written at once. */
static void test_get_of_a_long_value(void **state)
{
    (void)state;
    const char *value = text_of("serial=%s mac=%s", repeat("s", 31), repeat("m", 31));
    strcpy(config.fields, value);
    assert_get("fields", text_of("\"%s\"", value));
    for (size_t size = 58; size < 66; size++) {
        strcpy(config.name_template, repeat("n", size));
        assert_get("name_template", text_of("\"%s\"", repeat("n", size)));
    }
}

static void test_get_of_no_setting(void **state)
{
    (void)state;
    assert_int_equal(ardoq_command_config_get(&console, &config, "hots"),
                     ARDOQ_ERR_SETTING_UNKNOWN);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_explained("SETTING_UNKNOWN", text_of(" (fix the configuration)\n%s  setting: hots\n",
                                                hint_line(ARDOQ_ERR_SETTING_UNKNOWN)));
}

static void test_get_of_what_is_not_utf8(void **state)
{
    (void)state;
    strcpy(config.name_template, "caf\xe9");
    assert_int_equal(ardoq_command_config_get(&console, &config, "name_template"),
                     ARDOQ_ERR_JSON_UTF8);
    assert_error("JSON_UTF8");
    assert_non_null(strstr(people, "  setting: name_template\n"));
}

static void test_get_with_a_store_that_fails(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, 1, ARDOQ_ERR_STORE_DAMAGED);
    assert_int_equal(ardoq_command_config_get(&console, &config, "cert"), ARDOQ_ERR_STORE_DAMAGED);
    assert_error("STORE_DAMAGED");
    assert_non_null(strstr(people, "  setting: cert\n"));
}

/* Every setting once, in the order of settings.def. */
static const char *expected_list(void)
{
    const char *list = "{";
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        ardoq_decimal_t number;
        const char *value = ardoq_setting_text(setting, &config, &number);
        const char *shown = strcmp(setting->name, "token") == 0   ? "\"********e1f0\""
                            : strcmp(setting->name, "cert") == 0  ? "\"(set)\""
                            : strcmp(setting->name, "model") == 0 ? "\"Pump 7\""
                            : value[0] == '\0'                    ? "null"
                                                                  : text_of("\"%s\"", value);
        list = text_of("%s%s\n  \"%s\": %s", list, i > 0 ? "," : "", setting->name, shown);
    }
    return text_of("%s\n}\n", list);
}

static void test_list(void **state)
{
    (void)state;
    ardoq_port_store_set("cert", certificate_file("client.pem"));
    ardoq_port_store_set("model", "Pump 7");
    configure_report();
    assert_int_equal(ardoq_command_config_list(&console, &config), ARDOQ_OK);
    const char *list = text_of("%s", streams[ARDOQ_OUTPUT_RESULT]);
    assert_int_equal(ardoq_json_validate(list, strlen(list)), ARDOQ_OK);
    assert_null(strstr(list, "adq_"));
    assert_null(strstr(list, "BEGIN"));
    assert_result(expected_list());
}

static void test_list_with_a_store_that_fails(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        ardoq_fake_call_t call;
        unsigned at;
    } rows[] = {
        {"serial", ARDOQ_FAKE_STORE_EACH, 1},      {"model", ARDOQ_FAKE_STORE_EACH, 2},
        {"hw_revision", ARDOQ_FAKE_STORE_EACH, 3}, {"ca0", ARDOQ_FAKE_STORE_GET, 1},
        {"ca1", ARDOQ_FAKE_STORE_GET, 2},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clear_console();
        ardoq_fake_reset();
        ardoq_fake_fail(rows[i].call, rows[i].at, ARDOQ_ERR_STORE_PERMISSIONS);
        assert_int_equal(ardoq_command_config_list(&console, &config), ARDOQ_ERR_STORE_PERMISSIONS);
        assert_error("STORE_PERMISSIONS");
        assert_non_null(strstr(people, text_of("  setting: %s\n", rows[i].name)));
        const char *list = text_of("%s", streams[ARDOQ_OUTPUT_RESULT]);
        assert_int_equal(ardoq_json_validate(list, strlen(list)), ARDOQ_OK);
    }
}

/* ---- config set and unset ---- */

static void assert_stored(const char *key, const char *expected)
{
    static char value[ARDOQ_FAKE_STORE_VALUE_SIZE];
    const ardoq_err_t err = ardoq_port_store_get(key, value, sizeof value);
    assert_int_equal(err, expected ? ARDOQ_OK : ARDOQ_ERR_NOT_SET);
    if (expected) {
        assert_string_equal(value, expected);
    }
}

static void assert_sets(const char *key, const char *value)
{
    assert_int_equal(ardoq_command_config_set(&console, key, value), ARDOQ_OK);
    assert_result("");
    assert_stored(key, value);
}

static void test_set_and_unset(void **state)
{
    (void)state;
    assert_sets("host", "acme.ardoq.com");
    assert_sets("token", "adq_new");
    assert_sets("token", TEST_TOKEN);
    assert_sets("fields", "serial=sn, model");
    assert_sets("name_template", "");
    assert_sets("timeout_ms", "5000");
    assert_sets("serial", "A-0042");
    assert_sets("model", "");
    assert_sets("ca0", certificate_file("ca.pem"));
    assert_sets("key", certificate_file("client.key"));
    ardoq_port_store_set("key_mac", "of an earlier version");
    assert_int_equal(ardoq_command_config_unset(&console, "key_mac"), ARDOQ_OK);
    assert_int_equal(ardoq_command_config_unset(&console, "host"), ARDOQ_OK);
    assert_int_equal(ardoq_command_config_unset(&console, "key"), ARDOQ_OK);
    assert_int_equal(ardoq_command_config_unset(&console, "serial"), ARDOQ_OK);
    assert_int_equal(ardoq_command_config_unset(&console, "workspace"), ARDOQ_OK);
    assert_result("");
    assert_stored("key_mac", NULL);
    assert_stored("host", NULL);
    assert_stored("key", NULL);
    assert_stored("serial", NULL);
    assert_stored("token", TEST_TOKEN);
}

static void assert_set_fails(const char *key, const char *value, ardoq_err_t expected)
{
    assert_int_equal(ardoq_command_config_set(&console, key, value), expected);
    assert_string_equal(streams[ARDOQ_OUTPUT_RESULT], "");
    assert_error(ardoq_err_name(expected));
    assert_non_null(strstr(people, text_of("  setting: %s\n", key)));
    assert_null(strstr(people, "adq_"));
    assert_stored(key, NULL);
    clear_console();
}

static void test_set_of_what_is_not_allowed(void **state)
{
    (void)state;
    assert_set_fails("host", "http://acme.ardoq.com", ARDOQ_ERR_HOST_INVALID);
    assert_set_fails("token", "adq_\nsecret", ARDOQ_ERR_TOKEN_INVALID);
    assert_set_fails("token", "\"adq_secret\"", ARDOQ_ERR_VALUE_WRAPPED);
    assert_set_fails("token", text_of("adq_%s", repeat("0", ARDOQ_TOKEN_SIZE)),
                     ARDOQ_ERR_SETTING_TOO_LONG);
    assert_set_fails("timeout_ms", "", ARDOQ_ERR_SETTING_INVALID);
    assert_set_fails("serial", "A\t1", ARDOQ_ERR_TEXT_INVALID);
    assert_set_fails("hw_revision", repeat("x", 32), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_set_fails("key", "adq_no PEM", ARDOQ_ERR_SETTING_INVALID);
    assert_set_fails("tokn", "adq_secret", ARDOQ_ERR_SETTING_UNKNOWN);
    assert_set_fails("token ", "adq_secret", ARDOQ_ERR_SETTING_UNKNOWN);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_SET].count, 0);
}

static void test_set_with_a_store_that_fails(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_SET, 1, ARDOQ_ERR_STORE_FULL);
    assert_set_fails("token", "adq_secret", ARDOQ_ERR_STORE_FULL);
}

static void test_unset_that_fails(void **state)
{
    (void)state;
    assert_int_equal(ardoq_command_config_unset(&console, "hots"), ARDOQ_ERR_SETTING_UNKNOWN);
    assert_non_null(strstr(people, "  setting: hots\n"));
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_ERASE].count, 0);
    clear_console();
    ardoq_fake_fail(ARDOQ_FAKE_STORE_ERASE, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_command_config_unset(&console, "host"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_error("STORE_UNAVAILABLE");
    assert_non_null(strstr(people, "  setting: host\n"));
}

/* ---- Explanations ---- */

static void test_explain_an_error_alone(void **state)
{
    (void)state;
    ardoq_console_explain(&console, NULL, ARDOQ_ERR_SETTING_INVALID, "timeout_ms");
    assert_explained("SETTING_INVALID",
                     text_of(" (fix the configuration)\n%s  setting: timeout_ms\n",
                             hint_line(ARDOQ_ERR_SETTING_INVALID)));
    ardoq_console_explain(&console, NULL, (ardoq_err_t)-1000, NULL);
    assert_explained("UNKNOWN", " (report a bug)\n");
}

/* What a client knows after a call. */
static void explain(const ardoq_response_t *response, const ardoq_detail_t *detail)
{
    static ardoq_client_t other;
    other.last = response ? *response : (ardoq_response_t){.message = ""};
    other.https.tls.detail = detail ? *detail : (ardoq_detail_t){0};
    ardoq_console_explain(&console, &other, (ardoq_err_t)-1000, NULL);
}

/* What is not known is not mentioned. */
static void test_explain_with_nothing_behind_it(void **state)
{
    (void)state;
    const ardoq_response_t response = {.body = ""};
    const ardoq_detail_t detail = {.phase = ARDOQ_PHASE_IDLE};
    explain(&response, &detail);
    assert_explained("UNKNOWN", " (report a bug)\n");
}

static void test_explain_an_answer(void **state)
{
    (void)state;
    ardoq_response_t response = {.status = 503, .retry_after_s = 4294967295u, .message = "later"};
    explain(&response, NULL);
    assert_explained("UNKNOWN", " (report a bug)\n  HTTP status: 503\n  the server says: later\n"
                                "  wait seconds: 4294967295\n");
    response = (ardoq_response_t){.status = 302, .message = "login.example"};
    explain(&response, NULL);
    assert_explained("UNKNOWN",
                     " (report a bug)\n  HTTP status: 302\n  redirects to: login.example\n");
}

static void test_explain_details(void **state)
{
    (void)state;
    ardoq_detail_t detail = {.phase = ARDOQ_PHASE_CONNECT,
                             .platform_code = -111,
                             .tls_code = -0x2700,
                             .verify_flags = 0x1fffffff,
                             .certificate_end = 1795426200,
                             .certificate_subject = "CN=server"};
    explain(NULL, &detail);
    assert_explained("UNKNOWN", " (report a bug)\n"
                                "  failed in phase: connect\n"
                                "  platform code: -111\n"
                                "  mbedTLS code: -0x2700\n"
                                "  certificate flags: 0x1fffffff\n"
                                "  certificate of: CN=server\n"
                                "  certificates end: 2026-11-23T09:30:00Z\n");
    detail = (ardoq_detail_t){.platform_code = 111,
                              .tls_code = INT32_MIN,
                              .verify_flags = 8,
                              .certificate_subject = "CN=server"};
    explain(NULL, &detail);
    assert_explained("UNKNOWN", " (report a bug)\n"
                                "  platform code: 111\n"
                                "  mbedTLS code: -0x80000000\n"
                                "  certificate flags: 0x8\n");
}

static void explain_codes(void)
{
    const ardoq_detail_t detail = {
        .platform_code = 1, .tls_code = -0x7f00, .verify_flags = 0xffffffff};
    explain(NULL, &detail);
}

static void test_explain_needs_no_clean_stack(void **state)
{
    (void)state;
    own_stack_run(explain_codes);
    assert_explained("UNKNOWN", " (report a bug)\n"
                                "  platform code: 1\n"
                                "  mbedTLS code: -0x7f00\n"
                                "  certificate flags: 0xffffffff\n");
}

/* A certificate that was accepted is not what went wrong. */
static void test_explain_says_nothing_of_a_good_certificate(void **state)
{
    (void)state;
    const ardoq_detail_t detail = {.phase = ARDOQ_PHASE_SEND,
                                   .certificate_end = 1795426200,
                                   .certificate_subject = "CN=server"};
    explain(NULL, &detail);
    assert_explained("UNKNOWN", " (report a bug)\n  failed in phase: send\n");
}

static void test_tls_failure_is_explained(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("other_ca.pem");
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    const ardoq_detail_t *detail = ardoq_detail(&client);
    const time_t end = (time_t)detail->certificate_end;
    char end_text[32];
    struct tm tm;
    strftime(end_text, sizeof end_text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &tm));
    assert_explained("CERTIFICATE_UNTRUSTED",
                     text_of(" (fix the configuration)\n%s"
                             "  failed in phase: handshake\n"
                             "  mbedTLS code: -0x2700\n"
                             "  certificate flags: 0x8\n"
                             "  certificate of: CN=localhost\n"
                             "  certificates end: %s\n",
                             hint_line(ARDOQ_ERR_CERTIFICATE_UNTRUSTED), end_text));
}

static void test_network_failure_is_explained(void **state)
{
    (void)state;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_ERR_CONNECTION_REFUSED);
    assert_explained("CONNECTION_REFUSED", text_of(" (try again later)\n%s"
                                                   "  failed in phase: connect\n"
                                                   "  platform code: %d\n",
                                                   hint_line(ARDOQ_ERR_CONNECTION_REFUSED),
                                                   ARDOQ_ERR_CONNECTION_REFUSED));
}

static void test_redirection_is_explained(void **state)
{
    (void)state;
    peer_client_answer("HTTP/1.1 301 Moved\r\nLocation: https://login.example/\r\n"
                       "Content-Length: 0\r\n\r\n");
    assert_int_equal(ardoq_command_me(&console, &client, &me), ARDOQ_ERR_REDIRECTED);
    assert_explained("REDIRECTED", text_of(" (fix the configuration)\n%s"
                                           "  HTTP status: 301\n"
                                           "  redirects to: login.example\n",
                                           hint_line(ARDOQ_ERR_REDIRECTED)));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

static void test_exit_status_by_class(void **state)
{
    (void)state;
    assert_int_equal(ardoq_console_exit_status(ARDOQ_OK), 0);
    assert_int_equal(ardoq_console_exit_status(ARDOQ_ERR_UNAUTHORIZED), 3);
    assert_int_equal(ardoq_console_exit_status(ARDOQ_ERR_RATE_LIMITED), 4);
    assert_int_equal(ardoq_console_exit_status(ARDOQ_ERR_TIMEOUT), 5);
    assert_int_equal(ardoq_console_exit_status(ARDOQ_ERR_BUSY), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_status_by_class),
        TEST(test_me),
        TEST(test_me_with_controls),
        TEST(test_me_with_an_unknown_clock),
        TEST(test_me_that_is_refused),
        TEST(test_me_that_lacks_a_key),
        TEST(test_report),
        TEST(test_report_with_an_unknown_clock),
        TEST(test_report_with_the_longest_id),
        TEST(test_report_that_is_refused),
        TEST(test_report_that_cannot_be_written),
        TEST(test_dry_run),
        TEST(test_dry_run_shows_the_time),
        TEST(test_dry_run_that_cannot_be_written),
        TEST(test_get),
        TEST(test_get_of_the_longest_text),
        TEST(test_token_is_shortened),
        TEST(test_nothing_is_left_of_an_earlier_token),
        TEST(test_get_of_pem),
        TEST(test_get_of_the_stored_identity),
        TEST(test_get_of_no_identity_needs_no_clean_stack),
        TEST(test_get_of_what_no_identity_may_be),
        TEST(test_get_of_a_long_value),
        TEST(test_get_of_no_setting),
        TEST(test_get_of_what_is_not_utf8),
        TEST(test_get_with_a_store_that_fails),
        TEST(test_list),
        TEST(test_list_with_a_store_that_fails),
        TEST(test_set_and_unset),
        TEST(test_set_of_what_is_not_allowed),
        TEST(test_set_with_a_store_that_fails),
        TEST(test_unset_that_fails),
        TEST(test_explain_an_error_alone),
        TEST(test_explain_with_nothing_behind_it),
        TEST(test_explain_an_answer),
        TEST(test_explain_details),
        TEST(test_explain_needs_no_clean_stack),
        TEST(test_explain_says_nothing_of_a_good_certificate),
        TEST(test_tls_failure_is_explained),
        TEST(test_network_failure_is_explained),
        TEST(test_redirection_is_explained),
    };
    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
