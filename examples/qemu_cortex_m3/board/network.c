#include "network.h"

#include <stdbool.h>
#include <stdint.h>

#include "ardoq/port.h"
#include "boot_arguments.h"
#include "lan9118.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/netif.h"
#include "lwip/prot/ethernet.h"
#include "lwip/tcpip.h"
#include "panic.h"
#include "uart.h"

enum {
    /* A router announces its prefix within a second, and duplicate address detection takes another.
     * Limits the wait on networks without IPv6. */
    IPV6_WAIT_MS = 3000,
};

uint16_t network_dns_port = 53;

static struct netif ethernet;
static char host_name[] = "mps2-000000";
static sys_sem_t changed;

uint32_t network_random(void)
{
    uint32_t number = 0;
    if (ardoq_port_random(&number, sizeof number)) {
        panic("there are no random numbers", "");
    }
    return number;
}

/* ---- In lwIP's thread ------------------------------------------------------------------------ */

static void tell_change(struct netif *unused)
{
    (void)unused;
    sys_sem_signal(&changed);
}

/* The second half of the MAC address is unique for a manufacturer's devices. */
static void set_host_name(struct netif *netif)
{
    char *to = host_name + sizeof "mps2-" - 1;
    for (unsigned i = 3; i < ETH_HWADDR_LEN; i++) {
        *to++ = "0123456789abcdef"[netif->hwaddr[i] >> 4];
        *to++ = "0123456789abcdef"[netif->hwaddr[i] & 0xf];
    }
    netif_set_hostname(netif, host_name);
}

static void add_interface(void *argument)
{
    struct netif *netif = argument;
    if (!netif_add_noaddr(netif, NULL, lan9118_init, tcpip_input)) {
        panic("there is no Ethernet controller", "");
    }
    set_host_name(netif);
    netif_set_default(netif);
    netif_set_status_callback(netif, tell_change);
#if LWIP_IPV6
    netif_create_ip6_linklocal_address(netif, 1);
    netif_set_ip6_autoconfig_enabled(netif, 1);
#endif
    netif_set_up(netif);
    dhcp_start(netif);
}

/* ---- Waiting for addresses ------------------------------------------------------------------- */

#if LWIP_IPV6
static const ip6_addr_t *global_ipv6(void)
{
    for (s8_t i = 1; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        if (ip6_addr_ispreferred(netif_ip6_addr_state(&ethernet, i))) {
            return netif_ip6_addr(&ethernet, i);
        }
    }
    return NULL;
}

static bool is_ready(uint32_t waited_ms)
{
    return dhcp_supplied_address(&ethernet) && (global_ipv6() || waited_ms >= IPV6_WAIT_MS);
}
#else
static bool is_ready(uint32_t waited_ms)
{
    (void)waited_ms;
    return dhcp_supplied_address(&ethernet);
}
#endif

static void wait_for_addresses(void)
{
    const uint32_t start = sys_now();
    const uint32_t limit = boot_arguments.network_wait_ms;
    uint32_t waited = 0;
    while (!is_ready(waited) && waited < limit) {
        const uint32_t next = waited < IPV6_WAIT_MS && IPV6_WAIT_MS < limit ? IPV6_WAIT_MS : limit;
        sys_arch_sem_wait(&changed, next - waited);
        waited = sys_now() - start;
    }
}

/* After DHCP, which sets the network's name server. */
static void use_name_server_of_host(void)
{
    const ip_addr_t host = IPADDR4_INIT_BYTES(10, 0, 2, 2);
    network_dns_port = boot_arguments.dns_port;
    LOCK_TCPIP_CORE();
    dns_setserver(0, &host);
    UNLOCK_TCPIP_CORE();
}

static void print_addresses(void)
{
    char text[46];
    if (!dhcp_supplied_address(&ethernet)) {
        uart_print("network: no address\n");
        return;
    }
    uart_print("network: ");
    uart_print(ip4addr_ntoa_r(netif_ip4_addr(&ethernet), text, sizeof text));
#if LWIP_IPV6
    if (global_ipv6()) {
        uart_print(" ");
        uart_print(ip6addr_ntoa_r(global_ipv6(), text, sizeof text));
    }
#endif
    uart_print("\n");
}

void network_start(void)
{
    sys_sem_new(&changed, 0);
    tcpip_init(add_interface, &ethernet);
    wait_for_addresses();
    if (boot_arguments.dns_port != 0) {
        use_name_server_of_host();
    }
    print_addresses();
}
