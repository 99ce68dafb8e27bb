/*
 * Differences between mbedTLS 2.28, 3.x and 4.x. Nothing else in this layer checks the version.
 */
#ifndef ARDOQ_MBEDTLS_SEAM_H
#define ARDOQ_MBEDTLS_SEAM_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/platform_util.h>
#include <mbedtls/version.h>

#include "ardoq/err.h"
#include "ardoq/tls.h"

#if MBEDTLS_VERSION_MAJOR < 3
/* Members became private in 3.0. */
#define MBEDTLS_PRIVATE(member) member
#endif

/* Signature of an X.509 verify callback. */
typedef int (*ardoq_seam_verify_t)(void *, mbedtls_x509_crt *, int, uint32_t *);

/* Initialises PSA if this mbedTLS needs it. Returns ARDOQ_ERR_RANDOM_FAILED if that fails. */
ardoq_err_t ardoq_seam_start(void);

#if MBEDTLS_VERSION_MAJOR < 4
/* The port's random numbers, for mbedTLS; a failure is stored in *failure, an ardoq_err_t. */
int ardoq_seam_random_bytes(void *failure, unsigned char *buffer, size_t size);
#endif

/* Initialises PSA if TLS needs it, and sets the configuration's random numbers. A later failure of
 * the port is stored in *failure, because mbedTLS would not pass it on. */
ardoq_err_t ardoq_seam_random(mbedtls_ssl_config *config, ardoq_err_t *failure);

/* Sets what the client offers, which this mbedTLS can then also handle: at least TLS 1.2, fastest
 * curves first, signatures in a working order, records that fit, and session tickets only if they
 * are used. */
void ardoq_seam_configure(mbedtls_ssl_config *config);

/* Sets the offered signatures, with or without RSA-PSS. */
void ardoq_seam_offer_signatures(mbedtls_ssl_config *config, bool with_pss);

#if ARDOQ_SEAM_REFUSES_PSS
/* True if the server has signed its part of the key exchange with PSS, which is rejected. */
static inline bool ardoq_seam_has_refused_pss(const mbedtls_ssl_context *tls, int code)
{
    return code == MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER &&
           tls->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_SERVER_KEY_EXCHANGE;
}
#endif

/* The verify callback that the configuration already has, such as a certificate bundle's. */
static inline ardoq_seam_verify_t ardoq_seam_config_verify(const mbedtls_ssl_config *config,
                                                           void **context)
{
    *context = config->MBEDTLS_PRIVATE(p_vrfy);
    return config->MBEDTLS_PRIVATE(f_vrfy);
}

/* Parses a private key without password; the size of PEM includes its NUL. */
int ardoq_seam_parse_key(mbedtls_pk_context *key, const unsigned char *pem, size_t size);

/* True if the key of a certificate is the public half of this one. */
bool ardoq_seam_is_pair(const mbedtls_pk_context *certified, const mbedtls_pk_context *key);

/* True after the handshake. */
static inline bool ardoq_seam_handshake_is_over(const mbedtls_ssl_context *tls)
{
    return tls->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_HANDSHAKE_OVER;
}

/* mbedTLS treats a few consecutive records without data as an attack; the limit of a step is
 * enough. */
static inline void ardoq_seam_forget_empty_records(mbedtls_ssl_context *tls)
{
    tls->MBEDTLS_PRIVATE(nb_zero) = 0;
}

/* True if no incomplete record has been received. */
static inline bool ardoq_seam_has_no_part(const mbedtls_ssl_context *tls)
{
    return tls->MBEDTLS_PRIVATE(in_left) == 0;
}

/* True for mbedTLS codes that mean: no version or cipher suite in common. */
static inline bool ardoq_seam_is_no_common_version(int code)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    return code == MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION;
#else
    return code == MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION;
#endif
}

/* RFC 8446, 6.2; mbedTLS has no name for it. */
#define ARDOQ_SEAM_ALERT_CERTIFICATE_REQUIRED 116

/* The alert of MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, right after that code was returned. */
static inline int ardoq_seam_alert(const mbedtls_ssl_context *tls)
{
    /* The alert's level, then its description (RFC 8446, 6). */
    return tls->MBEDTLS_PRIVATE(in_msg)[1];
}

/* True for codes that mean: a record, or a fragmented handshake message, does not fit the input
 * buffer. */
static inline bool ardoq_seam_is_too_large(int code)
{
    /* For a record that does not fit and, before 3.6.3, for any fragmented handshake message. */
    return code == MBEDTLS_ERR_SSL_BAD_INPUT_DATA || code == MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}

/* True for mbedTLS codes that mean: no memory. */
bool ardoq_seam_is_out_of_memory(int code);

/* True if there is not enough memory to check a signature. mbedTLS reports a signature that it
 * could not check as wrong, and a key that it could not store as invalid, so this is called after
 * such failures. */
bool ardoq_seam_lacks_memory(void);

/* True for codes that mean: this build does not support this kind of certificate or key. */
bool ardoq_seam_is_unsupported(int code);

/* True for codes that mean, during the certificate phase of the handshake: a certificate cannot be
 * parsed. */
bool ardoq_seam_is_unreadable(int code);

/* True during the certificate phase of the handshake. */
static inline bool ardoq_seam_is_at_certificate(const mbedtls_ssl_context *tls)
{
    return tls->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_SERVER_CERTIFICATE;
}

/* Whether a read can run during a write. In TLS 1.3 a session ticket may arrive; mbedTLS finishes
 * the write before it handles the ticket, and the next write would then send the same data again.
 * Not every version can ignore tickets. */
#if !defined(MBEDTLS_SSL_PROTO_TLS1_3) || !defined(MBEDTLS_SSL_SESSION_TICKETS) ||                 \
    defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED)
#define ARDOQ_SEAM_IGNORES_TICKETS 1
#else
#define ARDOQ_SEAM_IGNORES_TICKETS 0
#endif

/* Accepts or ignores tickets of TLS 1.3, if this version can. */
static inline void ardoq_seam_take_tickets(mbedtls_ssl_config *config, bool take)
{
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_SESSION_TICKETS) &&                   \
    ARDOQ_SEAM_IGNORES_TICKETS
    mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
        config, take ? MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
                     : MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED);
#else
    (void)config;
    (void)take;
#endif
}

/* True for a code that means "read again" and carries no data: a session ticket of TLS 1.3. */
static inline bool ardoq_seam_is_session_ticket(int code)
{
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
    return code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
    (void)code;
    return false;
#endif
}

#if ARDOQ_SESSION_RESUMPTION
/* What a handshake needs to resume a session, besides the ticket: everything that mbedTLS's own
 * functions save, except the server's certificate and the times. Those functions need four times
 * the flash. */
#ifdef MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#define ARDOQ_SEAM_IF_FRAGMENTS(text) text
#else
#define ARDOQ_SEAM_IF_FRAGMENTS(text)
#endif
#ifdef MBEDTLS_SSL_ENCRYPT_THEN_MAC
#define ARDOQ_SEAM_IF_ENCRYPT_THEN_MAC(text) text
#else
#define ARDOQ_SEAM_IF_ENCRYPT_THEN_MAC(text)
#endif
#ifdef MBEDTLS_SSL_TRUNCATED_HMAC
#define ARDOQ_SEAM_IF_TRUNCATED_HMAC(text) text
#else
#define ARDOQ_SEAM_IF_TRUNCATED_HMAC(text)
#endif
#if MBEDTLS_VERSION_MAJOR >= 3
#define ARDOQ_SEAM_IF_3(text) text
#else
#define ARDOQ_SEAM_IF_3(text)
#endif
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
#define ARDOQ_SEAM_IF_TLS13(text) text
#else
#define ARDOQ_SEAM_IF_TLS13(text)
#endif
#define ARDOQ_SEAM_SESSION_MEMBERS(MEMBER)                                                         \
    MEMBER(ciphersuite)                                                                            \
    MEMBER(id_len)                                                                                 \
    MEMBER(id)                                                                                     \
    MEMBER(master)                                                                                 \
    MEMBER(ticket_lifetime)                                                                        \
    MEMBER(ticket_len)                                                                             \
    ARDOQ_SEAM_IF_FRAGMENTS(MEMBER(mfl_code))                                                      \
    ARDOQ_SEAM_IF_ENCRYPT_THEN_MAC(MEMBER(encrypt_then_mac))                                       \
    ARDOQ_SEAM_IF_TRUNCATED_HMAC(MEMBER(trunc_hmac))                                               \
    ARDOQ_SEAM_IF_3(MEMBER(tls_version))                                                           \
    ARDOQ_SEAM_IF_TLS13(MEMBER(ticket_age_add) MEMBER(ticket_flags) MEMBER(resumption_key_len)     \
                            MEMBER(resumption_key))

/* True if the handshake included a new session; in TLS 1.3 it comes later. */
static inline bool ardoq_seam_has_session(const mbedtls_ssl_context *tls)
{
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    return tls->MBEDTLS_PRIVATE(tls_version) != MBEDTLS_SSL_VERSION_TLS1_3;
#else
    (void)tls;
    return true;
#endif
}

/* False for an invalid length that mbedTLS would not check. */
static inline bool ardoq_seam_is_sound(const mbedtls_ssl_session *session)
{
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    return session->MBEDTLS_PRIVATE(resumption_key_len) <=
           sizeof session->MBEDTLS_PRIVATE(resumption_key);
#else
    (void)session;
    return true;
#endif
}

/* Sets what is not saved: the host, which is known, and the session's start, for which mbedTLS uses
 * a clock that restarts at each boot. */
static inline void ardoq_seam_complete_session(mbedtls_ssl_session *session,
                                               const mbedtls_ssl_context *tls, uint32_t age)
{
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    session->MBEDTLS_PRIVATE(hostname) = tls->MBEDTLS_PRIVATE(hostname);
#ifdef MBEDTLS_HAVE_TIME
    session->MBEDTLS_PRIVATE(ticket_reception_time) = mbedtls_ms_time() - (int64_t)age * 1000;
#endif
#endif
    (void)session;
    (void)tls;
    (void)age;
}
#endif

#endif
