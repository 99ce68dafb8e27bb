#ifndef TESTS_FREERTOS_SEMPHR_H
#define TESTS_FREERTOS_SEMPHR_H

#include <freertos/FreeRTOS.h>
#include <freertos/queue.h>

typedef QueueHandle_t SemaphoreHandle_t;

#define xSemaphoreCreateBinaryStatic(pxStaticSemaphore)                                            \
    fake_semaphore_create_binary(pxStaticSemaphore)
#define xSemaphoreTake(xSemaphore, xBlockTime) fake_semaphore_take(xSemaphore, xBlockTime)
#define xSemaphoreGive(xSemaphore)             fake_semaphore_give(xSemaphore)

SemaphoreHandle_t fake_semaphore_create_binary(StaticSemaphore_t *memory);
BaseType_t fake_semaphore_take(SemaphoreHandle_t semaphore, TickType_t ticks);
BaseType_t fake_semaphore_give(SemaphoreHandle_t semaphore);

#endif
