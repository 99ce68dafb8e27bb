/* Randomness on ESP-IDF: the chip's generator, or the simulator's host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <esp_random.h>
#include <stdbool.h>
#include <string.h>

#include "ardoq/port.h"

/* Both sources count up, so that a byte tells where it comes from. */
static struct {
    unsigned chip_calls;
    unsigned host_calls;
    unsigned failing_call; /* of the host, from 1 */
    unsigned char next;
} script;

static void count_up(void *buffer, size_t size)
{
    unsigned char *bytes = buffer;
    for (size_t i = 0; i < size; i++) {
        bytes[i] = script.next++;
    }
}

void esp_fill_random(void *buf, size_t len)
{
    script.chip_calls++;
    count_up(buf, len);
}

int __wrap_getentropy(void *buffer, size_t size);
int __wrap_getentropy(void *buffer, size_t size)
{
    script.host_calls++;
    if (size > 256 || script.host_calls == script.failing_call) {
        errno = size > 256 ? EIO : ENOSYS;
        return -1;
    }
    count_up(buffer, size);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    return 0;
}

static void assert_filled(size_t size, unsigned calls)
{
    static unsigned char bytes[1024];
    memset(&script, 0, sizeof script);
    memset(bytes, '#', sizeof bytes);
    assert_int_equal(ardoq_port_random(bytes, size), ARDOQ_OK);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(bytes[i], (unsigned char)i);
    }
    assert_int_equal(bytes[size], '#');
#ifdef CONFIG_IDF_TARGET_LINUX
    assert_int_equal(script.host_calls, calls);
    assert_int_equal(script.chip_calls, 0);
#else
    assert_int_equal(script.chip_calls, calls);
    assert_int_equal(script.host_calls, 0);
#endif
}

/* In pieces, because a host gives no more than 256 bytes at once. */
static void test_random(void **state)
{
    (void)state;
    assert_filled(0, 0);
    assert_filled(1, 1);
    assert_filled(255, 1);
    assert_filled(256, 1);
    assert_filled(257, 2);
    assert_filled(1000, 4);
}

#ifdef CONFIG_IDF_TARGET_LINUX

static void test_host_has_none(void **state)
{
    (void)state;
    unsigned char bytes[300];
    for (unsigned call = 1; call <= 2; call++) {
        memset(&script, 0, sizeof script);
        script.failing_call = call;
        assert_int_equal(ardoq_port_random(bytes, sizeof bytes), ARDOQ_ERR_RANDOM_FAILED);
        assert_int_equal(script.host_calls, call);
    }
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_random, set_up),
#ifdef CONFIG_IDF_TARGET_LINUX
        cmocka_unit_test_setup(test_host_has_none, set_up),
#endif
    };
    return cmocka_run_group_tests_name("esp_idf_random", tests, NULL, NULL);
}
