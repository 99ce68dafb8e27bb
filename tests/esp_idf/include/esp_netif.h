#ifndef TESTS_ESP_NETIF_H
#define TESTS_ESP_NETIF_H

#include <esp_err.h>
#include <esp_netif_types.h>

esp_err_t esp_netif_init(void);

/* Null while there is no interface. */
esp_netif_t *esp_netif_get_default_netif(void);

esp_err_t esp_netif_get_hostname(esp_netif_t *esp_netif, const char **hostname);
esp_err_t esp_netif_get_ip_info(esp_netif_t *esp_netif, esp_netif_ip_info_t *ip_info);
char *esp_ip4addr_ntoa(const esp_ip4_addr_t *addr, char *buf, int buflen);

#ifdef CONFIG_LWIP_IPV6
esp_err_t esp_netif_get_ip6_global(esp_netif_t *esp_netif, esp_ip6_addr_t *if_ip6);
#endif

#endif
