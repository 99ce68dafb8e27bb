/**
 * @file
 * A scripted platform for host tests: time only passes during waits, network, store and log do what
 * the test says, and the n-th call of any function can be made to fail.
 *
 * There is one platform, ardoq_fake. Call ardoq_fake_reset() before each test.
 */
#ifndef ARDOQ_PORT_FAKE_H
#define ARDOQ_PORT_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Calls that can be made to fail. */
typedef enum {
    ARDOQ_FAKE_WALL_TIME, /**< with any error: the time is unknown */
    ARDOQ_FAKE_RANDOM,
    ARDOQ_FAKE_RESOLVE_START,
    ARDOQ_FAKE_RESOLVE_POLL,
    ARDOQ_FAKE_CONNECT_START,
    ARDOQ_FAKE_CONNECT_POLL,
    ARDOQ_FAKE_SEND,
    ARDOQ_FAKE_RECEIVE,
    ARDOQ_FAKE_TRUST,
    ARDOQ_FAKE_STORE_EACH, /**< before the first value */
    ARDOQ_FAKE_STORE_GET,
    ARDOQ_FAKE_STORE_SET,
    ARDOQ_FAKE_STORE_ERASE,
    ARDOQ_FAKE_SESSION_READ,
    ARDOQ_FAKE_SESSION_WRITE,
    ARDOQ_FAKE_CALLS
} ardoq_fake_call_t;

/** Failure of one kind of call. */
typedef struct {
    unsigned at;     /**< number of the call that fails, from 1; 0: none */
    ardoq_err_t err; /**< result of the failing call; may be ARDOQ_PENDING if the port can return
                          that */
    unsigned count;  /**< calls so far */
} ardoq_fake_failure_t;

/** The other end of the connection; it is silent where a function is null. */
typedef struct {
    /** Receives the client's bytes; like ardoq_port_send(). */
    ardoq_err_t (*send)(void *context, const void *data, size_t size, size_t *sent);
    /** Supplies bytes for the client; like ardoq_port_receive(). */
    ardoq_err_t (*receive)(void *context, void *buffer, size_t size, size_t *received);
    /** Called when the client has connected or closed; may be null. */
    void (*connected)(void *context);
    void (*closed)(void *context); /**< likewise */
    void *context;                 /**< passed to each function */
} ardoq_fake_peer_t;

/** Number of entries in the store, and size of each value. */
#define ARDOQ_FAKE_STORE_ENTRIES    40
#define ARDOQ_FAKE_STORE_VALUE_SIZE 4096 /**< with the NUL */

/** Size of the log. */
#define ARDOQ_FAKE_LOG_SIZE         65536

/** The platform. Tests may set and read everything. */
typedef struct {
    uint64_t uptime_ms;   /**< advanced by ardoq_port_wait() */
    bool wall_time_known; /**< true after the reset */
    int64_t wall_time;    /**< seconds since 1970; one day after the release, after the reset */

    ardoq_fake_failure_t failures[ARDOQ_FAKE_CALLS]; /**< of each function */

    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES]; /**< of every host */
    size_t address_count;                                 /**< 1 after the reset */
    unsigned resolve_polls;                               /**< pending polls before the answer */
    unsigned resolving;      /**< lookups in progress: 0 if nothing leaks */
    char resolved_host[256]; /**< of the last lookup */

    /** Result of connecting to each address; ARDOQ_PENDING: never connects. */
    ardoq_err_t connect_results[ARDOQ_PORT_ADDRESSES];
    unsigned connects;      /**< connections started */
    unsigned open_sockets;  /**< 0 if nothing leaks */
    uint16_t connect_port;  /**< of the last connection */
    ardoq_fake_peer_t peer; /**< silent after the reset */

    ardoq_err_t (*trust)(struct mbedtls_ssl_config *config,
                         struct mbedtls_x509_crt *roots); /**< null: no trusted roots */

    struct {
        char key[ARDOQ_PORT_KEY_MAX + 1];        /**< NUL-terminated */
        char value[ARDOQ_FAKE_STORE_VALUE_SIZE]; /**< NUL-terminated */
    } store[ARDOQ_FAKE_STORE_ENTRIES];           /**< a free entry has the key "" */
    /**
     * Environment variables: pairs of key and value, which ardoq_port_store_each() reports after
     * the store's; a null key ends them. Null: none.
     */
    const char *const (*variables)[2];

    size_t session_length;                     /**< bytes of @p session; 0: none */
    unsigned char session[ARDOQ_SESSION_SIZE]; /**< the stored TLS session */

    ardoq_identity_t identity;     /**< what the platform knows */
    size_t log_length;             /**< bytes of @p log */
    char log[ARDOQ_FAKE_LOG_SIZE]; /**< "text: detail" and a line break for each message */
} ardoq_fake_t;

/** The platform. */
extern ardoq_fake_t ardoq_fake;

/** Resets to a working platform: one address, a silent peer, an empty store. */
void ardoq_fake_reset(void);

/** Makes the @p at -th call of a kind from now on fail with @p err. */
void ardoq_fake_fail(ardoq_fake_call_t call, unsigned at, ardoq_err_t err);

#ifdef __cplusplus
}
#endif

#endif
