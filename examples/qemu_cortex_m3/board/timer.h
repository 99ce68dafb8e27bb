/**
 * @file
 * Two clocks of the board. Neither is counted by an interrupt, so neither can fall behind.
 */
#ifndef TIMER_H
#define TIMER_H

#include <stdint.h>

#include "mps2.h"

enum { TIMER_TICKS_PER_SECOND = MPS2_CLOCK_HZ };

/** Starts both. */
void timer_start(void);

/** Milliseconds since the start; comes round after 49 days. */
uint32_t timer_ms(void);

/** The same in ticks; comes round after 171 seconds, so good for short spans. */
uint32_t timer_ticks(void);

#endif
