/**
 * @file
 * The configuration of a client: what it is made of and where it comes from.
 *
 * Three sources, later ones win: the defaults of Kconfig, the store (NVS, a file), and the
 * environment where the platform has one. Every setting stands in settings.def.
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

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The configuration. NUL-terminated texts; "" is unset. It must outlive the client that is opened
 * with it, and holds the token: ardoq_config_wipe() it when done.
 */
typedef struct {
/** @cond private */
#define ARDOQ_SETTING_TEXT(member, size, key, default_value, rule) char member[size];
#define ARDOQ_SETTING_NUMBER(member, min, max, key, default_value) uint32_t member;
#define ARDOQ_SETTING_IDENTITY(field, size, key)
#define ARDOQ_SETTING_PEM(key, what)
#include "ardoq/settings.def"
#undef ARDOQ_SETTING_TEXT
#undef ARDOQ_SETTING_NUMBER
#undef ARDOQ_SETTING_IDENTITY
#undef ARDOQ_SETTING_PEM
    /** @endcond */

    /** Root certificates as PEM, one or more behind each other, borrowed. When set, neither the
     * store's nor the platform's roots are used. */
    const char *ca_pem;
    /** Client certificate and its key as PEM, borrowed. When set, the store's are not used. */
    const char *certificate_pem;
    const char *key_pem; /**< of the client certificate */

    /** Name of the setting that the last failed load or check is about, else null. */
    const char *failed_key;
} ardoq_config_t;

/**
 * Fills @p config from all sources; the PEM pointers become null.
 * @return ARDOQ_OK; an error of ardoq_port_store_get(); an error of ardoq_setting_assign(), with
 *         @p config->failed_key naming the setting. After a failure the configuration is wiped.
 */
ardoq_err_t ardoq_config_load(ardoq_config_t *config);

/** Fills @p config with the defaults of Kconfig alone. Errors as ardoq_setting_assign(). */
ardoq_err_t ardoq_config_defaults(ardoq_config_t *config);

/**
 * Checks everything that is needed to talk to Ardoq, before anything is sent.
 * @param[in,out] config  only failed_key is changed
 * @param[out] origin     host and port, set on success
 * @return ARDOQ_OK; ARDOQ_ERR_HOST_INVALID; ARDOQ_ERR_TOKEN_MISSING; ARDOQ_ERR_ORG_LABEL_REQUIRED
 *         when the host's first label is `app` (Ardoq's guide 'Making a request'); the error of the
 *         first setting whose value its rule refuses.
 */
ardoq_err_t ardoq_config_check(ardoq_config_t *config, ardoq_http_origin_t *origin);

/**
 * Puts what the store holds of the device itself, such as its serial number, over what is known of
 * it. A value that is not set, or empty, changes nothing.
 * @param identity  changed as far as it went, also after a failure
 * @return as ardoq_setting_stored().
 */
ardoq_err_t ardoq_config_load_identity(ardoq_identity_t *identity);

/** Overwrites the configuration with zeros, the token with it. */
void ardoq_config_wipe(ardoq_config_t *config);

/* ---- Single settings ------------------------------------------------------------------------ */

/** Kind of a setting. */
typedef enum {
    ARDOQ_SETTING_KIND_TEXT,
    ARDOQ_SETTING_KIND_NUMBER,   /**< decimal digits */
    ARDOQ_SETTING_KIND_IDENTITY, /**< of ardoq_identity_t; stands only in the store */
    ARDOQ_SETTING_KIND_PEM,      /**< stands only in the store */
} ardoq_setting_kind_t;

/** Description of a setting. */
typedef struct {
    const char *key; /**< name in the store and on a command line */
    uint16_t offset; /**< in ardoq_config_t; of an identity the number of its field; 0 for PEM */
    uint16_t size;   /**< of a text, with its NUL */
    uint8_t kind;    /**< an ardoq_setting_kind_t */
    uint8_t rule;    /**< what a value that is not empty must look like; private to settings.c */
    bool secret;     /**< never shown */
} ardoq_setting_t;

/** Setting number @p index in the order of settings.def; null past the last. */
const ardoq_setting_t *ardoq_setting_at(size_t index);

/** Finds a setting by its key; null if there is none. */
const ardoq_setting_t *ardoq_setting_find(const char *key);

/**
 * Checks a value and puts it into the configuration. Settings that stand only in the store are only
 * checked: PEM for its BEGIN and END lines.
 * @param setting  row of the table
 * @param config   null to check only; changed only on success
 * @param value    NUL-terminated; "" unsets a text
 * @return ARDOQ_OK; ARDOQ_ERR_SETTING_TOO_LONG; ARDOQ_ERR_SETTING_INVALID; for some settings an
 *         error of their own: ARDOQ_ERR_HOST_INVALID, ARDOQ_ERR_TOKEN_INVALID,
 *         ARDOQ_ERR_ORG_LABEL_INVALID, ARDOQ_ERR_WORKSPACE_INVALID,
 *         ARDOQ_ERR_COMPONENT_TYPE_INVALID, ARDOQ_ERR_PIN_INVALID.
 */
ardoq_err_t ardoq_setting_assign(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value);

/** Room for the name of any setting's variable. */
#define ARDOQ_SETTING_VARIABLE_SIZE 26

/**
 * Name of the environment's variable that overrides a setting: ARDOQ_ and the key in capitals.
 * Those of host and token are what Ardoq's guide calls them, ARDOQ_API_HOST and ARDOQ_API_TOKEN.
 * @param setting        a row of settings.def
 * @param[out] variable  "" for a setting that stands only in the store
 */
void ardoq_setting_variable(const ardoq_setting_t *setting,
                            char variable[ARDOQ_SETTING_VARIABLE_SIZE]);

/** Room for the text of any setting that stands in ardoq_config_t. */
#define ARDOQ_SETTING_TEXT_SIZE (ARDOQ_TOKEN_SIZE > 144 ? ARDOQ_TOKEN_SIZE : 144)

/**
 * Text of a setting that stands in ardoq_config_t, a number in decimal.
 * @param setting  row of the table
 * @param config   where the value is read
 * @param buffer   ARDOQ_SETTING_TEXT_SIZE bytes; "" for a setting that stands only in the store
 */
void ardoq_setting_text(const ardoq_setting_t *setting, const ardoq_config_t *config,
                        char buffer[ARDOQ_SETTING_TEXT_SIZE]);

/**
 * Reads a setting of ARDOQ_SETTING_KIND_IDENTITY from the store, where others may have written it.
 * @param setting     row of the table
 * @param[out] value  "" if it is not set, and after a failure
 * @return ARDOQ_OK; an error of ardoq_port_store_get() or ardoq_setting_assign().
 */
ardoq_err_t ardoq_setting_stored(const ardoq_setting_t *setting,
                                 char value[ARDOQ_SETTING_TEXT_SIZE]);

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

#ifdef __cplusplus
}
#endif

#endif
