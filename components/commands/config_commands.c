#include "ardoq/commands.h"

#include <string.h>

#include "ardoq/json_write.h"
#include "ardoq/port.h"
#include "ardoq/text.h"

/* The end is enough to recognise a token. A short one is hidden completely. */
enum { SHOWN_END = 4, LONG_ENOUGH_TO_SHOW = 16, PART_SIZE = 64 };

/* Memory for values that are not shown unchanged. */
typedef union {
    ardoq_decimal_t number;
    char stored[ARDOQ_SETTING_STORED_SIZE];
    char secret[sizeof "********" + SHOWN_END];
} shown_t;

static const char *shorten_secret(const char *value, shown_t *shown)
{
    const size_t length = strlen(value);
    ardoq_text_t text;
    ardoq_text_init(&text, shown->secret, sizeof shown->secret, ARDOQ_ERR_SETTING_TOO_LONG);
    ardoq_text_append_string(&text, "********");
    if (length >= LONG_ENOUGH_TO_SHOW) {
        ardoq_text_append_string(&text, value + length - SHOWN_END);
    }
    return shown->secret;
}

/* Whether the store has a PEM text. Its content is not read or shown. */
static ardoq_err_t read_pem_mark(const char *name, const char **value)
{
    char first;
    const ardoq_err_t err = ardoq_port_store_get(name, &first, sizeof first);
    *value = err == ARDOQ_ERR_SETTING_TOO_LONG ? "(set)" : "";
    return err == ARDOQ_ERR_SETTING_TOO_LONG || err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

static ardoq_err_t show_value(const ardoq_setting_t *setting, const ardoq_config_t *config,
                              shown_t *shown, const char **value)
{
    if (setting->kind == ARDOQ_SETTING_KIND_PEM) {
        return read_pem_mark(setting->name, value);
    }
    if (setting->kind == ARDOQ_SETTING_KIND_IDENTITY ||
        (ARDOQ_MODEL && setting->kind == ARDOQ_SETTING_KIND_MODEL)) {
        *value = shown->stored;
        return ardoq_setting_stored(setting, shown->stored);
    }
    *value = ardoq_setting_text(setting, config, &shown->number);
    if (setting->secret && (*value)[0] != '\0') {
        *value = shorten_secret(*value, shown);
    }
    return ARDOQ_OK;
}

/* Writes JSON part by part, so that no value is too long. */
static ardoq_err_t write_json(const ardoq_console_t *console, const char *value)
{
    char part[PART_SIZE];
    size_t written = 0;
    ardoq_text_t text;
    ardoq_json_writer_t json;
    ardoq_err_t err;
    do {
        ardoq_text_init_window(&text, part, sizeof part - 1, written);
        ardoq_json_write_init(&json, &text);
        if (value[0] == '\0') {
            ardoq_json_write_null(&json);
        } else {
            ardoq_json_write_string(&json, value);
        }
        err = ardoq_json_write_end(&json);
        part[text.length] = '\0';
        ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, part);
        written += text.length;
    } while (written < text.total);
    return err;
}

static ardoq_err_t write_value(const ardoq_console_t *console, const ardoq_setting_t *setting,
                               const ardoq_config_t *config)
{
    shown_t shown;
    const char *value;
    const ardoq_err_t err = show_value(setting, config, &shown, &value);
    const ardoq_err_t json_err = write_json(console, value);
    return err ? err : json_err;
}

static ardoq_err_t explained(const ardoq_console_t *console, ardoq_err_t err, const char *name)
{
    if (err) {
        ardoq_console_explain(console, NULL, err, name);
    }
    return err;
}

static void write_name(const ardoq_console_t *console, size_t index, const char *name)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, index == 0 ? "{\n  \"" : ",\n  \"");
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, name);
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, "\": ");
}

ardoq_err_t ardoq_command_config_list(const ardoq_console_t *console, const ardoq_config_t *config)
{
    const ardoq_setting_t *setting;
    ardoq_err_t err = ARDOQ_OK;
    for (size_t i = 0; !err && (setting = ardoq_setting_at(i)) != NULL; i++) {
        write_name(console, i, setting->name);
        err = explained(console, write_value(console, setting, config), setting->name);
    }
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, "\n}\n");
    return err;
}

ardoq_err_t ardoq_command_config_get(const ardoq_console_t *console, const ardoq_config_t *config,
                                     const char *name)
{
    const ardoq_setting_t *setting = ardoq_setting_find(name);
    if (!setting) {
        return explained(console, ARDOQ_ERR_SETTING_UNKNOWN, name);
    }
    const ardoq_err_t err = write_value(console, setting, config);
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, "\n");
    return explained(console, err, name);
}

ardoq_err_t ardoq_command_config_set(const ardoq_console_t *console, const char *name,
                                     const char *value)
{
    const ardoq_setting_t *setting = ardoq_setting_find(name);
    ardoq_err_t err =
        setting ? ardoq_setting_assign(setting, NULL, value) : ARDOQ_ERR_SETTING_UNKNOWN;
    if (!err) {
        err = ardoq_port_store_set(name, value);
    }
    return explained(console, err, name);
}

ardoq_err_t ardoq_command_config_unset(const ardoq_console_t *console, const char *name)
{
    const bool is_known = ardoq_setting_find(name) || ardoq_setting_is_obsolete(name);
    const ardoq_err_t err = is_known ? ardoq_port_store_erase(name) : ARDOQ_ERR_SETTING_UNKNOWN;
    return explained(console, err, name);
}
