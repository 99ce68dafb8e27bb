/* What the files of this layer share. */
#ifndef ARDOQ_TLS_PRIVATE_H
#define ARDOQ_TLS_PRIVATE_H

#include "ardoq/tls.h"

/* The error of a code of mbedTLS; notes the code. */
ardoq_err_t ardoq_tls_error(ardoq_tls_t *tls, int code);

/* The error of the flags in detail.verify_flags. */
ardoq_err_t ardoq_tls_certificate_error(const ardoq_tls_t *tls);

/* Verify callback of mbedTLS; the context is an ardoq_tls_t. */
int ardoq_tls_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

/* Loads roots and client certificate; as ardoq_tls_open(). */
ardoq_err_t ardoq_tls_load_trust(ardoq_tls_t *tls, const ardoq_tls_config_t *config, char *buffer,
                                 size_t buffer_size);

/* ---- Resumption ----------------------------------------------------------------------------- */

#if ARDOQ_SESSION_RESUMPTION
/* Offers the session that is kept, if it is for this server and this trust; before the handshake.
 */
void ardoq_tls_offer_session(ardoq_tls_t *tls);

/* After the handshake. True when the server was verified: it has shown a certificate, or has taken
 * the session, whose certificate then counts. */
bool ardoq_tls_is_verified(ardoq_tls_t *tls);

/* Before the connection ends: saves its session, if it has one that may be saved; forgets the one
 * that was offered, if that led to nothing. */
void ardoq_tls_end_session(ardoq_tls_t *tls);
#endif

#endif
