/**
 * @file
 * Two clocks of the board. Neither depends on an interrupt, so neither can fall behind.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

#include "mps2.h"

enum { TIMER_TICKS_PER_SECOND = MPS2_CLOCK_HZ };

/** Starts both. */
void timer_start(void);

/** Milliseconds since the start; overflows after 49 days. */
uint32_t timer_ms(void);

/** The same in ticks; overflows after 171 seconds, so only for short times. */
uint32_t timer_ticks(void);

#endif
