/* The reporter in its own task. What it does there is the core's, see test_reporter.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "ardoq/esp_idf.h"
#include "ardoq/port_fake.h"
#include "fake_freertos.h"

static ardoq_reporter_t reporter;

static struct {
    unsigned calls;
    ardoq_event_t first;
    ardoq_err_t err;
} events;

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    fake_freertos_reset();
    memset(&events, 0, sizeof events);
    return 0;
}

static void stop_at_first(void *context, const ardoq_reporter_t *from, ardoq_event_t event)
{
    assert_ptr_equal(context, &events);
    assert_ptr_equal(from, &reporter);
    if (events.calls++ == 0) {
        events.first = event;
        events.err = from->err;
    }
    ardoq_reporter_stop(&reporter);
}

/* There are no settings. The failure is no reason not to run: somebody may mend it. */
static void test_it_runs_until_it_is_stopped(void **state)
{
    (void)state;
    assert_int_equal(ardoq_reporter_open(&reporter), ARDOQ_ERR_TOKEN_MISSING);
    ardoq_reporter_now(&reporter);
    assert_int_equal(ardoq_reporter_start_task(&reporter, stop_at_first, &events), ARDOQ_OK);
    assert_int_equal(fake_freertos.tasks, 1);
    assert_int_equal(fake_freertos.task_stack_size, ARDOQ_TASK_STACK_SIZE);
    assert_int_equal(fake_freertos.task_priority, ARDOQ_TASK_PRIORITY);
    assert_string_equal(fake_freertos.task_name, "ardoq_reporter");
    assert_int_equal(events.calls, 1);
    assert_int_equal(events.first, ARDOQ_EVENT_FAILED);
    assert_int_equal(events.err, ARDOQ_ERR_TOKEN_MISSING);
}

static void test_no_memory_for_the_task(void **state)
{
    (void)state;
    (void)ardoq_reporter_open(&reporter);
    fake_freertos.is_full = true;
    assert_int_equal(ardoq_reporter_start_task(&reporter, stop_at_first, &events),
                     ARDOQ_ERR_OUT_OF_MEMORY);
    assert_int_equal(events.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_it_runs_until_it_is_stopped, set_up),
        cmocka_unit_test_setup(test_no_memory_for_the_task, set_up),
    };
    return cmocka_run_group_tests_name("esp_idf_reporter_task", tests, NULL, NULL);
}
