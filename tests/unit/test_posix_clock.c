/* Time and randomness of the POSIX port: -Wl,--wrap=NAME for clock_gettime and getrandom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "ardoq/port.h"

static struct {
    bool is_scripted;
    struct timespec now;
    bool no_clock;
    clockid_t clock; /* which was asked for */
    unsigned flags;  /* of getrandom() */
    size_t at_most;  /* what getrandom() gives at once, 0 for all */
    int code;        /* errno of its next call, once */
} script;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!script.is_scripted) {
        return __real_clock_gettime(clock, now);
    }
    script.clock = clock;
    *now = script.now;
    return script.no_clock ? -1 : 0;
}

ssize_t __real_getrandom(void *buffer, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags)
{
    script.flags = flags;
    errno = script.code;
    script.code = 0;
    if (errno) {
        return -1;
    }
    return __real_getrandom(buffer, script.at_most && script.at_most < size ? script.at_most : size,
                            flags);
}

static int set_up(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    return 0;
}

static void test_uptime(void **state)
{
    (void)state;
    const uint64_t first = ardoq_port_uptime_ms();
    assert_true(first > 0);
    assert_true(ardoq_port_uptime_ms() >= first);

    script.is_scripted = true;
    script.now = (struct timespec){.tv_sec = 5000000, .tv_nsec = 123999999};
    assert_true(ardoq_port_uptime_ms() == 5000000123);
    assert_int_equal(script.clock, CLOCK_BOOTTIME);
}

static void test_wall_time(void **state)
{
    (void)state;
    int64_t seconds = 0;
    assert_true(ardoq_port_wall_time(&seconds));
    assert_in_range(seconds, time(NULL) - 2, time(NULL) + 2); /* time() lags by a tick */

    script.is_scripted = true;
    script.now = (struct timespec){.tv_sec = 1795392000, .tv_nsec = 999999999};
    assert_true(ardoq_port_wall_time(&seconds));
    assert_int_equal(seconds, 1795392000);
    assert_int_equal(script.clock, CLOCK_REALTIME);
    script.no_clock = true;
    assert_false(ardoq_port_wall_time(&seconds));
}

/* Sixteen times, every byte gets another value than zero, or randomness is not random. */
static void assert_random(void)
{
    enum { SIZE = 300 };
    unsigned char seen[SIZE + 1] = {0};
    for (int i = 0; i < 16; i++) {
        unsigned char bytes[SIZE + 1] = {0};
        assert_int_equal(ardoq_port_random(bytes, SIZE), ARDOQ_OK);
        for (size_t j = 0; j <= SIZE; j++) {
            seen[j] |= bytes[j];
        }
    }
    assert_null(memchr(seen, 0, SIZE));
    assert_int_equal(seen[SIZE], 0);
}

static void test_random(void **state)
{
    (void)state;
    assert_random();
    assert_int_equal(script.flags, GRND_NONBLOCK);
    script.at_most = 7;
    assert_random();
    script.code = EINTR;
    assert_random();
}

static void test_no_randomness(void **state)
{
    (void)state;
    static const int codes[] = {EAGAIN, ENOSYS};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        char bytes[8];
        script.code = codes[i];
        assert_int_equal(ardoq_port_random(bytes, sizeof bytes), ARDOQ_ERR_RANDOM_FAILED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_uptime, set_up),
        cmocka_unit_test_setup(test_wall_time, set_up),
        cmocka_unit_test_setup(test_random, set_up),
        cmocka_unit_test_setup(test_no_randomness, set_up),
    };
    return cmocka_run_group_tests_name("posix_clock", tests, NULL, NULL);
}
