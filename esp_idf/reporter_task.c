#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

#include "ardoq/esp_idf.h"

static void run_reporter(void *argument)
{
    ardoq_reporter_t *reporter = argument;
    ardoq_reporter_run(reporter, reporter->on_event, reporter->context);
    vTaskDelete(NULL);
}

ardoq_err_t ardoq_reporter_start_task(ardoq_reporter_t *reporter, ardoq_on_event_t on_event,
                                      void *context)
{
    reporter->on_event = on_event;
    reporter->context = context;
    return xTaskCreate(run_reporter, "ardoq_reporter", ARDOQ_TASK_STACK_SIZE, reporter,
                       ARDOQ_TASK_PRIORITY, NULL) == pdPASS
               ? ARDOQ_OK
               : ARDOQ_ERR_OUT_OF_MEMORY;
}
