/* Shared by the files of the model, and private to them. */
#ifndef ARDOQ_MODEL_PRIVATE_H
#define ARDOQ_MODEL_PRIVATE_H

#include "ardoq/model.h"

/* Index of the parent, after the relations. */
enum { ARDOQ_MODEL_PARENT = ARDOQ_RELATIONS_MAX };

/* Content of a batch. One has everything, unless the server does not accept upserts of components
 * or references together with updates and deletes of them. */
enum {
    ARDOQ_MODEL_WHOLE,
    ARDOQ_MODEL_SHARED,  /* only the components that are created if missing */
    ARDOQ_MODEL_DEVICE,  /* everything except those, which exist now */
    ARDOQ_MODEL_DELETES, /* only the stale references to delete */
};

/* Reads relation `number`; false past the last one, ARDOQ_MODEL_PARENT for no parent. */
bool ardoq_model_relation(const ardoq_model_t *model, unsigned number, ardoq_relation_t *relation);

/* Writes the text by which a target is found; "" if a field in it is empty, or it has an id. */
ardoq_err_t ardoq_model_expand(const ardoq_model_t *model, const ardoq_target_t *target,
                               char value[ARDOQ_TARGET_VALUE_SIZE]);

/* Whether it adds nothing to the identity. */
bool ardoq_model_is_empty(const ardoq_model_t *model);

/* Whether a relation is sent. */
bool ardoq_model_is_sent(const ardoq_model_t *model, unsigned number,
                         const ardoq_relation_t *relation);

/* Looks up a target, without a report: model->count becomes the number of matching components, at
 * most 2. @return as ardoq_request_start() */
ardoq_err_t ardoq_model_look_start(ardoq_client_t *client, ardoq_model_t *model,
                                   const ardoq_target_t *target);

/* The result of such a lookup: ARDOQ_OK for exactly one component; ARDOQ_ERR_TARGET_MISSING;
 * ARDOQ_ERR_TARGET_AMBIGUOUS; any other error unchanged. */
ardoq_err_t ardoq_model_look_error(const ardoq_model_t *model, const ardoq_target_t *target,
                                   ardoq_err_t err);

#endif
