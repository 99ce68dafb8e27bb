/*
 * The sockets of the POSIX port, on the loopback interface. What that cannot show comes from the
 * __wrap_ functions below: -Wl,--wrap=NAME for connect, getsockopt, poll, recv, send and socket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ardoq/port.h"

enum { BOUND_MS = 10000 };

/* ---- Faults ---------------------------------------------------------------------------------- */

/* The next call of each function fails with this errno, once; 0 for the real thing. */
static struct {
    int connect;
    int getsockopt;
    int poll;
    int recv;
    int send;
    int socket;
    int pending_error; /* what SO_ERROR tells, once */
} faults;

static struct {
    struct sockaddr_storage endpoint;
    socklen_t endpoint_size;
    bool keep_connect; /* connect() only notes its arguments */
    bool keep_poll;    /* so does poll(), and says that nothing is ready */
    struct pollfd entry;
    nfds_t entries;
    int timeout;
} seen;

static bool is_hit(int *fault)
{
    const int code = *fault;
    *fault = 0;
    errno = code;
    return code != 0;
}

int __real_connect(int descriptor, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int descriptor, const struct sockaddr *address, socklen_t size);
int __wrap_connect(int descriptor, const struct sockaddr *address, socklen_t size)
{
    memcpy(&seen.endpoint, address, size);
    seen.endpoint_size = size;
    if (is_hit(&faults.connect)) {
        return -1;
    }
    return seen.keep_connect ? 0 : __real_connect(descriptor, address, size);
}

int __real_getsockopt(int descriptor, int level, int option, void *value, socklen_t *size);
int __wrap_getsockopt(int descriptor, int level, int option, void *value, socklen_t *size);
int __wrap_getsockopt(int descriptor, int level, int option, void *value, socklen_t *size)
{
    if (is_hit(&faults.getsockopt)) {
        return -1;
    }
    if (option == SO_ERROR && is_hit(&faults.pending_error)) {
        memcpy(value, &errno, sizeof errno);
        return 0;
    }
    return __real_getsockopt(descriptor, level, option, value, size);
}

int __real_poll(struct pollfd *entries, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout)
{
    seen.entry = count > 0 ? entries[0] : (struct pollfd){0};
    seen.entries = count;
    seen.timeout = timeout;
    if (is_hit(&faults.poll)) {
        return -1;
    }
    return seen.keep_poll ? 0 : __real_poll(entries, count, timeout);
}

ssize_t __real_recv(int descriptor, void *buffer, size_t size, int flags);
ssize_t __wrap_recv(int descriptor, void *buffer, size_t size, int flags);
ssize_t __wrap_recv(int descriptor, void *buffer, size_t size, int flags)
{
    return is_hit(&faults.recv) ? -1 : __real_recv(descriptor, buffer, size, flags);
}

ssize_t __real_send(int descriptor, const void *data, size_t size, int flags);
ssize_t __wrap_send(int descriptor, const void *data, size_t size, int flags);
ssize_t __wrap_send(int descriptor, const void *data, size_t size, int flags)
{
    return is_hit(&faults.send) ? -1 : __real_send(descriptor, data, size, flags);
}

int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol)
{
    return is_hit(&faults.socket) ? -1 : __real_socket(family, type, protocol);
}

/* ---- A server ------------------------------------------------------------------------------- */

static const ardoq_port_address_t loopback = {.bytes = {127, 0, 0, 1}, .size = 4};
static const ardoq_port_address_t loopback6 = {.bytes = {[15] = 1}, .size = 16};

static int server;
static uint16_t port;
static int peer;
static ardoq_port_socket_t socket_;

/* Binds the server to a port that the kernel chooses; it does not listen yet. */
static bool bind_server(void)
{
    struct sockaddr_in endpoint = {.sin_family = AF_INET};
    endpoint.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof endpoint;
    server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&endpoint, size) < 0 ||
        getsockname(server, (struct sockaddr *)&endpoint, &size) < 0) {
        return false;
    }
    port = ntohs(endpoint.sin_port);
    return true;
}

static int set_up(void **state)
{
    (void)state;
    memset(&faults, 0, sizeof faults);
    memset(&seen, 0, sizeof seen);
    socket_ = (ardoq_port_socket_t){.descriptor = ARDOQ_PORT_NO_SOCKET};
    peer = -1;
    return bind_server() && listen(server, 0) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    memset(&faults, 0, sizeof faults);
    memset(&seen, 0, sizeof seen);
    ardoq_port_close(&socket_);
    if (peer >= 0) {
        close(peer);
    }
    if (server >= 0) {
        close(server);
    }
    return 0;
}

static ardoq_err_t finish_connecting(ardoq_port_socket_t *connecting)
{
    const uint64_t end = ardoq_port_uptime_ms() + BOUND_MS;
    ardoq_err_t err;
    while ((err = ardoq_port_connect_poll(connecting)) == ARDOQ_PENDING &&
           ardoq_port_uptime_ms() < end) {
        ardoq_port_wait(connecting, ARDOQ_PORT_EVENT_WRITABLE, BOUND_MS);
    }
    return err;
}

static void connect_to_server(void)
{
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port), ARDOQ_OK);
    assert_int_equal(finish_connecting(&socket_), ARDOQ_OK);
    assert_int_equal(socket_.platform_code, 0);
    peer = accept(server, NULL, NULL);
    assert_true(peer >= 0);
}

static ardoq_err_t receive_when_there(char *buffer, size_t size, size_t *received)
{
    const uint64_t end = ardoq_port_uptime_ms() + BOUND_MS;
    ardoq_err_t err;
    while ((err = ardoq_port_receive(&socket_, buffer, size, received)) == ARDOQ_PENDING &&
           ardoq_port_uptime_ms() < end) {
        ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_READABLE, BOUND_MS);
    }
    return err;
}

static void reset_by_peer(void)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(peer);
    peer = -1;
}

/* ---- Connecting ------------------------------------------------------------------------------ */

static void test_bytes_go_both_ways(void **state)
{
    (void)state;
    connect_to_server();
    size_t sent = 99;
    assert_int_equal(ardoq_port_send(&socket_, "ping", 4, &sent), ARDOQ_OK);
    assert_int_equal(sent, 4);
    char buffer[8] = "";
    assert_int_equal(__real_recv(peer, buffer, 4, MSG_WAITALL), 4);
    assert_memory_equal(buffer, "ping", 4);

    size_t received = 99;
    assert_int_equal(ardoq_port_receive(&socket_, buffer, sizeof buffer, &received), ARDOQ_PENDING);
    assert_int_equal(received, 0);
    assert_int_equal(__real_send(peer, "pong!", 5, 0), 5);
    assert_int_equal(receive_when_there(buffer, 4, &received), ARDOQ_OK);
    assert_int_equal(received, 4);
    assert_memory_equal(buffer, "pong", 4);
    assert_int_equal(receive_when_there(buffer, 4, &received), ARDOQ_OK);
    assert_int_equal(received, 1);
    assert_int_equal(socket_.platform_code, 0);
}

static void test_options_of_a_new_socket(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port), ARDOQ_OK);
    assert_true(fcntl(socket_.descriptor, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(socket_.descriptor, F_GETFD) & FD_CLOEXEC);
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    assert_int_equal(
        __real_getsockopt(socket_.descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
    assert_int_not_equal(no_delay, 0);
}

static void test_ipv6(void **state)
{
    (void)state;
    struct sockaddr_in6 endpoint = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t size = sizeof endpoint;
    close(server);
    server = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&endpoint, size) < 0) {
        skip(); /* no IPv6 here */
    }
    assert_int_equal(listen(server, 1), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&endpoint, &size), 0);
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback6, ntohs(endpoint.sin6_port)),
                     ARDOQ_OK);
    assert_int_equal(finish_connecting(&socket_), ARDOQ_OK);
}

static void test_endpoint(void **state)
{
    (void)state;
    static const ardoq_port_address_t link_local = {
        .bytes = {0xfe, 0x80, [15] = 7}, .size = 16, .scope = 42};
    seen.keep_connect = true;
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, 0x1234), ARDOQ_OK);
    ardoq_port_close(&socket_);
    const struct sockaddr_in *v4 = (const void *)&seen.endpoint;
    assert_int_equal(seen.endpoint_size, sizeof *v4);
    assert_int_equal(v4->sin_family, AF_INET);
    assert_int_equal(v4->sin_port, htons(0x1234));
    assert_memory_equal(&v4->sin_addr, loopback.bytes, 4);

    if (ardoq_port_connect_start(&socket_, &link_local, 443) != ARDOQ_OK) {
        skip(); /* no IPv6 here */
    }
    const struct sockaddr_in6 *v6 = (const void *)&seen.endpoint;
    assert_int_equal(seen.endpoint_size, sizeof *v6);
    assert_int_equal(v6->sin6_family, AF_INET6);
    assert_int_equal(v6->sin6_port, htons(443));
    assert_int_equal(v6->sin6_scope_id, 42);
    assert_int_equal(v6->sin6_flowinfo, 0);
    assert_memory_equal(&v6->sin6_addr, link_local.bytes, 16);
}

static void test_refused(void **state)
{
    (void)state;
    close(server);
    assert_true(bind_server());
    ardoq_err_t err = ardoq_port_connect_start(&socket_, &loopback, port);
    if (!err) {
        err = finish_connecting(&socket_);
        assert_true(socket_.descriptor >= 0);
        /* Asked again, it says the same. */
        assert_int_equal(ardoq_port_connect_poll(&socket_), err);
    }
    assert_int_equal(err, ARDOQ_ERR_CONNECTION_REFUSED);
    assert_int_equal(socket_.platform_code, ECONNREFUSED);
    ardoq_port_close(&socket_);
    assert_int_equal(socket_.descriptor, ARDOQ_PORT_NO_SOCKET);
    assert_int_equal(socket_.platform_code, ECONNREFUSED);
}

/* A server that accepts no more: the system then leaves further callers without an answer. */
static void test_no_answer(void **state)
{
    (void)state;
    ardoq_port_socket_t sockets[16];
    size_t count = 0;
    ardoq_err_t err = ARDOQ_OK;
    while (err == ARDOQ_OK && count < sizeof sockets / sizeof sockets[0]) {
        assert_int_equal(ardoq_port_connect_start(&sockets[count], &loopback, port), ARDOQ_OK);
        ardoq_port_wait(&sockets[count], ARDOQ_PORT_EVENT_WRITABLE, 50);
        err = ardoq_port_connect_poll(&sockets[count]);
        count++;
    }
    assert_int_equal(err, ARDOQ_PENDING);
    assert_int_equal(sockets[count - 1].platform_code, 0);
    for (size_t i = 0; i < count; i++) {
        ardoq_port_close(&sockets[i]);
    }
}

static const struct {
    int code;
    ardoq_err_t err;
} connect_errors[] = {
    {ECONNREFUSED, ARDOQ_ERR_CONNECTION_REFUSED}, {ECONNRESET, ARDOQ_ERR_CONNECTION_REFUSED},
    {ENETUNREACH, ARDOQ_ERR_HOST_UNREACHABLE},    {EHOSTUNREACH, ARDOQ_ERR_HOST_UNREACHABLE},
    {ETIMEDOUT, ARDOQ_ERR_HOST_UNREACHABLE},      {ECONNABORTED, ARDOQ_ERR_HOST_UNREACHABLE},
    {ENETDOWN, ARDOQ_ERR_NETWORK_DOWN},           {EMFILE, ARDOQ_ERR_SOCKETS_EXHAUSTED},
    {ENFILE, ARDOQ_ERR_SOCKETS_EXHAUSTED},        {ENOBUFS, ARDOQ_ERR_SOCKETS_EXHAUSTED},
    {EADDRNOTAVAIL, ARDOQ_ERR_NETWORK_FAILED},    {EACCES, ARDOQ_ERR_NETWORK_FAILED},
};

static void test_an_address_of_no_family(void **state)
{
    (void)state;
    const ardoq_port_address_t none = {.size = 0};
    assert_int_equal(ardoq_port_connect_start(&socket_, &none, port), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(socket_.descriptor, ARDOQ_PORT_NO_SOCKET);
}

static void test_errors_of_connecting(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof connect_errors / sizeof connect_errors[0]; i++) {
        const int code = connect_errors[i].code;
        faults.socket = code;
        assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port),
                         connect_errors[i].err);
        assert_int_equal(socket_.platform_code, code);
        assert_int_equal(socket_.descriptor, ARDOQ_PORT_NO_SOCKET);

        faults.connect = code;
        assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port),
                         connect_errors[i].err);
        assert_int_equal(socket_.platform_code, code);
        assert_int_equal(socket_.descriptor, ARDOQ_PORT_NO_SOCKET);

        assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port), ARDOQ_OK);
        assert_int_equal(socket_.platform_code, 0);
        assert_int_equal(finish_connecting(&socket_), ARDOQ_OK);
        faults.pending_error = code;
        assert_int_equal(ardoq_port_connect_poll(&socket_), connect_errors[i].err);
        assert_int_equal(socket_.platform_code, code);
        assert_true(socket_.descriptor >= 0);
        ardoq_port_close(&socket_);
        close(accept(server, NULL, NULL));
    }
}

static void test_failing_to_ask(void **state)
{
    (void)state;
    connect_to_server();
    faults.poll = EINTR;
    assert_int_equal(ardoq_port_connect_poll(&socket_), ARDOQ_PENDING);
    assert_int_equal(ardoq_port_connect_poll(&socket_), ARDOQ_OK);
    faults.getsockopt = EBADF;
    assert_int_equal(ardoq_port_connect_poll(&socket_), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(socket_.platform_code, EBADF);
    socket_.platform_code = 0;
    faults.poll = ENOMEM;
    assert_int_equal(ardoq_port_connect_poll(&socket_), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(socket_.platform_code, ENOMEM);
}

static void test_connecting_goes_on_after_a_signal(void **state)
{
    (void)state;
    faults.connect = EINTR;
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port), ARDOQ_OK);
    assert_true(socket_.descriptor >= 0);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int i = 0; i < 256; i++) {
        count += fcntl(i, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

static void test_nothing_stays_open(void **state)
{
    (void)state;
    const int before = open_descriptors();
    faults.connect = EHOSTUNREACH;
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port),
                     ARDOQ_ERR_HOST_UNREACHABLE);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(ardoq_port_connect_start(&socket_, &loopback, port), ARDOQ_OK);
    assert_int_equal(open_descriptors(), before + 1);
    ardoq_port_close(&socket_);
    assert_int_equal(open_descriptors(), before);
    ardoq_port_close(&socket_);
    assert_int_equal(open_descriptors(), before);
}

/* A program without standard input gets 0. */
static void test_descriptor_may_be_zero(void **state)
{
    (void)state;
    const int input = dup(0);
    close(0);
    const ardoq_err_t err = ardoq_port_connect_start(&socket_, &loopback, port);
    const int descriptor = socket_.descriptor;
    ardoq_port_close(&socket_);
    const bool is_closed = fcntl(0, F_GETFD) < 0;
    if (input >= 0) {
        dup2(input, 0);
        close(input);
    }
    assert_int_equal(err, ARDOQ_OK);
    assert_int_equal(descriptor, 0);
    assert_true(is_closed);
}

/* ---- The stream ------------------------------------------------------------------------------ */

static void test_no_room_to_send(void **state)
{
    (void)state;
    connect_to_server();
    static char data[65536];
    size_t total = 0;
    size_t sent = 0;
    ardoq_err_t err;
    while ((err = ardoq_port_send(&socket_, data, sizeof data, &sent)) == ARDOQ_OK) {
        assert_in_range(sent, 1, sizeof data);
        total += sent;
        assert_true(total < (size_t)1 << 30);
    }
    assert_int_equal(err, ARDOQ_PENDING);
    assert_int_equal(sent, 0);
    assert_int_equal(socket_.platform_code, 0);

    while (total > 0) {
        const ssize_t got = __real_recv(peer, data, sizeof data, 0);
        assert_true(got > 0);
        total -= (size_t)got;
    }
    ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_WRITABLE, BOUND_MS);
    assert_int_equal(ardoq_port_send(&socket_, data, 1, &sent), ARDOQ_OK);
}

static void test_peer_closes(void **state)
{
    (void)state;
    connect_to_server();
    assert_int_equal(__real_send(peer, "last", 4, 0), 4);
    close(peer);
    peer = -1;
    char buffer[16];
    size_t received = 99;
    assert_int_equal(receive_when_there(buffer, sizeof buffer, &received), ARDOQ_OK);
    assert_int_equal(received, 4);
    assert_int_equal(receive_when_there(buffer, sizeof buffer, &received),
                     ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(received, 0);
}

static void test_peer_resets(void **state)
{
    (void)state;
    connect_to_server();
    reset_by_peer();
    char buffer[16];
    size_t received = 99;
    assert_int_equal(receive_when_there(buffer, sizeof buffer, &received),
                     ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(received, 0);
    assert_int_equal(socket_.platform_code, ECONNRESET);

    /* With the signal's usual effect this would end the process. */
    assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    size_t sent = 99;
    assert_int_equal(ardoq_port_send(&socket_, "x", 1, &sent), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(sent, 0);
    assert_int_equal(socket_.platform_code, EPIPE);
}

static void test_errors_of_the_stream(void **state)
{
    (void)state;
    static const struct {
        int code;
        ardoq_err_t err;
    } rows[] = {
        {ECONNRESET, ARDOQ_ERR_CONNECTION_CLOSED}, {EPIPE, ARDOQ_ERR_CONNECTION_CLOSED},
        {ENOTCONN, ARDOQ_ERR_CONNECTION_CLOSED},   {ECONNABORTED, ARDOQ_ERR_CONNECTION_CLOSED},
        {ETIMEDOUT, ARDOQ_ERR_NETWORK_FAILED},     {ENETDOWN, ARDOQ_ERR_NETWORK_FAILED},
        {EHOSTUNREACH, ARDOQ_ERR_NETWORK_FAILED},
    };
    connect_to_server();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char buffer[4];
        size_t done = 99;
        faults.send = rows[i].code;
        assert_int_equal(ardoq_port_send(&socket_, "x", 1, &done), rows[i].err);
        assert_int_equal(socket_.platform_code, rows[i].code);
        assert_int_equal(done, 0);
        done = 99;
        socket_.platform_code = 0;
        faults.recv = rows[i].code;
        assert_int_equal(ardoq_port_receive(&socket_, buffer, sizeof buffer, &done), rows[i].err);
        assert_int_equal(socket_.platform_code, rows[i].code);
        assert_int_equal(done, 0);
    }
}

static void test_stream_goes_on_after_a_signal(void **state)
{
    (void)state;
    connect_to_server();
    size_t done = 0;
    faults.send = EINTR;
    assert_int_equal(ardoq_port_send(&socket_, "x", 1, &done), ARDOQ_OK);
    assert_int_equal(done, 1);
    assert_int_equal(__real_send(peer, "y", 1, 0), 1);
    char buffer[4];
    faults.recv = EINTR;
    assert_int_equal(receive_when_there(buffer, sizeof buffer, &done), ARDOQ_OK);
    assert_int_equal(done, 1);
    assert_int_equal(buffer[0], 'y');
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void test_wait_for_time(void **state)
{
    (void)state;
    uint64_t start = ardoq_port_uptime_ms();
    ardoq_port_wait(NULL, ARDOQ_PORT_EVENT_NONE, 30);
    assert_true(ardoq_port_uptime_ms() - start >= 30);

    /* What is ready does not count. */
    connect_to_server();
    assert_int_equal(__real_send(peer, "x", 1, 0), 1);
    start = ardoq_port_uptime_ms();
    ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_NONE, 30);
    assert_true(ardoq_port_uptime_ms() - start >= 30);
}

static void test_what_is_waited_for(void **state)
{
    (void)state;
    static const struct {
        ardoq_port_event_t what;
        uint32_t timeout_ms;
        nfds_t entries;
        int events;
        int timeout;
    } rows[] = {
        {ARDOQ_PORT_EVENT_NONE, 0, 0, 0, 0},
        {ARDOQ_PORT_EVENT_NONE, UINT32_MAX, 0, 0, INT_MAX},
        {ARDOQ_PORT_EVENT_READABLE, 7, 1, POLLIN, 7},
        {ARDOQ_PORT_EVENT_READABLE, (uint32_t)INT_MAX + 1, 1, POLLIN, INT_MAX},
        {ARDOQ_PORT_EVENT_WRITABLE, 0, 1, POLLOUT, 0},
        {ARDOQ_PORT_EVENT_WRITABLE, INT_MAX, 1, POLLOUT, INT_MAX},
    };
    connect_to_server();
    seen.keep_poll = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ardoq_port_wait(&socket_, rows[i].what, rows[i].timeout_ms);
        assert_int_equal(seen.entries, rows[i].entries);
        assert_int_equal(seen.timeout, rows[i].timeout);
        assert_int_equal(seen.entry.events, rows[i].events);
        assert_int_equal(seen.entry.fd, rows[i].entries > 0 ? socket_.descriptor : 0);
    }
}

static void test_wait_ends_with_what_it_waits_for(void **state)
{
    (void)state;
    connect_to_server();
    const uint64_t start = ardoq_port_uptime_ms();
    ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_WRITABLE, BOUND_MS);
    assert_int_equal(__real_send(peer, "x", 1, 0), 1);
    ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_READABLE, BOUND_MS);
    faults.poll = EINTR;
    ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_NONE, BOUND_MS);
    assert_true(ardoq_port_uptime_ms() - start < BOUND_MS);
}

/* select() could not do this. */
static void test_descriptor_above_the_size_of_a_set(void **state)
{
    (void)state;
    const int high = FD_SETSIZE + 100;
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max <= (rlim_t)high) {
        skip();
    }
    if (limit.rlim_cur <= (rlim_t)high) {
        limit.rlim_cur = (rlim_t)high + 1;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    connect_to_server();
    const int low = socket_.descriptor;
    socket_.descriptor = fcntl(low, F_DUPFD_CLOEXEC, high);
    close(low);
    assert_true(socket_.descriptor >= high);
    assert_int_equal(__real_send(peer, "x", 1, 0), 1);
    const uint64_t start = ardoq_port_uptime_ms();
    ardoq_port_wait(&socket_, ARDOQ_PORT_EVENT_READABLE, BOUND_MS);
    assert_true(ardoq_port_uptime_ms() - start < BOUND_MS);
    assert_int_equal(ardoq_port_connect_poll(&socket_), ARDOQ_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bytes_go_both_ways),
        TEST(test_options_of_a_new_socket),
        TEST(test_ipv6),
        TEST(test_endpoint),
        TEST(test_refused),
        TEST(test_no_answer),
        TEST(test_an_address_of_no_family),
        TEST(test_errors_of_connecting),
        TEST(test_failing_to_ask),
        TEST(test_connecting_goes_on_after_a_signal),
        TEST(test_nothing_stays_open),
        TEST(test_descriptor_may_be_zero),
        TEST(test_no_room_to_send),
        TEST(test_peer_closes),
        TEST(test_peer_resets),
        TEST(test_errors_of_the_stream),
        TEST(test_stream_goes_on_after_a_signal),
        TEST(test_wait_for_time),
        TEST(test_what_is_waited_for),
        TEST(test_wait_ends_with_what_it_waits_for),
        TEST(test_descriptor_above_the_size_of_a_set),
    };
    return cmocka_run_group_tests_name("posix_sockets", tests, NULL, NULL);
}
