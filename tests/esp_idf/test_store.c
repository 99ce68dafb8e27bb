/* The store of the ESP-IDF port, on an NVS in memory whose every call can be made to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port.h"
#include "fake_log.h"
#include "fake_nvs.h"

/* What production names in the CSV for nvs_partition_gen.py. */
#define NAMESPACE "ardoq"

#define SECRET    "5ec7e70123456789"

static char logged[256];

void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    assert_int_equal(level, ARDOQ_LOG_ERROR);
    snprintf(logged, sizeof logged, "%s: %s", text, detail);
}

const char *esp_err_to_name(esp_err_t code)
{
    static char name[32];
    snprintf(name, sizeof name, "code %d", code);
    return name;
}

static int set_up(void **state)
{
    (void)state;
    fake_nvs_reset();
    fake_log_reset();
    logged[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(fake_nvs.open_handles, 0);
    assert_int_equal(fake_nvs.open_iterators, 0);
    return 0;
}

static void assert_stored(const char *key, const char *expected)
{
    const char *text = fake_nvs_stored(NAMESPACE, key);
    if (expected) {
        assert_non_null(text);
        assert_string_equal(text, expected);
    } else {
        assert_null(text);
    }
}

static void assert_get(const char *key, size_t size, ardoq_err_t expected, const char *text)
{
    static char value[FAKE_NVS_VALUE_SIZE + 1];
    memset(value, '#', sizeof value);
    assert_int_equal(ardoq_port_store_get(key, value, size), expected);
    assert_int_equal(value[size], '#');
    if (text) {
        assert_string_equal(value, text);
    }
    assert_int_equal(fake_nvs.mode, NVS_READONLY);
    assert_int_equal(fake_nvs.open_handles, 0);
}

static const char *text_of_length(size_t length)
{
    static char text[FAKE_NVS_VALUE_SIZE + 1];
    assert_true(length < sizeof text);
    memset(text, 'x', length);
    text[length] = '\0';
    return text;
}

/* ---- A healthy NVS --------------------------------------------------------------------------- */

static void test_get(void **state)
{
    (void)state;
    fake_nvs_store(NAMESPACE, "host", "acme.ardoq.com");
    fake_nvs_store("other", "token", "not ours");
    assert_get("host", 100, ARDOQ_OK, "acme.ardoq.com");
    assert_get("token", 100, ARDOQ_ERR_NOT_SET, NULL);
    assert_int_equal(fake_nvs.counts[FAKE_NVS_COMMIT], 0);
    assert_string_equal(logged, "");
}

static void test_set(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_store_set("host", "acme.ardoq.com"), ARDOQ_OK);
    assert_int_equal(fake_nvs.mode, NVS_READWRITE);
    assert_int_equal(fake_nvs.counts[FAKE_NVS_COMMIT], 1);
    assert_stored("host", "acme.ardoq.com");
    assert_int_equal(ardoq_port_store_set("host", ""), ARDOQ_OK);
    assert_get("host", 1, ARDOQ_OK, "");
}

static void test_erase(void **state)
{
    (void)state;
    fake_nvs_store("other", "host", "not ours");
    fake_nvs_store(NAMESPACE, "host", "acme.ardoq.com");
    fake_nvs_store(NAMESPACE, "token", "kept");
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_stored("host", NULL);
    assert_stored("token", "kept");
    assert_string_equal(fake_nvs_stored("other", "host"), "not ours");
    assert_int_equal(fake_nvs.counts[FAKE_NVS_ERASE], 1);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
}

/* A device that was never given a setting stays as it is. */
static void test_nothing_is_written_by_reading(void **state)
{
    (void)state;
    assert_get("host", 100, ARDOQ_ERR_NOT_SET, NULL);
    assert_string_equal(fake_nvs.namespaces[0], "");
    assert_string_equal(logged, "");
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
}

static void test_room_for_the_value(void **state)
{
    (void)state;
    fake_nvs_store(NAMESPACE, "host", "12345");
    assert_get("host", 6, ARDOQ_OK, "12345");
    assert_get("host", 5, ARDOQ_ERR_SETTING_TOO_LONG, NULL);
    assert_get("host", 1, ARDOQ_ERR_SETTING_TOO_LONG, NULL);
}

static void test_longest_value(void **state)
{
    (void)state;
    const char *longest = text_of_length(FAKE_NVS_VALUE_SIZE - 1);
    assert_int_equal(ardoq_port_store_set("ca0", longest), ARDOQ_OK);
    assert_get("ca0", FAKE_NVS_VALUE_SIZE, ARDOQ_OK, longest);
    assert_int_equal(ardoq_port_store_set("ca0", text_of_length(FAKE_NVS_VALUE_SIZE)),
                     ARDOQ_ERR_SETTING_TOO_LONG);
    assert_stored("ca0", text_of_length(FAKE_NVS_VALUE_SIZE - 1));
}

static void test_longest_key(void **state)
{
    (void)state;
    const char *longest = "123456789012345";
    assert_int_equal(strlen(longest), ARDOQ_PORT_KEY_MAX);
    assert_int_equal(ardoq_port_store_set(longest, "value"), ARDOQ_OK);
    assert_get(longest, 100, ARDOQ_OK, "value");
    assert_int_equal(ardoq_port_store_erase(longest), ARDOQ_OK);
    assert_stored(longest, NULL);
}

static void test_full(void **state)
{
    (void)state;
    for (int i = 0; i < FAKE_NVS_ENTRIES; i++) {
        const char key[] = {(char)('a' + i), '\0'};
        fake_nvs_store("other", key, "taken");
    }
    assert_int_equal(ardoq_port_store_set("host", "acme.ardoq.com"), ARDOQ_ERR_STORE_FULL);
    assert_stored("host", NULL);
    assert_string_equal(fake_nvs_stored("other", "a"), "taken");
}

static void test_value_of_another_type(void **state)
{
    (void)state;
    fake_nvs_store_number(NAMESPACE, "timeout_ms");
    assert_get("timeout_ms", 100, ARDOQ_ERR_STORE_DAMAGED, NULL);
}

/* ---- All values ------------------------------------------------------------------------------ */

typedef struct {
    char text[256]; /* "key=value;" of each */
    const char *end_at;
} values_t;

static ardoq_err_t note_value(void *context, const char *key, const char *value)
{
    values_t *values = context;
    const size_t used = strlen(values->text);
    snprintf(values->text + used, sizeof values->text - used, "%s=%s;", key,
             value ? value : "(none)");
    return values->end_at && strcmp(key, values->end_at) == 0 ? ARDOQ_ERR_SETTING_INVALID
                                                              : ARDOQ_OK;
}

static void assert_each(const char *end_at, ardoq_err_t expected, const char *text)
{
    char buffer[8];
    values_t values = {.end_at = end_at};
    assert_int_equal(ardoq_port_store_each(buffer, sizeof buffer, note_value, &values), expected);
    assert_string_equal(values.text, text);
    assert_int_equal(fake_nvs.mode, NVS_READONLY);
    assert_int_equal(fake_nvs.open_handles, 0);
    assert_int_equal(fake_nvs.open_iterators, 0);
}

static void test_each(void **state)
{
    (void)state;
    assert_each(NULL, ARDOQ_OK, "");
    fake_nvs_store(NAMESPACE, "host", "1234567");
    fake_nvs_store("other", "token", "not ours");
    fake_nvs_store(NAMESPACE, "token", "12345678");
    fake_nvs_store_number(NAMESPACE, "timeout_ms");
    fake_nvs_store(NAMESPACE, "model", "");
    assert_each(NULL, ARDOQ_OK, "host=1234567;token=(none);timeout_ms=(none);model=;");
    assert_each("token", ARDOQ_ERR_SETTING_INVALID, "host=1234567;token=(none);");
    assert_each("model", ARDOQ_ERR_SETTING_INVALID,
                "host=1234567;token=(none);timeout_ms=(none);model=;");
    assert_string_equal(logged, "");
}

static void test_each_that_fails(void **state)
{
    (void)state;
    static const struct {
        fake_nvs_call_t call;
        esp_err_t code;
        ardoq_err_t err;
        const char *text;
    } rows[] = {
        {FAKE_NVS_OPEN, ESP_FAIL, ARDOQ_ERR_STORE_UNAVAILABLE, ""},
        {FAKE_NVS_OPEN, ESP_ERR_NVS_NOT_FOUND, ARDOQ_OK, ""},
        {FAKE_NVS_FIND, ESP_ERR_NO_MEM, ARDOQ_ERR_STORE_UNAVAILABLE, ""},
        {FAKE_NVS_INFO, ESP_FAIL, ARDOQ_ERR_STORE_UNAVAILABLE, ""},
        {FAKE_NVS_GET, ESP_FAIL, ARDOQ_ERR_STORE_UNAVAILABLE, ""},
        {FAKE_NVS_NEXT, ESP_FAIL, ARDOQ_ERR_STORE_UNAVAILABLE, "host=h;"},
    };
    fake_nvs_store(NAMESPACE, "host", "h");
    fake_nvs_store(NAMESPACE, "token", "t");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        logged[0] = '\0';
        fake_nvs.failures[rows[i].call] = rows[i].code;
        assert_each(NULL, rows[i].err, rows[i].text);
        assert_int_equal(logged[0] != '\0', rows[i].err != ARDOQ_OK);
    }
    fake_nvs.is_initialised = false;
    assert_each(NULL, ARDOQ_ERR_STORE_UNAVAILABLE, "");
}

/* A chip has no environment, whatever its C library says; the simulator has its host's. */
static void test_environment(void **state)
{
    (void)state;
    fake_nvs_store(NAMESPACE, "host", "h");
    assert_int_equal(setenv("ARDOQ_API_HOST", "acme.ardoq.com", 1), 0);
#ifdef CONFIG_IDF_TARGET_LINUX
    assert_each(NULL, ARDOQ_OK, "host=h;host=acme.ardoq.com;");
    fake_nvs.failures[FAKE_NVS_OPEN] = ESP_FAIL;
    assert_each(NULL, ARDOQ_ERR_STORE_UNAVAILABLE, "");
    fake_nvs.has_partition = false;
    assert_each(NULL, ARDOQ_OK, "host=acme.ardoq.com;");
#else
    assert_each(NULL, ARDOQ_OK, "host=h;");
#endif
    assert_int_equal(unsetenv("ARDOQ_API_HOST"), 0);
}

/* ---- NVS has a log too ----------------------------------------------------------------------- */

static void test_no_value_is_logged(void **state)
{
    (void)state;
    static const char *const keys[] = {"token", "key"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(ardoq_port_store_set(keys[i], SECRET), ARDOQ_OK);
        assert_get(keys[i], 100, ARDOQ_OK, SECRET);
        assert_int_equal(ardoq_port_store_erase(keys[i]), ARDOQ_OK);
    }
    assert_null(strstr(fake_logged(), SECRET));
}

static void test_no_value_is_logged_that_cannot_be_written(void **state)
{
    (void)state;
    static const fake_nvs_call_t failing[] = {FAKE_NVS_OPEN, FAKE_NVS_SET, FAKE_NVS_COMMIT};
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        fake_nvs.failures[failing[i]] = ESP_FAIL;
        assert_int_equal(ardoq_port_store_set("token", SECRET), ARDOQ_ERR_STORE_UNAVAILABLE);
    }
    assert_null(strstr(fake_logged(), SECRET));
    assert_null(strstr(logged, SECRET));
}

static void test_the_application_has_its_log_as_before(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_store_set("token", SECRET), ARDOQ_OK);
    nvs_handle_t handle;
    assert_int_equal(nvs_open("other", NVS_READWRITE, &handle), ESP_OK);
    assert_int_equal(nvs_set_str(handle, "name", "theirs"), ESP_OK);
    nvs_close(handle);
    assert_non_null(strstr(fake_logged(), "D nvs: nvs_set_str name theirs\n"));
}

/* ---- No NVS ---------------------------------------------------------------------------------- */

/* To read there need not be a store; to write there must. */
static void assert_no_store(void)
{
    assert_get("host", 100, ARDOQ_ERR_NOT_SET, NULL);
    assert_each(NULL, ARDOQ_OK, "");
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_OK);
    assert_string_equal(logged, "");
    assert_int_equal(ardoq_port_store_set("host", "acme.ardoq.com"), ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_no_partition(void **state)
{
    (void)state;
    fake_nvs.has_partition = false;
    assert_no_store();
}

static void test_no_partition_to_initialise(void **state)
{
    (void)state;
    fake_nvs.has_partition = false;
    fake_nvs.is_initialised = false;
    assert_no_store();
}

static void test_forgotten_initialisation(void **state)
{
    (void)state;
    fake_nvs_store(NAMESPACE, "host", "acme.ardoq.com");
    fake_nvs.is_initialised = false;
    assert_get("host", 100, ARDOQ_ERR_STORE_UNAVAILABLE, NULL);
    assert_string_equal(logged, "NVS failed: code 4353");
    assert_int_equal(ardoq_port_store_set("host", "other"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_stored("host", "acme.ardoq.com");
}

/* ---- Every call fails, in every way -----------------------------------------------------------
 */

static ardoq_err_t get(void)
{
    char value[100];
    return ardoq_port_store_get("host", value, sizeof value);
}

static ardoq_err_t set(void)
{
    return ardoq_port_store_set("host", "other");
}

static ardoq_err_t erase(void)
{
    return ardoq_port_store_erase("host");
}

static const struct {
    ardoq_err_t (*run)(void);
    fake_nvs_call_t call;
} calls[] = {
    {get, FAKE_NVS_OPEN},    {get, FAKE_NVS_GET},      {set, FAKE_NVS_OPEN},
    {set, FAKE_NVS_SET},     {set, FAKE_NVS_COMMIT},   {erase, FAKE_NVS_OPEN},
    {erase, FAKE_NVS_ERASE}, {erase, FAKE_NVS_COMMIT},
};

static void assert_failure(size_t i, esp_err_t code, ardoq_err_t expected)
{
    fake_nvs_reset();
    logged[0] = '\0';
    fake_nvs_store(NAMESPACE, "host", "acme.ardoq.com");
    fake_nvs_store(NAMESPACE, "token", "kept");
    fake_nvs.failures[calls[i].call] = code;
    assert_int_equal(calls[i].run(), expected);
    assert_int_equal(fake_nvs.counts[calls[i].call], 1);
    assert_int_equal(fake_nvs.open_handles, 0);
    assert_stored("host", "acme.ardoq.com");
    assert_stored("token", "kept");
    if (calls[i].call == FAKE_NVS_SET || calls[i].call == FAKE_NVS_ERASE) {
        assert_int_equal(fake_nvs.counts[FAKE_NVS_COMMIT], 0);
    }
}

static void test_failures_of_each_call(void **state)
{
    (void)state;
    static const struct {
        esp_err_t code;
        ardoq_err_t err;
    } rows[] = {
        {ESP_ERR_NVS_INVALID_LENGTH, ARDOQ_ERR_SETTING_TOO_LONG},
        {ESP_ERR_NVS_VALUE_TOO_LONG, ARDOQ_ERR_SETTING_TOO_LONG},
        {ESP_ERR_NVS_NOT_ENOUGH_SPACE, ARDOQ_ERR_STORE_FULL},
        {ESP_ERR_NVS_TYPE_MISMATCH, ARDOQ_ERR_STORE_DAMAGED},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            assert_failure(i, rows[j].code, rows[j].err);
            assert_string_equal(logged, "");
        }
    }
}

/* Codes that no device should ever see are at least logged. */
static void test_other_failures_of_each_call(void **state)
{
    (void)state;
    static const esp_err_t codes[] = {
        ESP_FAIL,
        ESP_ERR_NO_MEM,
        ESP_ERR_INVALID_ARG,
        ESP_ERR_INVALID_STATE,
        ESP_ERR_NVS_NOT_INITIALIZED,
        ESP_ERR_NVS_READ_ONLY,
        ESP_ERR_NVS_INVALID_NAME,
        ESP_ERR_NVS_INVALID_HANDLE,
        ESP_ERR_NVS_REMOVE_FAILED,
        ESP_ERR_NVS_KEY_TOO_LONG,
        ESP_ERR_NVS_INVALID_STATE,
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (size_t j = 0; j < sizeof codes / sizeof codes[0]; j++) {
            char expected[64];
            snprintf(expected, sizeof expected, "NVS failed: code %d", codes[j]);
            assert_failure(i, codes[j], ARDOQ_ERR_STORE_UNAVAILABLE);
            assert_string_equal(logged, expected);
        }
    }
}

/* A namespace or a value that vanishes: whoever reads or erases has what he wanted. */
static void test_nothing_found(void **state)
{
    (void)state;
    static const esp_err_t codes[] = {ESP_ERR_NVS_NOT_FOUND, ESP_ERR_NVS_PART_NOT_FOUND};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (size_t j = 0; j < sizeof codes / sizeof codes[0]; j++) {
            assert_failure(i, codes[j],
                           calls[i].run == get   ? ARDOQ_ERR_NOT_SET
                           : calls[i].run == set ? ARDOQ_ERR_STORE_UNAVAILABLE
                                                 : ARDOQ_OK);
            assert_string_equal(logged, "");
        }
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_get),
        TEST(test_set),
        TEST(test_erase),
        TEST(test_nothing_is_written_by_reading),
        TEST(test_room_for_the_value),
        TEST(test_longest_value),
        TEST(test_longest_key),
        TEST(test_full),
        TEST(test_value_of_another_type),
        TEST(test_each),
        TEST(test_each_that_fails),
        TEST(test_environment),
        TEST(test_no_value_is_logged),
        TEST(test_no_value_is_logged_that_cannot_be_written),
        TEST(test_the_application_has_its_log_as_before),
        TEST(test_no_partition),
        TEST(test_no_partition_to_initialise),
        TEST(test_forgotten_initialisation),
        TEST(test_failures_of_each_call),
        TEST(test_other_failures_of_each_call),
        TEST(test_nothing_found),
    };
    return cmocka_run_group_tests_name("esp_idf_store", tests, NULL, NULL);
}
