#include "ardoq/tls_request.h"

#include <string.h>

#include <mbedtls/asn1.h>
#include <mbedtls/base64.h>
#include <mbedtls/pem.h>

#include "ardoq/text.h"
#include "mbedtls_seam_request.h"

#if ARDOQ_SEAM_WRITES_REQUESTS

/* RFC 5280, appendix A.1; and the size of a subject, with its NUL. */
enum { COMMON_NAME_MAX = 64, SUBJECT_SIZE = 3 + COMMON_NAME_MAX + 1 };

/* For a P-256 key by RFC 5915, which has 121 bytes. */
enum { KEY_DER_SIZE = 128 };

static ardoq_err_t error_of(int code, ardoq_err_t failure)
{
    if (code == 0 || failure) {
        return failure;
    }
    if (code == MBEDTLS_ERR_BASE64_BUFFER_TOO_SMALL || code == MBEDTLS_ERR_ASN1_BUF_TOO_SMALL) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    if (ardoq_seam_is_out_of_memory(code) || ardoq_seam_lacks_memory()) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    return ardoq_seam_is_unsupported(code) ? ARDOQ_ERR_CERTIFICATE_UNSUPPORTED
                                           : ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID;
}

/* Not mbedtls_pk_write_key_pem(), which takes 6 KB of stack in 2.28, for the largest RSA key. */
static int write_key(const mbedtls_pk_context *key, char *pem)
{
    unsigned char der[KEY_DER_SIZE];
    size_t length;
    int code = mbedtls_pk_write_key_der((mbedtls_pk_context *)key, der, sizeof der);
    if (code > 0) {
        /* mbedTLS writes to the end of the buffer. */
        code = mbedtls_pem_write_buffer("-----BEGIN EC PRIVATE KEY-----\n",
                                        "-----END EC PRIVATE KEY-----\n", der + sizeof der - code,
                                        (size_t)code, (unsigned char *)pem, ARDOQ_KEY_PEM_SIZE,
                                        &length);
    }
    ardoq_wipe(der, sizeof der);
    return code;
}

ardoq_err_t ardoq_tls_make_key(char pem[ARDOQ_KEY_PEM_SIZE])
{
    mbedtls_pk_context key;
    ardoq_err_t failure = ardoq_seam_start();
    int code = 0;
    mbedtls_pk_init(&key);
    if (!failure) {
        code = ardoq_seam_make_key(&key, &failure);
    }
    if (!failure && code == 0) {
        code = write_key(&key, pem);
    }
    mbedtls_pk_free(&key);
    const ardoq_err_t err = error_of(code, failure);
    if (err) {
        pem[0] = '\0';
    }
    return err;
}

static int write_request(mbedtls_pk_context *key, const char *common_name, char *pem, size_t size,
                         ardoq_err_t *failure)
{
    char subject[SUBJECT_SIZE] = "CN=";
    mbedtls_x509write_csr request;
    memcpy(subject + 3, common_name, strlen(common_name) + 1);
    mbedtls_x509write_csr_init(&request);
    mbedtls_x509write_csr_set_md_alg(&request, MBEDTLS_MD_SHA256);
    mbedtls_x509write_csr_set_key(&request, key);
    int code = mbedtls_x509write_csr_set_subject_name(&request, subject);
    if (code == 0) {
        code = mbedtls_x509write_csr_pem(&request, (unsigned char *)pem,
                                         size ARDOQ_SEAM_RANDOM(failure));
    }
    mbedtls_x509write_csr_free(&request);
    (void)failure;
    return code;
}

ardoq_err_t ardoq_tls_write_request(const char *key_pem, const char *common_name, char *pem,
                                    size_t size)
{
    mbedtls_pk_context key;
    const bool is_long = strlen(common_name) > COMMON_NAME_MAX;
    ardoq_err_t failure = is_long ? ARDOQ_ERR_SETTING_TOO_LONG : ardoq_seam_start();
    int code = 0;
    mbedtls_pk_init(&key);
    if (!failure) {
        code = ardoq_seam_parse_key(&key, (const unsigned char *)key_pem, strlen(key_pem) + 1);
    }
    ardoq_wipe(pem, size);
    if (!failure && code == 0) {
        code = write_request(&key, common_name, pem, size, &failure);
    }
    mbedtls_pk_free(&key);
    const ardoq_err_t err = error_of(code, failure);
    if (err) {
        ardoq_wipe(pem, size);
    }
    return err;
}

#else

ardoq_err_t ardoq_tls_make_key(char pem[ARDOQ_KEY_PEM_SIZE])
{
    pem[0] = '\0';
    return ARDOQ_ERR_LEFT_OUT;
}

ardoq_err_t ardoq_tls_write_request(const char *key_pem, const char *common_name, char *pem,
                                    size_t size)
{
    (void)key_pem;
    (void)common_name;
    ardoq_wipe(pem, size);
    return ARDOQ_ERR_LEFT_OUT;
}

#endif
