#include <esp_console.h>
#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>
#include <stdio.h>
#include <stdlib.h>

#include "ardoq/esp_idf.h"

typedef struct {
    int argc;
    char **argv;
    FILE *output; /* of the console's task; other tasks may have another */
    int status;
    SemaphoreHandle_t done; /* for each call, because there may be two consoles */
} call_t;

static ardoq_describe_t describe_device;
static ardoq_reporter_t *running_reporter;

static void write_output(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)output;
    fwrite(text, 1, size, context);
}

static int out_of_memory(const ardoq_console_t *console)
{
    ardoq_console_explain(console, NULL, ARDOQ_ERR_OUT_OF_MEMORY, NULL);
    return ardoq_console_exit_status(ARDOQ_ERR_OUT_OF_MEMORY);
}

static void work(void *argument)
{
    call_t *call = argument;
    const ardoq_console_t console = {.write = write_output, .context = call->output};
    ardoq_device_t *device = malloc(sizeof *device);
    call->status = device ? ardoq_command_line(&console, device, describe_device, running_reporter,
                                               call->argc, call->argv)
                          : out_of_memory(&console);
    free(device);
    xSemaphoreGive(call->done);
    vTaskDelete(NULL);
}

/* In a separate task, because a console's stack is too small for a TLS handshake. */
static int run(int argc, char **argv)
{
    StaticSemaphore_t done_memory;
    call_t call = {.argc = argc, .argv = argv, .output = stdout};
    call.done = xSemaphoreCreateBinaryStatic(&done_memory);
    const ardoq_console_t console = {.write = write_output, .context = call.output};
    if (xTaskCreate(work, "ardoq", ARDOQ_TASK_STACK_SIZE, &call, uxTaskPriorityGet(NULL), NULL) ==
        pdPASS) {
        xSemaphoreTake(call.done, portMAX_DELAY);
    } else {
        call.status = out_of_memory(&console);
    }
    fflush(call.output);
    return call.status;
}

ardoq_err_t ardoq_esp_idf_register_console(ardoq_describe_t describe, ardoq_reporter_t *reporter)
{
    const esp_console_cmd_t command = {
        .command = "ardoq",
        .help = "Reports this device to Ardoq, and manages its settings",
        .hint = "check | me | report | status | get [NAME] | set NAME VALUE | unset NAME | "
                "csr [--new-key]",
        .func = run,
    };
    describe_device = describe;
    running_reporter = reporter;
    const esp_err_t code = esp_console_cmd_register(&command);
    if (code == ESP_ERR_NO_MEM) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    return code == ESP_OK ? ARDOQ_OK : ARDOQ_ERR_INVALID_ARGUMENT;
}
