/**
 * @file
 * The context of a workspace: its component types, custom fields and reference types. The
 * organisation may have more custom fields; they only need to be added to a component type.
 *
 * It has tens of KB in a real workspace and no limit on any part, so it is read as it arrives and
 * never stored.
 */
#ifndef ARDOQ_CONTEXT_H
#define ARDOQ_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "ardoq/client.h"
#include "ardoq/json_scan.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Kind of an entry. */
typedef enum {
    ARDOQ_CONTEXT_TYPE_FIELD,     /**< one custom field of the component type being read */
    ARDOQ_CONTEXT_TYPE,           /**< a complete component type, after all its fields */
    ARDOQ_CONTEXT_FIELD,          /**< a complete custom field */
    ARDOQ_CONTEXT_REFERENCE_TYPE, /**< a complete reference type */
} ardoq_context_kind_t;

/** An entry. Control characters in texts are replaced by spaces; "" means missing or too long. */
typedef struct {
    char id[64];       /**< typeId of a component type, apiKey of a custom field, number of a
                            reference type in digits */
    char name[128];    /**< its name or label; may be cut */
    char type[32];     /**< of a custom field, such as "Text" */
    bool is_read_only; /**< a custom field that is read-only or calculated */
    char field[64];    /**< ARDOQ_CONTEXT_TYPE_FIELD: apiKey of the custom field */
} ardoq_context_entry_t;

/**
 * Called with one entry. Must not call the client. Anything other than ARDOQ_OK stops reading with
 * that error.
 * @param argument  passed to ardoq_context_each()
 * @param kind      of the entry
 * @param entry     valid until the function returns; with ARDOQ_CONTEXT_TYPE_FIELD only @p field is
 *                  set
 */
typedef ardoq_err_t (*ardoq_on_entry_t)(void *argument, ardoq_context_kind_t kind,
                                        const ardoq_context_entry_t *entry);

/** Memory for reading a context; only the response may be read. */
typedef struct {
    ardoq_response_t response; /**< of the request */
    /** @cond private */
    char path[sizeof "/api/v2/workspaces/0123456789abcdef01234567/context"];
    ardoq_client_t *client;
    ardoq_on_entry_t on_entry;
    void *argument;
    ardoq_json_scan_t scan;
    ardoq_context_entry_t entry;
    /** @endcond */
} ardoq_context_t;

/**
 * Reads the context of a workspace.
 * @param client     open, and not busy
 * @param context    the caller's memory, for this call
 * @param workspace  its id, 24 hex digits
 * @param on_entry   called for each entry
 * @param argument   passed to on_entry
 * @return ARDOQ_OK; ARDOQ_ERR_WORKSPACE_INVALID; an error of ardoq_request() (ARDOQ_ERR_NOT_FOUND
 *         if the workspace is not visible to the account), of ardoq_json_validator_feed() or of
 *         on_entry.
 */
ardoq_err_t ardoq_context_each(ardoq_client_t *client, ardoq_context_t *context,
                               const char *workspace, ardoq_on_entry_t on_entry, void *argument);

/** Starts ardoq_context_each() without waiting.
 * @return as ardoq_request_start(), or ARDOQ_ERR_WORKSPACE_INVALID. */
ardoq_err_t ardoq_context_start(ardoq_client_t *client, ardoq_context_t *context,
                                const char *workspace, ardoq_on_entry_t on_entry, void *argument);

/* ---- Comparison with the configuration ------------------------------------------------------- */

/**
 * The context compared with a configuration. Bit n of a set is source number n, see ardoq_field_t.
 */
typedef struct {
    const ardoq_config_t *config; /**< the client's */
    bool has_type;                /**< the component type exists */
    uint32_t listed;              /**< fields of the component type being read */
    uint32_t of_type;             /**< fields of the configured component type */
    uint32_t known;               /**< fields that the workspace has */
    uint32_t fitting;             /**< fields with a suitable type */
    uint32_t read_only;           /**< read-only or calculated fields */
    char type_name[64];           /**< of the configured component type; may be cut */
#if ARDOQ_MODEL
    /** @cond private */
    uint8_t types[ARDOQ_IDENTITY_COUNT];
    /** @endcond */
#endif
} ardoq_context_check_t;

/**
 * Compares the context of the configured workspace with the client's configuration.
 * @return as ardoq_context_each()
 */
ardoq_err_t ardoq_context_check(ardoq_client_t *client, ardoq_context_t *context,
                                ardoq_context_check_t *check);

/** Starts ardoq_context_check() without waiting. @return as ardoq_context_start(). */
ardoq_err_t ardoq_context_check_start(ardoq_client_t *client, ardoq_context_t *context,
                                      ardoq_context_check_t *check);

/**
 * Whether the configured component type exists. Pure.
 * @return ARDOQ_OK, ARDOQ_ERR_COMPONENT_TYPE_INVALID if none is configured, or
 *         ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN.
 */
ardoq_err_t ardoq_context_type_error(const ardoq_context_check_t *check);

/**
 * Whether the custom field of a source can be reported. Pure. If the component type does not exist,
 * whether it has the field is not checked.
 * @param check   after ardoq_context_check()
 * @param source  see ardoq_field_t
 * @return ARDOQ_OK, also if the source is not listed, or ARDOQ_ERR_SERIAL_FIELD_MISSING if that is
 *         the serial number; ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN, ..._READ_ONLY, ..._UNFIT or
 *         ..._NOT_OF_TYPE.
 */
ardoq_err_t ardoq_context_field_error(const ardoq_context_check_t *check,
                                      ardoq_identity_field_t source);

#if ARDOQ_MODEL
/**
 * The type to write in the setting `fields` for a custom field with the wrong type. Pure. Needs
 * CONFIG_ARDOQ_MODEL.
 * @param check      after ardoq_context_check()
 * @param source     see ardoq_field_t
 * @param[out] type  type of the custom field
 * @return false if there is none, or for the serial number, which must be text
 */
bool ardoq_context_field_type(const ardoq_context_check_t *check, ardoq_identity_field_t source,
                              ardoq_value_type_t *type);
#endif

#ifdef __cplusplus
}
#endif

#endif
