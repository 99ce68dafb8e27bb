#ifndef TESTS_FREERTOS_FREERTOS_H
#define TESTS_FREERTOS_FREERTOS_H

#include <freertos/FreeRTOSConfig.h>
#include <freertos/portmacro.h>
#include <freertos/projdefs.h>

/* Memory of a semaphore. Its users look at none of it. */
typedef struct xSTATIC_QUEUE {
    void *pvDummy1[3];
} StaticQueue_t;

typedef StaticQueue_t StaticSemaphore_t;

#endif
