/**
 * @file
 * lwIP for one TLS connection at a time in 48 to 72 KB of RAM. All other options have lwIP's
 * defaults.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include <stdint.h>

/* ---- Features -------------------------------------------------------------------------------- */

#define NO_SYS                     0
#define LWIP_IPV4                  1
#define LWIP_IPV6                  FIRMWARE_IPV6
#define LWIP_TCP                   1
#define LWIP_UDP                   1 /* DHCP and DNS */
#define LWIP_RAW                   0
#define LWIP_DHCP                  1
#define LWIP_DNS                   1
#define LWIP_SOCKET                1
#define LWIP_NETIF_HOSTNAME        1 /* sent to the router by DHCP */
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_STATS                 0
#define LWIP_SINGLE_NETIF          1
#if !FIRMWARE_ASSERTIONS
#define LWIP_NOASSERT 1
#endif

/* Sockets: the library's port calls lwip_socket() etc., and waits with lwip_poll(). */
#define LWIP_COMPAT_SOCKETS         0
#define LWIP_POSIX_SOCKETS_IO_NAMES 0
#define LWIP_SOCKET_SELECT          0
#define LWIP_SOCKET_POLL            1

/* Nothing here sends datagrams larger than a frame, and lwIP's TCP never does. */
#define IP_REASSEMBLY               0
#define IP_FRAG                     0
#define LWIP_IPV6_REASS             0
#define LWIP_IPV6_FRAG              0

/* Leave this on if the device could get an address that is already in use; it takes a second with
 * lwIP 2.1 and seven with 2.2 at each start. The names differ in the two series. */
#define DHCP_DOES_ARP_CHECK         0
#define LWIP_DHCP_DOES_ACD_CHECK    0

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Long-lived objects come from pools of fixed size, so that they cannot use up other memory:
 * especially connections in TIME_WAIT, of which the oldest is dropped when the pool is empty.
 * Frames and data come from the C library's heap: TLS needs it at other times, and buffers have
 * exactly the size of their content. */
#define MEM_LIBC_MALLOC             1
#define MEMP_MEM_MALLOC             0
#define MEM_ALIGNMENT               4

#define MEMP_NUM_NETCONN            2 /* sockets */
#define MEMP_NUM_TCP_PCB            4 /* connections, including those in TIME_WAIT */
#define MEMP_NUM_TCP_PCB_LISTEN     1
#define MEMP_NUM_UDP_PCB            4 /* DHCP, and one for each DNS query */
#define MEMP_NUM_NETBUF             1
#define MEMP_NUM_NETDB              0 /* getaddrinfo() is not used */
#define MEMP_NUM_TCPIP_MSG_API      4
#define MEMP_NUM_TCPIP_MSG_INPKT    8
#define MEMP_NUM_PBUF               4
/* The driver allocates frames on the heap, and nothing else in lwIP uses this pool. */
#define PBUF_POOL_SIZE              0

#define TCP_MSS                     1460
#if FIRMWARE_RECORD_SIZE > 4096
#define TCP_WND (4 * TCP_MSS)
#else
#define TCP_WND (2 * TCP_MSS)
#endif
#define TCP_SND_BUF               (2 * TCP_MSS) /* nearly always a whole request with its report */
/* By default each small write, as in a handshake, takes a whole segment of RAM. */
#define TCP_OVERSIZE              0
/* The peer repeats segments after a gap: with this small window it does not matter. */
#define TCP_QUEUE_OOSEQ           0

#define DNS_TABLE_SIZE            4   /* AAAA and A of one host, and two for others */
#define DNS_MAX_NAME_LENGTH       128 /* ARDOQ_HTTP_HOST_SIZE */
#define ARP_TABLE_SIZE            4
#define LWIP_ND6_NUM_NEIGHBORS    4
#define LWIP_ND6_NUM_DESTINATIONS 4
#define LWIP_ND6_NUM_PREFIXES     2
#define LWIP_ND6_NUM_ROUTERS      2
#define MEMP_NUM_ND6_QUEUE        4
#define MEMP_NUM_MLD6_GROUP       4

/* ---- Threads --------------------------------------------------------------------------------- */

#define LWIP_TCPIP_CORE_LOCKING   1
#define SYS_LIGHTWEIGHT_PROT      1
/* The core's lock is a semaphore. The main thread only holds it briefly, and only the driver could
 * preempt it then, which needs the lock too: so there is no long priority inversion. */
#define LWIP_COMPAT_MUTEX         1
#define LWIP_COMPAT_MUTEX_ALLOWED 1
#define TCPIP_THREAD_NAME         "tcpip"
#define TCPIP_THREAD_STACKSIZE    1536
#define TCPIP_THREAD_PRIO         3 /* PRIORITY_TCPIP */
#define TCPIP_MBOX_SIZE           8
#define DEFAULT_TCP_RECVMBOX_SIZE 8
#define DEFAULT_UDP_RECVMBOX_SIZE 2
#define DEFAULT_ACCEPTMBOX_SIZE   1

/* ---- This board ------------------------------------------------------------------------------ */

#define LWIP_ERRNO_STDINCLUDE     1
#define LWIP_TIMEVAL_PRIVATE      0

/* Unpredictable ids and ports, so that DNS answers and TCP segments are harder to forge. */
uint32_t network_random(void);
#define LWIP_RAND() network_random()

/* 53, unless a test uses another port. */
extern uint16_t network_dns_port;
#define DNS_SERVER_PORT network_dns_port

#endif
