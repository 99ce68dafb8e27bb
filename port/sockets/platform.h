/**
 * @file
 * The socket layer that sockets.c is compiled against: its headers, and what no two layers do
 * alike. There are POSIX and, with ARDOQ_SOCKETS_LWIP, lwIP; another one gets a branch of its own.
 * With ARDOQ_SOCKETS_FREERTOS_SIMULATOR, POSIX is used by a task of FreeRTOS on a host.
 *
 * To be included first: it says which of the system's functions the headers shall declare.
 */
#ifndef ARDOQ_SOCKETS_PLATFORM_H
#define ARDOQ_SOCKETS_PLATFORM_H

#ifdef ARDOQ_SOCKETS_LWIP

#include <lwip/sockets.h>

#define HAVE_IPV4 LWIP_IPV4
#define HAVE_IPV6 LWIP_IPV6

/* An lwIP that is configured not to take the names of POSIX. */
#if !LWIP_COMPAT_SOCKETS
#define connect(descriptor, address, size) lwip_connect(descriptor, address, size)
#define getsockopt(descriptor, level, name, value, size)                                           \
    lwip_getsockopt(descriptor, level, name, value, size)
#define poll(entries, count, timeout)         lwip_poll(entries, count, timeout)
#define recv(descriptor, buffer, size, flags) lwip_recv(descriptor, buffer, size, flags)
#define send(descriptor, data, size, flags)   lwip_send(descriptor, data, size, flags)
#define setsockopt(descriptor, level, name, value, size)                                           \
    lwip_setsockopt(descriptor, level, name, value, size)
#endif

/** Opens a TCP socket that never blocks. @return its descriptor, or -1 and errno. */
static inline int open_socket(int family)
{
    const int descriptor = lwip_socket(family, SOCK_STREAM, IPPROTO_TCP);
    if (descriptor >= 0) {
        lwip_fcntl(descriptor, F_SETFL, O_NONBLOCK);
    }
    return descriptor;
}

static inline void close_socket(int descriptor)
{
    lwip_close(descriptor);
}

#else

#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define HAVE_IPV4 1
#define HAVE_IPV6 1

/** Opens a TCP socket that never blocks. @return its descriptor, or -1 and errno. */
static inline int open_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
}

static inline void close_socket(int descriptor)
{
    close(descriptor);
}

#endif

#ifdef ARDOQ_SOCKETS_FREERTOS_SIMULATOR

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

/** To the scheduler a task that the host blocks looks as if it were at work, and the tasks below it
 * would starve. So the task sleeps, one tick at a time. */
static inline void wait_for_any(struct pollfd *entries, nfds_t count, int timeout)
{
    if (poll(entries, count, 0) == 0 && timeout > 0) {
        vTaskDelay(1);
    }
}

#else

/** Waits until an entry is ready or the time in ms has passed; may return earlier. */
static inline void wait_for_any(struct pollfd *entries, nfds_t count, int timeout)
{
    poll(entries, count, timeout);
}

#endif

#endif
