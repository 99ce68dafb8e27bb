#include "ardoq/commands.h"

#include <string.h>

#include "ardoq/json_write.h"
#include "ardoq/port.h"
#include "ardoq/text.h"

/* The end of a token tells which one it is; of a short one nothing may be shown. */
enum { SHOWN_END = 4, LONG_ENOUGH_TO_SHOW = 16 };

static void shorten_secret(char value[ARDOQ_SETTING_TEXT_SIZE])
{
    static const char stars[] = "********";
    const size_t length = strlen(value);
    const size_t shown = length >= LONG_ENOUGH_TO_SHOW ? SHOWN_END : 0;
    const size_t stars_length = sizeof stars - 1;
    char end[SHOWN_END];
    memcpy(end, value + length - shown, shown);
    /* Behind a short value the end of a longer one may stand. */
    ardoq_wipe(value, ARDOQ_SETTING_TEXT_SIZE);
    memcpy(value, stars, stars_length);
    memcpy(value + stars_length, end, shown);
}

/* Whether the store holds a PEM text; of what is in it nothing is shown, and nothing is read. */
static ardoq_err_t read_pem_mark(const char *key, char *value)
{
    char first;
    const ardoq_err_t err = ardoq_port_store_get(key, &first, sizeof first);
    if (err == ARDOQ_ERR_SETTING_TOO_LONG) {
        memcpy(value, "(set)", sizeof "(set)");
        return ARDOQ_OK;
    }
    value[0] = '\0';
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

static ardoq_err_t shown_value(const ardoq_setting_t *setting, const ardoq_config_t *config,
                               char value[ARDOQ_SETTING_TEXT_SIZE])
{
    if (setting->kind == ARDOQ_SETTING_KIND_PEM) {
        return read_pem_mark(setting->key, value);
    }
    if (setting->kind == ARDOQ_SETTING_KIND_IDENTITY) {
        return ardoq_setting_stored(setting, value);
    }
    ardoq_setting_text(setting, config, value);
    if (setting->secret && value[0] != '\0') {
        shorten_secret(value);
    }
    return ARDOQ_OK;
}

static ardoq_err_t write_value(const ardoq_console_t *console, const ardoq_setting_t *setting,
                               const ardoq_config_t *config)
{
    char value[ARDOQ_SETTING_TEXT_SIZE];
    /* No setting holds control characters, so escapes at most double it. */
    char text[2 * sizeof value + 2];
    ardoq_text_t written;
    ardoq_json_writer_t json;
    const ardoq_err_t err = shown_value(setting, config, value);
    ardoq_text_init(&written, text, sizeof text, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&json, &written);
    if (value[0] == '\0') {
        ardoq_json_write_null(&json);
    } else {
        ardoq_json_write_string(&json, value);
    }
    const ardoq_err_t json_err = ardoq_json_write_end(&json);
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, text);
    return err ? err : json_err;
}

static ardoq_err_t explained(const ardoq_console_t *console, ardoq_err_t err, const char *key)
{
    if (err) {
        ardoq_console_explain(console, NULL, err, key);
    }
    return err;
}

static void write_key(const ardoq_console_t *console, size_t index, const char *key)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, index == 0 ? "{\n  \"" : ",\n  \"");
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, key);
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, "\": ");
}

ardoq_err_t ardoq_command_config_list(const ardoq_console_t *console, const ardoq_config_t *config)
{
    const ardoq_setting_t *setting;
    ardoq_err_t err = ARDOQ_OK;
    for (size_t i = 0; !err && (setting = ardoq_setting_at(i)) != NULL; i++) {
        write_key(console, i, setting->key);
        err = explained(console, write_value(console, setting, config), setting->key);
    }
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, "\n}\n");
    return err;
}

ardoq_err_t ardoq_command_config_get(const ardoq_console_t *console, const ardoq_config_t *config,
                                     const char *key)
{
    const ardoq_setting_t *setting = ardoq_setting_find(key);
    if (!setting) {
        return explained(console, ARDOQ_ERR_SETTING_UNKNOWN, key);
    }
    const ardoq_err_t err = write_value(console, setting, config);
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, "\n");
    return explained(console, err, key);
}

ardoq_err_t ardoq_command_config_set(const ardoq_console_t *console, const char *key,
                                     const char *value)
{
    const ardoq_setting_t *setting = ardoq_setting_find(key);
    ardoq_err_t err =
        setting ? ardoq_setting_assign(setting, NULL, value) : ARDOQ_ERR_SETTING_UNKNOWN;
    if (!err) {
        err = ardoq_port_store_set(key, value);
    }
    return explained(console, err, key);
}

ardoq_err_t ardoq_command_config_unset(const ardoq_console_t *console, const char *key)
{
    const ardoq_err_t err =
        ardoq_setting_find(key) ? ardoq_port_store_erase(key) : ARDOQ_ERR_SETTING_UNKNOWN;
    return explained(console, err, key);
}
