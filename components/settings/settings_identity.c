#include <string.h>

#include "settings_internal.h"

typedef struct {
    ardoq_identity_t *identity;
    const char *setting; /* that failed, or null */
} reading_t;

/* Ignores an empty value. */
static ardoq_err_t take_identity(void *context, const char *key, const char *value)
{
    reading_t *reading = context;
    const ardoq_setting_t *setting = ardoq_setting_find_value(key);
    if (!setting || setting->kind != ARDOQ_SETTING_KIND_IDENTITY) {
        return ARDOQ_OK;
    }
    ardoq_err_t err = ardoq_setting_assign_value(setting, NULL, value);
    size_t size = 0;
    if (!err) {
        (void)ardoq_value_trim(value, &size);
    }
    if (size > 0) {
        err =
            ardoq_identity_keep(reading->identity, (ardoq_identity_field_t)setting->offset, value);
    }
    if (err) {
        reading->setting = setting->name;
    }
    return err;
}

ardoq_err_t ardoq_identity_read(ardoq_identity_t *identity, const char **setting)
{
    if (!identity) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    reading_t reading = {.identity = identity};
    memset(identity, 0, sizeof *identity);
    ardoq_port_identity(identity);
    const ardoq_err_t err = ardoq_settings_each(take_identity, &reading);
    ardoq_name_setting(setting, reading.setting);
    return err || identity->used <= sizeof identity->storage ? err : ARDOQ_ERR_IDENTITY_FULL;
}

typedef struct {
    const ardoq_setting_t *setting;
    char *value;
} wanted_t;

static ardoq_err_t take_wanted(void *context, const char *key, const char *value)
{
    const wanted_t *wanted = context;
    if (strcmp(key, wanted->setting->name) != 0) {
        return ARDOQ_OK;
    }
    const ardoq_err_t err =
        value ? ardoq_setting_assign(wanted->setting, NULL, value) : ARDOQ_ERR_SETTING_TOO_LONG;
    size_t size = 0;
    if (!err) {
        value = ardoq_value_trim(value, &size);
    }
    if (size > 0) {
        memcpy(wanted->value, value, size);
        wanted->value[size] = '\0';
    }
    return err;
}

ardoq_err_t ardoq_setting_stored(const ardoq_setting_t *setting,
                                 char value[ARDOQ_SETTING_STORED_SIZE])
{
    wanted_t wanted = {.setting = setting, .value = value};
    value[0] = '\0';
#if ARDOQ_MODEL
    if (setting->kind == ARDOQ_SETTING_KIND_MODEL) {
        const char *text = ardoq_model_setting_default(setting);
        memcpy(value, text, strlen(text) + 1);
    }
#endif
    const ardoq_err_t err = ardoq_settings_each(take_wanted, &wanted);
    if (err) {
        value[0] = '\0';
    }
    return err;
}
