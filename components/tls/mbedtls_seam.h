/*
 * What differs between mbedTLS 2.28, 3.x and 4.x. Nothing else in this layer asks for the version.
 */
#ifndef ARDOQ_MBEDTLS_SEAM_H
#define ARDOQ_MBEDTLS_SEAM_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/err.h"
#include "ardoq/tls.h"

/* Signature of an X.509 verify callback. */
typedef int (*ardoq_seam_verify_t)(void *, mbedtls_x509_crt *, int, uint32_t *);

/* Starts PSA where TLS needs it, and gives the configuration its random numbers. A later failure of
 * the port is written to *failure, which mbedTLS would not pass on as it is. */
ardoq_err_t ardoq_seam_random(mbedtls_ssl_config *config, ardoq_err_t *failure);

/* What this client offers, all of which this mbedTLS then also takes: TLS 1.2 at least, curves with
 * the quickest first, signatures in an order that works, records that fit, no session that nobody
 * would resume. */
void ardoq_seam_configure(mbedtls_ssl_config *config);

/* The verify callback that the configuration already has, such as a certificate bundle's. */
ardoq_seam_verify_t ardoq_seam_config_verify(const mbedtls_ssl_config *config, void **context);

/* Parses a private key without password; PEM with its closing NUL counted in size. */
int ardoq_seam_parse_key(mbedtls_pk_context *key, const unsigned char *pem, size_t size);

/* True once the handshake is over. */
bool ardoq_seam_handshake_is_over(const mbedtls_ssl_context *tls);

/* True when no part of a record has been received that is yet to be completed. */
bool ardoq_seam_has_no_part(const mbedtls_ssl_context *tls);

/* True for mbedTLS codes that mean: no version or cipher suite in common. */
bool ardoq_seam_is_no_common_version(int code);

/* RFC 8446, 6.2; mbedTLS has no name for it. */
#define ARDOQ_SEAM_ALERT_CERTIFICATE_REQUIRED 116

/* The alert behind MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, right after that code was returned. */
int ardoq_seam_alert(const mbedtls_ssl_context *tls);

/* True for codes that mean: a record, or a handshake message of several, does not fit the input
 * buffer. */
bool ardoq_seam_is_too_large(int code);

/* True for mbedTLS codes that mean: no memory. */
bool ardoq_seam_is_out_of_memory(int code);

/* True for a code that means "read again" and carries no data: a session ticket of TLS 1.3. */
bool ardoq_seam_is_session_ticket(int code);

#endif
