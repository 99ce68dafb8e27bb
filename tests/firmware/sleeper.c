/* A device that loses its memory in the sleep between two reports: each boot is a wake, and ends
 * with the seconds that it would sleep. */
#include "ardoq/reporter.h"
#include "boot_arguments.h"
#include "network.h"
#include "output.h"
#include "uart.h"

static ardoq_reporter_t reporter;

static void print_event(void *context, const ardoq_reporter_t *from, ardoq_event_t event)
{
    static const char *const names[] = {"reported\n", "unchanged\n", "failed\n", "waiting\n"};
    (void)context;
    (void)from;
    uart_print(names[event]);
}

int main(void)
{
    if (!boot_arguments_read()) {
        return 2;
    }
    network_start();
    (void)ardoq_reporter_open(&reporter);
    reporter.on_event = print_event;
    while (!ardoq_reporter_is_idle(&reporter)) {
        const ardoq_wait_t wait = ardoq_reporter_step(&reporter);
        if (!ardoq_reporter_is_idle(&reporter)) {
            ardoq_wait_for(&wait);
        }
    }
    print_value("sleep", ardoq_reporter_sleep(&reporter));
    return 0;
}
