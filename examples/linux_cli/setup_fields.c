#include "setup_fields.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "console.h"
#include "session.h"

/* ---- Labels ---------------------------------------------------------------------------------- */

/* The label that gets this API name: Ardoq makes it from the label's words in lower case, joined by
 * underscores. False if there is no such label. */
static bool label_of(const char *api_name, char label[ARDOQ_FIELD_TARGET_SIZE])
{
    size_t i = 0;
    for (; api_name[i] != '\0'; i++) {
        const bool is_underscore = api_name[i] == '_';
        const bool is_between = i > 0 && api_name[i - 1] != '_' && api_name[i + 1] != '\0';
        if (is_underscore
                ? !is_between
                : !islower((unsigned char)api_name[i]) && !isdigit((unsigned char)api_name[i])) {
            return false;
        }
        label[i] = is_underscore ? ' ' : api_name[i];
    }
    label[i] = '\0';
    label[0] = (char)toupper((unsigned char)label[0]);
    return true;
}

static const char *type_of(const ardoq_field_t *field)
{
#if ARDOQ_MODEL
    static const char *const types[] = {
        [ARDOQ_TYPE_TEXT] = "Text",
        [ARDOQ_TYPE_NUMBER] = "Number",
        [ARDOQ_TYPE_BOOLEAN] = "Checkbox",
        [ARDOQ_TYPE_TIME] = "DateTime",
        [ARDOQ_TYPE_LIST] = "SelectMultipleList",
    };
    if (field->type != ARDOQ_TYPE_TEXT) {
        return types[field->type];
    }
#endif
    return field->source == ARDOQ_IDENTITY_last_seen ? "DateTime" : "Text";
}

/* ---- The checklist --------------------------------------------------------------------------- */

static void say_create(const ardoq_field_t *field)
{
    char label[ARDOQ_FIELD_TARGET_SIZE];
    if (label_of(field->target, label)) {
        say("  [ ] create a field with label \"", label, "\" and type ", type_of(field),
            " (API name ", field->target, ")");
    } else {
        say("  [ ] there is no field ", field->target,
            ", and no label gives this API name: correct it in the setting fields");
    }
}

static void say_unfit(const ardoq_context_check_t *findings, const ardoq_field_t *field)
{
#if ARDOQ_MODEL
    ardoq_value_type_t type;
    if (ardoq_context_field_type(findings, field->source, &type)) {
        say("  [ ] field ", field->target, " has another type: write ",
            ardoq_identity_name(field->source), "=", field->target, ":",
            ardoq_value_type_name(type), " in the setting fields");
        return;
    }
#else
    (void)findings;
#endif
    say("  [ ] field ", field->target, " has another type: create one of type ", type_of(field),
        " with another label, and name it in the setting fields");
}

static void say_fault(const ardoq_context_check_t *findings, const ardoq_field_t *field,
                      ardoq_err_t err)
{
    switch (err) {
    case ARDOQ_ERR_CUSTOM_FIELD_UNKNOWN:
        say_create(field);
        break;
    case ARDOQ_ERR_CUSTOM_FIELD_NOT_OF_TYPE:
        say("  [ ] add the field ", field->target, " to the component type");
        break;
    case ARDOQ_ERR_CUSTOM_FIELD_READ_ONLY:
        say("  [ ] field ", field->target, " is read-only: name another one in the setting fields");
        break;
    default: /* ARDOQ_ERR_CUSTOM_FIELD_UNFIT */
        say_unfit(findings, field);
        break;
    }
}

static bool lists_serial(void)
{
    ardoq_field_t field;
    return ardoq_field_find(config.fields, ARDOQ_IDENTITY_serial, &field);
}

static size_t count_faults(const ardoq_context_check_t *findings)
{
    const char *fields = config.fields;
    ardoq_field_t field;
    size_t count = lists_serial() ? 0 : 1;
    while (ardoq_field_next(&fields, &field)) {
        count += ardoq_context_field_error(findings, field.source) ? 1 : 0;
    }
    return count;
}

static void say_checklist(const ardoq_context_check_t *findings, const char *type_name,
                          const char *workspace_name)
{
    const char *fields = config.fields;
    ardoq_field_t field;
    say("");
    say("To do in Ardoq, for component type \"", type_name, "\" of workspace \"", workspace_name,
        "\":");
    while (ardoq_field_next(&fields, &field)) {
        const ardoq_err_t err = ardoq_context_field_error(findings, field.source);
        if (err) {
            say_fault(findings, &field, err);
        }
    }
    if (!lists_serial()) {
        say("  [ ] list serial in the setting fields: Ardoq tells devices apart by it");
    }
    say("Add each new field to that component type. If another team has made it already, only add "
        "it.");
    say("");
}

/* ---- Leaving out ----------------------------------------------------------------------------- */

/* Keeps the entries that can be reported, unchanged. */
static void keep_fitting(const ardoq_context_check_t *findings)
{
    char kept[sizeof config.fields];
    const char *fields = config.fields;
    const char *start = fields;
    ardoq_field_t field;
    ardoq_text_t text;
    ardoq_text_init(&text, kept, sizeof kept, ARDOQ_ERR_SETTING_TOO_LONG);
    for (; ardoq_field_next(&fields, &field); start = fields) {
        if (ardoq_context_field_error(findings, field.source) == ARDOQ_OK) {
            start += strspn(start, " ,");
            ardoq_text_append_string(&text, text.length > 0 ? " " : "");
            ardoq_text_append(&text, start, strcspn(start, " ,"));
        }
    }
    memcpy(config.fields, kept, text.length + 1);
}

/* ---- The comparison -------------------------------------------------------------------------- */

typedef enum { LOOK_AGAIN, LEAVE_OUT, GO_ON_ANYWAY, NO_ANSWER } decision_t;

static decision_t ask_decision(bool has_serial)
{
    char answer[ANSWER_SIZE];
    const char *question =
        has_serial ? "Enter: look again; l: leave these out of the reports; g: go on as it is"
                   : "Enter: look again; g: go on as it is";
    while (ask_line(question, "", answer)) {
        if (answer[0] == '\0') {
            return LOOK_AGAIN;
        }
        if (strcasecmp(answer, "l") == 0 && has_serial) {
            return LEAVE_OUT;
        }
        if (strcasecmp(answer, "g") == 0) {
            return GO_ON_ANYWAY;
        }
        say("press Enter, or type one of these letters");
    }
    return NO_ANSWER;
}

ardoq_err_t setup_fields(ardoq_context_t *context, const char *type_name,
                         const char *workspace_name)
{
    ardoq_context_check_t findings;
    decision_t decision = LOOK_AGAIN;
    while (decision == LOOK_AGAIN) {
        const ardoq_err_t err = ardoq_context_check(&client, context, &findings);
        if (err) {
            return err;
        }
        if (count_faults(&findings) == 0) {
            say("All custom fields that a report needs are there.");
            return ARDOQ_OK;
        }
        say_checklist(&findings, type_name, workspace_name);
        decision =
            ask_decision(ardoq_context_field_error(&findings, ARDOQ_IDENTITY_serial) == ARDOQ_OK);
    }
    if (decision == LEAVE_OUT) {
        keep_fitting(&findings);
    }
    return decision == NO_ANSWER ? ARDOQ_PENDING : ARDOQ_OK;
}
