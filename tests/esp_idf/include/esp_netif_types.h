#ifndef TESTS_ESP_NETIF_TYPES_H
#define TESTS_ESP_NETIF_TYPES_H

#include <esp_netif_ip_addr.h>

typedef struct esp_netif_obj esp_netif_t;

typedef struct {
    esp_ip4_addr_t ip;
} esp_netif_ip_info_t;

#endif
