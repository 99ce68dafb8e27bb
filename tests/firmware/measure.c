/* What one cold report costs: a line NAME VALUE for each figure, and NAME USED SIZE for stacks.
 * `instructions` means something under -icount shift=0 only, where each takes a nanosecond. */
#include <malloc.h>
#include <mbedtls/platform.h>
#include <stdlib.h>

#include "ardoq/report.h"
#include "boot_arguments.h"
#include "console.h"
#include "kernel.h"
#include "memory.h"
#include "network.h"
#include "output.h"
#include "timer.h"
#include "uart.h"

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;

/* ---- mbedTLS's share of the heap ------------------------------------------------------------- */

static size_t tls_used;
static size_t tls_peak;

static void *count_calloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory) {
        tls_used += malloc_usable_size(memory);
    }
    if (tls_used > tls_peak) {
        tls_peak = tls_used;
    }
    return memory;
}

static void count_free(void *memory)
{
    if (memory) {
        tls_used -= malloc_usable_size(memory);
    }
    free(memory);
}

/* ---- Output ---------------------------------------------------------------------------------- */

static void print_stack(const char *name, const uint32_t *bottom, size_t words)
{
    uart_print("stack_");
    uart_print(name);
    uart_print(" ");
    uart_print_number(stack_used(bottom, words));
    uart_print(" ");
    uart_print_number(words * sizeof *bottom);
    uart_print("\n");
}

static void print_stacks(void)
{
    const thread_t *thread = thread_current();
    do {
        print_stack(thread->name, thread->stack, thread->stack_words);
        thread = thread->next;
    } while (thread != thread_current());
    print_stack("interrupts", memory_stack_start, (size_t)(memory_stack_end - memory_stack_start));
}

static void print_memory(void)
{
    print_value("heap_peak_tls", tls_peak);
    print_value("heap_peak_total", memory_heap_peak());
    print_value("heap_size", (size_t)(memory_heap_end - memory_heap_start));
    print_value("sizeof_client", sizeof client);
    print_value("sizeof_config", sizeof config);
    print_value("sizeof_identity", sizeof identity);
    print_value("sizeof_report", sizeof report);
    print_stacks();
}

/* ---- The report ------------------------------------------------------------------------------ */

/* Ticks during which the processor did not sleep. */
static uint32_t busy_ticks(void)
{
    return timer_ticks() - (uint32_t)kernel_idle_ticks();
}

/* Of the call alone: connecting, the handshake, the request. */
static uint32_t call_ticks;

static ardoq_err_t report_once(void)
{
    ardoq_err_t err = ardoq_load_config(&client, &config);
    if (!err) {
        err = ardoq_open(&client, &config);
    }
    if (!err) {
        err = ardoq_identity_read(&identity, NULL);
    }
    if (!err) {
        const uint32_t start = busy_ticks();
        err = ardoq_report_device(&client, &identity, &report);
        call_ticks = busy_ticks() - start;
    }
    return err;
}

int main(void)
{
    const uint32_t nanoseconds_per_tick = 1000000000 / TIMER_TICKS_PER_SECOND;
    if (!boot_arguments_read()) {
        return 2;
    }
    network_start();
    mbedtls_platform_set_calloc_free(count_calloc, count_free);
    const uint32_t start = busy_ticks();
    const ardoq_err_t err = report_once();
    const uint32_t ticks = busy_ticks() - start;
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        return 1;
    }
    print_value("instructions", (uint64_t)ticks * nanoseconds_per_tick);
    print_value("instructions_call", (uint64_t)call_ticks * nanoseconds_per_tick);
    print_memory();
    ardoq_close(&client);
    return 0;
}
