/* 200 requests in one boot, on connections that serve four each. What they take of the heap must
 * all come back. */
#include "ardoq/report.h"
#include "boot_arguments.h"
#include "console.h"
#include "lwip/sys.h"
#include "memory.h"
#include "network.h"
#include "output.h"
#include "uart.h"

enum {
    REQUESTS = 200,
    REQUESTS_PER_CONNECTION = 4,
    SETTLE_MS = 5000,
    /* The heap's region may still grow by a few frames that happen to arrive together; a leak or
     * fragmentation would go on with each of the 50 connections. */
    PEAK_MARGIN = 3072,
};

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;
static ardoq_me_t me;

/* The last segments of a closed connection are still on their way, so it may take a moment.
 * @return bytes in use as soon as they are no more than expected, or at the end of the time */
static size_t settled_heap(size_t expected)
{
    const uint32_t start = sys_now();
    while (memory_heap_used() > expected && sys_now() - start < SETTLE_MS) {
        sys_msleep(10);
    }
    return memory_heap_used();
}

static ardoq_err_t send_requests(unsigned first)
{
    ardoq_err_t err = ardoq_open(&client, &config);
    for (unsigned i = first; !err && i < first + REQUESTS_PER_CONNECTION; i++) {
        err =
            i % 2 == 0 ? ardoq_me(&client, &me) : ardoq_report_device(&client, &identity, &report);
    }
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
    }
    ardoq_close(&client);
    return err;
}

static int soak(void)
{
    const size_t before = memory_heap_used();
    size_t first = 0;
    size_t first_peak = 0;
    for (unsigned sent = 0; sent < REQUESTS; sent += REQUESTS_PER_CONNECTION) {
        if (send_requests(sent)) {
            print_value("failed_after", sent);
            return 1;
        }
        if (sent == 0) {
            first = settled_heap(before);
            first_peak = memory_heap_peak();
        }
    }
    const size_t last = settled_heap(first);
    print_value("requests", REQUESTS);
    print_value("heap_before", before);
    print_value("heap_first", first);
    print_value("heap_last", last);
    print_value("heap_peak_first", first_peak);
    print_value("heap_peak_last", memory_heap_peak());
    return last > first || memory_heap_peak() > first_peak + PEAK_MARGIN ? 1 : 0;
}

int main(void)
{
    if (!boot_arguments_read()) {
        return 2;
    }
    network_start();
    ardoq_err_t err = ardoq_load_config(&client, &config);
    if (!err) {
        err = ardoq_identity_read(&identity, NULL);
    }
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        return 1;
    }
    return soak();
}
