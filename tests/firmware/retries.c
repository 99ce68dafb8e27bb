/* 10,000 attempts to report in one boot that all fail, in a time that flies (hasten.c). What the
 * heap has to give must be the same after them as after the first few: that of a device that has
 * never reported. */
#include "ardoq/reporter.h"
#include "boot_arguments.h"
#include "kernel.h"
#include "lwip/sys.h"
#include "memory.h"
#include "network.h"
#include "output.h"
#include "uart.h"

enum {
    FIRST = 10,
    LAST = 10000,
    SETTLE_MS = 5000,
};

static ardoq_reporter_t reporter;
static unsigned failures;
static size_t heap_before; /* in use before the first attempt */

/* The last segments of a closed connection may still be on their way. */
static void settle(void)
{
    const uint32_t start = sys_now();
    while (memory_heap_used() > heap_before && sys_now() - start < SETTLE_MS) {
        sys_msleep(10);
    }
}

static void print_heap(const char *used, const char *largest)
{
    settle();
    print_value(used, memory_heap_used());
    print_value(largest, memory_heap_largest());
    const thread_t *thread = thread_current();
    print_stack(thread->name, thread->stack, thread->stack_words);
}

static void take_event(void *context, const ardoq_reporter_t *from, ardoq_event_t event)
{
    (void)context;
    (void)from;
    if (event == ARDOQ_EVENT_FAILED) {
        failures++;
    } else if (event == ARDOQ_EVENT_REPORTED) {
        print_value("reported_after", failures);
        ardoq_reporter_stop(&reporter);
    } else if (event == ARDOQ_EVENT_WAITING && failures == FIRST) {
        print_heap("heap_first", "largest_first");
    } else if (event == ARDOQ_EVENT_WAITING && failures == LAST) {
        print_heap("heap_last", "largest_last");
        print_value("heap_peak", memory_heap_peak());
        ardoq_reporter_stop(&reporter);
    }
}

int main(void)
{
    if (!boot_arguments_read()) {
        return 2;
    }
    network_start();
    heap_before = memory_heap_used();
    print_value("heap_before", heap_before);
    print_value("largest_before", memory_heap_largest());
    (void)ardoq_reporter_open(&reporter);
    ardoq_reporter_run(&reporter, take_event, NULL);
    print_value("failures", failures);
    return 0;
}
