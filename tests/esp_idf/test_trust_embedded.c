/*
 * Roots embedded with CONFIG_ARDOQ_CA_FILE. The file is what EMBED_TXTFILES makes of it, PEM with a
 * NUL behind; what is in it is chosen when this is compiled, ROOTS of them good and then one SPOILT
 * or UNREAD.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_crt_bundle.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if MBEDTLS_VERSION_MAJOR >= 4
#include <psa/crypto.h>
#endif
#include <stdbool.h>
#include <string.h>

#include "ardoq/port.h"

#if ROOTS > 0
#define FIRST_ROOT ".incbin \"" CERTIFICATES "/ca.pem\"\n"
#else
#define FIRST_ROOT ""
#endif
#if ROOTS > 1
#define SECOND_ROOT ".incbin \"" CERTIFICATES "/other_ca.pem\"\n"
#else
#define SECOND_ROOT ""
#endif
#ifdef UNREAD
/* mbedTLS ends before it, and is content. */
#define SPOILT_ROOT                                                                                \
    ".ascii \"-----BEGIN CERTIFICATE-----  \\nAAAA\\n-----END CERTIFICATE-----\\n\"\n"
#elif defined(SPOILT)
#define SPOILT_ROOT                                                                                \
    ".ascii \"-----BEGIN CERTIFICATE-----\\nAAAAAAAAAAAA\\n-----END CERTIFICATE-----\\n\"\n"
#else
#define SPOILT_ROOT ""
#endif

__asm__(".section .rodata\n"
        ".global _binary_ardoq_roots_pem_start\n"
        ".global _binary_ardoq_roots_pem_end\n"
        "_binary_ardoq_roots_pem_start:\n" FIRST_ROOT SECOND_ROOT SPOILT_ROOT ".byte 0\n"
        "_binary_ardoq_roots_pem_end:\n"
        ".byte '#'\n"
        ".text\n");

static struct {
    bool is_scripted;
    int result;
} script;

int __real_mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t size);
int __wrap_mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t size);
int __wrap_mbedtls_x509_crt_parse(mbedtls_x509_crt *chain, const unsigned char *text, size_t size)
{
    assert_int_equal(strlen((const char *)text) + 1, size);
    return script.is_scripted ? script.result : __real_mbedtls_x509_crt_parse(chain, text, size);
}

/* With roots of its own nobody wants to trust all the others. */
esp_err_t esp_crt_bundle_attach(void *conf)
{
    (void)conf;
    fail_msg("the bundle is trusted too");
    return ESP_FAIL;
}

static mbedtls_x509_crt roots;

static int set_up(void **state)
{
    (void)state;
    mbedtls_x509_crt_init(&roots);
    memset(&script, 0, sizeof script);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mbedtls_x509_crt_free(&roots);
    return 0;
}

static int parsed(void)
{
    int count = 0;
    for (const mbedtls_x509_crt *at = &roots; at && at->raw.p; at = at->next) {
        count++;
    }
    return count;
}

static void test_embedded(void **state)
{
    (void)state;
#if defined(SPOILT) || defined(UNREAD) || ROOTS == 0
    const ardoq_err_t expected = ARDOQ_ERR_TRUST_INVALID;
#else
    const ardoq_err_t expected = ARDOQ_OK;
#endif
    assert_int_equal(ardoq_port_trust(NULL, &roots), expected);
    assert_int_equal(parsed(), ROOTS);
}

static void test_results_of_parsing(void **state)
{
    (void)state;
    static const struct {
        int result;
        ardoq_err_t err;
    } rows[] = {
        {1, ARDOQ_ERR_TRUST_INVALID},
        {MBEDTLS_ERR_X509_ALLOC_FAILED, ARDOQ_ERR_OUT_OF_MEMORY},
        {MBEDTLS_ERR_PK_ALLOC_FAILED, ARDOQ_ERR_OUT_OF_MEMORY},
        {MBEDTLS_ERR_X509_INVALID_FORMAT, ARDOQ_ERR_TRUST_INVALID},
    };
    script.is_scripted = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        script.result = rows[i].result;
        assert_int_equal(ardoq_port_trust(NULL, &roots), rows[i].err);
    }
}

int main(void)
{
#if MBEDTLS_VERSION_MAJOR >= 4
    if (psa_crypto_init() != PSA_SUCCESS) {
        return 1;
    }
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_embedded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_results_of_parsing, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("esp_idf_trust_embedded", tests, NULL, NULL);
}
