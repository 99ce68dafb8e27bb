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

#endif
