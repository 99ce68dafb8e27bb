/*
 * The client's heap: calloc() and free() of the whole program pass through here, including those of
 * mbedTLS, even as a shared library. Allocations of the server in the same process, while
 * heap_is_clients is false, are neither counted nor made to fail.
 */
#ifndef ARDOQ_HEAP_H
#define ARDOQ_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Set while the client's code runs. */
extern bool heap_is_clients;

/* Blocks that the client has allocated and not freed. */
size_t heap_blocks(void);

/* Forgets the blocks that are there, failures and secrets. */
void heap_reset(void);

/* Counts the client's allocations from now on; the @p at -th fails, from 1; 0: none. */
void heap_fail(size_t at);

/* The same, and all that follow fail too. */
void heap_fail_from(size_t at);

/* Allocations since then. */
size_t heap_allocations(void);

/* From now on notes for each allocation a number of the calls that led to it; null: no longer. */
void heap_note_callers(uint32_t *callers, size_t size);

/* From now on searches what the client frees. */
void heap_watch(const void *secret, size_t size);

/* True when a freed block held it. */
bool heap_secret_was_freed(void);

#endif
