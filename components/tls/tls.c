#include "ardoq/tls.h"

#include <string.h>

#include "ardoq/utc.h"
#include "mbedtls_seam.h"
#include "tls_private.h"

/* ---- Bytes: mbedTLS over the port's socket -------------------------------------------------- */

/* mbedTLS does not return while it receives records that it ignores or answers with an alert, so
 * without this the peer would decide how long a call takes. */
static size_t within_step(const ardoq_tls_t *tls, size_t size)
{
    return size < tls->step_bytes ? size : tls->step_bytes;
}

void ardoq_tls_begin_step(ardoq_tls_t *tls)
{
    tls->step_bytes = ARDOQ_STEP_BYTES;
}

static int to_tls_code(ardoq_tls_t *tls, ardoq_err_t err, size_t size, ardoq_port_event_t event)
{
    tls->waits_for = err == ARDOQ_PENDING ? event : ARDOQ_PORT_EVENT_NONE;
    if (!err) {
        tls->step_bytes = (uint16_t)(tls->step_bytes - size);
        return (int)size;
    }
    if (err == ARDOQ_PENDING) {
        return event == ARDOQ_PORT_EVENT_READABLE ? MBEDTLS_ERR_SSL_WANT_READ
                                                  : MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    tls->io_err = err;
    return MBEDTLS_ERR_SSL_CONN_EOF;
}

/* A server that rejects a client certificate, or a body, answers and closes without reading
 * everything. The rest is then dropped, so that reading finds its answer, or the end of the
 * connection. */
static int send_bytes(void *context, const unsigned char *data, size_t size)
{
    ardoq_tls_t *tls = context;
    const size_t allowed = within_step(tls, size);
    size_t sent = allowed;
    if (tls->holds_output || allowed == 0) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    const ardoq_err_t err =
        tls->deaf_since ? ARDOQ_OK : ardoq_port_send(&tls->socket, data, allowed, &sent);
    if (err == ARDOQ_ERR_CONNECTION_CLOSED) {
        tls->deaf_since = (uint8_t)tls->detail.phase;
        return (int)size;
    }
    return to_tls_code(tls, err, sent, ARDOQ_PORT_EVENT_WRITABLE);
}

static int receive_bytes(void *context, unsigned char *buffer, size_t size)
{
    ardoq_tls_t *tls = context;
    size_t received = within_step(tls, size);
    if (received == 0) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    ardoq_err_t err = ardoq_port_receive(&tls->socket, buffer, received, &received);
    if (err == ARDOQ_PENDING && tls->deaf_since) {
        err = ARDOQ_ERR_CONNECTION_CLOSED;
    }
    return to_tls_code(tls, err, received, ARDOQ_PORT_EVENT_READABLE);
}

/* True for a code that only means that a ticket has arrived: then there is a session to save. */
static bool is_ticket(ardoq_tls_t *tls, int code)
{
    const bool is = ardoq_seam_is_session_ticket(code);
#if ARDOQ_SESSION_RESUMPTION
    tls->has_session = tls->has_session || is;
#else
    (void)tls;
#endif
    return is;
}

static ardoq_err_t pending_or_error(ardoq_tls_t *tls, int code)
{
    if (code == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS) { /* with MBEDTLS_ECP_RESTARTABLE */
        tls->waits_for = ARDOQ_PORT_EVENT_NONE;
        return ARDOQ_PENDING;
    }
    const bool is_pending = code == MBEDTLS_ERR_SSL_WANT_READ ||
                            code == MBEDTLS_ERR_SSL_WANT_WRITE || is_ticket(tls, code);
    return is_pending ? ARDOQ_PENDING : ardoq_tls_error(tls, code);
}

/* ---- Opening and closing -------------------------------------------------------------------- */

static ardoq_err_t configure(ardoq_tls_t *tls)
{
    mbedtls_ssl_config *config = &tls->ssl_config;
    const int code = mbedtls_ssl_config_defaults(
        config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) {
        return ardoq_tls_error(tls, code);
    }
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    ardoq_seam_configure(config);
    return ardoq_seam_random(config, &tls->io_err);
}

ardoq_err_t ardoq_tls_open(ardoq_tls_t *tls, const ardoq_tls_config_t *config, char *buffer,
                           size_t buffer_size)
{
    tls->host = config->host;
    tls->pins[0] = config->pins[0];
    tls->pins[1] = config->pins[1];
    tls->socket.descriptor = ARDOQ_PORT_NO_SOCKET;
    mbedtls_ssl_config_init(&tls->ssl_config);
    mbedtls_x509_crt_init(&tls->roots);
#if ARDOQ_CLIENT_CERTIFICATE
    mbedtls_x509_crt_init(&tls->certificate);
    mbedtls_pk_init(&tls->key);
#endif
    ardoq_err_t err = configure(tls);
    err = err ? err : ardoq_tls_load_trust(tls, config, buffer, buffer_size);
    if (err) {
        ardoq_tls_close(tls);
    }
    return err;
}

void ardoq_tls_close(ardoq_tls_t *tls)
{
    ardoq_tls_disconnect(tls);
    mbedtls_ssl_config_free(&tls->ssl_config);
    mbedtls_x509_crt_free(&tls->roots);
#if ARDOQ_CLIENT_CERTIFICATE
    mbedtls_x509_crt_free(&tls->certificate);
    mbedtls_pk_free(&tls->key);
#endif
}

/* ---- Connecting ----------------------------------------------------------------------------- */

ardoq_err_t ardoq_tls_begin(ardoq_tls_t *tls)
{
    memset(&tls->detail, 0, sizeof tls->detail);
    tls->socket.platform_code = 0;
    tls->deaf_since = ARDOQ_PHASE_IDLE;
    if (ardoq_port_wall_time(&tls->now) && ardoq_utc_is_plausible(tls->now)) {
        return ARDOQ_OK;
    }
    tls->now = 0;
    return ARDOQ_ACCEPT_UNKNOWN_CLOCK ? ARDOQ_OK : ARDOQ_ERR_CLOCK_UNKNOWN;
}

ardoq_err_t ardoq_tls_connect(ardoq_tls_t *tls, const ardoq_port_address_t *address, uint16_t port)
{
    ardoq_tls_disconnect(tls);
    tls->deaf_since = ARDOQ_PHASE_IDLE;
    tls->detail.tls_code = 0;
    tls->detail.address = *address;
#if ARDOQ_TLS_RECONNECTS
    tls->port = port;
    tls->is_reconnecting = false;
#endif
#if ARDOQ_SESSION_RESUMPTION
    tls->without_session = false;
#endif
#if ARDOQ_SEAM_REFUSES_PSS
    tls->without_pss = false;
    ardoq_seam_offer_signatures(&tls->ssl_config, true);
#endif
    return ardoq_port_connect_start(&tls->socket, address, port);
}

ardoq_err_t ardoq_tls_connect_poll(ardoq_tls_t *tls)
{
    tls->waits_for = ARDOQ_PORT_EVENT_WRITABLE;
    return ardoq_port_connect_poll(&tls->socket);
}

static ardoq_err_t set_up(ardoq_tls_t *tls)
{
    tls->io_err = ARDOQ_OK;
    tls->has_unsent = false;
    tls->pin_matched = false;
    tls->detail.certificate_end = 0;
    tls->is_set_up = true;
    mbedtls_ssl_init(&tls->ssl);
    int code = mbedtls_ssl_setup(&tls->ssl, &tls->ssl_config);
    if (code == 0) {
        code = mbedtls_ssl_set_hostname(&tls->ssl, tls->host);
    }
    if (code != 0) {
        return ardoq_tls_error(tls, code);
    }
    mbedtls_ssl_set_verify(&tls->ssl, ardoq_tls_verify, tls);
    mbedtls_ssl_set_bio(&tls->ssl, tls, send_bytes, receive_bytes, NULL);
#if ARDOQ_SESSION_RESUMPTION
    ardoq_tls_offer_session(tls);
#endif
    return ARDOQ_OK;
}

static bool is_verified(ardoq_tls_t *tls)
{
#if ARDOQ_SESSION_RESUMPTION
    return ardoq_tls_is_verified(tls);
#else
    return tls->detail.certificate_end != 0;
#endif
}

static ardoq_err_t handshake_end(ardoq_tls_t *tls)
{
    if (!ardoq_seam_handshake_is_over(&tls->ssl)) {
        return ARDOQ_PENDING;
    }
    if (!is_verified(tls)) {
        return ARDOQ_ERR_CERTIFICATE_NOT_CHECKED;
    }
    tls->detail.tls_version = mbedtls_ssl_get_version(&tls->ssl);
    tls->detail.tls_cipher = mbedtls_ssl_get_ciphersuite(&tls->ssl);
    return ARDOQ_OK;
}

#if ARDOQ_TLS_RECONNECTS
/* Connects to the same address again. */
static void start_reconnecting(ardoq_tls_t *tls)
{
    ardoq_tls_disconnect(tls);
    tls->deaf_since = ARDOQ_PHASE_IDLE;
    tls->detail.tls_code = 0;
    tls->is_reconnecting = true;
    tls->waits_for = ARDOQ_PORT_EVENT_NONE;
}
#endif

#if ARDOQ_SEAM_REFUSES_PSS
/* The server does not support TLS 1.3 and so needs no PSS: try again without. A server that does,
 * and only seems not to because of an attacker, may reject that, but will not accept 1.2. */
static bool asks_without_pss(ardoq_tls_t *tls, int code)
{
    if (tls->without_pss || !ardoq_seam_has_refused_pss(&tls->ssl, code) ||
        ardoq_seam_lacks_memory()) {
        return false;
    }
    ardoq_seam_offer_signatures(&tls->ssl_config, false);
    tls->without_pss = true;
    start_reconnecting(tls);
    return true;
}
#endif

#if ARDOQ_SESSION_RESUMPTION
/* Any failure, except of the network or memory, may be due to the session: without it the server
 * accepts the client, or fails again. */
static bool asks_without_session(ardoq_tls_t *tls, ardoq_err_t err)
{
    if (tls->verified.certificate_end == 0 || tls->io_err || err == ARDOQ_ERR_OUT_OF_MEMORY) {
        return false;
    }
    tls->without_session = true;
    start_reconnecting(tls);
    return true;
}
#endif

#if ARDOQ_TLS_RECONNECTS
static ardoq_err_t reconnect(ardoq_tls_t *tls)
{
    if (tls->socket.descriptor == ARDOQ_PORT_NO_SOCKET) {
        const ardoq_err_t err =
            ardoq_port_connect_start(&tls->socket, &tls->detail.address, tls->port);
        if (err) {
            return err;
        }
    }
    const ardoq_err_t err = ardoq_tls_connect_poll(tls);
    tls->is_reconnecting = err == ARDOQ_PENDING;
    return err;
}
#endif

ardoq_err_t ardoq_tls_handshake(ardoq_tls_t *tls)
{
#if ARDOQ_TLS_RECONNECTS
    const ardoq_err_t connect_err = tls->is_reconnecting ? reconnect(tls) : ARDOQ_OK;
    if (connect_err) {
        return connect_err;
    }
#endif
    const ardoq_err_t set_up_err = tls->is_set_up ? ARDOQ_OK : set_up(tls);
    if (set_up_err) {
        return set_up_err;
    }
    const int code = mbedtls_ssl_handshake_step(&tls->ssl);
    if (code == 0) {
        tls->waits_for = ARDOQ_PORT_EVENT_NONE;
        return handshake_end(tls);
    }
#if ARDOQ_SEAM_REFUSES_PSS
    if (asks_without_pss(tls, code)) {
        return ARDOQ_PENDING;
    }
#endif
    const ardoq_err_t err = pending_or_error(tls, code);
#if ARDOQ_SESSION_RESUMPTION
    if (err < 0 && asks_without_session(tls, err)) {
        return ARDOQ_PENDING;
    }
#endif
    if (err < 0 && err != ARDOQ_ERR_OUT_OF_MEMORY && !tls->io_err) {
        const uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
        tls->detail.verify_flags = flags == UINT32_MAX ? 0 : flags;
    }
    return tls->detail.verify_flags ? ardoq_tls_certificate_error(tls) : err;
}

void ardoq_tls_disconnect(ardoq_tls_t *tls)
{
    if (tls->is_set_up) {
        tls->is_set_up = false;
        ardoq_tls_begin_step(tls);
#if ARDOQ_SESSION_RESUMPTION
        ardoq_tls_end_session(tls);
#endif
        if (!tls->io_err && ardoq_seam_handshake_is_over(&tls->ssl)) {
            /* A courtesy to the peer; its answer does not matter any more. */
            (void)mbedtls_ssl_close_notify(&tls->ssl);
        }
        mbedtls_ssl_free(&tls->ssl);
    }
    ardoq_port_close(&tls->socket);
}

/* ---- Writing and reading -------------------------------------------------------------------- */

ardoq_err_t ardoq_tls_write(ardoq_tls_t *tls, const char *data, size_t size, size_t *written)
{
    if (tls->deaf_since) {
        *written = size;
        return ARDOQ_OK;
    }
    if (tls->has_unsent) {
        /* mbedTLS would send its old output, and report the new data as written. */
        return ardoq_tls_error(tls, MBEDTLS_ERR_SSL_WANT_WRITE);
    }
    const int code = mbedtls_ssl_write(&tls->ssl, (const unsigned char *)data, size);
    if (code <= 0) {
        return pending_or_error(tls, code);
    }
    *written = (size_t)code;
    return ARDOQ_OK;
}

/* True after a record without data, for which mbedTLS returns 0, or a ticket or a warning. Their
 * number is limited by the bytes of a step. */
static bool has_more(ardoq_tls_t *tls, int code)
{
    return (code == 0 && !tls->io_err) || is_ticket(tls, code) ||
           (code == MBEDTLS_ERR_SSL_WANT_READ && tls->step_bytes > 0 &&
            tls->waits_for == ARDOQ_PORT_EVENT_NONE);
}

static int read_data(ardoq_tls_t *tls, unsigned char *buffer, size_t size)
{
    int code;
    do {
        ardoq_seam_forget_empty_records(&tls->ssl);
        code = mbedtls_ssl_read(&tls->ssl, buffer, size);
    } while (has_more(tls, code));
    return code;
}

ardoq_err_t ardoq_tls_read(ardoq_tls_t *tls, char *buffer, size_t size, size_t *received)
{
    const int code = read_data(tls, (unsigned char *)buffer, size);
    *received = code > 0 ? (size_t)code : 0;
    if (code > 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        return ARDOQ_OK;
    }
    if (code == MBEDTLS_ERR_SSL_WANT_WRITE) {
        /* An answer to the peer, such as an alert, could not be sent. Reading continues without
         * it. */
        if (!tls->holds_output) {
            tls->has_unsent = true;
        }
        tls->waits_for = ARDOQ_PORT_EVENT_NONE;
    }
    /* 0 is the end of the stream without close_notify, which anybody on the network can cause, or
     * another failure of the port. */
    return pending_or_error(tls, code == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : code);
}

static bool may_read(const ardoq_tls_t *tls, bool is_writing)
{
    return ARDOQ_SEAM_IGNORES_TICKETS || !is_writing ||
           strcmp(mbedtls_ssl_get_version(&tls->ssl), "TLSv1.2") == 0;
}

ardoq_err_t ardoq_tls_read_early(ardoq_tls_t *tls, char *buffer, size_t size, size_t *received,
                                 bool is_writing)
{
    *received = 0;
    if (!may_read(tls, is_writing)) {
        tls->waits_for = ARDOQ_PORT_EVENT_READABLE;
        return ARDOQ_PENDING;
    }
    tls->holds_output = is_writing;
    ardoq_seam_take_tickets(&tls->ssl_config, ARDOQ_SESSION_RESUMPTION && !is_writing);
    const ardoq_err_t err = ardoq_tls_read(tls, buffer, size, received);
    ardoq_seam_take_tickets(&tls->ssl_config, ARDOQ_SESSION_RESUMPTION);
    tls->holds_output = false;
    return err;
}

/* ---- A kept connection ---------------------------------------------------------------------- */

bool ardoq_tls_is_alive(ardoq_tls_t *tls)
{
    unsigned char unexpected;
    const int code = read_data(tls, &unexpected, 1);
    return code == MBEDTLS_ERR_SSL_WANT_READ && tls->waits_for == ARDOQ_PORT_EVENT_READABLE &&
           ardoq_seam_has_no_part(&tls->ssl);
}

bool ardoq_tls_is_clean(const ardoq_tls_t *tls)
{
    return !tls->has_unsent && !tls->deaf_since && mbedtls_ssl_get_bytes_avail(&tls->ssl) == 0;
}
