/**
 * @file
 * Whether the parent and the relations of a model can be reported: what they name is looked for,
 * and nothing is changed. Needs CONFIG_ARDOQ_MODEL.
 */
#ifndef ARDOQ_MODEL_CHECK_H
#define ARDOQ_MODEL_CHECK_H

#include <stdbool.h>

#include "ardoq/context.h"
#include "ardoq/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What was found of the parent, or of an entry of `relations`. */
typedef struct {
    unsigned number;         /**< of the entry, from 0; ARDOQ_RELATIONS_MAX: the parent */
    ardoq_relation_t entry;  /**< what the setting says */
    ardoq_err_t err;         /**< as ardoq_model_check() says; ARDOQ_OK: it can be reported */
    bool is_of_request;      /**< the error is that of a request, of which the client knows more */
    bool is_empty;           /**< a field in it is empty, so that there is no such relation */
    bool is_missing;         /**< without an error: the component does not exist. The device is
                                  reported without it, or it will be made */
    char reference_type[64]; /**< name of the reference type; "" if unknown; may be cut */
    char component_type[64]; /**< the same of what is made if it is missing */
    char what[ARDOQ_TARGET_VALUE_SIZE]; /**< what the error is about; without an error the id, name
                                             or value that finds the component */
} ardoq_relation_check_t;

/** Takes what was found of one of them; it must not call the client. Valid until it returns. */
typedef void (*ardoq_on_relation_t)(void *context, const ardoq_relation_check_t *relation);

/** Memory of a check; private. */
typedef struct {
    /** @cond private */
    ardoq_relation_check_t relation;
    ardoq_context_t context;
    ardoq_report_t report;
    ardoq_context_kind_t kind;
    char *name; /* null, or becomes that of what was found */
    bool is_found;
    /** @endcond */
} ardoq_model_check_t;

/**
 * Tries the parent and each entry of `relations`, and waits for the answers: one or two requests
 * for the parent, two or three for an entry.
 *
 * The errors that are told: ARDOQ_ERR_REFERENCE_TYPE_UNKNOWN, when the workspace of the device has
 * no such reference type; ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN and ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN, when
 * the workspace of the target has no such component type or custom field; ARDOQ_ERR_TARGET_MISSING;
 * ARDOQ_ERR_TARGET_AMBIGUOUS; an error of a text, such as ARDOQ_ERR_NAME_TOO_LONG; one of
 * ardoq_context_each() or ardoq_request(), where ARDOQ_ERR_NOT_FOUND says that the account sees no
 * such workspace. After one that is not of ARDOQ_CLASS_CONFIGURATION no other is tried.
 * @param client       opened client
 * @param identity     of the device
 * @param model        whose parent and relations are tried
 * @param check        the caller's memory, for this call
 * @param on_relation  takes what was found of each, the parent first
 * @param context      given to on_relation
 * @return ARDOQ_OK, whatever was found and told; ARDOQ_ERR_INVALID_ARGUMENT; ARDOQ_ERR_BUSY; an
 *         error of ardoq_model_compose(), with the setting in ardoq_detail().
 */
ardoq_err_t ardoq_model_check(ardoq_client_t *client, const ardoq_identity_t *identity,
                              ardoq_model_t *model, ardoq_model_check_t *check,
                              ardoq_on_relation_t on_relation, void *context);

#ifdef __cplusplus
}
#endif

#endif
