/**
 * @file
 * The configuration of a client and where it comes from.
 *
 * Later sources win: the defaults of Kconfig, then the store (NVS or a file), then the environment
 * if the platform has one. settings.def lists every setting.
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
 * The configuration. NUL-terminated texts; "" means unset. It must outlive the client that is
 * opened with it, and contains the token: ardoq_config_wipe() it when done.
 */
typedef struct {
/** @cond private */
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) char member[size];
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) uint32_t member;
#include "ardoq/settings.def"
    /** @endcond */

    /**
     * One or more root certificates as PEM, borrowed. If set, neither the store's nor the
     * platform's roots are used.
     */
    const char *ca_pem;
    /** Client certificate and its key as PEM, borrowed. If set, the store's are not used. */
    const char *certificate_pem;
    const char *key_pem; /**< of the client certificate */
} ardoq_config_t;

/**
 * Fills @p config from all sources; the PEM pointers become null.
 * @param[out] config   wiped after a failure
 * @param[out] setting  the setting that an error is about, static text; null if there is none. May
 *                      be null
 * @return ARDOQ_OK; an error of ardoq_port_store_each() or ardoq_setting_assign();
 *         ARDOQ_ERR_SETTING_OBSOLETE if the store has a setting `key_...` of earlier versions that
 *         cannot be converted to an entry of `fields`.
 */
ardoq_err_t ardoq_config_load(ardoq_config_t *config, const char **setting);

/** Fills @p config with only the defaults of Kconfig; otherwise as ardoq_config_load(). */
ardoq_err_t ardoq_config_defaults(ardoq_config_t *config, const char **setting);

/**
 * Checks everything that is needed to talk to Ardoq. Sends nothing.
 * @param config        the configuration
 * @param[out] origin   host and port, set on success
 * @param[out] setting  as of ardoq_config_load()
 * @return ARDOQ_OK; ARDOQ_ERR_HOST_INVALID; ARDOQ_ERR_TOKEN_MISSING if there is no client
 *         certificate either, in @p config or in the store; ARDOQ_ERR_ORG_LABEL_REQUIRED if the
 *         host's first label is `app` (Ardoq's guide 'Making a request'); the error of the first
 *         setting with an invalid value.
 */
ardoq_err_t ardoq_config_check(const ardoq_config_t *config, ardoq_http_origin_t *origin,
                               const char **setting);

/** Overwrites the configuration, including the token, with zeros. */
void ardoq_config_wipe(ardoq_config_t *config);

/**
 * Fills in what the platform knows about the device, then the settings `serial`, `model` and
 * `hw_revision`, unless they are empty. The program may then set any field.
 * @param[out] identity  zeroed first; partly filled after a failure
 * @param[out] setting   as of ardoq_config_load()
 * @return ARDOQ_OK, ARDOQ_ERR_INVALID_ARGUMENT, ARDOQ_ERR_IDENTITY_FULL, or an error of
 *         ardoq_port_store_each() or ardoq_setting_assign().
 */
ardoq_err_t ardoq_identity_read(ardoq_identity_t *identity, const char **setting);

/* ---- Single settings ------------------------------------------------------------------------ */

/** Kind of a setting. */
typedef enum {
    ARDOQ_SETTING_KIND_TEXT,
    ARDOQ_SETTING_KIND_NUMBER,   /**< decimal number */
    ARDOQ_SETTING_KIND_IDENTITY, /**< a field of ardoq_identity_t; no member of ardoq_config_t */
    ARDOQ_SETTING_KIND_PEM,      /**< only in the store */
    ARDOQ_SETTING_KIND_MODEL,    /**< for ardoq_model_compose(); no member either */
} ardoq_setting_kind_t;

/** Description of a setting. */
typedef struct {
    const char *name; /**< its key in the store and on a command line */
    uint16_t offset;  /**< in ardoq_config_t; for IDENTITY the number of its field; 0 for PEM */
    uint16_t size;    /**< of a text, with its NUL */
    uint8_t kind;     /**< an ardoq_setting_kind_t */
    uint8_t rule;     /**< check of a value that is not empty; private */
    bool secret;      /**< never shown */
} ardoq_setting_t;

/** Setting number @p index, in the order of settings.def; null past the last. */
const ardoq_setting_t *ardoq_setting_at(size_t index);

/** Finds a setting by its name; null if there is none. */
const ardoq_setting_t *ardoq_setting_find(const char *name);

/** Whether earlier versions had a setting of this name, which may still be in a store. */
bool ardoq_setting_is_obsolete(const char *name);

/**
 * Checks a value and puts it into the configuration. Settings without a member in ardoq_config_t
 * are only checked: PEM for its BEGIN and END lines.
 * @param setting  row of the table
 * @param config   null to check only; changed only on success
 * @param value    NUL-terminated; "" unsets a text
 * @return ARDOQ_OK; ARDOQ_ERR_SETTING_TOO_LONG; ARDOQ_ERR_SETTING_INVALID; for some settings a
 *         specific error: ARDOQ_ERR_HOST_INVALID, ARDOQ_ERR_TOKEN_INVALID,
 *         ARDOQ_ERR_ORG_LABEL_INVALID, ARDOQ_ERR_WORKSPACE_INVALID,
 *         ARDOQ_ERR_COMPONENT_TYPE_INVALID, ARDOQ_ERR_FIELDS_INVALID, ARDOQ_ERR_PIN_INVALID,
 *         ARDOQ_ERR_RELATION_INVALID.
 */
ardoq_err_t ardoq_setting_assign(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value);

/** Size of the value of any setting except PEM. */
#define ARDOQ_SETTING_TEXT_SIZE                                                                    \
    (ARDOQ_TOKEN_SIZE > ARDOQ_FIELDS_SIZE ? ARDOQ_TOKEN_SIZE : ARDOQ_FIELDS_SIZE)

/** Size of the value of any setting of ARDOQ_SETTING_KIND_IDENTITY. */
#define ARDOQ_SETTING_IDENTITY_SIZE 64

/**
 * Text of a setting, a number in decimal.
 * @param setting      row of the table
 * @param config       where the value is read
 * @param[out] number  buffer for the text of a number
 * @return text inside @p config or @p number; "" for a setting without a member
 */
const char *ardoq_setting_text(const ardoq_setting_t *setting, const ardoq_config_t *config,
                               ardoq_decimal_t *number);

/** Size of the value of any setting without a member in ardoq_config_t, except PEM. */
#define ARDOQ_SETTING_STORED_SIZE (ARDOQ_MODEL ? ARDOQ_FIELDS_SIZE : ARDOQ_SETTING_IDENTITY_SIZE)

/**
 * Reads and checks a setting of ARDOQ_SETTING_KIND_IDENTITY or ARDOQ_SETTING_KIND_MODEL from the
 * store.
 * @param setting     row of the table
 * @param[out] value  Kconfig's default if it is not set; "" if there is none, and after a failure
 * @return as ardoq_identity_read()
 */
ardoq_err_t ardoq_setting_stored(const ardoq_setting_t *setting,
                                 char value[ARDOQ_SETTING_STORED_SIZE]);

/* ---- Custom fields -------------------------------------------------------------------------- */

/** Size of the API name of a custom field, with its NUL. */
#define ARDOQ_FIELD_TARGET_SIZE 32

/** An entry of the setting `fields`. */
typedef struct {
    ardoq_identity_field_t source; /**< what is reported */
#if ARDOQ_MODEL
    ardoq_value_type_t type; /**< type of the custom field */
#endif
    char target[ARDOQ_FIELD_TARGET_SIZE]; /**< API name of the custom field that receives it */
} ardoq_field_t;

#if ARDOQ_MODEL
/**
 * Name of a type in the setting `fields`, such as "number"; static text. Needs CONFIG_ARDOQ_MODEL.
 */
const char *ardoq_value_type_name(ardoq_value_type_t type);
#endif

/**
 * Returns the next entry of a list of fields.
 * @param[in,out] fields  moved past the entry; to the end of the list if there is none
 * @param[out] field      the entry
 * @return false at the end, or at a malformed entry; then @p fields points to it. The setting's
 *         check rejects such a list.
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
 * Returns the next piece of a template.
 * @param[in,out] template_text  moved past the piece
 * @param[out] piece             inside the template
 * @return false at the end. If an opening brace is never closed, the rest is a field; the setting's
 *         check rejects it.
 */
bool ardoq_template_next(const char **template_text, ardoq_template_piece_t *piece);

/* ---- Relations ------------------------------------------------------------------------------ */

/** Length of an id in Ardoq: hex digits. */
#define ARDOQ_ID_SIZE            24

/** Size of the value that identifies a target in its workspace, with its NUL. */
#define ARDOQ_TARGET_VALUE_SIZE  160

/** Highest number accepted for a reference type. */
#define ARDOQ_REFERENCE_TYPE_MAX 999999

/** The most entries in the setting `relations`. */
#define ARDOQ_RELATIONS_MAX      16

/**
 * Another component, as written in the settings `parent` and `relations`:
 *
 *     ID                                 one that exists, 24 hex digits
 *     WORKSPACE/NAME                     one that exists, by its name
 *     WORKSPACE/FIELD=VALUE              one that exists, by the value of a custom field
 *     WORKSPACE+COMPONENT_TYPE/NAME      by its name, created if missing; devices share it
 *
 * WORKSPACE defaults to the device's. NAME and VALUE are templates like `name_template`; if a field
 * in them is empty, the relation does not exist.
 */
typedef struct {
    const char *text;           /**< all of it, inside the setting */
    size_t size;                /**< of it in bytes */
    const char *id;             /**< ARDOQ_ID_SIZE characters; null: found by the members below */
    const char *workspace;      /**< ARDOQ_ID_SIZE characters; null: the device's own */
    const char *component_type; /**< null: it must exist */
    size_t component_type_size; /**< in bytes */
    const char *field;          /**< API name of a custom field; null: found by its name */
    size_t field_size;          /**< in bytes */
    const char *value;          /**< template of the name, or of the field's value */
    size_t value_size;          /**< in bytes, at most as many as in `name_template` */
} ardoq_target_t;

/**
 * An entry of the setting `relations`: a reference from the device to a target, `TYPE TARGET`;
 * entries are separated by semicolons. TYPE may be followed by `?`, `!` or both.
 */
typedef struct {
    uint32_t type;    /**< number of the reference type */
    bool is_optional; /**< `?`: left out of the report if the target is missing */
    bool is_only;     /**< `!`: other references of this type that the device has are deleted */
    ardoq_target_t target; /**< the other component */
} ardoq_relation_t;

/**
 * Reads the setting `parent`: a target, with `?` before it if it may be left out.
 * @param parent         NUL-terminated, trimmed
 * @param[out] relation  without a type, inside the text
 * @return false if it is not a target
 */
bool ardoq_parent_parse(const char *parent, ardoq_relation_t *relation);

/**
 * Returns the next entry of `relations`.
 * @param[in,out] relations  moved past the entry; to the end of the list if there is none
 * @param[out] relation      the entry, inside the list
 * @return false at the end, or at a malformed entry; then @p relations points to it. The setting's
 *         check rejects such a list.
 */
bool ardoq_relation_next(const char **relations, ardoq_relation_t *relation);

#ifdef __cplusplus
}
#endif

#endif
