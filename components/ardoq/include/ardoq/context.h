/**
 * @file
 * The context of a workspace: its component types, its custom fields and its reference types. The
 * organisation may have more fields, which only need to be added to a component type.
 *
 * It is tens of KB in a real workspace, and no part of it has a bound, so it is read as it passes
 * and never kept.
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

/** What was read. */
typedef enum {
    ARDOQ_CONTEXT_TYPE_FIELD,     /**< one custom field of the component type that is being read */
    ARDOQ_CONTEXT_TYPE,           /**< a whole component type, behind all its fields */
    ARDOQ_CONTEXT_FIELD,          /**< a whole custom field */
    ARDOQ_CONTEXT_REFERENCE_TYPE, /**< a whole reference type */
} ardoq_context_kind_t;

/** What is known of it. Control characters in a text are spaces; "" was left out, or was too long
 * to be kept. */
typedef struct {
    char id[64];       /**< typeId of a component type, apiKey of a custom field, number of a
                            reference type in digits */
    char name[128];    /**< its name or label; may be cut */
    char type[32];     /**< of a custom field, such as "Text" */
    bool is_read_only; /**< a custom field that is read-only or calculated */
    char field[64];    /**< ARDOQ_CONTEXT_TYPE_FIELD: apiKey of the custom field */
} ardoq_context_entry_t;

/**
 * Takes one entry.
 * It must not call the client. Anything but ARDOQ_OK ends the reading with that error.
 * @param argument  given to ardoq_context_each()
 * @param kind      of the entry
 * @param entry     valid until the function returns; with ARDOQ_CONTEXT_TYPE_FIELD only @p field is
 */
typedef ardoq_err_t (*ardoq_on_entry_t)(void *argument, ardoq_context_kind_t kind,
                                        const ardoq_context_entry_t *entry);

/** Memory for reading a context; only the response is for reading. */
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
 * @param on_entry   takes each entry
 * @param argument   given to on_entry
 * @return ARDOQ_OK; ARDOQ_ERR_WORKSPACE_INVALID; an error of ardoq_request() (ARDOQ_ERR_NOT_FOUND
 *         when the account sees no such workspace), of ardoq_json_validator_feed() or of on_entry.
 */
ardoq_err_t ardoq_context_each(ardoq_client_t *client, ardoq_context_t *context,
                               const char *workspace, ardoq_on_entry_t on_entry, void *argument);

/** Begins ardoq_context_each() without waiting.
 * @return as ardoq_request_start(), or ARDOQ_ERR_WORKSPACE_INVALID. */
ardoq_err_t ardoq_context_start(ardoq_client_t *client, ardoq_context_t *context,
                                const char *workspace, ardoq_on_entry_t on_entry, void *argument);

/* ---- Whether it fits the configuration ------------------------------------------------------- */

/** What the context says of a configuration. Bit n of a set is that of source number n, see
 * ardoq_field_t. */
typedef struct {
    const ardoq_config_t *config; /**< the client's */
    bool has_type;                /**< the component type exists */
    uint32_t listed;              /**< fields of the component type that is being read */
    uint32_t of_type;             /**< fields of the configured component type */
    uint32_t known;               /**< fields that the workspace has */
    uint32_t fitting;             /**< fields that take what is sent */
    uint32_t read_only;           /**< fields that take nothing */
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

/** Begins ardoq_context_check() without waiting. @return as ardoq_context_start(). */
ardoq_err_t ardoq_context_check_start(ardoq_client_t *client, ardoq_context_t *context,
                                      ardoq_context_check_t *check);

/**
 * Whether the configured component type exists. Pure.
 * @return ARDOQ_OK, ARDOQ_ERR_COMPONENT_TYPE_INVALID when none is configured, or
 *         ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN.
 */
ardoq_err_t ardoq_context_type_error(const ardoq_context_check_t *check);

/**
 * Whether the custom field of a source can be reported. Pure. What belongs to a component type that
 * does not exist is not judged.
 * @param check   after ardoq_context_check()
 * @param source  see ardoq_field_t
 * @return ARDOQ_OK, also for one that is not listed; ARDOQ_ERR_SERIAL_FIELD_MISSING when it is the
 *         serial number; ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN, ..._READ_ONLY, ..._UNFIT or
 *         ..._NOT_OF_TYPE.
 */
ardoq_err_t ardoq_context_field_error(const ardoq_context_check_t *check,
                                      ardoq_identity_field_t source);

#if ARDOQ_MODEL
/**
 * What the setting `fields` can say of a custom field that does not fit. Pure. Needs
 * CONFIG_ARDOQ_MODEL.
 * @param check      after ardoq_context_check()
 * @param source     see ardoq_field_t
 * @param[out] type  that the custom field takes
 * @return false if there is none, or it is the serial number, which has no other than text
 */
bool ardoq_context_field_type(const ardoq_context_check_t *check, ardoq_identity_field_t source,
                              ardoq_value_type_t *type);
#endif

#ifdef __cplusplus
}
#endif

#endif
