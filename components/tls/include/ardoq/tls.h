/**
 * @file
 * One verified TLS connection over the port's socket. No function waits for the network, and none
 * runs long, whatever the peer sends: a step handles at most one handshake message or
 * ARDOQ_STEP_BYTES. Only this layer uses mbedTLS.
 *
 * Pointers must not be null, unless stated. A connection that is not open may only be opened, or
 * closed after a failed ardoq_tls_open() or after ardoq_tls_close().
 *
 * The server's chain, its host name and the dates are always verified; this cannot be turned off.
 */
#ifndef ARDOQ_TLS_H
#define ARDOQ_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"
#include "ardoq/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/** @cond private */
/* Releases of mbedTLS that offer RSA-PSS, which TLS 1.3 needs, but reject it in TLS 1.2: a bug
 * fixed in the next releases (mbedTLS pull requests 10672 and 10674). */
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_PROTO_TLS1_2) &&                      \
    (MBEDTLS_VERSION_NUMBER == 0x03060600 || MBEDTLS_VERSION_NUMBER == 0x04010000)
#define ARDOQ_SEAM_REFUSES_PSS 1
#else
#define ARDOQ_SEAM_REFUSES_PSS 0
#endif

/* Whether a handshake may be restarted with a smaller offer. */
#define ARDOQ_TLS_RECONNECTS (ARDOQ_SEAM_REFUSES_PSS || ARDOQ_SESSION_RESUMPTION)
/** @endcond */

/** Phase of a connection, and where it failed. */
typedef enum {
    ARDOQ_PHASE_IDLE,
    ARDOQ_PHASE_RESOLVE,
    ARDOQ_PHASE_CONNECT,
    ARDOQ_PHASE_HANDSHAKE,
    ARDOQ_PHASE_SEND,
    ARDOQ_PHASE_RECEIVE,
} ardoq_phase_t;

/** Size of the server certificate's subject, with the NUL; a longer one is cut. */
#define ARDOQ_SUBJECT_SIZE (ARDOQ_CERTIFICATE_SUBJECT ? 96 : 1)

/** Details of an error and of the connection. */
typedef struct {
    const char *setting;              /**< setting that an error is about; null if none */
    ardoq_phase_t phase;              /**< current phase, or where the call failed; IDLE if it did
                                           not */
    ardoq_port_address_t address;     /**< of the server, the last one tried; size 0: none yet */
    int platform_code;                /**< of the port's last failure, such as errno; 0 if none */
    int tls_code;                     /**< of mbedTLS's last failure, negative; 0 if none */
    uint32_t verify_flags;            /**< MBEDTLS_X509_BADCERT_ bits of the last handshake */
    const char *tls_version;          /**< such as "TLSv1.3", mbedTLS's static text; null: none */
    const char *tls_cipher;           /**< name of the cipher suite; null: none */
    bool certificate_dates_unchecked; /**< the clock is unknown, and the build accepts that */
    int64_t certificate_end; /**< earliest end date of the chain, seconds since 1970; 0: unknown */
    char certificate_subject[ARDOQ_SUBJECT_SIZE]; /**< of the server, such as "CN=app.ardoq.com";
                                                       printable; "" if unknown */
} ardoq_detail_t;

/**
 * The peer and the trusted roots. Host and pins are borrowed until ardoq_tls_close(), PEM only
 * during ardoq_tls_open().
 */
typedef struct {
    const char *host;            /**< name that must be in the server's certificate */
    const char *ca_pem;          /**< roots, PEM, NUL-terminated; null: from the store, or else the
                                      platform */
    const char *certificate_pem; /**< client certificate; null: from the store, or none */
    const char *key_pem;         /**< its key */
    const char *pins[2];         /**< Base64 of SHA-256 of public keys; "" for none */
} ardoq_tls_config_t;

/** @cond private */
/** Of the offered session, or after a full handshake of this connection's. */
typedef struct {
    uint32_t at;             /**< wall clock when the chain was verified, seconds since 1970 */
    int64_t certificate_end; /**< 0: no session is offered */
} ardoq_tls_verified_t;
/** @endcond */

/**
 * A connection. Only @p detail and @p waits_for may be read. Small fields come first, which makes
 * the code smaller.
 */
typedef struct {
    /** What to wait for after ARDOQ_PENDING; ARDOQ_PORT_EVENT_NONE: nothing, continue at once. */
    ardoq_port_event_t waits_for;
    /** @cond private */
    bool is_set_up;      /**< there is an mbedTLS session */
    bool holds_output;   /**< a read must not send, because a write is in progress */
    bool has_unsent;     /**< mbedTLS has unsent output of a read: nothing new may be written */
    bool pin_matched;    /**< by a certificate of the chain */
    bool is_self_signed; /**< the server's certificate is its own issuer */
    uint8_t deaf_since;  /**< phase since which the server accepts no more data; IDLE: it does */
    uint16_t step_bytes; /**< that this step may still send or receive */
    ardoq_err_t io_err;  /**< of the port, the cause of mbedTLS's code */
    const char *host;
    const char *pins[2];
    ardoq_port_socket_t socket;
#if ARDOQ_TLS_RECONNECTS
    uint16_t port;        /**< of the server */
    bool is_reconnecting; /**< for a smaller offer; not connected yet */
#endif
#if ARDOQ_SEAM_REFUSES_PSS
    bool without_pss; /**< the second connection, which offers none */
#endif
#if ARDOQ_SESSION_RESUMPTION
    bool without_session; /**< the second connection, which offers none */
    bool has_session;     /**< there is a new one to save */
    ardoq_tls_verified_t verified;
#endif
    int64_t now; /**< wall clock when the connection was started, 0 if unknown */
    /** @endcond */
    ardoq_detail_t detail; /**< the layers above add to it */
    /** @cond private */
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config ssl_config;
    mbedtls_x509_crt roots;
#if ARDOQ_CLIENT_CERTIFICATE
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
#endif
    /** @endcond */
} ardoq_tls_t;

/* ---- Trust ---------------------------------------------------------------------------------- */

/**
 * Prepares trust, client certificate and random numbers. Opens no connection.
 * @param[out] tls      zeroed, not open; after a failure nothing is allocated, and detail.setting
 *                      names the PEM of the store that the error is about
 * @param config        see there
 * @param buffer        for one PEM of the store; wiped
 * @param buffer_size   in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_TRUST_MISSING; ARDOQ_ERR_TRUST_INVALID;
 *         ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID; ARDOQ_ERR_CERTIFICATE_UNSUPPORTED for either;
 *         ARDOQ_ERR_SETTING_TOO_LONG for PEM in the store that does not fit the buffer;
 *         ARDOQ_ERR_OUT_OF_MEMORY; ARDOQ_ERR_RANDOM_FAILED;
 *         ARDOQ_ERR_TLS_FAILED if mbedTLS cannot start; an error of the store.
 */
ardoq_err_t ardoq_tls_open(ardoq_tls_t *tls, const ardoq_tls_config_t *config, char *buffer,
                           size_t buffer_size);

/**
 * Closes the connection and frees what mbedTLS allocated. May also be called after a failed
 * ardoq_tls_open(), and twice.
 */
void ardoq_tls_close(ardoq_tls_t *tls);

/* ---- Connection ----------------------------------------------------------------------------- */

/** Begins a step, which sends and receives at most ARDOQ_STEP_BYTES. */
void ardoq_tls_begin_step(ardoq_tls_t *tls);

/**
 * Clears the details of the last connection and reads the clock, for the dates of the next one's
 * certificates.
 * @return ARDOQ_OK, or ARDOQ_ERR_CLOCK_UNKNOWN unless this build accepts that.
 */
ardoq_err_t ardoq_tls_begin(ardoq_tls_t *tls);

/** Starts to connect to an address, and drops any other connection. @return as
 * ardoq_port_connect_start(). */
ardoq_err_t ardoq_tls_connect(ardoq_tls_t *tls, const ardoq_port_address_t *address, uint16_t port);

/** Asks whether the TCP connection is established. @return as ardoq_port_connect_poll(). */
ardoq_err_t ardoq_tls_connect_poll(ardoq_tls_t *tls);

/**
 * One step of the handshake; the first one sets up the session.
 * @return ARDOQ_OK when it is finished; ARDOQ_PENDING; an error of the port; ARDOQ_ERR_TLS_FAILED;
 *         ARDOQ_ERR_CERTIFICATE_UNTRUSTED, ..._WRONG_HOST, ..._EXPIRED, ..._NOT_YET_VALID,
 *         ..._PIN_MISMATCH, ..._SELF_SIGNED, ..._WEAK, ..._REJECTED, ..._UNSUPPORTED,
 *         ..._UNREADABLE, ..._CHAIN_TOO_LONG, ..._NOT_CHECKED;
 *         ARDOQ_ERR_CLIENT_CERTIFICATE_REQUIRED, ..._REFUSED; ARDOQ_ERR_TLS_NO_COMMON_VERSION;
 *         ARDOQ_ERR_TLS_RECORD_TOO_LARGE; ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_tls_handshake(ardoq_tls_t *tls);

/**
 * Writes as much as fits in one record. After ARDOQ_PENDING call again with the same bytes.
 * @param tls           connected
 * @param data          bytes to send
 * @param size          in bytes, at least 1
 * @param[out] written  1 to @p size on success, otherwise unchanged
 * @return ARDOQ_OK; ARDOQ_PENDING; an error as ardoq_tls_handshake(); ARDOQ_ERR_TLS_FAILED also
 *         if output of a read is still unsent.
 */
ardoq_err_t ardoq_tls_write(ardoq_tls_t *tls, const char *data, size_t size, size_t *written);

/**
 * Reads data that has arrived.
 * @param tls            connected
 * @param[out] buffer    receives the bytes
 * @param size           of @p buffer in bytes, at least 1
 * @param[out] received  1 to @p size on success; 0 with ARDOQ_OK: the peer has closed properly
 * @return ARDOQ_OK; ARDOQ_PENDING; ARDOQ_ERR_CONNECTION_CLOSED without a close_notify; an error as
 *         ardoq_tls_handshake().
 */
ardoq_err_t ardoq_tls_read(ardoq_tls_t *tls, char *buffer, size_t size, size_t *received);

/** As ardoq_tls_read(), but may be used during a write, without disturbing it. */
ardoq_err_t ardoq_tls_read_early(ardoq_tls_t *tls, char *buffer, size_t size, size_t *received,
                                 bool is_writing);

/** True if the kept connection is still open and nothing has arrived on it. */
bool ardoq_tls_is_alive(ardoq_tls_t *tls);

/** True if nothing is left over that would disturb the next request on this connection. */
bool ardoq_tls_is_clean(const ardoq_tls_t *tls);

/** Ends the connection, if there is one, with a close_notify if the handshake was complete. */
void ardoq_tls_disconnect(ardoq_tls_t *tls);

#ifdef __cplusplus
}
#endif

#endif
