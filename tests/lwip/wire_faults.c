#include "wire_faults.h"

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

wire_action_t wire_action(wire_direction_t direction, const unsigned char *frame, size_t size)
{
    static unsigned counts[2];
    if (!is_tcp(frame, size)) {
        return WIRE_PASS;
    }
    const unsigned number = ++counts[direction];
    return is_asked_for("drop", direction, number)        ? WIRE_DROP
           : is_asked_for("delay", direction, number)     ? WIRE_DELAY
           : is_asked_for("duplicate", direction, number) ? WIRE_DUPLICATE
                                                          : WIRE_PASS;
}
