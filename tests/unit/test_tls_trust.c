/* Trusted servers: roots, chains, host names, dates and pins; and the client certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <mbedtls/asn1.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pem.h>
#include <mbedtls/rsa.h>

#include "ardoq/port_fake.h"
#include "ardoq/tls_sha256.h"
#include "ardoq/version.h"
#include "heap.h"
#include "mbedtls_seam.h"
#include "peer_https.h"
#include "tls_private.h"

static void test_unknown_ca(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("other_ca.pem");
    assert_refused("server", ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
}

static void test_self_signed(void **state)
{
    (void)state;
    assert_refused("self_signed", ARDOQ_ERR_CERTIFICATE_SELF_SIGNED);
}

static void test_self_signed_and_trusted(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("self_signed.pem");
    script.certificate = "self_signed";
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_self_signed_and_trusted_for_another_host(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("self_signed.pem");
    strcpy(origin.host, "other.example");
    assert_refused("self_signed", ARDOQ_ERR_CERTIFICATE_WRONG_HOST);
}

static void test_wrong_host(void **state)
{
    (void)state;
    assert_refused("wrong_host", ARDOQ_ERR_CERTIFICATE_WRONG_HOST);
}

static void test_expired(void **state)
{
    (void)state;
    assert_refused("expired", ARDOQ_ERR_CERTIFICATE_EXPIRED);
}

static void test_not_yet_valid(void **state)
{
    (void)state;
    assert_refused("not_yet_valid", ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID);
}

static void test_a_chain_that_is_too_long(void **state)
{
    (void)state;
    script.certificate = "long_chain";
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_CERTIFICATE_CHAIN_TOO_LONG);
}

static void test_weak_key(void **state)
{
    (void)state;
    assert_refused("weak_key", ARDOQ_ERR_CERTIFICATE_WEAK);
}

static void test_weak_signature(void **state)
{
    (void)state;
    assert_refused("sha1", ARDOQ_ERR_CERTIFICATE_WEAK);
}

static void test_missing_intermediate_certificate(void **state)
{
    (void)state;
    assert_refused("no_intermediate", ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
}

/* Each is refused for what it is, and not as a failure of TLS. */
static bool is_of_the_certificate(ardoq_err_t err)
{
    return err == ARDOQ_ERR_CERTIFICATE_UNREADABLE || err == ARDOQ_ERR_CERTIFICATE_UNSUPPORTED ||
           err == ARDOQ_ERR_CERTIFICATE_UNTRUSTED || err == ARDOQ_ERR_CERTIFICATE_WRONG_HOST ||
           err == ARDOQ_ERR_CERTIFICATE_WEAK || err == ARDOQ_ERR_CERTIFICATE_REJECTED;
}

static void test_damage_at_every_byte_of_a_certificate(void **state)
{
    (void)state;
    unsigned unreadable = 0;
    unsigned unsupported = 0;
    size_t size = 1;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    for (size_t i = 0; i < size; i++) {
        unsigned char *certificate = tls_peer_certificate(&size);
        const unsigned char mask = (unsigned char)(1U << i % 8);
        certificate[i] ^= mask;
        const ardoq_err_t err = run();
        if (!is_of_the_certificate(err)) {
            fail_msg("byte %zu ^ 0x%x: error %d, code %d", i, mask, err, https.tls.detail.tls_code);
        }
        unreadable += err == ARDOQ_ERR_CERTIFICATE_UNREADABLE;
        unsupported += err == ARDOQ_ERR_CERTIFICATE_UNSUPPORTED;
        certificate[i] ^= mask;
    }
    assert_in_range(unreadable, 20, size);
    assert_in_range(unsupported, 5, size);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(run(), ARDOQ_OK);
}

/* At the second they begin and end; both seconds belong to them (RFC 5280, 4.1.2.5). */
static void assert_at(int64_t time, ardoq_err_t expected)
{
    ardoq_fake.wall_time = time;
    ardoq_https_cancel(&https);
    assert_int_equal(run(), expected);
}

static void test_the_first_and_the_last_second_of_a_certificate(void **state)
{
    (void)state;
    script.certificate = "not_yet_valid";
    ardoq_fake.wall_time += 20 * 86400;
    assert_int_equal(run_with(JSON_OK, PEER_CUT), ARDOQ_OK);
    /* tests/certificates.py: 20 days, as its CA ends at the same second. */
    const int64_t end = https.tls.detail.certificate_end;
    assert_at(end - 20 * 86400 - 1, ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID);
    assert_at(end - 20 * 86400, ARDOQ_OK);
    assert_at(end, ARDOQ_OK);
    assert_at(end + 1, ARDOQ_ERR_CERTIFICATE_EXPIRED);
}

/* The port's clock judges, not the one that mbedTLS may have. */
static void test_dates_are_judged_by_the_ports_clock(void **state)
{
    (void)state;
    ardoq_fake.wall_time = time(NULL) + 90 * 86400;
    assert_refused("server", ARDOQ_ERR_CERTIFICATE_EXPIRED);
    start_over();
    script.certificate = "not_yet_valid";
    ardoq_fake.wall_time = time(NULL) + 20 * 86400;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_unknown_clock(void **state)
{
    (void)state;
    ardoq_fake.wall_time_known = false;
    const ardoq_err_t err = run_with(JSON_OK, PEER_KEEP);
#if ARDOQ_ACCEPT_UNKNOWN_CLOCK
    assert_int_equal(err, ARDOQ_OK);
    assert_true(https.tls.detail.certificate_dates_unchecked);
#else
    assert_int_equal(err, ARDOQ_ERR_CLOCK_UNKNOWN);
    assert_string_equal(ardoq_fake.resolved_host, "");
#endif
}

static void test_clock_before_the_release_is_unknown(void **state)
{
    (void)state;
    ardoq_fake.wall_time = ARDOQ_RELEASE_TIME - 1;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP),
                     ARDOQ_ACCEPT_UNKNOWN_CLOCK ? ARDOQ_OK : ARDOQ_ERR_CLOCK_UNKNOWN);
}

static void test_intermediate_certificates(void **state)
{
    (void)state;
    script.certificate = "chained";
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_several_roots(void **state)
{
    (void)state;
    char roots[8192];
    snprintf(roots, sizeof roots, "%s%s", certificate_file("other_ca.pem"),
             certificate_file("ca.pem"));
    config.ca_pem = roots;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static ardoq_err_t run_with_roots(const char *first, const char *second)
{
    static char roots[8192];
    start_over();
    snprintf(roots, sizeof roots, "%s%s", certificate_file(first), certificate_file(second));
    config.ca_pem = roots;
    return run_with(JSON_OK, PEER_KEEP);
}

static void assert_renewed(const char *old)
{
    assert_int_equal(run_with_roots(old, "ca.pem"), ARDOQ_OK);
    const int64_t end = https.tls.detail.certificate_end;
    assert_true(end > ardoq_fake.wall_time);
    assert_int_equal(run_with_roots("ca.pem", old), ARDOQ_OK);
    assert_int_equal(https.tls.detail.certificate_end, end);
}

/* Of one name and key. Which of them mbedTLS takes depends on whether it judges dates, and by which
 * clock; the firmware's does not. */
static void test_a_renewed_root_beside_the_old_one(void **state)
{
    (void)state;
    assert_renewed("expired_ca.pem");
    assert_int_equal(run_with_roots("expired_ca.pem", "other_ca.pem"),
                     ARDOQ_ERR_CERTIFICATE_EXPIRED);
    assert_int_equal(run_with_roots("expired_ca.pem", "namesake_ca.pem"),
                     ARDOQ_ERR_CERTIFICATE_EXPIRED);
    ardoq_fake.wall_time += 20 * 86400;
    script.certificate = "not_yet_valid"; /* but is then */
    assert_renewed("ending_ca.pem");
    assert_int_equal(run_with_roots("other_ca.pem", "ending_ca.pem"),
                     ARDOQ_ERR_CERTIFICATE_EXPIRED);
}

static void test_roots_that_do_not_fit_the_buffer(void **state)
{
    (void)state;
    enum { LENGTH = ARDOQ_FAKE_STORE_VALUE_SIZE - 1 };
    static char pem[LENGTH + 1];
    if (sizeof https.buffer > LENGTH) {
        skip(); /* the fake store takes no more */
    }
    memset(pem, 'p', LENGTH);
    assert_int_equal(ardoq_port_store_set("ca1", pem), ARDOQ_OK);
    config.ca_pem = NULL;
    assert_int_equal(ardoq_https_open(&https, &origin, &config), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_string_equal(https.tls.detail.setting, "ca1");
}

static void test_roots_of_the_store(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_port_store_set("ca0", certificate_file("other_ca.pem"));
    ardoq_port_store_set("ca1", certificate_file("ca.pem"));
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_TRUST].count, 0);
}

static ardoq_err_t trust_test_ca(struct mbedtls_ssl_config *tls_config,
                                 struct mbedtls_x509_crt *roots)
{
    (void)tls_config;
    const char *pem = certificate_file("ca.pem");
    return mbedtls_x509_crt_parse(roots, (const unsigned char *)pem, strlen(pem) + 1)
               ? ARDOQ_ERR_TRUST_MISSING
               : ARDOQ_OK;
}

static void test_roots_of_the_platform(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_fake.trust = trust_test_ca;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void assert_open_fails(ardoq_err_t expected)
{
    answer_with(JSON_OK, PEER_KEEP);
    assert_int_equal(ardoq_https_open(&https, &origin, &config), expected);
}

static void test_no_root_at_all(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_fake_fail(ARDOQ_FAKE_TRUST, 1, ARDOQ_ERR_TRUST_MISSING);
    assert_open_fails(ARDOQ_ERR_TRUST_MISSING);
}

static void test_root_that_cannot_be_read(void **state)
{
    (void)state;
    config.ca_pem = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
    assert_open_fails(ARDOQ_ERR_TRUST_INVALID);
    assert_int_not_equal(https.tls.detail.tls_code, 0);
}

static void test_root_that_mbedtls_is_not_asked_about(void **state)
{
    (void)state;
    config.ca_pem = "no PEM";
    assert_open_fails(ARDOQ_ERR_TRUST_INVALID);
    assert_int_equal(https.tls.detail.tls_code, 0);
}

/* mbedTLS takes the first and leaves the rest. */
static void test_second_root_without_an_end(void **state)
{
    (void)state;
    static char roots[8192];
    snprintf(roots, sizeof roots, "%s-----BEGIN CERTIFICATE-----\nMIIB\n",
             certificate_file("ca.pem"));
    config.ca_pem = roots;
    assert_open_fails(ARDOQ_ERR_TRUST_INVALID);
}

static void test_store_that_fails(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_fake_fail(ARDOQ_FAKE_STORE_GET, 2, ARDOQ_ERR_STORE_DAMAGED);
    assert_open_fails(ARDOQ_ERR_STORE_DAMAGED);
}

/* ---- Pins ---- */

static void test_pin_of_the_servers_key(void **state)
{
    (void)state;
    config.pins[0] = certificate_file("other_ca.pin");
    config.pins[1] = certificate_file("server.pin");
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_pin_of_the_roots_key(void **state)
{
    (void)state;
    config.pins[0] = certificate_file("ca.pin");
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_pin_that_matches_nothing(void **state)
{
    (void)state;
    config.pins[1] = certificate_file("other_ca.pin");
    assert_refused("server", ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH);
}

static bool hash_fails;

bool __real_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash);
bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash);
bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256, unsigned char *hash)
{
    return __real_ardoq_tls_sha256_end(sha256, hash) && !hash_fails;
}

static void test_pin_of_a_key_that_cannot_be_hashed(void **state)
{
    (void)state;
    config.pins[0] = certificate_file("server.pin");
    hash_fails = true;
    assert_refused("server", ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH);
    hash_fails = false;
}

/* Whatever fails on the way, the hash has failed at the end. */
static void test_hash_of_which_a_part_has_failed(void **state)
{
    (void)state;
    unsigned char hash[ARDOQ_TLS_SHA256_SIZE];
    ardoq_tls_sha256_t sha256;
    ardoq_tls_sha256_begin(&sha256);
    sha256.has_failed = true;
    ardoq_tls_sha256_add(&sha256, "x", 1);
    assert_false(ardoq_tls_sha256_end(&sha256, hash));
}

/* A pin is no way round verification. */
static void test_pin_does_not_replace_trust(void **state)
{
    (void)state;
    config.pins[0] = certificate_file("self_signed.pin");
    assert_refused("self_signed", ARDOQ_ERR_CERTIFICATE_SELF_SIGNED);
}

/* Opened once; each server is another. */
static void assert_next_server(const char *certificate, ardoq_err_t expected)
{
    ardoq_https_cancel(&https);
    tls_peer_stop();
    script.certificate = certificate;
    answer_with(JSON_OK, PEER_KEEP);
    assert_int_equal(run(), expected);
    assert_int_equal(https.tls.detail.verify_flags == 0, expected == ARDOQ_OK);
    assert_int_equal(https.tls.detail.tls_code == 0, expected == ARDOQ_OK);
    assert_int_equal(tls_peer_answered(), expected == ARDOQ_OK);
}

/* What one certificate has shown says nothing of the next one. */
static void test_every_connection_is_judged_anew(void **state)
{
    (void)state;
    config.pins[0] = certificate_file("server.pin");
    open_https();
    assert_next_server("server", ARDOQ_OK);
    assert_next_server("chained", ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH);
    assert_next_server("wrong_host", ARDOQ_ERR_CERTIFICATE_WRONG_HOST);
    assert_next_server("self_signed", ARDOQ_ERR_CERTIFICATE_SELF_SIGNED);
    assert_next_server("chained", ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH);
    assert_next_server("server", ARDOQ_OK);
    assert_next_server("expired", ARDOQ_ERR_CERTIFICATE_EXPIRED);
    assert_next_server("not_yet_valid", ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID);
    assert_next_server("server", ARDOQ_OK);
}

/* ---- Details of an error --------------------------------------------------------------------- */

static ardoq_err_t (*honest_send)(void *context, const void *data, size_t size, size_t *sent);

static ardoq_err_t fail_after_the_certificate(void *context, const void *data, size_t size,
                                              size_t *sent)
{
    return https.tls.detail.certificate_end != 0 ? ARDOQ_ERR_NETWORK_FAILED
                                                 : honest_send(context, data, size, sent);
}

/* The alert that says why cannot leave. */
static void test_network_that_fails_while_a_certificate_is_refused(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("other_ca.pem");
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    honest_send = ardoq_fake.peer.send;
    ardoq_fake.peer.send = fail_after_the_certificate;
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_int_equal(https.tls.detail.verify_flags, 0);
}

#if MBEDTLS_VERSION_MAJOR < 4
/* At their limits: the numbers of codes are grouped by what they are about. */
static void test_codes_of_what_cannot_be_read(void **state)
{
    (void)state;
    static const int codes[] = {MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE,
                                MBEDTLS_ERR_X509_INVALID_FORMAT + MBEDTLS_ERR_ASN1_OUT_OF_DATA,
                                MBEDTLS_ERR_PK_INVALID_PUBKEY, MBEDTLS_ERR_RSA_BAD_INPUT_DATA,
                                MBEDTLS_ERR_ECP_BAD_INPUT_DATA};
    static const int others[] = {
        0,       MBEDTLS_ERR_ASN1_OUT_OF_DATA,  MBEDTLS_ERR_PEM_INVALID_DATA,
        -0x5000, MBEDTLS_ERR_MD_BAD_INPUT_DATA, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_true(ardoq_seam_is_unreadable(codes[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(ardoq_seam_is_unreadable(others[i]));
    }
}

static void test_codes_of_what_is_left_out(void **state)
{
    (void)state;
    static const int codes[] = {MBEDTLS_ERR_X509_INVALID_EXTENSIONS +
                                    MBEDTLS_ERR_ASN1_UNEXPECTED_TAG,
                                MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG + MBEDTLS_ERR_ASN1_OUT_OF_DATA,
                                MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE};
    static const int others[] = {0, MBEDTLS_ERR_X509_INVALID_EXTENSIONS,
                                 MBEDTLS_ERR_ASN1_UNEXPECTED_TAG};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_true(ardoq_seam_is_unsupported(codes[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(ardoq_seam_is_unsupported(others[i]));
    }
}

static void test_codes_of_memory_that_ran_out(void **state)
{
    (void)state;
    static const int codes[] = {MBEDTLS_ERR_MPI_ALLOC_FAILED, MBEDTLS_ERR_ASN1_ALLOC_FAILED,
                                MBEDTLS_ERR_X509_INVALID_NAME + MBEDTLS_ERR_ASN1_ALLOC_FAILED,
                                MBEDTLS_ERR_SSL_ALLOC_FAILED, MBEDTLS_ERR_PK_ALLOC_FAILED};
    static const int others[] = {0, MBEDTLS_ERR_ASN1_OUT_OF_DATA, MBEDTLS_ERR_X509_INVALID_NAME,
                                 MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_true(ardoq_seam_is_out_of_memory(codes[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(ardoq_seam_is_out_of_memory(others[i]));
    }
}

#if ARDOQ_CLIENT_CERTIFICATE && defined(MBEDTLS_PKCS5_C)
/* Whatever it holds: there is nobody to ask. */
static void test_key_with_a_password(void **state)
{
    (void)state;
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
                     "-----END ENCRYPTED PRIVATE KEY-----\n";
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_PK_PASSWORD_REQUIRED);
}
#endif
#endif

/* The subject of a certificate that has nothing but one attribute, or that one and another. */
static const char *subject_of_two(const char *oid, size_t size, const char *value,
                                  mbedtls_x509_name *next)
{
    static ardoq_tls_t tls = {.pins = {"", ""}};
    unsigned char raw = 0;
    uint32_t flags = 0;
    mbedtls_x509_crt certificate;
    mbedtls_x509_crt_init(&certificate);
    certificate.raw.p = certificate.subject_raw.p = certificate.issuer_raw.p = &raw;
    certificate.subject.oid.p = (unsigned char *)oid;
    certificate.subject.oid.len = size;
    certificate.subject.val.p = (unsigned char *)value;
    certificate.subject.val.len = strlen(value);
    certificate.subject.next = next;
    assert_int_equal(ardoq_tls_verify(&tls, &certificate, 0, &flags), 0);
    return tls.detail.certificate_subject;
}

static const char *subject_with(const char *oid, size_t size, const char *value)
{
    return subject_of_two(oid, size, value, NULL);
}

static const char *subject_of(const char *oid, size_t size)
{
    return subject_with(oid, size, "x");
}

/* Names are of 2.5.4.N: neither of what is above that, nor of what stands below. */
static void test_names_of_attributes(void **state)
{
    (void)state;
    static const char *const subjects[] = {"",    "",     "", "CN=x", "",     "", "C=x",
                                           "L=x", "ST=x", "", "O=x",  "OU=x", "", ""};
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        const char oid[] = {0x55, 0x04, (char)i};
        assert_string_equal(subject_of(oid, 3), ARDOQ_CERTIFICATE_SUBJECT ? subjects[i] : "");
    }
    assert_string_equal(subject_of("\x55\x04\x03", 2), "");
    assert_string_equal(subject_of("\x55\x04\x03\x01", 4), "");
    assert_string_equal(subject_of("\x55\x05\x03", 3), "");
}

static void test_attributes_of_a_subject(void **state)
{
    (void)state;
    unsigned char oid[] = {0x55, 0x04, 0x0a};
    unsigned char value[] = {'y'};
    mbedtls_x509_name next = {.oid = {.p = oid, .len = 3}, .val = {.p = value, .len = 1}};
    assert_string_equal(subject_of_two("\x55\x04\x06", 3, "x", &next),
                        ARDOQ_CERTIFICATE_SUBJECT ? "C=x, O=y" : "");
    assert_string_equal(subject_of_two("\x55\x04\x04", 3, "x", &next),
                        ARDOQ_CERTIFICATE_SUBJECT ? "O=y" : "");
}

/* It is shown to people: nothing that a terminal obeys, and of other letters no parts. */
static void test_subject_is_plain_text(void **state)
{
    (void)state;
    assert_string_equal(subject_with("\x55\x04\x03", 3, "\x1f ~\x7f\x80\xff\n"),
                        ARDOQ_CERTIFICATE_SUBJECT ? "CN=? ~????" : "");
}

static void test_subject_is_cut(void **state)
{
    (void)state;
    char value[200] = "";
    memset(value, 'v', sizeof value - 1);
    const size_t room = sizeof https.tls.detail.certificate_subject - 1;
    assert_int_equal(strlen(subject_with("\x55\x04\x03", 3, value)),
                     ARDOQ_CERTIFICATE_SUBJECT ? room : 0);
}

/* ---- Client certificates ---- */

static void test_client_certificate(void **state)
{
    (void)state;
    script.client_ca = "client_ca";
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("client.key");
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_client_certificate_of_the_store(void **state)
{
    (void)state;
    script.client_ca = "client_ca";
    ardoq_port_store_set("cert", certificate_file("client.pem"));
    ardoq_port_store_set("key", certificate_file("client.key"));
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
}

static void test_stored_key_does_not_stay_in_the_buffer(void **state)
{
    (void)state;
    static const char zeros[ARDOQ_BUFFER_SIZE];
    answer_with(JSON_OK, PEER_KEEP);
    ardoq_port_store_set("cert", certificate_file("client.pem"));
    ardoq_port_store_set("key", certificate_file("client.key"));
    open_https();
    assert_memory_equal(https.buffer, zeros, sizeof zeros);
}

/* Only in TLS 1.2: in 1.3 mbedTLS sends such an alert with a key that no client has any more. */
static void assert_client_refused(ardoq_err_t expected)
{
    script.client_ca = "client_ca";
    script.tls_1_2 = true;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), expected);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_string_equal(tls_peer_received(), "");
}

/* The server closes without saying why; others do say, see test_tls.py. */
static void test_missing_client_certificate(void **state)
{
    (void)state;
    assert_client_refused(ARDOQ_ERR_CONNECTION_CLOSED);
}

static void test_client_certificate_of_another_ca(void **state)
{
    (void)state;
    config.certificate_pem = certificate_file("other_client.pem");
    config.key_pem = certificate_file("other_client.key");
    assert_client_refused(ARDOQ_ERR_CLIENT_CERTIFICATE_REFUSED);
}

static void test_half_a_client_certificate(void **state)
{
    (void)state;
    config.certificate_pem = certificate_file("client.pem");
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    config.certificate_pem = NULL;
    config.key_pem = certificate_file("client.key");
    assert_int_equal(ardoq_https_open(&https, &origin, &config),
                     ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    config.key_pem = NULL;
    ardoq_port_store_set("key", certificate_file("client.key"));
    assert_int_equal(ardoq_https_open(&https, &origin, &config),
                     ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
}

static void test_client_certificate_that_cannot_be_read(void **state)
{
    (void)state;
    static const char nonsense[] =
        "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n";
    config.key_pem = certificate_file("client.key");
    config.certificate_pem = nonsense;
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    config.certificate_pem = config.key_pem = NULL;
    ardoq_port_store_set("key", certificate_file("client.key"));
    ardoq_port_store_set("cert", nonsense);
    assert_int_equal(ardoq_https_open(&https, &origin, &config),
                     ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
}

static void test_client_key_that_cannot_be_read(void **state)
{
    (void)state;
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n";
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
}

/* Each of them is good, but no server would believe the device. */
static void test_client_certificate_of_another_key(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"client.pem", "other_client.key"},
        {"client.pem", "rsa.key"},
        {"rsa.pem", "client.key"},
        {"rsa.pem", "rsa_ca.key"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        config.certificate_pem = certificate_file(pairs[i][0]);
        config.key_pem = certificate_file(pairs[i][1]);
        assert_int_equal(ardoq_https_open(&https, &origin, &config),
                         ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
        assert_null(https.tls.detail.setting);
    }
    config.certificate_pem = certificate_file("rsa.pem");
    config.key_pem = certificate_file("rsa.key");
    assert_int_equal(ardoq_https_open(&https, &origin, &config), ARDOQ_OK);
    ardoq_https_close(&https);
}

static void test_stored_client_certificate_of_another_key(void **state)
{
    (void)state;
    ardoq_port_store_set("cert", certificate_file("client.pem"));
    ardoq_port_store_set("key", certificate_file("other_client.key"));
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    assert_string_equal(https.tls.detail.setting, "key");
}

/* Of a kind that no mbedTLS has. */
static void test_client_certificate_that_is_not_supported(void **state)
{
    (void)state;
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("ed25519_ca.key");
    assert_open_fails(ARDOQ_ERR_CERTIFICATE_UNSUPPORTED);
    config.certificate_pem = certificate_file("ed25519_ca.pem");
    config.key_pem = certificate_file("client.key");
    assert_int_equal(ardoq_https_open(&https, &origin, &config), ARDOQ_ERR_CERTIFICATE_UNSUPPORTED);
}

/* Without it the server would refuse the client, and nobody would know why. */
static void test_no_memory_for_the_client_certificate(void **state)
{
    (void)state;
    size_t failed = 0;
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("client.key");
    heap_reset();
    do {
        heap_fail_from(++failed);
        heap_is_clients = true;
        const ardoq_err_t err = ardoq_https_open(&https, &origin, &config);
        const size_t blocks = heap_blocks();
        ardoq_https_close(&https);
        heap_is_clients = false;
        assert_int_equal(err, heap_allocations() < failed ? ARDOQ_OK : ARDOQ_ERR_OUT_OF_MEMORY);
        assert_int_equal(blocks > 0, !err);
        assert_int_equal(heap_blocks(), 0);
    } while (heap_allocations() >= failed);
    assert_true(failed > 10);
}

/* The first block that a connection takes. */
static void test_no_memory_for_a_connection(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    assert_int_equal(start_exchange(), ARDOQ_OK);
    while (https.tls.detail.phase != ARDOQ_PHASE_HANDSHAKE) {
        assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_PENDING);
    }
    heap_fail(1);
    heap_is_clients = true;
    const ardoq_err_t err = ardoq_https_step(&https, &wait);
    heap_is_clients = false;
    heap_reset();
    assert_int_equal(err, ARDOQ_ERR_OUT_OF_MEMORY);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
}

/* ---- The setting that an error is about ---- */

static void assert_open_fails_by(ardoq_err_t expected, const char *setting)
{
    assert_int_equal(ardoq_https_open(&https, &origin, &config), expected);
    assert_true(setting ? strcmp(https.tls.detail.setting, setting) == 0
                        : https.tls.detail.setting == NULL);
}

static void test_error_names_what_stands_in_the_store(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_port_store_set("key", "nonsense");
    ardoq_port_store_set("cert", "nonsense");
    ardoq_port_store_set("ca1", "nonsense");
    ardoq_port_store_set("ca0", "nonsense");
    assert_open_fails_by(ARDOQ_ERR_TRUST_INVALID, "ca0");
    ardoq_port_store_set("ca0", certificate_file("ca.pem"));
    assert_open_fails_by(ARDOQ_ERR_TRUST_INVALID, "ca1");
    ardoq_port_store_erase("ca1");
    assert_open_fails_by(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID, "cert");
    ardoq_port_store_set("cert", certificate_file("client.pem"));
    assert_open_fails_by(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID, "key");
    ardoq_port_store_set("key", certificate_file("client.key"));
    assert_open_fails_by(ARDOQ_OK, NULL);
}

/* The pair is the program's, and the roots are good. */
static void test_error_of_the_program_names_no_setting(void **state)
{
    (void)state;
    config.ca_pem = NULL;
    ardoq_port_store_set("ca0", certificate_file("ca.pem"));
    config.certificate_pem = "nonsense";
    config.key_pem = certificate_file("client.key");
    assert_open_fails_by(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_HTTPS_TEST(test_roots_that_do_not_fit_the_buffer),
        PEER_HTTPS_TEST(test_unknown_ca),
        PEER_HTTPS_TEST(test_self_signed),
        PEER_HTTPS_TEST(test_self_signed_and_trusted_for_another_host),
        PEER_HTTPS_TEST(test_self_signed_and_trusted),
        PEER_HTTPS_TEST(test_wrong_host),
        PEER_HTTPS_TEST(test_expired),
        PEER_HTTPS_TEST(test_not_yet_valid),
        PEER_HTTPS_TEST(test_a_chain_that_is_too_long),
        PEER_HTTPS_TEST(test_weak_key),
        PEER_HTTPS_TEST(test_weak_signature),
        PEER_HTTPS_TEST(test_missing_intermediate_certificate),
        PEER_HTTPS_TEST(test_dates_are_judged_by_the_ports_clock),
        PEER_HTTPS_TEST(test_the_first_and_the_last_second_of_a_certificate),
        PEER_HTTPS_TEST(test_unknown_clock),
        PEER_HTTPS_TEST(test_clock_before_the_release_is_unknown),
        PEER_HTTPS_TEST(test_intermediate_certificates),
        PEER_HTTPS_TEST(test_several_roots),
        PEER_HTTPS_TEST(test_a_renewed_root_beside_the_old_one),
        PEER_HTTPS_TEST(test_roots_of_the_store),
        PEER_HTTPS_TEST(test_roots_of_the_platform),
        PEER_HTTPS_TEST(test_no_root_at_all),
        PEER_HTTPS_TEST(test_root_that_cannot_be_read),
        PEER_HTTPS_TEST(test_root_that_mbedtls_is_not_asked_about),
        PEER_HTTPS_TEST(test_second_root_without_an_end),
        PEER_HTTPS_TEST(test_store_that_fails),
        PEER_HTTPS_TEST(test_pin_of_the_servers_key),
        PEER_HTTPS_TEST(test_pin_of_the_roots_key),
        PEER_HTTPS_TEST(test_pin_that_matches_nothing),
        PEER_HTTPS_TEST(test_pin_of_a_key_that_cannot_be_hashed),
        PEER_HTTPS_TEST(test_hash_of_which_a_part_has_failed),
        PEER_HTTPS_TEST(test_pin_does_not_replace_trust),
        PEER_HTTPS_TEST(test_every_connection_is_judged_anew),
        PEER_HTTPS_TEST(test_network_that_fails_while_a_certificate_is_refused),
#if MBEDTLS_VERSION_MAJOR < 4
        PEER_HTTPS_TEST(test_codes_of_what_cannot_be_read),
        PEER_HTTPS_TEST(test_codes_of_what_is_left_out),
        PEER_HTTPS_TEST(test_codes_of_memory_that_ran_out),
#if ARDOQ_CLIENT_CERTIFICATE && defined(MBEDTLS_PKCS5_C)
        PEER_HTTPS_TEST(test_key_with_a_password),
#endif
#endif
        PEER_HTTPS_TEST(test_names_of_attributes),
        PEER_HTTPS_TEST(test_attributes_of_a_subject),
        PEER_HTTPS_TEST(test_subject_is_plain_text),
        PEER_HTTPS_TEST(test_subject_is_cut),
        PEER_HTTPS_TEST(test_client_certificate),
        PEER_HTTPS_TEST(test_client_certificate_of_the_store),
        PEER_HTTPS_TEST(test_stored_key_does_not_stay_in_the_buffer),
        PEER_HTTPS_TEST(test_missing_client_certificate),
        PEER_HTTPS_TEST(test_client_certificate_of_another_ca),
        PEER_HTTPS_TEST(test_half_a_client_certificate),
        PEER_HTTPS_TEST(test_client_certificate_of_another_key),
        PEER_HTTPS_TEST(test_stored_client_certificate_of_another_key),
        PEER_HTTPS_TEST(test_client_certificate_that_cannot_be_read),
        PEER_HTTPS_TEST(test_client_key_that_cannot_be_read),
        PEER_HTTPS_TEST(test_client_certificate_that_is_not_supported),
        PEER_HTTPS_TEST(test_no_memory_for_the_client_certificate),
        PEER_HTTPS_TEST(test_no_memory_for_a_connection),
        PEER_HTTPS_TEST(test_error_names_what_stands_in_the_store),
        PEER_HTTPS_TEST(test_error_of_the_program_names_no_setting),
        /* What takes long comes last: make mutate stops at the first that fails. */
        PEER_HTTPS_TEST(test_damage_at_every_byte_of_a_certificate),
    };
    return cmocka_run_group_tests_name("tls_trust", tests, NULL, NULL);
}
