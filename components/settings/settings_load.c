#include <string.h>

#include "ardoq/text.h"
#include "settings_internal.h"

void ardoq_name_setting(const char **setting, const char *name)
{
    if (setting) {
        *setting = name;
    }
}

/* ---- Kconfig -------------------------------------------------------------------------------- */

ardoq_err_t ardoq_config_defaults(ardoq_config_t *config, const char **setting)
{
    /* One text, in the order of the table: pointers would cost more than some defaults. */
    static const char defaults[] =
#define TEXT_OF(number)                                             #number
#define NUMBER_TEXT(number)                                         TEXT_OF(number)
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) default_value "\0"
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) NUMBER_TEXT(default_value) "\0"
#include "ardoq/settings.def"
        ;
    const ardoq_setting_t *row = ardoq_settings;
    const char *value = defaults;
    ardoq_err_t err = ARDOQ_OK;
    memset(config, 0, sizeof *config);
    for (; !err && ardoq_setting_is_of_config(row); row++) {
        err = ardoq_setting_assign_value(row, config, value);
        value += strlen(value) + 1;
    }
    ardoq_name_setting(setting, err ? row[-1].name : NULL);
    return err;
}

/* ---- The store ------------------------------------------------------------------------------ */

ardoq_err_t ardoq_settings_each(ardoq_port_store_value_t on_value, void *context)
{
    char value[ARDOQ_SETTING_TEXT_SIZE];
    const ardoq_err_t err = ardoq_port_store_each(value, sizeof value, on_value, context);
    ardoq_wipe(value, sizeof value);
    return err;
}

typedef struct {
    ardoq_config_t *config;
    const char *setting;  /* that failed, or null */
    const char *obsolete; /* that was found, or null */
    bool has_fields;      /* the setting `fields` was found */
} load_t;

static ardoq_err_t take_setting(void *context, const char *key, const char *value)
{
    load_t *load = context;
    const ardoq_setting_t *setting = ardoq_setting_find_value(key);
    if (!setting && ardoq_pem_is_left_out(key)) {
        load->setting = ardoq_setting_find(key)->name;
        return ARDOQ_ERR_LEFT_OUT;
    }
    if (!setting) {
        return ardoq_obsolete_take(load->config, key, value, &load->obsolete);
    }
    if (!ardoq_setting_is_of_config(setting)) {
        return ARDOQ_OK;
    }
    const ardoq_err_t err = ardoq_setting_assign_value(setting, load->config, value);
    if (err) {
        load->setting = setting->name;
    }
    load->has_fields = load->has_fields || setting->rule == ARDOQ_RULE_fields;
    return err;
}

static ardoq_err_t load_from_store(load_t *load)
{
    ardoq_err_t err = ardoq_settings_each(take_setting, load);
    const char *fields = load->config->fields;
    if (!err && load->obsolete &&
        (load->has_fields || !ardoq_fields_are_valid(fields, strlen(fields)))) {
        err = ARDOQ_ERR_SETTING_OBSOLETE;
    }
    if (err == ARDOQ_ERR_SETTING_OBSOLETE) {
        load->setting = load->obsolete;
    }
    return err;
}

ardoq_err_t ardoq_config_load(ardoq_config_t *config, const char **setting)
{
    load_t load = {.config = config};
    ardoq_err_t err = ardoq_config_defaults(config, &load.setting);
    if (!err) {
        err = load_from_store(&load);
    }
    if (err) {
        ardoq_config_wipe(config);
    }
    ardoq_name_setting(setting, load.setting);
    return err;
}

void ardoq_config_wipe(ardoq_config_t *config)
{
    ardoq_wipe(config, sizeof *config);
}
