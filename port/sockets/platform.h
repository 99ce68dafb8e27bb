/**
 * @file
 * The socket API that sockets.c is compiled against: its headers, and the differences between them.
 * POSIX or, with ARDOQ_SOCKETS_LWIP, lwIP; add a branch for another one. With
 * ARDOQ_SOCKETS_FREERTOS_SIMULATOR, a FreeRTOS task on a host uses POSIX.
 *
 * Include this first: it defines the feature macros for the system's headers.
 */
#ifndef ARDOQ_SOCKETS_PLATFORM_H
#define ARDOQ_SOCKETS_PLATFORM_H

#ifdef ARDOQ_SOCKETS_LWIP

#include <lwip/sockets.h>

#define HAVE_IPV4 LWIP_IPV4
#define HAVE_IPV6 LWIP_IPV6

/* lwIP without LWIP_COMPAT_SOCKETS. */
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

/** Opens a non-blocking TCP socket. @return its descriptor, or -1 and errno. */
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

/** Opens a non-blocking TCP socket. @return its descriptor, or -1 and errno. */
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

/**
 * A task that blocks in the host looks busy to the scheduler, and tasks of lower priority would
 * starve. So the task sleeps, one tick at a time.
 */
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
