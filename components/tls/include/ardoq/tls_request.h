/**
 * @file
 * Creates a key for the device, and a certificate signing request for it (CSR, RFC 2986). Only a
 * program that calls these functions links the parts of mbedTLS that they need:
 * MBEDTLS_X509_CSR_WRITE_C, MBEDTLS_PEM_WRITE_C, MBEDTLS_PK_WRITE_C and the curve P-256. Without
 * these they return ARDOQ_ERR_LEFT_OUT.
 */
#ifndef ARDOQ_TLS_REQUEST_H
#define ARDOQ_TLS_REQUEST_H

#include <stddef.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Size of the PEM of a key from ardoq_tls_make_key(). */
#define ARDOQ_KEY_PEM_SIZE 256

/**
 * Creates an EC key with the curve P-256.
 * @param[out] pem  the key, NUL-terminated; on failure ""
 * @return ARDOQ_OK; ARDOQ_ERR_RANDOM_FAILED, or the port's error; ARDOQ_ERR_OUT_OF_MEMORY;
 *         ARDOQ_ERR_LEFT_OUT.
 */
ardoq_err_t ardoq_tls_make_key(char pem[ARDOQ_KEY_PEM_SIZE]);

/**
 * Writes a certificate signing request, signed with the key. Its subject is only the common name.
 * @param key_pem      private key, PEM, without a password
 * @param common_name  at most 64 bytes, without special characters of a distinguished name
 * @param[out] pem     the request, NUL-terminated; on failure "". May be the key's buffer, which is
 *                     then overwritten
 * @param size         of @p pem; 512 bytes are enough for a key of ardoq_tls_make_key(), and 2,048
 *                     for one of RSA with 4,096 bits
 * @return ARDOQ_OK; ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID if the key cannot be read;
 *         ARDOQ_ERR_CERTIFICATE_UNSUPPORTED if this build does not support this kind of key;
 *         ARDOQ_ERR_SETTING_TOO_LONG if the request or the name does not fit; otherwise as
 * ardoq_tls_make_key().
 */
ardoq_err_t ardoq_tls_write_request(const char *key_pem, const char *common_name, char *pem,
                                    size_t size);

#ifdef __cplusplus
}
#endif

#endif
