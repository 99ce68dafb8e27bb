#include "memory.h"

#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <stdbool.h>

#include "kernel.h"

/* ---- Functions for newlib's malloc() --------------------------------------------------------- */

static char *heap_top = memory_heap_start;

/* NOLINTNEXTLINE(bugprone-reserved-identifier): the name that malloc() calls */
void *_sbrk(ptrdiff_t increment);
void *_sbrk(ptrdiff_t increment)
{
    char *before = heap_top;
    if (increment > memory_heap_end - heap_top) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_top += increment;
    return before;
}

/* Interrupts off instead of a mutex: the list of free blocks is short, and so is the walk. */
static uint32_t interrupts_before;
static unsigned lock_depth;

void __malloc_lock(struct _reent *unused)
{
    (void)unused;
    const uint32_t before = interrupts_off();
    if (lock_depth++ == 0) {
        interrupts_before = before;
    }
}

void __malloc_unlock(struct _reent *unused)
{
    (void)unused;
    if (--lock_depth == 0) {
        interrupts_restore(interrupts_before);
    }
}

/* ---- How much is used ------------------------------------------------------------------------ */

/* malloc() never gives memory back to the region. */
size_t memory_heap_peak(void)
{
    return (size_t)(heap_top - memory_heap_start);
}

/* Not mallinfo(), which is in a file with a function that links stdio. */
size_t memory_heap_used(void)
{
    return _mallinfo_r(_REENT).uordblks;
}

/* newlib's list of free blocks; each begins like this (nano-mallocr.c). */
typedef struct block {
    long size;
    const struct block *next;
} block_t;

/* NOLINTNEXTLINE(bugprone-reserved-identifier): newlib's name */
extern const block_t *__malloc_free_list;

size_t memory_heap_largest(void)
{
    const size_t rest = (size_t)(memory_heap_end - heap_top);
    size_t largest = rest;
    __malloc_lock(_REENT);
    for (const block_t *block = __malloc_free_list; block; block = block->next) {
        const size_t size = (size_t)block->size;
        const bool is_last = (const char *)block + size == heap_top;
        const size_t stretch = is_last ? size + rest : size;
        largest = stretch > largest ? stretch : largest;
    }
    __malloc_unlock(_REENT);
    return largest;
}
