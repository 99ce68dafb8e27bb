#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "ardoq/json_read.h"

enum { TOKENS = 96 };

static ardoq_json_token_t document_tokens[TOKENS];
static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);

static ardoq_err_t parse(const char *text)
{
    /* The text is at the very end of its memory, so that a sanitizer sees one byte too many. */
    static char area[4096];
    const size_t size = strlen(text);
    assert_true(size <= sizeof area);
    char *const copy = area + sizeof area - size;
    memcpy(copy, text, size);
    return ardoq_json_parse(&document, copy, size);
}

static void assert_raw(const char *path, const char *expected)
{
    ardoq_json_value_t value = -5;
    const ardoq_err_t err = ardoq_json_find(&document, ARDOQ_JSON_ROOT, path, &value);
    if (!expected) {
        assert_int_equal(err, ARDOQ_ERR_JSON_KEY_MISSING);
        assert_int_equal(value, -5);
        return;
    }
    if (err) {
        fail_msg("%s: %s", path, ardoq_err_name(err));
    }
    size_t size = 0;
    const char *const raw = ardoq_json_raw(&document, value, &size);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(raw, expected, size);
}

static void a_document_may_be_any_value(void **state)
{
    (void)state;
    static const struct {
        const char *text, *raw;
        ardoq_json_type_t type;
    } cases[] = {
        {"1", "1", ARDOQ_JSON_NUMBER},
        {" -1.5e3", "-1.5e3", ARDOQ_JSON_NUMBER},
        {"0\n", "0", ARDOQ_JSON_NUMBER},
        {"true", "true", ARDOQ_JSON_BOOLEAN},
        {"\tfalse", "false", ARDOQ_JSON_BOOLEAN},
        {"null ", "null", ARDOQ_JSON_NULL},
        {"null", "null", ARDOQ_JSON_NULL},
        {" \"a\\n\" ", "a\\n", ARDOQ_JSON_STRING},
        {"\"[\"", "[", ARDOQ_JSON_STRING},
        {"\"\"", "", ARDOQ_JSON_STRING},
        {" [ 1 ] ", "[ 1 ]", ARDOQ_JSON_ARRAY},
        {"{}", "{}", ARDOQ_JSON_OBJECT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(parse(cases[i].text), ARDOQ_OK);
        assert_int_equal(ardoq_json_type(&document, ARDOQ_JSON_ROOT), cases[i].type);
        assert_int_equal(document.count, strcmp(cases[i].raw, "[ 1 ]") == 0 ? 2 : 1);
        assert_raw("", cases[i].raw);
        assert_raw("a", NULL);
        assert_raw("0", strcmp(cases[i].raw, "[ 1 ]") == 0 ? "1" : NULL);
    }
}

static void a_failed_parse_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ardoq_err_t err;
    } cases[] = {
        {"", ARDOQ_ERR_JSON_INVALID},
        {"{\"a\":1,}", ARDOQ_ERR_JSON_INVALID},
        {"{\"a\":1} {\"a\":1}", ARDOQ_ERR_JSON_INVALID},
        {"{\"a\":\"\xFF\"}", ARDOQ_ERR_JSON_UTF8},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ARDOQ_ERR_JSON_TOO_DEEP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(parse("{\"a\":1}"), ARDOQ_OK);
        assert_raw("a", "1");
        assert_int_equal(parse(cases[i].text), cases[i].err);
        assert_int_equal(document.count, 0);
        assert_raw("a", NULL);
        assert_raw("", NULL);
    }
}

static void a_text_longer_than_an_int_counts_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse("1"), ARDOQ_OK);
    assert_int_equal(ardoq_json_parse(&document, "1", (size_t)INT_MAX + 1),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_raw("", NULL);
}

static void what_is_known_to_be_valid_is_only_split(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,{\"b\":2}],\"c\":3}";
    assert_int_equal(parse("1"), ARDOQ_OK);
    assert_int_equal(ardoq_json_parse_valid(&document, text, sizeof text - 1), ARDOQ_OK);
    assert_int_equal(document.count, 9);
    assert_raw("a.1.b", "2");
    assert_raw("c", "3");
    char zeros[2 * TOKENS + 2] = "[0";
    for (size_t i = 1; i < TOKENS; i++) {
        strcat(zeros, ",0");
    }
    strcat(zeros, "]");
    assert_int_equal(ardoq_json_parse_valid(&document, zeros, strlen(zeros)),
                     ARDOQ_ERR_JSON_TOO_MANY_TOKENS);
    assert_raw("", NULL);
}

static ardoq_err_t parse_zeros(int count)
{
    static char text[2 * TOKENS + 4];
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        text[size++] = i == 0 ? '[' : ',';
        text[size++] = '0';
    }
    text[size++] = ']';
    return ardoq_json_parse(&document, text, size);
}

static void a_document_takes_as_many_tokens_as_it_has_room_for(void **state)
{
    (void)state;
    size_t count = 0;
    assert_int_equal(parse_zeros(TOKENS - 1), ARDOQ_OK);
    assert_int_equal(ardoq_json_array_size(&document, ARDOQ_JSON_ROOT, "", &count), ARDOQ_OK);
    assert_int_equal(count, TOKENS - 1);
    assert_int_equal(parse_zeros(TOKENS), ARDOQ_ERR_JSON_TOO_MANY_TOKENS);
    assert_raw("", NULL);
}

static void a_document_without_room_takes_no_text(void **state)
{
    (void)state;
    ardoq_json_document_t empty = {0};
    assert_int_equal(ardoq_json_parse(&empty, "0", 1), ARDOQ_ERR_JSON_TOO_MANY_TOKENS);
    assert_int_equal(empty.count, 0);
}

static void paths_lead_through_objects_and_arrays(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"skip\":{\"components\":[[],{},{\"a\":[1,{\"b\":2}]}]},"
                           "\"components\":{\"created\":[{\"name\":\"x\",\"id\":\"7\"},"
                           "[10,[20,21],{\"k\":30}],null],\"updated\":[]},\"last\":true}"),
                     ARDOQ_OK);
    static const struct {
        const char *path, *raw;
    } cases[] = {
        {"last", "true"},
        {"components.updated", "[]"},
        {"components.created.0.id", "7"},
        {"components.created.0.name", "x"},
        {"components.created.1", "[10,[20,21],{\"k\":30}]"},
        {"components.created.1.0", "10"},
        {"components.created.1.1.1", "21"},
        {"components.created.1.2.k", "30"},
        {"components.created.2", "null"},
        {"skip.components.2.a.1.b", "2"},
        {"skip.components.1", "{}"},
        {"created", NULL},
        {"components.created.3", NULL},
        {"components.updated.0", NULL},
        {"components.created.0.id.0", NULL},
        {"components.created.2.x", NULL},
        {"components.created.id", NULL},
        {"components.created.", NULL},
        {"components.", NULL},
        {".components", NULL},
        {"last.", NULL},
        {".", NULL},
        {"component", NULL},
        {"componentss", NULL},
        {"x", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_raw(cases[i].path, cases[i].raw);
    }
}

static void an_index_is_a_plain_decimal_number(void **state)
{
    (void)state;
    assert_int_equal(parse("[0,1,2,3,4,5,6,7,8,9,10,11]"), ARDOQ_OK);
    assert_raw("0", "0");
    assert_raw("9", "9");
    assert_raw("11", "11");
    static const char *const none[] = {/* out of bounds, some also of an int */
                                       "12", "100", "4294967296", "18446744073709551617",
                                       "42949672960000000000000000000000000000000",
                                       /* not written plainly */
                                       "00", "01", "-1", "+1", "1a", "a", " 1", "1 ", "0x1", "1/",
                                       "1:", "1."};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_raw(none[i], NULL);
    }
}

static void digits_may_be_a_key_too(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"1\":\"one\",\"01\":\"zero one\",\"\":{\"\":\"empty\"}}"), ARDOQ_OK);
    assert_raw("1", "one");
    assert_raw("01", "zero one");
    assert_raw("0", NULL);
    assert_raw(".", "empty");
}

static void of_equal_keys_the_last_counts(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\":1,\"b\":{\"a\":9},\"a\":{\"c\":2},\"\\u0061\":3,\"d\":4}"),
                     ARDOQ_OK);
    assert_raw("a", "3");
    assert_raw("a.c", NULL);
}

static void keys_compare_by_what_they_mean(void **state)
{
    (void)state;
    assert_int_equal(
        parse("{\"a\\u0062\":1,\"\\u00e9\":2,\"\\ud83d\\ude00\":3,\"\\ud800\":4,\"\\u0000\":5,"
              "\"q\\\"\\\\\\/\":6,\"\\t\":7,\"x\\ud800y\":8,\"\\u0000z\":10,\"z\\u0000\":11,"
              "\"\\udc00z\":12,\"\xE2\x82\xAC\":9}"),
        ARDOQ_OK);
    assert_raw("ab", "1");
    assert_raw("a", NULL);
    assert_raw("abc", NULL);
    assert_raw("a\\u0062", NULL);
    assert_raw("\xC3\xA9", "2");
    assert_raw("\xC3", NULL);
    assert_raw("\xF0\x9F\x98\x80", "3");
    assert_raw("\xF0\x9F\x98\x81", NULL);
    assert_raw("\xED\xA0\x80", NULL);
    assert_raw("x", NULL);
    assert_raw("xy", NULL);
    assert_raw("z", NULL);
    assert_raw("q\"\\/", "6");
    assert_raw("\t", "7");
    assert_raw("\xE2\x82\xAC", "9");
    assert_raw("\xEF\xBF\xBD", NULL);
    assert_raw("\xE2\x82", NULL);
}

static void a_path_may_start_at_a_value(void **state)
{
    (void)state;
    assert_int_equal(parse("{\"a\":[{\"b\":1},{\"b\":2}],\"b\":3}"), ARDOQ_OK);
    ardoq_json_value_t element = 0;
    int64_t number = 0;
    assert_int_equal(ardoq_json_find(&document, ARDOQ_JSON_ROOT, "a.1", &element), ARDOQ_OK);
    assert_int_equal(ardoq_json_int64(&document, element, "b", &number), ARDOQ_OK);
    assert_int_equal(number, 2);
    assert_int_equal(ardoq_json_find(&document, element, "", &element), ARDOQ_OK);
    assert_int_equal(ardoq_json_type(&document, element), ARDOQ_JSON_OBJECT);
    assert_int_equal(ardoq_json_find(&document, document.count, "", &element),
                     ARDOQ_ERR_JSON_KEY_MISSING);
}

/* What C text cannot hold becomes U+FFFD. */
#define LOST "\xEF\xBF\xBD"

static void assert_string(const char *text, const char *expected)
{
    char buffer[64] = "before";
    assert_int_equal(parse(text), ARDOQ_OK);
    const ardoq_err_t err =
        ardoq_json_string(&document, ARDOQ_JSON_ROOT, "", buffer, sizeof buffer);
    if (err) {
        fail_msg("%s: %s", text, ardoq_err_name(err));
    }
    assert_string_equal(buffer, expected);
}

static void strings_are_unescaped_to_utf8(void **state)
{
    (void)state;
    assert_string("\"\"", "");
    assert_string("\"plain\"", "plain");
    assert_string("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z\"",
                  "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");
    assert_string("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    assert_string("\"a\\u0041b\"", "aAb");
    assert_string("\"\\u0001\\u007F\"", "\x01\x7F");
    assert_string("\"\\u0080\\u07ff\"", "\xC2\x80\xDF\xBF");
    assert_string("\"\\u0800\\uFFff\"", "\xE0\xA0\x80\xEF\xBF\xBF");
    assert_string("\"\\ud7ff\\ue000\"", "\xED\x9F\xBF\xEE\x80\x80");
    assert_string("\"\\uD800\\udc00\"", "\xF0\x90\x80\x80");
    assert_string("\"\\udbff\\uDFFF\"", "\xF4\x8F\xBF\xBF");
    assert_string("\"\\ud83d\\ude00x\"", "\xF0\x9F\x98\x80x");
    assert_string("\"\\u1234\\u5678\\u9abc\\uDEF0\"", "\xE1\x88\xB4\xE5\x99\xB8\xE9\xAA\xBC" LOST);
    assert_string("\"\\u1234\\u5678\\u9abc\\uCDEF\"",
                  "\xE1\x88\xB4\xE5\x99\xB8\xE9\xAA\xBC\xEC\xB7\xAF");
    assert_string("\"\\\\u0041\"", "\\u0041");
}

static void what_c_text_cannot_hold_is_replaced(void **state)
{
    (void)state;
    assert_string("\"\\u0000\"", LOST);
    assert_string("\"before\\u0000\"", "before" LOST);
    assert_string("\"\\ud800\"", LOST);
    assert_string("\"\\udbff\"", LOST);
    assert_string("\"\\udc00\"", LOST);
    assert_string("\"\\udfff\"", LOST);
    assert_string("\"x\\ud800y\"", "x" LOST "y");
    assert_string("\"\\ud800udc00\"", LOST "udc00");
    assert_string("\"\\ud800\\n\"", LOST "\n");
    assert_string("\"\\ud800\\ndc00\"", LOST "\ndc00");
    assert_string("\"\\ud800\\ud800\"", LOST LOST);
    assert_string("\"\\ud800\\udbff\"", LOST LOST);
    assert_string("\"\\ud800\\ue000\"", LOST "\xEE\x80\x80");
    assert_string("\"\\ud800\\u0041\"", LOST "A");
    assert_string("\"\\udc00\\ud800\"", LOST LOST);
    assert_string("\"\\udc00\\udc00\"", LOST LOST);
}

static void strings_are_cut_at_a_character(void **state)
{
    (void)state;
    static const char whole[] = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z\xC3\xBC";
    /* Bytes of whole characters that fit with their NUL, by size of the buffer. */
    static const size_t fits[] = {0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11, 13};
    assert_int_equal(sizeof fits / sizeof fits[0], sizeof whole + 1);
    assert_int_equal(parse("{\"s\":\"a\xC3\xA9\\u20ac\\ud83d\\ude00z\\u00fc\"}"), ARDOQ_OK);
    for (size_t size = 1; size <= sizeof whole; size++) {
        char buffer[sizeof whole + 1];
        memset(buffer, '#', sizeof buffer);
        assert_int_equal(ardoq_json_string(&document, ARDOQ_JSON_ROOT, "s", buffer, size),
                         size == sizeof whole ? ARDOQ_OK : ARDOQ_ERR_JSON_TRUNCATED);
        assert_int_equal(strlen(buffer), fits[size]);
        assert_memory_equal(buffer, whole, fits[size]);
        assert_int_equal(buffer[size], '#');
    }
}

static void strings_are_cut_after_an_escape_too(void **state)
{
    (void)state;
    char buffer[6];
    assert_int_equal(parse("\"a\\nbcdefghi\""), ARDOQ_OK);
    assert_int_equal(ardoq_json_string(&document, ARDOQ_JSON_ROOT, "", buffer, sizeof buffer),
                     ARDOQ_ERR_JSON_TRUNCATED);
    assert_string_equal(buffer, "a\nbcd");
}

static void a_string_needs_a_buffer(void **state)
{
    (void)state;
    char buffer[] = "kept";
    assert_int_equal(parse("\"a\""), ARDOQ_OK);
    assert_int_equal(ardoq_json_string(&document, ARDOQ_JSON_ROOT, "", buffer, 0),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_string_equal(buffer, "kept");
}

static void only_a_string_is_a_string(void **state)
{
    (void)state;
    static const char *const paths[] = {"null", "true", "number", "array", "object"};
    assert_int_equal(parse("{\"null\":null,\"true\":true,\"number\":1,\"array\":[\"a\"],\"object\":"
                           "{\"a\":\"b\"}}"),
                     ARDOQ_OK);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char buffer[8] = "before";
        assert_int_equal(
            ardoq_json_string(&document, ARDOQ_JSON_ROOT, paths[i], buffer, sizeof buffer),
            ARDOQ_ERR_JSON_TYPE);
        assert_string_equal(buffer, "");
    }
    char buffer[8] = "before";
    assert_int_equal(ardoq_json_string(&document, ARDOQ_JSON_ROOT, "none", buffer, sizeof buffer),
                     ARDOQ_ERR_JSON_KEY_MISSING);
    assert_string_equal(buffer, "");
}

static void integers_have_64_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ardoq_err_t err;
        int64_t number;
    } cases[] = {
        {"0", ARDOQ_OK, 0},
        {"-0", ARDOQ_OK, 0},
        {"7", ARDOQ_OK, 7},
        {"-12", ARDOQ_OK, -12},
        {"1234567890123456789", ARDOQ_OK, 1234567890123456789},
        {"9223372036854775807", ARDOQ_OK, INT64_MAX},
        {"-9223372036854775807", ARDOQ_OK, -INT64_MAX},
        {"-9223372036854775808", ARDOQ_OK, INT64_MIN},
        {"9223372036854775808", ARDOQ_ERR_JSON_RANGE, 0},
        {"9223372036854775809", ARDOQ_ERR_JSON_RANGE, 0},
        {"-9223372036854775809", ARDOQ_ERR_JSON_RANGE, 0},
        {"9223372036854775810", ARDOQ_ERR_JSON_RANGE, 0},
        {"10000000000000000000", ARDOQ_ERR_JSON_RANGE, 0},
        {"18446744073709551616", ARDOQ_ERR_JSON_RANGE, 0},
        {"-92233720368547758080", ARDOQ_ERR_JSON_RANGE, 0},
        {"-100000000000000000000000000000000000000", ARDOQ_ERR_JSON_RANGE, 0},
        {"1.0", ARDOQ_ERR_JSON_TYPE, 0},
        {"1e3", ARDOQ_ERR_JSON_TYPE, 0},
        {"1E0", ARDOQ_ERR_JSON_TYPE, 0},
        {"-0.0", ARDOQ_ERR_JSON_TYPE, 0},
        {"100000000000000000000000000000000000000.5", ARDOQ_ERR_JSON_TYPE, 0},
        {"\"1\"", ARDOQ_ERR_JSON_TYPE, 0},
        {"null", ARDOQ_ERR_JSON_TYPE, 0},
        {"true", ARDOQ_ERR_JSON_TYPE, 0},
        {"[1]", ARDOQ_ERR_JSON_TYPE, 0},
        {"{}", ARDOQ_ERR_JSON_TYPE, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t number = 42;
        assert_int_equal(parse(cases[i].text), ARDOQ_OK);
        const ardoq_err_t err = ardoq_json_int64(&document, ARDOQ_JSON_ROOT, "", &number);
        if (err != cases[i].err || number != (err ? 42 : cases[i].number)) {
            fail_msg("%s: %s, %lld", cases[i].text, ardoq_err_name(err), (long long)number);
        }
        assert_int_equal(ardoq_json_int64(&document, ARDOQ_JSON_ROOT, "none", &number),
                         ARDOQ_ERR_JSON_KEY_MISSING);
    }
}

static void booleans_are_true_and_false(void **state)
{
    (void)state;
    bool boolean = false;
    assert_int_equal(parse("{\"t\":true,\"f\":false,\"n\":null,\"s\":\"true\",\"d\":1}"), ARDOQ_OK);
    assert_int_equal(ardoq_json_boolean(&document, ARDOQ_JSON_ROOT, "t", &boolean), ARDOQ_OK);
    assert_true(boolean);
    assert_int_equal(ardoq_json_boolean(&document, ARDOQ_JSON_ROOT, "f", &boolean), ARDOQ_OK);
    assert_false(boolean);
    boolean = true;
    assert_int_equal(ardoq_json_boolean(&document, ARDOQ_JSON_ROOT, "n", &boolean),
                     ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(ardoq_json_boolean(&document, ARDOQ_JSON_ROOT, "s", &boolean),
                     ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(ardoq_json_boolean(&document, ARDOQ_JSON_ROOT, "d", &boolean),
                     ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(ardoq_json_boolean(&document, ARDOQ_JSON_ROOT, "x", &boolean),
                     ARDOQ_ERR_JSON_KEY_MISSING);
    assert_true(boolean);
}

static void only_arrays_have_elements(void **state)
{
    (void)state;
    size_t count = 42;
    assert_int_equal(parse("{\"none\":[],\"three\":[1,[2,3,4],{\"a\":[5]}],\"object\":{\"a\":1}}"),
                     ARDOQ_OK);
    assert_int_equal(ardoq_json_array_size(&document, ARDOQ_JSON_ROOT, "object", &count),
                     ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(ardoq_json_array_size(&document, ARDOQ_JSON_ROOT, "missing", &count),
                     ARDOQ_ERR_JSON_KEY_MISSING);
    assert_int_equal(count, 42);
    assert_int_equal(ardoq_json_array_size(&document, ARDOQ_JSON_ROOT, "none", &count), ARDOQ_OK);
    assert_int_equal(count, 0);
    assert_int_equal(ardoq_json_array_size(&document, ARDOQ_JSON_ROOT, "three", &count), ARDOQ_OK);
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_may_be_any_value),
        cmocka_unit_test(a_failed_parse_leaves_nothing),
        cmocka_unit_test(a_text_longer_than_an_int_counts_is_refused),
        cmocka_unit_test(what_is_known_to_be_valid_is_only_split),
        cmocka_unit_test(a_document_takes_as_many_tokens_as_it_has_room_for),
        cmocka_unit_test(a_document_without_room_takes_no_text),
        cmocka_unit_test(paths_lead_through_objects_and_arrays),
        cmocka_unit_test(an_index_is_a_plain_decimal_number),
        cmocka_unit_test(digits_may_be_a_key_too),
        cmocka_unit_test(of_equal_keys_the_last_counts),
        cmocka_unit_test(keys_compare_by_what_they_mean),
        cmocka_unit_test(a_path_may_start_at_a_value),
        cmocka_unit_test(strings_are_unescaped_to_utf8),
        cmocka_unit_test(what_c_text_cannot_hold_is_replaced),
        cmocka_unit_test(strings_are_cut_at_a_character),
        cmocka_unit_test(strings_are_cut_after_an_escape_too),
        cmocka_unit_test(a_string_needs_a_buffer),
        cmocka_unit_test(only_a_string_is_a_string),
        cmocka_unit_test(integers_have_64_bits),
        cmocka_unit_test(booleans_are_true_and_false),
        cmocka_unit_test(only_arrays_have_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
