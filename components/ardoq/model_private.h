/* What the two files of the model share. Private to them. */
#ifndef ARDOQ_MODEL_PRIVATE_H
#define ARDOQ_MODEL_PRIVATE_H

#include "ardoq/model.h"

/* Number of the parent among the relations, which it follows. */
enum { ARDOQ_MODEL_PARENT = ARDOQ_RELATIONS_MAX };

/* What a batch has. One has all, unless the server takes no upserts of components or references
 * beside updates and deletes of them. */
enum {
    ARDOQ_MODEL_WHOLE,
    ARDOQ_MODEL_SHARED,  /* only the components that are made if they are missing */
    ARDOQ_MODEL_DEVICE,  /* all but those, which are there now */
    ARDOQ_MODEL_DELETES, /* only the references that are stale */
};

/* Reads relation `number`; false past the last one, ARDOQ_MODEL_PARENT for no parent. */
bool ardoq_model_relation(const ardoq_model_t *model, unsigned number, ardoq_relation_t *relation);

/* Writes what finds a target, as text. "" where a field in it is empty, or it has an id. */
ardoq_err_t ardoq_model_expand(const ardoq_model_t *model, const ardoq_target_t *target,
                               char value[ARDOQ_TARGET_VALUE_SIZE]);

/* Whether it says nothing beside the identity. */
bool ardoq_model_is_empty(const ardoq_model_t *model);

/* Whether a relation is sent. */
bool ardoq_model_is_sent(const ardoq_model_t *model, unsigned number,
                         const ardoq_relation_t *relation);

/* Looks for a target, without a report: model->count is the number of components that fit, which
 * does not go beyond 2. @return as ardoq_request_start() */
ardoq_err_t ardoq_model_look_start(ardoq_client_t *client, ardoq_model_t *model,
                                   const ardoq_target_t *target);

/* What the result of such a look-up means: ARDOQ_OK for exactly one component;
 * ARDOQ_ERR_TARGET_MISSING; ARDOQ_ERR_TARGET_AMBIGUOUS; any other error as it is. */
ardoq_err_t ardoq_model_look_error(const ardoq_model_t *model, const ardoq_target_t *target,
                                   ardoq_err_t err);

#endif
