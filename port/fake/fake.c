#include <string.h>

#include "ardoq/port_fake.h"
#include "ardoq/text.h"
#include "ardoq/version.h"

enum { DAY_SECONDS = 86400, FIRST_DESCRIPTOR = 100 };

ardoq_fake_t ardoq_fake;

void ardoq_fake_reset(void)
{
    memset(&ardoq_fake, 0, sizeof ardoq_fake);
    ardoq_fake.wall_time_known = true;
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME + DAY_SECONDS;
    ardoq_fake.address_count = 1;
    for (uint8_t i = 0; i < ARDOQ_PORT_ADDRESSES; i++) {
        ardoq_fake.addresses[i] = (ardoq_port_address_t){.bytes = {192, 0, 2, i}, .size = 4};
    }
}

void ardoq_fake_fail(ardoq_fake_call_t call, unsigned at, ardoq_err_t err)
{
    ardoq_fake.failures[call] = (ardoq_fake_failure_t){.at = at, .err = err};
}

/* The error that the test has set for this call, or ARDOQ_OK. */
static ardoq_err_t failure(ardoq_fake_call_t call)
{
    ardoq_fake_failure_t *wanted = &ardoq_fake.failures[call];
    wanted->count++;
    return wanted->at == wanted->count ? wanted->err : ARDOQ_OK;
}

/* ---- Time and randomness --------------------------------------------------------------------- */

uint64_t ardoq_port_uptime_ms(void)
{
    return ardoq_fake.uptime_ms;
}

bool ardoq_port_wall_time(int64_t *unix_seconds)
{
    *unix_seconds = ardoq_fake.wall_time;
    return failure(ARDOQ_FAKE_WALL_TIME) == ARDOQ_OK && ardoq_fake.wall_time_known;
}

/* Repeatable, so that a failing test fails again; not secure. */
ardoq_err_t ardoq_port_random(void *buffer, size_t size)
{
    static uint32_t state = 1;
    unsigned char *bytes = buffer;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(state >> 24);
    }
    return failure(ARDOQ_FAKE_RANDOM);
}

/* ---- Name resolution ------------------------------------------------------------------------ */

static unsigned polls_left;

ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host)
{
    const ardoq_err_t err = failure(ARDOQ_FAKE_RESOLVE_START);
    *resolve = (ardoq_port_resolve_t){.state = NULL, .platform_code = err};
    if (err) {
        return err;
    }
    ardoq_text_t text;
    ardoq_text_init(&text, ardoq_fake.resolved_host, sizeof ardoq_fake.resolved_host,
                    ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_text_append_string(&text, host);
    polls_left = ardoq_fake.resolve_polls;
    resolve->state = &polls_left;
    ardoq_fake.resolving++;
    return text.err;
}

ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count)
{
    ardoq_err_t err = failure(ARDOQ_FAKE_RESOLVE_POLL);
    if (!err && polls_left > 0) {
        polls_left--;
        err = ARDOQ_PENDING;
    }
    if (err == ARDOQ_PENDING) {
        return err;
    }
    ardoq_port_resolve_abandon(resolve);
    resolve->platform_code = err;
    if (!err) {
        memcpy(addresses, ardoq_fake.addresses, sizeof ardoq_fake.addresses);
        *count = ardoq_fake.address_count;
    }
    return err;
}

void ardoq_port_resolve_abandon(ardoq_port_resolve_t *resolve)
{
    if (resolve->state) {
        resolve->state = NULL;
        ardoq_fake.resolving--;
    }
}

/* ---- Sockets -------------------------------------------------------------------------------- */

static bool is_same(const ardoq_port_address_t *a, const ardoq_port_address_t *b)
{
    return a->size == b->size && a->scope == b->scope && memcmp(a->bytes, b->bytes, a->size) == 0;
}

ardoq_err_t ardoq_port_connect_start(ardoq_port_socket_t *socket,
                                     const ardoq_port_address_t *address, uint16_t port)
{
    const ardoq_err_t err = failure(ARDOQ_FAKE_CONNECT_START);
    *socket = (ardoq_port_socket_t){.descriptor = ARDOQ_PORT_NO_SOCKET, .platform_code = err};
    ardoq_fake.connects++;
    ardoq_fake.connect_port = port;
    if (!err) {
        /* The descriptor is the index of the address. */
        size_t index = 0;
        while (!is_same(&ardoq_fake.addresses[index], address)) {
            index++;
        }
        socket->descriptor = FIRST_DESCRIPTOR + (int)index;
        ardoq_fake.open_sockets++;
    }
    return err;
}

/* Keeps the code until the next failure. */
static void note_failure(ardoq_port_socket_t *socket, ardoq_err_t err)
{
    if (err < 0) {
        socket->platform_code = err;
    }
}

ardoq_err_t ardoq_port_connect_poll(ardoq_port_socket_t *socket)
{
    if (socket->descriptor == ARDOQ_PORT_NO_SOCKET) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = failure(ARDOQ_FAKE_CONNECT_POLL);
    if (!err) {
        err = ardoq_fake.connect_results[socket->descriptor - FIRST_DESCRIPTOR];
    }
    if (!err && ardoq_fake.peer.connected) {
        ardoq_fake.peer.connected(ardoq_fake.peer.context);
    }
    note_failure(socket, err);
    return err;
}

ardoq_err_t ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                            size_t *sent)
{
    *sent = 0;
    ardoq_err_t err = failure(ARDOQ_FAKE_SEND);
    if (!err) {
        const ardoq_fake_peer_t *peer = &ardoq_fake.peer;
        err = peer->send ? peer->send(peer->context, data, size, sent) : ARDOQ_PENDING;
    }
    note_failure(socket, err);
    return err;
}

ardoq_err_t ardoq_port_receive(ardoq_port_socket_t *socket, void *buffer, size_t size,
                               size_t *received)
{
    *received = 0;
    ardoq_err_t err = failure(ARDOQ_FAKE_RECEIVE);
    if (!err) {
        const ardoq_fake_peer_t *peer = &ardoq_fake.peer;
        err = peer->receive ? peer->receive(peer->context, buffer, size, received) : ARDOQ_PENDING;
    }
    note_failure(socket, err);
    return err;
}

void ardoq_port_close(ardoq_port_socket_t *socket)
{
    if (socket->descriptor == ARDOQ_PORT_NO_SOCKET) {
        return;
    }
    socket->descriptor = ARDOQ_PORT_NO_SOCKET;
    ardoq_fake.open_sockets--;
    if (ardoq_fake.peer.closed) {
        ardoq_fake.peer.closed(ardoq_fake.peer.context);
    }
}

/* No events happen during the wait, so the whole time passes. */
void ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                     uint32_t timeout_ms)
{
    (void)socket;
    (void)event;
    ardoq_fake.uptime_ms += timeout_ms;
}

/* ---- Trust ---------------------------------------------------------------------------------- */

ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    const ardoq_err_t err = failure(ARDOQ_FAKE_TRUST);
    return !err && ardoq_fake.trust ? ardoq_fake.trust(config, roots) : err;
}

/* ---- The store ------------------------------------------------------------------------------ */

/* The slot of a key, or a free one for the key ""; null if there is none. */
static char *find_value(const char *key, char **slot_key)
{
    for (size_t i = 0; i < ARDOQ_FAKE_STORE_ENTRIES; i++) {
        if (strcmp(ardoq_fake.store[i].key, key) == 0) {
            *slot_key = ardoq_fake.store[i].key;
            return ardoq_fake.store[i].value;
        }
    }
    return NULL;
}

ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size)
{
    char *slot_key;
    const ardoq_err_t err = failure(ARDOQ_FAKE_STORE_GET);
    const char *stored = find_value(key, &slot_key);
    if (err || !stored) {
        return err ? err : ARDOQ_ERR_NOT_SET;
    }
    if (strlen(stored) >= size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    memcpy(value, stored, strlen(stored) + 1);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context)
{
    ardoq_err_t err = failure(ARDOQ_FAKE_STORE_EACH);
    for (size_t i = 0; !err && i < ARDOQ_FAKE_STORE_ENTRIES; i++) {
        const char *value = ardoq_fake.store[i].value;
        const bool fits = strlen(value) < size;
        if (ardoq_fake.store[i].key[0] != '\0') {
            memcpy(buffer, value, fits ? strlen(value) + 1 : 0);
            err = on_value(context, ardoq_fake.store[i].key, fits ? buffer : NULL);
        }
    }
    const char *const(*variable)[2] = ardoq_fake.variables;
    for (; !err && variable && (*variable)[0]; variable++) {
        err = on_value(context, (*variable)[0], (*variable)[1]);
    }
    return err;
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    char *slot_key;
    const ardoq_err_t err = failure(ARDOQ_FAKE_STORE_SET);
    char *stored = find_value(key, &slot_key);
    stored = stored ? stored : find_value("", &slot_key);
    if (err) {
        return err;
    }
    if (!stored || strlen(value) >= ARDOQ_FAKE_STORE_VALUE_SIZE) {
        return ARDOQ_ERR_STORE_FULL;
    }
    memcpy(slot_key, key, strlen(key) + 1);
    memcpy(stored, value, strlen(value) + 1);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_store_erase(const char *key)
{
    char *slot_key;
    const ardoq_err_t err = failure(ARDOQ_FAKE_STORE_ERASE);
    if (!err && find_value(key, &slot_key)) {
        slot_key[0] = '\0';
    }
    return err;
}

/* ---- The TLS session ------------------------------------------------------------------------ */

ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    const ardoq_err_t err = failure(ARDOQ_FAKE_SESSION_READ);
    if (err || ardoq_fake.session_length == 0 || ardoq_fake.session_length > size) {
        return err ? err : ARDOQ_ERR_NOT_SET;
    }
    memcpy(data, ardoq_fake.session, ardoq_fake.session_length);
    *length = ardoq_fake.session_length;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    const ardoq_err_t err = failure(ARDOQ_FAKE_SESSION_WRITE);
    if (err || size > sizeof ardoq_fake.session) {
        return err ? err : ARDOQ_ERR_STORE_FULL;
    }
    memset(ardoq_fake.session, 0, sizeof ardoq_fake.session);
    if (size > 0) {
        memcpy(ardoq_fake.session, data, size);
    }
    ardoq_fake.session_length = size;
    return ARDOQ_OK;
}

/* ---- Identity and log ----------------------------------------------------------------------- */

void ardoq_port_identity(ardoq_identity_t *identity)
{
    *identity = ardoq_fake.identity;
}

static void log_append(const char *text)
{
    const size_t room = sizeof ardoq_fake.log - 1 - ardoq_fake.log_length;
    const size_t size = strlen(text) < room ? strlen(text) : room;
    memcpy(ardoq_fake.log + ardoq_fake.log_length, text, size);
    ardoq_fake.log_length += size;
    ardoq_fake.log[ardoq_fake.log_length] = '\0';
}

void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    (void)level;
    log_append(text);
    log_append(": ");
    log_append(detail);
    log_append("\n");
}
