/* Names and numbers are from the data sheet (SMSC LAN9118), chapters 3 and 5. */
#include "lan9118.h"

#include <stdbool.h>

#include "kernel.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/netif.h"
#include "lwip/pbuf.h"
#include "mps2.h"

#define REGISTER(offset)        MPS2_REGISTER(MPS2_ETHERNET, offset)
#define RX_DATA_FIFO            REGISTER(0x00)
#define TX_DATA_FIFO            REGISTER(0x20)
#define RX_STATUS_FIFO          REGISTER(0x40)
#define TX_STATUS_FIFO          REGISTER(0x48)
#define IRQ_CFG                 REGISTER(0x54)
#define INT_STS                 REGISTER(0x58)
#define INT_EN                  REGISTER(0x5c)
#define BYTE_TEST               REGISTER(0x64)
#define FIFO_INT                REGISTER(0x68)
#define RX_CFG                  REGISTER(0x6c)
#define TX_CFG                  REGISTER(0x70)
#define HW_CFG                  REGISTER(0x74)
#define RX_FIFO_INF             REGISTER(0x7c)
#define TX_FIFO_INF             REGISTER(0x80)
#define MAC_CSR_CMD             REGISTER(0xa4)
#define MAC_CSR_DATA            REGISTER(0xa8)

#define BYTE_ORDER_PATTERN      0x87654321u
#define IRQ_ENABLED_HIGH_PUSHED 0x111u    /* IRQ_EN, active high, push-pull */
#define RX_STATUS_LEVEL         (1u << 3) /* RSFL: a frame has arrived */
#define TX_ON                   (1u << 1)
#define SOFT_RESET              (1u << 0)
#define TX_FIFO_5_KB            (5u << 16)
#define MUST_BE_ONE             (1u << 20)
#define MAC_BUSY                (1u << 31)
#define MAC_READ                (1u << 30)
#define RX_ERROR                (1u << 15)
#define TX_FIRST_SEGMENT        (1u << 13)
#define TX_LAST_SEGMENT         (1u << 12)

/* Registers of the MAC, accessed through MAC_CSR_CMD. */
enum {
    MAC_CR = 1,
    ADDRH = 2,
    ADDRL = 3,
};
#define MAC_RX_ON         (1u << 2)
#define MAC_TX_ON         (1u << 3)
#define MAC_ALL_MULTICAST (1u << 19) /* neighbour discovery of IPv6 needs it */

#define NVIC_SET_ENABLE   (*(volatile uint32_t *)0xe000e100)

enum {
    FRAME_CHECK = 4, /* bytes of the checksum at the end of a frame */
    FRAME_MIN = 14 + FRAME_CHECK,
    TX_COMMANDS = 8, /* bytes in front of each segment */
    STACK_SIZE = 768,
};

STACK(stack, STACK_SIZE);
static thread_t thread;

/* ---- The MAC --------------------------------------------------------------------------------- */

static void wait_for_mac(void)
{
    while (MAC_CSR_CMD & MAC_BUSY) {
    }
}

static uint32_t read_mac(uint32_t number)
{
    MAC_CSR_CMD = MAC_BUSY | MAC_READ | number;
    wait_for_mac();
    return MAC_CSR_DATA;
}

static void write_mac(uint32_t number, uint32_t value)
{
    MAC_CSR_DATA = value;
    MAC_CSR_CMD = MAC_BUSY | number;
    wait_for_mac();
}

static void start_controller(void)
{
    HW_CFG = SOFT_RESET;
    while (HW_CFG & SOFT_RESET) {
    }
    HW_CFG = MUST_BE_ONE | TX_FIFO_5_KB;
    INT_EN = 0;
    IRQ_CFG = IRQ_ENABLED_HIGH_PUSHED;
    FIFO_INT = 0;
    RX_CFG = 0;
    TX_CFG = TX_ON;
    write_mac(MAC_CR, read_mac(MAC_CR) | MAC_RX_ON | MAC_TX_ON | MAC_ALL_MULTICAST);
}

/* The controller reads it from its EEPROM. */
static void read_address(struct netif *netif)
{
    const uint32_t low = read_mac(ADDRL);
    const uint32_t high = read_mac(ADDRH);
    netif->hwaddr_len = ETH_HWADDR_LEN;
    for (unsigned i = 0; i < 4; i++) {
        netif->hwaddr[i] = (uint8_t)(low >> 8 * i);
    }
    netif->hwaddr[4] = (uint8_t)high;
    netif->hwaddr[5] = (uint8_t)(high >> 8);
}

/* ---- Sending --------------------------------------------------------------------------------- */

/* The controller accepts whole words, and ignores the bytes before and after the data. */
static void send_segment(const struct pbuf *segment, uint32_t frame_size, uint32_t position)
{
    const uintptr_t start = (uintptr_t)segment->payload;
    const uint32_t skipped = start & 3;
    const volatile uint32_t *word = (const volatile uint32_t *)(start - skipped);
    TX_DATA_FIFO = position | skipped << 16 | segment->len;
    TX_DATA_FIFO = frame_size;
    for (uint32_t left = (skipped + segment->len + 3) / 4; left > 0; left--) {
        TX_DATA_FIFO = *word++;
    }
}

static uint32_t fifo_space_needed(const struct pbuf *frame)
{
    uint32_t bytes = 0;
    for (const struct pbuf *segment = frame; segment; segment = segment->next) {
        bytes += TX_COMMANDS + 3u + segment->len + 3u;
    }
    return bytes;
}

/* lwIP calls it with its core locked, so one frame at a time. */
static err_t send_frame(struct netif *netif, struct pbuf *frame)
{
    (void)netif;
    if (fifo_space_needed(frame) > (TX_FIFO_INF & 0xffff)) {
        return ERR_MEM; /* as if lost: TCP sends it again */
    }
    uint32_t position = TX_FIRST_SEGMENT;
    uint32_t left = frame->tot_len;
    for (const struct pbuf *segment = frame; left > 0; segment = segment->next) {
        if (segment->len > 0) {
            left -= segment->len;
            send_segment(segment, frame->tot_len, left > 0 ? position : position | TX_LAST_SEGMENT);
            position = 0;
        }
    }
    while (TX_FIFO_INF >> 16 & 0xff) {
        (void)TX_STATUS_FIFO;
    }
    return ERR_OK;
}

/* ---- Receiving ------------------------------------------------------------------------------- */

static bool frame_waits(void)
{
    return RX_FIFO_INF >> 16 & 0xff;
}

/* Copies a frame with its checksum from the FIFO to a heap block of the right size, in whole
 * words. */
static void read_frame(uint32_t *to, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        to[i] = RX_DATA_FIFO;
    }
}

static void drop_frame(uint32_t words)
{
    while (words-- > 0) {
        (void)RX_DATA_FIFO;
    }
}

static void receive_frame(struct netif *netif)
{
    const uint32_t status = RX_STATUS_FIFO;
    const uint32_t size = status >> 16 & 0x3fff;
    const uint32_t words = (size + 3) / 4;
    struct pbuf *frame = NULL;
    if (!(status & RX_ERROR) && size >= FRAME_MIN) {
        frame = pbuf_alloc(PBUF_RAW, (u16_t)(words * 4), PBUF_RAM);
    }
    if (!frame) {
        drop_frame(words);
        return;
    }
    read_frame(frame->payload, words);
    pbuf_realloc(frame, (u16_t)(size - FRAME_CHECK));
    if (netif->input(frame, netif) != ERR_OK) {
        pbuf_free(frame);
    }
}

/* A frame that arrives between check and sleep keeps its interrupt pending. */
static void sleep_until_frame(void)
{
    const uint32_t before = interrupts_off();
    INT_STS = UINT32_MAX;
    if (!frame_waits()) {
        INT_EN = RX_STATUS_LEVEL;
        kernel_wait(&thread, 0);
    }
    interrupts_restore(before);
}

static void receive(void *argument)
{
    for (;;) {
        while (frame_waits()) {
            receive_frame(argument);
        }
        sleep_until_frame();
    }
}

void lan9118_interrupt(void)
{
    INT_EN = 0;
    kernel_wake(&thread);
}

/* ---- The interface --------------------------------------------------------------------------- */

err_t lan9118_init(struct netif *netif)
{
    if (BYTE_TEST != BYTE_ORDER_PATTERN) {
        return ERR_IF;
    }
    start_controller();
    read_address(netif);
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->mtu = 1500;
    netif->flags =
        NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
    netif->output = etharp_output;
    netif->linkoutput = send_frame;
#if LWIP_IPV6
    netif->flags |= NETIF_FLAG_MLD6;
    netif->output_ip6 = ethip6_output;
#endif
    NVIC_SET_ENABLE = 1u << MPS2_ETHERNET_IRQ;
    thread_start(&thread, "ethernet", receive, netif, stack, sizeof stack, PRIORITY_ETHERNET);
    return ERR_OK;
}
