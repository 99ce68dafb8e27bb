#include "memory.h"

#include <errno.h>
#include <malloc.h>
#include <reent.h>

#include "kernel.h"

/* ---- What newlib's malloc() asks for --------------------------------------------------------- */

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

/* Not mallinfo(): it stands in one file with a function that prints, and brings stdio. */
size_t memory_heap_used(void)
{
    return _mallinfo_r(_REENT).uordblks;
}
