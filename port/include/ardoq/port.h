/**
 * @file
 * Everything a platform must supply. A port implements these functions; the core calls nothing else
 * of the platform. port/template is a file to copy; it links and says what is missing.
 *
 * No function here may block, but ardoq_port_wait(), and a change of the store that waits for
 * another program's, for seconds at most. Functions may be called from any task, for
 * different clients at the same time.
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

/* ---- Time and chance ------------------------------------------------------------------------ */

/** Milliseconds since any fixed moment; never runs backwards, keeps counting in sleep if it can. */
uint64_t ardoq_port_uptime_ms(void);

/**
 * Wall clock.
 * @param[out] unix_seconds  seconds since 1970 in UTC
 * @return false while the platform does not know the time. The core also takes a time before the
 *         library's release as unknown, so a clock that starts at 1970 may be returned as it is.
 */
bool ardoq_port_wall_time(int64_t *unix_seconds);

/**
 * Fills @p buffer with @p size random bytes fit for cryptography.
 * @return ARDOQ_OK or ARDOQ_ERR_RANDOM_FAILED.
 */
ardoq_err_t ardoq_port_random(void *buffer, size_t size);

/* ---- Name resolution ------------------------------------------------------------------------ */

/** Most addresses of one name that are tried. */
#define ARDOQ_PORT_ADDRESSES 4

/** IP address in network byte order. */
typedef struct {
    uint8_t bytes[16]; /**< IPv4 uses the first four */
    uint8_t size;      /**< 4 for IPv4, 16 for IPv6 */
    uint32_t scope;    /**< interface number of a link-local IPv6 address, else 0 */
} ardoq_port_address_t;

/** A look-up under way. The port owns what @p state points to. */
typedef struct {
    void *state;       /**< null when no look-up is under way */
    int platform_code; /**< of the last failure, 0 if none */
} ardoq_port_resolve_t;

/**
 * Starts to look up the addresses of a host, IPv6 and IPv4.
 * @param[out] resolve  the look-up; on failure its state is null
 * @param host          host name, copied; one with a closing dot is absolute: no domain is added
 * @return ARDOQ_OK: poll it; else ARDOQ_ERR_RESOLVE_FAILED, ARDOQ_ERR_NETWORK_DOWN or
 *         ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_port_resolve_start(ardoq_port_resolve_t *resolve, const char *host);

/**
 * Asks for the result. Anything but ARDOQ_PENDING ends the look-up and frees its state.
 * @param resolve         started look-up
 * @param[out] addresses  in the order to try
 * @param[out] count      1 to ARDOQ_PORT_ADDRESSES on success
 * @return ARDOQ_OK, ARDOQ_PENDING, ARDOQ_ERR_HOST_NOT_FOUND, ARDOQ_ERR_RESOLVE_FAILED,
 *         ARDOQ_ERR_OUT_OF_MEMORY or ARDOQ_ERR_NETWORK_DOWN.
 */
ardoq_err_t ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES],
                                    size_t *count);

/** Gives a look-up up at once; an answer that comes later touches only the port's own memory. */
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
 * @param address      whom to connect to
 * @param port         in host byte order
 * @return ARDOQ_OK: poll it; else ARDOQ_ERR_CONNECTION_REFUSED, ARDOQ_ERR_HOST_UNREACHABLE,
 *         ARDOQ_ERR_NETWORK_DOWN, ARDOQ_ERR_SOCKETS_EXHAUSTED or ARDOQ_ERR_NETWORK_FAILED.
 */
ardoq_err_t ardoq_port_connect_start(ardoq_port_socket_t *socket,
                                     const ardoq_port_address_t *address, uint16_t port);

/**
 * Asks whether the connection stands.
 * @return ARDOQ_OK, ARDOQ_PENDING, or an error as ardoq_port_connect_start(); the socket then stays
 *         open until it is closed.
 */
ardoq_err_t ardoq_port_connect_poll(ardoq_port_socket_t *socket);

/**
 * Sends what fits now.
 * @param socket     connected socket
 * @param data       bytes to send
 * @param size       in bytes, at least 1
 * @param[out] sent  1 to @p size on success, else 0
 * @return ARDOQ_OK, ARDOQ_PENDING (nothing fits now), ARDOQ_ERR_CONNECTION_CLOSED (also when reset)
 *         or ARDOQ_ERR_NETWORK_FAILED. No signal is raised.
 */
ardoq_err_t ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                            size_t *sent);

/**
 * Receives what has arrived.
 * @param socket         connected socket
 * @param[out] buffer    receives the bytes
 * @param size           room in bytes, at least 1
 * @param[out] received  1 to @p size on success, else 0
 * @return as ardoq_port_send(); ARDOQ_ERR_CONNECTION_CLOSED also when the peer has closed its side.
 */
ardoq_err_t ardoq_port_receive(ardoq_port_socket_t *socket, void *buffer, size_t size,
                               size_t *received);

/** Closes the socket, if it is open. */
void ardoq_port_close(ardoq_port_socket_t *socket);

/** What may happen to a socket. */
typedef enum {
    ARDOQ_PORT_EVENT_NONE,     /**< nothing: only time passes */
    ARDOQ_PORT_EVENT_READABLE, /**< bytes to receive, or the peer's closing */
    ARDOQ_PORT_EVENT_WRITABLE, /**< room to send, or the end of connecting */
} ardoq_port_event_t;

/**
 * Waits until @p socket is ready or the time has passed; may return earlier.
 * @param socket      ignored for ARDOQ_PORT_EVENT_NONE
 * @param event       what to wait for beside the time
 * @param timeout_ms  0 returns at once
 */
void ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                     uint32_t timeout_ms);

/* ---- Trust ---------------------------------------------------------------------------------- */

/**
 * Makes @p config trust the platform's own root certificates. Not called when the settings name
 * roots.
 * @param config  a client configuration; a platform with a certificate bundle attaches it here, and
 *                may install a verify callback, which the core calls before its own
 * @param roots   empty chain; a platform with PEM or DER files parses them into it. It is given to
 *                @p config by the core if it is not empty after the call. The core frees it.
 * @return ARDOQ_OK, ARDOQ_ERR_TRUST_MISSING, ARDOQ_ERR_TRUST_INVALID or ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_port_trust(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots);

/* ---- The store ------------------------------------------------------------------------------ */

/** Longest key in characters, as NVS has it. */
#define ARDOQ_PORT_KEY_MAX 15

/**
 * Takes one value of the store. It must not call the store.
 * @param context  of who asked for the values
 * @param key      NUL-terminated; any that the store has, whether it is a setting or not
 * @param value    NUL-terminated, as long as the function runs; null when the value does not fit
 *                 the buffer or is no text: ardoq_port_store_get() tells which
 * @return ARDOQ_OK to go on; anything else ends the pass.
 */
typedef ardoq_err_t (*ardoq_port_store_value_t)(void *context, const char *key, const char *value);

/**
 * Gives every value in one pass, in any order. Of a key that comes more than once the last value
 * holds: a platform with an environment gives its variables after the store's values.
 * @param[out] buffer  room for one value; what it holds afterwards may be a secret
 * @param size         of @p buffer in bytes
 * @param on_value     takes each value
 * @param context      given to @p on_value
 * @return ARDOQ_OK, also when nothing is set or the whole store does not exist; what @p on_value
 *         returned if that was not ARDOQ_OK; ARDOQ_ERR_STORE_UNAVAILABLE,
 *         ARDOQ_ERR_STORE_PERMISSIONS or ARDOQ_ERR_STORE_DAMAGED.
 */
ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context);

/**
 * Reads one value of the store, whatever the environment says.
 * @param key     at most ARDOQ_PORT_KEY_MAX characters
 * @param value   receives the NUL-terminated text
 * @param size    of @p value in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET, also when the whole store does not exist;
 *         ARDOQ_ERR_SETTING_TOO_LONG; ARDOQ_ERR_STORE_UNAVAILABLE, ARDOQ_ERR_STORE_PERMISSIONS or
 *         ARDOQ_ERR_STORE_DAMAGED.
 */
ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size);

/**
 * Writes one value, at once or not at all, whatever happens meanwhile.
 * @return ARDOQ_OK, ARDOQ_ERR_STORE_FULL, or an error as ardoq_port_store_get().
 */
ardoq_err_t ardoq_port_store_set(const char *key, const char *value);

/** Removes one value; one that is not there is no error. Else as ardoq_port_store_set(). */
ardoq_err_t ardoq_port_store_erase(const char *key);

/* ---- What the library remembers ------------------------------------------------------------- */

/** The key of what is remembered, where it stands among the settings; no setting has it. */
#define ARDOQ_PORT_STATE_KEY "state"

/**
 * Reads what ardoq_port_state_write() has written, also before a restart. It is no secret.
 * @param state  receives the NUL-terminated text
 * @param size   of @p state in bytes
 * @return as ardoq_port_store_get(); ARDOQ_ERR_NOT_SET when there is none.
 */
ardoq_err_t ardoq_port_state_read(char *state, size_t size);

/** Writes it, some hundred times a year; else as ardoq_port_store_set(). A platform whose settings
 * a person edits has another place for it. */
ardoq_err_t ardoq_port_state_write(const char *state);

/* ---- The TLS session ------------------------------------------------------------------------ */

/*
 * One place for one TLS session, so that the next connection resumes it, after a sleep or a reboot
 * too if the place lasts that long. What is in it is a secret: it opens what was recorded of its
 * connections. And it is a trust anchor: who can write it can be taken for the server. A place that
 * others can read or write is none. The core knows whether what it reads is whole and its own, so
 * half of it, or what was there before, does no harm. A platform whose ardoq_port_trust() trusts
 * what is not in the chain of roots must forget the session when that changes.
 */

/**
 * Reads the session.
 * @param[out] data    receives it
 * @param size         of @p data in bytes
 * @param[out] length  of the session, at most @p size, on success
 * @return ARDOQ_OK; ARDOQ_ERR_NOT_SET when there is none, or no place for one; any other error has
 *         the same effect.
 */
ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length);

/**
 * Keeps a session instead of the one before.
 * @param data  may be null when @p size is 0
 * @param size  in bytes, at most CONFIG_ARDOQ_SESSION_SIZE; 0 erases what is there
 * @return ARDOQ_OK, or an error, whose only effect is a full handshake.
 */
ardoq_err_t ardoq_port_session_write(const void *data, size_t size);

/* ---- Identity and log ----------------------------------------------------------------------- */

/** Fills in what the platform knows of the device, texts that it builds by ardoq_identity_keep();
 * leaves every other field as it is. */
void ardoq_port_identity(ardoq_identity_t *identity);

/** Importance of a log message. The numbers are those of CONFIG_ARDOQ_LOG_LEVEL. */
typedef enum {
    ARDOQ_LOG_ERROR = 1,
    ARDOQ_LOG_INFO = 2,
    ARDOQ_LOG_DEBUG = 3,
} ardoq_log_level_t;

/**
 * Takes a log message; neither text holds a secret, nor bytes outside printable ASCII and UTF-8.
 * @param level   importance
 * @param text    what happened
 * @param detail  to what; "" if nothing
 */
void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail);

#ifdef __cplusplus
}
#endif

#endif
