/* Time on ESP-IDF: the chip's own timer, or the ticks of the simulator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_timer.h>
#include <string.h>
#include <sys/time.h>

#include "ardoq/port.h"
#include "ardoq/version.h"
#include "fake_freertos.h"

static int64_t timer_us;
static struct timeval system_time;

int64_t esp_timer_get_time(void)
{
    return timer_us;
}

int __wrap_gettimeofday(struct timeval *now, void *zone);
int __wrap_gettimeofday(struct timeval *now, void *zone)
{
    assert_null(zone);
    *now = system_time;
    return 0;
}

#ifdef CONFIG_IDF_TARGET_LINUX

static void assert_uptime(unsigned long ticks, uint64_t ms)
{
    fake_freertos.ticks = ticks;
    assert_true(ardoq_port_uptime_ms() == ms);
}

/* 100 ticks each second. */
static void test_uptime(void **state)
{
    (void)state;
    timer_us = 77000000;
    assert_uptime(0, 0);
    assert_uptime(1, 10);
    assert_uptime(123, 1230);
    assert_uptime(UINT32_MAX, 42949672950);
}

#else

static void assert_uptime(int64_t us, uint64_t ms)
{
    timer_us = us;
    assert_true(ardoq_port_uptime_ms() == ms);
}

static void test_uptime(void **state)
{
    (void)state;
    fake_freertos.ticks = 77;
    assert_uptime(0, 0);
    assert_uptime(999, 0);
    assert_uptime(1999, 1);
    assert_uptime(4294967296000, 4294967296);
}

#endif

static void assert_wall_time(int64_t seconds, bool is_known)
{
    int64_t found = -1;
    system_time = (struct timeval){.tv_sec = seconds, .tv_usec = 999999};
    assert_int_equal(ardoq_port_wall_time(&found), is_known);
    assert_true(found == seconds);
}

/* From 1970 until somebody sets it. */
static void test_wall_time(void **state)
{
    (void)state;
    assert_wall_time(0, false);
    assert_wall_time(ARDOQ_RELEASE_TIME - 1, false);
    assert_wall_time(ARDOQ_RELEASE_TIME, true);
    assert_wall_time(4102444800, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uptime),
        cmocka_unit_test(test_wall_time),
    };
    return cmocka_run_group_tests_name("esp_idf_clock", tests, NULL, NULL);
}
