/**
 * @file
 * Figures on the serial line, a line each.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdint.h>

/** Prints NAME VALUE. */
void print_value(const char *name, uint64_t value);

#endif
