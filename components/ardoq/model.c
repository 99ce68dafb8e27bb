#include "ardoq/model.h"

#include <string.h>

#include "ardoq/json_write.h"
#include "ardoq/text.h"
#include "ardoq/typed_value.h"
#include "batch.h"
#include "model_private.h"

#if ARDOQ_MODEL

/* ---- Configuration --------------------------------------------------------------------------- */

/* The program's value, or else the setting. */
static ardoq_err_t read_model_text(const char *name, const char *own, char *text,
                                   const char **failed)
{
    const ardoq_setting_t *setting = ardoq_setting_find(name);
    ardoq_err_t err = ARDOQ_OK;
    size_t size;
    if (!own) {
        err = ardoq_setting_stored(setting, text);
    } else {
        err = ardoq_setting_assign(setting, NULL, own);
        own = ardoq_value_trim(err ? "" : own, &size);
        memcpy(text, own, size);
        text[size] = '\0';
    }
    if (err) {
        *failed = name;
    }
    return err;
}

static ardoq_err_t read_model_settings(ardoq_model_t *model, const char **failed)
{
    char keep_name[ARDOQ_SETTING_STORED_SIZE];
    ardoq_err_t err = read_model_text("parent", model->parent, model->settings.parent, failed);
    err = err ? err
              : read_model_text("relations", model->relations, model->settings.relations, failed);
    err = err ? err
              : read_model_text("keep_name", model->keep_name ? "yes" : NULL, keep_name, failed);
    model->is_update = !err && keep_name[0] == 'y';
    return err;
}

ardoq_err_t ardoq_model_compose(ardoq_model_t *model, ardoq_report_t *report, const char **setting)
{
    model->report = report;
    model->left_out = 0;
    model->body = ARDOQ_MODEL_WHOLE;
    model->stale = 0;
    const ardoq_err_t err = read_model_settings(model, setting);
    return err || !model->update_facts ? err : model->update_facts(model->context);
}

/* ---- Relations ------------------------------------------------------------------------------ */

bool ardoq_model_relation(const ardoq_model_t *model, unsigned number, ardoq_relation_t *relation)
{
    const char *relations = model->settings.relations;
    if (number == ARDOQ_MODEL_PARENT) {
        return model->settings.parent[0] != '\0' &&
               ardoq_parent_parse(model->settings.parent, relation);
    }
    bool is_there = ardoq_relation_next(&relations, relation);
    for (; is_there && number > 0; number--) {
        is_there = ardoq_relation_next(&relations, relation);
    }
    return is_there;
}

ardoq_err_t ardoq_model_expand(const ardoq_model_t *model, const ardoq_target_t *target,
                               char value[ARDOQ_TARGET_VALUE_SIZE])
{
    char copy[ARDOQ_TARGET_VALUE_SIZE];
    const char *rest = copy;
    ardoq_template_piece_t piece;
    ardoq_text_t text;
    ardoq_text_init(&text, value, ARDOQ_TARGET_VALUE_SIZE, ARDOQ_ERR_NAME_TOO_LONG);
    if (target->id) {
        return ARDOQ_OK;
    }
    memcpy(copy, target->value, target->value_size);
    copy[target->value_size] = '\0';
    while (ardoq_template_next(&rest, &piece)) {
        const char *part = piece.text;
        size_t size = piece.size;
        if (piece.is_field) {
            const ardoq_identity_field_t field = ardoq_identity_find(piece.text, piece.size);
            part = ardoq_value_trim(ardoq_identity_get(model->report->identity, field), &size);
            const ardoq_err_t err = ardoq_value_check(part, size, ardoq_identity_name(field));
            if (err || size == 0) {
                value[0] = '\0';
                return err;
            }
        }
        ardoq_text_append(&text, part, size);
    }
    return text.err;
}

bool ardoq_model_is_sent(const ardoq_model_t *model, unsigned number,
                         const ardoq_relation_t *relation)
{
    char value[ARDOQ_TARGET_VALUE_SIZE];
    return !(model->left_out & UINT32_C(1) << number) &&
           (relation->target.id || ardoq_model_expand(model, &relation->target, value) ||
            value[0] != '\0');
}

static bool is_same(const ardoq_target_t *a, const ardoq_target_t *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* The first relation to the same target: a batch must name each component only once. */
static unsigned name_of(const ardoq_model_t *model, unsigned number,
                        const ardoq_relation_t *relation)
{
    ardoq_relation_t other;
    for (unsigned i = 0; i < number && i < ARDOQ_MODEL_PARENT; i++) {
        if (ardoq_model_relation(model, i, &other) && is_same(&other.target, &relation->target) &&
            ardoq_model_is_sent(model, i, &other)) {
            return i;
        }
    }
    return number;
}

/* ---- Compose -------------------------------------------------------------------------------- */

/* Members or elements being written, separated by commas. */
typedef struct {
    ardoq_text_t *text;
    const char *begin; /* text before the first of them */
    bool is_begun;
} batch_list_t;

static void append(ardoq_text_t *text, const char *string)
{
    ardoq_text_append_string(text, string);
}

static void next_element(batch_list_t *list, const char *begin)
{
    append(list->text, list->is_begun ? "," : list->begin);
    append(list->text, begin);
    list->is_begun = true;
}

static void write_json_text(ardoq_text_t *text, const char *before, const char *string)
{
    append(text, before);
    ardoq_json_escape(text, string, strlen(string));
}

static void write_name_of(ardoq_text_t *text, unsigned number)
{
    ardoq_decimal_t room;
    append(text, "target ");
    append(text, ardoq_decimal(number, &room));
}

static void write_workspace(ardoq_text_t *text, const ardoq_model_t *model,
                            const ardoq_target_t *target)
{
    append(text, "\"rootWorkspace\":\"");
    if (target->workspace) {
        ardoq_text_append(text, target->workspace, ARDOQ_ID_SIZE);
    } else {
        append(text, model->report->config->workspace);
    }
}

static void write_target_value(ardoq_text_t *text, const ardoq_model_t *model,
                               const ardoq_target_t *target)
{
    char value[ARDOQ_TARGET_VALUE_SIZE];
    const ardoq_err_t err = ardoq_model_expand(model, target, value);
    if (!text->err) {
        text->err = err;
    }
    ardoq_json_escape(text, value, strlen(value));
}

/* An existing target, found by its name or by a field. */
static void write_alias(batch_list_t *list, const ardoq_model_t *model, unsigned number,
                        const ardoq_target_t *target)
{
    next_element(list, "\"");
    write_name_of(list->text, number);
    append(list->text, "\":{");
    write_workspace(list->text, model, target);
    if (target->field) {
        append(list->text, "\",\"customFields\":{\"");
        ardoq_text_append(list->text, target->field, target->field_size);
        append(list->text, "\":\"");
    } else {
        append(list->text, "\",\"name\":\"");
    }
    write_target_value(list->text, model, target);
    append(list->text, target->field ? "\"}}" : "\"}");
}

/* A target that is created if missing. */
static void write_shared(batch_list_t *list, const ardoq_model_t *model, unsigned number,
                         const ardoq_target_t *target)
{
    next_element(list, "{\"batchId\":\"");
    write_name_of(list->text, number);
    append(list->text, "\",\"uniqueBy\":[\"rootWorkspace\",\"name\"],\"body\":{");
    write_workspace(list->text, model, target);
    append(list->text, "\",\"typeId\":\"");
    ardoq_text_append(list->text, target->component_type, target->component_type_size);
    append(list->text, "\",\"name\":\"");
    write_target_value(list->text, model, target);
    append(list->text, "\"}}");
}

typedef void (*write_target_t)(batch_list_t *list, const ardoq_model_t *model, unsigned number,
                               const ardoq_target_t *target);

/* Writes all targets of one kind. */
static void write_targets(batch_list_t *list, const ardoq_model_t *model, bool is_shared,
                          write_target_t write_target)
{
    ardoq_relation_t relation;
    for (unsigned i = 0; i <= ARDOQ_MODEL_PARENT; i++) {
        if (ardoq_model_relation(model, i, &relation) && !relation.target.id &&
            (relation.target.component_type != NULL) == is_shared &&
            ardoq_model_is_sent(model, i, &relation) && name_of(model, i, &relation) == i) {
            write_target(list, model, i, &relation.target);
        }
    }
}

static void write_target_name(ardoq_text_t *text, const ardoq_model_t *model, unsigned number,
                              const ardoq_relation_t *relation)
{
    if (relation->target.id) {
        ardoq_text_append(text, relation->target.id, ARDOQ_ID_SIZE);
    } else {
        write_name_of(text, name_of(model, number, relation));
    }
}

/* The device, as an existing component, for an update. */
static void write_device_alias(batch_list_t *list, const ardoq_model_t *model)
{
    const ardoq_report_t *report = model->report;
    ardoq_field_t field = {.target = ""};
    size_t size;
    const char *serial =
        ardoq_value_trim(ardoq_identity_get(report->identity, ARDOQ_IDENTITY_serial), &size);
    (void)ardoq_field_find(report->config->fields, ARDOQ_IDENTITY_serial, &field);
    next_element(list, "\"device\":{\"rootWorkspace\":\"");
    append(list->text, report->config->workspace);
    write_json_text(list->text, "\",\"customFields\":{\"", field.target);
    append(list->text, "\":\"");
    ardoq_json_escape(list->text, serial, size);
    append(list->text, "\"}}");
}

static void write_parent(ardoq_text_t *text, const ardoq_model_t *model)
{
    ardoq_relation_t relation;
    if (ardoq_model_relation(model, ARDOQ_MODEL_PARENT, &relation) &&
        ardoq_model_is_sent(model, ARDOQ_MODEL_PARENT, &relation)) {
        append(text, "\"parent\":\"");
        write_target_name(text, model, ARDOQ_MODEL_PARENT, &relation);
        append(text, "\",");
    }
}

static void write_facts(ardoq_text_t *text, const ardoq_model_t *model)
{
    for (size_t i = 0; i < model->fact_count; i++) {
        const ardoq_fact_t *fact = &model->facts[i];
        size_t size;
        const char *value = ardoq_value_trim(fact->value ? fact->value : "", &size);
        const ardoq_err_t err = ardoq_value_check(value, size, fact->field);
        if (!text->err) {
            text->err = err;
        }
        if (size > 0) {
            write_json_text(text, ",\"", fact->field);
            append(text, "\":");
            ardoq_typed_value_write(text, fact->type, value, size);
        }
    }
}

/* The custom fields, which always include the serial number. */
static void write_all_fields(ardoq_text_t *text, const ardoq_model_t *model)
{
    ardoq_batch_write_custom_fields(text, model->report);
    write_facts(text, model);
    append(text, "}}}");
}

static void write_device_upsert(batch_list_t *list, const ardoq_model_t *model)
{
    next_element(list, "{\"batchId\":\"device\",");
    ardoq_batch_write_upsert(list->text, model->report);
    write_parent(list->text, model);
    write_all_fields(list->text, model);
}

static void write_device_update(ardoq_text_t *text, const ardoq_model_t *model)
{
    append(text, "\"update\":[{\"id\":\"device\",\"ifVersionMatch\":\"latest\",\"body\":{");
    write_parent(text, model);
    write_all_fields(text, model);
    append(text, "]");
}

static void write_aliases(ardoq_text_t *text, const ardoq_model_t *model)
{
    batch_list_t list = {text, "\"aliases\":{\"components\":{", false};
    write_targets(&list, model, false, write_alias);
    if (model->body == ARDOQ_MODEL_DEVICE) {
        write_targets(&list, model, true, write_alias);
    }
    if (model->is_update) {
        write_device_alias(&list, model);
    }
    if (list.is_begun) {
        append(text, "}},");
    }
}

static void write_components(ardoq_text_t *text, const ardoq_model_t *model)
{
    const bool has_update = model->is_update && model->body != ARDOQ_MODEL_SHARED;
    batch_list_t list = {text, "\"upsert\":[", false};
    append(text, "\"components\":{");
    if (model->body != ARDOQ_MODEL_DEVICE) {
        write_targets(&list, model, true, write_shared);
    }
    if (!model->is_update) {
        write_device_upsert(&list, model);
    }
    if (list.is_begun) {
        append(text, has_update ? "]," : "]");
    }
    if (has_update) {
        write_device_update(text, model);
    }
    append(text, "}");
}

static void write_deletes(ardoq_text_t *text, const ardoq_model_t *model)
{
    batch_list_t list = {text, "\"delete\":[", false};
    for (unsigned i = 0; i < model->stale; i++) {
        next_element(&list, "{\"id\":\"");
        append(text, model->stale_ids[i]);
        append(text, "\"}");
    }
    append(text, "]");
}

static void write_references(ardoq_text_t *text, const ardoq_model_t *model)
{
    batch_list_t list = {text, ",\"references\":{\"upsert\":[", false};
    ardoq_relation_t relation;
    ardoq_decimal_t room;
    for (unsigned i = 0; ardoq_model_relation(model, i, &relation); i++) {
        if (ardoq_model_is_sent(model, i, &relation)) {
            next_element(&list, "{\"uniqueBy\":[\"source\",\"target\",\"type\"],"
                                "\"body\":{\"source\":\"device\",\"target\":\"");
            write_target_name(text, model, i, &relation);
            append(text, "\",\"type\":");
            append(text, ardoq_decimal(relation.type, &room));
            append(text, "}}");
        }
    }
    if (!list.is_begun) {
        return;
    }
    append(text, "]");
    if (model->stale > 0 && !model->is_split) {
        append(text, ",");
        write_deletes(text, model);
    }
    append(text, "}");
}

bool ardoq_model_is_empty(const ardoq_model_t *model)
{
    return model->fact_count == 0 && !model->is_update && model->settings.parent[0] == '\0' &&
           model->settings.relations[0] == '\0';
}

ardoq_err_t ardoq_model_write_body(void *context, uint32_t part, ardoq_text_t *text)
{
    const ardoq_model_t *model = context;
    if (ardoq_model_is_empty(model)) {
        return ardoq_report_write_body(model->report, part, text);
    }
    append(text, "{");
    switch (model->body) {
    case ARDOQ_MODEL_SHARED:
        write_components(text, model);
        break;
    case ARDOQ_MODEL_DELETES:
        append(text, "\"references\":{");
        write_deletes(text, model);
        append(text, "}");
        break;
    default:
        append(text, "\"options\":{\"respondWithEntities\":true},");
        write_aliases(text, model);
        write_components(text, model);
        write_references(text, model);
    }
    append(text, "}");
    return text->err;
}

#endif
