/* The device report: its JSON, byte by byte, and its answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/json_validate.h"
#include "ardoq/port_fake.h"
#include "ardoq/report.h"
#include "ardoq/version.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define ALL_FIELDS                                                                                 \
    "serial mac model hardware_revision chip chip_revision firmware_name firmware_version "        \
    "firmware_hash sdk_version flash_size secure_boot flash_encryption host_name ip_address "      \
    "manufacturer sbom_hash sbom_url hbom_hash hbom_url"
#define UNIQUE_BY "\"uniqueBy\":[\"rootWorkspace\",\"customFields.device_serial\"]"

static ardoq_identity_t identity;
static ardoq_report_t report;

static int set_up(void **state)
{
    const int result = peer_client_set_up(state);
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    strcpy(config.name_template, "{model} {serial}");
    strcpy(config.fields, ALL_FIELDS);
    identity = (ardoq_identity_t){.serial = "SN-1"};
    memset(&report, '#', sizeof report);
    return result;
}

/* What the last report wrote; "" if it failed. */
static char body[16384];

static ardoq_err_t compose_at(int64_t unix_seconds)
{
    ardoq_text_t text;
    ardoq_text_init(&text, body, sizeof body, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_err_t err = ardoq_report_compose(&config, &identity, unix_seconds, &report);
    err = err ? err : ardoq_report_write_body(&report, 0, &text);
    body[err ? 0 : text.length] = '\0';
    return err;
}

static ardoq_err_t compose(void)
{
    return compose_at(0);
}

static void assert_body(const char *expected)
{
    assert_string_equal(body, expected);
    assert_int_equal(ardoq_json_validate(body, strlen(body)), ARDOQ_OK);
}

/* The text of a report with this name and these custom fields. */
static const char *body_of(const char *name, const char *custom_fields)
{
    return text_of("{\"components\":{\"upsert\":[{" UNIQUE_BY
                   ",\"body\":{\"rootWorkspace\":\"" WORKSPACE
                   "\",\"typeId\":\"p1\",\"name\":\"%s\",\"customFields\":{%s}}}]}}",
                   name, custom_fields);
}

/* ---- Compose ---- */

static void test_smallest_report(void **state)
{
    (void)state;
    assert_int_equal(compose(), ARDOQ_OK);
    assert_body(body_of("SN-1", "\"device_serial\":\"SN-1\""));
    assert_string_equal(report.name, "SN-1");
    assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
    assert_string_equal(report.component_id, "");
    assert_int_equal(report.response.status, 0);
    assert_string_equal(report.response.body, "");
}

static void fill_identity(void)
{
    identity = (ardoq_identity_t){.serial = "SN-1",
                                  .mac = "02:00:5e:10:00:01",
                                  .model = "Gateway \"3\"",
                                  .hardware_revision = "C",
                                  .chip = "STM32H7\\x",
                                  .chip_revision = "Y",
                                  .firmware_name = "caf\xc3\xa9",
                                  .firmware_version = "1.2.3",
                                  .firmware_hash = "0123456789abcdef",
                                  .sdk_version = "SDK 5",
                                  .flash_size = "4 MB",
                                  .secure_boot = "enabled",
                                  .flash_encryption = "release",
                                  .host_name = "gateway-1",
                                  .ip_address = "2001:db8::1",
                                  .last_seen = NULL};
}

#define FULL_FIELDS                                                                                \
    "\"device_serial\":\"SN-1\",\"device_mac\":\"02:00:5e:10:00:01\","                             \
    "\"device_model\":\"Gateway \\\"3\\\"\",\"device_hardware_revision\":\"C\","                   \
    "\"device_chip\":\"STM32H7\\\\x\",\"device_chip_revision\":\"Y\","                             \
    "\"device_firmware_name\":\"caf\xc3\xa9\",\"device_firmware_version\":\"1.2.3\","              \
    "\"device_firmware_hash\":\"0123456789abcdef\",\"device_sdk_version\":\"SDK 5\","              \
    "\"device_flash_size\":\"4 MB\",\"device_secure_boot\":\"enabled\","                           \
    "\"device_flash_encryption\":\"release\",\"device_host_name\":\"gateway-1\","                  \
    "\"device_ip_address\":\"2001:db8::1\""

static void test_full_report(void **state)
{
    (void)state;
    fill_identity();
    strcat(config.fields, " last_seen");
    assert_int_equal(compose_at(1795426200), ARDOQ_OK);
    assert_body(body_of("Gateway \\\"3\\\" SN-1",
                        FULL_FIELDS ",\"device_last_seen\":\"2026-11-23T09:30:00Z\""));
    assert_string_equal(report.name, "Gateway \"3\" SN-1");
}

static void test_fields_are_those_of_the_list(void **state)
{
    (void)state;
    fill_identity();
    strcpy(config.name_template, "x");
    strcpy(config.fields, "chip=chip-Key_1, serial");
    assert_int_equal(compose(), ARDOQ_OK);
    assert_body(body_of("x", "\"chip-Key_1\":\"STM32H7\\\\x\",\"device_serial\":\"SN-1\""));
}

static void test_field_of_the_serial_number_is_the_unique_one(void **state)
{
    (void)state;
    strcpy(config.fields, "mac serial=abcdefghijklmnopqrstuvwxyz01234");
    assert_int_equal(compose(), ARDOQ_OK);
    assert_non_null(strstr(body, "[\"rootWorkspace\","
                                 "\"customFields.abcdefghijklmnopqrstuvwxyz01234\"]"));
    assert_non_null(strstr(body, "{\"abcdefghijklmnopqrstuvwxyz01234\":\"SN-1\"}"));
}

static void test_last_seen_needs_a_clock_and_an_entry(void **state)
{
    (void)state;
    strcpy(config.fields, "serial last_seen=seen");
    assert_int_equal(compose_at(0), ARDOQ_OK);
    assert_null(strstr(body, "seen"));
    assert_int_equal(compose_at(1), ARDOQ_OK);
    assert_non_null(strstr(body, ",\"seen\":\"1970-01-01T00:00:01Z\"}"));
    identity.last_seen = "by the program";
    assert_int_equal(compose_at(1), ARDOQ_OK);
    assert_non_null(strstr(body, ",\"seen\":\"by the program\"}"));
    identity.last_seen = NULL;
    strcpy(config.fields, "serial mac");
    assert_int_equal(compose_at(1), ARDOQ_OK);
    assert_null(strstr(body, "1970"));
}

static void test_time_of_a_report(void **state)
{
    (void)state;
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME;
    assert_int_equal(ardoq_report_time(), ARDOQ_RELEASE_TIME);
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME - 1;
    assert_int_equal(ardoq_report_time(), 0);
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME + 1;
    ardoq_fake.wall_time_known = false;
    assert_int_equal(ardoq_report_time(), 0);
}

/* ---- The name ---- */

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name_template;
        const char *model;
        const char *chip;
        const char *name;
    } cases[] = {
        {"{serial}", "M", "C", "SN-1"},
        {"{model} {serial}", "M", "C", "M SN-1"},
        {"Device", "M", "C", "Device"},
        {"[{chip}/{model}] {serial}!", "M", "C", "[C/M] SN-1!"},
        {"{model}{model}", "M", "C", "MM"},
        {"}{model}}", "M", "C", "}M}"},
        {"{model} {serial}", "", "", "SN-1"},
        {"{serial} {model}", "", "", "SN-1"},
        {"  {serial}  {model} ", "M", "", "SN-1 M"},
        {"{model} {chip} {serial}", "M", "", "M SN-1"},
        {"{model}{chip}{serial}", " M ", " C ", "MCSN-1"},
        {"{serial} - {model}", "", "", "SN-1 -"},
        {"{model}", "  M  ", "", "M"},
        {"", "M", "C", "SN-1"},
        {"   ", "M", "C", "SN-1"},
        {"{model}", "", "", "SN-1"},
        {"{model} {chip}", "", "", "SN-1"},
        {" {model}   {chip} ", " ", "", "SN-1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        strcpy(config.name_template, cases[i].name_template);
        identity.model = cases[i].model;
        identity.chip = cases[i].chip;
        assert_int_equal(compose(), ARDOQ_OK);
        assert_string_equal(report.name, cases[i].name);
        assert_non_null(strstr(body, text_of("\"name\":\"%s\"", cases[i].name)));
    }
}

static void test_every_field_may_stand_in_the_name(void **state)
{
    (void)state;
    fill_identity();
    for (unsigned field = 0; field < ARDOQ_IDENTITY_last_seen; field++) {
        const ardoq_identity_field_t number = (ardoq_identity_field_t)field;
        strcpy(config.name_template, text_of("<{%s}>", ardoq_identity_name(number)));
        assert_int_equal(compose(), ARDOQ_OK);
        assert_string_equal(report.name, text_of("<%s>", ardoq_identity_get(&identity, number)));
    }
}

/* A template that no rule has seen. */
static void test_unknown_fields_of_a_name_are_dropped(void **state)
{
    (void)state;
    strcpy(config.name_template, "a{token}b{}c{serial");
    assert_int_equal(compose(), ARDOQ_OK);
    assert_string_equal(report.name, "abcSN-1");
}

static void test_longest_name(void **state)
{
    (void)state;
    const size_t literal = 64;
    identity.sdk_version = repeat("x", ARDOQ_NAME_SIZE - 1 - literal);
    strcpy(config.name_template, text_of("%s{sdk_version}", repeat("y", literal)));
    assert_int_equal(compose(), ARDOQ_OK);
    assert_int_equal(strlen(report.name), ARDOQ_NAME_SIZE - 1);
    strcpy(config.name_template, text_of("%s{sdk_version}", repeat("y", literal + 1)));
    assert_int_equal(compose(), ARDOQ_ERR_NAME_TOO_LONG);
    assert_int_equal(body[0], '\0');
    /* Also when nothing but spaces fitted. */
    strcpy(config.name_template, text_of("%s{sdk_version}", repeat(" ", literal + 1)));
    assert_int_equal(compose(), ARDOQ_ERR_NAME_TOO_LONG);
}

/* ---- What must be there ---- */

static void assert_compose_fails(ardoq_err_t expected)
{
    memset(&report, '#', sizeof report);
    assert_int_equal(compose(), expected);
    assert_int_equal(body[0], '\0');
    assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
    assert_string_equal(report.response.body, "");
    assert_string_equal(report.response.message, "");
}

static void test_workspace_is_needed(void **state)
{
    (void)state;
    strcpy(config.workspace, "");
    assert_compose_fails(ARDOQ_ERR_WORKSPACE_INVALID);
}

static void test_component_type_is_needed(void **state)
{
    (void)state;
    strcpy(config.component_type, "");
    assert_compose_fails(ARDOQ_ERR_COMPONENT_TYPE_INVALID);
}

static void test_serial_number_is_needed(void **state)
{
    (void)state;
    identity.serial = "";
    assert_compose_fails(ARDOQ_ERR_SERIAL_MISSING);
    identity.serial = NULL;
    assert_compose_fails(ARDOQ_ERR_SERIAL_MISSING);
    identity.serial = " \t\r\n";
    assert_compose_fails(ARDOQ_ERR_SERIAL_MISSING);
}

static void test_field_of_the_serial_number_is_needed(void **state)
{
    (void)state;
    strcpy(config.fields, "mac model");
    assert_compose_fails(ARDOQ_ERR_SERIAL_FIELD_MISSING);
    strcpy(config.fields, "");
    assert_compose_fails(ARDOQ_ERR_SERIAL_FIELD_MISSING);
}

static void test_identity_must_be_clean_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"caf\xe9", "\x80", "\xc3", "\xed\xa0\x80", "\xc0\xaf",
                                        "a\r\nb",  "\x1b", "\x7f", "\xc2\x9b"};
    strcat(config.fields, " last_seen");
    for (unsigned field = 0; field < ARDOQ_IDENTITY_COUNT; field++) {
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            identity = (ardoq_identity_t){.serial = "SN-1"};
            ardoq_identity_set(&identity, (ardoq_identity_field_t)field, texts[i]);
            assert_compose_fails(ARDOQ_ERR_TEXT_INVALID);
        }
    }
}

/* ---- Types ---- */

static void assert_typed(const char *type, const char *value, const char *json)
{
    strcpy(config.fields, text_of("serial chip:%s", type));
    strcpy(config.name_template, "{serial}");
    identity.chip = value;
    assert_int_equal(compose(), json ? ARDOQ_OK : ARDOQ_ERR_VALUE_TYPE);
    if (json) {
        assert_body(
            body_of("SN-1", text_of("\"device_serial\":\"SN-1\",\"device_chip\":%s", json)));
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0",   "4",       "-12",  "0.5",
                                          "1e3", "-1.5E-3", "1E+2", "123456789012345678901"};
    static const char *const others[] = {"007",
                                         ".5",
                                         "1.",
                                         "+1",
                                         "--1",
                                         "1 2",
                                         "x",
                                         "1x",
                                         "0x1",
                                         "e",
                                         "1e",
                                         "-",
                                         "4 MBit",
                                         "4 M",
                                         "MB",
                                         "1.5 MB",
                                         "-4 MB",
                                         "4 MB MB",
                                         "9007199254740993 KB"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        assert_typed("number", numbers[i], numbers[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_typed("number", others[i], NULL);
    }
}

static void test_sizes_of_memory_are_bytes(void **state)
{
    (void)state;
    assert_typed("number", "4 MB", "4194304");
    assert_typed("number", "512KB", "524288");
    assert_typed("number", "1  gb", "1073741824");
    assert_typed("number", "0 KB", "0");
    assert_typed("number", "8388608 GB", "9007199254740992");
    assert_typed("number", "8388609 GB", NULL);
    assert_typed("number", "99999999999999999999999 KB", NULL);
}

static void test_booleans(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        {"true", "false"}, {"yes", "no"}, {"enabled", "disabled"}, {"on", "off"}, {"1", "0"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_typed("boolean", words[i][0], "true");
        assert_typed("boolean", words[i][1], "false");
    }
    assert_typed("boolean", "Enabled", "true");
    assert_typed("boolean", "release", NULL);
    assert_typed("boolean", "2", NULL);
}

static void test_times(void **state)
{
    (void)state;
    static const char *const times[] = {"2026-11-29", "2026-11-29T12:00:00Z",
                                        "2026-11-29T12:00:00.000+01:00"};
    static const char *const others[] = {"29.11.2026", "2026-11-2",  "2026-11-29 12:00",
                                         "2026",       "2026/11/29", "x"};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_typed("time", times[i], text_of("\"%s\"", times[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_typed("time", others[i], NULL);
    }
}

static void test_lists(void **state)
{
    (void)state;
    assert_typed("list", "a", "[\"a\"]");
    assert_typed("list", "a, b c ,\"d", "[\"a\",\"b c\",\"\\\"d\"]");
    assert_typed("list", ",a,, ,b,", "[\"a\",\"b\"]");
    assert_typed("list", ",", "[]");
}

static void test_a_typed_value_must_be_clean_text(void **state)
{
    (void)state;
    strcpy(config.fields, "serial chip:list");
    identity.chip = "a,\x1b";
    assert_compose_fails(ARDOQ_ERR_TEXT_INVALID);
}

/* What is not sent cannot be wrong. */
static void test_only_what_is_sent_is_judged(void **state)
{
    (void)state;
    strcpy(config.fields, "serial");
    strcpy(config.name_template, "{model}");
    identity.chip = "caf\xe9";
    assert_int_equal(compose(), ARDOQ_OK);
    identity.model = "caf\xe9";
    assert_compose_fails(ARDOQ_ERR_TEXT_INVALID);
}

static void test_identity_must_not_be_wrapped(void **state)
{
    (void)state;
    identity.serial = "\"SN-1\"";
    assert_compose_fails(ARDOQ_ERR_VALUE_WRAPPED);
    identity.serial = "serial=SN-1";
    assert_compose_fails(ARDOQ_ERR_VALUE_WRAPPED);
    identity.serial = "SN-1";
    identity.model = "'M'";
    assert_compose_fails(ARDOQ_ERR_VALUE_WRAPPED);
}

/* The key of a device must not depend on the file that it came from. */
static void test_what_stands_around_the_identity_is_left_out(void **state)
{
    (void)state;
    static const char *const serials[] = {"SN-1\r\n", "SN-1\n", "\xef\xbb\xbfSN-1", " SN-1 ",
                                          "\tSN-1\xc2\xa0"};
    for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
        identity.serial = serials[i];
        identity.model = " M\n";
        assert_int_equal(compose(), ARDOQ_OK);
        assert_body(body_of("M SN-1", "\"device_serial\":\"SN-1\",\"device_model\":\"M\""));
        identity.model = " ";
        assert_int_equal(compose(), ARDOQ_OK);
        assert_body(body_of("SN-1", "\"device_serial\":\"SN-1\""));
    }
}

/* ---- Windows ---- */

/* Of any place and size, which shows what the whole text has there. */
static void test_every_window(void **state)
{
    (void)state;
    char window[64];
    fill_identity();
    assert_int_equal(compose(), ARDOQ_OK);
    const size_t total = strlen(body);
    for (size_t skip = 0; skip <= total; skip++) {
        const size_t size = skip % (sizeof window + 1);
        const size_t left = total - skip;
        ardoq_text_t text;
        ardoq_text_init_window(&text, window, size, skip);
        assert_int_equal(ardoq_report_write_body(&report, 0, &text), ARDOQ_OK);
        assert_int_equal(text.total, total);
        assert_int_equal(text.length, left < size ? left : size);
        assert_memory_equal(window, body + skip, text.length);
    }
}

static void test_text_that_is_full(void **state)
{
    (void)state;
    assert_int_equal(compose(), ARDOQ_OK);
    const size_t total = strlen(body);
    ardoq_text_t text;
    ardoq_text_init(&text, body, total + 1, ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_int_equal(ardoq_report_write_body(&report, 0, &text), ARDOQ_OK);
    ardoq_text_init(&text, body, total, ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_int_equal(ardoq_report_write_body(&report, 0, &text), ARDOQ_ERR_JSON_BUFFER_FULL);
}

/* ---- Interpret ---- */

static ardoq_err_t interpret(const char *answer)
{
    static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
    static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);
    memset(&report, 0, sizeof report);
    return ardoq_report_interpret(answer, strlen(answer), &document, &report);
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        ardoq_report_outcome_t outcome;
        const char *id;
    } cases[] = {
        {"{\"components\":{\"created\":[{\"id\":\"5f00\"}]}}", ARDOQ_REPORT_CREATED, "5f00"},
        {"{\"components\":{\"updated\":[{\"id\":\"5f01\"}]}}", ARDOQ_REPORT_UPDATED, "5f01"},
        {"{\"components\":{\"created\":[],\"updated\":[{\"id\":\"5f01\"}],\"deleted\":[]}}",
         ARDOQ_REPORT_UPDATED, "5f01"},
        {"{\"components\":{\"created\":null,\"updated\":[{\"id\":\"5f01\"}]}}",
         ARDOQ_REPORT_UPDATED, "5f01"},
        {"{\"references\":{\"created\":[{\"id\":\"no\"}]},\"components\":{\"updated\":[{\"id\":"
         "\"5f01\"}]}}",
         ARDOQ_REPORT_UPDATED, "5f01"},
        {"{\"components\":{\"updated\":[],\"created\":[{\"batchId\":\"b\",\"x\":{},\"id\":\"5f00\"}"
         "]}}",
         ARDOQ_REPORT_CREATED, "5f00"},
        {"{\"components\":{\"created\":[{\"id\":\"0123456789012345678901234567890\"}]}}",
         ARDOQ_REPORT_CREATED, "0123456789012345678901234567890"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(interpret(cases[i].body), ARDOQ_OK);
        assert_int_equal(report.outcome, cases[i].outcome);
        assert_string_equal(report.component_id, cases[i].id);
    }
}

static void test_answers_that_confirm_nothing(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}",
        "[]",
        "",
        "null",
        /* Not an id. */
        "{\"components\":{\"created\":[{\"id\":\" \"}]}}",
        "{\"components\":{\"created\":[{\"id\":\"a\\u001b[2J\\u009b\\n\"}]}}",
        "{\"components\":{\"created\":[{\"id\":null}],\"updated\":[{\"id\":\"5f01\"}]}}",
        "{\"components\":{\"created\":[{\"id\":\"5f 00\"}]}}",
        "{\"components\":{\"updated\":[{\"id\":\"5f00\\u0007\"}]}}",
        "{\"components\":{\"updated\":[{\"id\":\"\\ud800\"}]}}",
        "{\"components\":{\"updated\":[{\"id\":\"../5f00\"}]}}",
        /* Not a list of one. */
        "{\"components\":{\"created\":{\"0\":{\"id\":\"5f00\"}}}}",
        "{\"components\":{\"updated\":{\"0\":{\"id\":\"5f00\"}}}}",
        "{\"components\":{\"created\":[{\"id\":\"5f00\"},{\"id\":\"5f01\"}]}}",
        "{\"components\":{\"updated\":[{\"id\":\"5f00\"},{\"id\":\"5f00\"}]}}",
        "{\"components\":{\"created\":[{\"id\":\"5f00\"}],\"updated\":[{\"id\":\"5f01\"}]}}",
        "{\"components\":null}",
        "{\"components\":{}}",
        "{\"components\":{\"created\":[],\"updated\":[]}}",
        "{\"components\":{\"deleted\":[{\"id\":\"5f00\"}]}}",
        "{\"components\":{\"created\":[{}]}}",
        "{\"components\":{\"created\":[{\"id\":7}]}}",
        "{\"components\":{\"created\":{\"id\":\"5f00\"}}}",
        "{\"components\":{\"updated\":[\"5f00\"]}}",
        "{\"created\":[{\"id\":\"5f00\"}]}",
        "{\"references\":{\"created\":[{\"id\":\"5f00\"}]}}",
        "{\"components\":{\"created\":[{\"id\":\"01234567890123456789012345678901\"}]}}",
        "{\"components\":{\"updated\":[{\"id\":\"01234567890123456789012345678901\"}]}}",
        "{\"components\":{\"created\":[{\"id\":\"\"}],\"updated\":[{\"id\":\"\"}]}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        assert_int_equal(interpret(bodies[i]), ARDOQ_ERR_REPORT_UNCONFIRMED);
        assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
        assert_string_equal(report.component_id, "");
    }
}

static void test_answers_that_are_no_json(void **state)
{
    (void)state;
    assert_int_equal(interpret(" "), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(interpret("{\"components\":{\"created\":[{\"id\":\"5f00\"}]}"),
                     ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(interpret("{\"components\":\"\xff\"}"), ARDOQ_ERR_JSON_UTF8);
    assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
}

static void test_outcome_names(void **state)
{
    (void)state;
    assert_string_equal(ardoq_report_outcome_name(ARDOQ_REPORT_NONE), "none");
    assert_string_equal(ardoq_report_outcome_name(ARDOQ_REPORT_CREATED), "created");
    assert_string_equal(ardoq_report_outcome_name(ARDOQ_REPORT_UPDATED), "updated");
    assert_string_equal(ardoq_report_outcome_name((ardoq_report_outcome_t)3), "none");
    assert_string_equal(ardoq_report_outcome_name((ardoq_report_outcome_t)-1), "none");
}

/* ---- The call ---- */

static void test_report_is_sent_and_understood(void **state)
{
    (void)state;
    fill_identity();
    peer_client_answer(json_of("{\"components\":{\"updated\":[{\"id\":\"5f01\"}]}}"));
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_OK);
    assert_int_equal(report.outcome, ARDOQ_REPORT_UPDATED);
    assert_string_equal(report.component_id, "5f01");
    assert_int_equal(report.response.status, 200);
    assert_memory_equal(tls_peer_received(), "POST /api/v2/batch HTTP/1.1\r\n", 29);
    assert_string_equal(strstr(tls_peer_received(), "\r\n\r\n") + 4,
                        body_of("Gateway \\\"3\\\" SN-1", FULL_FIELDS));
}

static void test_last_seen_is_the_wall_clock(void **state)
{
    (void)state;
    strcpy(config.fields, "serial last_seen=seen");
    peer_client_answer(json_of("{\"components\":{\"created\":[{\"id\":\"5f00\"}]}}"));
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_OK);
    assert_int_equal(compose_at(ardoq_fake.wall_time), ARDOQ_OK);
    assert_non_null(strstr(body, "\"seen\":\"20"));
    assert_string_equal(strstr(tls_peer_received(), "\r\n\r\n") + 4, body);
}

/* Most of the body has no room beside the head. */
static void test_report_longer_than_the_buffer(void **state)
{
    (void)state;
    fill_identity();
    identity.chip = repeat("0123456789", 1000);
    peer_client_answer(json_of("{\"components\":{\"updated\":[{\"id\":\"5f01\"}]}}"));
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_OK);
    assert_int_equal(report.outcome, ARDOQ_REPORT_UPDATED);
    assert_int_equal(compose(), ARDOQ_OK);
    const char *received = tls_peer_received();
    assert_string_equal(strstr(received, "\r\n\r\n") + 4, body);
    assert_non_null(strstr(received, text_of("\r\nContent-Length: %zu\r\n\r\n", strlen(body))));
}

static void test_report_without_waiting(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    ardoq_err_t err;
    peer_client_answer(json_of("{\"components\":{\"created\":[{\"id\":\"5f01\"}]}}"));
    assert_int_equal(ardoq_report_start(&client, &identity, &report), ARDOQ_OK);
    assert_int_equal(ardoq_report_start(&client, &identity, &report), ARDOQ_ERR_BUSY);
    while ((err = ardoq_request_step(&client, &wait)) == ARDOQ_PENDING) {
        ardoq_wait_for(&wait);
    }
    assert_int_equal(err, ARDOQ_OK);
    assert_int_equal(report.outcome, ARDOQ_REPORT_CREATED);
}

static void test_nothing_is_sent_of_a_report_without_serial_number(void **state)
{
    (void)state;
    identity.serial = "";
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_ERR_SERIAL_MISSING);
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_report_of_a_client_that_is_not_open(void **state)
{
    (void)state;
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_ERR_INVALID_ARGUMENT);
}

static void test_report_that_is_refused(void **state)
{
    (void)state;
    peer_client_answer(response_of("422 No", "application/json",
                                   "{\"message\":\"no field mac\","
                                   "\"components\":{\"created\":[{\"id\":\"5f00\"}]}}"));
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_ERR_UNPROCESSABLE);
    assert_string_equal(report.response.message, "no field mac");
    assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
    assert_string_equal(report.component_id, "");
}

static void test_report_that_is_not_confirmed(void **state)
{
    (void)state;
    peer_client_answer(json_of("{\"components\":{}}"));
    assert_int_equal(ardoq_report_device(&client, &identity, &report),
                     ARDOQ_ERR_REPORT_UNCONFIRMED);
    assert_int_equal(report.response.status, 200);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_smallest_report),
        TEST(test_full_report),
        TEST(test_fields_are_those_of_the_list),
        TEST(test_field_of_the_serial_number_is_the_unique_one),
        TEST(test_last_seen_needs_a_clock_and_an_entry),
        TEST(test_time_of_a_report),
        TEST(test_names),
        TEST(test_every_field_may_stand_in_the_name),
        TEST(test_unknown_fields_of_a_name_are_dropped),
        TEST(test_longest_name),
        TEST(test_workspace_is_needed),
        TEST(test_component_type_is_needed),
        TEST(test_serial_number_is_needed),
        TEST(test_field_of_the_serial_number_is_needed),
        TEST(test_identity_must_be_clean_text),
        TEST(test_numbers),
        TEST(test_sizes_of_memory_are_bytes),
        TEST(test_booleans),
        TEST(test_times),
        TEST(test_lists),
        TEST(test_a_typed_value_must_be_clean_text),
        TEST(test_only_what_is_sent_is_judged),
        TEST(test_identity_must_not_be_wrapped),
        TEST(test_what_stands_around_the_identity_is_left_out),
        TEST(test_every_window),
        TEST(test_text_that_is_full),
        TEST(test_answers),
        TEST(test_answers_that_confirm_nothing),
        TEST(test_answers_that_are_no_json),
        TEST(test_outcome_names),
        TEST(test_report_is_sent_and_understood),
        TEST(test_last_seen_is_the_wall_clock),
        TEST(test_report_longer_than_the_buffer),
        TEST(test_report_without_waiting),
        TEST(test_nothing_is_sent_of_a_report_without_serial_number),
        TEST(test_report_of_a_client_that_is_not_open),
        TEST(test_report_that_is_refused),
        TEST(test_report_that_is_not_confirmed),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
