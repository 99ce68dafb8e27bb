#include <string.h>

#include "settings_internal.h"

static const char prefix[] = "device_";

enum { PREFIX_SIZE = sizeof prefix - 1 };

/* An entry, inside the list. */
typedef struct {
    const char *text;    /* the target, without the prefix */
    uint16_t size;       /* of it */
    uint8_t source;      /* an ardoq_identity_field_t */
    uint8_t prefix_size; /* 0 if the target does not begin with it */
} entry_t;

static bool is_separator(char c)
{
    return c == ' ' || c == ',';
}

static bool take_entry(const char **fields, entry_t *entry)
{
    const char *at = *fields;
    size_t size = 0;
    while (is_separator(*at)) {
        at++;
    }
    while (at[size] != '\0' && !is_separator(at[size])) {
        size++;
    }
    *fields = at;
    const char *equals = memchr(at, '=', size);
    entry->source = (uint8_t)ardoq_identity_find(at, equals ? (size_t)(equals - at) : size);
    entry->prefix_size = PREFIX_SIZE;
    if (equals) {
        size -= (size_t)(equals + 1 - at);
        at = equals + 1;
        const bool has_prefix = size > PREFIX_SIZE && memcmp(at, prefix, PREFIX_SIZE) == 0;
        entry->prefix_size = has_prefix ? PREFIX_SIZE : 0;
        at += entry->prefix_size;
        size -= entry->prefix_size;
    }
    entry->text = at;
    entry->size = (uint16_t)size;
    if (entry->source == ARDOQ_IDENTITY_COUNT || size == 0 ||
        entry->prefix_size + size >= ARDOQ_FIELD_TARGET_SIZE) {
        return false;
    }
    *fields = at + size;
    return true;
}

static bool collide(const entry_t *a, const entry_t *b)
{
    return a->source == b->source || (a->prefix_size == b->prefix_size && a->size == b->size &&
                                      memcmp(a->text, b->text, a->size) == 0);
}

/* A colon is in no name: it is left for a type after it. */
static bool is_valid(const entry_t *entry, const entry_t *before, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (collide(&before[i], entry)) {
            return false;
        }
    }
    return ardoq_api_name_span(entry->text) == entry->size;
}

bool ardoq_fields_are_valid(const char *fields)
{
    /* No source comes twice, so that the last place is never kept. */
    entry_t entries[ARDOQ_IDENTITY_COUNT + 1];
    for (size_t count = 0; take_entry(&fields, &entries[count]); count++) {
        if (!is_valid(&entries[count], entries, count)) {
            return false;
        }
    }
    return *fields == '\0';
}

bool ardoq_field_next(const char **fields, ardoq_field_t *field)
{
    entry_t entry;
    if (!take_entry(fields, &entry)) {
        return false;
    }
    field->source = (ardoq_identity_field_t)entry.source;
    memcpy(field->target, prefix, entry.prefix_size);
    memcpy(field->target + entry.prefix_size, entry.text, entry.size);
    field->target[entry.prefix_size + entry.size] = '\0';
    return true;
}

bool ardoq_field_find(const char *fields, ardoq_identity_field_t source, ardoq_field_t *field)
{
    bool is_found = false;
    while (!is_found && ardoq_field_next(&fields, field)) {
        is_found = field->source == source;
    }
    return is_found;
}
