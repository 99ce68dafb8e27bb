/**
 * @file
 * The functions that a port must implement; the core uses nothing else from the platform.
 * port/template has a file to copy, which links and says what is missing.
 *
 * No function here may block, except ardoq_port_wait(), and changes of the store, which may wait a
 * few seconds for another program's. Functions may be called from any task, for different clients
 * at the same time.
 */
#ifndef ARDOQ_PORT_H
#define ARDOQ_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"
#include "ardoq/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mbedtls_ssl_config;
struct mbedtls_x509_crt;

/* ---- Time and randomness --------------------------------------------------------------------- */

/** Milliseconds since any fixed moment; never runs backwards, counts during sleep if possible. */
uint64_t ardoq_port_uptime_ms(void);

/**
 * Wall clock.
 * @param[out] unix_seconds  seconds since 1970 in UTC
 * @return false while the platform does not know the time. The core also treats a time before the
 *         library's release as unknown, so a clock that starts at 1970 needs no special handling.
 */
bool ardoq_port_wall_time(int64_t *unix_seconds);

/**
 * Fills @p buffer with @p size cryptographically secure random bytes.
 * @return ARDOQ_OK or ARDOQ_ERR_RANDOM_FAILED.
 */
ardoq_err_t ardoq_port_random(void *buffer, size_t size);

/* ---- Name resolution ------------------------------------------------------------------------ */

/** The most addresses of a name that are tried. */
#define ARDOQ_PORT_ADDRESSES 4

/** IP address in network byte order. */
typedef struct {
    uint8_t bytes[16]; /**< IPv4 uses the first four */
    uint8_t size;      /**< 4 for IPv4, 16 for IPv6 */
    uint32_t scope;    /**< interface number of a link-local IPv6 address, otherwise 0 */
} ardoq_port_address_t;

/** A lookup in progress. The port owns what @p state points to. */
typedef struct {
    void *state;       /**< null if no lookup is in progress */
    int platform_code; /**< of the last failure, 0 if none */
} ardoq_port_resolve_t;

/**
 * Starts to look up the addresses of a host, IPv6 and IPv4.
 * @param[out] resolve  the lookup; its state is null on failure
 * @param host          host name, copied; with a closing dot it is absolute: no search domain is
 *                      added
 * @return ARDOQ_OK: poll it; otherwise ARDOQ_ERR_RESOLVE_FAILED, ARDOQ_ERR_NETWORK_DOWN or
 *         ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host);

/**
 * Asks for the result. Anything other than ARDOQ_PENDING ends the lookup and frees its state.
 * @param resolve         started lookup
 * @param[out] addresses  in the order to try
 * @param[out] count      1 to ARDOQ_PORT_ADDRESSES on success
 * @return ARDOQ_OK, ARDOQ_PENDING, ARDOQ_ERR_HOST_NOT_FOUND, ARDOQ_ERR_RESOLVE_FAILED,
 *         ARDOQ_ERR_OUT_OF_MEMORY or ARDOQ_ERR_NETWORK_DOWN.
 */
ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count);

/** Cancels a lookup immediately. A late answer only touches the port's own memory. */
void ardoq_port_resolve_abandon(ardoq_port_resolve_t *resolve);

/* ---- Sockets -------------------------------------------------------------------------------- */

/** A TCP socket. */
typedef struct {
    int descriptor;    /**< ARDOQ_PORT_NO_SOCKET when closed */
    int platform_code; /**< of the last failure, such as errno; 0 if none */
} ardoq_port_socket_t;

#define ARDOQ_PORT_NO_SOCKET (-1) /**< no socket is open */

/**
 * Opens a socket and starts to connect it.
 * @param[out] socket  closed again on failure
 * @param address      peer to connect to
 * @param port         in host byte order
 * @return ARDOQ_OK: poll it; otherwise ARDOQ_ERR_CONNECTION_REFUSED, ARDOQ_ERR_HOST_UNREACHABLE,
 *         ARDOQ_ERR_NETWORK_DOWN, ARDOQ_ERR_SOCKETS_EXHAUSTED or ARDOQ_ERR_NETWORK_FAILED.
 */
ardoq_err_t ardoq_port_connect_start(ardoq_port_socket_t *socket,
                                     const ardoq_port_address_t *address, uint16_t port);

/**
 * Asks whether the connection is established.
 * @return ARDOQ_OK, ARDOQ_PENDING, or an error as ardoq_port_connect_start(), after which the
 *         socket is still open.
 */
ardoq_err_t ardoq_port_connect_poll(ardoq_port_socket_t *socket);

/**
 * Sends as much as fits now.
 * @param socket     connected socket
 * @param data       bytes to send
 * @param size       in bytes, at least 1
 * @param[out] sent  1 to @p size on success, otherwise 0
 * @return ARDOQ_OK, ARDOQ_PENDING (no room now), ARDOQ_ERR_CONNECTION_CLOSED (also when reset) or
 *         ARDOQ_ERR_NETWORK_FAILED. No signal is raised.
 */
ardoq_err_t ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                            size_t *sent);

/**
 * Receives the bytes that have arrived.
 * @param socket         connected socket
 * @param[out] buffer    receives the bytes
 * @param size           in bytes, at least 1
 * @param[out] received  1 to @p size on success, otherwise 0
 * @return as ardoq_port_send(); ARDOQ_ERR_CONNECTION_CLOSED also if the peer has closed its side.
 */
ardoq_err_t ardoq_port_receive(ardoq_port_socket_t *socket, void *buffer, size_t size,
                               size_t *received);

/** Closes the socket, if it is open. */
void ardoq_port_close(ardoq_port_socket_t *socket);

/** What to wait for on a socket. */
typedef enum {
    ARDOQ_PORT_EVENT_NONE,     /**< nothing, only the time */
    ARDOQ_PORT_EVENT_READABLE, /**< data to receive, or the peer has closed */
    ARDOQ_PORT_EVENT_WRITABLE, /**< room to send, or connecting has finished */
} ardoq_port_event_t;

/**
 * Waits until @p socket is ready or the time has passed; may return earlier.
 * @param socket      ignored for ARDOQ_PORT_EVENT_NONE
 * @param event       what to wait for
 * @param timeout_ms  longest wait; 0 returns immediately
 */
void ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                     uint32_t timeout_ms);

/* ---- Trust ---------------------------------------------------------------------------------- */

/**
 * Makes @p config trust the platform's own root certificates. Not called if the settings have
 * roots.
 * @param config  a client configuration; a platform with a certificate bundle attaches it here. It
 *                may install a verify callback, which the core calls before its own
 * @param roots   empty chain; a platform with PEM or DER files parses them into it. If it is not
 *                empty after the call, the core adds it to @p config. The core frees it.
 * @return ARDOQ_OK, ARDOQ_ERR_TRUST_MISSING, ARDOQ_ERR_TRUST_INVALID or ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots);

/* ---- The store ------------------------------------------------------------------------------ */

/** Longest key in characters, the limit of NVS. */
#define ARDOQ_PORT_KEY_MAX 15

/**
 * Called with one value of the store. Must not call the store.
 * @param context  the caller's
 * @param key      NUL-terminated; any key in the store, even if it is not a setting
 * @param value    NUL-terminated, valid until the function returns; null if the value does not fit
 *                 the buffer or is not a text: ardoq_port_store_get() returns which
 * @return ARDOQ_OK to continue; anything else stops.
 */
typedef ardoq_err_t (*ardoq_port_store_value_t)(void *context, const char *key, const char *value);

/**
 * Reports every value in one pass, in any order. If a key occurs more than once the last value
 * counts: a platform with environment variables reports them after the store's values.
 * @param[out] buffer  for one value; may contain a secret afterwards
 * @param size         of @p buffer in bytes
 * @param on_value     called for each value
 * @param context      passed to @p on_value
 * @return ARDOQ_OK, also if nothing is set or the store does not exist; the result of @p on_value
 *         if it is not ARDOQ_OK; ARDOQ_ERR_STORE_UNAVAILABLE, ARDOQ_ERR_STORE_PERMISSIONS or
 *         ARDOQ_ERR_STORE_DAMAGED.
 */
ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context);

/**
 * Reads one value of the store, ignoring the environment.
 * @param key     at most ARDOQ_PORT_KEY_MAX characters
 * @param value   receives the NUL-terminated text
 * @param size    of @p value in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET, also if the store does not exist;
 *         ARDOQ_ERR_SETTING_TOO_LONG; ARDOQ_ERR_STORE_UNAVAILABLE, ARDOQ_ERR_STORE_PERMISSIONS or
 *         ARDOQ_ERR_STORE_DAMAGED.
 */
ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size);

/**
 * Writes one value, atomically: a crash or power cut leaves the old or the new value.
 * @return ARDOQ_OK, ARDOQ_ERR_STORE_FULL, or an error as ardoq_port_store_get().
 */
ardoq_err_t ardoq_port_store_set(const char *key, const char *value);

/** Removes one value; ARDOQ_OK if there is none. Otherwise as ardoq_port_store_set(). */
ardoq_err_t ardoq_port_store_erase(const char *key);

/* ---- What the library remembers ------------------------------------------------------------- */

/** The key of the state if it is stored among the settings; no setting has this name. */
#define ARDOQ_PORT_STATE_KEY "state"

/**
 * Reads the text that ardoq_port_state_write() has written, also after a restart. Not a secret.
 * @param state  receives the NUL-terminated text
 * @param size   of @p state in bytes
 * @return as ardoq_port_store_get(); ARDOQ_ERR_NOT_SET if there is none.
 */
ardoq_err_t ardoq_port_state_read(char *state, size_t size);

/**
 * Writes it, a few hundred times a year; otherwise as ardoq_port_store_set(). If people edit the
 * settings, the state should be stored elsewhere.
 */
ardoq_err_t ardoq_port_state_write(const char *state);

/* ---- The TLS session ------------------------------------------------------------------------ */

/*
 * Storage for one TLS session, which the next connection resumes, also after a sleep or a reboot if
 * the storage survives it. The session is a secret: it decrypts recorded connections. It is also a
 * trust anchor: whoever can write it can impersonate the server. So the storage must not be
 * readable or writable by others. The core detects incomplete and foreign data, so a partial write
 * or old content does no harm. If ardoq_port_trust() trusts anything outside the chain of roots,
 * the port must erase the session when that changes.
 */

/**
 * Reads the session.
 * @param[out] data    receives the session
 * @param size         of @p data in bytes
 * @param[out] length  of the session, at most @p size, on success
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET if there is none, or no storage; any other error has the same
 *         effect.
 */
ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length);

/**
 * Stores a session, replacing the previous one.
 * @param data  may be null if @p size is 0
 * @param size  in bytes, at most CONFIG_ARDOQ_SESSION_SIZE; 0 erases the session
 * @return ARDOQ_OK, or an error, whose only effect is a full handshake.
 */
ardoq_err_t ardoq_port_session_write(const void *data, size_t size);

/* ---- Identity and log ----------------------------------------------------------------------- */

/**
 * Fills in what the platform knows about the device and leaves other fields unchanged. Texts that
 * it builds are stored with ardoq_identity_keep().
 */
void ardoq_port_identity(ardoq_identity_t *identity);

/** Importance of a log message. The numbers are those of CONFIG_ARDOQ_LOG_LEVEL. */
typedef enum {
    ARDOQ_LOG_ERROR = 1,
    ARDOQ_LOG_INFO = 2,
    ARDOQ_LOG_DEBUG = 3,
} ardoq_log_level_t;

/**
 * Logs a message. The texts contain no secrets and only printable ASCII and UTF-8.
 * @param level   importance
 * @param text    what happened
 * @param detail  more about it; "" if there is nothing
 */
void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail);

#ifdef __cplusplus
}
#endif

#endif
