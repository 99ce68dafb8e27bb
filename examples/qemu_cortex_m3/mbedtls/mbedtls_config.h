/**
 * @file
 * mbedTLS 2.28 and 3.6 for one TLS client, as small as verification of public servers allows:
 * ECDHE with P-256 and P-384, signatures of ECDSA and RSA, AES-GCM, SHA-256 and SHA-384.
 */
#ifndef MBEDTLS_CONFIG_OF_FIRMWARE_H
#define MBEDTLS_CONFIG_OF_FIRMWARE_H

/* 3.6 defines its version before it includes this file, 2.28 does not. */
#if defined(MBEDTLS_VERSION_MAJOR) && MBEDTLS_VERSION_MAJOR >= 3
#define FIRMWARE_TLS13 1
#else
#define FIRMWARE_TLS13 0
#endif

/* ---- Platform -------------------------------------------------------------------------------- */

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY /* so that tests/firmware/measure.c can count */
#define MBEDTLS_NO_PLATFORM_ENTROPY
#define MBEDTLS_HAVE_ASM
/* 64-bit division would link 750 bytes of the compiler's library. mbedTLS's own uses 32-bit steps,
 * and the curves do not divide. */
#define MBEDTLS_NO_UDBL_DIVISION
/* Not MBEDTLS_HAVE_TIME: the library checks the dates of certificates itself. */
/* Not MBEDTLS_CTR_DRBG_C, MBEDTLS_ENTROPY_C: all random numbers come from ardoq_port_random(). */

/* ---- TLS ------------------------------------------------------------------------------------- */

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_SESSION_TICKETS /* for CONFIG_ARDOQ_SESSION_RESUMPTION */
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
/* All that the options below allow, in mbedTLS's own order; its default list also has some 200 that
 * are not built. */
#define FIRMWARE_TLS12_CIPHERSUITES                                                                \
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,                                               \
        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,                                             \
        MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,                                           \
        MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
#if FIRMWARE_TLS13
#define MBEDTLS_SSL_CIPHERSUITES                                                                   \
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384, MBEDTLS_TLS1_3_AES_128_GCM_SHA256,                          \
        FIRMWARE_TLS12_CIPHERSUITES
#else
#define MBEDTLS_SSL_CIPHERSUITES FIRMWARE_TLS12_CIPHERSUITES
#endif

#if FIRMWARE_RECORD_SIZE > 4096
/* The largest possible record, so any server works. */
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096
#else
/* Asks the server for smaller records. Its chain of certificates must fit into one, though. */
#define MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#define MBEDTLS_SSL_IN_CONTENT_LEN  4096
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096 /* mbedTLS asks for the smaller of both */
#endif

#if FIRMWARE_TLS13
#define MBEDTLS_SSL_PROTO_TLS1_3
/* TLS 1.3 needs it. Without it a chain is freed as soon as it is verified. */
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
/* Records are not padded to a multiple of 16 bytes: that would hide no secret here. */
#define MBEDTLS_SSL_CID_TLS1_3_PADDING_GRANULARITY 1
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED /* a resumed session */
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_PKCS1_V21 /* PSS; mbedTLS's TLS 1.2 only supports PKCS#1 v1.5 */
#define MBEDTLS_HKDF_C
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_PSA_KEY_SLOT_COUNT 12 /* 32 by default; a handshake has up to 8 */
#endif

/* ---- Certificates ---------------------------------------------------------------------------- */

#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_REMOVE_INFO
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PEM_PARSE_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C

/* ---- Cryptography ---------------------------------------------------------------------------- */

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_MPI_MAX_SIZE 512 /* RSA with 4096 bits, as in the largest roots */
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_ECP_C
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#if FIRMWARE_RESTARTABLE
/* Splits public-key operations into pieces of this many steps, about 4 million instructions, so
 * that an interrupt is noticed in between. 3.5 KB of flash; mbedTLS supports it for TLS 1.2 with
 * ECDSA. */
#define MBEDTLS_ECP_RESTARTABLE
#define MBEDTLS_ECDH_LEGACY_CONTEXT
#define FIRMWARE_ECP_MAX_OPS 1000
#endif
/* Only for operations without a secret, such as verification: the others get our generator. */
#define MBEDTLS_ECP_NO_INTERNAL_RNG

#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
/* GCM decrypts with encrypted counters, so nothing here ever decrypts a block: 2.4 KB. 2.28 has no
 * option for that, but allows another decryption: aes_decrypt.c. */
#if FIRMWARE_TLS13
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT
#else
#define MBEDTLS_AES_SETKEY_DEC_ALT
#define MBEDTLS_AES_DECRYPT_ALT
#endif
#define MBEDTLS_MD_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
/* Saves 9 KB of flash. Little data is encrypted and hashed here: a handshake spends its time on
 * elliptic curves. */
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_SHA512_SMALLER

#if !FIRMWARE_TLS13
#include "mbedtls/check_config.h"
#endif

#endif
