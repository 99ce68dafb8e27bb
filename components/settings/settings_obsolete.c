/*
 * The settings `key_...` of early versions, one for each entry that `fields` has now. This file can
 * be removed when no device has them any more. Until then none may be ignored: a device that fell
 * back to another custom field for its serial number would become a second component.
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

/* The linker merges most of them with the ends of other field names. */
static const char *const obsolete[] = {
    [ARDOQ_IDENTITY_serial] = "key_serial",
    [ARDOQ_IDENTITY_mac] = "key_mac",
    [ARDOQ_IDENTITY_model] = "key_model",
    [ARDOQ_IDENTITY_hardware_revision] = "key_hw_rev",
    [ARDOQ_IDENTITY_chip] = "key_chip",
    [ARDOQ_IDENTITY_chip_revision] = "key_chip_rev",
    [ARDOQ_IDENTITY_firmware_name] = "key_fw_name",
    [ARDOQ_IDENTITY_firmware_version] = "key_fw_version",
    [ARDOQ_IDENTITY_firmware_hash] = "key_fw_hash",
    [ARDOQ_IDENTITY_sdk_version] = "key_sdk_version",
    [ARDOQ_IDENTITY_flash_size] = "key_flash_size",
    [ARDOQ_IDENTITY_secure_boot] = "key_secure_boot",
    [ARDOQ_IDENTITY_flash_encryption] = "key_flash_enc",
    [ARDOQ_IDENTITY_host_name] = "key_host_name",
    [ARDOQ_IDENTITY_ip_address] = "key_ip_address",
    [ARDOQ_IDENTITY_last_seen] = "key_last_seen",
};

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

#endif

ardoq_err_t ardoq_obsolete_take(ardoq_config_t *config, const char *key, const char *value,
                                const char **found)
{
#if ARDOQ_OBSOLETE_SETTINGS
    enum { COUNT = sizeof obsolete / sizeof obsolete[0] };

    unsigned source = 0;
    while (source < COUNT && strcmp(obsolete[source], key) != 0) {
        source++;
    }
    if (source == COUNT) {
        return ARDOQ_OK;
    }
    *found = obsolete[source];
    return value && change_entry(config->fields, source, value) ? ARDOQ_OK
                                                                : ARDOQ_ERR_SETTING_OBSOLETE;
#else
    (void)config;
    (void)value;
    if (!ardoq_setting_is_obsolete(key)) {
        return ARDOQ_OK;
    }
    *found = "key_...";
    return ARDOQ_ERR_SETTING_OBSOLETE;
#endif
}
