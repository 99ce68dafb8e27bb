#ifndef TESTS_ESP_FLASH_H
#define TESTS_ESP_FLASH_H

#include <esp_err.h>
#include <stdint.h>

typedef struct esp_flash_t esp_flash_t;

/* Null is the chip that the program started from. */
esp_err_t esp_flash_get_physical_size(esp_flash_t *chip, uint32_t *flash_size);

#endif
