#include "notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* $NOTIFY_SOCKET has an @ for the NUL that begins an abstract address.
 * @return its size, 0 for none */
static socklen_t take_address(struct sockaddr_un *address)
{
    const char *path = secure_getenv("NOTIFY_SOCKET");
    const size_t length = path ? strlen(path) : 0;
    if (length < 2 || length >= sizeof address->sun_path || (path[0] != '/' && path[0] != '@')) {
        return 0;
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, length);
    if (path[0] == '@') {
        address->sun_path[0] = '\0';
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void notify(const char *format, ...)
{
    struct sockaddr_un address;
    const socklen_t size = take_address(&address);
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const int file = size > 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (file >= 0) {
        /* A failure cannot be reported to anybody. */
        const ssize_t sent = sendto(file, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                                    (const struct sockaddr *)&address, size);
        (void)sent;
        close(file);
    }
}
