#include "../../../components/settings/settings_rules.c"

#include "../proof.h"

enum { NUMBER_MAX_LENGTH = 21, TEXT_MAX = 14 };

/* Any text for a number. */
void prove_number(void)
{
    ardoq_config_t config;
    const ardoq_setting_t setting = {.offset = offsetof(ardoq_config_t, timeout_ms),
                                     .rule = ARDOQ_RANGE_timeout_ms};
    const uint32_t before = config.timeout_ms;
    const char *const value = any_text(any_size_up_to(NUMBER_MAX_LENGTH));
    const ardoq_err_t err = assign_number(&setting, &config, value, strlen(value));
    PROVE(err == ARDOQ_OK || (err == ARDOQ_ERR_SETTING_INVALID && config.timeout_ms == before));
    if (err == ARDOQ_OK) {
        PROVE(config.timeout_ms >= 1000 && config.timeout_ms <= 600000);
        if (config.timeout_ms == 600000) {
            REACHED("the largest number");
        }
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
