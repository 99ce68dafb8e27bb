#include <string.h>

#include "settings_internal.h"

static bool is_pem(const char *value)
{
    const char *begin = strstr(value, "-----BEGIN ");
    const char *end = begin ? strstr(begin, "-----END ") : NULL;
    /* There must be a line break: a console may have dropped them. */
    return end && strcspn(begin, "\r\n") < (size_t)(end - begin);
}

ardoq_err_t ardoq_setting_assign(const ardoq_setting_t *setting, ardoq_config_t *config,
                                 const char *value)
{
    if (setting->kind < ARDOQ_SETTING_KIND_PEM) {
        return ardoq_setting_assign_value(setting, config, value);
    }
    if (ARDOQ_MODEL && setting->kind == ARDOQ_SETTING_KIND_MODEL) {
        return ardoq_model_setting_check(setting, value);
    }
    if (ardoq_pem_is_left_out(setting->name)) {
        return ARDOQ_ERR_LEFT_OUT;
    }
    return is_pem(value) ? ARDOQ_OK : ARDOQ_ERR_SETTING_INVALID;
}
