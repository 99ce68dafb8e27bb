#include "../../../components/settings/settings_rules.c"

#include "../proof.h"

enum { LIST_LENGTH = 5 };

static unsigned shift;

/* Any field, or none, but the same for the same name: `fields` of settings proves what the real one
 * reads. */
ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size)
{
    PROVE(__CPROVER_r_ok(name, name_size));
    const unsigned first = name_size > 0 ? (unsigned)(name[0] & 0xff) : 0;
    return (ardoq_identity_field_t)((first + shift) % (ARDOQ_IDENTITY_COUNT + 1));
}

/* As the proofs of value.c say of the real ones. */
const char *ardoq_value_trim(const char *value, size_t *size)
{
    const size_t length = strlen(value);
    const size_t before = any_size_up_to(length);
    *size = any_size_up_to(length - before);
    return value + before;
}

ardoq_err_t ardoq_value_check(const char *value, size_t size, const char *name)
{
    PROVE(__CPROVER_r_ok(value, size) && name[0] == 'a');
    return nondet_bool()   ? ARDOQ_OK
           : nondet_bool() ? ARDOQ_ERR_TEXT_INVALID
                           : ARDOQ_ERR_VALUE_WRAPPED;
}

static bool is_entry(char c)
{
    return strchr(" ,", c) == NULL;
}

/* As long as the shortest with three entries: "a b c". What is read stays inside the list, and no
 * two entries that name one custom field are accepted. */
void prove_list(void)
{
    shift = nondet_uint8();
    const char *const fields = any_text(LIST_LENGTH);
    if (ardoq_fields_are_valid(fields, LIST_LENGTH) && is_entry(fields[0]) && fields[1] == ' ' &&
        is_entry(fields[2]) && fields[3] == ' ' && is_entry(fields[4])) {
        PROVE(fields[0] != fields[2] && fields[0] != fields[4] && fields[2] != fields[4]);
        REACHED("three entries");
    }
}

/* A text lands in its own member, or nowhere. */
void prove_text(void)
{
    const ardoq_setting_t setting = {
        .name = "a",
        .kind = ARDOQ_SETTING_KIND_TEXT,
        .offset = offsetof(ardoq_config_t, component_type),
        .size = 6,
        .rule = ARDOQ_RULE_component_type,
    };
    ardoq_config_t config;
    config.component_type[0] = '\0';
    const size_t length = any_size_up_to(8);
    const char *const value = any_text(length);
    const ardoq_err_t err = ardoq_setting_assign(&setting, &config, value);
    PROVE(err != ARDOQ_ERR_SETTING_TOO_LONG || length >= 6);
    PROVE(!err || config.component_type[0] == '\0');
    PROVE(err || strlen(config.component_type) < 6);
    if (!err && length == 5) {
        REACHED("a component type");
    }
}

/* As long as the shortest field in braces: "{mac}". */
void prove_template(void)
{
    shift = nondet_uint8();
    const char *const value = any_text(5);
    if (is_name_template(value) && value[0] == '{') {
        REACHED("a field");
    }
}
