/* The table of settings, and their valid values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ardoq/identity.h"
#include "ardoq/port_fake.h"
#include "ardoq/settings.h"

#define PIN_A    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_B    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO/+="
#define DIGITS60 "123456789012345678901234567890123456789012345678901234567890"
#define HOST127  DIGITS60 "abc." DIGITS60 "abc"

static ardoq_config_t config;

/* ---- Set-up ---- */

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    memset(&config, '#', sizeof config);
    return 0;
}

static const ardoq_setting_t *setting_of(const char *name)
{
    const ardoq_setting_t *setting = ardoq_setting_find(name);
    assert_non_null(setting);
    return setting;
}

static bool is_pem(const ardoq_setting_t *setting)
{
    return setting->kind == ARDOQ_SETTING_KIND_PEM;
}

static bool stands_only_in_store(const ardoq_setting_t *setting)
{
    return is_pem(setting) || setting->kind == ARDOQ_SETTING_KIND_IDENTITY ||
           setting->kind == ARDOQ_SETTING_KIND_MODEL;
}

/* One of two values that the setting takes. */
static const char *sample(const ardoq_setting_t *setting, int which)
{
    static const char *const samples[][3] = {
        {"host", "one.example", "https://two.example:8443"},
        {"workspace", "0123456789abcdef01234567", "ABCDEFabcdef0123456789AB"},
        {"component_type", "p1", "p1568281600543"},
        {"name_template", "{serial}", "{model} / {serial}"},
        {"fields", "serial", "serial=sn, model"},
        {"pin0", PIN_A, PIN_B},
        {"pin1", PIN_B, PIN_A},
        {"timeout_ms", "1000", "600000"},
        {"heartbeat", "3600", "2592000"},
        {"window", "0", "86400"},
        {"parent", "/Rack 1", "? 0123456789abcdef01234567"},
        {"relations", "1 /Rack 1", "2! 0123456789abcdef01234567+p1/{model}; 3 /a=b"},
        {"keep_name", "no", "yes"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i][0], setting->name) == 0) {
            return samples[i][1 + which];
        }
    }
    return which ? "another-value" : "one_value";
}

static void assert_text_is(const ardoq_setting_t *setting, const char *expected)
{
    ardoq_decimal_t number;
    assert_string_equal(ardoq_setting_text(setting, &config, &number), expected);
}

/* ---- The table ---- */

static const struct {
    const char *name;
    size_t size;
} rows[] = {
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) {name, size},
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) {name, 0},
#define ARDOQ_SETTING_IDENTITY(field, size, name)                   {name, size},
#define ARDOQ_SETTING_PEM(name, what)                               {name, 0},
#define ARDOQ_SETTING_MODEL(name, default_value, rule)              {name, 0},
#include "ardoq/settings.def"
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void test_table_has_every_setting(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        assert_non_null(setting);
        assert_string_equal(setting->name, rows[i].name);
        assert_ptr_equal(ardoq_setting_find(rows[i].name), setting);
        assert_int_equal(setting->size, rows[i].size);
        assert_in_range(setting->size, 0, ARDOQ_SETTING_TEXT_SIZE);
    }
    assert_null(ardoq_setting_at(ROWS));
    assert_null(ardoq_setting_at(SIZE_MAX));
}

static void test_names_fit_the_store_and_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        assert_in_range(strlen(rows[i].name), 1, ARDOQ_PORT_KEY_MAX);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rows[i].name, rows[j].name);
        }
    }
}

static void test_only_token_and_pem_are_secret(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        assert_int_equal(setting->secret, is_pem(setting) || strcmp(setting->name, "token") == 0);
    }
}

static void test_find_takes_the_whole_name(void **state)
{
    (void)state;
    assert_null(ardoq_setting_find(""));
    assert_null(ardoq_setting_find("hos"));
    assert_null(ardoq_setting_find("hosts"));
    assert_null(ardoq_setting_find("HOST"));
    assert_null(ardoq_setting_find("ARDOQ_API_HOST"));
}

/* ---- Valid values ---------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *value;
    ardoq_err_t err;
} rule_case_t;

static const rule_case_t rule_cases[] = {
    {"host", "acme.ardoq.com", ARDOQ_OK},
    {"host", "https://acme.ardoq.com", ARDOQ_OK},
    {"host", "HTTPS://Acme.Ardoq.com/", ARDOQ_OK},
    {"host", "https://" HOST127 ":65535/", ARDOQ_OK},
    {"host", "localhost:1", ARDOQ_OK},
    {"host", "http://acme.ardoq.com", ARDOQ_ERR_HOST_INVALID},
    {"host", "https://acme.ardoq.com/api/v2", ARDOQ_ERR_HOST_INVALID},
    {"host", "acme.ardoq.com?x", ARDOQ_ERR_HOST_INVALID},
    {"host", "user@acme.ardoq.com", ARDOQ_ERR_HOST_INVALID},
    {"host", "acme .ardoq.com", ARDOQ_ERR_HOST_INVALID},
    {"host", "acme.ardoq.com\r\nX-Evil: 1", ARDOQ_ERR_HOST_INVALID},
    {"host", "acme.ardoq.com:0", ARDOQ_ERR_HOST_INVALID},
    {"host", "acme.ardoq.com:65536", ARDOQ_ERR_HOST_INVALID},
    {"host", "192.0.2.1", ARDOQ_ERR_HOST_INVALID},
    {"host", "[2001:db8::1]", ARDOQ_ERR_HOST_INVALID},
    {"host", HOST127 "x", ARDOQ_ERR_HOST_INVALID},

    {"workspace", "0123456789abcdef01234567", ARDOQ_OK},
    {"workspace", "ABCDEF6789abcdef01234567", ARDOQ_OK},
    {"workspace", "0123456789abcdef0123456", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "0123456789abcdef012345678", ARDOQ_ERR_SETTING_TOO_LONG},
    {"workspace", "0123456789abcdef0123456g", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "G123456789abcdef01234567", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "0123456789abcdef0123456/", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "0123456789abcdef0123456:", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "0123456789abcdef0123456@", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "0123456789abcdef0123456`", ARDOQ_ERR_WORKSPACE_INVALID},
    {"workspace", "workspace-of-the-devices", ARDOQ_ERR_WORKSPACE_INVALID},

    {"component_type", "p0", ARDOQ_OK},
    {"component_type", "p1568281600543", ARDOQ_OK},
    {"component_type", "p123456789012345678901234567890", ARDOQ_OK},
    {"component_type", "p1234567890123456789012345678901", ARDOQ_ERR_SETTING_TOO_LONG},
    {"component_type", "p", ARDOQ_ERR_COMPONENT_TYPE_INVALID},
    {"component_type", "P1", ARDOQ_ERR_COMPONENT_TYPE_INVALID},
    {"component_type", "1", ARDOQ_ERR_COMPONENT_TYPE_INVALID},
    {"component_type", "pa", ARDOQ_ERR_COMPONENT_TYPE_INVALID},
    {"component_type", "p1a", ARDOQ_ERR_COMPONENT_TYPE_INVALID},
    {"component_type", "Device", ARDOQ_ERR_COMPONENT_TYPE_INVALID},

    {"name_template", "Device", ARDOQ_OK},
    {"name_template", "{serial}", ARDOQ_OK},
    {"name_template", "{model} ({serial}) \xc3\xa9", ARDOQ_OK},
    {"name_template", "{hardware_revision}{ip_address}", ARDOQ_OK},
    {"name_template", "}{serial}", ARDOQ_OK},
    {"name_template", "{", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{}", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "}{", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{serial", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{serial}{model", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{{serial}}", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{Serial}", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{ serial}", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{token}", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "a\tb", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "a\nb", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "a\x1f", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "a\x7f", ARDOQ_ERR_SETTING_INVALID},

    {"fields", "serial mac=a", ARDOQ_OK},
    {"fields", "serial colour", ARDOQ_ERR_FIELDS_INVALID},

    {"pin0", PIN_A, ARDOQ_OK},
    {"pin1", PIN_B, ARDOQ_OK},
    {"pin0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", ARDOQ_ERR_PIN_INVALID},
    {"pin0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ARDOQ_ERR_PIN_INVALID},
    {"pin0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ARDOQ_ERR_PIN_INVALID},
    {"pin0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-=", ARDOQ_ERR_PIN_INVALID},
    {"pin0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_=", ARDOQ_ERR_PIN_INVALID},
    {"pin0", PIN_A "=", ARDOQ_ERR_SETTING_TOO_LONG},
    {"pin1", "sha256/", ARDOQ_ERR_PIN_INVALID},

    {"timeout_ms", "1000", ARDOQ_OK},
    {"timeout_ms", "600000", ARDOQ_OK},
    {"timeout_ms", "0030000", ARDOQ_OK},
    {"timeout_ms", "999", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "600001", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "0", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "+1000", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "-1000", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "1e3", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "0x400", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "4294968296", ARDOQ_ERR_SETTING_INVALID},           /* 2^32 + 1000 */
    {"timeout_ms", "18446744073709552616", ARDOQ_ERR_SETTING_INVALID}, /* 2^64 + 1000 */
    {"timeout_ms", DIGITS60, ARDOQ_ERR_SETTING_INVALID},
    {"heartbeat", "3599", ARDOQ_ERR_SETTING_INVALID},
    {"heartbeat", "2592001", ARDOQ_ERR_SETTING_INVALID},
    {"heartbeat", "", ARDOQ_ERR_SETTING_INVALID},
    {"window", "00", ARDOQ_OK},
    {"window", "86401", ARDOQ_ERR_SETTING_INVALID},
    {"window", "", ARDOQ_ERR_SETTING_INVALID},
    {"window", "-0", ARDOQ_ERR_SETTING_INVALID},
    {"window", "4294967296", ARDOQ_ERR_SETTING_INVALID},           /* 2^32 */
    {"window", "18446744073709551616", ARDOQ_ERR_SETTING_INVALID}, /* 2^64 */

    {"serial", "A-0042", ARDOQ_OK},
    {"serial", "", ARDOQ_OK},
    {"serial", "A\n0042", ARDOQ_ERR_TEXT_INVALID},
    {"serial", "A\t0042", ARDOQ_ERR_TEXT_INVALID},
    {"serial",
     "A\xc2\x9b"
     "2J",
     ARDOQ_ERR_TEXT_INVALID}, /* C1: it starts what a terminal acts on */
    {"serial", "caf\xe9", ARDOQ_ERR_TEXT_INVALID},
    {"model", "Pumpe f\xfcr", ARDOQ_ERR_TEXT_INVALID},
    {"hw_revision", "\xc3", ARDOQ_ERR_TEXT_INVALID},
    {"name_template", "caf\xe9 {serial}", ARDOQ_ERR_SETTING_INVALID},
    {"name_template", "{serial}\xed\xa0\x80", ARDOQ_ERR_SETTING_INVALID},

    {"token", "0123456789abcdef-._~+/AZ==", ARDOQ_OK},
    {"token", "=", ARDOQ_ERR_TOKEN_INVALID},
    {"token", "a=b", ARDOQ_ERR_TOKEN_INVALID},
    {"token", "Bearer abc", ARDOQ_ERR_TOKEN_INVALID},
    {"token", "token: abc", ARDOQ_ERR_TOKEN_INVALID},
    {"token", "<abc>", ARDOQ_ERR_TOKEN_INVALID},
    {"token", "\"abc", ARDOQ_ERR_TOKEN_INVALID},
    {"token",
     "\xe2\x80\x9c"
     "abc\xe2\x80\x9d",
     ARDOQ_ERR_TOKEN_INVALID},
    {"token",
     "ab\xef\xbb\xbf"
     "c",
     ARDOQ_ERR_TOKEN_INVALID},
    {"model", "Pumpe f\xc3\xbcr \"Wasser\"", ARDOQ_OK},
    {"hw_revision", "1234567890123456789012345678901", ARDOQ_OK},
    {"hw_revision", "12345678901234567890123456789012", ARDOQ_ERR_SETTING_TOO_LONG},

    {"ca0", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", ARDOQ_OK},
    {"ca1", "# comment\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", ARDOQ_OK},
    {"key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", ARDOQ_OK},
    {"ca0", "", ARDOQ_ERR_SETTING_INVALID},
    {"ca1", "BEGIN CERTIFICATE END CERTIFICATE", ARDOQ_ERR_SETTING_INVALID},
    {"cert", "/etc/ssl/cert.pem", ARDOQ_ERR_SETTING_INVALID},
    {"cert", "-----BEGIN CERTIFICATE-----", ARDOQ_ERR_SETTING_INVALID},
    {"ca0", "-----BEGIN CERTIFICATE-----MIIB-----END CERTIFICATE-----\n",
     ARDOQ_ERR_SETTING_INVALID},
    {"ca0", "-----BEGIN CERTIFICATE-----\rMIIB\r-----END CERTIFICATE-----", ARDOQ_OK},
    {"key", "-----END PRIVATE KEY-----", ARDOQ_ERR_SETTING_INVALID},
    {"key", "-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----", ARDOQ_ERR_SETTING_INVALID},
};

/* Assigns; what is refused must change nothing, and a check alone never does. */
static void assert_assigns(const rule_case_t *rule)
{
    const ardoq_setting_t *setting = setting_of(rule->name);
    memset(&config, '#', sizeof config);
    const ardoq_config_t before = config;
    const ardoq_err_t err = ardoq_setting_assign(setting, &config, rule->value);
    if (err != rule->err) {
        fail_msg("%s = \"%s\" gives %s", rule->name, rule->value, ardoq_err_name(err));
    }
    assert_int_equal(ardoq_setting_assign(setting, NULL, rule->value), err);
    if (rule->err || stands_only_in_store(setting)) {
        assert_memory_equal(&config, &before, sizeof before);
    } else if (setting->kind == ARDOQ_SETTING_KIND_TEXT) {
        assert_string_equal((const char *)&config + setting->offset, rule->value);
    }
}

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rule_cases / sizeof rule_cases[0]; i++) {
        assert_assigns(&rule_cases[i]);
    }
}

/* As people paste values, and as files have them. */
static void test_what_stands_around_a_value_is_left_out(void **state)
{
    (void)state;
    static const char *const around[][2] = {
        {"", "\n"},           {"", "\r\n"}, {"", "\n\n"},           {" ", ""},
        {" \t", " \r\n"},     {"\n", ""},   {"\xef\xbb\xbf", "\n"}, {"\xc2\xa0", "\xc2\xa0"},
        {"", "\xef\xbb\xbf"},
    };
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        for (size_t j = 0; j < sizeof around / sizeof around[0] && !is_pem(setting); j++) {
            const char *value = sample(setting, 1);
            char given[128];
            snprintf(given, sizeof given, "%s%s%s", around[j][0], value, around[j][1]);
            assert_int_equal(ardoq_setting_assign(setting, NULL, given), ARDOQ_OK);
            assert_int_equal(ardoq_setting_assign(setting, &config, given), ARDOQ_OK);
            assert_text_is(setting, stands_only_in_store(setting) ? "" : value);
        }
    }
}

static void test_value_of_blanks_is_empty(void **state)
{
    (void)state;
    const ardoq_setting_t *setting = setting_of("org_label");
    assert_int_equal(ardoq_setting_assign(setting, &config, "acme"), ARDOQ_OK);
    assert_int_equal(ardoq_setting_assign(setting, &config, " \r\n"), ARDOQ_OK);
    assert_text_is(setting, "");
}

static void assert_wrapped(const ardoq_setting_t *setting, const char *before, const char *after)
{
    char value[160];
    snprintf(value, sizeof value, "%s%s%s", before, sample(setting, 0), after);
    const ardoq_config_t unchanged = config;
    const ardoq_err_t err = ardoq_setting_assign(setting, &config, value);
    if (err != ARDOQ_ERR_VALUE_WRAPPED) {
        fail_msg("%s = %s gives %s", setting->name, value, ardoq_err_name(err));
    }
    assert_memory_equal(&config, &unchanged, sizeof config);
}

static void test_wrapped_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        char name[32];
        if (setting->kind == ARDOQ_SETTING_KIND_NUMBER || is_pem(setting)) {
            continue;
        }
        snprintf(name, sizeof name, "%s=", setting->name);
        assert_wrapped(setting, "\"", "\"");
        assert_wrapped(setting, "'", "'\n");
        assert_wrapped(setting, " `", "`");
        assert_wrapped(setting, "ARDOQ_API_HOST=", "");
        assert_wrapped(setting, "export ARDOQ_X=", "");
        assert_wrapped(setting, "ARDOQ_MODEL=\"", "\"");
        assert_wrapped(setting, name, "");
    }
}

/* What only looks like it. */
static void test_values_that_are_not_wrapped(void **state)
{
    (void)state;
    static const rule_case_t cases[] = {
        {"model", "\"", ARDOQ_OK},
        {"model", "3.5\" disk", ARDOQ_OK},
        {"model", "\"Wasser\" 2", ARDOQ_OK},
        {"model", "'a\"", ARDOQ_OK},
        {"model", "a=b", ARDOQ_OK},
        {"model", "models=b", ARDOQ_OK},
        {"model", "mode=b", ARDOQ_OK},
        {"model", "serial=b", ARDOQ_OK},
        {"model", "model 2", ARDOQ_OK},
        {"model", "ARDOQ_=b", ARDOQ_OK},
        {"model", "ARDOQ_MODEL", ARDOQ_OK},
        {"model", "ARDOQ_MODEL a=b", ARDOQ_OK},
        {"model", "=", ARDOQ_OK},
        {"fields", "serial=sn", ARDOQ_OK},
        {"name_template", "serial={serial}", ARDOQ_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_assigns(&cases[i]);
    }
}

static void test_numbers_are_read(void **state)
{
    (void)state;
    const ardoq_setting_t *setting = setting_of("timeout_ms");
    assert_int_equal(ardoq_setting_assign(setting, &config, "0030017"), ARDOQ_OK);
    assert_int_equal(config.timeout_ms, 30017);
    assert_int_equal(ardoq_setting_assign(setting_of("window"), &config, " 7"), ARDOQ_OK);
    assert_int_equal(ardoq_setting_assign(setting_of("heartbeat"), &config, "3601"), ARDOQ_OK);
    assert_int_equal(config.timeout_ms, 30017);
    assert_int_equal(config.window, 7);
    assert_int_equal(config.heartbeat, 3601);
}

/* Every byte, between two that the setting takes. */
static void assert_takes_bytes(const char *name, ardoq_err_t refusal, bool (*accepts)(int))
{
    for (int byte = 1; byte < 256; byte++) {
        const char value[] = {'a', (char)byte, 'b', '\0'};
        const rule_case_t rule = {name, value, accepts(byte) ? ARDOQ_OK : refusal};
        assert_assigns(&rule);
    }
}

static bool is_of_token(int byte)
{
    return byte < 128 &&
           strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/", byte);
}

static void test_token_takes_what_a_bearer_token_may_be(void **state)
{
    (void)state;
    assert_takes_bytes("token", ARDOQ_ERR_TOKEN_INVALID, is_of_token);
}

static bool is_visible(int byte)
{
    return byte >= '!' && byte <= '~';
}

static void test_org_label_takes_visible_characters(void **state)
{
    (void)state;
    assert_takes_bytes("org_label", ARDOQ_ERR_ORG_LABEL_INVALID, is_visible);
}

/* A byte beyond ASCII is no character alone. */
static bool is_printable(int byte)
{
    return byte >= ' ' && byte < 0x7f;
}

static void test_identity_takes_printable_characters(void **state)
{
    (void)state;
    assert_takes_bytes("serial", ARDOQ_ERR_TEXT_INVALID, is_printable);
    assert_takes_bytes("model", ARDOQ_ERR_TEXT_INVALID, is_printable);
    assert_takes_bytes("hw_revision", ARDOQ_ERR_TEXT_INVALID, is_printable);
}

/* Texts of free length take one byte less than their size. */
static void test_longest_texts(void **state)
{
    (void)state;
    static const char *const names[] = {"token", "org_label", "name_template"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const ardoq_setting_t *setting = setting_of(names[i]);
        char value[ARDOQ_SETTING_TEXT_SIZE + 1];
        memset(value, 'a', sizeof value);
        value[setting->size] = '\0';
        assert_assigns(&(rule_case_t){names[i], value, ARDOQ_ERR_SETTING_TOO_LONG});
        value[setting->size - 1] = '\0';
        assert_assigns(&(rule_case_t){names[i], value, ARDOQ_OK});
        assert_text_is(setting, value);
    }
}

static void test_empty_text_unsets(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        if (setting->kind == ARDOQ_SETTING_KIND_TEXT) {
            assert_int_equal(ardoq_setting_assign(setting, &config, sample(setting, 0)), ARDOQ_OK);
            assert_int_equal(ardoq_setting_assign(setting, &config, ""), ARDOQ_OK);
            assert_text_is(setting, "");
        }
    }
}

static void test_text_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        for (int which = 0; which < 2 && !stands_only_in_store(setting); which++) {
            const char *value = sample(setting, which);
            assert_int_equal(ardoq_setting_assign(setting, &config, value), ARDOQ_OK);
            assert_text_is(setting, value);
        }
    }
}

/* Each setting has its own place. */
static void test_settings_do_not_overlap(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        for (size_t i = 0; i < ROWS; i++) {
            const ardoq_setting_t *setting = ardoq_setting_at(i);
            assert_true(stands_only_in_store(setting) ||
                        ardoq_setting_assign(setting, &config, sample(setting, which)) == ARDOQ_OK);
        }
        for (size_t i = 0; i < ROWS; i++) {
            const ardoq_setting_t *setting = ardoq_setting_at(i);
            assert_text_is(setting, stands_only_in_store(setting) ? "" : sample(setting, which));
        }
    }
}

/* ---- Name templates ---- */

static void assert_next(const char **text, const char *expected, bool is_field)
{
    ardoq_template_piece_t piece;
    assert_true(ardoq_template_next(text, &piece));
    assert_int_equal(piece.size, strlen(expected));
    assert_memory_equal(piece.text, expected, piece.size);
    assert_int_equal(piece.is_field, is_field);
}

static void assert_end(const char **text)
{
    ardoq_template_piece_t piece;
    assert_false(ardoq_template_next(text, &piece));
    assert_false(ardoq_template_next(text, &piece));
}

static void test_template_pieces(void **state)
{
    (void)state;
    const char *text = "a {serial}{model} b}";
    assert_next(&text, "a ", false);
    assert_next(&text, "serial", true);
    assert_next(&text, "model", true);
    assert_next(&text, " b}", false);
    assert_end(&text);
    text = "{}x{open";
    assert_next(&text, "", true);
    assert_next(&text, "x", false);
    assert_next(&text, "open", true);
    assert_end(&text);
    text = "";
    assert_end(&text);
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_table_has_every_setting),
        TEST(test_names_fit_the_store_and_are_unique),
        TEST(test_only_token_and_pem_are_secret),
        TEST(test_find_takes_the_whole_name),
        TEST(test_rules),
        TEST(test_what_stands_around_a_value_is_left_out),
        TEST(test_value_of_blanks_is_empty),
        TEST(test_wrapped_values),
        TEST(test_values_that_are_not_wrapped),
        TEST(test_numbers_are_read),
        TEST(test_token_takes_what_a_bearer_token_may_be),
        TEST(test_org_label_takes_visible_characters),
        TEST(test_identity_takes_printable_characters),
        TEST(test_longest_texts),
        TEST(test_empty_text_unsets),
        TEST(test_text_round_trips),
        TEST(test_settings_do_not_overlap),
        TEST(test_template_pieces),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
