/* A numbered list from which the user chooses one. */
#ifndef CHOICE_H
#define CHOICE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char id[64];
    char name[128]; /* may be cut */
} choice_t;

/* Begins zeroed. */
typedef struct {
    choice_t *items;
    size_t count;
    size_t room;
} choices_t;

/* Adds a copy. False if there is no memory. */
bool choices_add(choices_t *choices, const choice_t *choice);

/* Sorts them by name. After that the numbers of the choices do not change. */
void choices_sort(choices_t *choices);

void choices_free(choices_t *choices);

/* Lets the user choose by number, or search for part of a name.
 * @param what       kind of thing, such as "workspace"
 * @param preset_id  the id of the one that an empty answer takes, if it is there
 * @return null if there was no answer, see ask.h */
const choice_t *choose(const choices_t *choices, const char *what, const char *preset_id);

#endif
