/* From reset to main(): memory, clocks, serial line, kernel. */
#include <mbedtls/ssl.h>
#include <stdint.h>
#include <string.h>

#include "kernel.h"
#include "lan9118.h"
#include "memory.h"
#include "mps2.h"
#include "panic.h"
#include "semihosting.h"
#include "timer.h"
#include "uart.h"

enum {
/* A handshake takes 2.1 KB with TLS 1.2, 3.7 KB with 1.3. */
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    MAIN_STACK = 5120,
#else
    MAIN_STACK = 4096,
#endif
    EXCEPTIONS = 16,
};

STACK(main_stack, MAIN_STACK);
static thread_t main_thread;

int main(void);

static void run_main(void *unused)
{
    (void)unused;
    semihosting_exit(main());
}

_Noreturn void reset(void);
void reset(void)
{
    /* The linker sets both ends of a region, which cppcheck cannot know. */
    memcpy(memory_data_start, memory_data_image,
           /* cppcheck-suppress comparePointers */
           (size_t)(memory_data_end - memory_data_start) * sizeof *memory_data_start);
    memset(memory_bss_start, 0,
           /* cppcheck-suppress comparePointers */
           (size_t)(memory_bss_end - memory_bss_start) * sizeof *memory_bss_start);
    /* Below this function's own frame. */
    stack_fill(memory_stack_start, (uint32_t *)__builtin_frame_address(0) - 16);
    timer_start();
    uart_start();
    interrupts_off();
    thread_start(&main_thread, "main", run_main, NULL, main_stack, sizeof main_stack,
                 PRIORITY_MAIN);
    kernel_start();
}

/* The current stack may have overflowed, so switch to a fresh one. */
__attribute__((naked)) static void fault(void)
{
    __asm volatile("tst lr, #4\n"
                   "ite eq\n"
                   "mrseq r0, msp\n"
                   "mrsne r0, psp\n"
                   "ldr r1, =memory_stack_end\n"
                   "mov sp, r1\n"
                   "b fault_report\n");
}

static void unexpected(void)
{
    panic("unexpected interrupt", "");
}

typedef union {
    void (*handler)(void);
    uint32_t *stack;
} vector_t;

/* ARMv7-M, B1.5.2. */
__attribute__((section(".vectors"), used)) static const vector_t vectors[EXCEPTIONS + MPS2_IRQS] = {
    [0] = {.stack = memory_stack_end},
    [1] = {.handler = reset},
    [2 ... 6] = {.handler = fault},
    [7 ... 13] = {.handler = unexpected},
    [14] = {.handler = kernel_switch},
    [15] = {.handler = kernel_tick},
    [EXCEPTIONS... EXCEPTIONS + MPS2_ETHERNET_IRQ - 1] = {.handler = unexpected},
    [EXCEPTIONS + MPS2_ETHERNET_IRQ] = {.handler = lan9118_interrupt},
    [EXCEPTIONS + MPS2_ETHERNET_IRQ + 1 ... EXCEPTIONS + MPS2_IRQS - 1] = {.handler = unexpected},
};
