/* lwIP as the tests use it on this host: the sizes of a small device, and what the tests need. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS                      0
#define SYS_LIGHTWEIGHT_PROT        1
#define LWIP_TCPIP_CORE_LOCKING     1
#define LWIP_IPV4                   1
#define LWIP_IPV6                   1
#define LWIP_DNS                    1
#define LWIP_SOCKET                 1
#define LWIP_NETIF_HOSTNAME         1

/* The names of POSIX stay the host's. */
#define LWIP_COMPAT_SOCKETS         0
#define LWIP_POSIX_SOCKETS_IO_NAMES 0

/* Pools of a fixed size, so that they can run out. */
#define MEM_LIBC_MALLOC             0
#define MEMP_MEM_MALLOC             0
#define MEM_ALIGNMENT               8
#define MEM_SIZE                    (64 * 1024)
#define MEMP_NUM_NETCONN            4
#define MEMP_NUM_TCP_SEG            64
#define MEMP_NUM_SYS_TIMEOUT        16
#define PBUF_POOL_SIZE              24

#define TCP_MSS                     1460
#define TCP_WND                     (4 * TCP_MSS)
#define TCP_SND_BUF                 (4 * TCP_MSS)
#define TCP_QUEUE_OOSEQ             1

#define TCPIP_MBOX_SIZE             32
#define DEFAULT_TCP_RECVMBOX_SIZE   16
#define DEFAULT_UDP_RECVMBOX_SIZE   4
#define DEFAULT_ACCEPTMBOX_SIZE     4

/* On 64 bits the pointers of a reassembled fragment do not fit its header. */
#define IPV6_FRAG_COPYHEADER        1

/* A port that needs no privilege, of the test's own name server. */
unsigned short network_dns_port(void);
#define DNS_SERVER_PORT network_dns_port()

#endif
