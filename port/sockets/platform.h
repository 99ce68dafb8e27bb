/**
 * @file
 * The socket layer that sockets.c is compiled against: its headers, and what no two layers do
 * alike. POSIX is the only one so far; another one gets a branch of its own here.
 *
 * To be included first: it says which of the system's functions the headers shall declare.
 */
#ifndef ARDOQ_SOCKETS_PLATFORM_H
#define ARDOQ_SOCKETS_PLATFORM_H

#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

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
