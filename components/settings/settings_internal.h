/* Shared by the files of this layer. */
#ifndef ARDOQ_SETTINGS_INTERNAL_H
#define ARDOQ_SETTINGS_INTERNAL_H

#include "ardoq/port.h"
#include "ardoq/settings.h"
#include "ardoq/value.h"

/* One rule for each setting; settings.def names them. */
enum {
    ARDOQ_RULE_host,
    ARDOQ_RULE_token,
    ARDOQ_RULE_org_label,
    ARDOQ_RULE_workspace,
    ARDOQ_RULE_component_type,
    ARDOQ_RULE_name_template,
    ARDOQ_RULE_fields,
    ARDOQ_RULE_pin,
    ARDOQ_RULE_identity,
    ARDOQ_RULE_parent,
    ARDOQ_RULE_relations,
    ARDOQ_RULE_keep_name,
};

/* One range for each number, in the order of settings.def. */
enum {
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) ARDOQ_RANGE_##member,
#include "ardoq/settings.def"
};

/* ---- The table ------------------------------------------------------------------------------ */

/* All settings but PEM: those of ardoq_config_t first. */
extern const ardoq_setting_t ardoq_settings[];

/* ardoq_setting_find() and ardoq_setting_assign() for them alone; a value that is null did not fit.
 */
const ardoq_setting_t *ardoq_setting_find_value(const char *name);
ardoq_err_t ardoq_setting_assign_value(const ardoq_setting_t *setting, ardoq_config_t *config,
                                       const char *value);

/* Checks a setting's text, which must already be trimmed. */
ardoq_err_t ardoq_setting_check(const ardoq_setting_t *setting, const char *value, size_t size);

/* Whether this build cannot use this certificate or key. It must not be ignored silently: the
 * device would trust more than its settings allow. */
bool ardoq_pem_is_left_out(const char *name);

/* ---- Rules ---------------------------------------------------------------------------------- */

/* Whether a number is in the range of its setting. */
bool ardoq_number_is_in_range(const ardoq_setting_t *setting, uint32_t number);

/* Number of leading characters that are allowed in the API name of a custom field. */
size_t ardoq_api_name_span(const char *text);

/* ardoq_field_next() in a list that ends at @p end or, if that is null, at its NUL. */
bool ardoq_field_next_before(const char **fields, const char *list_end, ardoq_field_t *field);

/* Whether every entry of the list is well-formed, with no source and no target twice. */
bool ardoq_fields_are_valid(const char *fields, size_t size);

/* Checks a setting of ARDOQ_SETTING_KIND_MODEL, and its default in Kconfig. */
ardoq_err_t ardoq_model_setting_check(const ardoq_setting_t *setting, const char *value);
const char *ardoq_model_setting_default(const ardoq_setting_t *setting);

/* ---- Loading -------------------------------------------------------------------------------- */

/* True for a setting that has a member of ardoq_config_t. */
bool ardoq_setting_is_of_config(const ardoq_setting_t *setting);

/* ardoq_port_store_each() for values of up to ARDOQ_SETTING_TEXT_SIZE, which are wiped from the
 * stack. */
ardoq_err_t ardoq_settings_each(ardoq_port_store_value_t on_value, void *context);

/* Passes the setting's name to a caller that asked for it. */
void ardoq_name_setting(const char **setting, const char *name);

/* ---- Obsolete settings ---------------------------------------------------------------------- */

/*
 * Handles a value of the store whose key is not a setting: one of an earlier version changes the
 * list of fields, any other is ignored. found: becomes the name of an obsolete setting, static text
 * ARDOQ_OK or ARDOQ_ERR_SETTING_OBSOLETE
 */
ardoq_err_t ardoq_obsolete_take(ardoq_config_t *config, const char *key, const char *value,
                                const char **found);

#endif
