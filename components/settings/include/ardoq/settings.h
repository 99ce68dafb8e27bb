/**
 * @file
 * The configuration of a client: what it is made of and where it comes from.
 *
 * Later sources win: the defaults of Kconfig, then the store (NVS, a file, and the environment
 * where the platform has one). Every setting stands in settings.def.
 */
#ifndef ARDOQ_SETTINGS_H
#define ARDOQ_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"
#include "ardoq/http_url.h"
#include "ardoq/identity.h"
#include "ardoq/text.h"
#include "ardoq/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The configuration. NUL-terminated texts; "" is unset. It must outlive the client that is opened
 * with it, and holds the token: ardoq_config_wipe() it when done.
 */
typedef struct {
/** @cond private */
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) char member[size];
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) uint32_t member;
#include "ardoq/settings.def"
    /** @endcond */

    /** Root certificates as PEM, one or more after each other, borrowed. When set, neither the
     * store's nor the platform's roots are used. */
    const char *ca_pem;
    /** Client certificate and its key as PEM, borrowed. When set, the store's are not used. */
    const char *certificate_pem;
    const char *key_pem; /**< of the client certificate */
} ardoq_config_t;

/**
 * Fills @p config from all sources; the PEM pointers become null.
 * @param[out] config   wiped after a failure
 * @param[out] setting  the setting that an error is about, static text; null if it is about none.
 *                      May be null
 * @return ARDOQ_OK; an error of ardoq_port_store_each() or ardoq_setting_assign();
 *         ARDOQ_ERR_SETTING_OBSOLETE when the store holds a setting `key_...` of earlier versions
 *         that cannot become an entry of `fields`.
 */
ardoq_err_t ardoq_config_load(ardoq_config_t *config, const char **setting);

/** Fills @p config with the defaults of Kconfig alone; else as ardoq_config_load(). */
ardoq_err_t ardoq_config_defaults(ardoq_config_t *config, const char **setting);

/**
 * Checks everything that is needed to talk to Ardoq, before anything is sent.
 * @param config        the configuration
 * @param[out] origin   host and port, set on success
 * @param[out] setting  as of ardoq_config_load()
 * @return ARDOQ_OK; ARDOQ_ERR_HOST_INVALID; ARDOQ_ERR_TOKEN_MISSING when there is no client
 *         certificate either, in @p config or in the store; ARDOQ_ERR_ORG_LABEL_REQUIRED when the
 *         host's first label is `app` (Ardoq's guide 'Making a request'); the error of the first
 *         setting whose value its rule refuses.
 */
ardoq_err_t ardoq_config_check(const ardoq_config_t *config, ardoq_http_origin_t *origin,
                               const char **setting);

/** Overwrites the configuration with zeros, the token with it. */
void ardoq_config_wipe(ardoq_config_t *config);

/**
 * Fills in what the platform knows of the device, then what the settings say of it: `serial`,
 * `model` and `hw_revision`, unless they are empty. The program may then set any field.
 * @param[out] identity  zeroed first; filled as far as it went, also after a failure
 * @param[out] setting   as of ardoq_config_load()
 * @return ARDOQ_OK, ARDOQ_ERR_INVALID_ARGUMENT, ARDOQ_ERR_IDENTITY_FULL, or an error of
 *         ardoq_port_store_each() or ardoq_setting_assign().
 */
ardoq_err_t ardoq_identity_read(ardoq_identity_t *identity, const char **setting);

/* ---- Single settings ------------------------------------------------------------------------ */

/** Kind of a setting. */
typedef enum {
    ARDOQ_SETTING_KIND_TEXT,
    ARDOQ_SETTING_KIND_NUMBER,   /**< decimal digits */
    ARDOQ_SETTING_KIND_IDENTITY, /**< a field of ardoq_identity_t; no member of ardoq_config_t */
    ARDOQ_SETTING_KIND_PEM,      /**< stands only in the store */
    ARDOQ_SETTING_KIND_MODEL,    /**< what ardoq_model_compose() takes; no member either */
} ardoq_setting_kind_t;

/** Description of a setting. */
typedef struct {
    const char *name; /**< its key in the store, and what a command line calls it */
    uint16_t offset;  /**< in ardoq_config_t; of an identity the number of its field; 0 for PEM */
    uint16_t size;    /**< of a text, with its NUL */
    uint8_t kind;     /**< an ardoq_setting_kind_t */
    uint8_t rule;     /**< what a value that is not empty must look like; private */
    bool secret;      /**< never shown */
} ardoq_setting_t;

/** Setting number @p index in the order of settings.def; null past the last. */
const ardoq_setting_t *ardoq_setting_at(size_t index);

/** Finds a setting by its name; null if there is none. */
const ardoq_setting_t *ardoq_setting_find(const char *name);

/** Whether earlier versions had a setting of this name, which a store may still hold. */
bool ardoq_setting_is_obsolete(const char *name);

/**
 * Checks a value and puts it into the configuration. Settings without a member of ardoq_config_t
 * are only checked: PEM for its BEGIN and END lines.
 * @param setting  row of the table
 * @param config   null to check only; changed only on success
 * @param value    NUL-terminated; "" unsets a text
 * @return ARDOQ_OK; ARDOQ_ERR_SETTING_TOO_LONG; ARDOQ_ERR_SETTING_INVALID; for some settings an
 *         error of their own: ARDOQ_ERR_HOST_INVALID, ARDOQ_ERR_TOKEN_INVALID,
 *         ARDOQ_ERR_ORG_LABEL_INVALID, ARDOQ_ERR_WORKSPACE_INVALID,
 *         ARDOQ_ERR_COMPONENT_TYPE_INVALID, ARDOQ_ERR_FIELDS_INVALID, ARDOQ_ERR_PIN_INVALID,
 *         ARDOQ_ERR_RELATION_INVALID.
 */
ardoq_err_t ardoq_setting_assign(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value);

/** Room for the value of any setting but PEM. */
#define ARDOQ_SETTING_TEXT_SIZE                                                                    \
    (ARDOQ_TOKEN_SIZE > ARDOQ_FIELDS_SIZE ? ARDOQ_TOKEN_SIZE : ARDOQ_FIELDS_SIZE)

/** Room for the value of any setting of ARDOQ_SETTING_KIND_IDENTITY. */
#define ARDOQ_SETTING_IDENTITY_SIZE 64

/**
 * Text of a setting, a number in decimal.
 * @param setting      row of the table
 * @param config       where the value is read
 * @param[out] number  room for the text of a number
 * @return text inside @p config or @p number; "" for a setting that has no member
 */
const char *ardoq_setting_text(const ardoq_setting_t *setting, const ardoq_config_t *config,
                               ardoq_decimal_t *number);

/** Room for the value of any setting that ardoq_config_t has no member for, but PEM. */
#define ARDOQ_SETTING_STORED_SIZE (ARDOQ_MODEL ? ARDOQ_FIELDS_SIZE : ARDOQ_SETTING_IDENTITY_SIZE)

/**
 * Reads a setting of ARDOQ_SETTING_KIND_IDENTITY or ARDOQ_SETTING_KIND_MODEL from the store, where
 * others may have written it.
 * @param setting     row of the table
 * @param[out] value  Kconfig's if it is not set; "" if that has none, and after a failure
 * @return as ardoq_identity_read()
 */
ardoq_err_t ardoq_setting_stored(const ardoq_setting_t *setting,
                                 char value[ARDOQ_SETTING_STORED_SIZE]);

/* ---- Custom fields -------------------------------------------------------------------------- */

/** Room for the API name of a custom field, with its NUL. */
#define ARDOQ_FIELD_TARGET_SIZE 32

/** An entry of the setting `fields`. */
typedef struct {
    ardoq_identity_field_t source; /**< what is reported */
#if ARDOQ_MODEL
    ardoq_value_type_t type; /**< what the custom field takes */
#endif
    char target[ARDOQ_FIELD_TARGET_SIZE]; /**< API name of the custom field that receives it */
} ardoq_field_t;

#if ARDOQ_MODEL
/** What the setting `fields` calls a type, such as "number"; static text. Needs
 * CONFIG_ARDOQ_MODEL. */
const char *ardoq_value_type_name(ardoq_value_type_t type);
#endif

/**
 * Takes the next entry of a list of fields.
 * @param[in,out] fields  moved past the entry; at the end of the list if there is none
 * @param[out] field      what was taken
 * @return false at the end, and at an entry that is none: then @p fields points to it. The rule of
 *         the setting refuses such a list.
 */
bool ardoq_field_next(const char **fields, ardoq_field_t *field);

/**
 * Finds the entry of one source.
 * @param fields      list of fields
 * @param source      what is reported
 * @param[out] field  the entry
 * @return false if it is not listed
 */
bool ardoq_field_find(const char *fields, ardoq_identity_field_t source, ardoq_field_t *field);

/* ---- Display names -------------------------------------------------------------------------- */

/** A piece of a name template: literal text, or an identity field in braces. */
typedef struct {
    const char *text; /**< inside the template */
    size_t size;      /**< of it in bytes */
    bool is_field;    /**< @p text is the field's name, without braces */
} ardoq_template_piece_t;

/**
 * Takes the next piece of a template.
 * @param[in,out] template_text  moved past the piece
 * @param[out] piece             what was taken, inside the template
 * @return false at the end. An opening brace that is never closed makes the rest a field; the rule
 *         of the setting refuses it.
 */
bool ardoq_template_next(const char **template_text, ardoq_template_piece_t *piece);

/* ---- Relations ------------------------------------------------------------------------------ */

/** Characters of an id in Ardoq: hex digits. */
#define ARDOQ_ID_SIZE            24

/** Room for what finds a target in its workspace, with its NUL. */
#define ARDOQ_TARGET_VALUE_SIZE  160

/** Highest number of a reference type that is taken. */
#define ARDOQ_REFERENCE_TYPE_MAX 999999

/** Entries of the setting `relations`. */
#define ARDOQ_RELATIONS_MAX      16

/**
 * Another component, as the settings `parent` and `relations` write it:
 *
 *     ID                                 one that exists, 24 hex digits
 *     WORKSPACE/NAME                     one that exists, by its name
 *     WORKSPACE/FIELD=VALUE              one that exists, by the value of a custom field
 *     WORKSPACE+COMPONENT_TYPE/NAME      by its name, made if it is missing; devices share it
 *
 * Without WORKSPACE it is that of the device. NAME and VALUE are templates as `name_template` is;
 * where a field in them is empty, there is no such relation.
 */
typedef struct {
    const char *text;           /**< all of it, inside the setting */
    size_t size;                /**< of it in bytes */
    const char *id;             /**< ARDOQ_ID_SIZE characters; null: it is found by what follows */
    const char *workspace;      /**< ARDOQ_ID_SIZE characters; null: the device's own */
    const char *component_type; /**< null: it must exist */
    size_t component_type_size; /**< in bytes */
    const char *field;          /**< API name of a custom field; null: it is found by its name */
    size_t field_size;          /**< in bytes */
    const char *value;          /**< template of the name, or of the field's value */
    size_t value_size;          /**< in bytes, as many as `name_template` may have at most */
} ardoq_target_t;

/** An entry of the setting `relations`: a reference from the device to a target, `TYPE TARGET`,
 * with semicolons between the entries. After TYPE may stand `?`, `!` or both. */
typedef struct {
    uint32_t type;    /**< number of the reference type */
    bool is_optional; /**< `?`: the device is reported without it if the target is missing */
    bool is_only;     /**< `!`: other references of this type that the device has are deleted */
    ardoq_target_t target; /**< what it leads to */
} ardoq_relation_t;

/**
 * Reads the setting `parent`: a target, before it `?` if the device may be reported without it.
 * @param parent         NUL-terminated, trimmed
 * @param[out] relation  of no type, inside the text
 * @return false if it is no target
 */
bool ardoq_parent_parse(const char *parent, ardoq_relation_t *relation);

/**
 * Takes the next entry of `relations`.
 * @param[in,out] relations  moved past the entry; at the end of the list if there is none
 * @param[out] relation      what was taken, inside the list
 * @return false at the end, and at an entry that is none: then @p relations points to it. The rule
 *         of the setting refuses such a list.
 */
bool ardoq_relation_next(const char **relations, ardoq_relation_t *relation);

#ifdef __cplusplus
}
#endif

#endif
