#include "mbedtls_seam.h"

#include <string.h>

#include <mbedtls/pem.h>
#include <mbedtls/platform.h>
#include <mbedtls/version.h>

#include "ardoq/port.h"

#if MBEDTLS_VERSION_NUMBER < 0x021c0000
#error "mbedTLS 2.28 or later is needed"
#endif

#ifndef MBEDTLS_SSL_CLI_C
#error "mbedTLS lacks MBEDTLS_SSL_CLI_C, the TLS client"
#endif
#ifndef MBEDTLS_X509_CRT_PARSE_C
#error "mbedTLS lacks MBEDTLS_X509_CRT_PARSE_C: the server could not be verified"
#endif
#ifndef MBEDTLS_SSL_SERVER_NAME_INDICATION
#error "mbedTLS lacks MBEDTLS_SSL_SERVER_NAME_INDICATION, which shared hosts need"
#endif
#ifndef MBEDTLS_PEM_PARSE_C
#error "mbedTLS lacks MBEDTLS_PEM_PARSE_C: certificates are configured as PEM"
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_RSA_C) &&                                 \
    !defined(MBEDTLS_X509_RSASSA_PSS_SUPPORT)
#error "mbedTLS lacks MBEDTLS_X509_RSASSA_PSS_SUPPORT, which TLS 1.3 needs for RSA keys"
#endif
#ifndef MBEDTLS_BASE64_C
#error "mbedTLS lacks MBEDTLS_BASE64_C, which pins and PEM need"
#endif

#if ARDOQ_SESSION_RESUMPTION && !defined(MBEDTLS_SSL_SESSION_TICKETS)
#error "mbedTLS lacks MBEDTLS_SSL_SESSION_TICKETS, which CONFIG_ARDOQ_SESSION_RESUMPTION needs"
#endif

#if MBEDTLS_VERSION_MAJOR >= 4 || defined(MBEDTLS_USE_PSA_CRYPTO) ||                               \
    defined(MBEDTLS_SSL_PROTO_TLS1_3)
#define NEEDS_PSA 1
#include <psa/crypto.h>
#endif

#if MBEDTLS_VERSION_MAJOR < 4
int ardoq_seam_random_bytes(void *failure, unsigned char *buffer, size_t size)
{
    const ardoq_err_t err = ardoq_port_random(buffer, size);
    if (err) {
        *(ardoq_err_t *)failure = err;
    }
    return err ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : 0;
}
#endif

ardoq_err_t ardoq_seam_start(void)
{
#ifdef NEEDS_PSA
    if (psa_crypto_init() != PSA_SUCCESS) {
        return ARDOQ_ERR_RANDOM_FAILED;
    }
#endif
    return ARDOQ_OK;
}

ardoq_err_t ardoq_seam_random(mbedtls_ssl_config *config, ardoq_err_t *failure)
{
    const ardoq_err_t err = ardoq_seam_start();
#if MBEDTLS_VERSION_MAJOR < 4
    mbedtls_ssl_conf_rng(config, ardoq_seam_random_bytes, failure);
#else
    (void)config;
    (void)failure;
#endif
    return err;
}

static void demand_tls_1_2(mbedtls_ssl_config *config)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

/* mbedTLS 2.28 offers its curves largest first, and many servers use the client's first choice: a
 * handshake would then take up to 50 % longer. Later versions order them well. */
static void order_curves(mbedtls_ssl_config *config)
{
#if MBEDTLS_VERSION_MAJOR < 3 && defined(MBEDTLS_ECP_C)
    /* It rejects its own offer if that contains a curve that it was built without. */
    static const mbedtls_ecp_group_id curves[] = {
#ifdef MBEDTLS_ECP_DP_SECP256R1_ENABLED
        MBEDTLS_ECP_DP_SECP256R1,
#endif
#ifdef MBEDTLS_ECP_DP_CURVE25519_ENABLED
        MBEDTLS_ECP_DP_CURVE25519,
#endif
#ifdef MBEDTLS_ECP_DP_SECP384R1_ENABLED
        MBEDTLS_ECP_DP_SECP384R1,
#endif
#ifdef MBEDTLS_ECP_DP_BP256R1_ENABLED
        MBEDTLS_ECP_DP_BP256R1,
#endif
#ifdef MBEDTLS_ECP_DP_BP384R1_ENABLED
        MBEDTLS_ECP_DP_BP384R1,
#endif
#ifdef MBEDTLS_ECP_DP_SECP521R1_ENABLED
        MBEDTLS_ECP_DP_SECP521R1,
#endif
#ifdef MBEDTLS_ECP_DP_BP512R1_ENABLED
        MBEDTLS_ECP_DP_BP512R1,
#endif
        MBEDTLS_ECP_DP_NONE,
    };
    mbedtls_ssl_conf_curves(config, curves);
#else
    (void)config;
#endif
}

/* A full mbedTLS offers up to 108 of them, 216 bytes of each handshake, and no web server needs
 * more than these: AES and ChaCha20, in mbedTLS's own order. A build with a custom list, or with
 * fewer suites, as for devices, is not changed. */
static void limit_cipher_suites(mbedtls_ssl_config *config)
{
#if !defined(MBEDTLS_SSL_CIPHERSUITES) &&                                                          \
    (defined(MBEDTLS_CAMELLIA_C) || defined(PSA_WANT_KEY_TYPE_CAMELLIA))
    /* IANA's numbers, because not every series has all names; mbedTLS skips unknown ones. */
    static const int suites[] = {
        0x1303, 0x1302, 0x1301,                         /* TLS 1.3 */
        0xCCA8, 0xCCA9, 0xCCAA,                         /* (EC)DHE with ChaCha20-Poly1305 */
        0xC02C, 0xC030, 0x009F,                         /* with AES-256: GCM */
        0xC024, 0xC028, 0x006B, 0xC00A, 0xC014, 0x0039, /* CBC */
        0xC02B, 0xC02F, 0x009E,                         /* with AES-128: GCM */
        0xC023, 0xC027, 0x0067, 0xC009, 0xC013, 0x0033, /* CBC */
        0x009D, 0x003D, 0x0035, 0x009C, 0x003C, 0x002F, /* key exchange by RSA */
        0,
    };
    mbedtls_ssl_conf_ciphersuites(config, suites);
#else
    (void)config;
#endif
}

#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_PROTO_TLS1_2)
/* Puts PKCS#1 before PSS if both TLS 1.2 and 1.3 are offered. A TLS 1.2 server with an RSA key
 * usually uses the client's first choice, which for a 1.3 client may be PSS (RFC 8446, 4.2.3). PSS
 * is slower, and not every mbedTLS accepts it in 1.2. */
void ardoq_seam_offer_signatures(mbedtls_ssl_config *config, bool with_pss)
{
    /* mbedTLS's own list in another order; it skips algorithms that it was built without. */
#define WITHOUT_PSS                                                                                \
    MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,          \
        MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,            \
        MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256
    static const uint16_t all[] = {
        WITHOUT_PSS,
        MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512,
        MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
        MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
        MBEDTLS_TLS1_3_SIG_NONE,
    };
#if ARDOQ_SEAM_REFUSES_PSS
    static const uint16_t without_pss[] = {WITHOUT_PSS, MBEDTLS_TLS1_3_SIG_NONE};
    mbedtls_ssl_conf_sig_algs(config, with_pss ? all : without_pss);
#else
    (void)with_pss;
    mbedtls_ssl_conf_sig_algs(config, all);
#endif
}
#endif

/* Asks the server for records that fit, if mbedTLS was built with small buffers (RFC 6066, 4). If
 * the server ignores this, a record that does not fit ends the connection. */
static void limit_records(mbedtls_ssl_config *config)
{
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH) && MBEDTLS_SSL_IN_CONTENT_LEN < 16384
    /* Starts with the largest: mbedTLS rejects lengths above its buffers. */
    unsigned char length = MBEDTLS_SSL_MAX_FRAG_LEN_4096;
    while (length > MBEDTLS_SSL_MAX_FRAG_LEN_NONE &&
           mbedtls_ssl_conf_max_frag_len(config, length) != 0) {
        length--;
    }
#else
    (void)config;
#endif
}

void ardoq_seam_configure(mbedtls_ssl_config *config)
{
    demand_tls_1_2(config);
    limit_cipher_suites(config);
    order_curves(config);
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_PROTO_TLS1_2)
    ardoq_seam_offer_signatures(config, true);
#endif
    limit_records(config);
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    /* A session is only resumed with fresh keys, not in a mode without (EC)DHE. */
    mbedtls_ssl_conf_tls13_key_exchange_modes(config,
                                              MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
#ifdef MBEDTLS_SSL_SESSION_TICKETS
    mbedtls_ssl_conf_session_tickets(config, ARDOQ_SESSION_RESUMPTION
                                                 ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                 : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
    ardoq_seam_take_tickets(config, ARDOQ_SESSION_RESUMPTION);
}

int ardoq_seam_parse_key(mbedtls_pk_context *key, const unsigned char *pem, size_t size)
{
#if MBEDTLS_VERSION_MAJOR == 3
    ardoq_err_t failure;
    return mbedtls_pk_parse_key(key, pem, size, NULL, 0, ardoq_seam_random_bytes, &failure);
#else
    return mbedtls_pk_parse_key(key, pem, size, NULL, 0);
#endif
}

#if MBEDTLS_VERSION_MAJOR < 4 && !defined(MBEDTLS_PK_USE_PSA_EC_DATA)
/* Compares the numbers that identify public keys, except for the sign of a point. mbedTLS's own
 * check recomputes the public half from the secret, in 2.28 without random numbers to protect
 * it. */
bool ardoq_seam_is_pair(const mbedtls_pk_context *certified, const mbedtls_pk_context *key)
{
    size_t at = 0;
#ifdef MBEDTLS_ECP_C
    at = offsetof(mbedtls_ecp_keypair, MBEDTLS_PRIVATE(Q).MBEDTLS_PRIVATE(X));
#endif
#ifdef MBEDTLS_RSA_C
    if (mbedtls_pk_get_type(key) == MBEDTLS_PK_RSA) {
        at = offsetof(mbedtls_rsa_context, MBEDTLS_PRIVATE(N));
    }
#endif
    const void *one = (const char *)certified->MBEDTLS_PRIVATE(pk_ctx) + at;
    const void *other = (const char *)key->MBEDTLS_PRIVATE(pk_ctx) + at;
    /* Keys of one kind share its description. */
    return certified->MBEDTLS_PRIVATE(pk_info) == key->MBEDTLS_PRIVATE(pk_info) &&
           mbedtls_mpi_cmp_mpi(one, other) == 0;
}
#else
bool ardoq_seam_is_pair(const mbedtls_pk_context *certified, const mbedtls_pk_context *key)
{
#if MBEDTLS_VERSION_MAJOR < 4
    ardoq_err_t failure;
    return mbedtls_pk_check_pair(certified, key, ardoq_seam_random_bytes, &failure) == 0;
#else
    return mbedtls_pk_check_pair(certified, key) == 0;
#endif
}
#endif

/* Four times the largest block, which is for an RSA key of 4096 bits. */
enum { SIGNATURE_MEMORY = 4096 };

bool ardoq_seam_lacks_memory(void)
{
    /* Otherwise the compiler may remove the allocation and assume that it succeeds. */
    void *volatile block = mbedtls_calloc(1, SIGNATURE_MEMORY);
    mbedtls_free(block);
    return !block;
}

/* A code is the sum of a high-level code, in steps of 128, and a low-level code
 * (mbedtls/error.h). */
#define HIGH_PART(code) (-(code) >> 7)

bool ardoq_seam_is_unsupported(int code)
{
    static const unsigned char high_parts[] = {
        HIGH_PART(MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE),
        HIGH_PART(MBEDTLS_ERR_X509_UNKNOWN_OID),
        HIGH_PART(MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG),
        HIGH_PART(MBEDTLS_ERR_X509_UNKNOWN_VERSION),
        HIGH_PART(MBEDTLS_ERR_PK_UNKNOWN_PK_ALG),
        HIGH_PART(MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE),
        HIGH_PART(MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE),
#if MBEDTLS_VERSION_MAJOR < 4
        HIGH_PART(MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE),
#endif
    };
    /* An unknown critical extension. */
    const int extension = MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG;
#if MBEDTLS_VERSION_MAJOR >= 4
    /* Here only the low-level code remains. It could also mean a malformed critical extension,
     * which does not occur in practice. */
    if (code == PSA_ERROR_NOT_SUPPORTED || code == MBEDTLS_ERR_ASN1_UNEXPECTED_TAG) {
        return true;
    }
#endif
    return code == extension || memchr(high_parts, HIGH_PART(code), sizeof high_parts) != NULL;
}

bool ardoq_seam_is_unreadable(int code)
{
#if MBEDTLS_VERSION_MAJOR >= 4
    if ((code <= PSA_ERROR_GENERIC_ERROR && code >= PSA_ERROR_DATA_INVALID) ||
        (code <= MBEDTLS_ERR_ASN1_OUT_OF_DATA && code >= MBEDTLS_ERR_ASN1_INVALID_DATA)) {
        return true;
    }
#endif
#if MBEDTLS_VERSION_MAJOR >= 3
    const int broken_message = MBEDTLS_ERR_SSL_DECODE_ERROR;
#else
    const int broken_message = MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE;
#endif
    /* Codes from X.509 to ECP, with PK and RSA in between; those of TLS are outside. */
    return code == broken_message ||
           (code <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && code > -0x5000);
}

#if MBEDTLS_VERSION_MAJOR < 4
bool ardoq_seam_is_out_of_memory(int code)
{
    static const unsigned char high_parts[] = {
        HIGH_PART(MBEDTLS_ERR_SSL_ALLOC_FAILED),    HIGH_PART(MBEDTLS_ERR_X509_ALLOC_FAILED),
        HIGH_PART(MBEDTLS_ERR_PEM_ALLOC_FAILED),    HIGH_PART(MBEDTLS_ERR_PK_ALLOC_FAILED),
        HIGH_PART(MBEDTLS_ERR_ECP_ALLOC_FAILED),    HIGH_PART(MBEDTLS_ERR_MD_ALLOC_FAILED),
        HIGH_PART(MBEDTLS_ERR_CIPHER_ALLOC_FAILED),
    };
    const int low = -(-code & 0x7f);
    return low == MBEDTLS_ERR_MPI_ALLOC_FAILED || low == MBEDTLS_ERR_ASN1_ALLOC_FAILED ||
           memchr(high_parts, HIGH_PART(code), sizeof high_parts) != NULL;
}
#else
bool ardoq_seam_is_out_of_memory(int code)
{
    return code == PSA_ERROR_INSUFFICIENT_MEMORY || code == MBEDTLS_ERR_SSL_ALLOC_FAILED;
}
#endif
