/* Tells Ardoq about this device once, after each boot. */
#include <ardoq/commands.h>
#include <ardoq/esp_idf.h>
#include <esp_err.h>
#include <esp_log.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <nvs_flash.h>
#include <sdkconfig.h>
#include <stdio.h>
#include <stdlib.h>

#include "network.h"

static const char tag[] = "example";

/* Several KB in all, so static: the linker says whether they fit. */
static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;

/* What only the application knows. Production may have stored another model. */
static ardoq_err_t describe_device(void)
{
    const ardoq_err_t err = ardoq_identity_read(&identity, NULL);
    if (!identity.model) {
        identity.model = CONFIG_EXAMPLE_MODEL;
    }
    return err;
}

static ardoq_err_t report_device(void)
{
    ardoq_err_t err = ardoq_load_config(&client, &config); /* Kconfig, then NVS */
    if (!err) {
        err = ardoq_open(&client, &config);
    }
    if (!err) {
        err = describe_device();
    }
    if (!err) {
        err = ardoq_report_device(&client, &identity, &report);
    }
    return err;
}

static void print(void *context, const char *text)
{
    (void)context;
    fputs(text, stdout);
}

static void log_outcome(ardoq_err_t err)
{
    if (!err) {
        ESP_LOGI(tag, "%s: %s, component %s", ardoq_report_outcome_name(report.outcome),
                 report.name, report.component_id);
        return;
    }
    ESP_LOGE(tag, "the report failed:");
    ardoq_explain(&client, err, print, NULL);
}

static void report_task(void *argument)
{
    (void)argument;
    const ardoq_err_t err = report_device();
    log_outcome(err);
    ardoq_close(&client); /* wipes it, as the next line wipes the token */
    ardoq_config_wipe(&config);
#ifdef CONFIG_IDF_TARGET_LINUX
    /* Not exit(), in which ESP-IDF 6.1 crashes: the status would be lost. */
    fflush(NULL);
    _Exit(ardoq_console_exit_status(err));
#endif
    vTaskDelete(NULL);
}

void app_main(void)
{
    ESP_ERROR_CHECK(nvs_flash_init());
    ESP_ERROR_CHECK(network_connect());
    if (network_set_clock() != ESP_OK) {
        ESP_LOGW(tag, "no time from " CONFIG_EXAMPLE_SNTP_SERVER);
    }
    /* Not in this task: its stack is too small for a TLS handshake. */
    if (xTaskCreate(report_task, "report", ARDOQ_TASK_STACK_SIZE, NULL, 5, NULL) != pdPASS) {
        ESP_LOGE(tag, "no memory for the task");
    }
}
