#ifndef TESTS_ESP_NETIF_IP_ADDR_H
#define TESTS_ESP_NETIF_IP_ADDR_H

#include <stdint.h>

struct esp_ip6_addr {
    uint32_t addr[4]; /* in network byte order */
};

struct esp_ip4_addr {
    uint32_t addr; /* in network byte order */
};

typedef struct esp_ip4_addr esp_ip4_addr_t;

typedef struct esp_ip6_addr esp_ip6_addr_t;

#define IPV6STR "%04x:%04x:%04x:%04x:%04x:%04x:%04x:%04x"

/* The numbers for IPV6STR. */
#define IPV62STR(ipaddr)                                                                           \
    fake_ip6_block(&(ipaddr), 0), fake_ip6_block(&(ipaddr), 1), fake_ip6_block(&(ipaddr), 2),      \
        fake_ip6_block(&(ipaddr), 3), fake_ip6_block(&(ipaddr), 4), fake_ip6_block(&(ipaddr), 5),  \
        fake_ip6_block(&(ipaddr), 6), fake_ip6_block(&(ipaddr), 7)

static inline uint16_t fake_ip6_block(const esp_ip6_addr_t *address, unsigned number)
{
    const uint8_t *bytes = (const uint8_t *)address->addr + 2 * number;
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

#endif
