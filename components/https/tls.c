#include "tls.h"

#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/md.h>

#include "ardoq/utc.h"
#include "mbedtls_seam.h"

/* ---- Bytes: mbedTLS over the port's socket -------------------------------------------------- */

/* mbedTLS goes on by itself as long as records come that it ignores or answers with an alert, so
 * without this the peer would decide how long a step lasts. */
static size_t within_step(const ardoq_https_t *https, size_t size)
{
    return size < https->step_bytes ? size : https->step_bytes;
}

static int to_tls_code(ardoq_https_t *https, ardoq_err_t err, size_t size, ardoq_port_wait_t what)
{
    https->tls_waits_for = err == ARDOQ_PENDING ? what : ARDOQ_PORT_WAIT_TIME;
    if (!err) {
        https->step_bytes = (uint16_t)(https->step_bytes - size);
        return (int)size;
    }
    if (err == ARDOQ_PENDING) {
        return what == ARDOQ_PORT_WAIT_READABLE ? MBEDTLS_ERR_SSL_WANT_READ
                                                : MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    https->io_err = err;
    return MBEDTLS_ERR_SSL_CONN_EOF;
}

/* A server that refuses a client certificate, or a body, says so and closes, without reading to the
 * end. The rest is then dropped, so that reading finds its words, or the end of the connection. */
static int send_bytes(void *context, const unsigned char *data, size_t size)
{
    ardoq_https_t *https = context;
    const size_t allowed = within_step(https, size);
    size_t sent = allowed;
    if (https->output == ARDOQ_HTTPS_OUTPUT_HELD || allowed == 0) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    const ardoq_err_t err =
        https->deaf_since ? ARDOQ_OK : ardoq_port_send(&https->socket, data, allowed, &sent);
    if (err == ARDOQ_ERR_CONNECTION_CLOSED) {
        https->deaf_since = (uint8_t)ardoq_https_phase(https);
        return (int)size;
    }
    return to_tls_code(https, err, sent, ARDOQ_PORT_WAIT_WRITABLE);
}

static int receive_bytes(void *context, unsigned char *buffer, size_t size)
{
    ardoq_https_t *https = context;
    size_t received = within_step(https, size);
    if (received == 0) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    ardoq_err_t err = ardoq_port_receive(&https->socket, buffer, received, &received);
    if (err == ARDOQ_PENDING && https->deaf_since) {
        err = ARDOQ_ERR_CONNECTION_CLOSED;
    }
    return to_tls_code(https, err, received, ARDOQ_PORT_WAIT_READABLE);
}

/* ---- Verification --------------------------------------------------------------------------- */

static int64_t to_seconds(const mbedtls_x509_time *time)
{
    const ardoq_utc_t utc = {time->year, time->mon, time->day, time->hour, time->min, time->sec};
    return ardoq_utc_to_seconds(&utc);
}

/* Whether mbedTLS judges dates, and by which clock, depends on its build; the port's clock decides,
 * the same way everywhere (RFC 5280, 4.1.2.5). */
static void forget_dates(uint32_t *flags)
{
    *flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
}

static void judge_dates(ardoq_https_t *https, const mbedtls_x509_crt *certificate, uint32_t *flags)
{
    const int64_t end = to_seconds(&certificate->valid_to);
    if (https->detail.certificate_end == 0 || end < https->detail.certificate_end) {
        https->detail.certificate_end = end;
    }
    if (https->now == 0) {
        https->detail.certificate_dates_unchecked = true;
        return;
    }
    if (https->now > end) {
        *flags |= MBEDTLS_X509_BADCERT_EXPIRED;
    }
    if (https->now < to_seconds(&certificate->valid_from)) {
        *flags |= MBEDTLS_X509_BADCERT_FUTURE;
    }
}

static bool has_pins(const ardoq_https_t *https)
{
    return https->config.pins[0][0] != '\0' || https->config.pins[1][0] != '\0';
}

static bool matches_pin(const ardoq_https_t *https, const mbedtls_x509_crt *certificate)
{
    unsigned char hash[32];
    unsigned char base64[45];
    size_t length = 0;
    const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
    if (mbedtls_md(sha256, certificate->pk_raw.p, certificate->pk_raw.len, hash) != 0 ||
        mbedtls_base64_encode(base64, sizeof base64, &length, hash, sizeof hash) != 0) {
        return false;
    }
    return strcmp((const char *)base64, https->config.pins[0]) == 0 ||
           strcmp((const char *)base64, https->config.pins[1]) == 0;
}

/* The port's own judgement, such as that of ESP-IDF's certificate bundle. That one looks only at
 * what lacks nothing but trust, so it is not shown a wrong name. And it fails instead of raising a
 * flag; mbedTLS would then not tell a chain without trust from any other failure. */
static int ask_own_callback(ardoq_https_t *https, mbedtls_x509_crt *certificate, int depth,
                            uint32_t *flags)
{
    void *context = NULL;
    const ardoq_seam_verify_t own = ardoq_seam_config_verify(&https->tls_config, &context);
    const uint32_t wrong_name = *flags & MBEDTLS_X509_BADCERT_CN_MISMATCH;
    *flags &= ~wrong_name;
    const int code = own ? own(context, certificate, depth, flags) : 0;
    *flags |= wrong_name;
    if (code == 0 || code == MBEDTLS_ERR_X509_ALLOC_FAILED) {
        return code;
    }
    *flags |= MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    return 0;
}

static bool is_own_issuer(const mbedtls_x509_crt *certificate)
{
    const mbedtls_x509_buf *subject = &certificate->subject_raw;
    const mbedtls_x509_buf *issuer = &certificate->issuer_raw;
    return subject->len == issuer->len && memcmp(subject->p, issuer->p, issuer->len) == 0;
}

/* Called for each certificate of the chain, the root first and the server's own (depth 0) last. */
static int verify_certificate(void *context, mbedtls_x509_crt *certificate, int depth,
                              uint32_t *flags)
{
    ardoq_https_t *https = context;
    forget_dates(flags);
    const int code = ask_own_callback(https, certificate, depth, flags);
    if (code != 0) {
        return code;
    }
    judge_dates(https, certificate, flags);
    if (has_pins(https)) {
        https->pin_matched = https->pin_matched || (*flags == 0 && matches_pin(https, certificate));
        if (depth == 0 && !https->pin_matched) {
            *flags |= MBEDTLS_X509_BADCERT_OTHER;
        }
    }
    if (depth == 0) {
        https->is_self_signed = is_own_issuer(certificate);
        mbedtls_x509_dn_gets(https->detail.certificate_subject,
                             sizeof https->detail.certificate_subject, &certificate->subject);
    }
    return 0;
}

/* The most telling reason first: a chain that nobody vouches for says nothing by its names or
 * dates. */
static ardoq_err_t certificate_error(const ardoq_https_t *https)
{
    const uint32_t flags = https->detail.verify_flags;
    static const struct {
        uint32_t flags;
        ardoq_err_t err;
    } reasons[] = {
        {MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_MISSING,
         ARDOQ_ERR_CERTIFICATE_UNTRUSTED},
        {MBEDTLS_X509_BADCERT_CN_MISMATCH, ARDOQ_ERR_CERTIFICATE_WRONG_HOST},
        {MBEDTLS_X509_BADCERT_EXPIRED, ARDOQ_ERR_CERTIFICATE_EXPIRED},
        {MBEDTLS_X509_BADCERT_FUTURE, ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID},
        {MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY,
         ARDOQ_ERR_CERTIFICATE_WEAK},
        {~(uint32_t)MBEDTLS_X509_BADCERT_OTHER, ARDOQ_ERR_CERTIFICATE_REJECTED},
    };
    if (https->is_self_signed && (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)) {
        return ARDOQ_ERR_CERTIFICATE_SELF_SIGNED;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (flags & reasons[i].flags) {
            return reasons[i].err;
        }
    }
    return ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH;
}

/* ---- Errors --------------------------------------------------------------------------------- */

/* Once the client has accepted the server's certificate, what remains to be refused is the client's
 * own. In TLS 1.3 a server says so after the handshake, when the request may be under way. */
static ardoq_err_t alert_error(const ardoq_https_t *https)
{
    const bool is_verified = https->detail.certificate_end != 0;
    switch (ardoq_seam_alert(&https->tls)) {
    case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION:
        return ARDOQ_ERR_TLS_NO_COMMON_VERSION;
    case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
    case MBEDTLS_SSL_ALERT_MSG_NO_CERT: /* mbedTLS itself, for want of one */
    case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
    case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
    case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
    case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
    case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
    case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
    case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
    case ARDOQ_SEAM_ALERT_CERTIFICATE_REQUIRED:
        if (!is_verified) {
            return ARDOQ_ERR_TLS_FAILED;
        }
        return https->certificate.raw.p != NULL ? ARDOQ_ERR_CLIENT_CERTIFICATE_REFUSED
                                                : ARDOQ_ERR_CLIENT_CERTIFICATE_REQUIRED;
    default:
        return ARDOQ_ERR_TLS_FAILED;
    }
}

static ardoq_err_t tls_error(ardoq_https_t *https, int code)
{
    https->detail.tls_code = code;
    if (https->io_err) {
        https->detail.platform_code = https->socket.platform_code;
        return https->io_err;
    }
    if (ardoq_seam_is_out_of_memory(code)) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return alert_error(https);
    }
    if (ardoq_seam_is_too_large(code)) {
        return ARDOQ_ERR_TLS_RECORD_TOO_LARGE;
    }
    return ardoq_seam_is_no_common_version(code) ? ARDOQ_ERR_TLS_NO_COMMON_VERSION
                                                 : ARDOQ_ERR_TLS_FAILED;
}

static ardoq_err_t pending_or_error(ardoq_https_t *https, int code)
{
    const bool is_pending = code == MBEDTLS_ERR_SSL_WANT_READ ||
                            code == MBEDTLS_ERR_SSL_WANT_WRITE ||
                            ardoq_seam_is_session_ticket(code);
    return is_pending ? ARDOQ_PENDING : tls_error(https, code);
}

/* ---- Trust and the client's own certificate ------------------------------------------------- */

/* mbedTLS ends at a certificate without its last line, and is content if it has read another. */
static bool is_whole(const char *pem)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    static const char end[] = "-----END CERTIFICATE-----";
    while ((pem = strstr(pem, begin)) != NULL) {
        pem = strstr(pem, end);
        if (!pem) {
            return false;
        }
    }
    return true;
}

static ardoq_err_t parse_certificates(ardoq_https_t *https, mbedtls_x509_crt *chain,
                                      const char *pem, ardoq_err_t invalid)
{
    /* A positive result counts certificates that could not be read: half a chain is no trust. */
    const int code = mbedtls_x509_crt_parse(chain, (const unsigned char *)pem, strlen(pem) + 1);
    if (code == 0 && is_whole(pem)) {
        return ARDOQ_OK;
    }
    https->detail.tls_code = code;
    return ardoq_seam_is_out_of_memory(code) ? ARDOQ_ERR_OUT_OF_MEMORY : invalid;
}

/* Reads one PEM text of the store through the client's buffer, which no exchange uses yet. */
static ardoq_err_t parse_stored_certificates(ardoq_https_t *https, const char *key,
                                             mbedtls_x509_crt *chain, ardoq_err_t invalid)
{
    ardoq_err_t err = ardoq_port_store_get(key, https->buffer, sizeof https->buffer);
    if (!err) {
        err = parse_certificates(https, chain, https->buffer, invalid);
    }
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

static ardoq_err_t load_roots(ardoq_https_t *https)
{
    mbedtls_x509_crt *roots = &https->roots;
    ardoq_err_t err;
    if (https->config.ca_pem) {
        err = parse_certificates(https, roots, https->config.ca_pem, ARDOQ_ERR_TRUST_INVALID);
    } else {
        err = parse_stored_certificates(https, "ca0", roots, ARDOQ_ERR_TRUST_INVALID);
        if (!err) {
            err = parse_stored_certificates(https, "ca1", roots, ARDOQ_ERR_TRUST_INVALID);
        }
        if (!err && roots->raw.p == NULL) {
            err = ardoq_port_trust(&https->tls_config, roots);
        }
    }
    if (!err && roots->raw.p != NULL) {
        mbedtls_ssl_conf_ca_chain(&https->tls_config, roots, NULL);
    }
    return err;
}

static ardoq_err_t parse_key(ardoq_https_t *https, const char *pem)
{
    const int code = ardoq_seam_parse_key(&https->key, (const unsigned char *)pem, strlen(pem) + 1);
    https->detail.tls_code = code;
    if (ardoq_seam_is_out_of_memory(code)) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    return code == 0 ? ARDOQ_OK : ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
}

static ardoq_err_t load_stored_key(ardoq_https_t *https)
{
    ardoq_err_t err = ardoq_port_store_get("key", https->buffer, sizeof https->buffer);
    if (!err) {
        err = parse_key(https, https->buffer);
    }
    ardoq_wipe(https->buffer, sizeof https->buffer);
    return err;
}

/* *has_key tells whether there was a key; a missing one is no error. */
static ardoq_err_t load_stored_pair(ardoq_https_t *https, bool *has_key)
{
    ardoq_err_t err = parse_stored_certificates(https, "cert", &https->certificate,
                                                ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    if (!err) {
        err = load_stored_key(https);
        *has_key = err != ARDOQ_ERR_NOT_SET;
    }
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

static ardoq_err_t load_given_pair(ardoq_https_t *https, bool *has_key)
{
    const ardoq_https_config_t *config = &https->config;
    *has_key = config->key_pem != NULL;
    ardoq_err_t err = ARDOQ_OK;
    if (config->certificate_pem) {
        err = parse_certificates(https, &https->certificate, config->certificate_pem,
                                 ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    }
    return !err && *has_key ? parse_key(https, config->key_pem) : err;
}

static ardoq_err_t load_client_certificate(ardoq_https_t *https)
{
    const bool is_given = https->config.certificate_pem || https->config.key_pem;
    bool has_key = false;
    const ardoq_err_t err =
        is_given ? load_given_pair(https, &has_key) : load_stored_pair(https, &has_key);
    const bool has_certificate = https->certificate.raw.p != NULL;
    if (err || !(has_certificate || has_key)) {
        return err;
    }
    if (!(has_certificate && has_key)) {
        return ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
    }
    const int code =
        mbedtls_ssl_conf_own_cert(&https->tls_config, &https->certificate, &https->key);
    return code == 0 ? ARDOQ_OK : tls_error(https, code);
}

ardoq_err_t ardoq_tls_open(ardoq_https_t *https)
{
    mbedtls_ssl_config_init(&https->tls_config);
    mbedtls_x509_crt_init(&https->roots);
    mbedtls_x509_crt_init(&https->certificate);
    mbedtls_pk_init(&https->key);
    mbedtls_ssl_config *config = &https->tls_config;
    const int code = mbedtls_ssl_config_defaults(
        config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) {
        return tls_error(https, code);
    }
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    ardoq_seam_min_tls_version(config);
    ardoq_seam_order_signatures(config);
    ardoq_seam_limit_records(config);
    ardoq_err_t err = ardoq_seam_random(config, &https->io_err);
    err = err ? err : load_roots(https);
    return err ? err : load_client_certificate(https);
}

void ardoq_tls_close(ardoq_https_t *https)
{
    mbedtls_ssl_config_free(&https->tls_config);
    mbedtls_x509_crt_free(&https->roots);
    mbedtls_x509_crt_free(&https->certificate);
    mbedtls_pk_free(&https->key);
}

/* ---- Sessions ------------------------------------------------------------------------------- */

bool ardoq_tls_clock_is_usable(ardoq_https_t *https)
{
    int64_t now = 0;
    const bool is_known = ardoq_port_wall_time(&now) && ardoq_utc_is_plausible(now);
    https->now = is_known ? now : 0;
    return is_known || ARDOQ_ACCEPT_UNKNOWN_CLOCK;
}

ardoq_err_t ardoq_tls_begin(ardoq_https_t *https)
{
    https->io_err = ARDOQ_OK;
    https->has_unsent = false;
    https->pin_matched = false;
    https->is_self_signed = false;
    https->tls_is_set_up = true;
    mbedtls_ssl_init(&https->tls);
    int code = mbedtls_ssl_setup(&https->tls, &https->tls_config);
    if (code == 0) {
        code = mbedtls_ssl_set_hostname(&https->tls, https->config.origin->host);
    }
    if (code != 0) {
        return tls_error(https, code);
    }
    mbedtls_ssl_set_verify(&https->tls, verify_certificate, https);
    mbedtls_ssl_set_bio(&https->tls, https, send_bytes, receive_bytes, NULL);
    return ARDOQ_OK;
}

static ardoq_err_t handshake_end(ardoq_https_t *https)
{
    if (!ardoq_seam_handshake_is_over(&https->tls)) {
        return ARDOQ_PENDING;
    }
    https->detail.tls_version = mbedtls_ssl_get_version(&https->tls);
    https->detail.tls_cipher = mbedtls_ssl_get_ciphersuite(&https->tls);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_tls_handshake_step(ardoq_https_t *https)
{
    const int code = mbedtls_ssl_handshake_step(&https->tls);
    if (code == 0) {
        https->tls_waits_for = ARDOQ_PORT_WAIT_TIME;
        return handshake_end(https);
    }
    const ardoq_err_t err = pending_or_error(https, code);
    if (err < 0 && !https->io_err) {
        const uint32_t flags = mbedtls_ssl_get_verify_result(&https->tls);
        https->detail.verify_flags = flags == UINT32_MAX ? 0 : flags;
    }
    return err < 0 && https->detail.verify_flags ? certificate_error(https) : err;
}

void ardoq_tls_end(ardoq_https_t *https)
{
    if (!https->tls_is_set_up) {
        return;
    }
    https->tls_is_set_up = false;
    https->step_bytes = ARDOQ_TLS_STEP_BYTES;
    if (!https->io_err && ardoq_seam_handshake_is_over(&https->tls)) {
        /* A courtesy to the peer; what it answers does not matter any more. */
        (void)mbedtls_ssl_close_notify(&https->tls);
    }
    mbedtls_ssl_free(&https->tls);
    https->deaf_since = ARDOQ_PHASE_IDLE;
}

ardoq_err_t ardoq_tls_write(ardoq_https_t *https, const char *data, size_t size, size_t *written)
{
    if (https->has_unsent) {
        /* mbedTLS would send what it holds, and say that it has written the new data. */
        return tls_error(https, MBEDTLS_ERR_SSL_WANT_WRITE);
    }
    const int code = mbedtls_ssl_write(&https->tls, (const unsigned char *)data, size);
    *written = code > 0 ? (size_t)code : 0;
    return code > 0 ? ARDOQ_OK : pending_or_error(https, code);
}

ardoq_err_t ardoq_tls_read(ardoq_https_t *https, char *buffer, size_t size, size_t *read)
{
    const int code = mbedtls_ssl_read(&https->tls, (unsigned char *)buffer, size);
    *read = code > 0 ? (size_t)code : 0;
    if (code > 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        return ARDOQ_OK;
    }
    if (code == MBEDTLS_ERR_SSL_WANT_WRITE) {
        /* An answer to the peer, such as an alert, could not leave. Reading goes on without it. */
        https->has_unsent = https->has_unsent || https->output == ARDOQ_HTTPS_OUTPUT_SENT;
        https->tls_waits_for = ARDOQ_PORT_WAIT_TIME;
    }
    /* 0 is the end of the stream without close_notify, which anybody on the way can make, or any
     * other failure of the port. */
    return pending_or_error(https, code == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : code);
}

bool ardoq_tls_is_alive(ardoq_https_t *https)
{
    unsigned char unexpected;
    int code;
    bool has_more; /* after a ticket or a warning, which say nothing */
    do {
        code = mbedtls_ssl_read(&https->tls, &unexpected, 1);
        has_more = code == MBEDTLS_ERR_SSL_WANT_READ && https->step_bytes > 0 &&
                   https->tls_waits_for == ARDOQ_PORT_WAIT_TIME;
    } while (has_more || ardoq_seam_is_session_ticket(code));
    return code == MBEDTLS_ERR_SSL_WANT_READ && https->tls_waits_for == ARDOQ_PORT_WAIT_READABLE;
}
