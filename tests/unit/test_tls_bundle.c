/* Trust by a verify callback of the platform, such as that of ESP-IDF's certificate bundle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "peer_https.h"

/* As esp_crt_verify_callback() of ESP-IDF's certificate bundle does: it looks only at what lacks
 * nothing but trust, then for a root that signed this very certificate, and fails instead of
 * raising a flag. */
static struct {
    const char *roots;
    int failure;
    unsigned calls;
    uint32_t seen; /* flags that it was shown */
} bundle;

static bool is_signed_by_the_bundle(const mbedtls_x509_crt *certificate)
{
    mbedtls_x509_crt roots;
    mbedtls_x509_crt alone;
    uint32_t flags = 0;
    mbedtls_x509_crt_init(&roots);
    mbedtls_x509_crt_init(&alone);
    assert_int_equal(mbedtls_x509_crt_parse(&roots, (const unsigned char *)bundle.roots,
                                            strlen(bundle.roots) + 1),
                     0);
    assert_int_equal(mbedtls_x509_crt_parse_der(&alone, certificate->raw.p, certificate->raw.len),
                     0);
    mbedtls_x509_crt_verify(&alone, &roots, NULL, NULL, &flags, NULL, NULL);
    mbedtls_x509_crt_free(&roots);
    mbedtls_x509_crt_free(&alone);
    return !(flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

static int bundle_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    (void)depth;
    assert_ptr_equal(context, &bundle);
    bundle.calls++;
    bundle.seen |= *flags;
    if ((*flags & ~(uint32_t)MBEDTLS_X509_BADCERT_BAD_MD) != MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
        return 0;
    }
    if (!is_signed_by_the_bundle(certificate)) {
        return bundle.failure;
    }
    *flags = 0;
    return 0;
}

/* Roots that are not null, because mbedTLS demands some, and hold nothing. */
static void attach(struct mbedtls_ssl_config *tls_config,
                   int (*verify)(void *, mbedtls_x509_crt *, int, uint32_t *))
{
    static mbedtls_x509_crt none;
    mbedtls_ssl_conf_ca_chain(tls_config, &none, NULL);
    mbedtls_ssl_conf_verify(tls_config, verify, &bundle);
}

static ardoq_err_t attach_bundle(struct mbedtls_ssl_config *tls_config,
                                 struct mbedtls_x509_crt *roots)
{
    (void)roots;
    attach(tls_config, bundle_verify);
    return ARDOQ_OK;
}

static void trust_bundle(const char *roots)
{
    config.ca_pem = NULL;
    ardoq_fake.trust = attach_bundle;
    memset(&bundle, 0, sizeof bundle);
    bundle.roots = certificate_file(roots);
    bundle.failure = MBEDTLS_ERR_X509_FATAL_ERROR;
}

static void assert_refused_by_bundle(const char *certificate, ardoq_err_t expected,
                                     uint32_t expected_flags)
{
    assert_refused(certificate, expected);
    assert_int_equal(https.tls.detail.verify_flags, expected_flags);
    assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
    assert_int_not_equal(bundle.calls, 0);
}

static void test_verify_callback_of_the_platform_comes_first(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_not_equal(bundle.calls, 0);
    ardoq_https_cancel(&https);
    ardoq_fake.wall_time = time(NULL) + 90 * 86400;
    assert_int_equal(run(), ARDOQ_ERR_CERTIFICATE_EXPIRED);
}

/* Else it would not look at a chain whose dates mbedTLS finds wrong by another clock. */
static void test_verify_callback_of_the_platform_sees_no_dates(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    assert_refused_by_bundle("expired", ARDOQ_ERR_CERTIFICATE_EXPIRED,
                             MBEDTLS_X509_BADCERT_EXPIRED);
    assert_int_equal(bundle.seen, MBEDTLS_X509_BADCERT_NOT_TRUSTED);
    start_over();
    assert_refused_by_bundle("not_yet_valid", ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID,
                             MBEDTLS_X509_BADCERT_FUTURE);
    assert_int_equal(bundle.seen, MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

static void test_bundle_and_a_clock_that_mbedtls_does_not_have(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    script.certificate = "not_yet_valid";
    ardoq_fake.wall_time = time(NULL) + 20 * 86400;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void refuse_by_bundle(const char *certificate, int failure)
{
    trust_bundle("other_ca.pem");
    bundle.failure = failure;
    assert_refused_by_bundle(certificate, ARDOQ_ERR_CERTIFICATE_UNTRUSTED,
                             MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

/* As ESP-IDF 5.1 to 5.3 fail. */
static void test_bundle_and_an_unknown_ca(void **state)
{
    (void)state;
    refuse_by_bundle("server", MBEDTLS_ERR_X509_FATAL_ERROR);
}

/* As later ones do. */
static void test_bundle_and_an_unknown_intermediate_ca(void **state)
{
    (void)state;
    refuse_by_bundle("chained", MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
}

static void test_bundle_that_fails_otherwise(void **state)
{
    (void)state;
    refuse_by_bundle("server", 1);
}

static void test_bundle_and_a_self_signed_certificate(void **state)
{
    (void)state;
    trust_bundle("other_ca.pem");
    assert_refused_by_bundle("self_signed", ARDOQ_ERR_CERTIFICATE_SELF_SIGNED,
                             MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

/* A chain that nobody vouches for is that first of all. */
static void test_bundle_and_an_unknown_ca_with_more_faults(void **state)
{
    (void)state;
    trust_bundle("other_ca.pem");
    assert_refused_by_bundle("expired", ARDOQ_ERR_CERTIFICATE_UNTRUSTED,
                             MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_EXPIRED);
    start_over();
    assert_refused_by_bundle("wrong_host", ARDOQ_ERR_CERTIFICATE_UNTRUSTED,
                             MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_CN_MISMATCH);
}

static int clear_and_fail(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
    (void)context;
    (void)certificate;
    (void)depth;
    *flags = 0;
    return MBEDTLS_ERR_X509_FATAL_ERROR;
}

static ardoq_err_t attach_clear_and_fail(struct mbedtls_ssl_config *tls_config,
                                         struct mbedtls_x509_crt *roots)
{
    (void)roots;
    attach(tls_config, clear_and_fail);
    return ARDOQ_OK;
}

/* Whatever it did to the flags. */
static void test_verify_callback_of_the_platform_that_fails_trusts_nothing(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_fake.trust = attach_clear_and_fail;
    assert_refused("server", ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    assert_int_equal(https.tls.detail.verify_flags, MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

/* That says nothing of the chain. */
static void test_verify_callback_of_the_platform_without_memory(void **state)
{
    (void)state;
    trust_bundle("other_ca.pem");
    bundle.failure = MBEDTLS_ERR_X509_ALLOC_FAILED;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_OUT_OF_MEMORY);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_X509_ALLOC_FAILED);
    assert_int_equal(https.tls.detail.verify_flags, 0);
    assert_int_equal(bundle.calls, 1);
}

static void test_bundle_and_a_wrong_host(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    assert_refused_by_bundle("wrong_host", ARDOQ_ERR_CERTIFICATE_WRONG_HOST,
                             MBEDTLS_X509_BADCERT_CN_MISMATCH);
    assert_int_equal(bundle.seen, MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

/* The bundle does not look at a chain with another fault. */
static void test_bundle_and_a_weak_key(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    assert_refused_by_bundle("weak_key", ARDOQ_ERR_CERTIFICATE_UNTRUSTED,
                             MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_BAD_KEY);
}

static void test_bundle_and_intermediate_certificates(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    script.certificate = "chained";
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(bundle.calls, 2);
}

static void test_bundle_and_a_pin(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    config.pins[0] = certificate_file("server.pin");
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_bundle_and_a_pin_that_matches_nothing(void **state)
{
    (void)state;
    trust_bundle("ca.pem");
    config.pins[0] = certificate_file("other_ca.pin");
    assert_refused_by_bundle("server", ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH,
                             MBEDTLS_X509_BADCERT_OTHER);
}

static void test_bundle_and_a_pin_of_an_unknown_ca(void **state)
{
    (void)state;
    trust_bundle("other_ca.pem");
    config.pins[0] = certificate_file("server.pin");
    assert_refused_by_bundle("server", ARDOQ_ERR_CERTIFICATE_UNTRUSTED,
                             MBEDTLS_X509_BADCERT_NOT_TRUSTED | MBEDTLS_X509_BADCERT_OTHER);
}

/* As the CA callback of ESP-IDF's bundle makes a root when it is built for cross-signed ones: a
 * name and a key, without the certificate itself and so without dates. */
static ardoq_err_t attach_root_without_certificate(struct mbedtls_ssl_config *tls_config,
                                                   struct mbedtls_x509_crt *roots)
{
    static unsigned char der[2048];
    static mbedtls_x509_crt parsed;
    static mbedtls_x509_crt root;
    const char *pem = certificate_file("ca.pem");
    (void)roots;
    mbedtls_x509_crt_init(&parsed);
    mbedtls_x509_crt_init(&root);
    assert_int_equal(mbedtls_x509_crt_parse(&parsed, (const unsigned char *)pem, strlen(pem) + 1),
                     0);
    assert_true(parsed.raw.len <= sizeof der);
    memcpy(der, parsed.raw.p, parsed.raw.len);
    assert_int_equal(mbedtls_x509_crt_parse_der_nocopy(&root, der, parsed.raw.len), 0);
    mbedtls_x509_crt_free(&parsed);
    memset(&root.raw, 0, sizeof root.raw);
    memset(&root.valid_from, 0, sizeof root.valid_from);
    memset(&root.valid_to, 0, sizeof root.valid_to);
    mbedtls_ssl_conf_ca_chain(tls_config, &root, NULL);
    return ARDOQ_OK;
}

static void test_dates_of_a_root_that_is_no_certificate_are_not_judged(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_fake.trust = attach_root_without_certificate;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_true(https.tls.detail.certificate_end > time(NULL));
    ardoq_https_cancel(&https);
    ardoq_fake.wall_time = time(NULL) + 90 * 86400;
    assert_int_equal(run(), ARDOQ_ERR_CERTIFICATE_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_HTTPS_TEST(test_verify_callback_of_the_platform_comes_first),
        PEER_HTTPS_TEST(test_verify_callback_of_the_platform_sees_no_dates),
        PEER_HTTPS_TEST(test_bundle_and_a_clock_that_mbedtls_does_not_have),
        PEER_HTTPS_TEST(test_bundle_and_an_unknown_ca),
        PEER_HTTPS_TEST(test_bundle_and_an_unknown_intermediate_ca),
        PEER_HTTPS_TEST(test_bundle_that_fails_otherwise),
        PEER_HTTPS_TEST(test_bundle_and_a_self_signed_certificate),
        PEER_HTTPS_TEST(test_bundle_and_an_unknown_ca_with_more_faults),
        PEER_HTTPS_TEST(test_verify_callback_of_the_platform_that_fails_trusts_nothing),
        PEER_HTTPS_TEST(test_verify_callback_of_the_platform_without_memory),
        PEER_HTTPS_TEST(test_bundle_and_a_wrong_host),
        PEER_HTTPS_TEST(test_bundle_and_a_weak_key),
        PEER_HTTPS_TEST(test_bundle_and_intermediate_certificates),
        PEER_HTTPS_TEST(test_bundle_and_a_pin),
        PEER_HTTPS_TEST(test_bundle_and_a_pin_that_matches_nothing),
        PEER_HTTPS_TEST(test_bundle_and_a_pin_of_an_unknown_ca),
        PEER_HTTPS_TEST(test_dates_of_a_root_that_is_no_certificate_are_not_judged),
    };
    return cmocka_run_group_tests_name("tls_bundle", tests, NULL, NULL);
}
