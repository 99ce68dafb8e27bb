#include "ardoq/model_check.h"

#include <string.h>

#include "client_private.h"
#include "model_private.h"

#if ARDOQ_MODEL

static void copy_what(ardoq_model_check_t *check, const char *text, size_t size)
{
    ardoq_text_t what;
    ardoq_text_init(&what, check->relation.what, sizeof check->relation.what,
                    ARDOQ_ERR_NAME_TOO_LONG);
    ardoq_text_append(&what, text, size);
}

/* ---- In the context of a workspace ---------------------------------------------------------- */

static ardoq_err_t look_at_entry(void *argument, ardoq_context_kind_t kind,
                                 const ardoq_context_entry_t *entry)
{
    ardoq_model_check_t *check = argument;
    ardoq_text_t name;
    if (kind != check->kind || strcmp(entry->id, check->relation.what) != 0) {
        return ARDOQ_OK;
    }
    check->is_found = true;
    if (check->name) {
        ardoq_text_init(&name, check->name, sizeof check->relation.reference_type,
                        ARDOQ_ERR_JSON_TRUNCATED);
        ardoq_text_append_string(&name, entry->name);
    }
    return ARDOQ_OK;
}

/* Looks for the id in relation.what. name: null, or receives the name of what was found; unknown:
 * the error if it is not found */
static ardoq_err_t look_into_context(ardoq_client_t *client, ardoq_model_check_t *check,
                                     const char *workspace, ardoq_context_kind_t kind, char *name,
                                     ardoq_err_t unknown)
{
    check->kind = kind;
    check->name = name;
    check->is_found = false;
    const ardoq_err_t err =
        ardoq_context_each(client, &check->context, workspace, look_at_entry, check);
    check->relation.is_of_request = err != ARDOQ_OK;
    return err || check->is_found ? err : unknown;
}

static ardoq_err_t check_reference_type(ardoq_client_t *client, ardoq_model_check_t *check)
{
    ardoq_relation_check_t *relation = &check->relation;
    ardoq_decimal_t room;
    const char *number = ardoq_decimal(relation->entry.type, &room);
    copy_what(check, number, strlen(number));
    return look_into_context(client, check, client->config->workspace, ARDOQ_CONTEXT_REFERENCE_TYPE,
                             relation->reference_type, ARDOQ_ERR_REFERENCE_TYPE_UNKNOWN);
}

/* Checks the component type or the custom field of the target, if there is one. */
static ardoq_err_t check_target_workspace(ardoq_client_t *client, ardoq_model_check_t *check)
{
    ardoq_relation_check_t *relation = &check->relation;
    const ardoq_target_t *target = &relation->entry.target;
    char workspace[ARDOQ_ID_SIZE + 1] = "";
    if (!target->component_type && !target->field) {
        return ARDOQ_OK;
    }
    if (target->workspace) {
        memcpy(workspace, target->workspace, ARDOQ_ID_SIZE);
    }
    const char *place = target->workspace ? workspace : client->config->workspace;
    ardoq_err_t err;
    if (target->component_type) {
        copy_what(check, target->component_type, target->component_type_size);
        err = look_into_context(client, check, place, ARDOQ_CONTEXT_TYPE, relation->component_type,
                                ARDOQ_ERR_COMPONENT_TYPE_UNKNOWN);
    } else {
        copy_what(check, target->field, target->field_size);
        err = look_into_context(client, check, place, ARDOQ_CONTEXT_FIELD, NULL,
                                ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN);
    }
    if (relation->is_of_request) {
        copy_what(check, place, strlen(place));
    }
    return err;
}

/* ---- The target ----------------------------------------------------------------------------- */

static ardoq_err_t check_target(ardoq_client_t *client, ardoq_model_t *model,
                                ardoq_model_check_t *check)
{
    ardoq_relation_check_t *relation = &check->relation;
    const ardoq_target_t *target = &relation->entry.target;
    ardoq_err_t err = ardoq_model_look_start(client, model, target);
    err = err ? err : ardoq_finish(client, NULL, NULL);
    err = ardoq_model_look_error(model, target, err);
    relation->is_missing = err == ARDOQ_ERR_TARGET_MISSING;
    relation->is_of_request =
        err && err != ARDOQ_ERR_TARGET_MISSING && err != ARDOQ_ERR_TARGET_AMBIGUOUS;
    if (relation->is_missing && (relation->entry.is_optional || target->component_type)) {
        return ARDOQ_OK;
    }
    return err;
}

static ardoq_err_t check_relation(ardoq_client_t *client, ardoq_model_t *model,
                                  ardoq_model_check_t *check)
{
    ardoq_relation_check_t *relation = &check->relation;
    const ardoq_target_t *target = &relation->entry.target;
    ardoq_err_t err = ARDOQ_OK;
    if (relation->number != ARDOQ_MODEL_PARENT) {
        err = check_reference_type(client, check);
    }
    if (err) {
        return err;
    }
    err = ardoq_model_expand(model, target, relation->what);
    relation->is_empty = !err && !target->id && relation->what[0] == '\0';
    if (err || relation->is_empty) {
        return err;
    }
    err = check_target_workspace(client, check);
    if (err) {
        return err;
    }
    if (target->id) {
        copy_what(check, target->id, ARDOQ_ID_SIZE);
    } else {
        (void)ardoq_model_expand(model, target, relation->what);
    }
    return check_target(client, model, check);
}

/* ---- The call ------------------------------------------------------------------------------- */

/* False if there is no such relation. */
static bool try_relation(ardoq_client_t *client, ardoq_model_t *model, ardoq_model_check_t *check,
                         unsigned number)
{
    memset(&check->relation, 0, sizeof check->relation);
    check->relation.number = number;
    if (!ardoq_model_relation(model, number, &check->relation.entry)) {
        return false;
    }
    check->relation.err = check_relation(client, model, check);
    return true;
}

ardoq_err_t ardoq_model_check(ardoq_client_t *client, const ardoq_identity_t *identity,
                              ardoq_model_t *model, ardoq_model_check_t *check,
                              ardoq_on_relation_t on_relation, void *context)
{
    if (!identity || !model || !on_relation) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = ardoq_call_begin(client, check);
    if (err) {
        return err;
    }
    memset(check, 0, sizeof *check);
    check->report.config = client->config;
    check->report.identity = identity;
    err = ardoq_model_compose(model, &check->report, &client->https.tls.detail.setting);
    if (err) {
        return err;
    }
    /* The parent, then the relations. */
    for (unsigned i = 0; i <= ARDOQ_RELATIONS_MAX &&
                         ardoq_err_class(check->relation.err) <= ARDOQ_CLASS_CONFIGURATION;
         i++) {
        if (try_relation(client, model, check, i == 0 ? ARDOQ_MODEL_PARENT : i - 1)) {
            on_relation(context, &check->relation);
        }
    }
    return ARDOQ_OK;
}

#endif
