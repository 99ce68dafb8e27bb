/* Reports this device to Ardoq: in a task, or each time it wakes from deep sleep. */
#include <ardoq/commands.h>
#include <ardoq/esp_idf.h>
#include <ardoq/reporter.h>
#include <esp_err.h>
#include <esp_log.h>
#include <nvs_flash.h>
#include <sdkconfig.h>
#include <stdio.h>
#include <stdlib.h>

#include "console.h"
#include "network.h"
#include "sleep.h"

static const char tag[] = "example";

static ardoq_reporter_t reporter; /* several KB, so static: the linker checks that it fits */

static void print(void *context, const char *text)
{
    (void)context;
    fputs(text, stdout);
}

#if defined(CONFIG_IDF_TARGET_LINUX) && !defined(CONFIG_ARDOQ_CONSOLE)
#define ENDS_AFTER_ONE_ATTEMPT

/* The simulator makes one attempt. Not exit(), which crashes in ESP-IDF 6.1 and loses the
 * status. */
static void end_simulation(ardoq_err_t err)
{
    fflush(NULL);
    _Exit(ardoq_console_exit_status(err));
}
#endif

static void log_event(void *context, const ardoq_reporter_t *from, ardoq_event_t event)
{
    switch (event) {
    case ARDOQ_EVENT_REPORTED:
        ESP_LOGI(tag, "%s: %s, component %s", ardoq_report_outcome_name(from->report.outcome),
                 from->report.name, from->report.component_id);
        break;
    case ARDOQ_EVENT_UNCHANGED:
        ESP_LOGI(tag, "unchanged: Ardoq is up to date");
        break;
    case ARDOQ_EVENT_FAILED:
        ESP_LOGE(tag, "the report failed:");
        ardoq_reporter_explain(from, from->err, print, context);
        break;
    case ARDOQ_EVENT_WAITING:
        ardoq_reporter_status(from, print, context);
        break;
    }
#ifdef ENDS_AFTER_ONE_ATTEMPT
    if (event != ARDOQ_EVENT_WAITING) {
        end_simulation(event == ARDOQ_EVENT_FAILED ? from->err : ARDOQ_OK);
    }
#endif
}

/* Facts that only the application knows. Another model may be stored in NVS. */
static void describe_device(void)
{
    ardoq_identity_t known;
    (void)ardoq_identity_read(&known, NULL);
    if (!known.model) {
        reporter.identity.model = CONFIG_EXAMPLE_MODEL;
    }
}

/* The same for `ardoq check` on the console, which reads the store itself. */
static ardoq_err_t describe_for_console(ardoq_config_t *config, ardoq_identity_t *identity)
{
    (void)config;
    if (!identity->model) {
        identity->model = CONFIG_EXAMPLE_MODEL;
    }
    return ARDOQ_OK;
}

void app_main(void)
{
    ESP_ERROR_CHECK(nvs_flash_init());
    /* If network or time are missing an attempt fails, and another follows. */
    if (network_connect() != ESP_OK) {
        ESP_LOGW(tag, "no network");
    } else if (network_set_clock() != ESP_OK) {
        ESP_LOGW(tag, "no time from " CONFIG_EXAMPLE_SNTP_SERVER);
    }
    (void)ardoq_reporter_open(&reporter); /* an error is also reported as an event */
    describe_device();
    /* This task's stack is too small for a TLS handshake. */
#ifdef CONFIG_EXAMPLE_DEEP_SLEEP
    const ardoq_err_t err = sleep_between_reports(&reporter, log_event, NULL);
#else
    const ardoq_err_t err = ardoq_reporter_start_task(&reporter, log_event, NULL);
#endif
    if (err) {
        ESP_LOGE(tag, "no memory for the task");
    }
    if (console_start(describe_for_console, &reporter) != ESP_OK) {
        ESP_LOGE(tag, "the console could not be started");
    }
}
