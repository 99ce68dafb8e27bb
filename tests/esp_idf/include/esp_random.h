#ifndef TESTS_ESP_RANDOM_H
#define TESTS_ESP_RANDOM_H

#include <stddef.h>

void esp_fill_random(void *buf, size_t len);

#endif
