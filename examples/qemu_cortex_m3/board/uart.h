/**
 * @file
 * The serial line, which is QEMU's standard output.
 */
#ifndef UART_H
#define UART_H

#include <stddef.h>
#include <stdint.h>

void uart_start(void);

/** Writes bytes, and waits until the last one is accepted. */
void uart_write(const char *text, size_t size);

/** Writes NUL-terminated text. */
void uart_print(const char *text);

/** Writes a number in decimal. */
void uart_print_number(uint64_t number);

/** Writes a word as eight hexadecimal digits. */
void uart_print_hex(uint32_t word);

#endif
