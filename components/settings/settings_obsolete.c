/*
 * The settings `key_...` of early versions, one for each entry that `fields` has now. This file can
 * go when no device that has them is left. Until then none may be ignored: a device that fell back
 * to another custom field for its serial number would become a second component.
 */
#include <string.h>

#include "ardoq/text.h"
#include "settings_internal.h"

static const char prefix[] = "key_";

bool ardoq_setting_is_obsolete(const char *name)
{
    return strncmp(name, prefix, sizeof prefix - 1) == 0;
}

#if ARDOQ_OBSOLETE_SETTINGS

/* In the order of their sources. */
static const char names[] = "key_serial\0"
                            "key_mac\0"
                            "key_model\0"
                            "key_hw_rev\0"
                            "key_chip\0"
                            "key_chip_rev\0"
                            "key_fw_name\0"
                            "key_fw_version\0"
                            "key_fw_hash\0"
                            "key_sdk_version\0"
                            "key_flash_size\0"
                            "key_secure_boot\0"
                            "key_flash_enc\0"
                            "key_host_name\0"
                            "key_ip_address\0"
                            "key_last_seen\0";

static void remove_entry(char *fields, unsigned source)
{
    ardoq_field_t field;
    const char *at = fields;
    const char *next = fields;
    while (ardoq_field_next(&next, &field)) {
        if (field.source == source) {
            memmove(fields + (at - fields), next, strlen(next) + 1);
            return;
        }
        at = next;
    }
}

/* Renames the entry of a source, or removes it; false if the result does not fit. */
static bool change_entry(char fields[ARDOQ_FIELDS_SIZE], unsigned source, const char *target)
{
    remove_entry(fields, source);
    if (target[0] == '\0') {
        return true;
    }
    const size_t length = strlen(fields);
    ardoq_text_t text;
    ardoq_text_init(&text, fields + length, ARDOQ_FIELDS_SIZE - length, ARDOQ_ERR_SETTING_OBSOLETE);
    ardoq_text_append_string(&text, " ");
    ardoq_text_append_string(&text, ardoq_identity_name((ardoq_identity_field_t)source));
    ardoq_text_append_string(&text, "=");
    ardoq_text_append_string(&text, target);
    return !text.err && target[ardoq_api_name_span(target)] == '\0';
}

/* The name in the list above, and the number of its source; null if it is none of them. */
static const char *find_obsolete(const char *key, unsigned *source)
{
    const char *name = names;
    for (*source = 0; name[0] != '\0' && strcmp(name, key) != 0; (*source)++) {
        name += strlen(name) + 1;
    }
    return name[0] != '\0' ? name : NULL;
}

ardoq_err_t ardoq_obsolete_take(ardoq_config_t *config, const char *key, const char *value,
                                const char **found)
{
    unsigned source;
    const char *name = find_obsolete(key, &source);
    if (!name) {
        return ARDOQ_OK;
    }
    *found = name;
    return value && change_entry(config->fields, source, value) ? ARDOQ_OK
                                                                : ARDOQ_ERR_SETTING_OBSOLETE;
}

#else

ardoq_err_t ardoq_obsolete_take(ardoq_config_t *config, const char *key, const char *value,
                                const char **found)
{
    (void)config;
    (void)value;
    if (!ardoq_setting_is_obsolete(key)) {
        return ARDOQ_OK;
    }
    *found = "key_...";
    return ARDOQ_ERR_SETTING_OBSOLETE;
}

#endif
