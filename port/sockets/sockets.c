#include "platform.h"

#include <limits.h>
#include <string.h>

#include "ardoq/port.h"

typedef union {
    struct sockaddr any;
#if HAVE_IPV4
    struct sockaddr_in v4;
#endif
#if HAVE_IPV6
    struct sockaddr_in6 v6;
#endif
} endpoint_t;

/* For a family that the platform was built without the result is AF_UNSPEC. */
static socklen_t fill_endpoint(endpoint_t *endpoint, const ardoq_port_address_t *address,
                               uint16_t port)
{
    memset(endpoint, 0, sizeof *endpoint);
#if HAVE_IPV6
    if (address->size == sizeof endpoint->v6.sin6_addr) {
        endpoint->v6.sin6_family = AF_INET6;
        endpoint->v6.sin6_port = htons(port);
        endpoint->v6.sin6_scope_id = address->scope;
        memcpy(&endpoint->v6.sin6_addr, address->bytes, sizeof endpoint->v6.sin6_addr);
        return sizeof endpoint->v6;
    }
#endif
#if HAVE_IPV4
    if (address->size == sizeof endpoint->v4.sin_addr) {
        endpoint->v4.sin_family = AF_INET;
        endpoint->v4.sin_port = htons(port);
        memcpy(&endpoint->v4.sin_addr, address->bytes, sizeof endpoint->v4.sin_addr);
        return sizeof endpoint->v4;
    }
#endif
    return sizeof endpoint->any;
}

static ardoq_err_t connect_error(int code)
{
    switch (code) {
    case ECONNREFUSED:
    case ECONNRESET: /* on lwIP; elsewhere from a server that resets right after accepting */
        return ARDOQ_ERR_CONNECTION_REFUSED;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ETIMEDOUT:
    case ECONNABORTED: /* on lwIP: no answer */
        return ARDOQ_ERR_HOST_UNREACHABLE;
    case ENETDOWN:
        return ARDOQ_ERR_NETWORK_DOWN;
    case EMFILE:
    case ENFILE:
    case ENOBUFS: /* on lwIP: no free connection in the pool */
        return ARDOQ_ERR_SOCKETS_EXHAUSTED;
    default:
        return ARDOQ_ERR_NETWORK_FAILED;
    }
}

static ardoq_err_t start_failed(ardoq_port_socket_t *socket)
{
    socket->platform_code = errno;
    ardoq_port_close(socket);
    return connect_error(socket->platform_code);
}

ardoq_err_t ardoq_port_connect_start(ardoq_port_socket_t *socket,
                                     const ardoq_port_address_t *address, uint16_t port)
{
    endpoint_t endpoint;
    const socklen_t size = fill_endpoint(&endpoint, address, port);
    socket->platform_code = 0;
    socket->descriptor = open_socket(endpoint.any.sa_family);
    if (socket->descriptor < 0) {
        return start_failed(socket);
    }
    /* A TLS record is written at once, so waiting for more data gains nothing. */
    const int on = 1;
    setsockopt(socket->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    /* After EINTR the connection is in progress too; a second call would only say so. */
    if (connect(socket->descriptor, &endpoint.any, size) < 0 && errno != EINPROGRESS &&
        errno != EINTR) {
        return start_failed(socket);
    }
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_connect_poll(ardoq_port_socket_t *socket)
{
    /* The system reports a failure only once. */
    if (socket->platform_code) {
        return connect_error(socket->platform_code);
    }
    struct pollfd entry = {.fd = socket->descriptor, .events = POLLOUT};
    const int ready = poll(&entry, 1, 0);
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
        return ARDOQ_PENDING;
    }
    int code = 0;
    socklen_t size = sizeof code;
    if (ready < 0 || getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &code, &size) < 0) {
        code = errno;
    }
    socket->platform_code = code;
    return code ? connect_error(code) : ARDOQ_OK;
}

static ardoq_err_t stream_error(ardoq_port_socket_t *socket)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return ARDOQ_PENDING;
    }
    socket->platform_code = errno;
    switch (errno) {
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN: /* on lwIP: a connection that was closed or aborted */
    case ECONNABORTED:
        return ARDOQ_ERR_CONNECTION_CLOSED;
    default:
        return ARDOQ_ERR_NETWORK_FAILED;
    }
}

ardoq_err_t ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                            size_t *sent)
{
    ssize_t result;
    do {
        result = send(socket->descriptor, data, size, MSG_NOSIGNAL);
    } while (result < 0 && errno == EINTR);
    *sent = result < 0 ? 0 : (size_t)result;
    return result < 0 ? stream_error(socket) : ARDOQ_OK;
}

ardoq_err_t ardoq_port_receive(ardoq_port_socket_t *socket, void *buffer, size_t size,
                               size_t *received)
{
    ssize_t result;
    do {
        result = recv(socket->descriptor, buffer, size, 0);
    } while (result < 0 && errno == EINTR);
    *received = result < 0 ? 0 : (size_t)result;
    if (result < 0) {
        return stream_error(socket);
    }
    return result == 0 ? ARDOQ_ERR_CONNECTION_CLOSED : ARDOQ_OK;
}

void ardoq_port_close(ardoq_port_socket_t *socket)
{
    if (socket->descriptor >= 0) {
        close_socket(socket->descriptor);
    }
    socket->descriptor = ARDOQ_PORT_NO_SOCKET;
}

void ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                     uint32_t timeout_ms)
{
    const int timeout = timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
    if (event == ARDOQ_PORT_EVENT_NONE) {
        wait_for_any(NULL, 0, timeout);
        return;
    }
    struct pollfd entry = {
        .fd = socket->descriptor,
        .events = event == ARDOQ_PORT_EVENT_READABLE ? POLLIN : POLLOUT,
    };
    wait_for_any(&entry, 1, timeout);
}
