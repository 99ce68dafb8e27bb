/*
 * A secret on its way from the console into NVS, through everything that takes it on ESP-IDF. Each
 * of them may log; none of them logs the secret.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_console.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/esp_idf.h"
#include "ardoq/port_fake.h"
#include "fake_freertos.h"
#include "fake_log.h"
#include "fake_nvs.h"

#define SECRET "5ec7e70123456789"

static esp_console_cmd_t command;

esp_err_t esp_console_cmd_register(const esp_console_cmd_t *cmd)
{
    command = *cmd;
    return ESP_OK;
}

const char *esp_err_to_name(esp_err_t code)
{
    return code == ESP_FAIL ? "ESP_FAIL" : "another";
}

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    fake_freertos_reset();
    fake_nvs_reset();
    fake_log_reset();
    return ardoq_esp_idf_register_console(NULL, NULL);
}

/* As esp_console_run() does: what was typed is in memory that the command may change. */
static int run_command(const char *line)
{
    char typed[64];
    char *argv[5] = {NULL};
    int argc = 0;
    snprintf(typed, sizeof typed, "%s", line);
    for (char *word = strtok(typed, " "); word && argc < 4; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    return command.func(argc, argv);
}

static void assert_secret(void)
{
    assert_null(strstr(fake_logged(), SECRET));
}

static void test_set(void **state)
{
    (void)state;
    assert_int_equal(run_command("ardoq set token " SECRET), 0);
    assert_string_equal(fake_nvs_stored("ardoq", "token"), SECRET);
    assert_secret();
}

static void test_set_that_fails(void **state)
{
    (void)state;
    static const fake_nvs_call_t failing[] = {FAKE_NVS_OPEN, FAKE_NVS_SET, FAKE_NVS_COMMIT};
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        fake_nvs.failures[failing[i]] = ESP_FAIL;
        fake_log_reset();
        assert_int_not_equal(run_command("ardoq set token " SECRET), 0);
        assert_non_null(strstr(fake_logged(), "E ardoq: NVS failed: ESP_FAIL\n"));
        assert_secret();
    }
    assert_null(fake_nvs_stored("ardoq", "token"));
}

static void test_get_and_unset(void **state)
{
    (void)state;
    fake_nvs_store("ardoq", "token", SECRET);
    assert_int_equal(run_command("ardoq get token"), 0);
    assert_non_null(strstr(fake_logged(), "D nvs: nvs_get_str_or_blob token\n"));
    assert_int_equal(run_command("ardoq unset token"), 0);
    assert_non_null(strstr(fake_logged(), "D nvs: nvs_erase_key token\n"));
    assert_null(fake_nvs_stored("ardoq", "token"));
    assert_secret();
}

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_set),
        TEST(test_set_that_fails),
        TEST(test_get_and_unset),
    };
    return cmocka_run_group_tests_name("esp_idf_secrets", tests, NULL, NULL);
}
