#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <string.h>

#include "ardoq/board.h"

static void put_mac(ardoq_identity_t *identity, const struct netif *netif)
{
    static const char digits[] = "0123456789abcdef";
    char text[sizeof "02:00:5e:10:00:01"];
    char *at = text;
    if (netif->hwaddr_len * (size_t)3 != sizeof text) {
        return;
    }
    for (size_t i = 0; i < netif->hwaddr_len; i++) {
        *at++ = digits[netif->hwaddr[i] >> 4];
        *at++ = digits[netif->hwaddr[i] & 0xf];
        *at++ = ':';
    }
    at[-1] = '\0';
    ardoq_identity_keep(identity, ARDOQ_IDENTITY_mac, text);
}

static void put_ip_address(ardoq_identity_t *identity, const struct netif *netif)
{
    /* cppcheck-suppress unusedVariable ; used with IPv4, with IPv6 and with both */
    char text[46];
#if LWIP_IPV4
    if (!ip4_addr_isany(netif_ip4_addr(netif))) {
        ip4addr_ntoa_r(netif_ip4_addr(netif), text, sizeof text);
        ardoq_identity_keep(identity, ARDOQ_IDENTITY_ip_address, text);
        return;
    }
#endif
#if LWIP_IPV6
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        const ip6_addr_t *address = netif_ip6_addr(netif, i);
        if (ip6_addr_isvalid(netif_ip6_addr_state(netif, i)) && !ip6_addr_islinklocal(address)) {
            ip6addr_ntoa_r(address, text, sizeof text);
            ardoq_identity_keep(identity, ARDOQ_IDENTITY_ip_address, text);
            return;
        }
    }
#endif
}

static void put_host_name(ardoq_identity_t *identity, const struct netif *netif)
{
#if LWIP_NETIF_HOSTNAME
    const char *name = netif_get_hostname(netif);
    if (name) {
        ardoq_identity_keep(identity, ARDOQ_IDENTITY_host_name, name);
    }
#else
    (void)identity;
    (void)netif;
#endif
}

void ardoq_lwip_identity(ardoq_identity_t *identity)
{
    LOCK_TCPIP_CORE();
    const struct netif *netif = netif_default;
    if (netif) {
        put_mac(identity, netif);
        put_ip_address(identity, netif);
        put_host_name(identity, netif);
    }
    UNLOCK_TCPIP_CORE();
}
