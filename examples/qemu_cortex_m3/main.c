/* Firmware that keeps reporting its device to Ardoq. */
#include <mbedtls/ecp.h>

#include "ardoq/reporter.h"
#include "boot_arguments.h"
#include "network.h"
#include "uart.h"

#define FIRMWARE_NAME    "ardoq-device example"
#define FIRMWARE_VERSION "1.0.0"

enum { EXIT_USAGE = 2 };

static ardoq_reporter_t reporter; /* several KB, so static: the linker checks that it fits */

static void print(void *context, const char *text)
{
    (void)context;
    uart_print(text);
}

static void print_report(const ardoq_report_t *report)
{
    uart_print(ardoq_report_outcome_name(report->outcome));
    uart_print(": ");
    uart_print(report->name);
    uart_print(", component ");
    uart_print(report->component_id);
    uart_print("\n");
}

static void on_event(void *context, const ardoq_reporter_t *from, ardoq_event_t event)
{
    switch (event) {
    case ARDOQ_EVENT_REPORTED:
        print_report(&from->report);
        break;
    case ARDOQ_EVENT_UNCHANGED:
        uart_print("unchanged: Ardoq is up to date\n");
        break;
    case ARDOQ_EVENT_FAILED:
        uart_print("error: ");
        ardoq_reporter_explain(from, from->err, print, context);
        break;
    case ARDOQ_EVENT_WAITING:
        ardoq_reporter_status(from, print, context);
        break;
    }
}

int main(void)
{
    uart_print("\n" FIRMWARE_NAME " " FIRMWARE_VERSION "\n");
    if (!boot_arguments_read()) {
        return EXIT_USAGE;
    }
#ifdef FIRMWARE_ECP_MAX_OPS
    mbedtls_ecp_set_max_ops(FIRMWARE_ECP_MAX_OPS);
#endif
    network_start();
    (void)ardoq_reporter_open(&reporter);            /* an error is also reported as an event */
    reporter.identity.firmware_name = FIRMWARE_NAME; /* the board does not know this */
    reporter.identity.firmware_version = FIRMWARE_VERSION;
    ardoq_reporter_run(&reporter, on_event, NULL);
    return 0;
}
