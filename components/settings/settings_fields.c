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

static const char *const type_names[] = {"text", "number", "boolean", "time", "list"};

#if ARDOQ_MODEL
const char *ardoq_value_type_name(ardoq_value_type_t type)
{
    return type_names[type];
}
#endif

/* Sets the type named after the colon; Text without a colon. False if no type has this name. */
static bool set_type(ardoq_field_t *field, const char *colon, const char *end)
{
    const size_t size = colon ? (size_t)(end - colon - 1) : 0;
    unsigned type = 0;
    while (colon && type < sizeof type_names / sizeof type_names[0] &&
           !ardoq_text_equal_ignoring_case(colon + 1, size, type_names[type])) {
        type++;
    }
#if ARDOQ_MODEL
    field->type = (ardoq_value_type_t)type;
#else
    (void)field;
#endif
    return type < sizeof type_names / sizeof type_names[0];
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
    const char *colon = NULL;
    while (end != list_end && (*end > ',' || (*end != '\0' && !is_separator(*end)))) {
        if (*end == '=' && !name_end) {
            name_end = end;
        }
        if (ARDOQ_MODEL && *end == ':' && !colon) {
            colon = end;
        }
        end++;
    }
    const char *const target_end = colon ? colon : end;
    const bool is_set =
        name_end ? set_target(field, 0, name_end + 1, (size_t)(target_end - name_end - 1))
                 : set_target(field, PREFIX_SIZE, entry, (size_t)(target_end - entry));
    field->source =
        ardoq_identity_find(entry, (size_t)((name_end ? name_end : target_end) - entry));
    if (!is_set || field->source == ARDOQ_IDENTITY_COUNT ||
        (ARDOQ_MODEL && !set_type(field, colon, end))) {
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
