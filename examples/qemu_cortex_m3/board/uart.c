#include "uart.h"

#include <string.h>

#include "ardoq/text.h"
#include "mps2.h"

/* CMSDK APB UART. */
#define DATA            MPS2_REGISTER(MPS2_UART0, 0x0)
#define STATE           MPS2_REGISTER(MPS2_UART0, 0x4)
#define TRANSMIT_FULL   1u
#define CONTROL         MPS2_REGISTER(MPS2_UART0, 0x8)
#define TRANSMIT        1u
#define BAUD_DIVISOR    MPS2_REGISTER(MPS2_UART0, 0x10)
#define BITS_PER_SECOND 115200

void uart_start(void)
{
    BAUD_DIVISOR = MPS2_CLOCK_HZ / BITS_PER_SECOND;
    CONTROL = TRANSMIT;
}

void uart_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        while (STATE & TRANSMIT_FULL) {
        }
        DATA = (uint8_t)text[i];
    }
}

void uart_print(const char *text)
{
    uart_write(text, strlen(text));
}

void uart_print_number(uint64_t number)
{
    ardoq_decimal_t room;
    uart_print(ardoq_decimal(number, &room));
}

void uart_print_hex(uint32_t word)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        uart_write(&"0123456789abcdef"[word >> shift & 0xf], 1);
    }
}
