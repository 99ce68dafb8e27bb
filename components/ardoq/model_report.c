/* The requests of a report with a model, one after the other. */
#include <string.h>

#include "ardoq/model.h"
#include "ardoq/text.h"
#include "batch.h"
#include "client_private.h"
#include "model_private.h"

#if ARDOQ_MODEL

enum {
    LOOK_FOR_DEVICE, /* finds the device's component */
    LOOK_FOR_TARGET, /* finds the target of a relation with `!` */
    LIST_REFERENCES, /* of its type, to find stale ones */
    SEND,
    LOOK_BEFORE_SPLIT, /* finds out whether the device exists */
    EXPLAIN,           /* finds the missing target */
    EXPLAIN_CONFLICT,  /* finds out whether several components have the serial number */
    LOOK_ONLY,         /* without a report */
};

static ardoq_err_t end_model_request(ardoq_client_t *client, void *context, ardoq_err_t err);

/* ---- Lookups --------------------------------------------------------------------------------- */

/* Depth of a member in {"values":[{"_id":...}]}. */
enum { IN_VALUE = 3 };

static void take_id(ardoq_model_t *model, char id[ARDOQ_ID_SIZE + 1])
{
    const ardoq_json_scan_t *scan = &model->results.scan;
    ardoq_json_document_t *document = model->results.document;
    id[0] = '\0';
    if (scan->length > 0 &&
        (ardoq_json_parse_valid(document, scan->text, scan->length) ||
         ardoq_json_string(document, ARDOQ_JSON_ROOT, "", id, ARDOQ_ID_SIZE + 1))) {
        id[0] = '\0';
    }
}

static void take_element_value(ardoq_model_t *model)
{
    const ardoq_json_scan_t *scan = &model->results.scan;
    if (scan->depth == IN_VALUE && ardoq_json_scan_is_at(scan, IN_VALUE, "_id")) {
        take_id(model, model->element_id);
    } else if (scan->depth == IN_VALUE && ardoq_json_scan_is_at(scan, IN_VALUE, "target")) {
        take_id(model, model->element_target);
    }
}

static void take_element(ardoq_model_t *model)
{
    const ardoq_json_scan_t *scan = &model->results.scan;
    if (scan->depth != IN_VALUE || !ardoq_json_scan_is_at(scan, 1, "values") ||
        !ardoq_json_scan_is_at(scan, 2, "")) {
        return;
    }
    if (model->phase != LIST_REFERENCES) {
        model->count = model->count < 2 ? (uint8_t)(model->count + 1) : model->count;
        memcpy(model->target_id, model->element_id, sizeof model->target_id);
    } else if (model->element_id[0] != '\0' && model->stale < ARDOQ_STALE_REFERENCES &&
               strcmp(model->element_target, model->target_id) != 0) {
        memcpy(model->stale_ids[model->stale++], model->element_id, sizeof model->element_id);
    }
    model->element_id[0] = model->element_target[0] = '\0';
}

static ardoq_err_t on_look_up_body(void *context, const char *data, size_t size)
{
    ardoq_model_t *model = context;
    ardoq_err_t err = ARDOQ_OK;
    while (!err && size > 0) {
        size_t consumed = 0;
        ardoq_json_scan_event_t event = ARDOQ_JSON_SCAN_MORE;
        err = ardoq_json_scan_feed(&model->results.scan, data, size, &consumed, &event);
        if (event == ARDOQ_JSON_SCAN_VALUE) {
            take_element_value(model);
        } else if (event == ARDOQ_JSON_SCAN_END) {
            take_element(model);
        }
        data += consumed;
        size -= consumed;
    }
    return err;
}

static ardoq_err_t start_look_up(ardoq_client_t *client, ardoq_model_t *model, uint8_t phase,
                                 const char *path, size_t query_count)
{
    const ardoq_request_t request = {.method = "GET",
                                     .path = path,
                                     .query = model->query,
                                     .query_count = query_count,
                                     .on_body = on_look_up_body,
                                     .context = model};
    model->phase = phase;
    model->count = 0;
    model->target_id[0] = model->element_id[0] = model->element_target[0] = '\0';
    ardoq_json_scan_init(&model->results.scan);
    return ardoq_call_start_checked(client, &request, &model->report->response, end_model_request);
}

static ardoq_err_t look_for(ardoq_client_t *client, ardoq_model_t *model, uint8_t phase,
                            const char *key)
{
    model->query[0] = (ardoq_query_t){"rootWorkspace", model->workspace};
    model->query[1] = (ardoq_query_t){key, model->value};
    return start_look_up(client, model, phase, "/api/v2/components", 2);
}

static void name_field(ardoq_model_t *model, const char *field, size_t size)
{
    ardoq_text_t text;
    ardoq_text_init(&text, model->field, sizeof model->field, ARDOQ_ERR_RELATION_INVALID);
    ardoq_text_append_string(&text, "customFields.");
    ardoq_text_append(&text, field, size);
}

static ardoq_err_t look_for_device(ardoq_client_t *client, ardoq_model_t *model, uint8_t phase)
{
    const ardoq_report_t *report = model->report;
    ardoq_field_t field = {.target = ""};
    ardoq_text_t text;
    size_t size;
    const char *serial =
        ardoq_value_trim(ardoq_identity_get(report->identity, ARDOQ_IDENTITY_serial), &size);
    (void)ardoq_field_find(report->config->fields, ARDOQ_IDENTITY_serial, &field);
    memcpy(model->workspace, report->config->workspace, sizeof model->workspace);
    name_field(model, field.target, strlen(field.target));
    ardoq_text_init(&text, model->value, sizeof model->value, ARDOQ_ERR_NAME_TOO_LONG);
    ardoq_text_append(&text, serial, size);
    return text.err ? text.err : look_for(client, model, phase, model->field);
}

static ardoq_err_t look_for_target(ardoq_client_t *client, ardoq_model_t *model, uint8_t phase,
                                   const ardoq_target_t *target)
{
    const ardoq_err_t err = ardoq_model_expand(model, target, model->value);
    if (err) {
        return err;
    }
    memcpy(model->workspace,
           target->workspace ? target->workspace : model->report->config->workspace, ARDOQ_ID_SIZE);
    model->workspace[ARDOQ_ID_SIZE] = '\0';
    if (!target->field) {
        return look_for(client, model, phase, "name");
    }
    name_field(model, target->field, target->field_size);
    return look_for(client, model, phase, model->field);
}

static ardoq_err_t look_for_id(ardoq_client_t *client, ardoq_model_t *model, uint8_t phase,
                               const char *id)
{
    ardoq_text_t text;
    ardoq_text_init(&text, model->path, sizeof model->path, ARDOQ_ERR_RELATION_INVALID);
    ardoq_text_append_string(&text, "/api/v2/components/");
    ardoq_text_append(&text, id, ARDOQ_ID_SIZE);
    return start_look_up(client, model, phase, model->path, 0);
}

ardoq_err_t ardoq_model_look_start(ardoq_client_t *client, ardoq_model_t *model,
                                   const ardoq_target_t *target)
{
    const ardoq_err_t err = ardoq_call_begin(client, model);
    if (err) {
        return err;
    }
    model->results.document = &client->json;
    return target->id ? look_for_id(client, model, LOOK_ONLY, target->id)
                      : look_for_target(client, model, LOOK_ONLY, target);
}

ardoq_err_t ardoq_model_look_error(const ardoq_model_t *model, const ardoq_target_t *target,
                                   ardoq_err_t err)
{
    if (err == ARDOQ_ERR_NOT_FOUND || (!err && !target->id && model->count == 0)) {
        return ARDOQ_ERR_TARGET_MISSING;
    }
    return !err && model->count > 1 ? ARDOQ_ERR_TARGET_AMBIGUOUS : err;
}

/* ---- The batch ------------------------------------------------------------------------------ */

/* Takes the component with the serial number, or the only one if the answer has no serial
 * numbers. */
static ardoq_err_t take_model_result(void *context, const ardoq_batch_result_t *result)
{
    ardoq_model_t *model = context;
    ardoq_report_t *report = model->report;
    size_t size;
    const char *serial =
        ardoq_value_trim(ardoq_identity_get(report->identity, ARDOQ_IDENTITY_serial), &size);
    if (result->is_reference || result->outcome == ARDOQ_REPORT_NONE || result->id[0] == '\0' ||
        model->is_confirmed) {
        return ARDOQ_OK;
    }
    model->count = model->count < 2 ? (uint8_t)(model->count + 1) : model->count;
    model->is_confirmed =
        strlen(result->serial) == size && memcmp(result->serial, serial, size) == 0;
    report->outcome = result->outcome;
    memcpy(report->component_id, result->id, sizeof report->component_id);
    return ARDOQ_OK;
}

static ardoq_err_t on_batch_body(void *context, const char *data, size_t size)
{
    return ardoq_batch_results_feed(&((ardoq_model_t *)context)->results, data, size);
}

static ardoq_err_t send_part(ardoq_client_t *client, ardoq_model_t *model, uint8_t body)
{
    const ardoq_request_t request = {.method = "POST",
                                     .path = ARDOQ_REPORT_PATH,
                                     .write_body = ardoq_model_write_body,
                                     .on_body = on_batch_body,
                                     .context = model};
    model->phase = SEND;
    model->body = body;
    model->count = 0;
    model->is_confirmed = false;
    ardoq_batch_results_init(&model->results, &client->json, model->report->config,
                             take_model_result, model);
    return ardoq_call_start(client, &request, &model->report->response, end_model_request);
}

static bool has_shared(const ardoq_model_t *model)
{
    ardoq_relation_t relation;
    unsigned number = 0;
    while (number <= ARDOQ_MODEL_PARENT &&
           !(ardoq_model_relation(model, number, &relation) && relation.target.component_type &&
             ardoq_model_is_sent(model, number, &relation))) {
        number++;
    }
    return number <= ARDOQ_MODEL_PARENT;
}

static ardoq_err_t send_batch(ardoq_client_t *client, ardoq_model_t *model)
{
    const bool is_shared_first = model->is_split && model->is_update && has_shared(model);
    return send_part(client, model, is_shared_first ? ARDOQ_MODEL_SHARED : ARDOQ_MODEL_WHOLE);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Ends with an error and its subject in the message. */
static ardoq_err_t end_with(ardoq_client_t *client, ardoq_model_t *model, ardoq_err_t err,
                            const char *message)
{
    model->is_split = false;
    ardoq_text_t text;
    ardoq_text_init(&text, client->message, sizeof client->message, ARDOQ_ERR_JSON_TRUNCATED);
    ardoq_text_append_string(&text, message);
    ardoq_text_blank_controls(client->message);
    client->last.status = model->status;
    client->last.message = client->message;
    *client->response = client->last;
    return err;
}

/* ---- Stale references ------------------------------------------------------------------------ */

static bool needs_references(const ardoq_model_t *model, unsigned number,
                             const ardoq_relation_t *relation)
{
    return relation->is_only && ardoq_model_is_sent(model, number, relation);
}

static ardoq_err_t list_references(ardoq_client_t *client, ardoq_model_t *model,
                                   const ardoq_relation_t *relation)
{
    char target[ARDOQ_ID_SIZE + 1]; /* the next lookup overwrites it */
    memcpy(target, model->target_id, sizeof target);
    model->query[0] = (ardoq_query_t){"source", model->device_id};
    model->query[1] = (ardoq_query_t){"type", ardoq_decimal(relation->type, &model->type)};
    const ardoq_err_t err = start_look_up(client, model, LIST_REFERENCES, "/api/v2/references", 2);
    memcpy(model->target_id, target, sizeof target);
    return err;
}

/* Continues with the next relation with `!`; after the last one, with the batch. */
static ardoq_err_t look_at_references(ardoq_client_t *client, ardoq_model_t *model)
{
    ardoq_relation_t relation;
    while (ardoq_model_relation(model, model->entry, &relation) &&
           model->entry < ARDOQ_MODEL_PARENT) {
        if (needs_references(model, model->entry, &relation)) {
            if (!relation.target.id) {
                return look_for_target(client, model, LOOK_FOR_TARGET, &relation.target);
            }
            memcpy(model->target_id, relation.target.id, ARDOQ_ID_SIZE);
            return list_references(client, model, &relation);
        }
        model->entry++;
    }
    return send_batch(client, model);
}

static ardoq_err_t end_device(ardoq_client_t *client, ardoq_model_t *model)
{
    if (model->count > 1) {
        model->status = client->last.status;
        return end_with(client, model, ARDOQ_ERR_SERIAL_AMBIGUOUS, model->value);
    }
    memcpy(model->device_id, model->target_id, sizeof model->device_id);
    return model->count == 0 ? send_batch(client, model) : look_at_references(client, model);
}

/* If a required target is missing, the batch will be rejected and the error explained then. */
static ardoq_err_t end_target(ardoq_client_t *client, ardoq_model_t *model)
{
    ardoq_relation_t relation;
    (void)ardoq_model_relation(model, model->entry, &relation);
    if (model->count == 1 || (model->count == 0 && relation.target.component_type)) {
        return list_references(client, model, &relation);
    }
    model->entry++;
    return look_at_references(client, model);
}

/* ---- Rejected batches ------------------------------------------------------------------------ */

/* Errors of a batch that the server understood but will not carry out. */
static bool is_refusal(ardoq_err_t err)
{
    return err == ARDOQ_ERR_BAD_REQUEST || err == ARDOQ_ERR_NOT_FOUND ||
           err == ARDOQ_ERR_CONFLICT || err == ARDOQ_ERR_UNPROCESSABLE;
}

static void remember_refusal(ardoq_client_t *client, ardoq_model_t *model, ardoq_err_t err)
{
    model->refusal = err;
    model->status = client->last.status;
    memcpy(model->message, client->message, sizeof model->message);
    model->entry = 0;
    model->is_changed = false;
}

/* Looks up the next target that must exist; after the last one, sends the batch without the missing
 * ones. */
static ardoq_err_t explain(ardoq_client_t *client, ardoq_model_t *model)
{
    ardoq_relation_t relation;
    for (; model->entry <= ARDOQ_MODEL_PARENT; model->entry++) {
        if (ardoq_model_relation(model, model->entry, &relation) &&
            !relation.target.component_type &&
            ardoq_model_is_sent(model, model->entry, &relation)) {
            return relation.target.id ? look_for_id(client, model, EXPLAIN, relation.target.id)
                                      : look_for_target(client, model, EXPLAIN, &relation.target);
        }
    }
    if (!model->is_changed) {
        return end_with(client, model, model->refusal, model->message);
    }
    model->stale = 0;
    return send_batch(client, model);
}

static ardoq_err_t end_explanation(ardoq_client_t *client, ardoq_model_t *model, ardoq_err_t err)
{
    ardoq_relation_t relation;
    (void)ardoq_model_relation(model, model->entry, &relation);
    err = ardoq_model_look_error(model, &relation.target, err);
    const bool is_missing = err == ARDOQ_ERR_TARGET_MISSING;
    if (err && !is_missing && err != ARDOQ_ERR_TARGET_AMBIGUOUS) {
        return end_with(client, model, model->refusal, model->message);
    }
    if (is_missing && relation.is_optional) {
        model->left_out |= UINT32_C(1) << model->entry;
        model->is_changed = true;
    } else if (err) {
        if (relation.target.id) {
            memcpy(model->value, relation.target.id, ARDOQ_ID_SIZE);
            model->value[ARDOQ_ID_SIZE] = '\0';
        }
        client->https.tls.detail.setting =
            model->entry == ARDOQ_MODEL_PARENT ? "parent" : "relations";
        return end_with(client, model, err, model->value);
    }
    model->entry++;
    return explain(client, model);
}

static ardoq_err_t go_on(ardoq_client_t *client, ardoq_model_t *model)
{
    const ardoq_err_t err = ardoq_json_scan_end(&model->results.scan);
    if (err || model->body == ARDOQ_MODEL_DELETES) {
        return err;
    }
    if (model->body == ARDOQ_MODEL_SHARED) {
        return send_part(client, model, ARDOQ_MODEL_DEVICE);
    }
    if (!model->is_confirmed && model->count != 1) {
        model->report->outcome = ARDOQ_REPORT_NONE;
        model->report->component_id[0] = '\0';
        return ARDOQ_ERR_REPORT_UNCONFIRMED;
    }
    return model->is_split && model->stale > 0 ? send_part(client, model, ARDOQ_MODEL_DELETES)
                                               : ARDOQ_OK;
}

/* Also splits later reports if this helps. */
static ardoq_err_t split(ardoq_client_t *client, ardoq_model_t *model)
{
    model->is_split = true;
    return send_batch(client, model);
}

/* A device that does not exist yet has no name to keep. */
static ardoq_err_t end_look_before_split(ardoq_client_t *client, ardoq_model_t *model,
                                         ardoq_err_t err)
{
    if (err || model->count > 0) {
        return err ? err : split(client, model);
    }
    model->is_update = false;
    return send_batch(client, model);
}

static ardoq_err_t end_batch(ardoq_client_t *client, ardoq_model_t *model, ardoq_err_t err)
{
    if (!err) {
        return go_on(client, model);
    }
    if (!is_refusal(err) || model->body == ARDOQ_MODEL_DELETES) {
        return err;
    }
    remember_refusal(client, model, err);
    if (!model->is_split && model->is_update && has_shared(model)) {
        return look_for_device(client, model, LOOK_BEFORE_SPLIT);
    }
    if (!model->is_split && model->stale > 0) {
        return split(client, model);
    }
    /* It may not exist yet. Any other mistake makes the upsert fail too. */
    if (model->is_update && model->body != ARDOQ_MODEL_SHARED && err != ARDOQ_ERR_CONFLICT) {
        model->is_update = false;
        return send_batch(client, model);
    }
    return err == ARDOQ_ERR_CONFLICT ? look_for_device(client, model, EXPLAIN_CONFLICT)
                                     : explain(client, model);
}

/* ---- The call ------------------------------------------------------------------------------- */

static ardoq_err_t end_model_request(ardoq_client_t *client, void *context, ardoq_err_t err)
{
    ardoq_model_t *model = context;
    if (!err && model->phase != SEND) {
        err = ardoq_json_scan_end(&model->results.scan);
    }
    switch (model->phase) {
    case SEND:
        return end_batch(client, model, err);
    case EXPLAIN:
        return end_explanation(client, model, err);
    case LOOK_BEFORE_SPLIT:
        return end_look_before_split(client, model, err);
    case EXPLAIN_CONFLICT:
        return !err && model->count > 1
                   ? end_with(client, model, ARDOQ_ERR_SERIAL_AMBIGUOUS, model->value)
                   : explain(client, model);
    case LOOK_ONLY:
        return err;
    default:
        break;
    }
    if (err) {
        return err;
    }
    if (model->phase == LOOK_FOR_DEVICE) {
        return end_device(client, model);
    }
    if (model->phase == LOOK_FOR_TARGET) {
        return end_target(client, model);
    }
    model->entry++;
    return look_at_references(client, model);
}

static bool has_only_one(const ardoq_model_t *model)
{
    ardoq_relation_t relation;
    unsigned number = 0;
    while (ardoq_model_relation(model, number, &relation) &&
           !needs_references(model, number, &relation)) {
        number++;
    }
    return ardoq_model_relation(model, number, &relation);
}

ardoq_err_t ardoq_model_start(ardoq_client_t *client, const ardoq_identity_t *identity,
                              ardoq_model_t *model, ardoq_report_t *report)
{
    if (!identity || !model) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = ardoq_call_begin(client, report);
    if (err) {
        return err;
    }
    err = ardoq_report_compose(client->config, identity, ardoq_report_time(), report);
    err = err ? err : ardoq_model_compose(model, report, &client->https.tls.detail.setting);
    if (err) {
        return err;
    }
    if (ardoq_model_is_empty(model)) {
        return ardoq_report_start(client, identity, report);
    }
    model->entry = 0;
    model->results.document = &client->json;
    return has_only_one(model) ? look_for_device(client, model, LOOK_FOR_DEVICE)
                               : send_batch(client, model);
}

ardoq_err_t ardoq_model_report(ardoq_client_t *client, const ardoq_identity_t *identity,
                               ardoq_model_t *model, ardoq_report_t *report)
{
    const ardoq_err_t err = ardoq_model_start(client, identity, model, report);
    return err ? err : ardoq_finish(client, NULL, NULL);
}

#endif
