/* `workspaces`, `context` and `components`: one JSON object a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/port_fake.h"
#include "kept_console.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"

static ardoq_list_t list;
static ardoq_context_t context;

static int set_up(void **state)
{
    (void)kept_result();
    (void)kept_people();
    return peer_client_set_up(state);
}

static ardoq_err_t workspaces(const char *body)
{
    peer_client_answer(json_of(body));
    return ardoq_command_workspaces(&kept_console, &client, &list);
}

static ardoq_err_t components(const char *body)
{
    peer_client_answer(json_of(body));
    return ardoq_command_components(&kept_console, &client, &list, NULL, 0);
}

static ardoq_err_t read_context(const char *body)
{
    peer_client_answer(json_of(body));
    return ardoq_command_context(&kept_console, &client, &context, WORKSPACE);
}

static void assert_output(const char *expected)
{
    assert_string_equal(kept_result(), expected);
    assert_string_equal(kept_people(), "");
}

/* ---- Good answers ---- */

static void test_controls_in_lists(void **state)
{
    (void)state;
    assert_int_equal(workspaces("{\"values\":[{\"_id\":\"\x7f\",\"name\":\"\xc2\x85x\"}]}"),
                     ARDOQ_OK);
    assert_output("{\"id\":\"\\u007f\",\"name\":\"\\u0085x\"}\n");
    assert_int_equal(components("{\"values\":[{\"a\x7f\" : \"\xe2\x81\xa6x\"}]}"), ARDOQ_OK);
    assert_output("{\"a\\u007f\":\"\\u2066x\"}\n");
}

static void test_workspaces(void **state)
{
    (void)state;
    assert_int_equal(workspaces("{\"values\":[{\"_id\":\"5e\",\"_meta\":{\"_id\":3},"
                                "\"name\":\"A \\\"b\\\" \\u00e6\"},\n"
                                "{\"name\":null,\"_id\":\"5f\"},{}],\"_links\":{}}"),
                     ARDOQ_OK);
    assert_output("{\"id\":\"5e\",\"name\":\"A \\\"b\\\" \\u00e6\"}\n"
                  "{\"id\":\"5f\",\"name\":null}\n{\"id\":null,\"name\":null}\n");
    assert_ptr_equal(strstr(tls_peer_received(), "GET /api/v2/workspaces HTTP/1.1\r\n"),
                     tls_peer_received());
}

/* A line break between the parts is left out; what is in a string is not touched. */
static void test_components(void **state)
{
    (void)state;
    assert_int_equal(components("{\"values\":[ {\r\n\t\"_id\" : \"5e\",\n \"name\": "
                                "\" a \\\" b\\\\\" , \"x\":[1, 2]\n} ,{}]}"),
                     ARDOQ_OK);
    assert_output("{\"_id\":\"5e\",\"name\":\" a \\\" b\\\\\",\"x\":[1,2]}\n{}\n");
}

static void test_components_of_a_query(void **state)
{
    (void)state;
    static const ardoq_query_t query[] = {{"name", "a b"}, {"typeId", "p1"}};
    peer_client_answer(json_of("{\"values\":[]}"));
    assert_int_equal(ardoq_command_components(&kept_console, &client, &list, query, 2), ARDOQ_OK);
    assert_output("");
    assert_ptr_equal(
        strstr(tls_peer_received(), "GET /api/v2/components?name=a%20b&typeId=p1 HTTP/1.1\r\n"),
        tls_peer_received());
}

static void test_context(void **state)
{
    (void)state;
    assert_int_equal(
        read_context("{\"componentTypes\":[{\"name\":\"De\\\"vice\",\"typeId\":\"p1\","
                     "\"customFields\":[\"a\"]}],\"customFields\":[{\"apiKey\":\"a\","
                     "\"label\":\"A\\n\",\"type\":\"Text\"},{\"apiKey\":\"b\",\"readOnly\":true}],"
                     "\"referenceTypes\":[{\"type\":2,\"name\":\"Is at\"},{}]}"),
        ARDOQ_OK);
    assert_output("{\"componentType\":\"p1\",\"name\":\"De\\\"vice\"}\n"
                  "{\"customField\":\"a\",\"type\":\"Text\",\"label\":\"A \"}\n"
                  "{\"customField\":\"b\",\"type\":\"\",\"label\":\"\",\"readOnly\":true}\n"
                  "{\"referenceType\":2,\"name\":\"Is at\"}\n"
                  "{\"referenceType\":null,\"name\":\"\"}\n");
}

/* Every text as long as it can be, of characters that are written as two. */
static void test_longest_context(void **state)
{
    (void)state;
    const size_t half = ARDOQ_JSON_SCAN_TEXT_SIZE / 2 - 1;
    const char *name =
        repeat("\\\"", half < sizeof context.entry.name - 1 ? half : sizeof context.entry.name - 1);
    const char *id = repeat("\\\\", sizeof context.entry.id - 1);
    const char *type = repeat("\\\"", sizeof context.entry.type - 1);
    assert_int_equal(read_context(text_of("{\"customFields\":[{\"apiKey\":\"%s\",\"label\":\"%s\","
                                          "\"type\":\"%s\",\"readOnly\":true}]}",
                                          id, name, type)),
                     ARDOQ_OK);
    assert_output(text_of("{\"customField\":\"%s\",\"type\":\"%s\",\"label\":\"%s\","
                          "\"readOnly\":true}\n",
                          id, type, name));
}

/* ---- Failures ---- */

static void assert_failed(ardoq_err_t err, const char *note)
{
    const char *people = kept_people();
    assert_ptr_equal(strstr(people, text_of("error: %s (", ardoq_err_name(err))), people);
    assert_non_null(strstr(people, note));
}

static void test_server_that_refuses(void **state)
{
    (void)state;
    peer_client_answer(response_of("403 No", "text/plain", "not you"));
    assert_int_equal(ardoq_command_workspaces(&kept_console, &client, &list), ARDOQ_ERR_FORBIDDEN);
    assert_failed(ARDOQ_ERR_FORBIDDEN, "  the server says: not you\n");
    assert_int_equal(ardoq_command_components(&kept_console, &client, &list, NULL, 0),
                     ARDOQ_ERR_FORBIDDEN);
    assert_failed(ARDOQ_ERR_FORBIDDEN, "  the server says: not you\n");
    assert_int_equal(ardoq_command_context(&kept_console, &client, &context, WORKSPACE),
                     ARDOQ_ERR_FORBIDDEN);
    assert_failed(ARDOQ_ERR_FORBIDDEN, "  the server says: not you\n");
    assert_output("");
}

/* What came before is written, each line whole. */
static void test_answers_that_end_too_early(void **state)
{
    (void)state;
    assert_int_equal(workspaces("{\"values\":[{\"_id\":\"5e\"},{\"_id\":"), ARDOQ_ERR_JSON_INVALID);
    assert_string_equal(kept_result(), "{\"id\":\"5e\",\"name\":null}\n");
    assert_failed(ARDOQ_ERR_JSON_INVALID, "");
    assert_int_equal(components("{\"values\":[{},[1]]}"), ARDOQ_ERR_JSON_TYPE);
    assert_string_equal(kept_result(), "{}\n");
    assert_failed(ARDOQ_ERR_JSON_TYPE, "");
    assert_int_equal(read_context("{\"componentTypes\":[{\"typeId\":\"p1\"}"),
                     ARDOQ_ERR_JSON_INVALID);
    assert_string_equal(kept_result(), "{\"componentType\":\"p1\",\"name\":\"\"}\n");
    assert_failed(ARDOQ_ERR_JSON_INVALID, "");
}

static void test_elements_that_are_too_large(void **state)
{
    (void)state;
    const char *large = text_of("{\"x\":\"%s\"}", repeat("y", ARDOQ_ELEMENT_SIZE));
    assert_int_equal(components(text_of("{\"values\":[{},%s,{},%s]}", large, large)),
                     ARDOQ_ERR_ELEMENT_TOO_LARGE);
    assert_string_equal(kept_result(), "{}\n{}\n");
    assert_failed(ARDOQ_ERR_ELEMENT_TOO_LARGE, "  skipped: 2, the first is number 2\n");
}

static void test_warnings_of_ardoq(void **state)
{
    (void)state;
    assert_int_equal(components("{\"values\":[{}],\"_meta\":{\"warnings\":[\"no such filter\"]}}"),
                     ARDOQ_OK);
    assert_string_equal(kept_result(), "{}\n");
    assert_string_equal(kept_people(), "warning: Ardoq says: [\"no such filter\"]\n");
}

static void test_workspace_that_is_none(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_command_context(&kept_console, &client, &context, "../me"),
                     ARDOQ_ERR_WORKSPACE_INVALID);
    assert_failed(ARDOQ_ERR_WORKSPACE_INVALID, "");
    assert_int_equal(ardoq_fake.connects, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_workspaces),
        TEST(test_controls_in_lists),
        TEST(test_components),
        TEST(test_components_of_a_query),
        TEST(test_context),
        TEST(test_longest_context),
        TEST(test_server_that_refuses),
        TEST(test_answers_that_end_too_early),
        TEST(test_elements_that_are_too_large),
        TEST(test_warnings_of_ardoq),
        TEST(test_workspace_that_is_none),
    };
    return cmocka_run_group_tests_name("list_commands", tests, NULL, NULL);
}
