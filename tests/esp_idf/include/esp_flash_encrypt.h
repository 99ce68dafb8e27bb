#ifndef TESTS_ESP_FLASH_ENCRYPT_H
#define TESTS_ESP_FLASH_ENCRYPT_H

typedef enum {
    ESP_FLASH_ENC_MODE_DISABLED,
    ESP_FLASH_ENC_MODE_DEVELOPMENT,
    ESP_FLASH_ENC_MODE_RELEASE,
} esp_flash_enc_mode_t;

esp_flash_enc_mode_t esp_get_flash_encryption_mode(void);

#endif
