#include "sleep.h"

#include <sdkconfig.h>

#ifdef CONFIG_EXAMPLE_DEEP_SLEEP

#include <ardoq/esp_idf.h>
#include <esp_sleep.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <stdint.h>

/* The reporter's state is in NVS, so RAM may be lost. */
static void report_and_sleep(void *argument)
{
    ardoq_reporter_t *reporter = argument;
    while (!ardoq_reporter_is_idle(reporter)) {
        const ardoq_wait_t wait = ardoq_reporter_step(reporter);
        if (!ardoq_reporter_is_idle(reporter)) {
            ardoq_wait_for(&wait);
        }
    }
    esp_deep_sleep(ardoq_reporter_sleep(reporter) * UINT64_C(1000000));
}

ardoq_err_t sleep_between_reports(ardoq_reporter_t *reporter, ardoq_on_event_t on_event,
                                  void *context)
{
    reporter->on_event = on_event;
    reporter->context = context;
    return xTaskCreate(report_and_sleep, "report", ARDOQ_TASK_STACK_SIZE, reporter,
                       ARDOQ_TASK_PRIORITY, NULL) == pdPASS
               ? ARDOQ_OK
               : ARDOQ_ERR_OUT_OF_MEMORY;
}

#endif
