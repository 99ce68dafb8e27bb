#ifndef TESTS_ESP_CHIP_INFO_H
#define TESTS_ESP_CHIP_INFO_H

#include <stdint.h>

typedef struct {
    uint16_t revision; /* 100 times the major number, and the minor one */
} esp_chip_info_t;

void esp_chip_info(esp_chip_info_t *out_info);

#endif
