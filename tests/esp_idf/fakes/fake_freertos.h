/*
 * As much of FreeRTOS as one task that starts another and waits for it. Tasks run on the stack of
 * the test: at once, or when their starter waits.
 */
#ifndef FAKE_FREERTOS_H
#define FAKE_FREERTOS_H

#include <freertos/FreeRTOS.h>
#include <freertos/semphr.h>
#include <freertos/task.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct {
    TickType_t ticks;
    TickType_t delayed; /* ticks that vTaskDelay() was asked for */
    unsigned delays;

    bool is_full;      /* no memory for a task */
    bool starts_late;  /* the starter goes on first */
    FILE *task_output; /* stdout of the task, which need not be that of its starter */
    UBaseType_t priority;

    unsigned tasks; /* started */
    const char *task_name;
    uint32_t task_stack_size;
    UBaseType_t task_priority;
} fake_freertos_t;

extern fake_freertos_t fake_freertos;

void fake_freertos_reset(void);

#endif
