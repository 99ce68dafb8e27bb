/* Components that have the same serial number. */
#ifndef DUPLICATES_H
#define DUPLICATES_H

#include <stdbool.h>
#include <stddef.h>

/* What was seen. Begins zeroed. */
typedef struct {
    char **seen; /* of each the serial number, and behind its NUL the id */
    size_t count;
    size_t room;
} duplicates_t;

/* Takes one component; one without a serial number is like no other. False if there is no memory.
 */
bool duplicates_add(duplicates_t *duplicates, const char *serial, const char *id);

/* Names the components of each serial number that stands in more than one, on standard error. */
void duplicates_tell(duplicates_t *duplicates);

void duplicates_free(duplicates_t *duplicates);

#endif
