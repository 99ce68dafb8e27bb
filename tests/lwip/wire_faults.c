#include "wire_faults.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Places in an Ethernet frame with an IP packet that has no options. */
enum { ETHER_TYPE = 12, IPV4_PROTOCOL = 23, IPV6_NEXT_HEADER = 20, SHORTEST = 54, TCP = 6 };

static bool is_tcp(const unsigned char *frame, size_t size)
{
    if (size < SHORTEST) {
        return false;
    }
    const unsigned type = (unsigned)frame[ETHER_TYPE] << 8 | frame[ETHER_TYPE + 1];
    return (type == 0x0800 && frame[IPV4_PROTOCOL] == TCP) ||
           (type == 0x86dd && frame[IPV6_NEXT_HEADER] == TCP);
}

/* True if the words in TEST_FRAMES hold this one. */
static bool is_asked_for(const char *action, wire_direction_t direction, unsigned number)
{
    char wanted[32];
    const char *words = getenv("TEST_FRAMES");
    const int size = snprintf(wanted, sizeof wanted, "%s-%s-%u", action,
                              direction == WIRE_IN ? "in" : "out", number);
    for (const char *at = words; at && (at = strstr(at, wanted)) != NULL; at += size) {
        if (at[size] == ' ' || at[size] == '\0') {
            return true;
        }
    }
    return false;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static unsigned counts[2];                               /* of each direction */
static unsigned faults;                                  /* how many of them met one */

/* Whoever asks for faults also wants to know whether there were any. */
__attribute__((destructor)) static void tell(void)
{
    if (getenv("TEST_FRAMES")) {
        pthread_mutex_lock(&lock);
        fprintf(stderr, "wire: %u in, %u out, %u faults\n", counts[WIRE_IN], counts[WIRE_OUT],
                faults);
        pthread_mutex_unlock(&lock);
    }
}

static wire_action_t chosen_action(wire_direction_t direction, unsigned number)
{
    return is_asked_for("drop", direction, number)        ? WIRE_DROP
           : is_asked_for("delay", direction, number)     ? WIRE_DELAY
           : is_asked_for("duplicate", direction, number) ? WIRE_DUPLICATE
                                                          : WIRE_PASS;
}

wire_action_t wire_action(wire_direction_t direction, const unsigned char *frame, size_t size)
{
    if (!is_tcp(frame, size)) {
        return WIRE_PASS;
    }
    pthread_mutex_lock(&lock);
    const wire_action_t action = chosen_action(direction, ++counts[direction]);
    faults += action != WIRE_PASS;
    pthread_mutex_unlock(&lock);
    return action;
}
