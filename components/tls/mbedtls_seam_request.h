/*
 * What differs between mbedTLS 2.28, 3.x and 4.x in making a key and a request. Apart from the
 * rest, which each program links.
 */
#ifndef ARDOQ_MBEDTLS_SEAM_REQUEST_H
#define ARDOQ_MBEDTLS_SEAM_REQUEST_H

#include "mbedtls_seam.h"

#if defined(MBEDTLS_X509_CSR_WRITE_C) && defined(MBEDTLS_PEM_WRITE_C) &&                           \
    defined(MBEDTLS_PK_WRITE_C) &&                                                                 \
    (defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED) || defined(PSA_WANT_ECC_SECP_R1_256))
#define ARDOQ_SEAM_WRITES_REQUESTS 1

#include <mbedtls/pk.h>
#include <mbedtls/x509_csr.h>

/* What each writing wants of random numbers, up to 3.x. */
#if MBEDTLS_VERSION_MAJOR < 4
#define ARDOQ_SEAM_RANDOM(failure) , ardoq_seam_random_bytes, failure
#else
#define ARDOQ_SEAM_RANDOM(failure)
#endif

#if MBEDTLS_VERSION_MAJOR < 4 && defined(MBEDTLS_ECP_C)
/* Makes a key with the curve P-256. @return mbedTLS's code */
static inline int ardoq_seam_make_key(mbedtls_pk_context *key, ardoq_err_t *failure)
{
    const int code = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    return code != 0 ? code
                     : mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
                                           mbedtls_pk_ec(*key) ARDOQ_SEAM_RANDOM(failure));
}
#else
#include <psa/crypto.h>

/* The same with PSA, of which nothing stays there. */
static inline int ardoq_seam_make_key(mbedtls_pk_context *key, ardoq_err_t *failure)
{
    enum { P_256 = 256 };
    psa_key_attributes_t attributes = psa_key_attributes_init();
    mbedtls_svc_key_id_t id;
    (void)failure;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, P_256);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    int code = psa_generate_key(&attributes, &id);
    if (code == PSA_SUCCESS) {
        code = mbedtls_pk_copy_from_psa(id, key);
        psa_destroy_key(id);
    }
    return code;
}
#endif

#else
#define ARDOQ_SEAM_WRITES_REQUESTS 0
#endif

#endif
