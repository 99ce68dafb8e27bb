#include "assignments.h"

#include "console.h"

int add_assignment(assignments_t *assignments, char *text)
{
    if (assignments->count == ASSIGNMENTS_MAX) {
        return usage_error("--set is given too often"); /* the text may hold a secret */
    }
    assignments->texts[assignments->count++] = text;
    return GO_ON;
}
