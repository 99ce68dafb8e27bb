#include <string.h>

#include "settings_internal.h"

#if ARDOQ_MODEL

static const char *skip_blanks(const char *text, const char *end)
{
    while (text < end && *text == ' ') {
        text++;
    }
    return text;
}

static size_t without_blanks_at_end(const char *text, const char *end)
{
    while (end > text && end[-1] == ' ') {
        end--;
    }
    return (size_t)(end - text);
}

/* Whether the text would be valid as a value of the setting. */
static bool follows_rule_of(const char *name, const char *text, size_t size)
{
    return ardoq_setting_check(ardoq_setting_find_value(name), text, size) == ARDOQ_OK;
}

/* Whether an Ardoq id begins here: 24 hex digits. */
static bool begins_with_id(const char *text, const char *end)
{
    return (size_t)(end - text) >= ARDOQ_ID_SIZE &&
           follows_rule_of("workspace", text, ARDOQ_ID_SIZE);
}

/* The component type to create if the target is missing. False if a plus is not followed by one. */
static bool take_component_type(const char **text, const char *end, ardoq_target_t *target)
{
    if (*text == end || **text != '+') {
        return true;
    }
    const char *const type = *text + 1;
    const char *const slash = memchr(type, '/', (size_t)(end - type));
    *text = slash ? slash : end;
    target->component_type = type;
    target->component_type_size = (size_t)(*text - type);
    return target->component_type_size > 0 &&
           follows_rule_of("component_type", type, target->component_type_size);
}

/* How the target is found in its workspace: by FIELD=VALUE or by its name. */
static bool take_value(const char *text, const char *end, ardoq_target_t *target)
{
    const size_t span = ardoq_api_name_span(text);
    if (span > 0 && span < (size_t)(end - text) && text[span] == '=') {
        target->field = text;
        target->field_size = span;
        text += span + 1;
    }
    target->value = text;
    target->value_size = (size_t)(end - text);
    return target->value_size > 0 && target->field_size < ARDOQ_FIELD_TARGET_SIZE &&
           follows_rule_of("name_template", text, target->value_size) &&
           !(target->component_type && target->field);
}

static bool parse_target(const char *text, size_t size, ardoq_target_t *target)
{
    const char *const end = text + size;
    memset(target, 0, sizeof *target);
    target->text = text;
    target->size = size;
    if (begins_with_id(text, end)) {
        target->workspace = text;
        text += ARDOQ_ID_SIZE;
        if (text == end) {
            target->id = target->workspace;
            target->workspace = NULL;
            return true;
        }
    }
    return take_component_type(&text, end, target) && text < end && *text == '/' &&
           take_value(text + 1, end, target);
}

bool ardoq_parent_parse(const char *parent, ardoq_relation_t *relation)
{
    memset(relation, 0, sizeof *relation);
    relation->is_optional = *parent == '?';
    parent += relation->is_optional ? 1 : 0;
    parent += strspn(parent, " ");
    return parse_target(parent, strlen(parent), &relation->target);
}

/* The number of a reference type, and the marks after it. */
static bool take_type(const char **text, const char *end, ardoq_relation_t *relation)
{
    const char *at = *text;
    relation->type = 0;
    while (at < end && *at >= '0' && *at <= '9' && relation->type < ARDOQ_REFERENCE_TYPE_MAX) {
        relation->type = relation->type * 10 + (uint32_t)(*at++ - '0');
    }
    const bool is_number = at > *text && relation->type <= ARDOQ_REFERENCE_TYPE_MAX;
    relation->is_optional = false;
    relation->is_only = false;
    for (; at < end && (*at == '?' || *at == '!'); at++) {
        relation->is_optional = relation->is_optional || *at == '?';
        relation->is_only = relation->is_only || *at == '!';
    }
    *text = skip_blanks(at, end);
    return is_number && *text > at;
}

bool ardoq_relation_next(const char **relations, ardoq_relation_t *relation)
{
    const char *entry = *relations;
    while (*entry == ' ' || *entry == ';') {
        entry++;
    }
    *relations = entry;
    const char *const end = entry + strcspn(entry, ";");
    const char *target = entry;
    if (*entry == '\0' || !take_type(&target, end, relation) ||
        !parse_target(target, without_blanks_at_end(target, end), &relation->target)) {
        return false;
    }
    *relations = end;
    return true;
}

/* A reference marked as the only one of its type cannot have others of that type before or after
 * it. */
static bool contradicts(const ardoq_relation_t *relation, const char *others)
{
    ardoq_relation_t other;
    bool is_contradiction = false;
    while (!is_contradiction && ardoq_relation_next(&others, &other)) {
        is_contradiction = other.type == relation->type && (other.is_only || relation->is_only);
    }
    return is_contradiction;
}

static bool are_relations(const char *relations)
{
    ardoq_relation_t relation;
    unsigned count = 0;
    while (ardoq_relation_next(&relations, &relation) && !contradicts(&relation, relations)) {
        count++;
    }
    return relations[strspn(relations, " ;")] == '\0' && count <= ARDOQ_RELATIONS_MAX;
}

ardoq_err_t ardoq_model_setting_check(const ardoq_setting_t *setting, const char *value)
{
    char text[ARDOQ_FIELDS_SIZE];
    ardoq_relation_t relation;
    size_t size;
    value = ardoq_value_trim(value, &size);
    if (size >= sizeof text) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    memcpy(text, value, size);
    text[size] = '\0';
    const ardoq_err_t err = ardoq_value_check(text, size, setting->name);
    if (err || size == 0) {
        return err;
    }
    switch (setting->rule) {
    case ARDOQ_RULE_parent:
        return ardoq_parent_parse(text, &relation) ? ARDOQ_OK : ARDOQ_ERR_RELATION_INVALID;
    case ARDOQ_RULE_relations:
        return are_relations(text) ? ARDOQ_OK : ARDOQ_ERR_RELATION_INVALID;
    default: /* keep_name */
        return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0 ? ARDOQ_OK
                                                                   : ARDOQ_ERR_SETTING_INVALID;
    }
}

const char *ardoq_model_setting_default(const ardoq_setting_t *setting)
{
    static const char *const defaults[] = {
#define ARDOQ_SETTING_MODEL(name, default_value, rule)                                             \
    [ARDOQ_RULE_##rule - ARDOQ_RULE_parent] = (default_value),
#include "ardoq/settings.def"
    };
    return defaults[setting->rule - ARDOQ_RULE_parent];
}

#define ARDOQ_SETTING_MODEL(name, default_value, rule)                                             \
    _Static_assert(sizeof(default_value) <= ARDOQ_FIELDS_SIZE, "there is room for it");
#include "ardoq/settings.def"

#endif
