/* Exchanges that end early: by their deadline, by a call of the port that fails, by the caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ardoq/http_request.h"
#include "ardoq/port_fake.h"
#include "peer_https.h"

/* ---- Deadlines ---- */

static void assert_timeout(ardoq_phase_t phase)
{
    assert_int_equal(run(), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(https.tls.detail.phase, phase);
    assert_in_range(ardoq_fake.uptime_ms, exchange.timeout_ms, exchange.timeout_ms + 10);
}

static void test_deadline_while_resolving(void **state)
{
    (void)state;
    answer_with(NULL, PEER_KEEP);
    open_https();
    ardoq_fake.resolve_polls = UINT32_MAX;
    assert_timeout(ARDOQ_PHASE_RESOLVE);
}

static void test_deadline_while_connecting(void **state)
{
    (void)state;
    answer_with(NULL, PEER_KEEP);
    open_https();
    ardoq_fake.address_count = 3;
    for (size_t i = 0; i < 3; i++) {
        ardoq_fake.connect_results[i] = ARDOQ_PENDING;
    }
    assert_timeout(ARDOQ_PHASE_CONNECT);
    assert_int_equal(ardoq_fake.connects, 3);
}

static void test_deadline_of_a_silent_server(void **state)
{
    (void)state;
    answer_with(NULL, PEER_KEEP);
    ardoq_fake.peer = (ardoq_fake_peer_t){0};
    open_https();
    /* Nothing is accepted either, so the client cannot even say hello. */
    assert_timeout(ARDOQ_PHASE_HANDSHAKE);
}

static void test_deadline_without_an_answer(void **state)
{
    (void)state;
    answer_with(NULL, PEER_KEEP);
    open_https();
    assert_timeout(ARDOQ_PHASE_RECEIVE);
    assert_head_is_wiped();
}

/* One byte a second must not keep a call alive. */
static ardoq_err_t (*honest_receive)(void *context, void *buffer, size_t size, size_t *received);

static ardoq_err_t slow_receive(void *context, void *buffer, size_t size, size_t *received)
{
    (void)size;
    static bool has_byte;
    has_byte = !has_byte;
    return has_byte ? honest_receive(context, buffer, 1, received) : ARDOQ_PENDING;
}

static void test_deadline_is_not_extended_by_slow_bytes(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    honest_receive = ardoq_fake.peer.receive;
    ardoq_fake.peer.receive = slow_receive;
    open_https();
    ardoq_wait_t wait = {0};
    ardoq_err_t err = start_exchange();
    while (err >= ARDOQ_OK) {
        err = ardoq_https_step(&https, &wait);
        ardoq_fake.uptime_ms += wait.timeout_ms > 0 ? 1000 : 0;
    }
    assert_int_equal(err, ARDOQ_ERR_TIMEOUT);
    assert_in_range(ardoq_fake.uptime_ms, 30000, 31000);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
}

static void test_each_address_gets_an_equal_share(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    ardoq_fake.address_count = 3;
    ardoq_fake.connect_results[0] = ARDOQ_PENDING;
    ardoq_fake.connect_results[1] = ARDOQ_ERR_CONNECTION_REFUSED;
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.uptime_ms, 10000);
    assert_int_equal(ardoq_fake.connects, 3);
    assert_int_equal(https.tls.detail.platform_code, 0);
}

/* A port's calls take time as well. */
static void pass_the_deadline(void *context)
{
    (void)context;
    ardoq_fake.uptime_ms = exchange.timeout_ms + 1;
}

static void test_deadline_between_two_addresses(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    ardoq_fake.peer.closed = pass_the_deadline;
    ardoq_fake.address_count = 3;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_CONNECTION_REFUSED;
    ardoq_fake_fail(ARDOQ_FAKE_CONNECT_START, 2, ARDOQ_ERR_HOST_UNREACHABLE);
    assert_timeout(ARDOQ_PHASE_CONNECT);
    assert_int_equal(ardoq_fake.connects, 3);
}

static void test_last_address_tells_the_error(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    ardoq_fake.address_count = 2;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_HOST_UNREACHABLE;
    ardoq_fake.connect_results[1] = ARDOQ_ERR_CONNECTION_REFUSED;
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_REFUSED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_CONNECT);
    assert_int_equal(https.tls.detail.platform_code, ARDOQ_ERR_CONNECTION_REFUSED);
}

static void test_next_address_without_a_network(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    ardoq_fake.address_count = 2;
    ardoq_fake.connect_results[0] = ARDOQ_ERR_HOST_UNREACHABLE;
    ardoq_fake_fail(ARDOQ_FAKE_CONNECT_START, 2, ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_CONNECT);
}

/* ---- Failing at every call ---- */

static void fail_at_every_call(ardoq_fake_call_t call, ardoq_err_t injected, ardoq_err_t expected)
{
    bool failed = true;
    open_https();
    for (unsigned at = 1; failed; at++) {
        ardoq_fake_fail(call, at, injected);
        const ardoq_err_t err = run();
        failed = ardoq_fake.failures[call].count >= at;
        assert_int_equal(err, failed ? expected : ARDOQ_OK);
        assert_int_equal(ardoq_fake.open_sockets, failed ? 0 : 1);
        assert_int_equal(ardoq_fake.resolving, 0);
        ardoq_fake_fail(call, 0, ARDOQ_OK);
        ardoq_https_cancel(&https);
        assert_int_equal(run(), ARDOQ_OK);
        ardoq_https_cancel(&https);
    }
}

static void test_every_failing_resolve(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    ardoq_fake.resolve_polls = 2;
    fail_at_every_call(ARDOQ_FAKE_RESOLVE_START, ARDOQ_ERR_NETWORK_DOWN, ARDOQ_ERR_NETWORK_DOWN);
    ardoq_https_close(&https);
    fail_at_every_call(ARDOQ_FAKE_RESOLVE_POLL, ARDOQ_ERR_HOST_NOT_FOUND, ARDOQ_ERR_HOST_NOT_FOUND);
}

static void test_every_failing_connect(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    fail_at_every_call(ARDOQ_FAKE_CONNECT_START, ARDOQ_ERR_SOCKETS_EXHAUSTED,
                       ARDOQ_ERR_SOCKETS_EXHAUSTED);
    ardoq_https_close(&https);
    fail_at_every_call(ARDOQ_FAKE_CONNECT_POLL, ARDOQ_ERR_CONNECTION_REFUSED,
                       ARDOQ_ERR_CONNECTION_REFUSED);
}

static void test_every_failing_send(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    fail_at_every_call(ARDOQ_FAKE_SEND, ARDOQ_ERR_NETWORK_FAILED, ARDOQ_ERR_NETWORK_FAILED);
}

static void test_every_failing_receive(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    fail_at_every_call(ARDOQ_FAKE_RECEIVE, ARDOQ_ERR_CONNECTION_CLOSED,
                       ARDOQ_ERR_CONNECTION_CLOSED);
}

static void test_failing_random_number(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
#if MBEDTLS_VERSION_MAJOR < 4
    ardoq_fake_fail(ARDOQ_FAKE_RANDOM, 1, ARDOQ_ERR_RANDOM_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_RANDOM_FAILED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_int_equal(run(), ARDOQ_OK);
#else
    skip(); /* mbedTLS 4 draws its random numbers from PSA, not from the port. */
#endif
}

static void test_platform_code_is_kept(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    ardoq_fake_fail(ARDOQ_FAKE_RECEIVE, 3, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.tls.detail.platform_code, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
}

/* mbedTLS tells every end of reading by the same 0. */
static void test_failure_while_receiving_is_kept(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    /* The first reading asks whether the kept connection is alive. */
    ardoq_fake_fail(ARDOQ_FAKE_RECEIVE, 2, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.tls.detail.platform_code, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_RECEIVE);
    assert_int_equal(ardoq_fake.connects, 1);
}

/* Closing in good order would send the rest of a request that has been given up. */
static void test_nothing_is_sent_after_a_failure(void **state)
{
    (void)state;
    exchange.write_context = "POST";
    send_body("{\"a\":1}", 7);
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    const unsigned answered = tls_peer_answered();
    /* Head and body leave in one piece. */
    ardoq_fake_fail(ARDOQ_FAKE_SEND, 1, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SEND].count, 1);
    assert_int_equal(tls_peer_answered(), answered);
}

/* ---- Giving up ---- */

static void test_cancel_in_every_state(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    answer_with(JSON_OK, PEER_KEEP);
    ardoq_fake.resolve_polls = 1;
    open_https();
    ardoq_err_t err = ARDOQ_PENDING;
    for (unsigned steps = 0; err == ARDOQ_PENDING; steps++) {
        assert_int_equal(start_exchange(), ARDOQ_OK);
        for (unsigned i = 0; i <= steps; i++) {
            err = ardoq_https_step(&https, &wait);
        }
        ardoq_https_cancel(&https);
        assert_false(ardoq_https_is_busy(&https));
        assert_int_equal(https.length, 0);
        assert_string_equal(https.buffer, "");
        assert_int_equal(ardoq_fake.open_sockets, 0);
        assert_int_equal(ardoq_fake.resolving, 0);
        assert_head_is_wiped();
    }
    assert_int_equal(err, ARDOQ_OK);
}

static void test_only_one_exchange_at_a_time(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(start_exchange(), ARDOQ_OK);
    assert_int_equal(start_exchange(), ARDOQ_ERR_BUSY);
}

static void write_bad_head(void *context, ardoq_text_t *head)
{
    (void)context;
    ardoq_http_write_header(head, "Bad", "line\nbreak");
}

static void test_request_that_cannot_be_written_never_connects(void **state)
{
    (void)state;
    exchange.write_head = write_bad_head;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_REQUEST_INVALID);
    assert_int_equal(ardoq_fake.connects, 0);
    assert_string_equal(ardoq_fake.resolved_host, "");
}

/* What failed before has nothing to do with it. */
static void test_code_of_another_failure_is_forgotten(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    ardoq_fake_fail(ARDOQ_FAKE_RECEIVE, 3, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    exchange.write_head = write_bad_head;
    assert_int_equal(run(), ARDOQ_ERR_REQUEST_INVALID);
    assert_int_equal(https.tls.detail.platform_code, 0);
    assert_int_equal(https.tls.detail.tls_code, 0);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_IDLE);
}

static void test_invalid_http_closes_the_connection(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\n\n", PEER_KEEP), ARDOQ_ERR_HTTP_PROTOCOL);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_RECEIVE);
}

/* What cannot be opened may be closed like all the rest. */
static void test_closed_after_a_failed_opening(void **state)
{
    (void)state;
    config.ca_pem = "nonsense";
    assert_int_equal(ardoq_https_open(&https, &origin, &config), ARDOQ_ERR_TRUST_INVALID);
    ardoq_https_close(&https);
    ardoq_https_close(&https);
    ardoq_tls_close(&https.tls);
    assert_false(ardoq_https_is_busy(&https));
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_HTTPS_TEST(test_deadline_while_resolving),
        PEER_HTTPS_TEST(test_deadline_while_connecting),
        PEER_HTTPS_TEST(test_deadline_of_a_silent_server),
        PEER_HTTPS_TEST(test_deadline_without_an_answer),
        PEER_HTTPS_TEST(test_deadline_is_not_extended_by_slow_bytes),
        PEER_HTTPS_TEST(test_each_address_gets_an_equal_share),
        PEER_HTTPS_TEST(test_deadline_between_two_addresses),
        PEER_HTTPS_TEST(test_last_address_tells_the_error),
        PEER_HTTPS_TEST(test_next_address_without_a_network),
        PEER_HTTPS_TEST(test_every_failing_resolve),
        PEER_HTTPS_TEST(test_every_failing_connect),
        PEER_HTTPS_TEST(test_every_failing_send),
        PEER_HTTPS_TEST(test_failing_random_number),
        PEER_HTTPS_TEST(test_platform_code_is_kept),
        PEER_HTTPS_TEST(test_failure_while_receiving_is_kept),
        PEER_HTTPS_TEST(test_nothing_is_sent_after_a_failure),
        PEER_HTTPS_TEST(test_only_one_exchange_at_a_time),
        PEER_HTTPS_TEST(test_request_that_cannot_be_written_never_connects),
        PEER_HTTPS_TEST(test_code_of_another_failure_is_forgotten),
        PEER_HTTPS_TEST(test_invalid_http_closes_the_connection),
        PEER_HTTPS_TEST(test_closed_after_a_failed_opening),
        /* What takes long comes last: make mutate stops at the first that fails. */
        PEER_HTTPS_TEST(test_cancel_in_every_state),
        PEER_HTTPS_TEST(test_every_failing_receive),
    };
    return cmocka_run_group_tests_name("https_failures", tests, NULL, NULL);
}
