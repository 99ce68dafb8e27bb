/* Connections that are kept for the next exchange, and requests that are lost on them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "peer_https.h"

static void test_connection_is_kept(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 1);
    assert_int_equal(tls_peer_answered(), 2);
}

static void test_connection_is_kept_for_ten_seconds(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_fake.uptime_ms += 9999;
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 1);
    ardoq_fake.uptime_ms += 10000;
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(ardoq_fake.open_sockets, 1);
}

static void test_connection_is_not_kept_when_the_server_says_close(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", PEER_KEEP),
                     ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
}

/* With close_notify, though not to a server that has gone. */
static void test_a_server_is_told_of_the_end(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    unsigned sent = ardoq_fake.failures[ARDOQ_FAKE_SEND].count;
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SEND].count, sent + 1);
    start_over();
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    tls_peer_close(PEER_CUT);
    sent = ardoq_fake.failures[ARDOQ_FAKE_SEND].count;
    ardoq_fake_fail(ARDOQ_FAKE_CONNECT_START, 1, ARDOQ_ERR_CONNECTION_REFUSED);
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_REFUSED);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SEND].count, sent);
}

/* Bytes after a response would be taken for the start of the next one. */
static void test_connection_with_surplus_bytes_is_closed(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK "HTTP/1.1 200 OK\r\n", PEER_KEEP), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* One byte too many, which TLS has decrypted and the client has not read: its buffer was full. */
static void test_connection_with_surplus_bytes_inside_tls_is_closed(void **state)
{
    (void)state;
    static char answer[sizeof https.buffer + 100];
    const size_t body_size = sizeof https.buffer - 1;
    const int head_size = snprintf(answer, sizeof answer,
                                   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                   "Content-Length: %zu\r\n\r\n",
                                   body_size);
    memset(answer + head_size, '1', body_size + 1);
    assert_int_equal(run_with(answer, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.length, body_size);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

static void say_unasked(mbedtls_ssl_context *tls)
{
    tls_peer_when_idle(NULL);
    mbedtls_ssl_write(tls, (const unsigned char *)JSON_OK, sizeof JSON_OK - 1);
}

/* An answer that came before its request is nobody's. */
static void test_connection_with_unasked_data_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 1);
    tls_peer_when_idle(say_unasked);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(tls_peer_answered(), 2);
}

/* What was cut off one answer says nothing of the next. */
static void test_answer_after_one_that_was_cut(void **state)
{
    (void)state;
    static const peer_step_t steps[] = {
        {.answer =
             "HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nz"},
        {.answer = JSON_OK}};
    start_peer(steps, 2);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_true(https.body_cut);
    assert_int_equal(run(), ARDOQ_OK);
    assert_false(https.body_cut);
    assert_int_equal(ardoq_fake.connects, 1);
}

static ardoq_err_t (*honest_receive)(void *context, void *buffer, size_t size, size_t *received);
static size_t part_left;

/* On the first connection a record comes no further than its head. */
static ardoq_err_t receive_part(void *context, void *buffer, size_t size, size_t *received)
{
    if (ardoq_fake.connects > 1) {
        return honest_receive(context, buffer, size, received);
    }
    if (part_left == 0) {
        return ARDOQ_PENDING;
    }
    const ardoq_err_t err =
        honest_receive(context, buffer, size < part_left ? size : part_left, received);
    part_left -= *received;
    return err;
}

/* Whatever it will say was not asked for. */
static void test_connection_with_a_part_of_a_record_is_replaced(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = JSON_OK JSON_OK, .first = strlen(JSON_OK)};
    start_peer(&step, 1);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 1);
    honest_receive = ardoq_fake.peer.receive;
    ardoq_fake.peer.receive = receive_part;
    part_left = 3;
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(part_left, 0);
}

static void kept_connection_closed_meanwhile(peer_then_t how, const char *method)
{
    exchange.write_context = (void *)method;
    exchange.is_idempotent = strcmp(method, "GET") == 0;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    tls_peer_close(how);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(tls_peer_answered(), 2);
}

static void test_dead_kept_connection_is_replaced(void **state)
{
    (void)state;
    kept_connection_closed_meanwhile(PEER_CUT, "GET");
}

static void test_closed_kept_connection_is_replaced_for_post_too(void **state)
{
    (void)state;
    kept_connection_closed_meanwhile(PEER_CLOSE_NOTIFY, "POST");
}

static const peer_step_t closes_on_second_request[] = {
    {.answer = JSON_OK}, {.answer = "", .then = PEER_CUT}, {.answer = JSON_OK}};

static void test_request_lost_on_a_kept_connection_is_replayed(void **state)
{
    (void)state;
    start_peer(closes_on_second_request, 3);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_string_equal(https.buffer, "{}");
}

static void test_replay_without_a_network(void **state)
{
    (void)state;
    start_peer(closes_on_second_request, 3);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_START, 1, ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_RESOLVE);
    assert_head_is_wiped();
}

static unsigned heads_left;

static void write_head_while_there_are_any(void *context, ardoq_text_t *head)
{
    write_head(context, head);
    if (heads_left-- == 0) {
        head->err = ARDOQ_ERR_REQUEST_INVALID;
    }
}

/* The head is written again for each connection. */
static void test_replay_that_cannot_be_written(void **state)
{
    (void)state;
    heads_left = 2;
    exchange.write_head = write_head_while_there_are_any;
    start_peer(closes_on_second_request, 3);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_ERR_REQUEST_INVALID);
    assert_int_equal(tls_peer_answered(), 2);
    assert_head_is_wiped();
}

static void test_lost_request_is_replayed_after_close_notify_too(void **state)
{
    (void)state;
    static const peer_step_t steps[] = {
        {.answer = JSON_OK}, {.answer = "", .then = PEER_CLOSE_NOTIFY}, {.answer = JSON_OK}};
    start_peer(steps, 3);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
}

static ardoq_err_t second_answer_is(const char *answer, peer_then_t then)
{
    const peer_step_t steps[] = {
        {.answer = JSON_OK}, {.answer = answer, .then = then}, {.answer = JSON_OK}};
    start_peer(steps, 3);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    const ardoq_err_t err = run();
    ardoq_https_close(&https);
    tls_peer_stop();
    return err;
}

#define ANSWER_408 "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n"

/* The server waited for a request as long as it wanted to (RFC 9110, 15.5.9). */
static void test_request_that_came_too_late_is_replayed(void **state)
{
    (void)state;
    assert_int_equal(second_answer_is(ANSWER_408 "Connection: close\r\n\r\nno", PEER_CUT),
                     ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 200);
    assert_int_equal(ardoq_fake.connects, 2);
}

/* Also where the server would go on with the connection. */
static void test_request_that_is_misdirected_is_replayed(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n";
    assert_int_equal(second_answer_is(answer, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 200);
    assert_int_equal(ardoq_fake.connects, 2);
}

static void test_post_that_came_too_late_is_not_replayed(void **state)
{
    (void)state;
    exchange.is_idempotent = false;
    assert_int_equal(second_answer_is(ANSWER_408 "Connection: close\r\n\r\nno", PEER_CUT),
                     ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 408);
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_request_that_came_too_late_on_a_new_connection_is_not_replayed(void **state)
{
    (void)state;
    assert_int_equal(run_with(ANSWER_408 "\r\nno", PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 408);
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_other_refusals_are_not_replayed(void **state)
{
    (void)state;
    static const char answer[] = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    assert_int_equal(second_answer_is(answer, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 503);
    assert_int_equal(ardoq_fake.connects, 1);
}

/* Ardoq may have done what a lost POST asked for: sending it again is the caller's decision. */
static void test_lost_post_is_not_replayed(void **state)
{
    (void)state;
    exchange.is_idempotent = false;
    start_peer(closes_on_second_request, 3);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_request_lost_on_a_new_connection_is_not_replayed(void **state)
{
    (void)state;
    assert_int_equal(run_with("", PEER_CUT), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_half_an_answer_is_not_replayed(void **state)
{
    (void)state;
    static const peer_step_t steps[] = {{.answer = JSON_OK},
                                        {.answer = "HTTP/1.1 200", .then = PEER_CUT}};
    start_peer(steps, 2);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(ardoq_fake.connects, 1);
}

/* A kept connection may be days old when its successor is made. */
static void test_replay_reads_the_clock_again(void **state)
{
    (void)state;
    static const peer_step_t steps[] = {{.answer = JSON_OK}, {.answer = "", .then = PEER_CUT}};
    start_peer(steps, 2);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    ardoq_fake.wall_time += 90 * 86400;
    assert_int_equal(run(), ARDOQ_ERR_CERTIFICATE_EXPIRED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_HTTPS_TEST(test_connection_is_kept),
        PEER_HTTPS_TEST(test_connection_is_kept_for_ten_seconds),
        PEER_HTTPS_TEST(test_connection_is_not_kept_when_the_server_says_close),
        PEER_HTTPS_TEST(test_connection_with_unasked_data_is_replaced),
        PEER_HTTPS_TEST(test_answer_after_one_that_was_cut),
        PEER_HTTPS_TEST(test_a_server_is_told_of_the_end),
        PEER_HTTPS_TEST(test_connection_with_surplus_bytes_is_closed),
        PEER_HTTPS_TEST(test_connection_with_surplus_bytes_inside_tls_is_closed),
        PEER_HTTPS_TEST(test_connection_with_a_part_of_a_record_is_replaced),
        PEER_HTTPS_TEST(test_dead_kept_connection_is_replaced),
        PEER_HTTPS_TEST(test_closed_kept_connection_is_replaced_for_post_too),
        PEER_HTTPS_TEST(test_request_lost_on_a_kept_connection_is_replayed),
        PEER_HTTPS_TEST(test_replay_without_a_network),
        PEER_HTTPS_TEST(test_replay_that_cannot_be_written),
        PEER_HTTPS_TEST(test_lost_request_is_replayed_after_close_notify_too),
        PEER_HTTPS_TEST(test_request_that_came_too_late_is_replayed),
        PEER_HTTPS_TEST(test_request_that_is_misdirected_is_replayed),
        PEER_HTTPS_TEST(test_post_that_came_too_late_is_not_replayed),
        PEER_HTTPS_TEST(test_request_that_came_too_late_on_a_new_connection_is_not_replayed),
        PEER_HTTPS_TEST(test_other_refusals_are_not_replayed),
        PEER_HTTPS_TEST(test_lost_post_is_not_replayed),
        PEER_HTTPS_TEST(test_request_lost_on_a_new_connection_is_not_replayed),
        PEER_HTTPS_TEST(test_half_an_answer_is_not_replayed),
        PEER_HTTPS_TEST(test_replay_reads_the_clock_again),
    };
    return cmocka_run_group_tests_name("https_kept", tests, NULL, NULL);
}
