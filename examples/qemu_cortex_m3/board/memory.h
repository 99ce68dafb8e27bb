/**
 * @file
 * Where the linker has put things (linker.ld), and how much of the heap was used.
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

/** Bytes that malloc() has ever taken of the heap's region, its own overhead included. */
size_t memory_heap_peak(void);

/** Bytes in use now. */
size_t memory_heap_used(void);

/** Bytes of the longest stretch that is free. It can be one block, or the last block and what
 * malloc() has not taken yet of the region. */
size_t memory_heap_largest(void);

#endif
