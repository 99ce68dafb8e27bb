#ifndef TESTS_FREERTOS_PROJDEFS_H
#define TESTS_FREERTOS_PROJDEFS_H

typedef void (*TaskFunction_t)(void *);

#define pdMS_TO_TICKS(xTimeInMs)                                                                   \
    ((TickType_t)((TickType_t)(xTimeInMs)*configTICK_RATE_HZ / (TickType_t)1000U))

#define pdTRUE  ((BaseType_t)1)
#define pdFALSE ((BaseType_t)0)
#define pdPASS  (pdTRUE)
#define pdFAIL  (pdFALSE)

#endif
