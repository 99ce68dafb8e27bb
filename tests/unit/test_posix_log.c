/* The log of the POSIX port. What it writes: -Wl,--wrap=NAME for isatty and writev. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ardoq/port_posix.h"

static struct {
    bool is_terminal;
    int calls;
    char text[256];
} seen;

int __wrap_isatty(int descriptor);
int __wrap_isatty(int descriptor)
{
    assert_int_equal(descriptor, STDERR_FILENO);
    return seen.is_terminal;
}

ssize_t __wrap_writev(int descriptor, const struct iovec *parts, int count);
ssize_t __wrap_writev(int descriptor, const struct iovec *parts, int count)
{
    assert_int_equal(descriptor, STDERR_FILENO);
    size_t size = 0;
    for (int i = 0; i < count; i++) {
        assert_true(size + parts[i].iov_len < sizeof seen.text);
        memcpy(seen.text + size, parts[i].iov_base, parts[i].iov_len);
        size += parts[i].iov_len;
    }
    seen.text[size] = '\0';
    seen.calls++;
    return (ssize_t)size;
}

static int set_up(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    return unsetenv("NO_COLOR");
}

static void assert_logged(ardoq_log_level_t level, const char *text, const char *detail,
                          const char *expected)
{
    seen.calls = 0;
    seen.text[0] = '\0';
    ardoq_port_log(level, text, detail);
    assert_string_equal(seen.text, expected);
    assert_int_equal(seen.calls, expected[0] ? 1 : 0);
}

static void test_errors_only_at_first(void **state)
{
    (void)state;
    assert_logged(ARDOQ_LOG_ERROR, "no such host", "acme", "ardoq: no such host: acme\n");
    assert_logged(ARDOQ_LOG_INFO, "connected", "acme", "");
    assert_logged(ARDOQ_LOG_DEBUG, "sent", "12", "");
}

static void test_level(void **state)
{
    (void)state;
    ardoq_posix_set_log_level(ARDOQ_LOG_INFO);
    assert_logged(ARDOQ_LOG_ERROR, "e", "", "ardoq: e\n");
    assert_logged(ARDOQ_LOG_INFO, "i", "", "ardoq: i\n");
    assert_logged(ARDOQ_LOG_DEBUG, "d", "", "");
    ardoq_posix_set_log_level(ARDOQ_LOG_DEBUG);
    assert_logged(ARDOQ_LOG_DEBUG, "d", "detail", "ardoq: d: detail\n");
    ardoq_posix_set_log_level((ardoq_log_level_t)0);
    assert_logged(ARDOQ_LOG_ERROR, "e", "", "");
    ardoq_posix_set_log_level(ARDOQ_LOG_ERROR);
}

static void test_colour(void **state)
{
    (void)state;
    seen.is_terminal = true;
    ardoq_posix_set_log_level(ARDOQ_LOG_DEBUG);
    assert_logged(ARDOQ_LOG_ERROR, "e", "x", "\033[31mardoq: e: x\033[0m\n");
    assert_logged(ARDOQ_LOG_INFO, "i", "x", "ardoq: i: x\n");
    assert_logged(ARDOQ_LOG_DEBUG, "d", "x", "\033[2mardoq: d: x\033[0m\n");
    assert_int_equal(setenv("NO_COLOR", "", 1), 0);
    assert_logged(ARDOQ_LOG_ERROR, "e", "", "\033[31mardoq: e\033[0m\n");
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    assert_logged(ARDOQ_LOG_ERROR, "e", "", "ardoq: e\n");
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    seen.is_terminal = false;
    assert_logged(ARDOQ_LOG_ERROR, "e", "", "ardoq: e\n");
    ardoq_posix_set_log_level(ARDOQ_LOG_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_errors_only_at_first, set_up),
        cmocka_unit_test_setup(test_level, set_up),
        cmocka_unit_test_setup(test_colour, set_up),
    };
    return cmocka_run_group_tests_name("posix_log", tests, NULL, NULL);
}
