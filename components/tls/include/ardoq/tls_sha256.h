/**
 * @file
 * SHA-256 (FIPS 180-4) with mbedTLS, without heap if mbedTLS allows it. Pointers must not be null.
 */
#ifndef ARDOQ_TLS_SHA256_H
#define ARDOQ_TLS_SHA256_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 4
#include <psa/crypto.h>
#else
#include <mbedtls/sha256.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Size of a hash. */
#define ARDOQ_TLS_SHA256_SIZE 32

/** A hash in progress. Private. */
typedef struct {
    /** @cond private */
#if MBEDTLS_VERSION_MAJOR >= 4
    psa_hash_operation_t operation;
#else
    mbedtls_sha256_context operation;
#endif
    bool has_failed;
    /** @endcond */
} ardoq_tls_sha256_t;

/** Starts a hash. */
void ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256);

/** Adds @p size bytes. */
void ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size);

/**
 * Finishes the hash and frees its memory.
 * @param sha256     in progress
 * @param[out] hash  written on success
 * @return false if any step has failed, which only happens with hardware, or with PSA if memory
 *         runs out.
 */
bool ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char hash[ARDOQ_TLS_SHA256_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
