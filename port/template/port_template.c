/*
 * A port to copy. It links unchanged: every function logs with ardoq_port_log() that it is missing
 * and returns ARDOQ_ERR_NOT_SUPPORTED, so a program runs and shows what to write next. ardoq/port.h
 * says what each function must do. Fill in ardoq_port_log() first.
 */
#include <string.h>

#include "ardoq/port.h"

static ardoq_err_t missing(const char *function)
{
    ardoq_port_log(ARDOQ_LOG_ERROR, "this port lacks", function);
    return ARDOQ_ERR_NOT_SUPPORTED;
}

/* ---- Time and randomness --------------------------------------------------------------------- */

uint64_t ardoq_port_uptime_ms(void)
{
    missing("ardoq_port_uptime_ms");
    return 0;
}

/* Enough for a board without a clock. */
bool ardoq_port_wall_time(int64_t *unix_seconds)
{
    *unix_seconds = 0;
    return false;
}

ardoq_err_t ardoq_port_random(void *buffer, size_t size)
{
    memset(buffer, 0, size);
    missing("ardoq_port_random");
    return ARDOQ_ERR_RANDOM_FAILED;
}

/* ---- Name resolution ------------------------------------------------------------------------ */

ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host)
{
    (void)host;
    *resolve = (ardoq_port_resolve_t){.state = NULL, .platform_code = 0};
    return missing("ardoq_port_resolve_start");
}

ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count)
{
    (void)resolve;
    (void)addresses;
    *count = 0;
    return missing("ardoq_port_resolve_poll");
}

void ardoq_port_resolve_abandon(ardoq_port_resolve_t *resolve)
{
    if (resolve->state) {
        missing("ardoq_port_resolve_abandon");
    }
}

/* ---- Sockets: with BSD-style sockets, use port/sockets/sockets.c instead -------------------- */

ardoq_err_t ardoq_port_connect_start(ardoq_port_socket_t *socket,
                                     const ardoq_port_address_t *address, uint16_t port)
{
    (void)address;
    (void)port;
    *socket = (ardoq_port_socket_t){.descriptor = ARDOQ_PORT_NO_SOCKET, .platform_code = 0};
    return missing("ardoq_port_connect_start");
}

ardoq_err_t ardoq_port_connect_poll(ardoq_port_socket_t *socket)
{
    (void)socket;
    return missing("ardoq_port_connect_poll");
}

ardoq_err_t ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                            size_t *sent)
{
    (void)socket;
    (void)data;
    (void)size;
    *sent = 0;
    return missing("ardoq_port_send");
}

ardoq_err_t ardoq_port_receive(ardoq_port_socket_t *socket, void *buffer, size_t size,
                               size_t *received)
{
    (void)socket;
    (void)buffer;
    (void)size;
    *received = 0;
    return missing("ardoq_port_receive");
}

void ardoq_port_close(ardoq_port_socket_t *socket)
{
    if (socket->descriptor != ARDOQ_PORT_NO_SOCKET) {
        missing("ardoq_port_close");
    }
}

void ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                     uint32_t timeout_ms)
{
    (void)socket;
    (void)event;
    (void)timeout_ms;
    missing("ardoq_port_wait");
}

/* ---- Trust: not needed if every device has its roots in the settings ------------------------- */

ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config;
    (void)roots;
    return ARDOQ_ERR_TRUST_MISSING;
}

/* ---- The store: not needed if all settings come from Kconfig --------------------------------- */

/* NOLINTNEXTLINE(readability-non-const-parameter): a port that has a store writes the value */
ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size)
{
    (void)key;
    (void)value;
    (void)size;
    return ARDOQ_ERR_NOT_SET;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): a port that has a store writes the values */
ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context)
{
    (void)buffer;
    (void)size;
    (void)on_value;
    (void)context;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    (void)key;
    (void)value;
    return missing("ardoq_port_store_set");
}

ardoq_err_t ardoq_port_store_erase(const char *key)
{
    (void)key;
    return missing("ardoq_port_store_erase");
}

/* ---- Saved state: without it, each restart reports again ------------------------------------- */

/* NOLINTNEXTLINE(readability-non-const-parameter): a port that has a store writes the state */
ardoq_err_t ardoq_port_state_read(char *state, size_t size)
{
    (void)state;
    (void)size;
    return ARDOQ_ERR_NOT_SET;
}

ardoq_err_t ardoq_port_state_write(const char *state)
{
    (void)state;
    return missing("ardoq_port_state_write");
}

/* ---- The TLS session: not needed if full handshakes are acceptable --------------------------- */

/* NOLINTNEXTLINE(readability-non-const-parameter): a port that keeps a session writes both */
ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    (void)data;
    (void)size;
    (void)length;
    return ARDOQ_ERR_NOT_SET;
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    (void)data;
    (void)size;
    return ARDOQ_OK;
}

/* ---- Identity and log ----------------------------------------------------------------------- */

void ardoq_port_identity(ardoq_identity_t *identity)
{
    (void)identity;
    missing("ardoq_port_identity");
}

/* The only function that cannot log that it is missing. */
void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    (void)level;
    (void)text;
    (void)detail;
}
