/* Components that have the same serial number. */
#ifndef DUPLICATES_H
#define DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>

/* The components seen. Begins zeroed. */
typedef struct {
    char **seen; /* each the serial number, a NUL and the id */
    size_t count;
    size_t room;
} duplicates_t;

/* Adds a component. Those without a serial number are never duplicates. False if there is no
 * memory. */
bool duplicates_add(duplicates_t *duplicates, const char *serial, const char *id);

/* Prints the components that share a serial number on standard error. */
void duplicates_print(duplicates_t *duplicates);

void duplicates_free(duplicates_t *duplicates);

#endif
