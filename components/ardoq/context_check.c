#include <string.h>

#include "ardoq/context.h"
#include "client_private.h"

/* Numbers of the settings, in the order of settings.def. */
enum {
#define ARDOQ_SETTING_TEXT(member, size, key, default_value, rule) SETTING_##member,
#define ARDOQ_SETTING_NUMBER(member, min, max, key, default_value) SETTING_##member,
#define ARDOQ_SETTING_IDENTITY(field, size, key)
#define ARDOQ_SETTING_PEM(key, what)
#include "ardoq/settings.def"
#undef ARDOQ_SETTING_TEXT
#undef ARDOQ_SETTING_NUMBER
#undef ARDOQ_SETTING_IDENTITY
#undef ARDOQ_SETTING_PEM
};

_Static_assert(SETTING_key_last_seen < 32, "a set of settings has 32 bits");

const char *ardoq_context_field(const ardoq_config_t *config, size_t index)
{
    static const char prefix[] = "key_";
    const ardoq_setting_t *setting = ardoq_setting_at(index);
    return setting && strncmp(setting->key, prefix, sizeof prefix - 1) == 0
               ? (const char *)config + setting->offset
               : NULL;
}

/* The settings that name this custom field. */
static uint32_t settings_of(const ardoq_config_t *config, const char *api_key)
{
    uint32_t settings = 0;
    for (size_t i = SETTING_key_serial; i <= SETTING_key_last_seen; i++) {
        const char *field = ardoq_context_field(config, i);
        if (field && field[0] != '\0' && strcmp(field, api_key) == 0) {
            settings |= (uint32_t)1 << i;
        }
    }
    return settings;
}

static bool is_type(const ardoq_context_entry_t *entry, const char *type)
{
    return ardoq_text_equal_ignoring_case(entry->type, strlen(entry->type), type, strlen(type));
}

/* The settings whose values a field of this type takes. All are sent as strings; that of the serial
 * number is a key, which Ardoq searches for, and it does so in a Text field. */
static uint32_t fitting(const ardoq_context_entry_t *entry)
{
    const uint32_t serial = (uint32_t)1 << SETTING_key_serial;
    if (is_type(entry, "Text")) {
        return UINT32_MAX;
    }
    if (is_type(entry, "TextArea")) {
        return ~serial;
    }
    return is_type(entry, "DateTime") ? (uint32_t)1 << SETTING_key_last_seen : 0;
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
    const uint32_t settings = settings_of(check->config, entry->id);
    check->known |= settings;
    check->fitting |= settings & fitting(entry);
    check->read_only |= entry->is_read_only ? settings : 0;
}

static ardoq_err_t take_entry(void *argument, ardoq_context_kind_t kind,
                              const ardoq_context_entry_t *entry)
{
    ardoq_context_check_t *check = argument;
    switch (kind) {
    case ARDOQ_CONTEXT_TYPE_FIELD:
        check->listed |= settings_of(check->config, entry->field);
        break;
    case ARDOQ_CONTEXT_TYPE:
        take_type(check, entry);
        break;
    case ARDOQ_CONTEXT_FIELD:
        take_field(check, entry);
        break;
    }
    return ARDOQ_OK;
}

ardoq_err_t ardoq_context_check_start(ardoq_client_t *client, ardoq_context_t *context,
                                      ardoq_context_check_t *check)
{
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

ardoq_err_t ardoq_context_field_error(const ardoq_context_check_t *check, size_t index)
{
    const char *field = ardoq_context_field(check->config, index);
    if (!field) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    const uint32_t setting = (uint32_t)1 << index;
    if (field[0] == '\0') {
        return index == SETTING_key_serial ? ARDOQ_ERR_SERIAL_KEY_MISSING : ARDOQ_OK;
    }
    if (!(check->known & setting)) {
        return ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN;
    }
    if (check->read_only & setting) {
        return ARDOQ_ERR_CUSTOM_FIELD_READ_ONLY;
    }
    if (!(check->fitting & setting)) {
        return ARDOQ_ERR_CUSTOM_FIELD_UNFIT;
    }
    return check->has_type && !(check->of_type & setting) ? ARDOQ_ERR_CUSTOM_FIELD_NOT_OF_TYPE
                                                          : ARDOQ_OK;
}
