#include "output.h"

#include "stack.h"
#include "uart.h"

void print_value(const char *name, uint64_t value)
{
    uart_print(name);
    uart_print(" ");
    uart_print_number(value);
    uart_print("\n");
}

void print_stack(const char *name, const uint32_t *bottom, size_t words)
{
    uart_print("stack_");
    uart_print(name);
    uart_print(" ");
    uart_print_number(stack_used(bottom, words));
    uart_print(" ");
    uart_print_number(words * sizeof *bottom);
    uart_print("\n");
}
