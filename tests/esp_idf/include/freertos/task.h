#ifndef TESTS_FREERTOS_TASK_H
#define TESTS_FREERTOS_TASK_H

#include <freertos/FreeRTOS.h>

typedef struct tskTaskControlBlock *TaskHandle_t;

/* The stack is counted in bytes here, not in words. */
BaseType_t xTaskCreate(TaskFunction_t pxTaskCode, const char *const pcName,
                       const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters,
                       UBaseType_t uxPriority, TaskHandle_t *const pxCreatedTask);

/* Null is the calling task; that one does not return. */
void vTaskDelete(TaskHandle_t xTaskToDelete);
UBaseType_t uxTaskPriorityGet(const TaskHandle_t xTask);

void vTaskDelay(const TickType_t xTicksToDelay);
TickType_t xTaskGetTickCount(void);

#endif
