/* Values with the keys on their path, for any length of the text and any split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/json_scan.h"
#include "error_name.h"

static ardoq_json_scan_t scan;

/* What a scan gave, in words: "a.*.b="x" a.* end". */
static char story[4096];

static void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const size_t told = strlen(story);
    const int size = vsnprintf(story + told, sizeof story - told, format, arguments);
    va_end(arguments);
    assert_in_range(size, 0, sizeof story - told - 1);
}

/* "*" stands for an element, "?" for a key that is cut or lies deeper than keys are kept. */
static void tell_path(void)
{
    for (uint8_t level = 1; level <= scan.depth; level++) {
        const bool is_kept = level <= ARDOQ_JSON_SCAN_LEVELS &&
                             scan.key_lengths[level - 1] < ARDOQ_JSON_SCAN_KEY_SIZE;
        char key[ARDOQ_JSON_SCAN_KEY_SIZE] = "?";
        if (is_kept) {
            const size_t length = scan.key_lengths[level - 1];
            memcpy(key, scan.keys[level - 1], length);
            key[length] = '\0';
            assert_true(ardoq_json_scan_is_at(&scan, level, key));
            assert_false(ardoq_json_scan_is_at(&scan, level, "never"));
        }
        tell("%s%s", level > 1 ? "." : "", key[0] != '\0' ? key : "*");
    }
}

static void tell_event(ardoq_json_scan_event_t event)
{
    if (event == ARDOQ_JSON_SCAN_VALUE) {
        tell_path();
        tell("=%.*s ", (int)scan.length, scan.text);
    } else if (event == ARDOQ_JSON_SCAN_END) {
        tell_path();
        tell(" end ");
    }
}

static ardoq_err_t feed(const char *text, size_t size)
{
    ardoq_err_t err = ARDOQ_OK;
    while (size > 0 && !err) {
        size_t consumed = 12345;
        ardoq_json_scan_event_t event = ARDOQ_JSON_SCAN_END;
        err = ardoq_json_scan_feed(&scan, text, size, &consumed, &event);
        assert_in_range(consumed, err || event != ARDOQ_JSON_SCAN_MORE ? 0 : size, size);
        assert_true(!err || event == ARDOQ_JSON_SCAN_MORE);
        tell_event(event);
        text += consumed;
        size -= consumed;
    }
    return err;
}

/* Reads a text in two parts, or byte by byte when @p first is past its end. */
static void read_split(const char *text, size_t first)
{
    const size_t size = strlen(text);
    const size_t step = first > size ? 1 : size - first;
    ardoq_err_t err = ARDOQ_OK;
    story[0] = '\0';
    memset(&scan, 0xA5, sizeof scan);
    ardoq_json_scan_init(&scan);
    if (first <= size) {
        err = feed(text, first);
        text += first;
    }
    for (const char *at = text; !err && *at != '\0'; at += step) {
        err = feed(at, step);
    }
    err = err ? err : ardoq_json_scan_end(&scan);
    tell("%s", err ? error_name(err) : "whole");
}

static void assert_story(const char *text, const char *expected)
{
    for (size_t first = 0; first <= strlen(text) + 1; first++) {
        read_split(text, first);
        if (strcmp(story, expected) != 0) {
            fail_msg("%s split at %u: %s, expected %s", text, (unsigned)first, story, expected);
        }
    }
}

static void test_values(void **state)
{
    (void)state;
    assert_story("{\"a\":\"x\",\"b\":true,\"c\":false,\"d\":null}",
                 "a=\"x\" b=true c=false d=null d end whole");
    assert_story(" { \"a\" : \"\" , \"b\" : \"\\\"}\\u00e9\" } ",
                 "a=\"\" b=\"\\\"}\\u00e9\" b end whole");
    assert_story("\"x\"", "=\"x\" whole");
    assert_story("[\"x\",true]", "*=\"x\" *=true * end whole");
    assert_story("{}", "* end whole");
}

/* A number ends only with the next byte, which may end more. */
static void test_numbers(void **state)
{
    (void)state;
    assert_story("{\"a\":1,\"b\":[2,3.5e1],\"c\":-4}",
                 "a=1 b.*=2 b.*=3.5e1 b.* end c=-4 c end whole");
    assert_story("[0,\"x\",90 ]", "*=0 *=\"x\" *=90 * end whole");
    assert_story("[-]", "JSON_INVALID");
    assert_story("[12x]", "*=12 JSON_INVALID");
    assert_story("12", "whole");
    assert_story("12 ", "=12 whole");
}

static void test_paths(void **state)
{
    (void)state;
    assert_story("{\"types\":[{\"id\":\"p1\",\"fields\":[\"a\",\"b\"]},{\"id\":\"p2\"}]}",
                 "types.*.id=\"p1\" types.*.fields.*=\"a\" types.*.fields.*=\"b\" "
                 "types.*.fields.* end types.*.fields end types.*.id=\"p2\" types.*.id end "
                 "types.* end types end whole");
}

/* What a level was at before does not show in a new array or object. */
static void test_no_key_is_left_of_an_earlier_object(void **state)
{
    (void)state;
    assert_story("[{\"a\":true},[null],{\"b\":{\"c\":true}},{\"d\":[true]}]",
                 "*.a=true *.a end *.*=null *.* end *.b.c=true *.b.c end *.b end *.d.*=true "
                 "*.d.* end *.d end * end whole");
}

static void test_deeper_than_keys_are_kept(void **state)
{
    (void)state;
    assert_story("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":true}},\"i\":true}}}}}}",
                 "a.b.c.d.e.f.?.?=true a.b.c.d.e.f.?.? end a.b.c.d.e.f.? end a.b.c.d.e.i=true "
                 "a.b.c.d.e.i end a.b.c.d.e end a.b.c.d end a.b.c end a.b end a end whole");
}

static void test_value_at_the_deepest_level(void **state)
{
    (void)state;
    char text[2 * ARDOQ_JSON_DEPTH_MAX + sizeof "true"] = "";
    memset(text, '[', ARDOQ_JSON_DEPTH_MAX);
    strcat(text, "true");
    memset(strchr(text, '\0'), ']', ARDOQ_JSON_DEPTH_MAX);
    size_t consumed = 0;
    ardoq_json_scan_event_t event = ARDOQ_JSON_SCAN_MORE;
    ardoq_json_scan_init(&scan);
    assert_int_equal(ardoq_json_scan_feed(&scan, text, sizeof text - 1, &consumed, &event),
                     ARDOQ_OK);
    assert_int_equal(event, ARDOQ_JSON_SCAN_VALUE);
    assert_int_equal(scan.depth, ARDOQ_JSON_DEPTH_MAX);
}

static void test_long_keys(void **state)
{
    (void)state;
    static const char longest[] = "1234567890123456789012345678901";
    char text[128];
    char expected[128];
    snprintf(text, sizeof text, "{\"%s\":true}", longest);
    snprintf(expected, sizeof expected, "%s=true %s end whole", longest, longest);
    assert_story(text, expected);
    snprintf(text, sizeof text, "{\"%s2\":true,\"%s23\":null}", longest, longest);
    assert_story(text, "?=true ?=null ? end whole");
    assert_false(ardoq_json_scan_is_at(&scan, 1, "123456789012345678901234567890123"));
}

/* An escape is not resolved, so such a key equals none that is wanted. */
static void test_keys_with_escapes(void **state)
{
    (void)state;
    assert_story("{\"\\u0061\":true,\"a\\\"b\":true}", "\\u0061=true a\\\"b=true a\\\"b end whole");
    assert_false(ardoq_json_scan_is_at(&scan, 1, "a"));
}

static void test_longest_value(void **state)
{
    (void)state;
    char text[ARDOQ_JSON_SCAN_TEXT_SIZE + 64];
    char expected[sizeof text + 64];
    const int fits = ARDOQ_JSON_SCAN_TEXT_SIZE - 2;
    char filler[ARDOQ_JSON_SCAN_TEXT_SIZE + 1];
    memset(filler, 'x', sizeof filler);
    snprintf(text, sizeof text, "[\"%.*s\",true]", fits, filler);
    snprintf(expected, sizeof expected, "*=\"%.*s\" *=true * end whole", fits, filler);
    assert_story(text, expected);
    snprintf(text, sizeof text, "[\"%.*s\",true]", fits + 1, filler);
    assert_story(text, "*= *=true * end whole");
    snprintf(text, sizeof text, "[\"%.*s\",true]", fits + 3, filler);
    assert_story(text, "*= *=true * end whole");
}

static void test_errors(void **state)
{
    (void)state;
    assert_story("", "JSON_INVALID");
    assert_story("{\"a\":true", "a=true JSON_INVALID");
    assert_story("{\"a\":true,}", "a=true JSON_INVALID");
    assert_story("[true}", "*=true JSON_INVALID");
    assert_story("[]x", "* end JSON_INVALID");
    assert_story("[\"\xff\"]", "JSON_UTF8");
    assert_story("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "JSON_TOO_DEEP");
}

static void test_nothing_follows_an_error(void **state)
{
    (void)state;
    size_t consumed;
    ardoq_json_scan_event_t event;
    ardoq_json_scan_init(&scan);
    assert_int_equal(ardoq_json_scan_feed(&scan, "[,", 2, &consumed, &event),
                     ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(ardoq_json_scan_feed(&scan, "true]", 5, &consumed, &event),
                     ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(event, ARDOQ_JSON_SCAN_MORE);
    assert_int_equal(ardoq_json_scan_end(&scan), ARDOQ_ERR_JSON_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_no_key_is_left_of_an_earlier_object),
        cmocka_unit_test(test_deeper_than_keys_are_kept),
        cmocka_unit_test(test_value_at_the_deepest_level),
        cmocka_unit_test(test_long_keys),
        cmocka_unit_test(test_keys_with_escapes),
        cmocka_unit_test(test_longest_value),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_nothing_follows_an_error),
    };
    return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL);
}
