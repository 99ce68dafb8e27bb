#ifndef TESTS_FREERTOS_QUEUE_H
#define TESTS_FREERTOS_QUEUE_H

#include <freertos/FreeRTOS.h>

typedef struct QueueDefinition *QueueHandle_t;

#endif
