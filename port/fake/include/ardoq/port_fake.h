/**
 * @file
 * A scripted platform for host tests: time that passes only when somebody waits, networks, stores
 * and logs that do what the test says, and any call made to fail at its n-th time.
 *
 * There is one platform, ardoq_fake. ardoq_fake_reset() before each test.
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
    ARDOQ_FAKE_WALL_TIME, /**< whatever the error: the time is unknown */
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
    unsigned at;     /**< fails when it is called for the n-th time, from 1; 0: never */
    ardoq_err_t err; /**< result of the failing call; ARDOQ_PENDING where the port may say that */
    unsigned count;  /**< calls so far */
} ardoq_fake_failure_t;

/** The other end of the connection; a null function leaves the peer silent. */
typedef struct {
    /** Takes bytes that the client sends; as ardoq_port_send(). */
    ardoq_err_t (*send)(void *context, const void *data, size_t size, size_t *sent);
    /** Gives bytes that the client receives; as ardoq_port_receive(). */
    ardoq_err_t (*receive)(void *context, void *buffer, size_t size, size_t *received);
    /** The client has connected, or has closed; may be null. */
    void (*connected)(void *context);
    void (*closed)(void *context); /**< as above */
    void *context;                 /**< given to each function */
} ardoq_fake_peer_t;

/** Entries of the store, and bytes of each value. */
#define ARDOQ_FAKE_STORE_ENTRIES    40
#define ARDOQ_FAKE_STORE_VALUE_SIZE 4096 /**< with the NUL */

/** Bytes of the log that are kept. */
#define ARDOQ_FAKE_LOG_SIZE         65536

/** The platform. Tests set it up and look at it freely. */
typedef struct {
    uint64_t uptime_ms;   /**< moves on by what ardoq_port_wait() is asked to wait */
    bool wall_time_known; /**< true at the reset */
    int64_t wall_time;    /**< seconds since 1970, at the reset one day after the release */

    ardoq_fake_failure_t failures[ARDOQ_FAKE_CALLS]; /**< of each function */

    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES]; /**< of every host */
    size_t address_count;                                 /**< 1 at the reset */
    unsigned resolve_polls;  /**< polls that stay pending before the answer */
    unsigned resolving;      /**< look-ups under way: 0 when nothing leaks */
    char resolved_host[256]; /**< of the last look-up */

    /** Result of connecting to each address: ARDOQ_PENDING stays pending for ever. */
    ardoq_err_t connect_results[ARDOQ_PORT_ADDRESSES];
    unsigned connects;      /**< connections begun */
    unsigned open_sockets;  /**< 0 when nothing leaks */
    uint16_t connect_port;  /**< of the last connection */
    ardoq_fake_peer_t peer; /**< silent at the reset */

    ardoq_err_t (*trust)(struct mbedtls_ssl_config *config,
                         struct mbedtls_x509_crt *roots); /**< null: trusts nothing */

    struct {
        char key[ARDOQ_PORT_KEY_MAX + 1];        /**< NUL-terminated */
        char value[ARDOQ_FAKE_STORE_VALUE_SIZE]; /**< NUL-terminated */
    } store[ARDOQ_FAKE_STORE_ENTRIES];           /**< a free entry has the key "" */
    /** What the environment sets: pairs of key and value, which ardoq_port_store_each() gives after
     * the store's; a key of null ends them. Null: no variable is set. */
    const char *const (*variables)[2];

    size_t session_length;                     /**< bytes of @p session; 0: none is kept */
    unsigned char session[ARDOQ_SESSION_SIZE]; /**< the TLS session that is kept */

    ardoq_identity_t identity;     /**< what the platform knows */
    size_t log_length;             /**< bytes of @p log */
    char log[ARDOQ_FAKE_LOG_SIZE]; /**< "text: detail" and a line break for each message */
} ardoq_fake_t;

/** The one platform. */
extern ardoq_fake_t ardoq_fake;

/** Back to a healthy platform: one address, a peer that is silent, an empty store. */
void ardoq_fake_reset(void);

/** Makes a kind of call fail with @p err when it is made for the @p at -th time from now on. */
void ardoq_fake_fail(ardoq_fake_call_t call, unsigned at, ardoq_err_t err);

#ifdef __cplusplus
}
#endif

#endif
