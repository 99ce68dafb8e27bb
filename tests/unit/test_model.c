/* The device in its architecture: the batch byte by byte, and the reaction to each answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/json_validate.h"
#include "ardoq/model.h"
#include "ardoq/port_fake.h"
#include "error_name.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define OTHER     "abcdefabcdefabcdefabcdef"
#define ID        "5e5e5e5e5e5e5e5e5e5e5e5e"
#define DEVICE_ID "deadbeefdeadbeefdeadbeef"
#define ENTITY(id, serial)                                                                         \
    "{\"id\":\"" id "\",\"body\":{\"customFields\":{\"device_serial\":\"" serial "\"}}}"
#define DONE      "{\"components\":{\"updated\":[" ENTITY(DEVICE_ID, "SN-1") "]}}"
#define FOUND(id) "{\"values\":[{\"_id\":\"" id "\",\"name\":\"x\"}]}"
#define NOBODY    "{\"values\":[]}"

static ardoq_identity_t identity;
static ardoq_model_t model;
static ardoq_report_t report;

static int set_up(void **state)
{
    const int result = peer_client_set_up(state);
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    strcpy(config.name_template, "{serial}");
    strcpy(config.fields, "serial");
    identity = (ardoq_identity_t){.serial = "SN-1", .model = "Pump 2"};
    model = (ardoq_model_t){0};
    memset(&report, '#', sizeof report);
    return result;
}

/* ---- Compose ---- */

static char body[8192];

static ardoq_err_t compose(void)
{
    const char *setting = NULL;
    ardoq_text_t text;
    ardoq_text_init(&text, body, sizeof body, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_err_t err = ardoq_report_compose(&config, &identity, 0, &report);
    err = err ? err : ardoq_model_compose(&model, &report, &setting);
    err = err ? err : ardoq_model_write_body(&model, 0, &text);
    body[err ? 0 : text.length] = '\0';
    return err;
}

static void assert_body(const char *expected)
{
    assert_int_equal(compose(), ARDOQ_OK);
    assert_string_equal(body, expected);
    assert_int_equal(ardoq_json_validate(body, strlen(body)), ARDOQ_OK);
}

#define BEGIN     "{\"options\":{\"respondWithEntities\":true},"
#define UNIQUE_BY "\"uniqueBy\":[\"rootWorkspace\",\"customFields.device_serial\"]"
#define UPSERT_BEGIN                                                                               \
    "{\"batchId\":\"device\"," UNIQUE_BY ",\"body\":{\"rootWorkspace\":\"" WORKSPACE               \
    "\",\"typeId\":\"p1\",\"name\":\"SN-1\","
#define SERIAL "\"customFields\":{\"device_serial\":\"SN-1\""
#define UPSERT "\"components\":{\"upsert\":[" UPSERT_BEGIN SERIAL "}}}]}"
#define REFERENCE(target, type)                                                                    \
    "{\"uniqueBy\":[\"source\",\"target\",\"type\"],\"body\":{\"source\":\"device\",\"target\":"   \
    "\"" target "\",\"type\":" type "}}"

static void test_a_model_that_says_nothing_is_a_plain_report(void **state)
{
    (void)state;
    assert_body("{\"components\":{\"upsert\":[{" UNIQUE_BY
                ",\"body\":{\"rootWorkspace\":\"" WORKSPACE
                "\",\"typeId\":\"p1\",\"name\":\"SN-1\"," SERIAL "}}}]}}");
}

static void test_a_reference_by_id(void **state)
{
    (void)state;
    model.relations = "12 " ID;
    assert_body(BEGIN UPSERT ",\"references\":{\"upsert\":[" REFERENCE(ID, "12") "]}}");
}

static void test_aliases_and_shared_components(void **state)
{
    (void)state;
    model.relations = "1 /A; 2 " OTHER "/f=\"B; 3 +p2/{model}; 4 " OTHER "+p3/D {serial}";
    assert_body(
        BEGIN
        "\"aliases\":{\"components\":{"
        "\"target 0\":{\"rootWorkspace\":\"" WORKSPACE "\",\"name\":\"A\"},"
        "\"target 1\":{\"rootWorkspace\":\"" OTHER "\",\"customFields\":{\"f\":\"\\\"B\"}}}},"
        "\"components\":{\"upsert\":["
        "{\"batchId\":\"target 2\",\"uniqueBy\":[\"rootWorkspace\",\"name\"],\"body\":{"
        "\"rootWorkspace\":\"" WORKSPACE "\",\"typeId\":\"p2\",\"name\":\"Pump 2\"}},"
        "{\"batchId\":\"target 3\",\"uniqueBy\":[\"rootWorkspace\",\"name\"],\"body\":{"
        "\"rootWorkspace\":\"" OTHER
        "\",\"typeId\":\"p3\",\"name\":\"D SN-1\"}}," UPSERT_BEGIN SERIAL
        "}}}]},\"references\":{\"upsert\":[" REFERENCE("target 0", "1") "," REFERENCE(
            "target 1", "2") "," REFERENCE("target 2", "3") "," REFERENCE("target 3", "4") "]}}");
}

static void test_parents(void **state)
{
    (void)state;
    model.parent = ID;
    assert_body(BEGIN "\"components\":{\"upsert\":[" UPSERT_BEGIN "\"parent\":\"" ID "\"," SERIAL
                      "}}}]}}");
    model.parent = " ? /Rack ";
    model.relations = "1 /Rack";
    assert_body(BEGIN "\"aliases\":{\"components\":{\"target 0\":{\"rootWorkspace\":\"" WORKSPACE
                      "\",\"name\":\"Rack\"}}},\"components\":{\"upsert\":[" UPSERT_BEGIN
                      "\"parent\":\"target 0\"," SERIAL
                      "}}}]},\"references\":{\"upsert\":[" REFERENCE("target 0", "1") "]}}");
    /* A parent whose name is not known is none. */
    model.parent = "/{chip}";
    model.relations = "";
    assert_body(BEGIN UPSERT "}");
}

static ardoq_err_t count_up(void *context)
{
    static char value[2] = "0";
    value[0]++;
    ((ardoq_fact_t *)context)->value = value;
    return value[0] == '3' ? ARDOQ_ERR_INTERRUPTED : ARDOQ_OK;
}

static void test_facts_of_the_program(void **state)
{
    (void)state;
    ardoq_fact_t facts[] = {
        {"hours", ARDOQ_TYPE_NUMBER, NULL},
        {"owner", ARDOQ_TYPE_TEXT, " \"Me\" too\n"},
        {"left_out", ARDOQ_TYPE_TEXT, ""},
        {"on", ARDOQ_TYPE_BOOLEAN, "yes"},
    };
    model.facts = facts;
    model.fact_count = sizeof facts / sizeof facts[0];
    model.update_facts = count_up;
    model.context = facts;
    assert_body(BEGIN "\"components\":{\"upsert\":[" UPSERT_BEGIN SERIAL
                      ",\"hours\":1,\"owner\":\"\\\"Me\\\" too\",\"on\":true}}}]}}");
    facts[3].value = "perhaps";
    assert_int_equal(compose(), ARDOQ_ERR_VALUE_TYPE);
    assert_int_equal(compose(), ARDOQ_ERR_INTERRUPTED);
    model.update_facts = NULL;
    facts[3].value = "a\x01";
    assert_int_equal(compose(), ARDOQ_ERR_TEXT_INVALID);
    facts[3].value = "on=yes";
    assert_int_equal(compose(), ARDOQ_ERR_VALUE_WRAPPED);
    facts[3].value = "";
    assert_int_equal(compose(), ARDOQ_OK);
}

static void test_a_name_that_is_kept(void **state)
{
    (void)state;
    model.keep_name = true;
    assert_body(BEGIN "\"aliases\":{\"components\":{\"device\":{\"rootWorkspace\":\"" WORKSPACE
                      "\",\"customFields\":{\"device_serial\":\"SN-1\"}}}},"
                      "\"components\":{\"update\":[{\"id\":\"device\",\"ifVersionMatch\":"
                      "\"latest\",\"body\":{" SERIAL "}}}]}}");
}

static void test_values_of_targets_are_judged(void **state)
{
    (void)state;
    model.relations = "1 /{chip}";
    identity.chip = "caf\xe9";
    assert_int_equal(compose(), ARDOQ_ERR_TEXT_INVALID);
    identity.chip = repeat("x", ARDOQ_TARGET_VALUE_SIZE);
    assert_int_equal(compose(), ARDOQ_ERR_NAME_TOO_LONG);
    identity.chip = repeat("x", ARDOQ_TARGET_VALUE_SIZE - 1);
    assert_int_equal(compose(), ARDOQ_OK);
}

static void test_settings(void **state)
{
    (void)state;
    const char *setting = NULL;
    assert_int_equal(ardoq_port_store_set("relations", "1 " ID), ARDOQ_OK);
    assert_int_equal(ardoq_port_store_set("parent", "Oslo"), ARDOQ_OK);
    assert_int_equal(ardoq_model_compose(&model, &report, &setting), ARDOQ_ERR_RELATION_INVALID);
    assert_string_equal(setting, "parent");
    model.parent = "";
    assert_int_equal(compose(), ARDOQ_OK);
    assert_non_null(strstr(body, REFERENCE(ID, "1")));
    model.relations = "1";
    assert_int_equal(ardoq_model_compose(&model, &report, &setting), ARDOQ_ERR_RELATION_INVALID);
    assert_string_equal(setting, "relations");
    model.relations = repeat("x", ARDOQ_FIELDS_SIZE);
    assert_int_equal(ardoq_model_compose(&model, &report, &setting), ARDOQ_ERR_SETTING_TOO_LONG);
    model.relations = NULL;
    assert_int_equal(ardoq_port_store_set("keep_name", "perhaps"), ARDOQ_OK);
    assert_int_equal(ardoq_model_compose(&model, &report, &setting), ARDOQ_ERR_SETTING_INVALID);
    assert_string_equal(setting, "keep_name");
    ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, ARDOQ_ERR_STORE_DAMAGED);
    assert_int_equal(ardoq_model_compose(&model, &report, &setting), ARDOQ_ERR_STORE_DAMAGED);
}

/* ---- The call ---- */

static ardoq_err_t report_with(const char *const *answers, size_t count)
{
    static peer_step_t steps[8];
    for (size_t i = 0; i < count; i++) {
        const bool is_whole = strncmp(answers[i], "HTTP", 4) == 0;
        steps[i] = (peer_step_t){.answer = is_whole ? answers[i] : json_of(answers[i])};
    }
    script.steps = steps;
    script.step_count = count;
    tls_peer_forget_received();
    ardoq_close(&client);
    tls_peer_stop();
    peer_client_open(steps, count);
    return ardoq_model_report(&client, &identity, &model, &report);
}

#define REPORT_WITH(...)                                                                           \
    report_with((const char *const[]){__VA_ARGS__},                                                \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* First lines of the requests that were sent. */
static void assert_requests(const char *expected)
{
    static char lines[2048];
    lines[0] = '\0';
    const char *at = tls_peer_received();
    while ((at = strstr(at, " HTTP/1.1\r\n")) != NULL) {
        const char *begin = at;
        while (begin > tls_peer_received() && begin[-1] != '\n' && begin[-1] != '}') {
            begin--;
        }
        strncat(lines, begin, (size_t)(at - begin));
        strcat(lines, "\n");
        at++;
    }
    assert_string_equal(lines, expected);
}

#define POST "POST /api/v2/batch\n"
#define LOOK_FOR_SN_1                                                                              \
    "GET /api/v2/components?rootWorkspace=" WORKSPACE "&customFields.device_serial=SN-1\n"
#define LOOK_FOR(name) "GET /api/v2/components?rootWorkspace=" WORKSPACE "&name=" name "\n"
#define LIST(type)     "GET /api/v2/references?source=" DEVICE_ID "&type=" type "\n"

static const char *refusal(void)
{
    return response_of("422 No", "application/json", "{\"message\":\"no such thing\"}");
}

static void test_the_device_is_found_among_the_results(void **state)
{
    (void)state;
    model.relations = "1 +p2/A";
    static const char *const answers[] = {
        "{\"components\":{\"created\":[" ENTITY(
            "5f01", "SN-2") "],\"updated\":["
                            "{\"id\":\"5f02\",\"body\":{\"customFields\":null}}," ENTITY(
                                "5f03", "SN-1") "]},"
                                                "\"references\":{\"updated\":[" ENTITY(
                                                    "5f04", "SN-1") "]}}",
        /* In another order, and with what nobody asked for. */
        "{\"more\":{\"created\":[" ENTITY("5f09", "SN-1") "]},\"components\":{\"more\":[" ENTITY(
            "5f08",
            "SN-1") "],\"updated\":[" ENTITY("5f03",
                                             "SN-1") "," ENTITY("5f07",
                                                                "SN-11") "],\"deleted\":"
                                                                         "[" ENTITY("5f06",
                                                                                    "SN-1") "]}}",
        /* The only one, without its fields. */
        "{\"components\":{\"updated\":[{\"id\":\"5f03\"}]}}",
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        assert_int_equal(REPORT_WITH(answers[i]), ARDOQ_OK);
        assert_string_equal(report.component_id, "5f03");
        assert_int_equal(report.outcome, ARDOQ_REPORT_UPDATED);
        assert_requests(POST);
    }
    assert_int_equal(REPORT_WITH("{\"components\":{\"created\":[" ENTITY("5f03", "SN-1") "]}}"),
                     ARDOQ_OK);
    assert_int_equal(report.outcome, ARDOQ_REPORT_CREATED);
}

static void test_an_answer_that_does_not_name_the_device(void **state)
{
    (void)state;
    model.relations = "1 +p2/A";
    static const char *const answers[] = {
        "{}",
        "{\"components\":{}}",
        "{\"components\":{\"created\":[" ENTITY("5f01", "SN-2") ",{\"id\":\"5f02\"}]}}",
        "{\"components\":{\"created\":[{\"id\":\"5f\\n02\"}]}}",
        "{\"components\":{\"created\":[{\"id\":7}]}}",
        "{\"components\":{\"deleted\":[{\"id\":\"5f02\"}]}}",
        "{\"references\":{\"created\":[{\"id\":\"5f02\"}]}}",
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        assert_int_equal(REPORT_WITH(answers[i]), ARDOQ_ERR_REPORT_UNCONFIRMED);
        assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
        assert_string_equal(report.component_id, "");
    }
    assert_int_equal(REPORT_WITH("{\"components\":"), ARDOQ_ERR_JSON_INVALID);
}

static void test_what_is_stale_is_deleted(void **state)
{
    (void)state;
    model.relations = "7! /A";
    assert_int_equal(REPORT_WITH(FOUND(DEVICE_ID), FOUND(ID),
                                 "{\"values\":[{\"_id\":\"5f01\",\"target\":\"" OTHER
                                 "\",\"type\":7},{\"target\":\"" ID "\",\"_id\":\"5f02\"},"
                                 "{\"target\":\"x\",\"_id\":null},"
                                 "{\"target\":null,\"_id\":\"5f03\"}]}",
                                 DONE),
                     ARDOQ_OK);
    assert_requests(LOOK_FOR_SN_1 LOOK_FOR("A") LIST("7") POST);
    assert_non_null(strstr(tls_peer_received(),
                           REFERENCE("target 0", "7") "],\"delete\":[{\"id\":\"5f01\"},"
                                                      "{\"id\":\"5f03\"}]}}"));
}

static void test_no_more_are_deleted_than_fit(void **state)
{
    (void)state;
    model.relations = "7! " ID;
    assert_int_equal(
        REPORT_WITH(FOUND(DEVICE_ID),
                    "{\"values\":[{\"_id\":\"1\"},{\"_id\":\"2\"},{\"_id\":\"3\"},{\"_id\":\"4\"},"
                    "{\"_id\":\"5\"}]}",
                    DONE),
        ARDOQ_OK);
    assert_requests(LOOK_FOR_SN_1 LIST("7") POST);
    assert_non_null(strstr(tls_peer_received(), "{\"id\":\"4\"}]}}"));
}

static void test_a_new_device_has_nothing_that_is_stale(void **state)
{
    (void)state;
    model.relations = "7! /A";
    assert_int_equal(REPORT_WITH(NOBODY, DONE), ARDOQ_OK);
    assert_requests(LOOK_FOR_SN_1 POST);
}

/* What it led to before goes, also when the new one is only made now. */
static void test_a_move_to_what_is_made_now(void **state)
{
    (void)state;
    model.relations = "7! +p2/A; 8! +p2/B";
    assert_int_equal(REPORT_WITH(FOUND(DEVICE_ID), NOBODY,
                                 "{\"values\":[{\"_id\":\"5f01\",\"target\":\"" ID "\"}]}",
                                 FOUND(ID),
                                 "{\"values\":[{\"_id\":\"5f02\",\"target\":\"" ID "\"}]}", DONE),
                     ARDOQ_OK);
    assert_requests(LOOK_FOR_SN_1 LOOK_FOR("A") LIST("7") LOOK_FOR("B") LIST("8") POST);
    assert_non_null(strstr(tls_peer_received(), ",\"delete\":[{\"id\":\"5f01\"}]}}"));
}

static void test_deletes_go_alone_where_nothing_may_be_mixed(void **state)
{
    (void)state;
    model.relations = "7! /A";
    const char *const stale = "{\"values\":[{\"_id\":\"5f01\",\"target\":\"" OTHER "\"}]}";
    assert_int_equal(REPORT_WITH(FOUND(DEVICE_ID), FOUND(ID), stale, refusal(), DONE,
                                 "{\"references\":{\"deleted\":[{\"id\":\"5f01\"}]}}"),
                     ARDOQ_OK);
    assert_requests(LOOK_FOR_SN_1 LOOK_FOR("A") LIST("7") POST POST POST);
    assert_int_equal(report.outcome, ARDOQ_REPORT_UPDATED);
    assert_non_null(
        strstr(tls_peer_received(), "\r\n\r\n{\"references\":{\"delete\":[{\"id\":\"5f01\"}]}}"));
    /* It is remembered. */
    assert_int_equal(REPORT_WITH(FOUND(DEVICE_ID), FOUND(ID), stale, DONE, refusal()),
                     ARDOQ_ERR_UNPROCESSABLE);
    assert_requests(LOOK_FOR_SN_1 LOOK_FOR("A") LIST("7") POST POST);
}

static void assert_nothing_was_done(const char *message, const char *setting)
{
    assert_int_equal(report.outcome, ARDOQ_REPORT_NONE);
    assert_string_equal(report.response.message, message);
    assert_int_equal(report.response.status, 422);
    if (setting) {
        assert_string_equal(ardoq_detail(&client)->setting, setting);
    }
}

static void test_a_missing_target(void **state)
{
    (void)state;
    model.relations = "1 /A; 2 /B; 3 " ID;
    assert_int_equal(REPORT_WITH(refusal(), FOUND(ID), NOBODY), ARDOQ_ERR_TARGET_MISSING);
    assert_nothing_was_done("B", "relations");
    assert_requests(POST LOOK_FOR("A") LOOK_FOR("B"));
    const char *const missing = response_of("404 No", "application/json", "{}");
    assert_int_equal(REPORT_WITH(refusal(), FOUND(ID), FOUND(ID), missing),
                     ARDOQ_ERR_TARGET_MISSING);
    assert_nothing_was_done(ID, "relations");
    assert_requests(POST LOOK_FOR("A") LOOK_FOR("B") "GET /api/v2/components/" ID "\n");
}

static void test_a_refusal_that_no_target_explains(void **state)
{
    (void)state;
    model.relations = "1 /A; 2 +p2/B; 3 " ID;
    assert_int_equal(REPORT_WITH(refusal(), FOUND(ID), "{\"_id\":\"" ID "\"}"),
                     ARDOQ_ERR_UNPROCESSABLE);
    assert_nothing_was_done("no such thing", NULL);
    assert_requests(POST LOOK_FOR("A") "GET /api/v2/components/" ID "\n");
    /* Nor one that may not be looked for. */
    assert_int_equal(REPORT_WITH(refusal(), response_of("403 No", "text/plain", "")),
                     ARDOQ_ERR_UNPROCESSABLE);
    assert_nothing_was_done("no such thing", NULL);
}

static void test_what_is_optional_is_left_out_when_it_is_missing(void **state)
{
    (void)state;
    model.relations = "1? /A; 2? /B";
    model.parent = "? /C";
    assert_int_equal(REPORT_WITH(refusal(), FOUND(ID), NOBODY, NOBODY, DONE), ARDOQ_OK);
    assert_int_equal(model.left_out, 2 | ARDOQ_PARENT_LEFT_OUT);
    assert_requests(POST LOOK_FOR("A") LOOK_FOR("B") LOOK_FOR("C") POST);
    /* The next report asks again. */
    assert_int_equal(REPORT_WITH(DONE), ARDOQ_OK);
    assert_int_equal(model.left_out, 0);
}

static void test_a_conflict(void **state)
{
    (void)state;
    model.relations = "1 +p2/A";
    const char *const conflict =
        response_of("409 No", "application/json", "{\"message\":\"two of them\"}");
    const char *const two = "{\"values\":[{\"_id\":\"1\"},{\"_id\":\"2\"},{\"_id\":\"3\"}]}";
    assert_int_equal(REPORT_WITH(conflict, two), ARDOQ_ERR_SERIAL_AMBIGUOUS);
    assert_string_equal(report.response.message, "SN-1");
    assert_int_equal(REPORT_WITH(conflict, FOUND(ID)), ARDOQ_ERR_CONFLICT);
    assert_string_equal(report.response.message, "two of them");
    model.keep_name = true;
    model.relations = "1 " ID;
    assert_int_equal(REPORT_WITH(conflict, FOUND(ID), "{}"), ARDOQ_ERR_CONFLICT);
    assert_requests(POST LOOK_FOR_SN_1 "GET /api/v2/components/" ID "\n");
}

/* What is no refusal ends the call at once, wherever it comes. */
static void test_failures_that_are_no_refusals(void **state)
{
    (void)state;
    const char *const busy = response_of("503 Wait", "text/plain", "");
    model.relations = "7! /A";
    const char *const stale = "{\"values\":[{\"_id\":\"5f01\",\"target\":\"" OTHER "\"}]}";
    const char *const answers[] = {FOUND(DEVICE_ID), FOUND(ID), stale, refusal(), DONE};
    for (size_t count = 0; count <= sizeof answers / sizeof answers[0]; count++) {
        const char *steps[6];
        memcpy(steps, answers, sizeof answers);
        steps[count] = busy;
        model.is_split = false;
        assert_int_equal(report_with(steps, count + 1), ARDOQ_ERR_SERVER_ERROR);
        assert_int_equal(tls_peer_answered(), count + 1);
    }
}

static void test_arguments(void **state)
{
    (void)state;
    peer_client_answer(json_of(DONE));
    assert_int_equal(ardoq_model_report(&client, NULL, &model, &report),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_model_report(&client, &identity, NULL, &report),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_model_report(&client, &identity, &model, NULL),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_model_report(NULL, &identity, &model, &report),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    identity.serial = "";
    assert_int_equal(ardoq_model_report(&client, &identity, &model, &report),
                     ARDOQ_ERR_SERIAL_MISSING);
    assert_int_equal(tls_peer_answered(), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_model_that_says_nothing_is_a_plain_report),
        TEST(test_a_reference_by_id),
        TEST(test_aliases_and_shared_components),
        TEST(test_parents),
        TEST(test_facts_of_the_program),
        TEST(test_a_name_that_is_kept),
        TEST(test_values_of_targets_are_judged),
        TEST(test_settings),
        TEST(test_the_device_is_found_among_the_results),
        TEST(test_an_answer_that_does_not_name_the_device),
        TEST(test_what_is_stale_is_deleted),
        TEST(test_no_more_are_deleted_than_fit),
        TEST(test_a_new_device_has_nothing_that_is_stale),
        TEST(test_a_move_to_what_is_made_now),
        TEST(test_deletes_go_alone_where_nothing_may_be_mixed),
        TEST(test_a_missing_target),
        TEST(test_a_refusal_that_no_target_explains),
        TEST(test_what_is_optional_is_left_out_when_it_is_missing),
        TEST(test_a_conflict),
        TEST(test_failures_that_are_no_refusals),
        TEST(test_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
