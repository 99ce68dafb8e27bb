#include "heap.h"

#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The real calloc() and free(), of glibc or of AddressSanitizer. dlsym() would find them, but
 * allocates and frees itself. */
#ifdef __SANITIZE_ADDRESS__
#define real_calloc __interceptor_calloc
#define real_free   __interceptor_free
#else
#define real_calloc __libc_calloc
#define real_free   __libc_free
#endif
void *real_calloc(size_t count, size_t size);
void real_free(void *block);

/* AddressSanitizer calls these before it can look after them. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined")))

enum { BLOCKS = 4096, FRAMES = 10 };

typedef struct {
    void *start;
    size_t size;
} block_t;

bool heap_is_clients;

static struct {
    block_t blocks[BLOCKS];
    size_t count;
    size_t fail_at;
    bool fail_on; /* and all that follow */
    size_t allocations;
    uint32_t *callers;
    size_t callers_size;
    const void *secret;
    size_t secret_size;
    bool secret_was_freed;
} heap;

static void remember(void *start, size_t size)
{
    if (heap.count == BLOCKS) {
        fprintf(stderr, "heap: more than %d blocks\n", BLOCKS);
        abort();
    }
    heap.blocks[heap.count++] = (block_t){start, size};
}

/* The last ones go first, mostly. */
static void forget(const void *start)
{
    size_t i = heap.count;
    while (i > 0 && heap.blocks[i - 1].start != start) {
        i--;
    }
    if (i == 0) {
        return;
    }
    const block_t block = heap.blocks[i - 1];
    heap.blocks[i - 1] = heap.blocks[--heap.count];
    if (heap.secret && memmem(block.start, block.size, heap.secret, heap.secret_size)) {
        heap.secret_was_freed = true;
    }
}

/* FNV-1a of the return addresses. */
static uint32_t number_of_callers(void)
{
    void *frames[FRAMES];
    const int count = backtrace(frames, FRAMES);
    uint32_t number = 2166136261u;
    const unsigned char *bytes = (const unsigned char *)frames;
    for (size_t i = 0; i < (size_t)count * sizeof frames[0]; i++) {
        number = (number ^ bytes[i]) * 16777619u;
    }
    return number;
}

static void *calloc_for_client(size_t count, size_t size)
{
    /* backtrace() may allocate. */
    heap_is_clients = false;
    if (heap.callers && heap.allocations < heap.callers_size) {
        heap.callers[heap.allocations] = number_of_callers();
    }
    heap_is_clients = true;
    const size_t number = ++heap.allocations;
    if (number == heap.fail_at || (heap.fail_on && number > heap.fail_at)) {
        return NULL;
    }
    void *start = real_calloc(count, size);
    remember(start, count * size);
    return start;
}

UNCHECKED void *calloc(size_t count, size_t size)
{
    return heap_is_clients ? calloc_for_client(count, size) : real_calloc(count, size);
}

UNCHECKED void free(void *block)
{
    if (heap_is_clients && block) {
        forget(block);
    }
    real_free(block);
}

size_t heap_blocks(void)
{
    return heap.count;
}

void heap_reset(void)
{
    memset(&heap, 0, sizeof heap);
    heap_is_clients = false;
}

void heap_fail(size_t at)
{
    heap.fail_at = at;
    heap.fail_on = false;
    heap.allocations = 0;
}

void heap_fail_from(size_t at)
{
    heap_fail(at);
    heap.fail_on = true;
}

size_t heap_allocations(void)
{
    return heap.allocations;
}

void heap_note_callers(uint32_t *callers, size_t size)
{
    heap.callers = callers;
    heap.callers_size = size;
}

void heap_watch(const void *secret, size_t size)
{
    heap.secret = secret;
    heap.secret_size = size;
}

bool heap_secret_was_freed(void)
{
    return heap.secret_was_freed;
}
