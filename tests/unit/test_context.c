/* Reading a workspace's context, and comparing it with a configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ardoq/context.h"
#include "ardoq/port_fake.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"

static ardoq_context_t context;
static ardoq_context_check_t check;

/* What the callback was given, in words, and what it does. */
static struct {
    char story[2048];
    ardoq_err_t err;
} seen;

static int set_up(void **state)
{
    memset(&context, '#', sizeof context);
    memset(&check, '#', sizeof check);
    memset(&seen, 0, sizeof seen);
    return peer_client_set_up(state);
}

static ardoq_err_t take_entry(void *argument, ardoq_context_kind_t kind,
                              const ardoq_context_entry_t *entry)
{
    assert_ptr_equal(argument, &seen);
    const size_t length = strlen(seen.story);
    const char *end = entry->is_read_only ? " read-only" : "";
    const char *text =
        kind == ARDOQ_CONTEXT_TYPE_FIELD ? text_of("has %s; ", entry->field)
        : kind == ARDOQ_CONTEXT_TYPE     ? text_of("type %s %s%s; ", entry->id, entry->name, end)
        : kind == ARDOQ_CONTEXT_REFERENCE_TYPE
            ? text_of("reference %s %s%s; ", entry->id, entry->name, end)
            : text_of("field %s %s %s%s; ", entry->id, entry->type, entry->name, end);
    assert_true(length + strlen(text) < sizeof seen.story);
    strcpy(seen.story + length, text);
    return seen.err;
}

static ardoq_err_t read_context(const char *body)
{
    seen.story[0] = '\0';
    peer_client_answer(json_of(body));
    return ardoq_context_each(&client, &context, WORKSPACE, take_entry, &seen);
}

static void assert_story(const char *body, const char *expected)
{
    assert_int_equal(read_context(body), ARDOQ_OK);
    assert_string_equal(seen.story, expected);
}

/* ---- Reading ---- */

static void test_context(void **state)
{
    (void)state;
    assert_story("{\"rootWorkspace\":\"" WORKSPACE "\",\"componentTypes\":["
                 "{\"name\":\"Device\",\"typeId\":\"p1\",\"customFields\":[\"a\",\"b\"],"
                 "\"color\":null,\"parent\":{\"name\":\"Site\",\"typeId\":\"p9\"}},"
                 "{\"customFields\":[],\"typeId\":\"p2\",\"name\":\"Site\"}],"
                 "\"referenceTypes\":[{\"name\":\"Is at\",\"type\":3,\"customFields\":[\"c\"]}],"
                 "\"customFields\":["
                 "{\"apiKey\":\"a\",\"label\":\"A\",\"type\":\"Text\",\"readOnly\":false,"
                 "\"mandatory\":true},"
                 "{\"type\":\"List\",\"options\":[\"x\",\"apiKey\"],\"label\":\"B\","
                 "\"apiKey\":\"b\",\"description\":null,\"calculated\":true}],"
                 "\"tags\":[{\"name\":\"t\"}]}",
                 "has a; has b; type p1 Device; type p2 Site; reference 3 Is at; "
                 "field a Text A; field b List B read-only; ");
    assert_int_equal(context.response.status, 200);
    assert_ptr_equal(
        strstr(tls_peer_received(), "GET /api/v2/workspaces/" WORKSPACE "/context HTTP/1.1\r\n"),
        tls_peer_received());
}

/* What looks like one of the arrays, but stands elsewhere or is none. */
static void test_only_the_arrays_count(void **state)
{
    (void)state;
    assert_story("{}", "");
    assert_story("[{\"typeId\":\"p1\"}]", "");
    assert_story("{\"x\":{\"componentTypes\":[{\"typeId\":\"p1\"}]}}", "");
    assert_story("{\"componentTypes\":{\"0\":{\"typeId\":\"p1\"}}}", "");
    assert_story("{\"componentTypes\":[{\"customFields\":{\"a\":\"b\"}}]}", "type  ; ");
    assert_story("{\"componentTypes\":[{\"customFields\":[[\"a\"],{\"b\":\"c\"}]}]}", "type  ; ");
    assert_story("{\"componentTypes\":[{\"x\":[\"a\"],\"apiKey\":\"b\",\"readOnly\":true}]}",
                 "type  ; ");
    assert_story("{\"customFields\":[{\"typeId\":\"p1\",\"customFields\":[\"a\"]}]}", "field   ; ");
    assert_story("{\"customFields\":\"a\",\"componentTypes\":null}", "");
}

/* Nothing of one entry shows in the next. */
static void test_what_an_entry_lacks(void **state)
{
    (void)state;
    assert_story("{\"customFields\":[{\"apiKey\":\"a\",\"type\":\"Text\",\"label\":\"A\","
                 "\"readOnly\":true},{\"apiKey\":null,\"type\":3,\"label\":{\"label\":\"x\"},"
                 "\"readOnly\":null},{\"readOnly\":\"true\"}]}",
                 "field a Text A read-only; field   ; field   ; ");
}

static void test_numbers_of_reference_types(void **state)
{
    (void)state;
    assert_story("{\"referenceTypes\":[{\"type\":0},{\"name\":\"A\",\"type\":12 },{\"type\":-1},"
                 "{\"type\":1.0},{\"type\":1e1},{\"type\":\"3\"},{\"type\":true},{\"type\":[3]},"
                 "{\"typeId\":4,\"name\":5}]}",
                 "reference 0 ; reference 12 A; reference -1 ; reference 1.0 ; reference 1e1 ; "
                 "reference  ; reference  ; reference  ; reference  ; ");
    assert_story("{\"referenceTypes\":[{\"type\":12,\"type\":3},{\"type\":null}]}",
                 "reference 3 ; reference  ; ");
    const char *digits = repeat("7", sizeof context.entry.id);
    assert_story(text_of("{\"referenceTypes\":[{\"type\":%s},{\"type\":%s}]}", digits, digits + 1),
                 text_of("reference  ; reference %s ; ", digits + 1));
    digits = repeat("7", ARDOQ_JSON_SCAN_TEXT_SIZE + 1);
    assert_story(text_of("{\"referenceTypes\":[{\"type\":%s}]}", digits), "reference  ; ");
}

static void test_texts(void **state)
{
    (void)state;
    assert_story("{\"customFields\":[{\"apiKey\":\"\\u0061\",\"label\":\"\\u00e6\\n\\\"\"}]}",
                 "field a  \xc3\xa6 \"; ");
    const char *name = repeat("n", sizeof context.entry.name);
    assert_story(text_of("{\"componentTypes\":[{\"typeId\":\"p1\",\"name\":\"%s\"}]}", name),
                 text_of("type p1 %s; ", name + 1));
    name = repeat("n", ARDOQ_JSON_SCAN_TEXT_SIZE);
    assert_story(text_of("{\"componentTypes\":[{\"typeId\":\"p1\",\"name\":\"%s\"}]}", name),
                 "type p1 ; ");
}

static void test_error_of_the_callback_ends_the_reading(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{\"componentTypes\":[{},{}]}",
                                         "{\"customFields\":[{},{}]}",
                                         "{\"componentTypes\":[{\"customFields\":[\"\",\"\"]}]}"};
    static const char *const stories[] = {"type  ; ", "field   ; ", "has ; "};
    seen.err = ARDOQ_ERR_JSON_RANGE;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(read_context(bodies[i]), ARDOQ_ERR_JSON_RANGE);
        assert_string_equal(seen.story, stories[i]);
        ardoq_close(&client);
    }
}

static void test_workspace_that_is_none(void **state)
{
    (void)state;
    static const char *const workspaces[] = {"", "x", "0123456789abcdef0123456",
                                             "0123456789abcdef012345678",
                                             "0123456789abcdef0123456/"};
    peer_client_answer(json_of("{}"));
    for (size_t i = 0; i < sizeof workspaces / sizeof workspaces[0]; i++) {
        assert_int_equal(ardoq_context_each(&client, &context, workspaces[i], take_entry, &seen),
                         ARDOQ_ERR_WORKSPACE_INVALID);
        assert_int_equal(context.response.status, 0);
        assert_string_equal(context.response.message, "");
    }
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_answers_that_are_no_context(void **state)
{
    (void)state;
    assert_int_equal(read_context(""), ARDOQ_ERR_ANSWER_EMPTY);
    assert_int_equal(read_context("{\"componentTypes\":[{}]"), ARDOQ_ERR_JSON_INVALID);
    assert_string_equal(seen.story, "type  ; ");
    assert_int_equal(read_context("{\"componentTypes\":[{},]}"), ARDOQ_ERR_JSON_INVALID);
    peer_client_answer(response_of("404 No", "application/json", "{\"message\":\"no such\"}"));
    assert_int_equal(ardoq_context_each(&client, &context, WORKSPACE, take_entry, &seen),
                     ARDOQ_ERR_NOT_FOUND);
    assert_string_equal(context.response.message, "no such");
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static void configure(void)
{
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    strcpy(config.fields, "");
}

static ardoq_err_t judge(const char *body)
{
    peer_client_answer(json_of(body));
    return ardoq_context_check(&client, &context, &check);
}

static ardoq_err_t error_of(const char *name)
{
    return ardoq_context_field_error(&check, ardoq_identity_find(name, strlen(name)));
}

static void test_component_type(void **state)
{
    (void)state;
    configure();
    assert_int_equal(judge("{\"componentTypes\":[{\"typeId\":\"p2\",\"name\":\"Site\"},"
                           "{\"typeId\":\"p1\",\"name\":\"Device\"},{\"typeId\":\"p3\"}]}"),
                     ARDOQ_OK);
    assert_int_equal(ardoq_context_type_error(&check), ARDOQ_OK);
    assert_string_equal(check.type_name, "Device");
    assert_int_equal(judge("{\"componentTypes\":[{\"typeId\":\"p11\"},{\"typeId\":\"\"}]}"),
                     ARDOQ_OK);
    assert_int_equal(ardoq_context_type_error(&check), ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN);
    strcpy(config.component_type, "");
    assert_int_equal(judge("{\"componentTypes\":[{\"typeId\":\"\"}]}"), ARDOQ_OK);
    assert_int_equal(ardoq_context_type_error(&check), ARDOQ_ERR_COMPONENT_TYPE_INVALID);
    assert_false(check.has_type);
}

static void test_fields(void **state)
{
    (void)state;
    configure();
    strcpy(config.fields, "serial=a mac=b model=c chip=d ip_address=e");
    assert_int_equal(
        judge("{\"customFields\":[{\"apiKey\":\"a\",\"type\":\"Text\"},"
              "{\"apiKey\":\"c\",\"type\":\"Text\",\"readOnly\":true},"
              "{\"apiKey\":\"d\",\"type\":\"Text\"},{\"apiKey\":\"e\",\"type\":\"Number\"},"
              "{\"apiKey\":\"\",\"type\":\"Text\"}],"
              "\"componentTypes\":[{\"typeId\":\"p0\",\"customFields\":[\"d\"]},"
              "{\"typeId\":\"p1\",\"customFields\":[\"e\",\"c\",\"a\"]},"
              "{\"typeId\":\"p2\",\"customFields\":[\"d\"]}]}"),
        ARDOQ_OK);
    assert_int_equal(error_of("serial"), ARDOQ_OK);
    assert_int_equal(error_of("mac"), ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN);
    assert_int_equal(error_of("model"), ARDOQ_ERR_CUSTOM_FIELD_READ_ONLY);
    assert_int_equal(error_of("chip"), ARDOQ_ERR_CUSTOM_FIELD_NOT_OF_TYPE);
    assert_int_equal(error_of("ip_address"), ARDOQ_ERR_CUSTOM_FIELD_UNFIT);
    assert_int_equal(error_of("host_name"), ARDOQ_OK);
}

static void test_fields_of_a_type_that_is_unknown(void **state)
{
    (void)state;
    configure();
    strcpy(config.fields, "serial=a");
    assert_int_equal(judge("{\"customFields\":[{\"apiKey\":\"a\",\"type\":\"Text\"}]}"), ARDOQ_OK);
    assert_int_equal(error_of("serial"), ARDOQ_OK);
    assert_int_equal(judge("{\"customFields\":[{\"apiKey\":\"b\",\"type\":\"Text\"}]}"), ARDOQ_OK);
    assert_int_equal(error_of("serial"), ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN);
    strcpy(config.fields, "mac=a");
    assert_int_equal(error_of("serial"), ARDOQ_ERR_SERIAL_FIELD_MISSING);
}

/* The errors of the serial number, of any other text, and of the time. */
static void test_types_of_fields(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        bool takes_serial, takes_text, takes_time;
    } rows[] = {
        {"Text", true, true, true},         {"text", true, true, true},
        {"TextArea", false, true, true},    {"DateTime", false, false, true},
        {"Number", false, false, false},    {"Checkbox", false, false, false},
        {"List", false, false, false},      {"SelectMultipleList", false, false, false},
        {"Email", false, false, false},     {"Url", false, false, false},
        {"User", false, false, false},      {"", false, false, false},
        {"TextAreas", false, false, false},
    };
    configure();
    strcpy(config.fields, "serial=a mac=b last_seen=c");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *type = rows[i].type;
        assert_int_equal(judge(text_of("{\"customFields\":[{\"type\":\"%s\",\"apiKey\":\"a\"},"
                                       "{\"type\":\"%s\",\"apiKey\":\"b\"},"
                                       "{\"type\":\"%s\",\"apiKey\":\"c\"}]}",
                                       type, type, type)),
                         ARDOQ_OK);
        const ardoq_err_t unfit = ARDOQ_ERR_CUSTOM_FIELD_UNFIT;
        assert_int_equal(error_of("serial"), rows[i].takes_serial ? ARDOQ_OK : unfit);
        assert_int_equal(error_of("mac"), rows[i].takes_text ? ARDOQ_OK : unfit);
        assert_int_equal(error_of("last_seen"), rows[i].takes_time ? ARDOQ_OK : unfit);
    }
}

#if ARDOQ_MODEL
/* What fields may say instead of text; of the serial number nothing. */
static void test_types_that_fit(void **state)
{
    (void)state;
    static const struct {
        const char *field, *says;
    } rows[] = {
        {"Text", "text"},
        {"TextArea", "text"},
        {"Number", "number"},
        {"Checkbox", "boolean"},
        {"Date", "time"},
        {"DateTime", "time"},
        {"SelectMultipleList", "list"},
        {"List", NULL},
        {"Email", NULL},
        {"Url", NULL},
        {"", NULL},
    };
    configure();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ardoq_value_type_t type;
        strcpy(config.fields, "serial=a model=b:list");
        assert_int_equal(judge(text_of("{\"customFields\":[{\"type\":\"%s\",\"apiKey\":\"a\"},"
                                       "{\"type\":\"%s\",\"apiKey\":\"b\"}]}",
                                       rows[i].field, rows[i].field)),
                         ARDOQ_OK);
        assert_false(ardoq_context_field_type(&check, ARDOQ_IDENTITY_serial, &type));
        assert_false(ardoq_context_field_type(&check, ARDOQ_IDENTITY_mac, &type));
        assert_int_equal(ardoq_context_field_type(&check, ARDOQ_IDENTITY_model, &type),
                         rows[i].says != NULL);
        assert_int_equal(error_of("model"), rows[i].says && strcmp(rows[i].says, "list") == 0
                                                ? ARDOQ_OK
                                                : ARDOQ_ERR_CUSTOM_FIELD_UNFIT);
        if (rows[i].says) {
            assert_string_equal(ardoq_value_type_name(type), rows[i].says);
            strcpy(config.fields, text_of("serial=a model=b:%s", rows[i].says));
            assert_int_equal(
                judge(text_of("{\"customFields\":[{\"type\":\"%s\",\"apiKey\":\"b\"}]}",
                              rows[i].field)),
                ARDOQ_OK);
            assert_int_equal(error_of("model"), ARDOQ_OK);
        }
    }
}

/* What is sent as it is only where nothing else is said. */
static void test_types_of_times_and_addresses(void **state)
{
    (void)state;
    configure();
    static const char context_json[] =
        "{\"customFields\":[{\"type\":\"DateTime\",\"apiKey\":\"a\"},"
        "{\"type\":\"Url\",\"apiKey\":\"b\"}]}";
    strcpy(config.fields, "last_seen=a sbom_url=b");
    assert_int_equal(judge(context_json), ARDOQ_OK);
    assert_int_equal(error_of("last_seen"), ARDOQ_OK);
    assert_int_equal(error_of("sbom_url"), ARDOQ_OK);
    strcpy(config.fields, "last_seen=a:number sbom_url=b:list");
    assert_int_equal(judge(context_json), ARDOQ_OK);
    assert_int_equal(error_of("last_seen"), ARDOQ_ERR_CUSTOM_FIELD_UNFIT);
    assert_int_equal(error_of("sbom_url"), ARDOQ_ERR_CUSTOM_FIELD_UNFIT);
}
#endif

/* As many fields and options as no buffer of a microcontroller holds, in chunks of every size. */
static void test_large_context(void **state)
{
    (void)state;
    configure();
    strcpy(config.fields, "serial=wanted");
    const char *keys = repeat("\"some_custom_field_of_no_use\",", 2000);
    const char *options = repeat("\"option\",", 10000);
    const char *field = text_of("{\"apiKey\":\"x\",\"type\":\"List\",\"options\":[%s0]},", options);
    assert_int_equal(
        judge(text_of("{\"componentTypes\":[{\"customFields\":[%s\"wanted\"],\"typeId\":\"p1\"}],"
                      "\"customFields\":[%s{\"apiKey\":\"wanted\",\"type\":\"Text\"}]}",
                      keys, field)),
        ARDOQ_OK);
    assert_int_equal(ardoq_context_type_error(&check), ARDOQ_OK);
    assert_int_equal(error_of("serial"), ARDOQ_OK);
}

static void test_client_that_is_not_open(void **state)
{
    (void)state;
    assert_int_equal(ardoq_context_check(&client, &context, &check), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_context_each(&client, &context, WORKSPACE, take_entry, &seen),
                     ARDOQ_ERR_INVALID_ARGUMENT);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_context),
        TEST(test_only_the_arrays_count),
        TEST(test_what_an_entry_lacks),
        TEST(test_numbers_of_reference_types),
        TEST(test_texts),
        TEST(test_error_of_the_callback_ends_the_reading),
        TEST(test_workspace_that_is_none),
        TEST(test_answers_that_are_no_context),
        TEST(test_component_type),
        TEST(test_fields),
        TEST(test_fields_of_a_type_that_is_unknown),
        TEST(test_types_of_fields),
#if ARDOQ_MODEL
        TEST(test_types_that_fit),
        TEST(test_types_of_times_and_addresses),
#endif
        TEST(test_large_context),
        TEST(test_client_that_is_not_open),
    };
    return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
