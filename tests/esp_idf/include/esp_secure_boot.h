#ifndef TESTS_ESP_SECURE_BOOT_H
#define TESTS_ESP_SECURE_BOOT_H

#include <stdbool.h>

bool esp_secure_boot_enabled(void);

#endif
