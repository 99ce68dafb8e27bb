/* Shared by the files of this layer. */
#ifndef ARDOQ_TLS_PRIVATE_H
#define ARDOQ_TLS_PRIVATE_H

#include "ardoq/tls.h"

/* The error for an mbedTLS code, which is stored in the detail. */
ardoq_err_t ardoq_tls_error(ardoq_tls_t *tls, int code);

/* The error for the flags in detail.verify_flags. */
ardoq_err_t ardoq_tls_certificate_error(const ardoq_tls_t *tls);

/* Verify callback of mbedTLS; the context is an ardoq_tls_t. */
int ardoq_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

/* Loads roots and client certificate; as ardoq_tls_open(). */
ardoq_err_t ardoq_tls_load_trust(ardoq_tls_t *tls, const ardoq_tls_config_t *config, char *buffer,
                                 size_t buffer_size);

/* ---- Resumption ----------------------------------------------------------------------------- */

#if ARDOQ_SESSION_RESUMPTION
/* Offers the stored session before the handshake, if it is for this server and these roots. */
void ardoq_tls_offer_session(ardoq_tls_t *tls);

/* After the handshake: true if the server was verified, because it sent a certificate or resumed a
 * session in which it had. */
bool ardoq_tls_is_verified(ardoq_tls_t *tls);

/* Before the connection ends: saves its session, if there is one to save, and erases the offered
 * one if it failed. */
void ardoq_tls_end_session(ardoq_tls_t *tls);
#endif

#endif
