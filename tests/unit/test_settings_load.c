/* The sources of the configuration and of the identity in the settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/port_fake.h"
#include "ardoq/settings.h"
#include "own_stack.h"

#define DIGITS60 "123456789012345678901234567890123456789012345678901234567890"

static ardoq_config_t config;
static ardoq_identity_t identity;
static const char *setting;

/* ---- Set-up ---- */

static const char *variables[8][2];

static void set_variable(const char *key, const char *value)
{
    size_t i = 0;
    while (variables[i][0] && strcmp(variables[i][0], key) != 0) {
        i++;
    }
    variables[i][0] = key;
    variables[i][1] = value;
}

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    memset(variables, 0, sizeof variables);
    memset(&config, '#', sizeof config);
    memset(&identity, '#', sizeof identity);
    setting = "of an earlier failure";
    ardoq_fake.variables = variables;
    return 0;
}

static bool is_of_config(const ardoq_setting_t *row)
{
    return row->kind == ARDOQ_SETTING_KIND_TEXT || row->kind == ARDOQ_SETTING_KIND_NUMBER;
}

static const char *text_of(const char *name)
{
    static ardoq_decimal_t number;
    return ardoq_setting_text(ardoq_setting_find(name), &config, &number);
}

/* One of two values that the setting takes. */
static const char *sample(const char *name, int which)
{
    static const char *const samples[][3] = {
        {"host", "one.example", "https://two.example:8443"},
        {"workspace", "0123456789abcdef01234567", "ABCDEFabcdef0123456789AB"},
        {"component_type", "p1", "p1568281600543"},
        {"name_template", "{serial}", "{model} / {serial}"},
        {"fields", "serial", "serial=sn, model"},
        {"pin0", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO/+="},
        {"pin1", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO/+=",
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"timeout_ms", "1000", "600000"},
        {"heartbeat", "3600", "2592000"},
        {"window", "0", "86400"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (strcmp(samples[i][0], name) == 0) {
            return samples[i][1 + which];
        }
    }
    return which ? "another-value" : "one_value";
}

static void assert_loads(void)
{
    setting = "of an earlier failure";
    assert_int_equal(ardoq_config_load(&config, &setting), ARDOQ_OK);
    assert_null(setting);
}

/* After a failure nothing is left. */
static void assert_load_fails(ardoq_err_t expected, const char *expected_setting)
{
    static const ardoq_config_t zero;
    memset(&config, '#', sizeof config);
    assert_int_equal(ardoq_config_load(&config, NULL), expected);
    assert_int_equal(ardoq_config_load(&config, &setting), expected);
    assert_memory_equal(&config, &zero, sizeof zero);
    if (expected_setting) {
        assert_non_null(setting);
        assert_string_equal(setting, expected_setting);
    } else {
        assert_null(setting);
    }
}

/* ---- Sources ---- */

static void test_defaults_are_those_of_kconfig(void **state)
{
    (void)state;
#define TEXT_OF(number)                                             #number
#define NUMBER_TEXT(number)                                         TEXT_OF(number)
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) {name, default_value},
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value)                                \
    {name, NUMBER_TEXT(default_value)},
    static const char *const defaults[][2] = {
#include "ardoq/settings.def"
    };
    assert_int_equal(ardoq_config_defaults(&config, &setting), ARDOQ_OK);
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        assert_string_equal(text_of(defaults[i][0]), defaults[i][1]);
    }
    assert_null(config.ca_pem);
    assert_null(config.certificate_pem);
    assert_null(config.key_pem);
    assert_null(setting);
}

static void test_load_without_store_and_environment_gives_the_defaults(void **state)
{
    (void)state;
    static ardoq_config_t defaults;
    assert_int_equal(ardoq_config_defaults(&defaults, NULL), ARDOQ_OK);
    assert_loads();
    assert_memory_equal(&config, &defaults, sizeof defaults);
    assert_int_equal(ardoq_config_load(&config, NULL), ARDOQ_OK);
}

static void test_store_wins_over_kconfig_and_environment_over_both(void **state)
{
    (void)state;
    const ardoq_setting_t *row;
    for (size_t i = 0; is_of_config(row = ardoq_setting_at(i)); i++) {
        assert_int_equal(ardoq_port_store_set(row->name, sample(row->name, 0)), ARDOQ_OK);
        assert_loads();
        assert_string_equal(text_of(row->name), sample(row->name, 0));
        variables[0][0] = row->name;
        variables[0][1] = sample(row->name, 1);
        assert_loads();
        assert_string_equal(text_of(row->name), sample(row->name, 1));
        ardoq_port_store_erase(row->name);
        assert_loads();
        assert_string_equal(text_of(row->name), sample(row->name, 1));
    }
}

static void test_the_store_is_read_once(void **state)
{
    (void)state;
    ardoq_port_store_set("host", "acme.ardoq.com");
    assert_loads();
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_EACH].count, 1);
    assert_int_equal(ardoq_identity_read(&identity, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_EACH].count, 2);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_STORE_GET].count, 0);
}

static void test_empty_values_override_too(void **state)
{
    (void)state;
    ardoq_port_store_set("name_template", "");
    ardoq_port_store_set("fields", "serial");
    set_variable("fields", "");
    assert_loads();
    assert_string_equal(config.name_template, "");
    assert_string_equal(config.fields, "");
}

/* Other programs may share the store, PEM stays in it, and the identity is read on its own. */
static void test_load_reads_only_its_own(void **state)
{
    (void)state;
    ardoq_port_store_set("wifi_password", "\x01");
    ardoq_port_store_set("ca0", "no certificate");
    ardoq_port_store_set("key", "no key");
    ardoq_port_store_set("serial", "A\x01");
    ardoq_port_store_set("key_colour", "green");
    assert_loads();
}

static void test_wrong_values_of_store_and_environment(void **state)
{
    (void)state;
    const ardoq_setting_t *row;
    ardoq_port_store_set("token", "adq_secret");
    for (size_t i = 0; is_of_config(row = ardoq_setting_at(i)); i++) {
        const ardoq_err_t err = ardoq_setting_assign(row, NULL, "\x01{");
        assert_true(err < 0);
        if (strcmp(row->name, "token") == 0) {
            continue;
        }
        ardoq_port_store_set(row->name, "\x01{");
        assert_load_fails(err, row->name);
        ardoq_port_store_erase(row->name);
        variables[0][0] = row->name;
        variables[0][1] = "\x01{";
        assert_load_fails(err, row->name);
        variables[0][0] = NULL;
        assert_loads();
    }
}

static void test_wrong_token(void **state)
{
    (void)state;
    ardoq_port_store_set("token", "adq_sec\nret");
    assert_load_fails(ARDOQ_ERR_TOKEN_INVALID, "token");
    ardoq_port_store_set("token", "ARDOQ_API_TOKEN=adq_secret");
    assert_load_fails(ARDOQ_ERR_VALUE_WRAPPED, "token");
}

/* As a store has it that was written from a file. */
static void test_line_break_after_a_stored_value(void **state)
{
    (void)state;
    ardoq_port_store_set("token", "adq_secret\r\n");
    ardoq_port_store_set("timeout_ms", "5000\n");
    set_variable("org_label", " acme ");
    assert_loads();
    assert_string_equal(config.token, "adq_secret");
    assert_string_equal(config.org_label, "acme");
    assert_int_equal(config.timeout_ms, 5000);
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
    assert_int_equal(ardoq_port_store_set("ca0", value), ARDOQ_OK);
    assert_loads();
    assert_int_equal(ardoq_port_store_set("pin1", value), ARDOQ_OK);
    assert_load_fails(ARDOQ_ERR_SETTING_TOO_LONG, "pin1");
    assert_int_equal(ardoq_port_store_set("model", value), ARDOQ_OK);
    assert_int_equal(ardoq_identity_read(&identity, &setting), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_string_equal(setting, "model");
}

static void test_errors_of_the_store_pass_through(void **state)
{
    (void)state;
    static const ardoq_err_t errors[] = {ARDOQ_ERR_STORE_UNAVAILABLE, ARDOQ_ERR_STORE_PERMISSIONS,
                                         ARDOQ_ERR_STORE_DAMAGED};
    set_variable("host", "acme.ardoq.com"); /* cannot make up for it */
    for (unsigned i = 0; i < 3; i++) {
        ardoq_fake_reset();
        ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, errors[i]);
        assert_int_equal(ardoq_config_load(&config, &setting), errors[i]);
        assert_null(setting);
    }
}

/* ---- Settings of earlier versions ---- */

static void assert_fields(const char *expected)
{
    assert_loads();
    assert_string_equal(config.fields, expected);
}

/* Each with its own field, one after the other. */
static void test_every_obsolete_setting_becomes_an_entry(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"key_serial", "serial"},
        {"key_mac", "mac"},
        {"key_model", "model"},
        {"key_hw_rev", "hardware_revision"},
        {"key_chip", "chip"},
        {"key_chip_rev", "chip_revision"},
        {"key_fw_name", "firmware_name"},
        {"key_fw_version", "firmware_version"},
        {"key_fw_hash", "firmware_hash"},
        {"key_sdk_version", "sdk_version"},
        {"key_flash_size", "flash_size"},
        {"key_secure_boot", "secure_boot"},
        {"key_flash_enc", "flash_encryption"},
        {"key_host_name", "host_name"},
        {"key_ip_address", "ip_address"},
        {"key_last_seen", "last_seen"},
    };
    /* Those of that time; the fields after them are newer. */
    assert_int_equal(sizeof rows / sizeof rows[0], ARDOQ_IDENTITY_last_seen + 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const ardoq_identity_field_t source = ardoq_identity_find(rows[i][1], strlen(rows[i][1]));
        ardoq_field_t field;
        assert_true(ardoq_setting_is_obsolete(rows[i][0]));
        assert_int_equal(ardoq_port_store_set(rows[i][0], "x"), ARDOQ_OK);
        assert_loads();
        assert_true(ardoq_field_find(config.fields, source, &field));
        assert_string_equal(field.target, "x");
        assert_int_equal(ardoq_port_store_set(rows[i][0], ""), ARDOQ_OK);
        assert_loads();
        assert_false(ardoq_field_find(config.fields, source, &field));
        ardoq_port_store_erase(rows[i][0]);
    }
    assert_false(ardoq_setting_is_obsolete("key"));
    assert_false(ardoq_setting_is_obsolete("host"));
}

static void test_obsolete_settings_change_the_default_list(void **state)
{
    (void)state;
    ardoq_port_store_set("key_serial", "sn");
    assert_fields(" mac model hardware_revision chip chip_revision firmware_name firmware_version "
                  "firmware_hash sdk_version flash_size host_name ip_address serial=sn");
    ardoq_port_store_set("key_mac", "");
    ardoq_port_store_set("key_ip_address", "");
    ardoq_port_store_set("key_chip", "device_chip");
    set_variable("key_host_name", "");
    assert_fields(" model hardware_revision chip_revision firmware_name firmware_version "
                  "firmware_hash sdk_version flash_size serial=sn chip=device_chip");
    set_variable("key_serial", "number"); /* the later value wins, as ever */
    assert_fields(" model hardware_revision chip_revision firmware_name firmware_version "
                  "firmware_hash sdk_version flash_size chip=device_chip serial=number");
}

/* An error that names it, in the place of a report with another key. */
static void test_obsolete_settings_that_cannot_be_converted(void **state)
{
    (void)state;
    static const char *const values[] = {
        "a b",        "a,b",           "a=b",         "a:b",
        "x serial=y", "x last_seen=y", "caf\xc3\xa9", "abcdefghijklmnopqrstuvwxyz012345"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        ardoq_port_store_set("key_model", values[i]);
        assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, "key_model");
    }
    ardoq_port_store_set("key_model", "device_serial");
    assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, "key_model");
    /* Once the other has moved away it is well. */
    ardoq_port_store_set("key_serial", "sn");
    assert_loads();
}

static void test_obsolete_settings_beside_the_new_one(void **state)
{
    (void)state;
    ardoq_port_store_set("fields", "serial");
    ardoq_port_store_set("key_mac", "");
    assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, "key_mac");
    ardoq_port_store_erase("fields");
    set_variable("fields", "serial");
    assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, "key_mac");
    ardoq_port_store_erase("key_mac");
    ardoq_port_store_set("fields", "serial");
    set_variable("key_serial", "sn");
    assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, "key_serial");
}

/* As many as fit, and one more. */
static void test_obsolete_settings_that_make_the_list_too_long(void **state)
{
    (void)state;
    static const char *const names[] = {
        "key_serial",   "key_mac",     "key_model",      "key_hw_rev",  "key_chip",
        "key_chip_rev", "key_fw_name", "key_fw_version", "key_fw_hash", "key_host_name"};
    char target[] = "abcdefghijklmnopqrstuvwxyz0123_";
    const char *refused = NULL;
    for (size_t i = 0; !refused && i < sizeof names / sizeof names[0]; i++) {
        target[30] = (char)('a' + i);
        ardoq_port_store_set(names[i], target);
        const ardoq_err_t err = ardoq_config_load(&config, &setting);
        refused = err ? names[i] : NULL;
        assert_true(err || strlen(config.fields) < ARDOQ_FIELDS_SIZE);
    }
    if (ARDOQ_FIELDS_SIZE <= 300) {
        assert_non_null(refused);
        assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, refused);
    }
}

static void test_obsolete_setting_that_is_too_long(void **state)
{
    (void)state;
    char value[ARDOQ_SETTING_TEXT_SIZE + 1];
    if (sizeof value > ARDOQ_FAKE_STORE_VALUE_SIZE) {
        skip();
    }
    memset(value, 'a', sizeof value);
    value[ARDOQ_SETTING_TEXT_SIZE] = '\0';
    ardoq_port_store_set("key_serial", value);
    assert_load_fails(ARDOQ_ERR_SETTING_OBSOLETE, "key_serial");
}

/* ---- The identity ---- */

static void know_identity(void)
{
    ardoq_fake.identity = (ardoq_identity_t){
        .serial = "of the platform", .model = "of the platform", .chip = "of the platform"};
}

static void assert_identity_is(const char *serial, const char *model, const char *revision,
                               ardoq_err_t err)
{
    assert_int_equal(ardoq_identity_read(&identity, &setting), err);
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_serial), serial);
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_model), model);
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_hardware_revision), revision);
    assert_string_equal(identity.chip, "of the platform");
    assert_null(identity.mac);
}

static void test_identity_of_the_platform(void **state)
{
    (void)state;
    know_identity();
    assert_identity_is("of the platform", "of the platform", "", ARDOQ_OK);
    assert_null(setting);
    assert_int_equal(ardoq_identity_read(&identity, NULL), ARDOQ_OK);
    assert_int_equal(ardoq_identity_read(NULL, &setting), ARDOQ_ERR_INVALID_ARGUMENT);
}

static void test_identity_of_the_store_overrides(void **state)
{
    (void)state;
    know_identity();
    ardoq_port_store_set("serial", "A-0042");
    ardoq_port_store_set("hw_revision", "C");
    ardoq_port_store_set("timeout_ms", "soon"); /* other settings are not read */
    ardoq_port_store_set("ca0", "no certificate");
    ardoq_port_store_set("chip", "no setting");
    assert_identity_is("A-0042", "of the platform", "C", ARDOQ_OK);
    set_variable("model", "Pump");
    assert_identity_is("A-0042", "Pump", "C", ARDOQ_OK);
    assert_null(setting);
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
    ardoq_port_store_set("serial", "");
    ardoq_port_store_set("model", "");
    ardoq_port_store_set("hw_revision", "");
    assert_identity_is("of the platform", "of the platform", "", ARDOQ_OK);
}

static void test_wrong_identity_of_the_store(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        ardoq_err_t err;
    } cases[] = {{"A\x01", ARDOQ_ERR_TEXT_INVALID},
                 {"Pump\n2", ARDOQ_ERR_TEXT_INVALID},
                 {"caf\xe9", ARDOQ_ERR_TEXT_INVALID},
                 {"'Pump'", ARDOQ_ERR_VALUE_WRAPPED},
                 {DIGITS60 "1234", ARDOQ_ERR_SETTING_TOO_LONG}};
    know_identity();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ardoq_port_store_set("model", cases[i].value);
        assert_identity_is("of the platform", "of the platform", "", cases[i].err);
        assert_string_equal(setting, "model");
    }
}

/* A value of blanks is none, and takes nothing from what the platform says. */
static void test_blanks_around_the_identity_of_the_store(void **state)
{
    (void)state;
    know_identity();
    ardoq_port_store_set("serial", "A-0042\r\n");
    ardoq_port_store_set("model", " ");
    ardoq_port_store_set("hw_revision", " C\t");
    assert_identity_is("A-0042", "of the platform", "C", ARDOQ_OK);
}

/* What the platform knows is there all the same. */
static void test_store_that_fails_for_the_identity(void **state)
{
    (void)state;
    know_identity();
    ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_identity_is("of the platform", "of the platform", "", ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_null(setting);
}

/* The port need not look at what ardoq_identity_keep() says. */
static void test_identity_that_does_not_fit(void **state)
{
    (void)state;
    char text[ARDOQ_IDENTITY_SIZE + 1];
    memset(text, 'x', sizeof text);
    text[ARDOQ_IDENTITY_SIZE - 1] = '\0';
    ardoq_identity_keep(&ardoq_fake.identity, ARDOQ_IDENTITY_chip, text);
    assert_int_equal(ardoq_identity_read(&identity, &setting), ARDOQ_OK);
    assert_string_equal(identity.chip, text);
    ardoq_identity_keep(&ardoq_fake.identity, ARDOQ_IDENTITY_model, "");
    assert_int_equal(ardoq_identity_read(&identity, &setting), ARDOQ_ERR_IDENTITY_FULL);
    assert_null(setting);
    ardoq_fake.identity.used = ARDOQ_IDENTITY_SIZE;
    ardoq_port_store_set("serial", "A-0042");
    assert_int_equal(ardoq_identity_read(&identity, &setting), ARDOQ_ERR_IDENTITY_FULL);
    assert_string_equal(setting, "serial");
}

static void test_one_setting_of_the_identity(void **state)
{
    (void)state;
    char value[ARDOQ_SETTING_STORED_SIZE] = "#";
    const ardoq_setting_t *serial = ardoq_setting_find("serial");
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_OK);
    assert_string_equal(value, "");
    ardoq_port_store_set("model", "A\x01");
    ardoq_port_store_set("serial", DIGITS60 "123");
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_OK);
    assert_string_equal(value, DIGITS60 "123");
    set_variable("serial", ""); /* changes nothing */
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_OK);
    assert_string_equal(value, DIGITS60 "123");
    set_variable("serial", " "); /* neither */
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_OK);
    assert_string_equal(value, DIGITS60 "123");
    set_variable("serial", "A ");
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_OK);
    assert_string_equal(value, "A");
    set_variable("serial", " A-0042\r\n");
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_OK);
    assert_string_equal(value, "A-0042");
    set_variable("serial", "A\x01");
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_ERR_TEXT_INVALID);
    assert_string_equal(value, "");
    set_variable("serial", NULL);
    assert_int_equal(ardoq_setting_stored(serial, value), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_string_equal(value, "");
}

/* ---- Nothing of the token stays behind on the stack ---- */

#define STORED_TOKEN "adq_0f1e2d3c4b5a69788796a5b4c3d2e1f0"

static void load(void)
{
    (void)ardoq_config_load(&config, NULL);
    (void)ardoq_identity_read(&identity, NULL);
}

static void test_token_is_wiped_from_the_stack(void **state)
{
    (void)state;
    ardoq_port_store_set("token", STORED_TOKEN);
    own_stack_run(load);
    assert_string_equal(config.token, STORED_TOKEN);
    assert_false(own_stack_holds(STORED_TOKEN));
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_defaults_are_those_of_kconfig),
        TEST(test_load_without_store_and_environment_gives_the_defaults),
        TEST(test_store_wins_over_kconfig_and_environment_over_both),
        TEST(test_the_store_is_read_once),
        TEST(test_empty_values_override_too),
        TEST(test_load_reads_only_its_own),
        TEST(test_wrong_values_of_store_and_environment),
        TEST(test_wrong_token),
        TEST(test_line_break_after_a_stored_value),
        TEST(test_stored_value_too_long),
        TEST(test_errors_of_the_store_pass_through),
        TEST(test_every_obsolete_setting_becomes_an_entry),
        TEST(test_obsolete_settings_change_the_default_list),
        TEST(test_obsolete_settings_that_cannot_be_converted),
        TEST(test_obsolete_settings_beside_the_new_one),
        TEST(test_obsolete_settings_that_make_the_list_too_long),
        TEST(test_obsolete_setting_that_is_too_long),
        TEST(test_identity_of_the_platform),
        TEST(test_identity_of_the_store_overrides),
        TEST(test_longest_identity_of_the_store),
        TEST(test_empty_identity_of_the_store_changes_nothing),
        TEST(test_wrong_identity_of_the_store),
        TEST(test_blanks_around_the_identity_of_the_store),
        TEST(test_store_that_fails_for_the_identity),
        TEST(test_identity_that_does_not_fit),
        TEST(test_one_setting_of_the_identity),
        TEST(test_token_is_wiped_from_the_stack),
    };
    return cmocka_run_group_tests_name("settings_load", tests, NULL, NULL);
}
