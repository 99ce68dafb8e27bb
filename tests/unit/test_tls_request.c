/* A key that is made, and the request for a certificate of it, as mbedTLS reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <mbedtls/pk.h>
#include <mbedtls/x509_csr.h>
#include <string.h>

#include "ardoq/port_fake.h"
#include "ardoq/tls_request.h"
#include "mbedtls_seam.h"
#include "tls_peer.h"

#define NAME_OF_64 "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijklmnopqrstuvwxyz"

static char key_pem[ARDOQ_KEY_PEM_SIZE];
static char request_pem[2048];

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    memset(key_pem, 'x', sizeof key_pem);
    memset(request_pem, 'x', sizeof request_pem);
    return 0;
}

static void parse_key(mbedtls_pk_context *key, const char *pem)
{
    mbedtls_pk_init(key);
    assert_int_equal(ardoq_seam_start(), ARDOQ_OK);
    assert_int_equal(ardoq_seam_parse_key(key, (const unsigned char *)pem, strlen(pem) + 1), 0);
}

/* Subject and key. */
static void assert_request(const char *pem, const char *of_key, const char *subject)
{
    mbedtls_x509_csr csr;
    mbedtls_pk_context key;
    char name[128];
    mbedtls_x509_csr_init(&csr);
    assert_int_equal(mbedtls_x509_csr_parse(&csr, (const unsigned char *)pem, strlen(pem) + 1), 0);
    assert_true(mbedtls_x509_dn_gets(name, sizeof name, &csr.subject) > 0);
    assert_string_equal(name, subject);
    parse_key(&key, of_key);
    assert_true(ardoq_seam_is_pair(&csr.pk, &key));
    mbedtls_pk_free(&key);
    mbedtls_x509_csr_free(&csr);
}

static void test_key(void **state)
{
    (void)state;
    char other[ARDOQ_KEY_PEM_SIZE];
    mbedtls_pk_context key;
    assert_int_equal(ardoq_tls_make_key(key_pem), ARDOQ_OK);
    assert_int_equal(strncmp(key_pem, "-----BEGIN EC PRIVATE KEY-----\n", 31), 0);
    parse_key(&key, key_pem);
    assert_int_equal(mbedtls_pk_get_bitlen(&key), 256);
    mbedtls_pk_free(&key);
    assert_int_equal(ardoq_tls_make_key(other), ARDOQ_OK);
    assert_string_not_equal(other, key_pem);
}

static void test_request(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "SN-1", NAME_OF_64};
    assert_int_equal(strlen(NAME_OF_64), 64);
    assert_int_equal(ardoq_tls_make_key(key_pem), ARDOQ_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char subject[80] = "CN=";
        assert_int_equal(ardoq_tls_write_request(key_pem, names[i], request_pem, 512), ARDOQ_OK);
        assert_request(request_pem, key_pem, strcat(subject, names[i]));
    }
}

/* Where there is one buffer for both. */
static void test_request_in_the_place_of_the_key(void **state)
{
    (void)state;
    assert_int_equal(ardoq_tls_make_key(key_pem), ARDOQ_OK);
    strcpy(request_pem, key_pem);
    assert_int_equal(ardoq_tls_write_request(request_pem, "SN-1", request_pem, sizeof request_pem),
                     ARDOQ_OK);
    assert_request(request_pem, key_pem, "CN=SN-1");
}

static void test_request_of_a_key_of_rsa(void **state)
{
    (void)state;
    const char *key = certificate_file("rsa.key");
    assert_int_equal(ardoq_tls_write_request(key, "SN-1", request_pem, sizeof request_pem),
                     ARDOQ_OK);
    assert_request(request_pem, key, "CN=SN-1");
}

static void test_request_that_does_not_fit(void **state)
{
    (void)state;
    assert_int_equal(ardoq_tls_make_key(key_pem), ARDOQ_OK);
    for (size_t size = 1; size < 330; size += 13) {
        assert_int_equal(ardoq_tls_write_request(key_pem, "SN-1", request_pem, size),
                         ARDOQ_ERR_SETTING_TOO_LONG);
        assert_string_equal(request_pem, "");
        assert_int_equal(request_pem[size], 'x');
    }
    assert_int_equal(
        ardoq_tls_write_request(key_pem, NAME_OF_64 "x", request_pem, sizeof request_pem),
        ARDOQ_ERR_SETTING_TOO_LONG);
    assert_string_equal(request_pem, "");
}

static void test_key_that_cannot_be_read(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "",
        "nonsense",
#if MBEDTLS_VERSION_MAJOR < 4 /* later ones call it unsupported */
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
#endif
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_equal(ardoq_tls_write_request(keys[i], "SN-1", request_pem, sizeof request_pem),
                         ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
        assert_string_equal(request_pem, "");
    }
    assert_int_equal(ardoq_tls_write_request(certificate_file("ed25519_ca.key"), "SN-1",
                                             request_pem, sizeof request_pem),
                     ARDOQ_ERR_CERTIFICATE_UNSUPPORTED);
}

#if MBEDTLS_VERSION_MAJOR < 4 /* later ones draw their random numbers from PSA */
/* A key without chance would be anybody's. */
static void test_no_random_numbers(void **state)
{
    (void)state;
    assert_int_equal(ardoq_tls_make_key(key_pem), ARDOQ_OK);
    ardoq_fake_fail(ARDOQ_FAKE_RANDOM, 1, ARDOQ_ERR_RANDOM_FAILED);
    assert_int_equal(ardoq_tls_make_key(key_pem), ARDOQ_ERR_RANDOM_FAILED);
    assert_string_equal(key_pem, "");
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_key, set_up),
        cmocka_unit_test_setup(test_request, set_up),
        cmocka_unit_test_setup(test_request_in_the_place_of_the_key, set_up),
        cmocka_unit_test_setup(test_request_of_a_key_of_rsa, set_up),
        cmocka_unit_test_setup(test_request_that_does_not_fit, set_up),
        cmocka_unit_test_setup(test_key_that_cannot_be_read, set_up),
#if MBEDTLS_VERSION_MAJOR < 4
        cmocka_unit_test_setup(test_no_random_numbers, set_up),
#endif
    };
    return cmocka_run_group_tests_name("tls_request", tests, NULL, NULL);
}
