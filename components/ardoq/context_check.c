#include <string.h>

#include "ardoq/context.h"
#include "client_private.h"

#if ARDOQ_MODEL
enum { TYPES = ARDOQ_TYPE_LIST + 1 };
#endif

_Static_assert(ARDOQ_IDENTITY_COUNT <= 32, "a set of sources has 32 bits");

static uint32_t bit(ardoq_identity_field_t source)
{
    return (uint32_t)1 << source;
}

/* Finds the entry that is reported in this custom field. */
static bool find_entry(const ardoq_config_t *config, const char *api_name, ardoq_field_t *field)
{
    const char *fields = config->fields;
    bool is_found = false;
    while (!is_found && ardoq_field_next(&fields, field)) {
        is_found = strcmp(field->target, api_name) == 0;
    }
    return is_found;
}

static bool is_type(const ardoq_context_entry_t *entry, const char *type)
{
    return ardoq_text_equal_ignoring_case(entry->type, strlen(entry->type), type);
}

/* Whether the field accepts a value of this type. The serial number is a key, which Ardoq can only
 * look up in a Text field. */
static bool takes(const ardoq_context_entry_t *entry, ardoq_identity_field_t source,
                  ardoq_value_type_t type)
{
    static const char *const types[][2] = {
        [ARDOQ_TYPE_TEXT] = {"text", "textarea"},
#if ARDOQ_MODEL
        [ARDOQ_TYPE_NUMBER] = {"number"},
        [ARDOQ_TYPE_BOOLEAN] = {"checkbox"},
        [ARDOQ_TYPE_TIME] = {"datetime", "date"},
        [ARDOQ_TYPE_LIST] = {"selectmultiplelist"},
#endif
    };
    const size_t count = source == ARDOQ_IDENTITY_serial ? 1 : 2;
    for (size_t i = 0; i < count && types[type][i]; i++) {
        if (is_type(entry, types[type][i])) {
            return true;
        }
    }
    if (type != ARDOQ_TYPE_TEXT) {
        return false;
    }
    switch (source) {
    case ARDOQ_IDENTITY_last_seen:
        return is_type(entry, "datetime");
    case ARDOQ_IDENTITY_sbom_url:
    case ARDOQ_IDENTITY_hbom_url:
        return is_type(entry, "url");
    default:
        return false;
    }
}

static void take_type(ardoq_context_check_t *check, const ardoq_context_entry_t *entry)
{
    if (entry->id[0] != '\0' && strcmp(entry->id, check->config->component_type) == 0) {
        check->has_type = true;
        check->of_type = check->listed;
        ardoq_text_t name;
        ardoq_text_init(&name, check->type_name, sizeof check->type_name, ARDOQ_ERR_JSON_TRUNCATED);
        ardoq_text_append_string(&name, entry->name);
    }
    check->listed = 0;
}

static void take_field(ardoq_context_check_t *check, const ardoq_context_entry_t *entry)
{
    ardoq_field_t field;
    if (!find_entry(check->config, entry->id, &field)) {
        return;
    }
    check->known |= bit(field.source);
#if ARDOQ_MODEL
    const ardoq_value_type_t wanted = field.type;
    uint8_t type = 0;
    while (type < TYPES && !takes(entry, field.source, (ardoq_value_type_t)type)) {
        type++;
    }
    check->types[field.source] = type;
#else
    const ardoq_value_type_t wanted = ARDOQ_TYPE_TEXT;
#endif
    check->fitting |= takes(entry, field.source, wanted) ? bit(field.source) : 0;
    check->read_only |= entry->is_read_only ? bit(field.source) : 0;
}

static ardoq_err_t take_entry(void *argument, ardoq_context_kind_t kind,
                              const ardoq_context_entry_t *entry)
{
    ardoq_context_check_t *check = argument;
    ardoq_field_t field;
    switch (kind) {
    case ARDOQ_CONTEXT_TYPE_FIELD:
        if (find_entry(check->config, entry->field, &field)) {
            check->listed |= bit(field.source);
        }
        break;
    case ARDOQ_CONTEXT_TYPE:
        take_type(check, entry);
        break;
    case ARDOQ_CONTEXT_FIELD:
        take_field(check, entry);
        break;
    case ARDOQ_CONTEXT_REFERENCE_TYPE:
        break;
    }
    return ARDOQ_OK;
}

ardoq_err_t ardoq_context_check_start(ardoq_client_t *client, ardoq_context_t *context,
                                      ardoq_context_check_t *check)
{
    if (!context) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    const ardoq_err_t err = ardoq_call_begin(client, check);
    if (err) {
        return err;
    }
    memset(check, 0, sizeof *check);
    check->config = client->config;
    return ardoq_context_start(client, context, client->config->workspace, take_entry, check);
}

ardoq_err_t ardoq_context_check(ardoq_client_t *client, ardoq_context_t *context,
                                ardoq_context_check_t *check)
{
    const ardoq_err_t err = ardoq_context_check_start(client, context, check);
    return err ? err : ardoq_finish(client, NULL, NULL);
}

ardoq_err_t ardoq_context_type_error(const ardoq_context_check_t *check)
{
    if (check->config->component_type[0] == '\0') {
        return ARDOQ_ERR_COMPONENT_TYPE_INVALID;
    }
    return check->has_type ? ARDOQ_OK : ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN;
}

ardoq_err_t ardoq_context_field_error(const ardoq_context_check_t *check,
                                      ardoq_identity_field_t source)
{
    ardoq_field_t field;
    if (!ardoq_field_find(check->config->fields, source, &field)) {
        return source == ARDOQ_IDENTITY_serial ? ARDOQ_ERR_SERIAL_FIELD_MISSING : ARDOQ_OK;
    }
    if (!(check->known & bit(source))) {
        return ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN;
    }
    if (check->read_only & bit(source)) {
        return ARDOQ_ERR_CUSTOM_FIELD_READ_ONLY;
    }
    if (!(check->fitting & bit(source))) {
        return ARDOQ_ERR_CUSTOM_FIELD_UNFIT;
    }
    return check->has_type && !(check->of_type & bit(source)) ? ARDOQ_ERR_CUSTOM_FIELD_NOT_OF_TYPE
                                                              : ARDOQ_OK;
}

#if ARDOQ_MODEL

bool ardoq_context_field_type(const ardoq_context_check_t *check, ardoq_identity_field_t source,
                              ardoq_value_type_t *type)
{
    const uint8_t number = check->types[source];
    *type = (ardoq_value_type_t)number;
    return (check->known & bit(source)) && number < TYPES && source != ARDOQ_IDENTITY_serial;
}

#endif
