#include "ardoq/settings.h"

#include <string.h>

#include "ardoq/port.h"
#include "ardoq/text.h"

/* ---- Rules: what a value that is not empty must look like ----------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex_digit(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_visible(char c)
{
    return c > ' ' && c < 0x7f;
}

static bool is_printable(char c)
{
    return (unsigned char)c >= ' ' && c != 0x7f;
}

static bool is_api_name_character(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

static bool is_base64_digit(char c)
{
    return is_letter(c) || is_digit(c) || c == '+' || c == '/';
}

/* Number of leading characters that @p accepts. */
static size_t span(const char *text, bool (*accepts)(char))
{
    size_t length = 0;
    while (text[length] != '\0' && accepts(text[length])) {
        length++;
    }
    return length;
}

static bool all(const char *text, bool (*accept)(char))
{
    return text[span(text, accept)] == '\0';
}

static ardoq_err_t rule_host(const char *value)
{
    ardoq_http_origin_t origin;
    return ardoq_http_origin_parse(value, strlen(value), &origin);
}

static ardoq_err_t rule_token(const char *value)
{
    return all(value, is_visible) ? ARDOQ_OK : ARDOQ_ERR_TOKEN_INVALID;
}

static ardoq_err_t rule_org_label(const char *value)
{
    return all(value, is_visible) ? ARDOQ_OK : ARDOQ_ERR_ORG_LABEL_INVALID;
}

static ardoq_err_t rule_workspace(const char *value)
{
    const bool valid = strlen(value) == 24 && all(value, is_hex_digit);
    return valid ? ARDOQ_OK : ARDOQ_ERR_WORKSPACE_INVALID;
}

static ardoq_err_t rule_component_type(const char *value)
{
    const bool valid = value[0] == 'p' && value[1] != '\0' && all(value + 1, is_digit);
    return valid ? ARDOQ_OK : ARDOQ_ERR_COMPONENT_TYPE_INVALID;
}

static ardoq_err_t rule_name_template(const char *value)
{
    ardoq_template_piece_t piece;
    if (!all(value, is_printable)) {
        return ARDOQ_ERR_SETTING_INVALID;
    }
    while (ardoq_template_next(&value, &piece)) {
        const bool is_closed = value[-1] == '}';
        if (piece.is_field &&
            (!is_closed || ardoq_identity_find(piece.text, piece.size) == ARDOQ_IDENTITY_COUNT)) {
            return ARDOQ_ERR_SETTING_INVALID;
        }
    }
    return ARDOQ_OK;
}

static ardoq_err_t rule_key(const char *value)
{
    return all(value, is_api_name_character) ? ARDOQ_OK : ARDOQ_ERR_SETTING_INVALID;
}

/* Base64 of 32 bytes: 43 digits and one sign of padding (RFC 4648, 4). */
static ardoq_err_t rule_pin(const char *value)
{
    const bool valid = span(value, is_base64_digit) == 43 && strcmp(value + 43, "=") == 0;
    return valid ? ARDOQ_OK : ARDOQ_ERR_PIN_INVALID;
}

static ardoq_err_t rule_identity(const char *value)
{
    return all(value, is_printable) ? ARDOQ_OK : ARDOQ_ERR_SETTING_INVALID;
}

static ardoq_err_t rule_pem(const char *value)
{
    const char *begin = strstr(value, "-----BEGIN ");
    return begin && strstr(begin, "-----END ") ? ARDOQ_OK : ARDOQ_ERR_SETTING_INVALID;
}

/* One rule for each setting; settings.def names them. */
enum {
    RULE_host,
    RULE_token,
    RULE_org_label,
    RULE_workspace,
    RULE_component_type,
    RULE_name_template,
    RULE_key,
    RULE_pin,
    RULE_identity,
    RULE_pem,
};

static ardoq_err_t check(uint8_t rule, const char *value)
{
    switch (rule) {
    case RULE_host:
        return rule_host(value);
    case RULE_token:
        return rule_token(value);
    case RULE_org_label:
        return rule_org_label(value);
    case RULE_workspace:
        return rule_workspace(value);
    case RULE_component_type:
        return rule_component_type(value);
    case RULE_name_template:
        return rule_name_template(value);
    case RULE_key:
        return rule_key(value);
    case RULE_pin:
        return rule_pin(value);
    case RULE_identity:
        return rule_identity(value);
    default:
        return rule_pem(value);
    }
}

/* ---- The table ------------------------------------------------------------------------------ */

static const ardoq_setting_t settings[] = {
#define ARDOQ_SETTING_TEXT(member, bytes, name, default_value, rule_name)                          \
    {.key = (name),                                                                                \
     .offset = offsetof(ardoq_config_t, member),                                                   \
     .size = (bytes),                                                                              \
     .kind = ARDOQ_SETTING_KIND_TEXT,                                                              \
     .rule = RULE_##rule_name,                                                                     \
     .secret = offsetof(ardoq_config_t, member) == offsetof(ardoq_config_t, token)},
#define ARDOQ_SETTING_NUMBER(member, minimum, maximum, name, default_value)                        \
    {.key = (name), .offset = offsetof(ardoq_config_t, member), .kind = ARDOQ_SETTING_KIND_NUMBER},
#define ARDOQ_SETTING_IDENTITY(field, bytes, name)                                                 \
    {.key = (name),                                                                                \
     .offset = ARDOQ_IDENTITY_##field,                                                             \
     .size = (bytes),                                                                              \
     .kind = ARDOQ_SETTING_KIND_IDENTITY,                                                          \
     .rule = RULE_identity},
#define ARDOQ_SETTING_PEM(name, what)                                                              \
    {.key = (name), .kind = ARDOQ_SETTING_KIND_PEM, .rule = RULE_pem, .secret = true},
#include "ardoq/settings.def"
#undef ARDOQ_SETTING_TEXT
#undef ARDOQ_SETTING_NUMBER
#undef ARDOQ_SETTING_IDENTITY
#undef ARDOQ_SETTING_PEM
};

enum { SETTINGS_COUNT = sizeof settings / sizeof settings[0] };

const ardoq_setting_t *ardoq_setting_at(size_t index)
{
    return index < SETTINGS_COUNT ? &settings[index] : NULL;
}

const ardoq_setting_t *ardoq_setting_find(const char *key)
{
    for (size_t i = 0; i < SETTINGS_COUNT; i++) {
        if (strcmp(settings[i].key, key) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

/* ---- Values --------------------------------------------------------------------------------- */

static bool stands_only_in_store(const ardoq_setting_t *setting)
{
    return setting->kind == ARDOQ_SETTING_KIND_IDENTITY || setting->kind == ARDOQ_SETTING_KIND_PEM;
}

static ardoq_err_t assign_text(const ardoq_setting_t *setting, ardoq_config_t *config,
                               const char *value)
{
    const size_t size = strlen(value) + 1;
    if (size > setting->size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    const ardoq_err_t err = size > 1 ? check(setting->rule, value) : ARDOQ_OK;
    if (!err && config) {
        memcpy((char *)config + setting->offset, value, size);
    }
    return err;
}

static bool is_in_range(const ardoq_setting_t *setting, uint32_t number)
{
    switch (setting->offset) {
#define ARDOQ_SETTING_TEXT(member, size, key, default_value, rule)
#define ARDOQ_SETTING_NUMBER(member, min, max, key, default_value)                                 \
    case offsetof(ardoq_config_t, member):                                                         \
        return number >= (min) && number <= (max);
#define ARDOQ_SETTING_IDENTITY(field, size, key)
#define ARDOQ_SETTING_PEM(key, what)
#include "ardoq/settings.def"
#undef ARDOQ_SETTING_TEXT
#undef ARDOQ_SETTING_NUMBER
#undef ARDOQ_SETTING_IDENTITY
#undef ARDOQ_SETTING_PEM
    default:
        return false;
    }
}

static ardoq_err_t assign_number(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value)
{
    uint32_t number = 0;
    const char *c = value;
    for (; is_digit(*c); c++) {
        const uint32_t digit = (uint32_t)(*c - '0');
        if (number > (UINT32_MAX - digit) / 10) {
            return ARDOQ_ERR_SETTING_INVALID;
        }
        number = number * 10 + digit;
    }
    if (c == value || *c != '\0' || !is_in_range(setting, number)) {
        return ARDOQ_ERR_SETTING_INVALID;
    }
    if (config) {
        memcpy((char *)config + setting->offset, &number, sizeof number);
    }
    return ARDOQ_OK;
}

ardoq_err_t ardoq_setting_assign(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value)
{
    switch (setting->kind) {
    case ARDOQ_SETTING_KIND_NUMBER:
        return assign_number(setting, config, value);
    case ARDOQ_SETTING_KIND_IDENTITY:
        return assign_text(setting, NULL, value);
    case ARDOQ_SETTING_KIND_PEM:
        return check(setting->rule, value);
    case ARDOQ_SETTING_KIND_TEXT:
        break;
    }
    return assign_text(setting, config, value);
}

void ardoq_setting_text(const ardoq_setting_t *setting, const ardoq_config_t *config,
                        char buffer[ARDOQ_SETTING_TEXT_SIZE])
{
    const char *member = (const char *)config + setting->offset;
    buffer[0] = '\0';
    if (setting->kind == ARDOQ_SETTING_KIND_TEXT) {
        memcpy(buffer, member, setting->size);
    } else if (setting->kind == ARDOQ_SETTING_KIND_NUMBER) {
        uint32_t number;
        memcpy(&number, member, sizeof number);
        const ardoq_decimal_t decimal = ardoq_decimal(number);
        memcpy(buffer, decimal.digits, sizeof decimal.digits);
    }
}

void ardoq_setting_variable(const ardoq_setting_t *setting,
                            char variable[ARDOQ_SETTING_VARIABLE_SIZE])
{
    static const char prefix[] = "ARDOQ_API_";
    ardoq_text_t text;
    ardoq_text_init(&text, variable, ARDOQ_SETTING_VARIABLE_SIZE, ARDOQ_ERR_SETTING_TOO_LONG);
    if (stands_only_in_store(setting)) {
        return;
    }
    const bool is_of_guide = setting->offset <= offsetof(ardoq_config_t, token);
    ardoq_text_append(&text, prefix, is_of_guide ? sizeof prefix - 1 : sizeof "ARDOQ_" - 1);
    for (const char *c = setting->key; *c != '\0'; c++) {
        const char capital = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        ardoq_text_append(&text, &capital, 1);
    }
}

/* ---- Sources -------------------------------------------------------------------------------- */

ardoq_err_t ardoq_config_defaults(ardoq_config_t *config)
{
    /* One text, in the order of the table: a pointer to each would cost more than some defaults. */
    static const char defaults[] =
#define TEXT_OF(number)                                            #number
#define NUMBER_TEXT(number)                                        TEXT_OF(number)
#define ARDOQ_SETTING_TEXT(member, size, key, default_value, rule) default_value "\0"
#define ARDOQ_SETTING_NUMBER(member, min, max, key, default_value) NUMBER_TEXT(default_value) "\0"
#define ARDOQ_SETTING_IDENTITY(field, size, key)
#define ARDOQ_SETTING_PEM(key, what)
#include "ardoq/settings.def"
#undef ARDOQ_SETTING_TEXT
#undef ARDOQ_SETTING_NUMBER
#undef ARDOQ_SETTING_IDENTITY
#undef ARDOQ_SETTING_PEM
        ;
    const char *value = defaults;
    ardoq_err_t err = ARDOQ_OK;
    memset(config, 0, sizeof *config);
    for (size_t i = 0; !err && i < SETTINGS_COUNT; i++) {
        if (!stands_only_in_store(&settings[i])) {
            err = ardoq_setting_assign(&settings[i], config, value);
            config->failed_key = err ? settings[i].key : NULL;
            value += strlen(value) + 1;
        }
    }
    return err;
}

static ardoq_err_t load_from_store(const ardoq_setting_t *setting, ardoq_config_t *config)
{
    char value[ARDOQ_SETTING_TEXT_SIZE];
    ardoq_err_t err = ardoq_port_store_get(setting->key, value, sizeof value);
    if (!err) {
        err = ardoq_setting_assign(setting, config, value);
    }
    ardoq_wipe(value, sizeof value);
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

static ardoq_err_t load_setting(const ardoq_setting_t *setting, ardoq_config_t *config)
{
    const ardoq_err_t err = load_from_store(setting, config);
    char variable[ARDOQ_SETTING_VARIABLE_SIZE];
    ardoq_setting_variable(setting, variable);
    const char *value = ardoq_port_environment(variable);
    return !err && value ? ardoq_setting_assign(setting, config, value) : err;
}

ardoq_err_t ardoq_config_load(ardoq_config_t *config)
{
    ardoq_err_t err = ardoq_config_defaults(config);
    for (size_t i = 0; !err && i < SETTINGS_COUNT; i++) {
        if (!stands_only_in_store(&settings[i])) {
            err = load_setting(&settings[i], config);
            config->failed_key = err ? settings[i].key : NULL;
        }
    }
    if (err) {
        const char *failed_key = config->failed_key;
        ardoq_config_wipe(config);
        config->failed_key = failed_key;
    }
    return err;
}

ardoq_err_t ardoq_setting_stored(const ardoq_setting_t *setting,
                                 char value[ARDOQ_SETTING_TEXT_SIZE])
{
    ardoq_err_t err = ardoq_port_store_get(setting->key, value, ARDOQ_SETTING_TEXT_SIZE);
    err = err ? err : ardoq_setting_assign(setting, NULL, value);
    if (err) {
        value[0] = '\0';
    }
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

ardoq_err_t ardoq_config_load_identity(ardoq_identity_t *identity)
{
    ardoq_err_t err = ARDOQ_OK;
    for (size_t i = 0; !err && i < SETTINGS_COUNT; i++) {
        if (settings[i].kind == ARDOQ_SETTING_KIND_IDENTITY) {
            char value[ARDOQ_SETTING_TEXT_SIZE];
            err = ardoq_setting_stored(&settings[i], value);
            if (value[0] != '\0') {
                err = ardoq_identity_keep(identity, (ardoq_identity_field_t)settings[i].offset,
                                          value);
            }
        }
    }
    return err;
}

static ardoq_err_t check_value(const ardoq_setting_t *setting, const ardoq_config_t *config)
{
    const char *member = (const char *)config + setting->offset;
    if (setting->kind == ARDOQ_SETTING_KIND_TEXT) {
        return assign_text(setting, NULL, member);
    }
    uint32_t number;
    memcpy(&number, member, sizeof number);
    return is_in_range(setting, number) ? ARDOQ_OK : ARDOQ_ERR_SETTING_INVALID;
}

static ardoq_err_t check_rules(ardoq_config_t *config)
{
    ardoq_err_t err = ARDOQ_OK;
    for (size_t i = 0; !err && i < SETTINGS_COUNT; i++) {
        if (!stands_only_in_store(&settings[i])) {
            err = check_value(&settings[i], config);
            config->failed_key = settings[i].key;
        }
    }
    return err;
}

ardoq_err_t ardoq_config_check(ardoq_config_t *config, ardoq_http_origin_t *origin)
{
    ardoq_err_t err = check_rules(config);
    if (!err) {
        config->failed_key = "host";
        err = ardoq_http_origin_parse(config->host, strlen(config->host), origin);
    }
    if (!err && config->token[0] == '\0') {
        config->failed_key = "token";
        err = ARDOQ_ERR_TOKEN_MISSING;
    }
    if (!err && config->org_label[0] == '\0' && ardoq_http_origin_first_label_is(origin, "app")) {
        config->failed_key = "org_label";
        err = ARDOQ_ERR_ORG_LABEL_REQUIRED;
    }
    if (!err) {
        config->failed_key = NULL;
    }
    return err;
}

void ardoq_config_wipe(ardoq_config_t *config)
{
    ardoq_wipe(config, sizeof *config);
}
