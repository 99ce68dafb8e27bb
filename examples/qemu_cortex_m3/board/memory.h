/**
 * @file
 * Addresses from the linker (linker.ld), and heap usage.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

extern uint32_t memory_stack_start[]; /**< interrupts' stack, the lowest words of RAM */
extern uint32_t memory_stack_end[];
extern uint32_t memory_data_start[];
extern uint32_t memory_data_end[];
extern const uint32_t memory_data_image[]; /**< initial values, in flash */
extern uint32_t memory_bss_start[];
extern uint32_t memory_bss_end[];
extern char memory_heap_start[];
extern char memory_heap_end[];

/** The most bytes that malloc() has taken from the heap's region, including overhead. */
size_t memory_heap_peak(void);

/** Bytes in use now. */
size_t memory_heap_used(void);

/**
 * Longest free range in bytes: a block, or the last block plus the part of the region that malloc()
 * has not taken yet.
 */
size_t memory_heap_largest(void);

#endif
