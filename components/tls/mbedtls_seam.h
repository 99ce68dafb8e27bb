/*
 * What differs between mbedTLS 2.28, 3.x and 4.x. Nothing else in this layer asks for the version.
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
/* Members became private, and named as such, in 3.0. */
#define MBEDTLS_PRIVATE(member) member
#endif

/* Signature of an X.509 verify callback. */
typedef int (*ardoq_seam_verify_t)(void *, mbedtls_x509_crt *, int, uint32_t *);

/* Starts PSA where this mbedTLS needs it. ARDOQ_ERR_RANDOM_FAILED if it does not start. */
ardoq_err_t ardoq_seam_start(void);

#if MBEDTLS_VERSION_MAJOR < 4
/* The port's random numbers, for mbedTLS; a failure is written to *failure, an ardoq_err_t. */
int ardoq_seam_random_bytes(void *failure, unsigned char *buffer, size_t size);
#endif

/* Starts PSA where TLS needs it, and gives the configuration its random numbers. A later failure of
 * the port is written to *failure, which mbedTLS would not pass on as it is. */
ardoq_err_t ardoq_seam_random(mbedtls_ssl_config *config, ardoq_err_t *failure);

/* What this client offers, all of which this mbedTLS then also takes: TLS 1.2 at least, curves with
 * the quickest first, signatures in an order that works, records that fit, no session that nobody
 * would resume. */
void ardoq_seam_configure(mbedtls_ssl_config *config);

/* Sets the signatures that are offered, with those of RSA-PSS or without. */
void ardoq_seam_offer_signatures(mbedtls_ssl_config *config, bool with_pss);

#if ARDOQ_SEAM_REFUSES_PSS
/* True when the server has signed its part of the key exchange in the way that is refused. */
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

/* Parses a private key without password; PEM with its closing NUL counted in size. */
int ardoq_seam_parse_key(mbedtls_pk_context *key, const unsigned char *pem, size_t size);

/* True when a certificate's key is the public half of this one. */
bool ardoq_seam_is_pair(const mbedtls_pk_context *certified, const mbedtls_pk_context *key);

/* True once the handshake is over. */
static inline bool ardoq_seam_handshake_is_over(const mbedtls_ssl_context *tls)
{
    return tls->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_HANDSHAKE_OVER;
}

/* mbedTLS takes a few records without data in a row for an attack; the bound of a step is enough.
 */
static inline void ardoq_seam_forget_empty_records(mbedtls_ssl_context *tls)
{
    tls->MBEDTLS_PRIVATE(nb_zero) = 0;
}

/* True when no part of a record has been received that is yet to be completed. */
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

/* The alert behind MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, right after that code was returned. */
static inline int ardoq_seam_alert(const mbedtls_ssl_context *tls)
{
    /* Its level, then what it is about (RFC 8446, 6). */
    return tls->MBEDTLS_PRIVATE(in_msg)[1];
}

/* True for codes that mean: a record, or a handshake message of several, does not fit the input
 * buffer. */
static inline bool ardoq_seam_is_too_large(int code)
{
    /* Of what does not fit when it is fetched, and, before 3.6.3, of a handshake message that comes
     * in more records than one. */
    return code == MBEDTLS_ERR_SSL_BAD_INPUT_DATA || code == MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE;
}

/* True for mbedTLS codes that mean: no memory. */
bool ardoq_seam_is_out_of_memory(int code);

/* True when there is no memory for what the check of a signature takes. mbedTLS calls a signature
 * that it could not check a wrong one, and a key that it could not hold an invalid one, so this is
 * asked when something of the kind has failed. */
bool ardoq_seam_lacks_memory(void);

/* True for codes that mean: a certificate or a key is of a kind that this build cannot use. */
bool ardoq_seam_is_unsupported(int code);

/* True for codes that mean, while the handshake looks at certificates: one cannot be read. */
bool ardoq_seam_is_unreadable(int code);

/* True while the handshake looks at the server's certificates. */
static inline bool ardoq_seam_is_at_certificate(const mbedtls_ssl_context *tls)
{
    return tls->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_SERVER_CERTIFICATE;
}

/* Whether a read can leave a write alone that is under way. In TLS 1.3 a session ticket may arrive;
 * mbedTLS finishes that write before it looks at one, so that the next write would send the same
 * text again. Not every version can be told to ignore tickets. */
#if !defined(MBEDTLS_SSL_PROTO_TLS1_3) || !defined(MBEDTLS_SSL_SESSION_TICKETS) ||                 \
    defined(MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_DISABLED)
#define ARDOQ_SEAM_IGNORES_TICKETS 1
#else
#define ARDOQ_SEAM_IGNORES_TICKETS 0
#endif

/* Chooses whether tickets of TLS 1.3 are looked at or ignored, where there is a choice. */
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
/* What a handshake needs of a session that it resumes, beside the ticket: all that mbedTLS's own
 * functions save, but for the server's certificate and the times. Those functions take four times
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

/* True when a new session has come with the handshake; in TLS 1.3 it comes later. */
static inline bool ardoq_seam_has_session(const mbedtls_ssl_context *tls)
{
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    return tls->MBEDTLS_PRIVATE(tls_version) != MBEDTLS_SSL_VERSION_TLS1_3;
#else
    (void)tls;
    return true;
#endif
}

/* False for a length that mbedTLS would take without asking. */
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

/* What is not saved because it is known: the host, and since when the session is there, which
 * mbedTLS counts by a clock that begins anew with each boot. */
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
