#include "../../../components/settings/settings_rules.c"

#include "../proof.h"

enum { NUMBER_MAX_LENGTH = 21, TEXT_MAX = 14 };

/* Any text for the one number there is. */
void prove_number(void)
{
    ardoq_config_t config;
    const uint32_t before = config.timeout_ms;
    const char *const value = any_text(any_size_up_to(NUMBER_MAX_LENGTH));
    const ardoq_err_t err = assign_number(&config, value, strlen(value));
    PROVE(err == ARDOQ_OK || (err == ARDOQ_ERR_SETTING_INVALID && config.timeout_ms == before));
    if (err == ARDOQ_OK) {
        PROVE(config.timeout_ms >= 1000 && config.timeout_ms <= 600000);
        if (config.timeout_ms == 600000) {
            REACHED("the largest number");
        }
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

void prove_rules(void)
{
    const char *const value = any_text(any_size_up_to(TEXT_MAX));
    follows(ARDOQ_RULE_token, value, strlen(value));
    follows(ARDOQ_RULE_org_label, value, strlen(value));
    follows(ARDOQ_RULE_workspace, value, strlen(value));
    follows(ARDOQ_RULE_component_type, value, strlen(value));
    follows(ARDOQ_RULE_pin, value, strlen(value));
    follows(ARDOQ_RULE_identity, value, strlen(value));
    ardoq_api_name_span(value);
    REACHED("the end");
}

static void prove_template_of(size_t length)
{
    const char *const value = any_text(length);
    if (is_name_template(value) && value[0] == '{') {
        REACHED("a field");
    }
}

/* As long as the shortest field in braces: "{mac}". */
void prove_template(void)
{
    prove_template_of(5);
}

/* One entry, as long as the shortest with a target: "mac=a". */
void prove_fields(void)
{
    const char *const value = any_text(5);
    const char *at = value;
    ardoq_field_t field;
    if (ardoq_field_next(&at, &field)) {
        PROVE(field.source < ARDOQ_IDENTITY_COUNT);
        PROVE(strlen(field.target) < sizeof field.target);
        REACHED("an entry");
    }
    PROVE(at >= value && at <= value + 5);
}
