#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/json_validate.h"

/* The text in two parts, each at the very end of its memory, so that a sanitizer sees one byte too
 * many. */
static ardoq_err_t validate_split(const char *text, size_t size, size_t first)
{
    static char area[1024];
    ardoq_json_validator_t validator;
    memset(&validator, 0xA5, sizeof validator);
    ardoq_json_validator_init(&validator);
    char *part = area + sizeof area - first;
    memcpy(part, text, first);
    ardoq_err_t err = ardoq_json_validator_feed(&validator, part, first);
    if (!err) {
        part = area + sizeof area - (size - first);
        memcpy(part, text + first, size - first);
        err = ardoq_json_validator_feed(&validator, part, size - first);
    }
    return err ? err : ardoq_json_validator_end(&validator);
}

/* A text whose verdict does not depend on where it is split. */
static ardoq_err_t validate(const char *text, size_t size)
{
    const ardoq_err_t err = validate_split(text, size, 0);
    assert_int_equal(ardoq_json_validate(text, size), err);
    for (size_t first = 1; first <= size; first++) {
        assert_int_equal(validate_split(text, size, first), err);
    }
    return err;
}

static void assert_validates(const char *text, ardoq_err_t expected)
{
    const ardoq_err_t err = validate(text, strlen(text));
    if (err != expected) {
        fail_msg("%s: %s, expected %s", text, ardoq_err_name(err), ardoq_err_name(expected));
    }
}

static void takes_every_production_of_the_grammar(void **state)
{
    (void)state;
    static const char *const texts[] = {
        /* Numbers. */
        "1", "0", "-0", "-1", "10", "1234567890", "0.0", "-0.10", "12.034", "0e0", "0E1", "1e5",
        "1e+5", "1E-05", "1.5e10", "-1.25E+007",
        /* Literals. */
        "true", "false", "null",
        /* Strings. */
        "\"\"", "\"a\"", "\"\x7f\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0000\\uABCD\\uabcd\\u0129\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\\\\"",
        "\"true\"", "\"[{\"",
        /* Arrays. */
        "[]", "[ ]", "[1]", "[1,2]", "[0,-0,1.5,1e1]", "[true,false,null]", "[\"a\",\"b\"]",
        "[[],{},[[]]]",
        /* Objects. */
        "{}", "{ }", "{\"\":0}", "{\"a\":1}", "{\"a\":1,\"b\":2}", "{\"a\":1,\"a\":1}",
        "{\"a\\n\":\"b\"}", "{\"a\":{\"b\":{}},\"c\":[{\"d\":[]}]}", "{\"a\":[],\"b\":{},\"c\":0}",
        "[{\"a\":1},2,{\"b\":[3]},\"c\"]",
        /* White space. */
        " \t\r\n{ \"a\"\t:\r1 ,\n\"b\" : [ 1 , 2 ] } \n", " 1 ", "\ttrue\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_validates(texts[i], ARDOQ_OK);
    }
}

static void refuses_what_the_grammar_lacks(void **state)
{
    (void)state;
    static const char *const texts[] = {
        /* No value, or too many. */
        "", " ", "1 2", "1,2", "{}{}", "[][]", "{} x", "\"a\"\"b\"", "true false", "nullnull", ",",
        ":", "]", "}", "1]", "{}}", "[]]", "/**/1",
        /* Numbers. */
        "-", "+1", "01", "-01", "00", ".5", "1.", "-.5", "1.e5", "1e", "1e+", "1E-", "1e1.5",
        "1e1e1", "1.2.3", "1ee5", "1e+-5", "0x10", "1a", "--1", "1-1", "1+1", "0-", "1.5-", "-a",
        "Infinity", "-Infinity", "NaN", "1_000", "- 1", "1 .5", "[1.]", "[-]", "[1e]", "[01]",
        /* Literals. */
        "t", "tru", "trux", "truee", "True", "TRUE", "tRUE", "fals", "falsf", "falsey", "nul",
        "nil", "nulll", "tr ue", "[t]", "truefalse", "undefined",
        /* Strings. */
        "\"", "\"a", "\"\\", "\"\\\"", "\"\\u", "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"",
        "\"\\u0041\\u4\"", "[true,\"\\u4\"]", "\"\\u 123\"", "\"\\x41\"", "\"\\'\"", "\"\\0\"",
        "\"\\U0041\"", "\"\\a\"", "'a'", "a", "\"a\nb\"", "\"\t\"", "\"\\\n\"",
        /* Arrays. */
        "[", "[1", "[1,", "[,", "[,1]", "[1,]", "[1,,2]", "[1 2]", "[1}", "[}", "[1:2]",
        "[\"a\":1]", "[\"a\" \"b\"]", "[[]", "[1],", "[[1]", "[1]2", "[true false]",
        /* Objects. */
        "{", "{]", "{\"a\"", "{\"a\"}", "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,",
        "{\"a\":1,}", "{,}", "{\"a\":1,,\"b\":2}", "{\"a\" 1}", "{\"a\",1}", "{\"a\"::1}", "{1:2}",
        "{a:1}", "{'a':1}", "{null:1}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "{\"a\":1:2}",
        "{\"a\":\"b\":1}", "{[]:1}", "{{}:1}", "{\"a\":1,1}", "{\"a\":1,\"b\"}", "{:1}",
        "{\"a\":1}}",
        /* Bytes that are no JSON outside strings. */
        "\xEF\xBB\xBF{}", "\xC3\xA9", "[\xC3\xA9]", "1\xC2\xA0", "\f1", "\v1", "1\b", "[1]\x7f"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_validates(texts[i], ARDOQ_ERR_JSON_INVALID);
    }
}

static void refuses_a_nul_byte_anywhere(void **state)
{
    (void)state;
    assert_int_equal(validate("1\0", 2), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(validate("\0", 1), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(validate("\"\0\"", 3), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(validate("\"\\\0\"", 4), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(validate("tru\0e", 5), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(validate("true\0", 5), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(validate("[1,\0]", 5), ARDOQ_ERR_JSON_INVALID);
}

/* Puts every byte into the place of '?' and expects exactly the bytes of @p accepted to pass. */
static void assert_accepts_only(const char *pattern, const char *accepted)
{
    char text[32];
    const size_t size = strlen(pattern);
    memcpy(text, pattern, size);
    char *const place = text + (strchr(pattern, '?') - pattern);
    for (int byte = 1; byte < 256; byte++) {
        *place = (char)byte;
        const bool expected = strchr(accepted, byte) != NULL;
        if ((validate(text, size) == ARDOQ_OK) != expected) {
            fail_msg("%s with byte 0x%02X: expected %d", pattern, (unsigned)byte, expected);
        }
    }
}

static void every_byte_has_its_places(void **state)
{
    (void)state;
    assert_accepts_only("?1", " \t\r\n-123456789");
    assert_accepts_only("?{}", " \t\r\n");
    assert_accepts_only("{}?", " \t\r\n");
    assert_accepts_only("[]?", " \t\r\n");
    assert_accepts_only("{?}", " \t\r\n");
    assert_accepts_only("[?]", " \t\r\n0123456789");
    assert_accepts_only("[1?]", " \t\r\n0123456789");
    assert_accepts_only("[1?2]", ",.eE0123456789");
    assert_accepts_only("[\"\"?\"\"]", ",");
    assert_accepts_only("{\"\"?1}", ":");
    assert_accepts_only("{\"\":?}", "0123456789");
    assert_accepts_only("{\"\":1?\"\":1}", ",");
    assert_accepts_only("{\"\":1?", "}");
    assert_accepts_only("[1?", "]");
    assert_accepts_only("\"\\?\"", "\"\\/bfnrt");
    assert_accepts_only("\"\\u?234\"", "0123456789abcdefABCDEF");
    assert_accepts_only("\"\\u1?34\"", "0123456789abcdefABCDEF");
    assert_accepts_only("\"\\u12?4\"", "0123456789abcdefABCDEF");
    assert_accepts_only("\"\\u123?\"", "0123456789abcdefABCDEF");
    assert_accepts_only("-?", "0123456789");
    assert_accepts_only("0?", " \t\r\n");
    assert_accepts_only("1?", " \t\r\n0123456789");
    assert_accepts_only("1.?", "0123456789");
    assert_accepts_only("1.5?", " \t\r\n0123456789");
    assert_accepts_only("1e?", "0123456789");
    assert_accepts_only("1e?5", "+-0123456789");
    assert_accepts_only("1e+?", "0123456789");
    assert_accepts_only("1e5?", " \t\r\n0123456789");
    assert_accepts_only("0?5", ".eE");
    assert_accepts_only("1.5?5", "eE0123456789");
    assert_accepts_only("tru?", "e");
    assert_accepts_only("fals?", "e");
    assert_accepts_only("nul?", "l");
}

static void control_bytes_must_be_escaped(void **state)
{
    (void)state;
    for (int byte = 0; byte < 0x80; byte++) {
        const char text[] = {'"', (char)byte, '"'};
        const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
        assert_int_equal(validate(text, 3), plain ? ARDOQ_OK : ARDOQ_ERR_JSON_INVALID);
    }
}

/* Table 3-7 of the Unicode Standard: which second byte may follow which first one. */
typedef struct {
    unsigned first_low, first_high, second_low, second_high;
} well_formed_t;

static const well_formed_t well_formed[] = {
    {0xC2, 0xDF, 0x80, 0xBF}, {0xE0, 0xE0, 0xA0, 0xBF}, {0xE1, 0xEC, 0x80, 0xBF},
    {0xED, 0xED, 0x80, 0x9F}, {0xEE, 0xEF, 0x80, 0xBF}, {0xF0, 0xF0, 0x90, 0xBF},
    {0xF1, 0xF3, 0x80, 0xBF}, {0xF4, 0xF4, 0x80, 0x8F},
};

static bool is_well_formed(unsigned first, unsigned second)
{
    for (size_t i = 0; i < sizeof well_formed / sizeof well_formed[0]; i++) {
        const well_formed_t *const row = &well_formed[i];
        if (first >= row->first_low && first <= row->first_high && second >= row->second_low &&
            second <= row->second_high) {
            return true;
        }
    }
    return false;
}

static void takes_well_formed_utf8_only(void **state)
{
    (void)state;
    for (unsigned first = 0x80; first < 0x100; first++) {
        for (unsigned second = 0; second < 0x100; second++) {
            const size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
            char text[] = {'"', (char)first, (char)second, '\x80', '\xBF', '"'};
            text[size + 1] = '"';
            const ardoq_err_t expected =
                is_well_formed(first, second) ? ARDOQ_OK : ARDOQ_ERR_JSON_UTF8;
            if (validate(text, size + 2) != expected) {
                fail_msg("%02X %02X: expected %s", first, second, ardoq_err_name(expected));
            }
        }
    }
}

static void later_continuation_bytes_have_the_whole_range(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 0x100; byte++) {
        const ardoq_err_t expected = byte >= 0x80 && byte <= 0xBF ? ARDOQ_OK : ARDOQ_ERR_JSON_UTF8;
        const char texts[][8] = {
            {'"', '\xE0', '\xA0', (char)byte, '"'},
            {'"', '\xED', '\x9F', (char)byte, '"'},
            {'"', '\xF0', '\x90', (char)byte, '\x80', '"'},
            {'"', '\xF0', '\x90', '\x80', (char)byte, '"'},
            {'"', '\xF4', '\x8F', (char)byte, '\xBF', '"'},
            {'"', '\xF4', '\x8F', '\xBF', (char)byte, '"'},
        };
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            assert_int_equal(validate(texts[i], i < 2 ? 5 : 6), expected);
        }
    }
}

static void utf8_may_stand_in_keys_and_next_to_escapes(void **state)
{
    (void)state;
    assert_validates("{\"\xC3\xA9\":\"\xE2\x82\xAC\\n\xF0\x9F\x98\x80\xC3\xA9\"}", ARDOQ_OK);
    assert_validates("{\"\xC3\":1}", ARDOQ_ERR_JSON_UTF8);
    assert_validates("\"\\\xC3\xA9\"", ARDOQ_ERR_JSON_INVALID);
    assert_validates("\"\xC3", ARDOQ_ERR_JSON_INVALID);
    assert_validates("\"\xC3\xA9\xA9\"", ARDOQ_ERR_JSON_UTF8);
}

static void nest(char *text, size_t depth, const char *opening, const char *core,
                 const char *closing)
{
    text[0] = '\0';
    for (size_t i = 0; i < depth; i++) {
        strcat(text, opening);
    }
    strcat(text, core);
    for (size_t i = 0; i < depth; i++) {
        strcat(text, closing);
    }
}

static void nests_32_levels_deep(void **state)
{
    (void)state;
    static const char *const cores[] = {"[]", "{}", "[1,2]", "{\"a\":1,\"b\":2}"};
    for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++) {
        char text[512];
        nest(text, 31, "[", cores[i], "]");
        assert_validates(text, ARDOQ_OK);
        nest(text, 32, "[", cores[i], "]");
        assert_validates(text, ARDOQ_ERR_JSON_TOO_DEEP);
        nest(text, 31, "{\"a\":", cores[i], "}");
        assert_validates(text, ARDOQ_OK);
        nest(text, 32, "{\"a\":", cores[i], "}");
        assert_validates(text, ARDOQ_ERR_JSON_TOO_DEEP);
        nest(text, 15, "[{\"a\":", cores[i], "}]");
        assert_validates(text, ARDOQ_OK);
        nest(text, 16, "[{\"a\":", cores[i], "}]");
        assert_validates(text, ARDOQ_ERR_JSON_TOO_DEEP);
    }
}

static void every_level_remembers_its_bracket(void **state)
{
    (void)state;
    char text[512];
    nest(text, 31, "[", "[]", "]");
    const size_t size = strlen(text);
    for (size_t i = size / 2; i < size; i++) {
        text[i] = '}';
        assert_validates(text, ARDOQ_ERR_JSON_INVALID);
        text[i] = ']';
    }
    assert_validates("[[{\"a\":[]},[{}]],{\"a\":{}}]", ARDOQ_OK);
    assert_validates("[[],[1,2],{\"a\":{\"b\":1},\"c\":[1,2]},[3,4]]", ARDOQ_OK);
}

static void a_text_may_always_be_shorter_than_a_value(void **state)
{
    (void)state;
    static const char text[] =
        " {\"k\\u0041\\n\xC3\xA9\" : [ true , false,null, -0.5e+1,\"\xF0\x9F\x98\x80\", {} ] } ";
    const size_t whole = sizeof text - 2;
    for (size_t size = 0; size < whole; size++) {
        assert_int_equal(validate(text, size), ARDOQ_ERR_JSON_INVALID);
    }
    assert_int_equal(validate(text, whole), ARDOQ_OK);
    assert_int_equal(validate(text, whole + 1), ARDOQ_OK);
}

static void a_lone_number_is_complete_only_where_it_may_end(void **state)
{
    (void)state;
    static const char text[] = "-10.25e+30 ";
    static const char complete[] = "011011001111";
    for (size_t size = 0; size < sizeof text; size++) {
        const bool expected = size > 0 && complete[size - 1] == '1';
        assert_int_equal(validate(text, size), expected ? ARDOQ_OK : ARDOQ_ERR_JSON_INVALID);
    }
}

static ardoq_err_t feed(ardoq_json_validator_t *validator, const char *text)
{
    return ardoq_json_validator_feed(validator, text, strlen(text));
}

static void only_the_end_decides(void **state)
{
    (void)state;
    ardoq_json_validator_t validator;
    memset(&validator, 0xA5, sizeof validator);
    ardoq_json_validator_init(&validator);
    assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(feed(&validator, "{\"a\":[1,true"), ARDOQ_OK);
    assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(feed(&validator, "]}"), ARDOQ_OK);
    assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_OK);
    assert_int_equal(feed(&validator, " \n"), ARDOQ_OK);
    assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_OK);
    assert_int_equal(feed(&validator, "{"), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_ERR_JSON_INVALID);
}

static void after_an_error_every_byte_is_invalid(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        ardoq_err_t err;
    } cases[] = {
        {"[1}", ARDOQ_ERR_JSON_INVALID},
        {"\"\n", ARDOQ_ERR_JSON_INVALID},
        {"\"\xFF", ARDOQ_ERR_JSON_UTF8},
        {"\"\xC3\"", ARDOQ_ERR_JSON_UTF8},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ARDOQ_ERR_JSON_TOO_DEEP},
        {"1}", ARDOQ_ERR_JSON_INVALID},
        {"-x", ARDOQ_ERR_JSON_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int byte = 0; byte < 256; byte++) {
            ardoq_json_validator_t validator;
            ardoq_json_validator_init(&validator);
            assert_int_equal(feed(&validator, cases[i].text), cases[i].err);
            assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_ERR_JSON_INVALID);
            assert_int_equal(ardoq_json_validator_feed(&validator, &(char){(char)byte}, 1),
                             ARDOQ_ERR_JSON_INVALID);
            assert_int_equal(ardoq_json_validator_end(&validator), ARDOQ_ERR_JSON_INVALID);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_production_of_the_grammar),
        cmocka_unit_test(refuses_what_the_grammar_lacks),
        cmocka_unit_test(refuses_a_nul_byte_anywhere),
        cmocka_unit_test(every_byte_has_its_places),
        cmocka_unit_test(control_bytes_must_be_escaped),
        cmocka_unit_test(takes_well_formed_utf8_only),
        cmocka_unit_test(later_continuation_bytes_have_the_whole_range),
        cmocka_unit_test(utf8_may_stand_in_keys_and_next_to_escapes),
        cmocka_unit_test(nests_32_levels_deep),
        cmocka_unit_test(every_level_remembers_its_bracket),
        cmocka_unit_test(a_text_may_always_be_shorter_than_a_value),
        cmocka_unit_test(a_lone_number_is_complete_only_where_it_may_end),
        cmocka_unit_test(only_the_end_decides),
        cmocka_unit_test(after_an_error_every_byte_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
