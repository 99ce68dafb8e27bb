/*
 * What callgrind counts of a program: only what lies between these two.
 */
#ifndef BENCH_REGION_H
#define BENCH_REGION_H

#include <valgrind/callgrind.h>

static inline void region_begin(void)
{
    CALLGRIND_ZERO_STATS;
    CALLGRIND_TOGGLE_COLLECT;
}

/* The figures go into their own file, which names the region. */
#define region_end(name)                                                                           \
    do {                                                                                           \
        CALLGRIND_TOGGLE_COLLECT;                                                                  \
        CALLGRIND_DUMP_STATS_AT(name);                                                             \
    } while (0)

#endif
