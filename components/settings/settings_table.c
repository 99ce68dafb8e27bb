#include <string.h>

#include "settings_internal.h"

const ardoq_setting_t ardoq_settings[] = {
#define ARDOQ_SETTING_TEXT(member, bytes, row_name, default_value, rule_name)                      \
    {.name = (row_name),                                                                           \
     .offset = offsetof(ardoq_config_t, member),                                                   \
     .size = (bytes),                                                                              \
     .kind = ARDOQ_SETTING_KIND_TEXT,                                                              \
     .rule = ARDOQ_RULE_##rule_name,                                                               \
     .secret = offsetof(ardoq_config_t, member) == offsetof(ardoq_config_t, token)},
#define ARDOQ_SETTING_NUMBER(member, min, max, row_name, default_value)                            \
    {.name = (row_name),                                                                           \
     .offset = offsetof(ardoq_config_t, member),                                                   \
     .kind = ARDOQ_SETTING_KIND_NUMBER,                                                            \
     .rule = ARDOQ_RANGE_##member},
#define ARDOQ_SETTING_IDENTITY(field, bytes, row_name)                                             \
    {.name = (row_name),                                                                           \
     .offset = ARDOQ_IDENTITY_##field,                                                             \
     .size = (bytes),                                                                              \
     .kind = ARDOQ_SETTING_KIND_IDENTITY,                                                          \
     .rule = ARDOQ_RULE_identity},
#include "ardoq/settings.def"
};

/* Separate, because only a program that writes settings needs them. */
static const ardoq_setting_t others[] = {
#define ARDOQ_SETTING_PEM(row_name, what)                                                          \
    {.name = (row_name), .kind = ARDOQ_SETTING_KIND_PEM, .secret = true},
#define ARDOQ_SETTING_MODEL(row_name, default_value, rule_name)                                    \
    {.name = (row_name), .kind = ARDOQ_SETTING_KIND_MODEL, .rule = ARDOQ_RULE_##rule_name},
#include "ardoq/settings.def"
};

#define ARDOQ_SETTING_TEXT(member, bytes, name, default_value, rule)                               \
    _Static_assert((bytes) <= ARDOQ_SETTING_TEXT_SIZE, "there is room for every value");
#define ARDOQ_SETTING_IDENTITY(field, bytes, name)                                                 \
    _Static_assert((bytes) <= ARDOQ_SETTING_IDENTITY_SIZE, "there is room for every value");
#include "ardoq/settings.def"

enum {
    VALUES = sizeof ardoq_settings / sizeof ardoq_settings[0],
    PEMS = 4, /* the first of the others */
    OTHERS = sizeof others / sizeof others[0],
};

const ardoq_setting_t *ardoq_setting_at(size_t index)
{
    if (index < VALUES) {
        return &ardoq_settings[index];
    }
    return index - VALUES < OTHERS ? &others[index - VALUES] : NULL;
}

static const ardoq_setting_t *find_row(const ardoq_setting_t *row, size_t count, const char *name)
{
    while (count > 0 && strcmp(row->name, name) != 0) {
        row++;
        count--;
    }
    return count > 0 ? row : NULL;
}

const ardoq_setting_t *ardoq_setting_find_value(const char *name)
{
    return find_row(ardoq_settings, VALUES, name);
}

const ardoq_setting_t *ardoq_setting_find(const char *name)
{
    const ardoq_setting_t *setting = ardoq_setting_find_value(name);
    return setting ? setting : find_row(others, OTHERS, name);
}

bool ardoq_pem_is_left_out(const char *name)
{
    if (ARDOQ_STORE_PEM && ARDOQ_CLIENT_CERTIFICATE) {
        return false;
    }
    const size_t roots = ARDOQ_STORE_PEM ? 2 : 0; /* the first rows, if this build uses them */
    return find_row(others + roots, PEMS - roots, name) != NULL;
}

bool ardoq_setting_is_of_config(const ardoq_setting_t *setting)
{
    return setting->kind <= ARDOQ_SETTING_KIND_NUMBER;
}

const char *ardoq_setting_text(const ardoq_setting_t *setting, const ardoq_config_t *config,
                               ardoq_decimal_t *number)
{
    switch (setting->kind) {
    case ARDOQ_SETTING_KIND_TEXT:
        return (const char *)config + setting->offset;
    case ARDOQ_SETTING_KIND_NUMBER:
        return ardoq_decimal(*(const uint32_t *)((const char *)config + setting->offset), number);
    default:
        return "";
    }
}
