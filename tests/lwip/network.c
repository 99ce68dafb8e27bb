#include "network.h"

#include <lwip/dns.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "slirp_link.h"

enum { FRAME_MAX = 1518 };

static struct netif interface_;
static int wire;
static int sockets[MEMP_NUM_NETCONN];
static int socket_count;
static struct pbuf *buffers; /* of the core's lock, as is the next */
static bool is_starved;

unsigned short network_dns_port(void)
{
    const char *port = getenv("TEST_DNS_PORT");
    return port ? (unsigned short)atoi(port) : 53;
}

/* ---- The interface --------------------------------------------------------------------------- */

static err_t send_frame(struct netif *netif, struct pbuf *buffer)
{
    char frame[FRAME_MAX];
    (void)netif;
    pbuf_copy_partial(buffer, frame, buffer->tot_len, 0);
    return write(wire, frame, buffer->tot_len) == buffer->tot_len ? ERR_OK : ERR_IF;
}

static void take_free_buffers(void)
{
    struct pbuf *taken;
    while ((taken = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL)) != NULL) {
        taken->next = buffers;
        buffers = taken;
    }
}

/* While there is a shortage, what was in use meanwhile and became free is taken as well. */
static struct pbuf *new_buffer(size_t size)
{
    LOCK_TCPIP_CORE();
    if (is_starved) {
        take_free_buffers();
    }
    struct pbuf *buffer = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
    UNLOCK_TCPIP_CORE();
    return buffer;
}

static void take_frame(const char *frame, size_t size)
{
    struct pbuf *buffer = new_buffer(size);
    if (!buffer) {
        return; /* lost, as on a device */
    }
    pbuf_take(buffer, frame, (u16_t)size);
    if (interface_.input(buffer, &interface_) != ERR_OK) {
        pbuf_free(buffer);
    }
}

static void receive_frames(void *unused)
{
    char frame[FRAME_MAX];
    ssize_t size;
    (void)unused;
    while ((size = read(wire, frame, sizeof frame)) > 0) {
        take_frame(frame, (size_t)size);
    }
}

static err_t set_up_interface(struct netif *netif)
{
    static const u8_t mac[] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
    memcpy(netif->hwaddr, mac, sizeof mac);
    netif->hwaddr_len = sizeof mac;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
                   NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = send_frame;
    return ERR_OK;
}

/* Fixed addresses: DHCP and duplicate address detection would take a second of each test. */
static void add_interface(void)
{
    ip_addr_t gateway;
    ip4_addr_t address;
    ip4_addr_t mask;
    ip6_addr_t address6;
    IP_ADDR4(&gateway, 10, 0, 2, 2);
    IP4_ADDR(&address, 10, 0, 2, 15);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    netif_add(&interface_, &address, &mask, ip_2_ip4(&gateway), NULL, set_up_interface,
              tcpip_input);
    ip6addr_aton("fec0::15", &address6);
    netif_create_ip6_linklocal_address(&interface_, 1);
    netif_ip6_addr_set(&interface_, 1, &address6);
    netif_ip6_addr_set_state(&interface_, 1, IP6_ADDR_PREFERRED);
    netif_set_default(&interface_);
    dns_setserver(0, &gateway);
    if (!getenv("TEST_NETWORK_DOWN")) {
        netif_set_up(&interface_);
    }
}

__attribute__((constructor)) static void start_network(void)
{
    wire = slirp_link_start();
    if (wire < 0) {
        perror("the wire to libslirp");
        exit(EXIT_FAILURE);
    }
    tcpip_init(NULL, NULL);
    LOCK_TCPIP_CORE();
    add_interface();
    UNLOCK_TCPIP_CORE();
    sys_thread_new("frames", receive_frames, NULL, 0, 0);
}

/* ---- Shortages ------------------------------------------------------------------------------- */

void network_take_sockets(void)
{
    int taken;
    while ((taken = lwip_socket(AF_INET, SOCK_STREAM, 0)) >= 0) {
        sockets[socket_count++] = taken;
    }
}

void network_take_buffers(void)
{
    LOCK_TCPIP_CORE();
    is_starved = true;
    take_free_buffers();
    UNLOCK_TCPIP_CORE();
}

void network_give_back(void)
{
    while (socket_count > 0) {
        lwip_close(sockets[--socket_count]);
    }
    LOCK_TCPIP_CORE();
    is_starved = false;
    while (buffers) {
        struct pbuf *given = buffers;
        buffers = given->next;
        given->next = NULL;
        pbuf_free(given);
    }
    UNLOCK_TCPIP_CORE();
}
