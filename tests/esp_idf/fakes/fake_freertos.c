#include "fake_freertos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

fake_freertos_t fake_freertos;

static struct {
    TaskFunction_t function; /* null when it has ended */
    void *argument;
    jmp_buf end;
} task;

void fake_freertos_reset(void)
{
    memset(&fake_freertos, 0, sizeof fake_freertos);
    fake_freertos.priority = 3;
    task.function = NULL;
}

/* ---- Tasks ---------------------------------------------------------------------------------- */

static void run_task(void)
{
    FILE *output = stdout;
    if (fake_freertos.task_output) {
        stdout = fake_freertos.task_output;
    }
    if (setjmp(task.end) == 0) {
        task.function(task.argument);
        fail_msg("a task must not return");
    }
    stdout = output;
    task.function = NULL;
}

BaseType_t xTaskCreate(TaskFunction_t pxTaskCode, const char *const pcName,
                       const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters,
                       UBaseType_t uxPriority, TaskHandle_t *const pxCreatedTask)
{
    assert_null(task.function);
    assert_null(pxCreatedTask);
    if (fake_freertos.is_full) {
        return pdFAIL;
    }
    fake_freertos.tasks++;
    fake_freertos.task_name = pcName;
    fake_freertos.task_stack_size = usStackDepth;
    fake_freertos.task_priority = uxPriority;
    task.function = pxTaskCode;
    task.argument = pvParameters;
    if (!fake_freertos.starts_late) {
        run_task();
    }
    return pdPASS;
}

void vTaskDelete(TaskHandle_t xTaskToDelete)
{
    assert_null(xTaskToDelete);
    assert_non_null(task.function);
    longjmp(task.end, 1);
}

UBaseType_t uxTaskPriorityGet(const TaskHandle_t xTask)
{
    assert_null(xTask);
    return fake_freertos.priority;
}

/* ---- Time ----------------------------------------------------------------------------------- */

TickType_t xTaskGetTickCount(void)
{
    return fake_freertos.ticks;
}

void vTaskDelay(const TickType_t xTicksToDelay)
{
    fake_freertos.delays++;
    fake_freertos.delayed += xTicksToDelay;
}

/* ---- Semaphores: the first word of their memory tells whether they were given ---------------- */

SemaphoreHandle_t fake_semaphore_create_binary(StaticSemaphore_t *memory)
{
    memset(memory, 0, sizeof *memory);
    return (SemaphoreHandle_t)(void *)memory;
}

BaseType_t fake_semaphore_give(SemaphoreHandle_t semaphore)
{
    StaticSemaphore_t *memory = (void *)semaphore;
    memory->pvDummy1[0] = memory;
    return pdTRUE;
}

BaseType_t fake_semaphore_take(SemaphoreHandle_t semaphore, TickType_t ticks)
{
    StaticSemaphore_t *memory = (void *)semaphore;
    assert_true(ticks == portMAX_DELAY);
    if (task.function) {
        run_task();
    }
    if (!memory->pvDummy1[0]) {
        fail_msg("nobody gives this semaphore: the task would wait for ever");
    }
    memory->pvDummy1[0] = NULL;
    return pdTRUE;
}
