/* What one cold report costs, and one that resumes its session: a line NAME VALUE for each figure,
 * and NAME USED SIZE for stacks. Those of instructions mean something under -icount shift=0 only,
 * where each takes a nanosecond.
 */
#include <malloc.h>
#include <mbedtls/ecp.h>
#include <mbedtls/platform.h>
#include <stdbool.h>
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

static void print_stacks(void)
{
    const thread_t *thread = thread_current();
    do {
        print_stack(thread->name, thread->stack, thread->stack_words);
        thread = thread->next;
    } while (thread != thread_current());
    print_stack("interrupts", memory_stack_start, (size_t)(memory_stack_end - memory_stack_start));
}

static void print_instructions(const char *name, uint32_t ticks)
{
    print_value(name, (uint64_t)ticks * (1000000000 / TIMER_TICKS_PER_SECOND));
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

/* Of its longest step in the handshake, and outside it: an interruption is seen between steps. */
static uint32_t handshake_step_ticks;
static uint32_t other_step_ticks;

static ardoq_err_t take_step(ardoq_wait_t *wait)
{
    const bool is_handshake = ardoq_detail(&client)->phase == ARDOQ_PHASE_HANDSHAKE;
    uint32_t *longest = is_handshake ? &handshake_step_ticks : &other_step_ticks;
    const uint32_t start = busy_ticks();
    const ardoq_err_t err = ardoq_request_step(&client, wait);
    const uint32_t ticks = busy_ticks() - start;
    if (ticks > *longest) {
        *longest = ticks;
    }
    return err;
}

/* ardoq_report_device(), step by step. */
static ardoq_err_t report_in_steps(void)
{
    ardoq_wait_t wait;
    ardoq_err_t err = ardoq_report_start(&client, &identity, &report);
    if (!err) {
        while ((err = take_step(&wait)) == ARDOQ_PENDING) {
            ardoq_wait_for(&wait);
        }
    }
    return err;
}

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
        err = report_in_steps();
        call_ticks = busy_ticks() - start;
    }
    return err;
}

int main(void)
{
    if (!boot_arguments_read()) {
        return 2;
    }
#ifdef FIRMWARE_ECP_MAX_OPS
    mbedtls_ecp_set_max_ops(FIRMWARE_ECP_MAX_OPS);
#endif
    network_start();
    mbedtls_platform_set_calloc_free(count_calloc, count_free);
    const uint32_t start = busy_ticks();
    const ardoq_err_t err = report_once();
    const uint32_t ticks = busy_ticks() - start;
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        return 1;
    }
    print_instructions("instructions", ticks);
    print_instructions("instructions_call", call_ticks);
    print_instructions("instructions_handshake_step", handshake_step_ticks);
    print_instructions("instructions_other_step", other_step_ticks);
    print_memory();
    ardoq_close(&client);
    /* Once more, with the session of the connection before. */
    const uint32_t again = busy_ticks();
    if (report_once()) {
        return 1;
    }
    print_instructions("instructions_resumed", busy_ticks() - again);
    print_instructions("instructions_call_resumed", call_ticks);
    ardoq_close(&client);
    return 0;
}
