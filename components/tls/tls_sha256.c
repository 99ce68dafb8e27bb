#include "ardoq/tls_sha256.h"

#if MBEDTLS_VERSION_MAJOR >= 4

void ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256)
{
    sha256->operation = psa_hash_operation_init();
    sha256->has_failed = psa_crypto_init() != PSA_SUCCESS ||
                         psa_hash_setup(&sha256->operation, PSA_ALG_SHA_256) != PSA_SUCCESS;
}

void ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size)
{
    sha256->has_failed =
        sha256->has_failed || psa_hash_update(&sha256->operation, data, size) != PSA_SUCCESS;
}

bool ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char hash[ARDOQ_TLS_SHA256_SIZE])
{
    size_t length = 0;
    sha256->has_failed =
        sha256->has_failed ||
        psa_hash_finish(&sha256->operation, hash, ARDOQ_TLS_SHA256_SIZE, &length) != PSA_SUCCESS;
    (void)psa_hash_abort(&sha256->operation);
    return !sha256->has_failed;
}

#else

#if MBEDTLS_VERSION_MAJOR < 3
/* The functions that can fail had another name before 3.0. */
#define mbedtls_sha256_starts mbedtls_sha256_starts_ret
#define mbedtls_sha256_update mbedtls_sha256_update_ret
#define mbedtls_sha256_finish mbedtls_sha256_finish_ret
#endif

void ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256)
{
    mbedtls_sha256_init(&sha256->operation);
    sha256->has_failed = mbedtls_sha256_starts(&sha256->operation, 0) != 0;
}

void ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size)
{
    sha256->has_failed =
        mbedtls_sha256_update(&sha256->operation, data, size) != 0 || sha256->has_failed;
}

bool ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char hash[ARDOQ_TLS_SHA256_SIZE])
{
    sha256->has_failed = mbedtls_sha256_finish(&sha256->operation, hash) != 0 || sha256->has_failed;
    mbedtls_sha256_free(&sha256->operation);
    return !sha256->has_failed;
}

#endif
