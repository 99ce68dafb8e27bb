/* The configuration: where it comes from, what each setting takes, and what must be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/identity.h"
#include "ardoq/port_fake.h"
#include "ardoq/settings.h"
#include "own_stack.h"

#define PIN_A    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_B    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO/+="
#define DIGITS60 "123456789012345678901234567890123456789012345678901234567890"
#define HOST127  DIGITS60 "abc." DIGITS60 "abc"

static ardoq_config_t config;
static ardoq_http_origin_t origin;

/* ---- Set-up ---- */

static struct {
    const char *name;
    const char *value;
} environment[32];

static const char *get_environment(const char *name)
{
    for (size_t i = 0; environment[i].name; i++) {
        if (strcmp(environment[i].name, name) == 0) {
            return environment[i].value;
        }
    }
    return NULL;
}

static void set_environment(const char *name, const char *value)
{
    size_t i = 0;
    while (environment[i].name && strcmp(environment[i].name, name) != 0) {
        i++;
    }
    environment[i].name = name;
    environment[i].value = value;
}

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    memset(environment, 0, sizeof environment);
    memset(&config, '#', sizeof config);
    return 0;
}

/* A configuration with which Ardoq can be talked to. */
static void fill_config(void)
{
    assert_int_equal(ardoq_config_defaults(&config), ARDOQ_OK);
    strcpy(config.host, "acme.ardoq.com");
    strcpy(config.token, "adq_token");
}

static const ardoq_setting_t *setting_of(const char *key)
{
    const ardoq_setting_t *setting = ardoq_setting_find(key);
    assert_non_null(setting);
    return setting;
}

static bool is_pem(const ardoq_setting_t *setting)
{
    return setting->kind == ARDOQ_SETTING_KIND_PEM;
}

static bool stands_only_in_store(const ardoq_setting_t *setting)
{
    return is_pem(setting) || setting->kind == ARDOQ_SETTING_KIND_IDENTITY;
}

/* One of two values that the setting takes. */
static const char *sample(const ardoq_setting_t *setting, int which)
{
    static const char *const samples[][3] = {
        {"host", "one.example", "https://two.example:8443"},
        {"workspace", "0123456789abcdef01234567", "ABCDEFabcdef0123456789AB"},
        {"component_type", "p1", "p1568281600543"},
        {"name_template", "{serial}", "{model} / {serial}"},
        {"pin0", PIN_A, PIN_B},
        {"pin1", PIN_B, PIN_A},
        {"timeout_ms", "1000", "600000"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i][0], setting->key) == 0) {
            return samples[i][1 + which];
        }
    }
    return which ? "another-value" : "one_value";
}

/* A value that the setting refuses. */
static const char *wrong(const ardoq_setting_t *setting)
{
    return setting->kind == ARDOQ_SETTING_KIND_NUMBER ? "soon" : "\x01{";
}

static void assert_text_is(const ardoq_setting_t *setting, const char *expected)
{
    char text[ARDOQ_SETTING_TEXT_SIZE];
    ardoq_setting_text(setting, &config, text);
    assert_string_equal(text, expected);
}

/* ---- The table ---- */

static const struct {
    const char *key;
    const char *default_value;
    size_t size;
} rows[] = {
#define TEXT_OF(number)                                            #number
#define NUMBER_TEXT(number)                                        TEXT_OF(number)
#define ARDOQ_SETTING_TEXT(member, size, key, default_value, rule) {key, default_value, size},
#define ARDOQ_SETTING_NUMBER(member, min, max, key, default_value)                                 \
    {key, NUMBER_TEXT(default_value), 0},
#define ARDOQ_SETTING_IDENTITY(field, size, key) {key, "", size},
#define ARDOQ_SETTING_PEM(key, what)             {key, "", 0},
#include "ardoq/settings.def"
#undef ARDOQ_SETTING_TEXT
#undef ARDOQ_SETTING_NUMBER
#undef ARDOQ_SETTING_IDENTITY
#undef ARDOQ_SETTING_PEM
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void test_table_has_every_setting(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        assert_non_null(setting);
        assert_string_equal(setting->key, rows[i].key);
        assert_ptr_equal(ardoq_setting_find(rows[i].key), setting);
        assert_int_equal(setting->size, rows[i].size);
        assert_in_range(setting->size, 0, ARDOQ_SETTING_TEXT_SIZE);
    }
    assert_null(ardoq_setting_at(ROWS));
    assert_null(ardoq_setting_at(SIZE_MAX));
}

static void test_keys_fit_the_store_and_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        assert_in_range(strlen(rows[i].key), 1, ARDOQ_PORT_KEY_MAX);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(rows[i].key, rows[j].key);
        }
    }
}

/* A static text: the fake environment keeps what it is given. */
static const char *variable_of(const ardoq_setting_t *setting)
{
    static char variables[ROWS][ARDOQ_SETTING_VARIABLE_SIZE];
    char *variable = variables[setting - ardoq_setting_at(0)];
    ardoq_setting_variable(setting, variable);
    return variable;
}

/* The first three are the names of Ardoq's guide 'Making a request'. */
static void test_variables_have_the_names_of_ardoqs_guide_and_of_the_keys(void **state)
{
    (void)state;
    assert_string_equal(variable_of(setting_of("host")), "ARDOQ_API_HOST");
    assert_string_equal(variable_of(setting_of("token")), "ARDOQ_API_TOKEN");
    assert_string_equal(variable_of(setting_of("org_label")), "ARDOQ_ORG_LABEL");
    assert_string_equal(variable_of(setting_of("key_sdk_version")), "ARDOQ_KEY_SDK_VERSION");
    assert_string_equal(variable_of(setting_of("pin0")), "ARDOQ_PIN0");
    assert_string_equal(variable_of(setting_of("timeout_ms")), "ARDOQ_TIMEOUT_MS");
    assert_string_equal(variable_of(setting_of("serial")), "");
    assert_string_equal(variable_of(setting_of("ca0")), "");
}

static void test_there_is_room_for_every_variable(void **state)
{
    (void)state;
    const size_t longest = strlen("ARDOQ_") + ARDOQ_PORT_KEY_MAX;
    assert_true(longest < ARDOQ_SETTING_VARIABLE_SIZE);
    assert_true(strlen("ARDOQ_API_TOKEN") < ARDOQ_SETTING_VARIABLE_SIZE);
}

static void test_only_token_and_pem_are_secret(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        assert_int_equal(setting->secret, is_pem(setting) || strcmp(setting->key, "token") == 0);
    }
}

static void test_find_takes_the_whole_key(void **state)
{
    (void)state;
    assert_null(ardoq_setting_find(""));
    assert_null(ardoq_setting_find("hos"));
    assert_null(ardoq_setting_find("hosts"));
    assert_null(ardoq_setting_find("HOST"));
    assert_null(ardoq_setting_find("ARDOQ_API_HOST"));
}

/* Every field of the identity can be reported. */
static void test_every_identity_field_has_its_key(void **state)
{
    (void)state;
    ardoq_config_t keys = {0};
#define ARDOQ_IDENTITY_FIELD(name, what) strcpy(keys.key_##name, "x");
#include "ardoq/identity.def"
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        char text[ARDOQ_SETTING_TEXT_SIZE];
        ardoq_setting_text(ardoq_setting_at(i), &keys, text);
        count += strncmp(rows[i].key, "key_", 4) == 0 && strcmp(text, "x") == 0;
    }
    assert_int_equal(count, ARDOQ_IDENTITY_COUNT);
}

/* ---- What each setting takes ---- */

typedef struct {
    const char *key;
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
    {"host", " acme.ardoq.com", ARDOQ_ERR_HOST_INVALID},
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
    {"component_type", "p1 ", ARDOQ_ERR_COMPONENT_TYPE_INVALID},
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
    {"timeout_ms", " 1000", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "1000 ", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "1e3", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "0x400", ARDOQ_ERR_SETTING_INVALID},
    {"timeout_ms", "4294968296", ARDOQ_ERR_SETTING_INVALID},           /* 2^32 + 1000 */
    {"timeout_ms", "18446744073709552616", ARDOQ_ERR_SETTING_INVALID}, /* 2^64 + 1000 */
    {"timeout_ms", DIGITS60, ARDOQ_ERR_SETTING_INVALID},

    {"serial", "A-0042", ARDOQ_OK},
    {"serial", "", ARDOQ_OK},
    {"serial", "A 0042\n", ARDOQ_ERR_SETTING_INVALID},
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
    {"key", "-----END PRIVATE KEY-----", ARDOQ_ERR_SETTING_INVALID},
    {"key", "-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----", ARDOQ_ERR_SETTING_INVALID},
};

/* Assigns; what is refused must change nothing, and a check alone never does. */
static void assert_assigns(const rule_case_t *rule)
{
    const ardoq_setting_t *setting = setting_of(rule->key);
    memset(&config, '#', sizeof config);
    const ardoq_config_t before = config;
    const ardoq_err_t err = ardoq_setting_assign(setting, &config, rule->value);
    if (err != rule->err) {
        fail_msg("%s = \"%s\" gives %s", rule->key, rule->value, ardoq_err_name(err));
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

static void test_numbers_are_read(void **state)
{
    (void)state;
    const ardoq_setting_t *setting = setting_of("timeout_ms");
    assert_int_equal(ardoq_setting_assign(setting, &config, "0030017"), ARDOQ_OK);
    assert_int_equal(config.timeout_ms, 30017);
}

/* Every byte, between two that the setting takes. */
static void assert_takes_bytes(const char *key, ardoq_err_t refusal, bool (*accepts)(int))
{
    for (int byte = 1; byte < 256; byte++) {
        const char value[] = {'a', (char)byte, 'b', '\0'};
        const rule_case_t rule = {key, value, accepts(byte) ? ARDOQ_OK : refusal};
        assert_assigns(&rule);
    }
}

static bool is_visible(int byte)
{
    return byte >= '!' && byte <= '~';
}

static bool is_in_api_names(int byte)
{
    return byte < 128 &&
           strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", byte);
}

static void test_token_takes_visible_characters(void **state)
{
    (void)state;
    assert_takes_bytes("token", ARDOQ_ERR_TOKEN_INVALID, is_visible);
}

static void test_org_label_takes_visible_characters(void **state)
{
    (void)state;
    assert_takes_bytes("org_label", ARDOQ_ERR_ORG_LABEL_INVALID, is_visible);
}

static void test_keys_take_api_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        if (strncmp(rows[i].key, "key_", 4) == 0) {
            assert_takes_bytes(rows[i].key, ARDOQ_ERR_SETTING_INVALID, is_in_api_names);
        }
    }
}

static bool is_printable(int byte)
{
    return byte >= ' ' && byte != 0x7f;
}

static void test_identity_takes_printable_characters(void **state)
{
    (void)state;
    assert_takes_bytes("serial", ARDOQ_ERR_SETTING_INVALID, is_printable);
    assert_takes_bytes("model", ARDOQ_ERR_SETTING_INVALID, is_printable);
    assert_takes_bytes("hw_revision", ARDOQ_ERR_SETTING_INVALID, is_printable);
}

/* Texts of free length take one byte less than their size. */
static void test_longest_texts(void **state)
{
    (void)state;
    static const char *const keys[] = {"token", "org_label", "name_template", "key_serial",
                                       "key_last_seen"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const ardoq_setting_t *setting = setting_of(keys[i]);
        char value[ARDOQ_SETTING_TEXT_SIZE + 1];
        memset(value, 'a', sizeof value);
        value[setting->size] = '\0';
        assert_assigns(&(rule_case_t){keys[i], value, ARDOQ_ERR_SETTING_TOO_LONG});
        value[setting->size - 1] = '\0';
        assert_assigns(&(rule_case_t){keys[i], value, ARDOQ_OK});
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

/* ---- Sources ---- */

static void test_defaults_are_those_of_kconfig(void **state)
{
    (void)state;
    assert_int_equal(ardoq_config_defaults(&config), ARDOQ_OK);
    for (size_t i = 0; i < ROWS; i++) {
        assert_text_is(ardoq_setting_at(i), rows[i].default_value);
    }
    assert_null(config.ca_pem);
    assert_null(config.certificate_pem);
    assert_null(config.key_pem);
    assert_null(config.failed_key);
}

static void test_load_without_store_and_environment_gives_the_defaults(void **state)
{
    (void)state;
    static ardoq_config_t defaults;
    assert_int_equal(ardoq_config_defaults(&defaults), ARDOQ_OK);
    assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
    assert_memory_equal(&config, &defaults, sizeof defaults);
    ardoq_fake.environment = get_environment;
    assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
    assert_memory_equal(&config, &defaults, sizeof defaults);
}

static void test_store_wins_over_kconfig_and_environment_over_both(void **state)
{
    (void)state;
    ardoq_fake.environment = get_environment;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        if (stands_only_in_store(setting)) {
            continue;
        }
        assert_int_equal(ardoq_port_store_set(setting->key, sample(setting, 0)), ARDOQ_OK);
        assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
        assert_text_is(setting, sample(setting, 0));
        set_environment(variable_of(setting), sample(setting, 1));
        assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
        assert_text_is(setting, sample(setting, 1));
        ardoq_port_store_erase(setting->key);
        assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
        assert_text_is(setting, sample(setting, 1));
    }
}

static void test_empty_values_override_too(void **state)
{
    (void)state;
    ardoq_fake.environment = get_environment;
    ardoq_port_store_set("key_mac", "");
    ardoq_port_store_set("key_chip", "chip");
    set_environment("ARDOQ_KEY_CHIP", "");
    assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
    assert_string_equal(config.key_mac, "");
    assert_string_equal(config.key_chip, "");
}

/* The store keeps PEM to itself until a client is opened. */
static void test_load_reads_no_pem(void **state)
{
    (void)state;
    ardoq_port_store_set("ca0", "no certificate");
    ardoq_port_store_set("key", "no key");
    assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
}

/* ---- The identity in the store ---- */

static ardoq_identity_t identity;

static void know_identity(void)
{
    memset(&identity, 0, sizeof identity);
    identity.serial = "of the platform";
    identity.model = "of the platform";
    identity.hardware_revision = "of the platform";
}

/* Loads; nothing but what the store held may have changed. */
static void assert_identity_is(const char *serial, const char *model, const char *revision,
                               ardoq_err_t err)
{
    assert_int_equal(ardoq_config_load_identity(&identity), err);
    assert_string_equal(identity.serial, serial);
    assert_string_equal(identity.model, model);
    assert_string_equal(identity.hardware_revision, revision);
    assert_null(identity.chip);
}

static void test_identity_of_the_store_overrides(void **state)
{
    (void)state;
    know_identity();
    ardoq_port_store_set("serial", "A-0042");
    ardoq_port_store_set("hw_revision", "C");
    ardoq_port_store_set("timeout_ms", "soon"); /* other settings are not read */
    ardoq_port_store_set("ca0", "no certificate");
    assert_identity_is("A-0042", "of the platform", "C", ARDOQ_OK);
    ardoq_port_store_set("model", "Pump");
    assert_identity_is("A-0042", "Pump", "C", ARDOQ_OK);
}

static void test_longest_identity_of_the_store(void **state)
{
    (void)state;
    know_identity();
    ardoq_port_store_set("serial", DIGITS60 "123");
    ardoq_port_store_set("hw_revision", "1234567890123456789012345678901");
    assert_identity_is(DIGITS60 "123", "of the platform", "1234567890123456789012345678901",
                       ARDOQ_OK);
}

static void test_empty_identity_of_the_store_changes_nothing(void **state)
{
    (void)state;
    know_identity();
    assert_identity_is("of the platform", "of the platform", "of the platform", ARDOQ_OK);
    ardoq_port_store_set("serial", "");
    ardoq_port_store_set("model", "");
    ardoq_port_store_set("hw_revision", "");
    assert_identity_is("of the platform", "of the platform", "of the platform", ARDOQ_OK);
}

/* What stands behind a value that is refused is not looked at. */
static void test_wrong_identity_of_the_store(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        ardoq_err_t err;
    } cases[] = {{"A\x01", ARDOQ_ERR_SETTING_INVALID},
                 {"Pump\n", ARDOQ_ERR_SETTING_INVALID},
                 {DIGITS60 "1234", ARDOQ_ERR_SETTING_TOO_LONG}};
    ardoq_port_store_set("serial", "A-0042");
    ardoq_port_store_set("hw_revision", "C");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        know_identity();
        ardoq_port_store_set("model", cases[i].value);
        assert_identity_is("A-0042", "of the platform", "of the platform", cases[i].err);
    }
}

static void test_store_that_fails_for_the_identity(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 3; i++) {
        know_identity();
        ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, i, ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_int_equal(ardoq_config_load_identity(&identity), ARDOQ_ERR_STORE_UNAVAILABLE);
    }
    assert_int_equal(ardoq_config_load_identity(&identity), ARDOQ_OK);
}

/* It is of no concern to a configuration. */
static void test_load_reads_no_identity(void **state)
{
    (void)state;
    ardoq_port_store_set("serial", "A\x01");
    assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
}

/* After a failure only the name of the setting is left. */
static void assert_load_fails(ardoq_err_t expected, const char *failed_key)
{
    static const ardoq_config_t zero;
    assert_int_equal(ardoq_config_load(&config), expected);
    assert_non_null(config.failed_key);
    assert_string_equal(config.failed_key, failed_key);
    config.failed_key = NULL;
    assert_memory_equal(&config, &zero, sizeof zero);
}

static void test_wrong_values_of_store_and_environment(void **state)
{
    (void)state;
    ardoq_fake.environment = get_environment;
    ardoq_port_store_set("token", "adq_secret");
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        if (stands_only_in_store(setting) || strcmp(setting->key, "token") == 0) {
            continue;
        }
        const ardoq_err_t err = ardoq_setting_assign(setting, NULL, wrong(setting));
        assert_true(err < 0);
        ardoq_port_store_set(setting->key, wrong(setting));
        assert_load_fails(err, setting->key);
        ardoq_port_store_erase(setting->key);
        set_environment(variable_of(setting), wrong(setting));
        assert_load_fails(err, setting->key);
        set_environment(variable_of(setting), NULL);
        assert_int_equal(ardoq_config_load(&config), ARDOQ_OK);
        assert_null(config.failed_key);
    }
}

static void test_wrong_token(void **state)
{
    (void)state;
    ardoq_port_store_set("token", "adq_secret\n");
    assert_load_fails(ARDOQ_ERR_TOKEN_INVALID, "token");
}

static void test_stored_value_too_long(void **state)
{
    (void)state;
    char value[ARDOQ_SETTING_TEXT_SIZE + 1];
    if (sizeof value > ARDOQ_FAKE_STORE_VALUE_SIZE) {
        skip();
    }
    memset(value, '1', sizeof value);
    value[ARDOQ_SETTING_TEXT_SIZE] = '\0';
    ardoq_port_store_set("token", "adq_secret");
    assert_int_equal(ardoq_port_store_set("pin1", value), ARDOQ_OK);
    assert_load_fails(ARDOQ_ERR_SETTING_TOO_LONG, "pin1");
    know_identity();
    assert_int_equal(ardoq_port_store_set("model", value), ARDOQ_OK);
    assert_identity_is("of the platform", "of the platform", "of the platform",
                       ARDOQ_ERR_SETTING_TOO_LONG);
}

static void test_errors_of_the_store_pass_through(void **state)
{
    (void)state;
    static const ardoq_err_t errors[] = {ARDOQ_ERR_STORE_UNAVAILABLE, ARDOQ_ERR_STORE_PERMISSIONS,
                                         ARDOQ_ERR_STORE_DAMAGED};
    ardoq_port_store_set("token", "adq_secret");
    for (unsigned i = 0; i < ROWS && !stands_only_in_store(ardoq_setting_at(i)); i++) {
        const ardoq_err_t err = errors[i % 3];
        ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, i + 1, err);
        assert_load_fails(err, ardoq_setting_at(i)->key);
    }
}

/* An environment cannot make up for a store that fails. */
static void test_failing_store_counts_despite_the_environment(void **state)
{
    (void)state;
    ardoq_fake.environment = get_environment;
    set_environment("ARDOQ_API_HOST", "acme.ardoq.com");
    ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, 1, ARDOQ_ERR_STORE_DAMAGED);
    assert_load_fails(ARDOQ_ERR_STORE_DAMAGED, "host");
}

/* ---- Nothing of the token stays behind on the stack ---- */

#define STORED_TOKEN "adq_0f1e2d3c4b5a69788796a5b4c3d2e1f0"

static void load(void)
{
    (void)ardoq_config_load(&config);
}

static void check(void)
{
    (void)ardoq_config_check(&config, &origin);
}

static void test_token_is_wiped_from_the_stack(void **state)
{
    (void)state;
    ardoq_port_store_set("token", STORED_TOKEN);
    own_stack_run(load);
    assert_string_equal(config.token, STORED_TOKEN);
    assert_false(own_stack_holds(STORED_TOKEN));
    own_stack_run(check);
    assert_false(own_stack_holds(STORED_TOKEN));
    strcat(config.token, "\n");
    own_stack_run(check);
    assert_string_equal(config.failed_key, "token");
    assert_false(own_stack_holds(STORED_TOKEN));
}

/* ---- What must be there ---- */

static void assert_check(ardoq_err_t expected, const char *failed_key)
{
    config.failed_key = "of an earlier failure";
    assert_int_equal(ardoq_config_check(&config, &origin), expected);
    if (failed_key) {
        assert_non_null(config.failed_key);
        assert_string_equal(config.failed_key, failed_key);
    } else {
        assert_null(config.failed_key);
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

/* A program may fill the configuration by hand, so every rule is asked again. */
static void test_check_asks_every_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const ardoq_setting_t *setting = ardoq_setting_at(i);
        fill_config();
        if (setting->kind == ARDOQ_SETTING_KIND_TEXT) {
            strcpy((char *)&config + setting->offset, wrong(setting));
            assert_check(ardoq_setting_assign(setting, NULL, wrong(setting)), setting->key);
        }
    }
    fill_config();
    config.timeout_ms = 0;
    assert_check(ARDOQ_ERR_SETTING_INVALID, "timeout_ms");
}

static void test_check_changes_nothing_else(void **state)
{
    (void)state;
    fill_config();
    const ardoq_config_t before = config;
    assert_check(ARDOQ_OK, NULL);
    assert_memory_equal(&config, &before, sizeof before);
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
    ardoq_config_wipe(&config);
    assert_memory_equal(&config, &zero, sizeof zero);
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
        TEST(test_keys_fit_the_store_and_are_unique),
        TEST(test_variables_have_the_names_of_ardoqs_guide_and_of_the_keys),
        cmocka_unit_test(test_there_is_room_for_every_variable),
        TEST(test_only_token_and_pem_are_secret),
        TEST(test_find_takes_the_whole_key),
        TEST(test_every_identity_field_has_its_key),
        TEST(test_rules),
        TEST(test_numbers_are_read),
        TEST(test_token_takes_visible_characters),
        TEST(test_org_label_takes_visible_characters),
        TEST(test_keys_take_api_names),
        TEST(test_identity_takes_printable_characters),
        TEST(test_longest_texts),
        TEST(test_empty_text_unsets),
        TEST(test_text_round_trips),
        TEST(test_settings_do_not_overlap),
        TEST(test_defaults_are_those_of_kconfig),
        TEST(test_load_without_store_and_environment_gives_the_defaults),
        TEST(test_store_wins_over_kconfig_and_environment_over_both),
        TEST(test_empty_values_override_too),
        TEST(test_load_reads_no_pem),
        TEST(test_identity_of_the_store_overrides),
        TEST(test_longest_identity_of_the_store),
        TEST(test_empty_identity_of_the_store_changes_nothing),
        TEST(test_wrong_identity_of_the_store),
        TEST(test_store_that_fails_for_the_identity),
        TEST(test_load_reads_no_identity),
        TEST(test_wrong_values_of_store_and_environment),
        TEST(test_wrong_token),
        TEST(test_stored_value_too_long),
        TEST(test_errors_of_the_store_pass_through),
        TEST(test_failing_store_counts_despite_the_environment),
        TEST(test_token_is_wiped_from_the_stack),
        TEST(test_check_gives_the_origin),
        TEST(test_check_needs_host_and_token),
        TEST(test_check_asks_every_rule),
        TEST(test_check_changes_nothing_else),
        TEST(test_shared_host_needs_the_label),
        TEST(test_wipe),
        TEST(test_template_pieces),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
