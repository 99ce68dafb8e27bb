/**
 * @file
 * One HTTPS exchange at a time as a state machine: resolve, connect, handshake, send, receive. No
 * step waits for the network. mbedTLS is used here and nowhere else.
 *
 * The server's chain, its host name and the dates are always verified; there is no switch that
 * turns this off. A connection is kept for the next exchange when the server allows it, and is
 * closed by any error, so that a late answer is never taken for the next one.
 */
#ifndef ARDOQ_HTTPS_H
#define ARDOQ_HTTPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"
#include "ardoq/http_response.h"
#include "ardoq/http_url.h"
#include "ardoq/port.h"
#include "ardoq/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes kept of the server certificate's subject, with the NUL. */
#define ARDOQ_HTTPS_SUBJECT_SIZE 96

/** What an exchange is doing, and where one failed. */
typedef enum {
    ARDOQ_PHASE_IDLE,
    ARDOQ_PHASE_RESOLVE,
    ARDOQ_PHASE_CONNECT,
    ARDOQ_PHASE_HANDSHAKE,
    ARDOQ_PHASE_SEND,
    ARDOQ_PHASE_RECEIVE,
} ardoq_phase_t;

/** What stands behind an error, and what is known of the connection. */
typedef struct {
    ardoq_phase_t phase;              /**< where the last exchange failed; IDLE if it did not */
    int platform_code;                /**< of the port's last failure, such as errno; 0 if none */
    int tls_code;                     /**< of mbedTLS's last failure, negative; 0 if none */
    uint32_t verify_flags;            /**< MBEDTLS_X509_BADCERT_ bits of the last handshake */
    const char *tls_version;          /**< such as "TLSv1.3", mbedTLS's static text; null: none */
    const char *tls_cipher;           /**< name of the cipher suite, likewise */
    bool certificate_dates_unchecked; /**< the clock was unknown and the build accepts that */
    int64_t certificate_end; /**< earliest end date of the chain, seconds since 1970; 0: unknown */
    char certificate_subject[ARDOQ_HTTPS_SUBJECT_SIZE]; /**< of the server, "" if unknown */
} ardoq_https_detail_t;

/** Whom to talk to and whom to trust. All pointers are borrowed until ardoq_https_close(). */
typedef struct {
    const ardoq_http_origin_t *origin; /**< host and port */
    const char *ca_pem;          /**< roots, PEM, NUL-terminated; null: store, then platform */
    const char *certificate_pem; /**< client certificate; null: store, or none */
    const char *key_pem;         /**< its key */
    const char *pins[2];         /**< Base64 of SHA-256 of public keys; "" for none */
} ardoq_https_config_t;

/** Writes the request head, blank line included; may be called again for the same exchange. */
typedef void (*ardoq_https_write_head_t)(void *context, ardoq_text_t *head);

/** Takes a part of the body; anything but ARDOQ_OK ends the exchange with that error. */
typedef ardoq_err_t (*ardoq_https_on_body_t)(void *context, const char *data, size_t size);

/** One exchange. Everything is borrowed until it ends. */
typedef struct {
    ardoq_https_write_head_t write_head; /**< writes the head into the buffer */
    ardoq_https_on_body_t on_body;       /**< null: the body is kept in the buffer */
    void *write_head_context;            /**< given to write_head */
    void *on_body_context;               /**< given to on_body */
    const char *body;                    /**< sent from where it is; null if none */
    size_t body_size;                    /**< in bytes */
    bool is_head;                        /**< the method is HEAD: the response has no body */
    bool is_idempotent;  /**< may be sent again when a kept connection turns out dead */
    uint32_t timeout_ms; /**< for the whole exchange */
} ardoq_https_exchange_t;

/** What becomes of the bytes that mbedTLS wants to send. Private. */
typedef enum {
    ARDOQ_HTTPS_OUTPUT_SENT,
    ARDOQ_HTTPS_OUTPUT_HELD, /**< not now: a read must not finish a write */
} ardoq_https_output_t;

/** What to wait for before the next step. */
typedef struct {
    const ardoq_port_socket_t *socket; /**< null when @p what is ARDOQ_PORT_WAIT_TIME */
    ardoq_port_wait_t what;            /**< direction, or only the time */
    uint32_t timeout_ms;               /**< step again after this time at the latest; 0: at once */
} ardoq_https_wait_t;

/**
 * A connection and its exchange. Private, but for @p parser.head, @p buffer, @p length and @p
 * detail after an exchange, and @p addresses once the name is resolved: the last one tried is that
 * before @p address_next. What is used most stands first: processors reach what is near the
 * beginning with shorter instructions.
 */
typedef struct {
    bool body_cut; /**< the body of an error or page was cut */
    /** @cond private */
    uint8_t state;
    bool tls_is_set_up;
    bool is_reused;     /**< the exchange began on a kept connection */
    bool has_answer;    /**< a byte of the response has arrived */
    bool is_writing;    /**< a write of the body waits to be repeated */
    uint8_t deaf_since; /**< phase in which the server took nothing more; what it said before may
                             still be read. IDLE: it listens */
    bool pin_matched;
    bool is_self_signed; /**< the server's certificate is its own issuer */
    bool has_unsent;     /**< mbedTLS holds output that no request may follow */
    uint16_t step_bytes; /**< that this step may still send or receive */
    ardoq_err_t io_err;  /**< of the port, behind mbedTLS's code */
    ardoq_https_output_t output;
    ardoq_port_wait_t tls_waits_for; /**< the time: nothing, it can go on at once */
    size_t sent;                     /**< bytes of the head or the body */
    size_t head_length;              /**< bytes of the head in the buffer */
    size_t address_count;
    size_t address_next;
    ardoq_port_socket_t socket;
    ardoq_port_resolve_t resolve;
    uint64_t deadline;         /**< uptime in ms */
    uint64_t connect_deadline; /**< uptime in ms when the next address is tried */
    int64_t now;               /**< wall clock at the handshake, 0 if unknown */
    ardoq_https_exchange_t exchange;
    ardoq_https_config_t config;
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    /** @endcond */
    ardoq_https_detail_t detail; /**< what stands behind the last error */
    ardoq_http_parser_t parser;  /**< has the response's head */

    /** @cond private */
    mbedtls_ssl_context tls;
    mbedtls_ssl_config tls_config;
    mbedtls_x509_crt roots;
    mbedtls_x509_crt certificate;
    mbedtls_pk_context key;
    /** @endcond */

    size_t length;                  /**< bytes of the body in the buffer */
    char buffer[ARDOQ_BUFFER_SIZE]; /**< first the request head, then the response body */
} ardoq_https_t;

/**
 * Prepares the client side of TLS: trust, client certificate, random numbers. Opens no connection.
 * @param[out] https  must not be open; on failure nothing is left allocated
 * @param config      copied; what it points to is borrowed
 * @return ARDOQ_OK; ARDOQ_ERR_TRUST_MISSING; ARDOQ_ERR_TRUST_INVALID;
 *         ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID; ARDOQ_ERR_SETTING_TOO_LONG for PEM in the store
 * that does not fit the buffer; ARDOQ_ERR_OUT_OF_MEMORY; ARDOQ_ERR_TLS_FAILED when mbedTLS cannot
 *         start; an error of the store.
 */
ardoq_err_t ardoq_https_open(ardoq_https_t *https, const ardoq_https_config_t *config);

/**
 * Begins an exchange, on the kept connection if there is one and it is alive.
 * @return ARDOQ_OK: step it; ARDOQ_ERR_BUSY; before anything is sent: an error of the head's
 * writer, ARDOQ_ERR_CLOCK_UNKNOWN, or an error of ardoq_port_resolve_start().
 */
ardoq_err_t ardoq_https_start(ardoq_https_t *https, const ardoq_https_exchange_t *exchange);

/**
 * Goes one step on.
 * @param https      opened connection with an exchange under way
 * @param[out] wait  set when the result is ARDOQ_PENDING
 * @return ARDOQ_PENDING; ARDOQ_OK: the response is complete, whatever its status;
 * ARDOQ_ERR_TIMEOUT; an error of the port, of ardoq/http_request.h, of ardoq/http_response.h or of
 * on_body; ARDOQ_ERR_RESPONSE_TOO_LARGE; ARDOQ_ERR_CONNECTION_CLOSED; ARDOQ_ERR_TLS_FAILED,
 *         ARDOQ_ERR_CERTIFICATE_UNTRUSTED, ..._WRONG_HOST, ..._EXPIRED, ..._NOT_YET_VALID,
 *         ..._PIN_MISMATCH, ..._SELF_SIGNED, ..._WEAK, ..._REJECTED;
 *         ARDOQ_ERR_CLIENT_CERTIFICATE_REQUIRED, ..._REFUSED; ARDOQ_ERR_TLS_NO_COMMON_VERSION;
 *         ARDOQ_ERR_TLS_RECORD_TOO_LARGE; ARDOQ_ERR_OUT_OF_MEMORY.
 *         Every failure closes the connection.
 */
ardoq_err_t ardoq_https_step(ardoq_https_t *https, ardoq_https_wait_t *wait);

/** True while an exchange is under way. */
bool ardoq_https_is_busy(const ardoq_https_t *https);

/** What the exchange is doing; ARDOQ_PHASE_IDLE when none is under way. */
ardoq_phase_t ardoq_https_phase(const ardoq_https_t *https);

/** Gives up the exchange under way, if any, and closes the connection. */
void ardoq_https_cancel(ardoq_https_t *https);

/** Closes the connection, frees what mbedTLS allocated and wipes everything. */
void ardoq_https_close(ardoq_https_t *https);

#ifdef __cplusplus
}
#endif

#endif
