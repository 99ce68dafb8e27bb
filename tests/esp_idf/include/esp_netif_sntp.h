#ifndef TESTS_ESP_NETIF_SNTP_H
#define TESTS_ESP_NETIF_SNTP_H

#include <esp_err.h>
#include <freertos/FreeRTOS.h>
#include <stddef.h>

typedef struct esp_sntp_config {
    size_t num_of_servers;
    const char *servers[CONFIG_LWIP_SNTP_MAX_SERVERS];
} esp_sntp_config_t;

#define ESP_NETIF_SNTP_DEFAULT_CONFIG(server)                                                      \
    {                                                                                              \
        .num_of_servers = 1, .servers = {server},                                                  \
    }

esp_err_t esp_netif_sntp_init(const esp_sntp_config_t *config);

/* Waits for the time; after so many ticks it gives up. */
esp_err_t esp_netif_sntp_sync_wait(TickType_t tout);

#endif
