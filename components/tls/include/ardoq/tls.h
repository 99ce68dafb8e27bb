/**
 * @file
 * One verified TLS connection over the port's socket. No function waits for the network, and none
 * runs long, whatever the peer sends: a step handles at most one handshake message or
 * ARDOQ_STEP_BYTES. mbedTLS is used in this layer and nowhere else.
 *
 * No pointer is null, but where it is said. What is not open may only be opened, and closed if it
 * is what a failed ardoq_tls_open() or ardoq_tls_close() has left.
 *
 * The server's chain, its host name and the dates are always verified; there is no switch that
 * turns this off.
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
/* Releases of mbedTLS that offer RSA-PSS, which TLS 1.3 needs, and refuse it in TLS 1.2: the fault
 * came with these, and is mended in the next ones (pull requests 10672 and 10674 of mbedTLS). */
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_PROTO_TLS1_2) &&                      \
    (MBEDTLS_VERSION_NUMBER == 0x03060600 || MBEDTLS_VERSION_NUMBER == 0x04010000)
#define ARDOQ_SEAM_REFUSES_PSS 1
#else
#define ARDOQ_SEAM_REFUSES_PSS 0
#endif
/** @endcond */

/** What a connection is doing, and where one failed. */
typedef enum {
    ARDOQ_PHASE_IDLE,
    ARDOQ_PHASE_RESOLVE,
    ARDOQ_PHASE_CONNECT,
    ARDOQ_PHASE_HANDSHAKE,
    ARDOQ_PHASE_SEND,
    ARDOQ_PHASE_RECEIVE,
} ardoq_phase_t;

/** Bytes kept of the server certificate's subject, with the NUL. */
#define ARDOQ_SUBJECT_SIZE (ARDOQ_CERTIFICATE_SUBJECT ? 96 : 1)

/** The causes of an error, and what is known of the connection. */
typedef struct {
    const char *setting;          /**< name of the setting that an error is about; null if none */
    ardoq_phase_t phase;          /**< under way, or where the call failed; IDLE if it did not */
    ardoq_port_address_t address; /**< of the server, as tried last; size 0: none yet */
    int platform_code;            /**< of the port's last failure, such as errno; 0 if none */
    int tls_code;                 /**< of mbedTLS's last failure, negative; 0 if none */
    uint32_t verify_flags;        /**< MBEDTLS_X509_BADCERT_ bits of the last handshake */
    const char *tls_version;      /**< such as "TLSv1.3", mbedTLS's static text; null: none */
    const char *tls_cipher;       /**< name of the cipher suite, likewise */
    bool certificate_dates_unchecked; /**< the clock was unknown and the build accepts that */
    int64_t certificate_end; /**< earliest end date of the chain, seconds since 1970; 0: unknown */
    char certificate_subject[ARDOQ_SUBJECT_SIZE]; /**< of the server, such as "CN=app.ardoq.com";
                                                       printable; "" if unknown */
} ardoq_detail_t;

/** The peer and the trust in it. Host and pins are borrowed until ardoq_tls_close(), PEM only while
 * the connection is opened. */
typedef struct {
    const char *host;            /**< name that the server's certificate must have */
    const char *ca_pem;          /**< roots, PEM, NUL-terminated; null: store, then platform */
    const char *certificate_pem; /**< client certificate; null: store, or none */
    const char *key_pem;         /**< its key */
    const char *pins[2];         /**< Base64 of SHA-256 of public keys; "" for none */
} ardoq_tls_config_t;

/** A connection. Only @p detail and @p waits_for are for reading. Small fields stand first, which
 * makes for smaller code. */
typedef struct {
    /** What to wait for after ARDOQ_PENDING; ARDOQ_PORT_EVENT_NONE: nothing, go on at once. */
    ardoq_port_event_t waits_for;
    /** @cond private */
    bool is_set_up;      /**< there is a session */
    bool holds_output;   /**< a read may send nothing, because a write is under way */
    bool has_unsent;     /**< mbedTLS holds output of a read: nothing new may be written */
    bool pin_matched;    /**< by a certificate of the chain */
    bool is_self_signed; /**< the server's certificate is its own issuer */
    uint8_t deaf_since;  /**< phase in which the server took nothing more; IDLE: it listens */
    uint16_t step_bytes; /**< that this step may still send or receive */
    ardoq_err_t io_err;  /**< of the port, the cause of mbedTLS's code */
    const char *host;
    const char *pins[2];
    ardoq_port_socket_t socket;
#if ARDOQ_SEAM_REFUSES_PSS
    uint16_t port;        /**< of the server */
    bool without_pss;     /**< it is the second connection, which offers none */
    bool is_reconnecting; /**< which is not there yet */
#endif
    int64_t now; /**< wall clock when the connection was begun, 0 if unknown */
    /** @endcond */
    ardoq_detail_t detail; /**< what is known; the layers above add to it */
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
 * @param[out] tls      zeroed, not open; on failure nothing is left allocated, and detail.setting
 *                      names the PEM of the store that the error is about
 * @param config        as said there
 * @param buffer        room for one PEM of the store; wiped
 * @param buffer_size   in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_TRUST_MISSING; ARDOQ_ERR_TRUST_INVALID;
 *         ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID; ARDOQ_ERR_CERTIFICATE_UNSUPPORTED for either;
 *         ARDOQ_ERR_SETTING_TOO_LONG for PEM in the store that does not fit the buffer;
 *         ARDOQ_ERR_OUT_OF_MEMORY; ARDOQ_ERR_RANDOM_FAILED;
 *         ARDOQ_ERR_TLS_FAILED when mbedTLS cannot start; an error of the store.
 */
ardoq_err_t ardoq_tls_open(ardoq_tls_t *tls, const ardoq_tls_config_t *config, char *buffer,
                           size_t buffer_size);

/** Closes the connection and frees what mbedTLS allocated. Also after a failed ardoq_tls_open(),
 * and twice. */
void ardoq_tls_close(ardoq_tls_t *tls);

/* ---- Connection ----------------------------------------------------------------------------- */

/** Begins a step: what follows sends and receives ARDOQ_STEP_BYTES at most. */
void ardoq_tls_begin_step(ardoq_tls_t *tls);

/**
 * Forgets what is known of the last connection and reads the clock, by which the next one's
 * certificates are judged.
 * @return ARDOQ_OK, or ARDOQ_ERR_CLOCK_UNKNOWN unless this build accepts that.
 */
ardoq_err_t ardoq_tls_begin(ardoq_tls_t *tls);

/** Starts to connect to an address; what there was of another is dropped. @return as
 * ardoq_port_connect_start(). */
ardoq_err_t ardoq_tls_connect(ardoq_tls_t *tls, const ardoq_port_address_t *address, uint16_t port);

/** Asks whether the TCP connection is there. @return as ardoq_port_connect_poll(). */
ardoq_err_t ardoq_tls_connect_poll(ardoq_tls_t *tls);

/**
 * One step of the handshake, the first of which sets the session up.
 * @return ARDOQ_OK when it is over; ARDOQ_PENDING; an error of the port; ARDOQ_ERR_TLS_FAILED;
 *         ARDOQ_ERR_CERTIFICATE_UNTRUSTED, ..._WRONG_HOST, ..._EXPIRED, ..._NOT_YET_VALID,
 *         ..._PIN_MISMATCH, ..._SELF_SIGNED, ..._WEAK, ..._REJECTED, ..._UNSUPPORTED,
 *         ..._UNREADABLE, ..._CHAIN_TOO_LONG;
 *         ARDOQ_ERR_CLIENT_CERTIFICATE_REQUIRED, ..._REFUSED; ARDOQ_ERR_TLS_NO_COMMON_VERSION;
 *         ARDOQ_ERR_TLS_RECORD_TOO_LARGE; ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_tls_handshake(ardoq_tls_t *tls);

/**
 * Writes in one record what fits. After ARDOQ_PENDING the same bytes must be given again.
 * @param tls           connected
 * @param data          bytes to send
 * @param size          of them, at least 1
 * @param[out] written  1 to @p size on success, else as it was
 * @return ARDOQ_OK; ARDOQ_PENDING; an error as ardoq_tls_handshake(); ARDOQ_ERR_TLS_FAILED also
 *         when a read has left output that nothing may follow.
 */
ardoq_err_t ardoq_tls_write(ardoq_tls_t *tls, const char *data, size_t size, size_t *written);

/**
 * Reads what has arrived.
 * @param tls            connected
 * @param[out] buffer    receives the bytes
 * @param size           of @p buffer in bytes, at least 1
 * @param[out] received  1 to @p size on success; 0 with ARDOQ_OK: the peer has closed properly
 * @return ARDOQ_OK; ARDOQ_PENDING; ARDOQ_ERR_CONNECTION_CLOSED without a close_notify; an error as
 *         ardoq_tls_handshake().
 */
ardoq_err_t ardoq_tls_read(ardoq_tls_t *tls, char *buffer, size_t size, size_t *received);

/** As ardoq_tls_read(), while a write may be under way, which it does not disturb. */
ardoq_err_t ardoq_tls_read_early(ardoq_tls_t *tls, char *buffer, size_t size, size_t *received,
                                 bool is_writing);

/** True when the kept connection is there and nothing has arrived on it. */
bool ardoq_tls_is_alive(ardoq_tls_t *tls);

/** True when nothing is left that would harm the next request on this connection. */
bool ardoq_tls_is_clean(const ardoq_tls_t *tls);

/** Ends the connection, if there is one: says so to the peer if the session was complete. */
void ardoq_tls_disconnect(ardoq_tls_t *tls);

#ifdef __cplusplus
}
#endif

#endif
