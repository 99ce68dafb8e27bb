/* The roots of the ESP-IDF port if none are embedded: the bundle, if there is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_crt_bundle.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "ardoq/port.h"

static mbedtls_ssl_config config;
static mbedtls_x509_crt roots;
static unsigned attached;
static esp_err_t code;

esp_err_t esp_crt_bundle_attach(void *conf)
{
    assert_ptr_equal(conf, &config);
    attached++;
    return code;
}

static void assert_trust(esp_err_t result, ardoq_err_t expected)
{
    attached = 0;
    code = result;
    mbedtls_ssl_config_init(&config);
    mbedtls_x509_crt_init(&roots);
    assert_int_equal(ardoq_port_trust(&config, &roots), expected);
    assert_null(roots.raw.p);
    mbedtls_x509_crt_free(&roots);
    mbedtls_ssl_config_free(&config);
}

#ifdef CONFIG_MBEDTLS_CERTIFICATE_BUNDLE

static void test_bundle(void **state)
{
    (void)state;
    static const struct {
        esp_err_t code;
        ardoq_err_t err;
    } rows[] = {
        {ESP_OK, ARDOQ_OK},
        {ESP_ERR_NO_MEM, ARDOQ_ERR_OUT_OF_MEMORY},
        {ESP_FAIL, ARDOQ_ERR_TRUST_MISSING},
        {ESP_ERR_INVALID_ARG, ARDOQ_ERR_TRUST_MISSING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_trust(rows[i].code, rows[i].err);
        assert_int_equal(attached, 1);
    }
}

#else

static void test_no_bundle(void **state)
{
    (void)state;
    assert_trust(ESP_OK, ARDOQ_ERR_TRUST_MISSING);
    assert_int_equal(attached, 0);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef CONFIG_MBEDTLS_CERTIFICATE_BUNDLE
        cmocka_unit_test(test_bundle),
#else
        cmocka_unit_test(test_no_bundle),
#endif
    };
    return cmocka_run_group_tests_name("esp_idf_trust", tests, NULL, NULL);
}
