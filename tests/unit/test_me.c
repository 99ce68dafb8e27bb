/* The answer to the connection test, in every form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/client.h"

static ardoq_me_t me;
static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);

static ardoq_err_t interpret(const char *body)
{
    memset(&me, 0, sizeof me);
    return ardoq_me_interpret(body, strlen(body), &document, &me);
}

typedef struct {
    const char *body;
    const char *org_name;
    const char *org_label;
    const char *user_email;
} me_case_t;

static void assert_reads(const me_case_t *expected)
{
    assert_int_equal(interpret(expected->body), ARDOQ_OK);
    assert_string_equal(me.org_name, expected->org_name);
    assert_string_equal(me.org_label, expected->org_label);
    assert_string_equal(me.user_email, expected->user_email);
    assert_false(me.is_cut);
    assert_string_equal(me.response.message, "");
}

static void test_answers(void **state)
{
    (void)state;
    static const me_case_t cases[] = {
        {"{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"},\"user\":{\"email\":\"a@b.example\"}}",
         "Acme", "acme", "a@b.example"},
        {"{\"user\":{\"email\":\"a@b.example\"},\"org\":{\"label\":\"acme\",\"name\":\"Acme\"}}",
         "Acme", "acme", "a@b.example"},
        {" { \"org\" : { \"name\" : \"A\" , \"label\" : \"b\" } } \r\n", "A", "b", ""},
        {"{\"org\":{\"id\":1,\"name\":\"A\",\"x\":[{}],\"label\":\"b\"},\"extra\":[null]}", "A",
         "b", ""},
        {"{\"x\":{\"email\":\"n\"},\"user\":{\"name\":\"n\",\"email\":\"e\",\"y\":[]}}", "", "",
         "e"},
        {"{\"user\":{\"email\":\"e\"}}", "", "", "e"},
        {"{\"org\":null,\"user\":{\"email\":\"e\"}}", "", "", "e"},
        {"{\"org\":{\"name\":\"A\",\"label\":\"b\"},\"user\":null}", "A", "b", ""},
        {"{\"org\":{\"name\":\"\",\"label\":\"\"},\"user\":{\"email\":\"\"}}", "", "", ""},
        {"{\"org\":{\"name\":\"B\\u00e6rum \\\"A\\\"\",\"label\":\"\xc3\xa9\"}}",
         "B\xc3\xa6rum \"A\"", "\xc3\xa9", ""},
        /* What no text can hold is shown as such, and fails nothing. */
        {"{\"org\":{\"name\":\"Acme \\ud83d\",\"label\":\"\\u0000\"}}", "Acme \xef\xbf\xbd",
         "\xef\xbf\xbd", ""},
        /* What a terminal may act on: ESC, DEL and the one-byte CSI, here as UTF-8. */
        {"{\"user\":{\"email\":\"\\u001b[2J\\u007f\\u009b1m\"}}", "", "", " [2J   1m"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_reads(&cases[i]);
    }
}

/* The message names the key that is missing, or that is not what it should be. */
static void test_answers_that_lack_something(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        ardoq_err_t err;
        const char *key;
    } cases[] = {
        {"{\"org\":{\"label\":\"b\"}}", ARDOQ_ERR_JSON_KEY_MISSING, "name"},
        {"{\"org\":{\"name\":\"A\"}}", ARDOQ_ERR_JSON_KEY_MISSING, "label"},
        {"{\"org\":{}}", ARDOQ_ERR_JSON_KEY_MISSING, "name"},
        {"{\"org\":null,\"user\":null}", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"{}", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"{\"error\":\"invalid token\"}", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"{\"name\":\"x\",\"label\":\"y\",\"email\":\"z\"}", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"[{\"org\":{\"name\":\"A\",\"label\":\"b\"}}]", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"[]", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"null", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"\"org\"", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"1", ARDOQ_ERR_JSON_KEY_MISSING, "org"},
        {"{\"user\":{}}", ARDOQ_ERR_JSON_KEY_MISSING, "email"},
        {"{\"user\":{\"Email\":\"e\"}}", ARDOQ_ERR_JSON_KEY_MISSING, "email"},
        {"{\"org\":{\"name\":\"A\",\"label\":\"b\"},\"user\":{}}", ARDOQ_ERR_JSON_KEY_MISSING,
         "email"},
        {"{\"org\":\"Acme\"}", ARDOQ_ERR_JSON_KEY_MISSING, "name"},
        {"{\"org\":[\"Acme\"]}", ARDOQ_ERR_JSON_KEY_MISSING, "name"},
        {"{\"user\":true}", ARDOQ_ERR_JSON_KEY_MISSING, "email"},
        {"{\"org\":{\"name\":null,\"label\":\"b\"}}", ARDOQ_ERR_JSON_TYPE, "name"},
        {"{\"org\":{\"name\":\"A\",\"label\":7}}", ARDOQ_ERR_JSON_TYPE, "label"},
        {"{\"user\":{\"email\":[\"e\"]}}", ARDOQ_ERR_JSON_TYPE, "email"},
        {"{\"user\":{\"email\":{\"a\":\"e\"}}}", ARDOQ_ERR_JSON_TYPE, "email"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(interpret(cases[i].body), cases[i].err);
        assert_string_equal(me.response.message, cases[i].key);
    }
}

static void test_message_of_an_earlier_answer_is_replaced(void **state)
{
    (void)state;
    static const char body[] = "{\"user\":{}}";
    me.response.message = "a message";
    assert_int_equal(ardoq_me_interpret(body, strlen(body), &document, &me),
                     ARDOQ_ERR_JSON_KEY_MISSING);
    assert_string_equal(me.response.message, "email");
}

static void test_answers_that_are_no_json(void **state)
{
    (void)state;
    assert_int_equal(interpret(""), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(interpret("<html>"), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(interpret("{\"org\":{\"name\":\"A\",\"label\":\"b\"}"),
                     ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(interpret("{\"user\":{\"email\":\"e\"},}"), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(interpret("{\"user\":{\"email\":\"\xff\"}}"), ARDOQ_ERR_JSON_UTF8);
    assert_string_equal(me.user_email, "");
}

/* Only so many bytes belong to the body, whatever stands after them. */
static void test_size_of_the_body_counts(void **state)
{
    (void)state;
    static const char body[] = "{\"user\":{\"email\":\"e\"}}trailing";
    memset(&me, 0, sizeof me);
    assert_int_equal(ardoq_me_interpret(body, 22, &document, &me), ARDOQ_OK);
    assert_int_equal(ardoq_me_interpret(body, 21, &document, &me), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(ardoq_me_interpret(body, 23, &document, &me), ARDOQ_ERR_JSON_INVALID);
}

/* An answer with a text of @p length in one of its places. */
static ardoq_err_t interpret_long(const char *before, size_t length, const char *after)
{
    char body[256];
    strcpy(body, before);
    memset(body + strlen(before), 'x', length);
    strcpy(body + strlen(before) + length, after);
    return interpret(body);
}

static void assert_cut(const char *before, const char *after, const char *member, size_t size)
{
    assert_int_equal(interpret_long(before, size - 1, after), ARDOQ_OK);
    assert_int_equal(strlen(member), size - 1);
    assert_false(me.is_cut);
    assert_int_equal(interpret_long(before, size, after), ARDOQ_OK);
    assert_int_equal(strlen(member), size - 1);
    assert_true(me.is_cut);
    assert_string_equal(me.response.message, "");
}

static void test_long_texts_are_cut(void **state)
{
    (void)state;
    assert_cut("{\"org\":{\"name\":\"", "\",\"label\":\"b\"}}", me.org_name, sizeof me.org_name);
    assert_string_equal(me.org_label, "b");
    assert_cut("{\"org\":{\"label\":\"", "\",\"name\":\"A\"}}", me.org_label, sizeof me.org_label);
    assert_string_equal(me.org_name, "A");
    assert_cut("{\"user\":{\"email\":\"", "\"}}", me.user_email, sizeof me.user_email);
}

static void test_more_parts_than_the_document_takes(void **state)
{
    (void)state;
    static char body[2 * ARDOQ_JSON_TOKENS + 64] = "{\"user\":{\"email\":\"e\"},\"x\":[";
    for (size_t i = 0; i < ARDOQ_JSON_TOKENS; i++) {
        strcat(body, i == 0 ? "0" : ",0");
    }
    strcat(body, "]}");
    assert_int_equal(interpret(body), ARDOQ_ERR_JSON_TOO_MANY_TOKENS);
    assert_string_equal(me.user_email, "");
}

#define TEST(function) cmocka_unit_test(function)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answers),
        TEST(test_answers_that_lack_something),
        TEST(test_message_of_an_earlier_answer_is_replaced),
        TEST(test_answers_that_are_no_json),
        TEST(test_size_of_the_body_counts),
        TEST(test_long_texts_are_cut),
        TEST(test_more_parts_than_the_document_takes),
    };
    return cmocka_run_group_tests_name("me", tests, NULL, NULL);
}
