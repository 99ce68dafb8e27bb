/*
 * Uptime of the lwIP port, with a clock that the test sets: -Wl,--wrap=sys_now.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lwip/sys.h>
#include <stdatomic.h>

#include "ardoq/port.h"

/* lwIP's own threads ask too. */
static atomic_uint now;

u32_t __wrap_sys_now(void);
u32_t __wrap_sys_now(void)
{
    return atomic_load(&now);
}

static void assert_uptime(uint32_t lwip_now, uint64_t expected)
{
    atomic_store(&now, lwip_now);
    assert_true(ardoq_port_uptime_ms() == expected);
}

static void test_it_goes_on_when_lwip_begins_anew(void **state)
{
    (void)state;
    assert_uptime(5, 5);
    assert_uptime(5, 5);
    assert_uptime(UINT32_MAX, UINT32_MAX);
    assert_uptime(0, 0x100000000);
    assert_uptime(7, 0x100000007);
    assert_uptime(6, 0x200000006);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_goes_on_when_lwip_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
