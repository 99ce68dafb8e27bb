/* Finds the name that a mistyped one may mean. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/* A search. */
typedef struct {
    const char *word; /* as typed */
    size_t size;      /* of word */
    const char *name; /* nearest so far; null: none is near enough */
    size_t distance;  /* of name */
} nearest_t;

nearest_t nearest_begin(const char *word, size_t size);

/* Compares with one more name. */
void nearest_try(nearest_t *nearest, const char *name);

/* A setting, or an identity field; null if none is near enough. */
const char *nearest_setting(const char *word);
const char *nearest_field(const char *word, size_t size);

/* Writes "  did you mean NAME?" to standard error; nothing for a null name. */
void say_nearest(const char *name);

#endif
