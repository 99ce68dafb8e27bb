/**
 * @file
 * Whether the parent and the relations of a model can be reported: looks up what they name, without
 * changing anything. Needs CONFIG_ARDOQ_MODEL.
 */
#ifndef ARDOQ_MODEL_CHECK_H
#define ARDOQ_MODEL_CHECK_H

#include <stdbool.h>

#include "ardoq/context.h"
#include "ardoq/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Result for the parent, or for an entry of `relations`. */
typedef struct {
    unsigned number;         /**< index of the entry; ARDOQ_RELATIONS_MAX: the parent */
    ardoq_relation_t entry;  /**< as in the setting */
    ardoq_err_t err;         /**< see ardoq_model_check(); ARDOQ_OK: it can be reported */
    bool is_of_request;      /**< the error is from a request, and the client has details */
    bool is_empty;           /**< a field in it is empty, so the relation does not exist */
    bool is_missing;         /**< without an error: the component does not exist. It is left out, or
                                  will be created */
    char reference_type[64]; /**< name of the reference type; "" if unknown; may be cut */
    char component_type[64]; /**< the same for a component to create if missing */
    char what[ARDOQ_TARGET_VALUE_SIZE]; /**< what the error is about; without an error the id, name
                                             or value that was looked up */
} ardoq_relation_check_t;

/** Called with a result, which is valid until it returns. Must not call the client. */
typedef void (*ardoq_on_relation_t)(void *context, const ardoq_relation_check_t *relation);

/** Memory of a check; private. */
typedef struct {
    /** @cond private */
    ardoq_relation_check_t relation;
    ardoq_context_t context;
    ardoq_report_t report;
    ardoq_context_kind_t kind;
    char *name; /* if not null, receives the name of what was found */
    bool is_found;
    /** @endcond */
} ardoq_model_check_t;

/**
 * Checks the parent and each entry of `relations`, and waits for the answers: one or two requests
 * for the parent, two or three for an entry.
 *
 * Errors passed to on_relation: ARDOQ_ERR_REFERENCE_TYPE_UNKNOWN if the device's workspace has no
 * such reference type; ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN and ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN if the
 * target's workspace has no such component type or custom field; ARDOQ_ERR_TARGET_MISSING;
 * ARDOQ_ERR_TARGET_AMBIGUOUS; an error of a text, such as ARDOQ_ERR_NAME_TOO_LONG; an error of
 * ardoq_context_each() or ardoq_request(), where ARDOQ_ERR_NOT_FOUND means that the workspace is
 * not visible to the account. An error that is not of ARDOQ_CLASS_CONFIGURATION ends the check.
 * @param client       opened client
 * @param identity     of the device
 * @param model        its parent and relations are checked
 * @param check        the caller's memory, for this call
 * @param on_relation  called with each result, the parent first
 * @param context      passed to on_relation
 * @return ARDOQ_OK, whatever was found; ARDOQ_ERR_INVALID_ARGUMENT; ARDOQ_ERR_BUSY; an error of
 *         ardoq_model_compose(), with the setting in ardoq_detail().
 */
ardoq_err_t ardoq_model_check(ardoq_client_t *client, const ardoq_identity_t *identity,
                              ardoq_model_t *model, ardoq_model_check_t *check,
                              ardoq_on_relation_t on_relation, void *context);

#ifdef __cplusplus
}
#endif

#endif
