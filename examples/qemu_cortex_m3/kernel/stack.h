/**
 * @file
 * Stacks filled with a known word, to measure how much was used.
 */
#ifndef STACK_H
#define STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Number of words in a stack. */
#define STACK_WORDS(bytes) ((bytes) / sizeof(uint32_t))

/**
 * Declares a stack. It is placed with the other stacks (linker.ld), aligned as the procedure call
 * standard requires.
 */
#define STACK(name, bytes)                                                                         \
    __attribute__((section(".bss.stacks"))) static _Alignas(8) uint32_t name[STACK_WORDS(bytes)]

/** Fills the words from @p bottom up to @p end. */
void stack_fill(uint32_t *bottom, const uint32_t *end);

/** The most bytes of the stack that were ever used. */
size_t stack_used(const uint32_t *bottom, size_t words);

/** False if the lowest word was overwritten: the stack was too small. */
bool stack_is_intact(const uint32_t *bottom);

#endif
