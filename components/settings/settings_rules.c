#include <string.h>

#include "settings_internal.h"

/* ---- Characters ----------------------------------------------------------------------------- */

/* Each character is in one class or, like blanks, control characters and non-ASCII, in none. */
enum {
    DIGIT = 1,
    HEX_LETTER = 2,
    LETTER = 4,
    NAME_MARK = 8,    /* _ and - */
    BASE64_MARK = 16, /* + and / */
    TOKEN_MARK = 32,  /* . and ~ */
    MARK = 64,        /* any other visible character */
    HEX = DIGIT | HEX_LETTER,
    API_NAME = HEX | LETTER | NAME_MARK,
    BASE64 = HEX | LETTER | BASE64_MARK,
    TOKEN = API_NAME | BASE64_MARK | TOKEN_MARK,
    VISIBLE = TOKEN | MARK,
};

static unsigned class_of(char c)
{
    const unsigned char byte = (unsigned char)c;
    const unsigned char small = byte | 0x20;
    if (byte >= '0' && byte <= '9') {
        return DIGIT;
    }
    if (small >= 'a' && small <= 'z') {
        return small <= 'f' ? HEX_LETTER : LETTER;
    }
    if (byte == '_' || byte == '-') {
        return NAME_MARK;
    }
    if (byte == '+' || byte == '/') {
        return BASE64_MARK;
    }
    if (byte == '.' || byte == '~') {
        return TOKEN_MARK;
    }
    return byte > ' ' && byte < 0x7f ? MARK : 0;
}

/* Number of leading characters of these classes. */
static size_t span(const char *text, unsigned classes)
{
    size_t length = 0;
    while (class_of(text[length]) & classes) {
        length++;
    }
    return length;
}

size_t ardoq_api_name_span(const char *text)
{
    return span(text, API_NAME);
}

/* ---- Rules for values that are not empty ------------------------------------------ */

/* The rest of the value is literal text. */
static bool is_name_template(const char *value)
{
    ardoq_template_piece_t piece;
    while (ardoq_template_next(&value, &piece)) {
        const bool is_closed = value[-1] == '}';
        if (piece.is_field &&
            (!is_closed || ardoq_identity_find(piece.text, piece.size) == ARDOQ_IDENTITY_COUNT)) {
            return false;
        }
    }
    return true;
}

/* Whether no entry of the list collides with this one. */
static bool is_unique(const ardoq_field_t *field, const char *others, const char *end)
{
    ardoq_field_t other;
    while (ardoq_field_next_before(&others, end, &other)) {
        if (other.source == field->source || strcmp(other.target, field->target) == 0) {
            return false;
        }
    }
    return true;
}

/* Ardoq looks up the serial number, and can only do so in a Text field. */
static bool is_type_of_source(const ardoq_field_t *field)
{
#if ARDOQ_MODEL
    return field->source != ARDOQ_IDENTITY_serial || field->type == ARDOQ_TYPE_TEXT;
#else
    (void)field;
    return true;
#endif
}

bool ardoq_fields_are_valid(const char *fields, size_t size)
{
    const char *const end = fields + size;
    ardoq_field_t field;
    while (ardoq_field_next_before(&fields, end, &field)) {
        if (field.target[ardoq_api_name_span(field.target)] != '\0' || !is_type_of_source(&field) ||
            !is_unique(&field, fields, end)) {
            return false;
        }
    }
    return fields == end;
}

static bool lists_last_seen(const char *fields, size_t size)
{
    const char *const end = fields + size;
    ardoq_field_t field = {.source = ARDOQ_IDENTITY_COUNT};
    while (field.source != ARDOQ_IDENTITY_last_seen &&
           ardoq_field_next_before(&fields, end, &field)) {
    }
    return field.source == ARDOQ_IDENTITY_last_seen;
}

/* A token as in RFC 6750, 2.1, with optional padding at the end. */
static bool is_token(const char *value, size_t size)
{
    size_t length = span(value, TOKEN);
    if (length == 0) {
        return false;
    }
    while (length < size && value[length] == '=') {
        length++;
    }
    return length == size;
}

static bool follows(uint8_t rule, const char *value, size_t size)
{
    switch (rule) {
    case ARDOQ_RULE_host:
        return ardoq_http_origin_parse(value, size, NULL) == ARDOQ_OK;
    case ARDOQ_RULE_token:
        return is_token(value, size);
    case ARDOQ_RULE_org_label:
        return span(value, VISIBLE) == size;
    case ARDOQ_RULE_workspace:
        return size == 24 && span(value, HEX) == size;
    case ARDOQ_RULE_component_type:
        return size > 1 && value[0] == 'p' && 1 + span(value + 1, DIGIT) == size;
    case ARDOQ_RULE_name_template:
        return is_name_template(value);
    case ARDOQ_RULE_fields:
        return ardoq_fields_are_valid(value, size);
    case ARDOQ_RULE_pin: /* Base64 of 32 bytes: 43 digits and one padding character (RFC 4648, 4) */
        return ARDOQ_PINS && size == 44 && span(value, BASE64) == 43 && value[43] == '=';
    default:
        return true;
    }
}

static const int16_t refusals[] = {
    [ARDOQ_RULE_host] = ARDOQ_ERR_HOST_INVALID,
    [ARDOQ_RULE_token] = ARDOQ_ERR_TOKEN_INVALID,
    [ARDOQ_RULE_org_label] = ARDOQ_ERR_ORG_LABEL_INVALID,
    [ARDOQ_RULE_workspace] = ARDOQ_ERR_WORKSPACE_INVALID,
    [ARDOQ_RULE_component_type] = ARDOQ_ERR_COMPONENT_TYPE_INVALID,
    [ARDOQ_RULE_name_template] = ARDOQ_ERR_SETTING_INVALID,
    [ARDOQ_RULE_fields] = ARDOQ_ERR_FIELDS_INVALID,
    [ARDOQ_RULE_pin] = ARDOQ_PINS ? ARDOQ_ERR_PIN_INVALID : ARDOQ_ERR_LEFT_OUT,
    [ARDOQ_RULE_identity] = ARDOQ_ERR_TEXT_INVALID,
};

/* ---- Values --------------------------------------------------------------------------------- */

static const struct {
    uint32_t min;
    uint32_t max;
} ranges[] = {
#define ARDOQ_SETTING_NUMBER(member, least, most, name, default_value)                             \
    {.min = (least), .max = (most)},
#include "ardoq/settings.def"
};

#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value)                                \
    _Static_assert((max) < UINT32_MAX / 10, "one digit too many is noticed");
#include "ardoq/settings.def"

bool ardoq_number_is_in_range(const ardoq_setting_t *setting, uint32_t number)
{
    return number >= ranges[setting->rule].min && number <= ranges[setting->rule].max;
}

static ardoq_err_t assign_number(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value, size_t size)
{
    uint32_t number = 0;
    const char *const end = value + size;
    for (; class_of(*value) == DIGIT && number <= UINT32_MAX / 10 - 1; value++) {
        number = number * 10 + (uint32_t)(*value - '0');
    }
    if (size == 0 || value != end || !ardoq_number_is_in_range(setting, number)) {
        return ARDOQ_ERR_SETTING_INVALID;
    }
    if (config) {
        memcpy((char *)config + setting->offset, &number, sizeof number);
    }
    return ARDOQ_OK;
}

ardoq_err_t ardoq_setting_check(const ardoq_setting_t *setting, const char *value, size_t size)
{
    const ardoq_err_t err = ardoq_value_check(value, size, setting->name);
    if (err == ARDOQ_ERR_VALUE_WRAPPED) {
        return err;
    }
    if (size >= setting->size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    if (!ARDOQ_LAST_SEEN && setting->rule == ARDOQ_RULE_fields && lists_last_seen(value, size)) {
        return ARDOQ_ERR_LEFT_OUT;
    }
    return size == 0 || (!err && follows(setting->rule, value, size))
               ? ARDOQ_OK
               : (ardoq_err_t)refusals[setting->rule];
}

ardoq_err_t ardoq_setting_assign_value(const ardoq_setting_t *setting, ardoq_config_t *config,
                                       const char *value)
{
    if (!value) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    size_t size;
    value = ardoq_value_trim(value, &size);
    if (setting->kind == ARDOQ_SETTING_KIND_NUMBER) {
        return assign_number(setting, config, value, size);
    }
    const ardoq_err_t err = ardoq_setting_check(setting, value, size);
    if (!err && config && setting->kind == ARDOQ_SETTING_KIND_TEXT) {
        char *member = (char *)config + setting->offset;
        memcpy(member, value, size);
        member[size] = '\0';
    }
    return err;
}
