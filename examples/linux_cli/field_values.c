#include "field_values.h"

#include <string.h>

#include "ardoq/context.h"
#include "ardoq/json_write.h"
#include "ardoq/typed_value.h"
#include "console.h"
#include "session.h"

int add_field_value(field_values_t *values, char *pair)
{
    char *equals = strchr(pair, '=');
    size_t size = 0;
    if (equals) {
        (void)ardoq_value_trim(equals + 1, &size);
    }
    if (size == 0 || equals == pair) {
        return usage_error("a field needs the form FIELD=VALUE: ", pair);
    }
    *equals = '\0';
    for (size_t i = 0; i < values->count; i++) {
        if (strcmp(values->values[i].field, pair) == 0) {
            return usage_error("a field is given twice: ", pair);
        }
    }
    if (values->count == FIELD_VALUES_MAX) {
        return usage_error("too many fields at: ", pair);
    }
    values->values[values->count++] = (field_value_t){.field = pair, .value = equals + 1};
    return GO_ON;
}

/* ---- What Ardoq knows of them ---------------------------------------------------------------- */

static ardoq_value_type_t type_of(const char *name)
{
    static const struct {
        const char *name;
        ardoq_value_type_t type;
    } types[] = {
        {"number", ARDOQ_TYPE_NUMBER},           {"checkbox", ARDOQ_TYPE_BOOLEAN},
        {"datetime", ARDOQ_TYPE_TIME},           {"date", ARDOQ_TYPE_TIME},
        {"selectmultiplelist", ARDOQ_TYPE_LIST},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (ardoq_text_equal_ignoring_case(name, strlen(name), types[i].name)) {
            return types[i].type;
        }
    }
    return ARDOQ_TYPE_TEXT;
}

static void take_field(field_value_t *value, const ardoq_context_entry_t *entry)
{
    if (strcmp(value->field, entry->id) == 0) {
        value->is_known = true;
        value->is_read_only = entry->is_read_only;
        value->type = type_of(entry->type);
    }
}

static ardoq_err_t take_entry(void *argument, ardoq_context_kind_t kind,
                              const ardoq_context_entry_t *entry)
{
    field_values_t *values = argument;
    for (size_t i = 0; i < values->count; i++) {
        field_value_t *value = &values->values[i];
        switch (kind) {
        case ARDOQ_CONTEXT_TYPE_FIELD:
            value->is_listed = value->is_listed || strcmp(value->field, entry->field) == 0;
            break;
        case ARDOQ_CONTEXT_TYPE:
            value->is_of_type = value->is_of_type ||
                                (value->is_listed && strcmp(entry->id, config.component_type) == 0);
            value->is_listed = false;
            break;
        case ARDOQ_CONTEXT_FIELD:
            take_field(value, entry);
            break;
        case ARDOQ_CONTEXT_REFERENCE_TYPE:
            break;
        }
    }
    return ARDOQ_OK;
}

static ardoq_err_t field_error(const field_value_t *value)
{
    if (!value->is_known) {
        return ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN;
    }
    if (value->is_read_only) {
        return ARDOQ_ERR_CUSTOM_FIELD_READ_ONLY;
    }
    return value->is_of_type ? ARDOQ_OK : ARDOQ_ERR_CUSTOM_FIELD_NOT_OF_TYPE;
}

ardoq_err_t check_field_values(field_values_t *values)
{
    static ardoq_context_t context; /* large */
    ardoq_err_t err = ardoq_context_each(&client, &context, config.workspace, take_entry, values);
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        return err;
    }
    for (size_t i = 0; !err && i < values->count; i++) {
        err = field_error(&values->values[i]);
        if (err) {
            ardoq_console_explain(&console, NULL, err, values->values[i].field);
        }
    }
    return err;
}

/* ---- As JSON --------------------------------------------------------------------------------- */

static void write_field_value(ardoq_text_t *text, const field_value_t *value)
{
    size_t size;
    const char *trimmed = ardoq_value_trim(value->value, &size);
    ardoq_text_append_string(text, "\"");
    ardoq_json_escape(text, value->field, strlen(value->field));
    ardoq_text_append_string(text, "\":");
    ardoq_typed_value_write(text, value->type, trimmed, size);
}

const char *write_field_values(const field_values_t *values, ardoq_text_t *text)
{
    for (size_t i = 0; i < values->count; i++) {
        ardoq_text_append_string(text, i > 0 ? "," : "");
        write_field_value(text, &values->values[i]);
        if (text->err) {
            return values->values[i].field;
        }
    }
    return NULL;
}
