/* The explanation of an error for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "ardoq/report.h"
#include "peer_client.h"

#define ME "{\"user\":{\"email\":\"a@b.example\"}}"

/* ---- What it writes ---- */

static char text[4096];

static void take(void *context, const char *piece)
{
    assert_ptr_equal(context, &client);
    assert_true(strlen(text) + strlen(piece) < sizeof text);
    strcat(text, piece);
}

static const char *explain(const ardoq_client_t *a_client, ardoq_err_t err)
{
    text[0] = '\0';
    ardoq_explain(a_client, err, take, &client);
    return text;
}

/* Lines, the first of which is the error; no secret, and nothing that a terminal acts on. */
static void assert_is_for_people(void)
{
    const size_t size = strlen(text);
    assert_int_equal(text[size - 1], '\n');
    for (size_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        assert_true(byte >= ' ' || byte == '\n');
        assert_int_not_equal(byte, 0x7f);
        assert_false(byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0);
        assert_false(byte == '\n' && i + 1 < size && memcmp(text + i + 1, "  ", 2) != 0);
    }
    assert_null(strstr(text, TEST_TOKEN));
    assert_null(strstr(text, "Bearer"));
}

static const char *first_lines(ardoq_err_t err)
{
    const char *hint = ardoq_err_hint(err);
    return text_of("%s (%s)\n%s", ardoq_err_name(err), ardoq_err_class_name(ardoq_err_class(err)),
                   hint[0] != '\0' ? text_of("  %s\n", hint) : "");
}

static void assert_explained(ardoq_err_t err, const char *rest)
{
    assert_string_equal(explain(&client, err), text_of("%s%s", first_lines(err), rest));
    assert_is_for_people();
}

/* ---- Every error ---- */

static void test_every_error_alone(void **state)
{
    (void)state;
    for (int err = 2; err > -120; err--) {
        assert_string_equal(explain(NULL, (ardoq_err_t)err), first_lines((ardoq_err_t)err));
        assert_is_for_people();
    }
    assert_string_equal(explain(NULL, (ardoq_err_t)INT16_MIN), first_lines((ardoq_err_t)INT16_MIN));
}

/* What the message is. */
static const char *label_of(ardoq_err_t err)
{
#if ARDOQ_MODEL
    if (err == ARDOQ_ERR_TARGET_MISSING || err == ARDOQ_ERR_TARGET_AMBIGUOUS ||
        err == ARDOQ_ERR_SERIAL_AMBIGUOUS) {
        return "component";
    }
#endif
    (void)err;
    return "the server says";
}

static void test_every_error_with_all_that_there_can_be(void **state)
{
    (void)state;
    client.last = (ardoq_response_t){.status = 503, .retry_after_s = 60, .message = "later"};
    ardoq_detail_t *detail = &client.https.tls.detail;
    *detail = (ardoq_detail_t){.setting = "host",
                               .phase = ARDOQ_PHASE_HANDSHAKE,
                               .platform_code = -110,
                               .tls_code = -0x2700,
                               .verify_flags = 0x80000008u,
                               .certificate_end = 1893456000};
#if ARDOQ_CERTIFICATE_SUBJECT
    strcpy(detail->certificate_subject, "CN=app.ardoq.com");
#endif
    for (int err = 2; err > -120; err--) {
        assert_explained(
            (ardoq_err_t)err,
            text_of("  setting: host\n"
                    "  HTTP status: 503\n"
                    "  %s: later\n"
                    "  wait seconds: 60\n"
                    "  failed in phase: handshake\n"
                    "  platform code: -110\n"
                    "  mbedTLS code: -0x2700\n"
                    "  certificate flags: 0x80000008\n"
                    "%s"
                    "  certificates end: 2030-01-01T00:00:00Z\n",
                    label_of((ardoq_err_t)err),
                    ARDOQ_CERTIFICATE_SUBJECT ? "  certificate of: CN=app.ardoq.com\n" : ""));
    }
}

static void test_largest_numbers(void **state)
{
    (void)state;
    client.last.status = 3000;
    client.last.retry_after_s = UINT32_MAX;
    client.https.tls.detail.platform_code = INT32_MIN;
    client.https.tls.detail.tls_code = INT32_MIN;
    client.https.tls.detail.verify_flags = UINT32_MAX;
    assert_explained(ARDOQ_ERR_TLS_FAILED, "  HTTP status: 3000\n"
                                           "  wait seconds: 4294967295\n"
                                           "  platform code: -2147483648\n"
                                           "  mbedTLS code: -0x80000000\n"
                                           "  certificate flags: 0xffffffff\n");
}

/* ---- After calls ---- */

static ardoq_err_t call_me(const char *answer)
{
    static ardoq_me_t me;
    peer_client_answer(answer);
    return ardoq_me(&client, &me);
}

static void test_nothing_more_is_known(void **state)
{
    (void)state;
    assert_int_equal(call_me(json_of(ME)), ARDOQ_OK);
    assert_explained(ARDOQ_OK, "  HTTP status: 200\n");
    assert_int_equal(
        ardoq_request(&client, &(ardoq_request_t){.path = "/"}, &(ardoq_response_t){0}),
        ARDOQ_ERR_INVALID_ARGUMENT);
    assert_explained(ARDOQ_ERR_INVALID_ARGUMENT, "");
}

static void test_setting_of_a_client_that_is_not_open(void **state)
{
    (void)state;
    strcpy(config.host, "http://localhost");
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_ERR_HOST_INVALID);
    assert_explained(ARDOQ_ERR_HOST_INVALID, "  setting: host\n");
    ardoq_close(&client);
    assert_explained(ARDOQ_ERR_HOST_INVALID, "");
}

static void test_words_of_the_server(void **state)
{
    (void)state;
    assert_int_equal(call_me(response_of("400 Bad Request", "text/plain",
                                         "no\x1b[2J " TEST_TOKEN "\r\nSet-Cookie: \x9b")),
                     ARDOQ_ERR_BAD_REQUEST);
    assert_explained(ARDOQ_ERR_BAD_REQUEST,
                     text_of("  HTTP status: 400\n  the server says: no [2J %s  Set-Cookie:  \n",
                             repeat("*", strlen(TEST_TOKEN))));
}

static void test_target_of_a_redirection(void **state)
{
    (void)state;
    assert_int_equal(call_me("HTTP/1.1 302 Found\r\nLocation: https://login.example/x?y=z\r\n"
                             "Content-Length: 0\r\n\r\n"),
                     ARDOQ_ERR_REDIRECTED);
    assert_explained(ARDOQ_ERR_REDIRECTED, "  HTTP status: 302\n  redirects to: login.example\n");
}

static void test_answer_that_is_not_http(void **state)
{
    (void)state;
    assert_int_equal(call_me("HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\n{}"),
                     ARDOQ_ERR_HTTP_PROTOCOL);
    assert_explained(ARDOQ_ERR_HTTP_PROTOCOL, "  the answer has: LF without CR\n"
                                              "  in: a header's value\n"
                                              "  at byte of the head: 35\n"
                                              "  failed in phase: receive\n");
    assert_int_equal(call_me(json_of(ME)), ARDOQ_OK);
    assert_explained(ARDOQ_ERR_HTTP_PROTOCOL, "  HTTP status: 200\n");
}

static void test_phase_and_codes(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_CONNECT_START, 1, ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(call_me(json_of(ME)), ARDOQ_ERR_NETWORK_DOWN);
    assert_explained(
        ARDOQ_ERR_NETWORK_DOWN,
        text_of("  failed in phase: connect\n  platform code: %d\n", ARDOQ_ERR_NETWORK_DOWN));
    /* Of this nothing is told with the next call. */
    assert_int_equal(call_me(json_of(ME)), ARDOQ_OK);
    assert_explained(ARDOQ_OK, "  HTTP status: 200\n");
}

static void test_interrupted_call(void **state)
{
    (void)state;
    ardoq_response_t response;
    const ardoq_request_t request = {.method = "GET", .path = "/"};
    ardoq_fake.resolve_polls = 1;
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    ardoq_interrupt(&client);
    assert_int_equal(ardoq_finish(&client, NULL, NULL), ARDOQ_ERR_INTERRUPTED);
    assert_explained(ARDOQ_ERR_INTERRUPTED, "  failed in phase: resolve\n");
}

/* Refused before anything happens, after a call that has failed. */
static void test_report_that_cannot_be_composed(void **state)
{
    (void)state;
    static ardoq_report_t report;
    const ardoq_identity_t identity = {.serial = "1"};
    assert_int_equal(call_me(response_of("401 Unauthorized", "text/plain", "no")),
                     ARDOQ_ERR_UNAUTHORIZED);
    config.workspace[0] = '\0';
    assert_int_equal(ardoq_report_device(&client, &identity, &report), ARDOQ_ERR_WORKSPACE_INVALID);
    assert_explained(ARDOQ_ERR_WORKSPACE_INVALID, "");
}

/* The certificate of a server that is not trusted is its own work. */
static void test_certificate_that_is_refused(void **state)
{
    (void)state;
    script.certificate = "self_signed";
    assert_int_equal(call_me(json_of(ME)), ARDOQ_ERR_CERTIFICATE_SELF_SIGNED);
    explain(&client, ARDOQ_ERR_CERTIFICATE_SELF_SIGNED);
    assert_is_for_people();
    assert_non_null(strstr(text, "\n  failed in phase: handshake\n"));
    assert_non_null(strstr(text, "\n  certificate flags: 0x8\n"));
    assert_non_null(strstr(text, "\n  certificates end: 2"));
#if ARDOQ_CERTIFICATE_SUBJECT
    assert_non_null(strstr(text, "\n  certificate of: CN=localhost"));
#endif
    /* Of this nothing is told with a call that cannot begin. */
    assert_int_equal(
        ardoq_request(&client, &(ardoq_request_t){.path = "/"}, &(ardoq_response_t){0}),
        ARDOQ_ERR_INVALID_ARGUMENT);
    assert_explained(ARDOQ_ERR_INVALID_ARGUMENT, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_CLIENT_TEST(test_every_error_alone),
        PEER_CLIENT_TEST(test_every_error_with_all_that_there_can_be),
        PEER_CLIENT_TEST(test_largest_numbers),
        PEER_CLIENT_TEST(test_nothing_more_is_known),
        PEER_CLIENT_TEST(test_setting_of_a_client_that_is_not_open),
        PEER_CLIENT_TEST(test_words_of_the_server),
        PEER_CLIENT_TEST(test_target_of_a_redirection),
        PEER_CLIENT_TEST(test_answer_that_is_not_http),
        PEER_CLIENT_TEST(test_phase_and_codes),
        PEER_CLIENT_TEST(test_interrupted_call),
        PEER_CLIENT_TEST(test_report_that_cannot_be_composed),
        PEER_CLIENT_TEST(test_certificate_that_is_refused),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
