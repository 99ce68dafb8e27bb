#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ardoq/json_write.h"

static char buffer[512];
static ardoq_text_t written;
static ardoq_json_writer_t writer;

static void start(void)
{
    memset(buffer, '#', sizeof buffer);
    memset(&writer, 0xA5, sizeof writer);
    ardoq_text_init(&written, buffer, sizeof buffer, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&writer, &written);
}

static void assert_written(const char *expected)
{
    assert_int_equal(ardoq_json_write_end(&writer), ARDOQ_OK);
    assert_string_equal(buffer, expected);
    assert_int_equal(written.length, strlen(expected));
}

static void assert_refused(ardoq_err_t expected)
{
    assert_int_equal(ardoq_json_write_end(&writer), expected);
    assert_int_equal(written.err, expected);
}

static void commas_and_colons_come_by_themselves(void **state)
{
    (void)state;
    start();
    ardoq_json_write_object_begin(&writer);
    ardoq_json_write_key(&writer, "empty");
    ardoq_json_write_object_begin(&writer);
    ardoq_json_write_object_end(&writer);
    ardoq_json_write_member(&writer, "name", "sensor");
    ardoq_json_write_member(&writer, "", "");
    ardoq_json_write_key(&writer, "list");
    ardoq_json_write_array_begin(&writer);
    ardoq_json_write_int64(&writer, 1);
    ardoq_json_write_array_begin(&writer);
    ardoq_json_write_array_end(&writer);
    ardoq_json_write_object_begin(&writer);
    ardoq_json_write_key(&writer, "a");
    ardoq_json_write_null(&writer);
    ardoq_json_write_key(&writer, "b");
    ardoq_json_write_boolean(&writer, true);
    ardoq_json_write_object_end(&writer);
    ardoq_json_write_boolean(&writer, false);
    ardoq_json_write_string(&writer, "s");
    ardoq_json_write_null(&writer);
    ardoq_json_write_array_end(&writer);
    ardoq_json_write_key(&writer, "last");
    ardoq_json_write_int64(&writer, -2);
    ardoq_json_write_object_end(&writer);
    assert_written("{\"empty\":{},\"name\":\"sensor\",\"\":\"\","
                   "\"list\":[1,[],{\"a\":null,\"b\":true},false,\"s\",null],\"last\":-2}");
}

static void a_text_may_be_any_value(void **state)
{
    (void)state;
    start();
    ardoq_json_write_null(&writer);
    assert_written("null");
    start();
    ardoq_json_write_boolean(&writer, true);
    assert_written("true");
    start();
    ardoq_json_write_string(&writer, "x");
    assert_written("\"x\"");
    start();
    ardoq_json_write_array_begin(&writer);
    ardoq_json_write_array_end(&writer);
    assert_written("[]");
}

static void integers_have_64_bits(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {9, "9"},
        {-1, "-1"},
        {1234567890123, "1234567890123"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        ardoq_json_write_int64(&writer, cases[i].number);
        assert_written(cases[i].text);
    }
}

static void what_must_be_escaped_is(void **state)
{
    (void)state;
    static const struct {
        const char *string, *text;
    } cases[] = {
        {"\"", "\"\\\"\""},
        {"\\", "\"\\\\\""},
        {"/", "\"/\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x07\x0B", "\"\\u0001\\u0007\\u000b\""},
        {"\x0E\x0F\x10\x1A\x1F", "\"\\u000e\\u000f\\u0010\\u001a\\u001f\""},
        {" !#[]^~\x7F", "\" !#[]^~\x7F\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\\u0041", "\"\\\\u0041\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        ardoq_json_write_string(&writer, cases[i].string);
        assert_written(cases[i].text);
    }
    start();
    ardoq_json_write_object_begin(&writer);
    ardoq_json_write_key(&writer, "a\"\n\x1F");
    ardoq_json_write_string(&writer, "\t");
    ardoq_json_write_object_end(&writer);
    assert_written("{\"a\\\"\\n\\u001f\":\"\\t\"}");
}

static void every_byte_but_the_special_ones_stands_as_it_is(void **state)
{
    (void)state;
    for (int byte = 0x20; byte < 0x80; byte++) {
        if (byte == '"' || byte == '\\') {
            continue;
        }
        const char string[] = {(char)byte, '\0'};
        const char text[] = {'"', (char)byte, '"', '\0'};
        start();
        ardoq_json_write_string(&writer, string);
        assert_written(text);
    }
}

static void a_string_is_escaped_without_a_writer(void **state)
{
    (void)state;
    start();
    ardoq_text_append_string(&written, "{\"a\":\"");
    ardoq_json_escape(&written, "\"\x1f\\ \xc3\xa9", sizeof "\"\x1f\\ \xc3\xa9" - 1);
    ardoq_text_append_string(&written, "\"}");
    assert_string_equal(buffer, "{\"a\":\"\\\"\\u001f\\\\ \xc3\xa9\"}");
    ardoq_json_escape(&written, "a\xff", sizeof "a\xff" - 1);
    assert_int_equal(written.err, ARDOQ_ERR_JSON_UTF8);
    ardoq_text_init(&written, buffer, 2, ARDOQ_ERR_SETTING_TOO_LONG);
    ardoq_json_escape(&written, "a\"\xff", sizeof "a\"\xff" - 1);
    assert_int_equal(written.err, ARDOQ_ERR_SETTING_TOO_LONG);
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const strings[] = {"\x80",
                                          "a\xBF",
                                          "\xC3",
                                          "\xC3\"",
                                          "\xC3z",
                                          "\xC0\x80",
                                          "\xC1\xBF",
                                          "\xE0\x9F\xBF",
                                          "\xED\xA0\x80",
                                          "\xE2\x82",
                                          "\xF0\x8F\xBF",
                                          "\xF0\x9F\x98",
                                          "\xF4\x90\x80\x80",
                                          "\xF5\x80\x80\x80",
                                          "\xFF",
                                          "\xC3\n"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        start();
        ardoq_json_write_string(&writer, strings[i]);
        assert_refused(ARDOQ_ERR_JSON_UTF8);
        start();
        ardoq_json_write_object_begin(&writer);
        ardoq_json_write_member(&writer, strings[i], "x");
        ardoq_json_write_object_end(&writer);
        assert_refused(ARDOQ_ERR_JSON_UTF8);
    }
}

/* Calls by letter: { } [ ] as they stand, k a key, v a value, s a string. */
static void call(const char *calls)
{
    start();
    for (; *calls != '\0'; calls++) {
        switch (*calls) {
        case '{':
            ardoq_json_write_object_begin(&writer);
            break;
        case '}':
            ardoq_json_write_object_end(&writer);
            break;
        case '[':
            ardoq_json_write_array_begin(&writer);
            break;
        case ']':
            ardoq_json_write_array_end(&writer);
            break;
        case 'k':
            ardoq_json_write_key(&writer, "k");
            break;
        case 'v':
            ardoq_json_write_int64(&writer, 0);
            break;
        default:
            ardoq_json_write_string(&writer, "s");
            break;
        }
    }
}

static void misuse_is_an_invalid_argument(void **state)
{
    (void)state;
    static const char *const misuses[] = {
        /* nothing, or not yet all */
        "", "{", "[", "{k", "{kv", "[v", "[{}", "{k[]", "[[]",
        /* a wrong end */
        "}", "]", "{]", "[}", "{}}", "[]]", "[{]", "{k[}", "v]", "[v]]", "][v",
        /* a key where none is due, or without its value */
        "k", "kv", "[k", "[k]", "[kv]", "{k}", "{kvk}", "{kkv}", "{kk}",
        /* a value without its key */
        "{v}", "{s}", "{s}", "{ss}", "{sv}", "{{}}", "{[]}", "{kvv}", "{kvs}", "{k{}[]}",
        /* more than one value */
        "vv", "ss", "{}{}", "[][]", "{}v", "v{", "[]k", "[]kv"};
    for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
        call(misuses[i]);
        if (ardoq_json_write_end(&writer) != ARDOQ_ERR_INVALID_ARGUMENT) {
            fail_msg("%s is taken", misuses[i]);
        }
    }
    call("{kvk[v{ks}s]k{}}");
    assert_written("{\"k\":0,\"k\":[0,{\"k\":\"s\"},\"s\"],\"k\":{}}");
}

static void nests_32_levels_deep(void **state)
{
    (void)state;
    call("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    assert_written("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    call("{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[{k[v]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]}");
    assert_int_equal(ardoq_json_write_end(&writer), ARDOQ_OK);
    call("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    assert_refused(ARDOQ_ERR_JSON_TOO_DEEP);
    call("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{}]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    assert_refused(ARDOQ_ERR_JSON_TOO_DEEP);
}

static void write_sample(void)
{
    ardoq_json_write_object_begin(&writer);
    ardoq_json_write_member(&writer, "k\x01", "\xC3\xA9\n");
    ardoq_json_write_key(&writer, "l");
    ardoq_json_write_array_begin(&writer);
    ardoq_json_write_int64(&writer, -10);
    ardoq_json_write_boolean(&writer, false);
    ardoq_json_write_null(&writer);
    ardoq_json_write_array_end(&writer);
    ardoq_json_write_object_end(&writer);
}

static void a_buffer_of_any_size_is_respected(void **state)
{
    (void)state;
    static const char expected[] = "{\"k\\u0001\":\"\xC3\xA9\\n\",\"l\":[-10,false,null]}";
    for (size_t room = 1; room <= sizeof expected; room++) {
        memset(buffer, '#', sizeof buffer);
        ardoq_text_init(&written, buffer, room, ARDOQ_ERR_JSON_BUFFER_FULL);
        ardoq_json_write_init(&writer, &written);
        write_sample();
        if (room < sizeof expected) {
            assert_refused(ARDOQ_ERR_JSON_BUFFER_FULL);
            assert_non_null(memchr(buffer, '\0', room));
        } else {
            assert_written(expected);
        }
        assert_int_equal(buffer[room], '#');
    }
}

/* A string is looked at a word at a time, wherever in a word something stands. */
static void what_must_be_escaped_is_found_at_any_place(void **state)
{
    (void)state;
    static const struct {
        const char *special, *written;
    } cases[] = {{"\"", "\\\""}, {"\\", "\\\\"}, {"\x1F", "\\u001f"}, {"\xC3\xBF", "\xC3\xBF"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t length = 2; length < 20; length++) {
            for (size_t at = 0; at + 1 < length; at++) {
                char string[32] = "";
                char expected[64] = "\"";
                memset(string, ' ', length);
                memset(string + at, '~', 1);
                memcpy(string + at, cases[i].special, strlen(cases[i].special));
                memcpy(expected + 1, string, at);
                strcat(expected, cases[i].written);
                strcat(expected, string + at + strlen(cases[i].special));
                strcat(expected, "\"");
                start();
                ardoq_json_write_string(&writer, string);
                assert_written(expected);
            }
        }
    }
}

/* Of a text that is written part by part each window shows its part, and nothing is read back. */
static void a_window_shows_its_part(void **state)
{
    (void)state;
    static const char whole[] = "{\"k\\u0001\":\"\xC3\xA9\\n\",\"l\":[-10,false,null]}";
    for (size_t size = 0; size < sizeof whole; size++) {
        for (size_t skip = 0; skip < sizeof whole; skip++) {
            const size_t left = sizeof whole - 1 - skip;
            const size_t shown = left < size ? left : size;
            memset(buffer, '#', sizeof buffer);
            ardoq_text_init_window(&written, buffer, size, skip);
            ardoq_json_write_init(&writer, &written);
            write_sample();
            assert_int_equal(ardoq_json_write_end(&writer), ARDOQ_OK);
            assert_int_equal(written.total, sizeof whole - 1);
            assert_int_equal(written.length, shown);
            assert_memory_equal(buffer, whole + skip, shown);
            assert_int_equal(buffer[shown], '#');
        }
    }
    ardoq_text_init_window(&written, buffer, 0, 0);
    ardoq_json_write_init(&writer, &written);
    ardoq_json_write_string(&writer, "\xFF");
    assert_int_equal(ardoq_json_write_end(&writer), ARDOQ_ERR_JSON_UTF8);
}

static void the_first_error_sticks(void **state)
{
    (void)state;
    char long_text[sizeof buffer];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';

    call("[");
    ardoq_json_write_string(&writer, "\xFF");
    ardoq_json_write_string(&writer, long_text);
    ardoq_json_write_object_end(&writer);
    assert_refused(ARDOQ_ERR_JSON_UTF8);

    call("[}");
    ardoq_json_write_string(&writer, long_text);
    ardoq_json_write_string(&writer, "\xFF");
    assert_refused(ARDOQ_ERR_INVALID_ARGUMENT);

    call("[");
    ardoq_json_write_string(&writer, long_text);
    ardoq_json_write_string(&writer, "\xFF");
    ardoq_json_write_object_end(&writer);
    assert_refused(ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_refused(ARDOQ_ERR_JSON_BUFFER_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_colons_come_by_themselves),
        cmocka_unit_test(a_text_may_be_any_value),
        cmocka_unit_test(integers_have_64_bits),
        cmocka_unit_test(what_must_be_escaped_is),
        cmocka_unit_test(every_byte_but_the_special_ones_stands_as_it_is),
        cmocka_unit_test(a_string_is_escaped_without_a_writer),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(misuse_is_an_invalid_argument),
        cmocka_unit_test(nests_32_levels_deep),
        cmocka_unit_test(a_buffer_of_any_size_is_respected),
        cmocka_unit_test(what_must_be_escaped_is_found_at_any_place),
        cmocka_unit_test(a_window_shows_its_part),
        cmocka_unit_test(the_first_error_sticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
