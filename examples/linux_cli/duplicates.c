#include "duplicates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"

static bool make_room(duplicates_t *duplicates)
{
    if (duplicates->count < duplicates->room) {
        return true;
    }
    const size_t room = duplicates->room * 2 + 64;
    char **seen = realloc(duplicates->seen, room * sizeof *seen);
    if (seen) {
        duplicates->seen = seen;
        duplicates->room = room;
    }
    return seen;
}

static char *join(const char *serial, const char *id)
{
    const size_t serial_size = strlen(serial) + 1;
    const size_t id_size = strlen(id) + 1;
    char *both = malloc(serial_size + id_size);
    if (both) {
        memcpy(both, serial, serial_size);
        memcpy(both + serial_size, id, id_size);
    }
    return both;
}

static const char *id_of(const char *both)
{
    return both + strlen(both) + 1;
}

bool duplicates_add(duplicates_t *duplicates, const char *serial, const char *id)
{
    if (serial[0] == '\0') {
        return true;
    }
    char *both = make_room(duplicates) ? join(serial, id) : NULL;
    if (both) {
        duplicates->seen[duplicates->count++] = both;
    }
    return both;
}

static int compare(const void *one, const void *other)
{
    const char *a = *(char *const *)one;
    const char *b = *(char *const *)other;
    const int order = strcmp(a, b);
    return order ? order : strcmp(id_of(a), id_of(b));
}

/* Number of components from this one on with its serial number. */
static size_t count_same(const duplicates_t *duplicates, size_t first)
{
    size_t end = first + 1;
    while (end < duplicates->count && strcmp(duplicates->seen[end], duplicates->seen[first]) == 0) {
        end++;
    }
    return end - first;
}

void duplicates_print(duplicates_t *duplicates)
{
    bool has_any = false;
    if (duplicates->count > 0) {
        qsort(duplicates->seen, duplicates->count, sizeof *duplicates->seen, compare);
    }
    for (size_t i = 0; i < duplicates->count;) {
        const size_t same = count_same(duplicates, i);
        if (same > 1) {
            say("warning: several components have the serial number ", duplicates->seen[i]);
            has_any = true;
        }
        for (size_t end = i + same; i < end; i++) {
            if (same > 1) {
                say("  component: ", id_of(duplicates->seen[i]));
            }
        }
    }
    if (has_any) {
        fputs("  join them with Ardoq's Merge, which keeps references; delete none\n", stderr);
    }
}

void duplicates_free(duplicates_t *duplicates)
{
    for (size_t i = 0; i < duplicates->count; i++) {
        free(duplicates->seen[i]);
    }
    free(duplicates->seen);
    *duplicates = (duplicates_t){0};
}
