/*
 * What goes wrong on the wire, as the variable TEST_FRAMES says: words such as drop-in-3,
 * delay-out-1 or duplicate-in-2, separated by spaces. It is the number of a TCP frame, from 1, on
 * its way in to lwIP or out of it.
 */
#ifndef WIRE_FAULTS_H
#define WIRE_FAULTS_H

#include <stddef.h>

typedef enum {
    WIRE_IN,
    WIRE_OUT,
} wire_direction_t;

typedef enum {
    WIRE_PASS,
    WIRE_DROP,
    WIRE_DELAY,
    WIRE_DUPLICATE,
} wire_action_t;

/* Tells what becomes of the next frame in that direction, and counts it. */
wire_action_t wire_action(wire_direction_t direction, const unsigned char *frame, size_t size);

#endif
