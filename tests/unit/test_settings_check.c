/* Requirements before a client is opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/port_fake.h"
#include "ardoq/settings.h"
#include "own_stack.h"

static ardoq_config_t config;
static ardoq_http_origin_t origin;
static const char *setting;

/* A configuration with which Ardoq can be talked to. */
static void fill_config(void)
{
    assert_int_equal(ardoq_config_defaults(&config, NULL), ARDOQ_OK);
    strcpy(config.host, "acme.ardoq.com");
    strcpy(config.token, "adq_token");
}

static void assert_check(ardoq_err_t expected, const char *expected_setting)
{
    setting = "of an earlier failure";
    const ardoq_config_t before = config;
    assert_int_equal(ardoq_config_check(&config, &origin, &setting), expected);
    assert_memory_equal(&config, &before, sizeof before);
    assert_int_equal(ardoq_config_check(&config, &origin, NULL), expected);
    if (expected_setting) {
        assert_non_null(setting);
        assert_string_equal(setting, expected_setting);
    } else {
        assert_null(setting);
    }
}

static void test_check_gives_the_origin(void **state)
{
    (void)state;
    fill_config();
    strcpy(config.host, "https://Acme.Ardoq.com:8443/");
    assert_check(ARDOQ_OK, NULL);
    assert_string_equal(origin.host, "acme.ardoq.com");
    assert_int_equal(origin.port, 8443);
}

static void test_check_needs_host_and_token(void **state)
{
    (void)state;
    fill_config();
    strcpy(config.host, "");
    assert_check(ARDOQ_ERR_HOST_INVALID, "host");
    fill_config();
    strcpy(config.token, "");
    assert_check(ARDOQ_ERR_TOKEN_MISSING, "token");
}

/* A gateway knows the device by it, and adds the token. */
static void test_a_client_certificate_may_replace_the_token(void **state)
{
    (void)state;
    const ardoq_err_t expected = ARDOQ_CLIENT_CERTIFICATE ? ARDOQ_OK : ARDOQ_ERR_TOKEN_MISSING;
    const ardoq_err_t stored = ARDOQ_STORE_PEM ? expected : ARDOQ_ERR_TOKEN_MISSING;
    fill_config();
    strcpy(config.token, "");
    config.key_pem = "a key alone";
    assert_check(ARDOQ_ERR_TOKEN_MISSING, "token");
    config.certificate_pem = "a certificate";
    assert_check(expected, expected ? "token" : NULL);
    config.key_pem = config.certificate_pem = NULL;
    ardoq_port_store_set("key", "a key alone");
    assert_check(ARDOQ_ERR_TOKEN_MISSING, "token");
    ardoq_port_store_set("cert", "a certificate");
    assert_check(stored, stored ? "token" : NULL);
    ardoq_fake_reset();
}

/* A program may fill the configuration by hand, so every rule is asked again. */
static void test_check_asks_every_rule(void **state)
{
    (void)state;
    const ardoq_setting_t *row;
    for (size_t i = 0; (row = ardoq_setting_at(i)) != NULL; i++) {
        fill_config();
        if (row->kind == ARDOQ_SETTING_KIND_TEXT) {
            strcpy((char *)&config + row->offset, "\x01{");
            assert_check(ardoq_setting_assign(row, NULL, "\x01{"), row->name);
        }
    }
    static const uint32_t wrong[] = {0, 999, 600001, UINT32_MAX};
    fill_config();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        config.timeout_ms = wrong[i];
        assert_check(ARDOQ_ERR_SETTING_INVALID, "timeout_ms");
    }
    config.timeout_ms = 1000;
    assert_check(ARDOQ_OK, NULL);
    config.timeout_ms = 600000;
    assert_check(ARDOQ_OK, NULL);
    config.window = 86401;
    assert_check(ARDOQ_ERR_SETTING_INVALID, "window");
    config.window = 0;
    assert_check(ARDOQ_OK, NULL);
    config.heartbeat = 3599;
    assert_check(ARDOQ_ERR_SETTING_INVALID, "heartbeat");
}

static void test_shared_host_needs_the_label(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool is_shared;
    } hosts[] = {
        {"app.ardoq.com", true},
        {"https://app.ardoq.com", true},
        {"APP.ardoq.com", true},
        {"app.us.ardoq.com", true},
        {"app", true},
        {"app.ardoq.com:8443", true},
        {"apps.ardoq.com", false},
        {"acme.ardoq.com", false},
        {"ap.ardoq.com", false},
        {"acme.app.ardoq.com", false},
        {"app-eu.ardoq.com", false},
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        fill_config();
        strcpy(config.host, hosts[i].host);
        assert_check(hosts[i].is_shared ? ARDOQ_ERR_ORG_LABEL_REQUIRED : ARDOQ_OK,
                     hosts[i].is_shared ? "org_label" : NULL);
        strcpy(config.org_label, "a");
        assert_check(ARDOQ_OK, NULL);
    }
}

static void test_wipe(void **state)
{
    (void)state;
    static const ardoq_config_t zero;
    memset(&config, '#', sizeof config);
    ardoq_config_wipe(&config);
    assert_memory_equal(&config, &zero, sizeof zero);
}

static void check(void)
{
    (void)ardoq_config_check(&config, &origin, &setting);
}

static void test_token_is_not_left_on_the_stack(void **state)
{
    (void)state;
    static const char token[] = "adq_0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    fill_config();
    strcpy(config.token, token);
    own_stack_run(check);
    assert_false(own_stack_holds(token));
    strcat(config.token, "\n");
    own_stack_run(check);
    assert_string_equal(setting, "token");
    assert_false(own_stack_holds(token));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_gives_the_origin),
        cmocka_unit_test(test_check_needs_host_and_token),
        cmocka_unit_test(test_a_client_certificate_may_replace_the_token),
        cmocka_unit_test(test_check_asks_every_rule),
        cmocka_unit_test(test_shared_host_needs_the_label),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_token_is_not_left_on_the_stack),
    };
    return cmocka_run_group_tests_name("settings_check", tests, NULL, NULL);
}
