/**
 * @file
 * Stacks that tell how far they were used: filled with one word, from the bottom.
 */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of a stack as an array of words. */
#define STACK_WORDS(bytes) ((bytes) / sizeof(uint32_t))

/** Declares a stack. It stands among the other stacks (linker.ld), and aligned as the procedure
 * call standard wants it. */
#define STACK(name, bytes)                                                                         \
    __attribute__((section(".bss.stacks"))) static _Alignas(8) uint32_t name[STACK_WORDS(bytes)]

/** Fills the words from @p bottom up to @p end. */
void stack_fill(uint32_t *bottom, const uint32_t *end);

/** Most bytes of the stack that were ever in use. */
size_t stack_used(const uint32_t *bottom, size_t words);

/** False when the lowest word was written to: the stack was too small. */
bool stack_is_intact(const uint32_t *bottom);

#endif
