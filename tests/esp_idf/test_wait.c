/* Waiting in a task of FreeRTOS's simulator: the scheduler must get its turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>

#include "ardoq/port.h"
#include "fake_freertos.h"

static struct {
    int result;
    unsigned polls;
    int descriptor; /* -1 if none was given */
    short events;
} script;

int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout)
{
    assert_int_equal(timeout, 0); /* a host that waits would stop all tasks */
    script.polls++;
    script.descriptor = count > 0 ? entries->fd : -1;
    script.events = (short)(count > 0 ? entries->events : 0);
    return script.result;
}

static void assert_wait(ardoq_port_event_t what, uint32_t timeout_ms, int result, unsigned delays)
{
    const ardoq_port_socket_t socket = {.descriptor = 17};
    fake_freertos_reset();
    script.result = result;
    ardoq_port_wait(&socket, what, timeout_ms);
    assert_int_equal(fake_freertos.delays, delays);
    assert_int_equal(fake_freertos.delayed, delays);
}

/* One tick, because it may end before the time has passed. */
static void test_nothing_is_ready(void **state)
{
    (void)state;
    assert_wait(ARDOQ_PORT_EVENT_READABLE, 1000, 0, 1);
    assert_int_equal(script.descriptor, 17);
    assert_int_equal(script.events, POLLIN);
    assert_wait(ARDOQ_PORT_EVENT_WRITABLE, 1, 0, 1);
    assert_int_equal(script.descriptor, 17);
    assert_int_equal(script.events, POLLOUT);
    assert_wait(ARDOQ_PORT_EVENT_NONE, UINT32_MAX, 0, 1);
    assert_int_equal(script.descriptor, -1);
}

static void test_something_is_ready(void **state)
{
    (void)state;
    assert_wait(ARDOQ_PORT_EVENT_READABLE, 1000, 1, 0);
    assert_wait(ARDOQ_PORT_EVENT_WRITABLE, 1000, 1, 0);
}

static void test_no_time(void **state)
{
    (void)state;
    assert_wait(ARDOQ_PORT_EVENT_READABLE, 0, 0, 0);
    assert_wait(ARDOQ_PORT_EVENT_NONE, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_ready),
        cmocka_unit_test(test_something_is_ready),
        cmocka_unit_test(test_no_time),
    };
    return cmocka_run_group_tests_name("esp_idf_wait", tests, NULL, NULL);
}
