#include <string.h>

#include "settings_internal.h"

static const char device_prefix[] = "device_";

enum { PREFIX_SIZE = sizeof device_prefix - 1 };

static bool is_separator(char c)
{
    return c == ' ' || c == ',';
}

/* False if there is no target, or no room for it. */
static bool set_target(ardoq_field_t *field, size_t prefix_size, const char *text, size_t size)
{
    if (size == 0 || prefix_size + size >= sizeof field->target) {
        return false;
    }
    memcpy(field->target, device_prefix, prefix_size);
    memcpy(field->target + prefix_size, text, size);
    field->target[prefix_size + size] = '\0';
    return true;
}

bool ardoq_field_next_before(const char **fields, const char *list_end, ardoq_field_t *field)
{
    const char *entry = *fields;
    while (entry != list_end && is_separator(*entry)) {
        entry++;
    }
    *fields = entry;
    const char *end = entry;
    const char *name_end = NULL;
    while (end != list_end && (*end > ',' || (*end != '\0' && !is_separator(*end)))) {
        if (*end == '=' && !name_end) {
            name_end = end;
        }
        end++;
    }
    const bool is_set = name_end ? set_target(field, 0, name_end + 1, (size_t)(end - name_end - 1))
                                 : set_target(field, PREFIX_SIZE, entry, (size_t)(end - entry));
    field->source = ardoq_identity_find(entry, (size_t)((name_end ? name_end : end) - entry));
    if (!is_set || field->source == ARDOQ_IDENTITY_COUNT) {
        return false;
    }
    *fields = end;
    return true;
}

bool ardoq_field_next(const char **fields, ardoq_field_t *field)
{
    return ardoq_field_next_before(fields, NULL, field);
}

bool ardoq_field_find(const char *fields, ardoq_identity_field_t source, ardoq_field_t *field)
{
    bool is_found = false;
    while (!is_found && ardoq_field_next(&fields, field)) {
        is_found = field->source == source;
    }
    return is_found;
}
