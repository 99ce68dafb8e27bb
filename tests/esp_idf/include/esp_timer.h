#ifndef TESTS_ESP_TIMER_H
#define TESTS_ESP_TIMER_H

#include <stdint.h>

/* Microseconds since the start. Declared for the target linux too, but not there. */
int64_t esp_timer_get_time(void);

#endif
