#ifndef TESTS_ESP_SLEEP_H
#define TESTS_ESP_SLEEP_H

#include <stdint.h>

/* The next thing that happens is a start. */
void esp_deep_sleep(uint64_t time_in_us) __attribute__((__noreturn__));

#endif
