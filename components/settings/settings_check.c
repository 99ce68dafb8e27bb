#include <string.h>

#include "settings_internal.h"

static ardoq_err_t check_value(const ardoq_setting_t *setting, const ardoq_config_t *config)
{
    const void *const member = (const char *)config + setting->offset;
    if (setting->kind == ARDOQ_SETTING_KIND_NUMBER) {
        return ardoq_number_is_in_range(setting, *(const uint32_t *)member)
                   ? ARDOQ_OK
                   : ARDOQ_ERR_SETTING_INVALID;
    }
    /* Not trimmed: a value that the program set itself is sent unchanged. */
    return ardoq_setting_check(setting, member, strlen(member));
}

static ardoq_err_t check_rules(const ardoq_config_t *config, const char **setting)
{
    const ardoq_setting_t *row = ardoq_settings;
    ardoq_err_t err = ARDOQ_OK;
    for (; !err && ardoq_setting_is_of_config(row); row++) {
        err = check_value(row, config);
        *setting = row->name;
    }
    return err;
}

/* With a client certificate no token may be needed: a gateway that knows the device adds it. A
 * store that cannot be read, or whose value does not fit, does not count as empty. */
static bool has_client_certificate_set(const ardoq_config_t *config)
{
    char none[1];
    return ARDOQ_CLIENT_CERTIFICATE &&
           (config->certificate_pem ||
            (ARDOQ_STORE_PEM &&
             ardoq_port_store_get("cert", none, sizeof none) != ARDOQ_ERR_NOT_SET));
}

static ardoq_err_t check_needs(const ardoq_config_t *config, ardoq_http_origin_t *origin,
                               const char **setting)
{
    *setting = "host";
    const ardoq_err_t err = ardoq_http_origin_parse(config->host, strlen(config->host), origin);
    if (err) {
        return err;
    }
    if (config->token[0] == '\0' && !has_client_certificate_set(config)) {
        *setting = "token";
        return ARDOQ_ERR_TOKEN_MISSING;
    }
    if (config->org_label[0] == '\0' && ardoq_http_origin_first_label_is(origin, "app")) {
        *setting = "org_label";
        return ARDOQ_ERR_ORG_LABEL_REQUIRED;
    }
    return ARDOQ_OK;
}

ardoq_err_t ardoq_config_check(const ardoq_config_t *config, ardoq_http_origin_t *origin,
                               const char **setting)
{
    const char *failed = NULL;
    ardoq_err_t err = check_rules(config, &failed);
    if (!err) {
        err = check_needs(config, origin, &failed);
    }
    ardoq_name_setting(setting, err ? failed : NULL);
    return err;
}
