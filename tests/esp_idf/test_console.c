/*
 * The command for esp_console: registered, run in its own task, with the output of whoever called
 * it. What the command does is the shared code's, see test_device_commands.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_console.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/esp_idf.h"
#include "ardoq/port_fake.h"
#include "fake_freertos.h"

static struct {
    esp_err_t code;
    esp_console_cmd_t command;
    bool no_memory;
    void *device; /* as it was allocated; null again when it is free */
    unsigned devices;
    ardoq_err_t describe_err;
    unsigned described;
} script;

static char text[1024]; /* shown by the last command */
static FILE *real_output;
static FILE *task_output;

esp_err_t esp_console_cmd_register(const esp_console_cmd_t *cmd)
{
    script.command = *cmd;
    return script.code;
}

/* ---- Memory of the device: found by its size --------------------------------------------------
 */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    if (size != sizeof(ardoq_device_t)) {
        return __real_malloc(size);
    }
    assert_null(script.device);
    script.device = script.no_memory ? NULL : __real_malloc(size);
    script.devices += script.device != NULL;
    return script.device;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    if (memory && memory == script.device) {
        script.device = NULL;
    }
    __real_free(memory);
}

/* ---- A console whose tasks have another output ------------------------------------------------
 */

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    fake_freertos_reset();
    memset(&script, 0, sizeof script);
    task_output = tmpfile();
    real_output = stdout;
    fake_freertos.task_output = task_output;
    return task_output ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    stdout = real_output;
    assert_int_equal(ftell(task_output), 0);
    assert_null(script.device);
    return fclose(task_output);
}

static ardoq_err_t describe(ardoq_config_t *config, ardoq_identity_t *identity)
{
    assert_ptr_equal(config, script.device);
    assert_non_null(identity);
    script.described++;
    return script.describe_err;
}

/* What the command has not flushed is not seen. */
static int run_command(const char *first, const char *second)
{
    char name[] = "ardoq";
    char arguments[2][32];
    char *argv[] = {name, arguments[0], arguments[1], NULL};
    snprintf(arguments[0], sizeof arguments[0], "%s", first);
    snprintf(arguments[1], sizeof arguments[1], "%s", second);
    char *shown = NULL;
    size_t size = 0;
    FILE *output = open_memstream(&shown, &size);
    assert_non_null(output);
    stdout = output;
    const int status = script.command.func(second[0] != '\0' ? 3 : 2, argv);
    stdout = real_output;
    snprintf(text, sizeof text, "%s", size > 0 ? shown : "");
    assert_int_equal(fclose(output), 0);
    free(shown);
    return status;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void test_registration(void **state)
{
    (void)state;
    assert_int_equal(ardoq_esp_idf_register_console(NULL, NULL), ARDOQ_OK);
    assert_string_equal(script.command.command, "ardoq");
    assert_non_null(script.command.help);
    assert_string_equal(script.command.hint,
                        "check | me | report | status | get [NAME] | set NAME VALUE | unset NAME | "
                        "csr [--new-key]");
    assert_non_null(script.command.func);
}

static void test_registration_that_fails(void **state)
{
    (void)state;
    script.code = ESP_ERR_NO_MEM;
    assert_int_equal(ardoq_esp_idf_register_console(NULL, NULL), ARDOQ_ERR_OUT_OF_MEMORY);
    script.code = ESP_ERR_INVALID_ARG;
    assert_int_equal(ardoq_esp_idf_register_console(NULL, NULL), ARDOQ_ERR_INVALID_ARGUMENT);
}

static void assert_get(void)
{
    assert_int_equal(ardoq_port_store_set("host", "acme.ardoq.com"), ARDOQ_OK);
    assert_int_equal(run_command("get", "host"), 0);
    assert_string_equal(text, "\"acme.ardoq.com\"\n");
    assert_null(script.device);
}

/* What the console shows is its own stdout, which in its own task would be another. */
static void test_command(void **state)
{
    (void)state;
    ardoq_esp_idf_register_console(NULL, NULL);
    fake_freertos.priority = 5;
    assert_get();
    assert_int_equal(fake_freertos.tasks, 1);
    assert_int_equal(fake_freertos.task_stack_size, ARDOQ_TASK_STACK_SIZE);
    assert_int_equal(fake_freertos.task_priority, 5);
    assert_string_equal(fake_freertos.task_name, "ardoq");
    assert_int_equal(script.devices, 1);
}

static void test_task_that_starts_late(void **state)
{
    (void)state;
    ardoq_esp_idf_register_console(NULL, NULL);
    fake_freertos.starts_late = true;
    assert_get();
    assert_get();
    assert_int_equal(fake_freertos.tasks, 2);
}

static void test_status(void **state)
{
    (void)state;
    ardoq_esp_idf_register_console(NULL, NULL);
    assert_int_equal(run_command("got", "host"), 2);
    assert_non_null(strstr(text, "error: there is no command got\n"));
    assert_int_equal(run_command("get", "hots"), 3);
    assert_non_null(strstr(text, "error: SETTING_UNKNOWN"));
    ardoq_fake_fail(ARDOQ_FAKE_STORE_EACH, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(run_command("get", "host"), 3);
}

static void assert_out_of_memory(void)
{
    assert_int_equal(run_command("get", "host"),
                     ardoq_console_exit_status(ARDOQ_ERR_OUT_OF_MEMORY));
    assert_non_null(strstr(text, "error: OUT_OF_MEMORY"));
}

static void test_no_memory_for_the_task(void **state)
{
    (void)state;
    ardoq_esp_idf_register_console(NULL, NULL);
    fake_freertos.is_full = true;
    assert_out_of_memory();
    assert_int_equal(script.devices, 0);
    fake_freertos.is_full = false;
    assert_get();
}

static void test_no_memory_for_the_device(void **state)
{
    (void)state;
    ardoq_esp_idf_register_console(NULL, NULL);
    script.no_memory = true;
    assert_out_of_memory();
    assert_int_equal(fake_freertos.tasks, 1);
    script.no_memory = false;
    assert_get();
}

static void test_description(void **state)
{
    (void)state;
    ardoq_esp_idf_register_console(describe, NULL);
    script.describe_err = ARDOQ_ERR_IDENTITY_FULL;
    assert_int_equal(run_command("me", ""), 3);
    assert_int_equal(script.described, 1);
    assert_non_null(strstr(text, "error: IDENTITY_FULL"));
    assert_get();
    assert_int_equal(script.described, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_registration),
        TEST(test_registration_that_fails),
        TEST(test_command),
        TEST(test_task_that_starts_late),
        TEST(test_status),
        TEST(test_no_memory_for_the_task),
        TEST(test_no_memory_for_the_device),
        TEST(test_description),
    };
    return cmocka_run_group_tests_name("esp_idf_console", tests, NULL, NULL);
}
