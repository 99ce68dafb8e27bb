/* Durations as people write and read them. */
#ifndef DURATION_H
#define DURATION_H

#include <stdint.h>

/* Seconds in a number of hours, days or weeks: "36h", "90d" or "12w"; 0 for anything else. */
int64_t duration_seconds(const char *text);

/* Text of a duration. */
typedef struct {
    char text[32];
} span_text_t;

/* A duration in the largest unit that is precise enough: "40 s", "5 min", "3 h", "12 d". */
const char *span_text(int64_t seconds, span_text_t *room);

#endif
