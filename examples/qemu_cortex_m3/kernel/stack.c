#include "stack.h"

enum { CANARY = 0x5afec0de };

void stack_fill(uint32_t *bottom, const uint32_t *end)
{
    while (bottom < end) {
        *bottom++ = CANARY;
    }
}

size_t stack_used(const uint32_t *bottom, size_t words)
{
    size_t unused = 0;
    while (unused < words && bottom[unused] == CANARY) {
        unused++;
    }
    return (words - unused) * sizeof *bottom;
}

bool stack_is_intact(const uint32_t *bottom)
{
    return *bottom == CANARY;
}
