/* The values of the option --set, in order. */
#ifndef ASSIGNMENTS_H
#define ASSIGNMENTS_H

#include <stddef.h>

enum { ASSIGNMENTS_MAX = 64 };

typedef struct {
    char *texts[ASSIGNMENTS_MAX]; /* NAME=VALUE, borrowed */
    size_t count;
} assignments_t;

/* Keeps one. Returns GO_ON, or the exit code of wrong usage. */
int add_assignment(assignments_t *assignments, char *text);

#endif
