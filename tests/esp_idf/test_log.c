/* Messages on ESP-IDF: the macro of their level, the library's tag, one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_log.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/port.h"

static char level_now;
static char message[128];

void fake_log(char level, const char *tag, const char *format, ...)
{
    assert_string_equal(tag, "ardoq");
    assert_int_equal(level_now, 0);
    level_now = level;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
}

static void assert_logged(ardoq_log_level_t level, const char *text, const char *detail,
                          char expected_level, const char *expected)
{
    level_now = 0;
    message[0] = '\0';
    ardoq_port_log(level, text, detail);
    assert_int_equal(level_now, expected_level);
    assert_string_equal(message, expected);
}

static void test_levels(void **state)
{
    (void)state;
    assert_logged(ARDOQ_LOG_ERROR, "failed", "here", 'E', "failed: here");
    assert_logged(ARDOQ_LOG_INFO, "GET", "/api/v2/me", 'I', "GET: /api/v2/me");
    assert_logged(ARDOQ_LOG_DEBUG, "Host", "acme", 'D', "Host: acme");
}

static void test_text_alone(void **state)
{
    (void)state;
    assert_logged(ARDOQ_LOG_ERROR, "failed", "", 'E', "failed");
    assert_logged(ARDOQ_LOG_INFO, "begun", "", 'I', "begun");
    assert_logged(ARDOQ_LOG_DEBUG, "sent", "", 'D', "sent");
}

static void test_what_looks_like_a_format(void **state)
{
    (void)state;
    assert_logged(ARDOQ_LOG_INFO, "100%s", "%n%d", 'I', "100%s: %n%d");
}

static void test_unknown_level(void **state)
{
    (void)state;
    assert_logged((ardoq_log_level_t)0, "text", "detail", 0, "");
    assert_logged((ardoq_log_level_t)4, "text", "detail", 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_text_alone),
        cmocka_unit_test(test_what_looks_like_a_format),
        cmocka_unit_test(test_unknown_level),
    };
    return cmocka_run_group_tests_name("esp_idf_log", tests, NULL, NULL);
}
