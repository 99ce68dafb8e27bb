#ifndef TESTS_ESP_MAC_H
#define TESTS_ESP_MAC_H

#include <esp_err.h>
#include <stdint.h>

typedef enum {
    ESP_MAC_IEEE802154 = 4, /* eight bytes on a chip that has IEEE 802.15.4 */
    ESP_MAC_BASE,
    ESP_MAC_EFUSE_FACTORY, /* six bytes on every chip */
} esp_mac_type_t;

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type);

#endif
