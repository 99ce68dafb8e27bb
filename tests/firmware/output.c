#include "output.h"

#include "uart.h"

void print_value(const char *name, uint64_t value)
{
    uart_print(name);
    uart_print(" ");
    uart_print_number(value);
    uart_print("\n");
}
