#include "network.h"

#include <sdkconfig.h>

#ifdef CONFIG_IDF_TARGET_LINUX

/* The simulator uses its host's network and time. */
esp_err_t network_connect(void)
{
    return ESP_OK;
}

esp_err_t network_set_clock(void)
{
    return ESP_OK;
}

#else

#include <esp_event.h>
#include <esp_netif.h>
#include <esp_netif_sntp.h>
#include <protocol_examples_common.h>

esp_err_t network_connect(void)
{
    esp_err_t err = esp_netif_init();
    if (err == ESP_OK) {
        err = esp_event_loop_create_default();
    }
    return err == ESP_OK ? example_connect() : err;
}

esp_err_t network_set_clock(void)
{
    enum { WAIT_MS = 15000 };
    const esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG(CONFIG_EXAMPLE_SNTP_SERVER);
    const esp_err_t err = esp_netif_sntp_init(&config);
    return err == ESP_OK ? esp_netif_sntp_sync_wait(pdMS_TO_TICKS(WAIT_MS)) : err;
}

#endif
