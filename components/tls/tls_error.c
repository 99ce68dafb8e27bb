#include "mbedtls_seam.h"
#include "tls_private.h"

static bool has_client_certificate(const ardoq_tls_t *tls)
{
#if ARDOQ_CLIENT_CERTIFICATE
    return tls->certificate.raw.p != NULL;
#else
    (void)tls;
    return false;
#endif
}

/* Once the client has accepted the server's certificate, an alert is about the client's own. In TLS
 * 1.3 a server sends it after the handshake, perhaps during the request. */
static ardoq_err_t alert_error(const ardoq_tls_t *tls)
{
    const bool is_verified = tls->detail.certificate_end != 0;
    switch (ardoq_seam_alert(&tls->ssl)) {
    case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION:
        return ARDOQ_ERR_TLS_NO_COMMON_VERSION;
    case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
    case MBEDTLS_SSL_ALERT_MSG_NO_CERT: /* from mbedTLS itself, without one */
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
        return has_client_certificate(tls) ? ARDOQ_ERR_CLIENT_CERTIFICATE_REFUSED
                                           : ARDOQ_ERR_CLIENT_CERTIFICATE_REQUIRED;
    default:
        return ARDOQ_ERR_TLS_FAILED;
    }
}

/* The error of certificates that mbedTLS could not even start to verify. */
static ardoq_err_t certificate_code_error(int code)
{
    if (code == MBEDTLS_ERR_X509_FATAL_ERROR) {
        return ARDOQ_ERR_CERTIFICATE_CHAIN_TOO_LONG;
    }
    if (ardoq_seam_is_unsupported(code)) {
        return ARDOQ_ERR_CERTIFICATE_UNSUPPORTED;
    }
    return ardoq_seam_is_unreadable(code) ? ARDOQ_ERR_CERTIFICATE_UNREADABLE : ARDOQ_OK;
}

ardoq_err_t ardoq_tls_error(ardoq_tls_t *tls, int code)
{
    tls->detail.tls_code = code;
    if (tls->io_err) {
        return tls->io_err;
    }
    if (ardoq_seam_is_out_of_memory(code) || ardoq_seam_lacks_memory()) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        return alert_error(tls);
    }
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) { /* during the handshake */
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    if (ardoq_seam_is_at_certificate(&tls->ssl) && certificate_code_error(code)) {
        return certificate_code_error(code);
    }
    if (ardoq_seam_is_too_large(code)) {
        return ARDOQ_ERR_TLS_RECORD_TOO_LARGE;
    }
    return ardoq_seam_is_no_common_version(code) ? ARDOQ_ERR_TLS_NO_COMMON_VERSION
                                                 : ARDOQ_ERR_TLS_FAILED;
}

/* The most important reason first: without a trusted chain, names and dates mean nothing. */
ardoq_err_t ardoq_tls_certificate_error(const ardoq_tls_t *tls)
{
    static const uint32_t reasons[] = {
        MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_MISSING,
        MBEDTLS_X509_BADCERT_CN_MISMATCH,
        MBEDTLS_X509_BADCERT_EXPIRED,
        MBEDTLS_X509_BADCERT_FUTURE,
        MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY,
        ~(uint32_t)MBEDTLS_X509_BADCERT_OTHER,
    };
    enum { REASONS = sizeof reasons / sizeof reasons[0] };
    /* Separate from the reasons, because together they would be padded. */
    static const ardoq_err_t errors[REASONS + 1] = {
        ARDOQ_ERR_CERTIFICATE_UNTRUSTED,    ARDOQ_ERR_CERTIFICATE_WRONG_HOST,
        ARDOQ_ERR_CERTIFICATE_EXPIRED,      ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID,
        ARDOQ_ERR_CERTIFICATE_WEAK,         ARDOQ_ERR_CERTIFICATE_REJECTED,
        ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH,
    };
    const uint32_t flags = tls->detail.verify_flags;
    if (tls->is_self_signed && (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED)) {
        return ARDOQ_ERR_CERTIFICATE_SELF_SIGNED;
    }
    size_t i = 0;
    while (i < REASONS && !(flags & reasons[i])) {
        i++;
    }
    return errors[i];
}
