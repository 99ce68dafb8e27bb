/* Spans of time as the tool reads and writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "duration.h"

static void test_spans_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } spans[] = {
        {"1h", 3600},
        {"36h", 129600},
        {"1d", 86400},
        {"090d", 7776000},
        {"12w", 7257600},
        {"99999w", 60479395200},
        {"", 0},
        {"h", 0},
        {"90", 0},
        {"90m", 0},
        {"90D", 0},
        {"90 d", 0},
        {" 90d", 0},
        {"90d ", 0},
        {"90dd", 0},
        {"-1d", 0},
        {"+1d", 0},
        {"1.5d", 0},
        {"0x1d", 0},
        {"0d", 0},
        {"100000h", 0},
        {"000001h", 0},
        {"99999999999999999999h", 0},
    };
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        assert_int_equal(duration_seconds(spans[i].text), spans[i].seconds);
    }
}

static void test_spans_are_written(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } spans[] = {
        {0, "0 s"},        {119, "119 s"},      {120, "2 min"},
        {7199, "119 min"}, {7200, "2 h"},       {172799, "47 h"},
        {172800, "2 d"},   {31536000, "365 d"}, {INT64_MAX, "106751991167300 d"},
    };
    span_text_t room;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        assert_string_equal(span_text(spans[i].seconds, &room), spans[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans_are_read),
        cmocka_unit_test(test_spans_are_written),
    };
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
