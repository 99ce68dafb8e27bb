#include "panic.h"

#include <stdbool.h>

#include "kernel.h"
#include "memory.h"
#include "semihosting.h"
#include "uart.h"

/* ARMv7-M, B3.2: cause and place of a fault. */
#define CONFIGURABLE_FAULT_STATUS (*(volatile uint32_t *)0xe000ed28)
#define HARD_FAULT_STATUS         (*(volatile uint32_t *)0xe000ed2c)
#define BUS_FAULT_ADDRESS         (*(volatile uint32_t *)0xe000ed38)

enum {
    PROGRAM_COUNTER = 6, /* word of the frame that the processor pushes (B1.5.6) */
    FRAME_WORDS = 8,
};

static void print_word(const char *label, uint32_t word)
{
    uart_print(label);
    uart_print_hex(word);
}

static _Noreturn void end(int status)
{
    uart_print(" in thread ");
    uart_print(thread_current()->name);
    uart_print("\n");
    semihosting_exit(status);
}

void panic(const char *what, const char *detail)
{
    interrupts_off();
    uart_print("panic: ");
    uart_print(what);
    uart_print(" ");
    uart_print(detail);
    end(PANIC_STATUS);
}

void panic_at(const char *what, const void *place)
{
    interrupts_off();
    uart_print("panic: ");
    uart_print(what);
    print_word(" at ", (uint32_t)place);
    end(PANIC_STATUS);
}

/* arch/cc.h sends lwIP's assertions here. */
_Noreturn void lwip_assertion_failed(void);
void lwip_assertion_failed(void)
{
    panic_at("lwIP's assertion failed", __builtin_return_address(0));
}

/* After a stack overflow there may be no frame. */
static bool is_frame(const uint32_t *frame)
{
    return frame >= memory_stack_start && frame + FRAME_WORDS <= (uint32_t *)memory_heap_end;
}

_Noreturn void fault_report(const uint32_t *frame);
void fault_report(const uint32_t *frame)
{
    interrupts_off();
    print_word("fault: CFSR ", CONFIGURABLE_FAULT_STATUS);
    print_word(", HFSR ", HARD_FAULT_STATUS);
    print_word(", BFAR ", BUS_FAULT_ADDRESS);
    print_word(", SP ", (uint32_t)frame);
    if (is_frame(frame)) {
        print_word(", PC ", frame[PROGRAM_COUNTER]);
    }
    end(FAULT_STATUS);
}
