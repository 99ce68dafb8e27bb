/* What somebody may have meant by a mistyped name. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/* A search. */
typedef struct {
    const char *word; /* as it was typed */
    size_t size;      /* of it */
    const char *name; /* nearest so far; null: none is near enough */
    size_t distance;  /* of that */
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
