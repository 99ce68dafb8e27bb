/**
 * @file
 * Figures on the serial line, a line each.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stddef.h>
#include <stdint.h>

/** Prints NAME VALUE. */
void print_value(const char *name, uint64_t value);

/** Prints stack_NAME USED SIZE, in bytes. */
void print_stack(const char *name, const uint32_t *bottom, size_t words);

#endif
