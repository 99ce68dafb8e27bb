/* The state machine of one exchange, over the fake port and a real TLS server in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ardoq/http_request.h"
#include "ardoq/https.h"
#include "ardoq/port_fake.h"
#include "ardoq/version.h"
#include "tls_peer.h"

#define JSON_OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

static ardoq_https_t https;
static ardoq_http_origin_t origin;
static ardoq_https_config_t config;
static ardoq_https_exchange_t exchange;
static peer_script_t script;

/* ---- Set-up ---- */

static void write_head(void *context, ardoq_text_t *head)
{
    ardoq_http_write_request_line(head, context, "/", NULL, 0);
    ardoq_http_write_host(head, &origin);
    ardoq_http_write_header(head, "Authorization", "Bearer secret-token");
    if (exchange.body_size > 0) {
        ardoq_http_write_header(head, "Content-Length", ardoq_decimal(exchange.body_size).digits);
    }
    ardoq_http_write_end(head);
}

static int set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    ardoq_fake.wall_time = time(NULL);
    origin = (ardoq_http_origin_t){.host = "localhost", .port = 8443};
    config = (ardoq_https_config_t){
        .origin = &origin, .ca_pem = certificate_file("ca.pem"), .pins = {"", ""}};
    exchange = (ardoq_https_exchange_t){.write_head = write_head,
                                        .write_head_context = "GET",
                                        .is_idempotent = true,
                                        .timeout_ms = 30000};
    script = (peer_script_t){.certificate = "server", .tls_1_2 = getenv("TEST_TLS_1_2") != NULL};
    return 0;
}

/* Whatever happened, nothing may stay open. */
static int tear_down(void **state)
{
    (void)state;
    ardoq_https_close(&https);
    tls_peer_stop();
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(ardoq_fake.resolving, 0);
    return 0;
}

static void start_peer(const peer_step_t *steps, size_t count)
{
    script.steps = steps;
    script.step_count = count;
    tls_peer_start(&script);
}

static void answer_with(const char *answer, peer_then_t then)
{
    static peer_step_t step;
    step = (peer_step_t){.answer = answer, .then = then};
    start_peer(&step, 1);
}

static void open_https(void)
{
    assert_int_equal(ardoq_https_open(&https, &config), ARDOQ_OK);
}

static ardoq_err_t run(void)
{
    ardoq_https_wait_t wait;
    ardoq_err_t err = ardoq_https_start(&https, &exchange);
    while (!err || err == ARDOQ_PENDING) {
        err = ardoq_https_step(&https, &wait);
        if (err != ARDOQ_PENDING) {
            return err;
        }
        ardoq_port_wait(wait.socket, wait.what, wait.timeout_ms);
    }
    return err;
}

/* For another server in the same test. */
static void start_over(void)
{
    ardoq_https_close(&https);
    tls_peer_stop();
}

/* Opens, runs one exchange against an answer, and gives its result. */
static ardoq_err_t run_with(const char *answer, peer_then_t then)
{
    answer_with(answer, then);
    open_https();
    return run();
}

static void assert_head_is_wiped(void)
{
    for (size_t i = 0; i + 6 < sizeof https.buffer; i++) {
        assert_memory_not_equal(https.buffer + i, "secret", 6);
    }
}

/* ---- The good case ---- */

static void test_exchange(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 200);
    assert_string_equal(https.buffer, "{}");
    assert_int_equal(https.length, 2);
    assert_string_equal(tls_peer_received(), "GET / HTTP/1.1\r\nHost: localhost:8443\r\n"
                                             "Authorization: Bearer secret-token\r\n\r\n");
    assert_string_equal(ardoq_fake.resolved_host, "localhost");
    assert_int_equal(ardoq_fake.connect_port, 8443);
    assert_head_is_wiped();
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_IDLE);
    assert_string_equal(https.detail.certificate_subject, "CN=localhost");
    assert_string_equal(https.detail.tls_version, mbedtls_ssl_get_version(&https.tls));
    assert_string_equal(https.detail.tls_cipher, mbedtls_ssl_get_ciphersuite(&https.tls));
    assert_in_range(https.detail.certificate_end, time(NULL) + 28 * 86400, time(NULL) + 31 * 86400);
    assert_false(https.detail.certificate_dates_unchecked);
}

static void test_head_is_wiped_once_sent(void **state)
{
    (void)state;
    ardoq_https_wait_t wait;
    answer_with(NULL, PEER_KEEP);
    open_https();
    assert_int_equal(ardoq_https_start(&https, &exchange), ARDOQ_OK);
    while (strstr(tls_peer_received(), "\r\n\r\n") == NULL) {
        assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_PENDING);
    }
    assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_PENDING);
    assert_head_is_wiped();
    assert_true(ardoq_https_is_busy(&https));
}

static void test_close_wipes_everything(void **state)
{
    (void)state;
    static const ardoq_https_t zero;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_memory_equal(&https, &zero, sizeof zero);
    open_https();
}

static void test_body_is_sent_from_where_it_is(void **state)
{
    (void)state;
    static char body[100000];
    memset(body, 'x', sizeof body);
    exchange.write_head_context = "POST";
    exchange.body = body;
    exchange.body_size = sizeof body;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const char *received = strstr(tls_peer_received(), "\r\n\r\n") + 4;
    assert_int_equal(strlen(received), sizeof body);
    assert_int_equal(strspn(received, "x"), sizeof body);
}

/* ---- Kept connections ---- */

static void test_connection_is_kept(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 1);
    assert_int_equal(tls_peer_answered(), 2);
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

/* Bytes behind a response would be taken for the start of the next one. */
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

static void kept_connection_closed_meanwhile(peer_then_t how, const char *method)
{
    exchange.write_head_context = (void *)method;
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
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_RESOLVE);
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

/* ---- Bodies ---- */

static void test_body_by_close(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\n\r\nto the end", PEER_CLOSE_NOTIFY), ARDOQ_OK);
    assert_string_equal(https.buffer, "to the end");
}

/* Without close_notify nobody can tell the end from an attack that cuts the answer short. */
static void test_body_by_close_needs_close_notify(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\n\r\nto the en", PEER_CUT),
                     ARDOQ_ERR_CONNECTION_CLOSED);
    assert_string_equal(https.buffer, "");
}

static void test_cut_body(void **state)
{
    (void)state;
    assert_int_equal(
        run_with("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345678", PEER_CLOSE_NOTIFY),
        ARDOQ_ERR_CONNECTION_CLOSED);
}

static char *chunked_answer(const char *status, size_t body_size)
{
    static char answer[2 * ARDOQ_BUFFER_SIZE];
    ardoq_text_t text;
    ardoq_text_init(&text, answer, sizeof answer, ARDOQ_ERR_INVALID_ARGUMENT);
    const char *parts[] = {"HTTP/1.1 ", status,
                           "\r\nContent-Type: application/json\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n"};
    for (size_t i = 0; i < 3; i++) {
        ardoq_text_append(&text, parts[i], strlen(parts[i]));
    }
    for (size_t i = 0; i < body_size; i++) {
        const char byte = (char)('0' + i % 10);
        const char chunk[] = {'1', '\r', '\n', byte, '\r', '\n'};
        /* Single bytes at both ends, one large chunk between them. */
        if (i < 10 || i + 10 >= body_size) {
            ardoq_text_append(&text, chunk, sizeof chunk);
            continue;
        }
        char size[9];
        snprintf(size, sizeof size, "%zx\r\n", body_size - 20);
        ardoq_text_append(&text, size, strlen(size));
        for (; i + 10 < body_size; i++) {
            const char digit = (char)('0' + i % 10);
            ardoq_text_append(&text, &digit, 1);
        }
        ardoq_text_append(&text, "\r\n", 2);
        i--;
    }
    ardoq_text_append(&text, "0\r\n\r\n", 5);
    assert_int_equal(text.err, ARDOQ_OK);
    return answer;
}

static void test_chunked_body_that_just_fits(void **state)
{
    (void)state;
    const size_t size = ARDOQ_BUFFER_SIZE - 1;
    assert_int_equal(run_with(chunked_answer("200 OK", size), PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.length, size);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(https.buffer[i], '0' + (char)(i % 10));
    }
    assert_int_equal(https.buffer[size], '\0');
    assert_int_equal(ardoq_fake.open_sockets, 1);
}

static void test_body_one_byte_too_large(void **state)
{
    (void)state;
    assert_int_equal(run_with(chunked_answer("200 OK", ARDOQ_BUFFER_SIZE), PEER_KEEP),
                     ARDOQ_ERR_RESPONSE_TOO_LARGE);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* An error's body is only for people: what does not fit is dropped, the error stays. */
static void test_body_of_an_error_is_cut(void **state)
{
    (void)state;
    assert_int_equal(
        run_with(chunked_answer("401 Unauthorized", ARDOQ_BUFFER_SIZE + 200), PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 401);
    assert_int_equal(https.length, ARDOQ_BUFFER_SIZE - 1);
    assert_true(https.body_cut);
}

/* ---- Streaming ---- */

static size_t streamed;
static ardoq_err_t stream_result;

static ardoq_err_t on_body(void *context, const char *data, size_t size)
{
    assert_ptr_equal(context, &streamed);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(data[i], '0' + (char)((streamed + i) % 10));
    }
    streamed += size;
    return stream_result;
}

static void stream_to_callback(ardoq_err_t result)
{
    streamed = 0;
    stream_result = result;
    exchange.on_body = on_body;
    exchange.on_body_context = &streamed;
}

static void test_streamed_body_may_be_larger_than_the_buffer(void **state)
{
    (void)state;
    stream_to_callback(ARDOQ_OK);
    const size_t size = ARDOQ_BUFFER_SIZE + 500;
    assert_int_equal(run_with(chunked_answer("200 OK", size), PEER_KEEP), ARDOQ_OK);
    assert_int_equal(streamed, size);
    assert_int_equal(https.length, 0);
}

static void test_error_of_the_callback_ends_the_exchange(void **state)
{
    (void)state;
    stream_to_callback(ARDOQ_ERR_JSON_RANGE);
    assert_int_equal(run_with(chunked_answer("200 OK", 100), PEER_KEEP), ARDOQ_ERR_JSON_RANGE);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* There is nothing that the exchange could wait for on a callback's behalf. */
static void test_callback_may_not_be_pending(void **state)
{
    (void)state;
    stream_to_callback(ARDOQ_PENDING);
    assert_int_equal(run_with(chunked_answer("200 OK", 100), PEER_KEEP),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

static void test_errors_and_pages_are_not_streamed(void **state)
{
    (void)state;
    stream_to_callback(ARDOQ_OK);
    assert_int_equal(run_with(chunked_answer("500 Oops", 20), PEER_KEEP), ARDOQ_OK);
    assert_int_equal(https.length, 20);
    tls_peer_stop();
    answer_with("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\n<p>",
                PEER_KEEP);
    ardoq_https_cancel(&https);
    assert_int_equal(run(), ARDOQ_OK);
    assert_string_equal(https.buffer, "<p>");
    assert_int_equal(streamed, 0);
}

/* A login page must not look like data that was too large. */
static void test_large_page_is_cut(void **state)
{
    (void)state;
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    static char page[2 * ARDOQ_BUFFER_SIZE];
    memset(page, 'p', sizeof page - 1);
    memcpy(page, head, sizeof head - 1);
    assert_int_equal(run_with(page, PEER_CLOSE_NOTIFY), ARDOQ_OK);
    assert_true(https.body_cut);
    assert_int_equal(https.length, ARDOQ_BUFFER_SIZE - 1);
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

/* ---- Answers that come before the body is sent ---- */

static void early_answer(peer_then_t then, size_t body_size)
{
    static char body[200000];
    const peer_step_t step = {.answer =
                                  "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
                              .then = then,
                              .early = true};
    exchange.body = body;
    exchange.body_size = body_size;
    start_peer(&step, 1);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 413);
    assert_string_equal(https.buffer, "big");
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

static void test_early_answer_of_a_server_that_stops_reading(void **state)
{
    (void)state;
    early_answer(PEER_KEEP, 200000);
}

static void test_early_answer_of_a_server_that_closes(void **state)
{
    (void)state;
    early_answer(PEER_CLOSE_NOTIFY, 100000);
}

/* It takes several steps to read. */
static void test_early_answer_larger_than_the_buffer(void **state)
{
    (void)state;
    static char body[200000];
    static char answer[2 * sizeof https.buffer + 100];
    const int head_size = snprintf(answer, sizeof answer,
                                   "HTTP/1.1 413 Content Too Large\r\nContent-Length: %zu\r\n\r\n",
                                   2 * sizeof https.buffer);
    memset(answer + head_size, 'b', 2 * sizeof https.buffer);
    const peer_step_t step = {.answer = answer, .early = true};
    exchange.body = body;
    exchange.body_size = sizeof body;
    start_peer(&step, 1);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 413);
    assert_true(https.body_cut);
    assert_int_equal(strspn(https.buffer, "b"), sizeof https.buffer - 1);
}

/* ---- Sockets with little room ---- */

static void test_failing_send_of_the_body(void **state)
{
    (void)state;
    static char body[3000];
    memset(body, 'b', sizeof body);
    exchange.body = body;
    exchange.body_size = sizeof body;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const unsigned last = ardoq_fake.failures[ARDOQ_FAKE_SEND].count;
    start_over();
    ardoq_fake_fail(ARDOQ_FAKE_SEND, last, ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_SEND);
    assert_int_equal(https.detail.platform_code, ARDOQ_ERR_CONNECTION_CLOSED);
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_START, 1, ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_RESOLVE);
}

static ardoq_fake_peer_t roomy_peer;
static bool has_room;

/* A server that answers the head and closes; the answer is seen behind the failing send. */
static bool has_closed;

static ardoq_err_t send_until_answered(void *context, const void *data, size_t size, size_t *sent)
{
    has_closed = tls_peer_answered() > 0;
    return has_closed ? ARDOQ_ERR_CONNECTION_CLOSED : roomy_peer.send(context, data, size, sent);
}

static ardoq_err_t receive_once_closed(void *context, void *buffer, size_t size, size_t *received)
{
    return tls_peer_answered() > 0 && !has_closed
               ? ARDOQ_PENDING
               : roomy_peer.receive(context, buffer, size, received);
}

static ardoq_err_t run_with_last_words(const char *answer)
{
    static char body[3000];
    memset(body, 'b', sizeof body);
    exchange.body = body;
    exchange.body_size = sizeof body;
    const peer_step_t step = {.answer = answer, .early = true};
    start_peer(&step, 1);
    roomy_peer = ardoq_fake.peer;
    ardoq_fake.peer.send = send_until_answered;
    ardoq_fake.peer.receive = receive_once_closed;
    has_closed = false;
    open_https();
    return run();
}

static void test_last_words_of_a_server_that_closes(void **state)
{
    (void)state;
    assert_int_equal(run_with_last_words("HTTP/1.1 413 Content Too Large\r\n"
                                         "Content-Length: 3\r\n\r\nbig"),
                     ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 413);
    assert_string_equal(https.buffer, "big");
}

static void test_last_words_that_are_nonsense(void **state)
{
    (void)state;
    assert_int_equal(run_with_last_words("nonsense\r\n"), ARDOQ_ERR_HTTP_PROTOCOL);
}

/* Takes one byte every other time. */
static ardoq_err_t send_one_byte(void *context, const void *data, size_t size, size_t *sent)
{
    (void)size;
    has_room = !has_room;
    return has_room ? roomy_peer.send(context, data, 1, sent) : ARDOQ_PENDING;
}

/* Without letting time pass; counts how often there was room to wait for. */
static ardoq_err_t run_at_once(unsigned *waits)
{
    ardoq_https_wait_t wait;
    ardoq_err_t err = ardoq_https_start(&https, &exchange);
    *waits = 0;
    while (!err || err == ARDOQ_PENDING) {
        err = ardoq_https_step(&https, &wait);
        if (err != ARDOQ_PENDING) {
            break;
        }
        *waits += wait.timeout_ms > 0 && wait.what == ARDOQ_PORT_WAIT_WRITABLE;
    }
    return err;
}

static char long_value[20001];

static void write_long_head(void *context, ardoq_text_t *head)
{
    ardoq_http_write_request_line(head, context, "/", NULL, 0);
    ardoq_http_write_header(head, "X-Long", long_value);
    ardoq_http_write_end(head);
}

static void test_head_larger_than_a_record(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    if (sizeof https.buffer < sizeof long_value + 100) {
        skip();
    }
    memset(long_value, 'h', sizeof long_value - 1);
    exchange.write_head = write_long_head;
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(strspn(strchr(tls_peer_received(), 'h'), "h"), sizeof long_value - 1);
    assert_string_equal(https.buffer, "{}");
}

static void test_socket_that_takes_a_byte_at_a_time(void **state)
{
    (void)state;
    static char body[3000];
    memset(body, 'b', sizeof body);
    exchange.write_head_context = "POST";
    exchange.body = body;
    exchange.body_size = sizeof body;
    answer_with(JSON_OK, PEER_KEEP);
    roomy_peer = ardoq_fake.peer;
    ardoq_fake.peer.send = send_one_byte;
    open_https();
    unsigned waits;
    assert_int_equal(run_at_once(&waits), ARDOQ_OK);
    assert_true(waits > sizeof body);
    assert_string_equal(https.buffer, "{}");
    const char *received = strstr(tls_peer_received(), "\r\n\r\n") + 4;
    assert_int_equal(strlen(received), sizeof body);
    assert_memory_equal(received, body, sizeof body);
    assert_head_is_wiped();
}

/* ---- Deadlines ---- */

static void assert_timeout(ardoq_phase_t phase)
{
    assert_int_equal(run(), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(https.detail.phase, phase);
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
    ardoq_https_wait_t wait = {0};
    ardoq_err_t err = ardoq_https_start(&https, &exchange);
    while (err >= ARDOQ_OK) {
        err = ardoq_https_step(&https, &wait);
        ardoq_fake.uptime_ms += wait.timeout_ms > 0 ? 1000 : 0;
    }
    assert_int_equal(err, ARDOQ_ERR_TIMEOUT);
    assert_in_range(ardoq_fake.uptime_ms, 30000, 31000);
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_HANDSHAKE);
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
    assert_int_equal(https.detail.platform_code, 0);
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
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_CONNECT);
    assert_int_equal(https.detail.platform_code, ARDOQ_ERR_CONNECTION_REFUSED);
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
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_CONNECT);
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
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_HANDSHAKE);
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
    assert_int_equal(https.detail.platform_code, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_HANDSHAKE);
}

/* mbedTLS tells every end of reading by the same 0. */
static void test_failure_while_receiving_is_kept(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    /* The first reading asks whether the kept connection is alive. */
    ardoq_fake_fail(ARDOQ_FAKE_RECEIVE, 2, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.detail.platform_code, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_RECEIVE);
    assert_int_equal(ardoq_fake.connects, 1);
}

/* Closing in good order would send the rest of a request that has been given up. */
static void test_nothing_is_sent_after_a_failure(void **state)
{
    (void)state;
    exchange.write_head_context = "POST";
    exchange.body = "{\"a\":1}";
    exchange.body_size = 7;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    const unsigned answered = tls_peer_answered();
    /* The head, then the body. */
    ardoq_fake_fail(ARDOQ_FAKE_SEND, 2, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SEND].count, 2);
    assert_int_equal(tls_peer_answered(), answered);
}

/* ---- Giving up ---- */

static void test_cancel_in_every_state(void **state)
{
    (void)state;
    ardoq_https_wait_t wait;
    answer_with(JSON_OK, PEER_KEEP);
    ardoq_fake.resolve_polls = 1;
    open_https();
    ardoq_err_t err = ARDOQ_PENDING;
    for (unsigned steps = 0; err == ARDOQ_PENDING; steps++) {
        assert_int_equal(ardoq_https_start(&https, &exchange), ARDOQ_OK);
        for (unsigned i = 0; i <= steps; i++) {
            err = ardoq_https_step(&https, &wait);
        }
        ardoq_https_cancel(&https);
        assert_false(ardoq_https_is_busy(&https));
        assert_int_equal(ardoq_fake.open_sockets, 0);
        assert_int_equal(ardoq_fake.resolving, 0);
        assert_head_is_wiped();
    }
    assert_int_equal(err, ARDOQ_OK);
}

static void test_only_one_exchange_at_a_time(void **state)
{
    (void)state;
    ardoq_https_wait_t wait;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_https_start(&https, &exchange), ARDOQ_OK);
    assert_int_equal(ardoq_https_start(&https, &exchange), ARDOQ_ERR_BUSY);
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

static void test_invalid_http_closes_the_connection(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\n\n", PEER_KEEP), ARDOQ_ERR_HTTP_PROTOCOL);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_RECEIVE);
}

/* ---- Whom to trust ---- */

static void assert_refused(const char *certificate, ardoq_err_t expected)
{
    script.certificate = certificate;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), expected);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_int_not_equal(https.detail.verify_flags, 0);
    assert_int_not_equal(https.detail.tls_code, 0);
}

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
    assert_true(https.detail.certificate_dates_unchecked);
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
    assert_int_equal(https.detail.verify_flags, expected_flags);
    assert_int_equal(https.detail.tls_code, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
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
    assert_int_equal(https.detail.verify_flags, MBEDTLS_X509_BADCERT_NOT_TRUSTED);
}

/* That says nothing of the chain. */
static void test_verify_callback_of_the_platform_without_memory(void **state)
{
    (void)state;
    trust_bundle("other_ca.pem");
    bundle.failure = MBEDTLS_ERR_X509_ALLOC_FAILED;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_OUT_OF_MEMORY);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(https.detail.tls_code, MBEDTLS_ERR_X509_ALLOC_FAILED);
    assert_int_equal(https.detail.verify_flags, 0);
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

static void assert_open_fails(ardoq_err_t expected)
{
    answer_with(JSON_OK, PEER_KEEP);
    assert_int_equal(ardoq_https_open(&https, &config), expected);
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

/* A pin is no way round verification. */
static void test_pin_does_not_replace_trust(void **state)
{
    (void)state;
    config.pins[0] = certificate_file("self_signed.pin");
    assert_refused("self_signed", ARDOQ_ERR_CERTIFICATE_SELF_SIGNED);
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
    assert_int_equal(https.detail.phase, ARDOQ_PHASE_HANDSHAKE);
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
    assert_int_equal(ardoq_https_open(&https, &config), ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
    config.key_pem = NULL;
    ardoq_port_store_set("key", certificate_file("client.key"));
    assert_int_equal(ardoq_https_open(&https, &config), ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
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
    assert_int_equal(ardoq_https_open(&https, &config), ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
}

static void test_client_key_that_cannot_be_read(void **state)
{
    (void)state;
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n";
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_exchange),
        TEST(test_head_is_wiped_once_sent),
        TEST(test_close_wipes_everything),
        TEST(test_body_is_sent_from_where_it_is),
        TEST(test_connection_is_kept),
        TEST(test_connection_is_not_kept_when_the_server_says_close),
        TEST(test_connection_with_surplus_bytes_is_closed),
        TEST(test_connection_with_surplus_bytes_inside_tls_is_closed),
        TEST(test_dead_kept_connection_is_replaced),
        TEST(test_closed_kept_connection_is_replaced_for_post_too),
        TEST(test_request_lost_on_a_kept_connection_is_replayed),
        TEST(test_replay_without_a_network),
        TEST(test_replay_that_cannot_be_written),
        TEST(test_lost_request_is_replayed_after_close_notify_too),
        TEST(test_lost_post_is_not_replayed),
        TEST(test_request_lost_on_a_new_connection_is_not_replayed),
        TEST(test_half_an_answer_is_not_replayed),
        TEST(test_body_by_close),
        TEST(test_body_by_close_needs_close_notify),
        TEST(test_cut_body),
        TEST(test_chunked_body_that_just_fits),
        TEST(test_body_one_byte_too_large),
        TEST(test_body_of_an_error_is_cut),
        TEST(test_streamed_body_may_be_larger_than_the_buffer),
        TEST(test_error_of_the_callback_ends_the_exchange),
        TEST(test_callback_may_not_be_pending),
        TEST(test_errors_and_pages_are_not_streamed),
        TEST(test_large_page_is_cut),
        TEST(test_replay_reads_the_clock_again),
        TEST(test_early_answer_of_a_server_that_stops_reading),
        TEST(test_early_answer_of_a_server_that_closes),
        TEST(test_early_answer_larger_than_the_buffer),
        TEST(test_failing_send_of_the_body),
        TEST(test_last_words_of_a_server_that_closes),
        TEST(test_last_words_that_are_nonsense),
        TEST(test_head_larger_than_a_record),
        TEST(test_socket_that_takes_a_byte_at_a_time),
        TEST(test_deadline_while_resolving),
        TEST(test_deadline_while_connecting),
        TEST(test_deadline_of_a_silent_server),
        TEST(test_deadline_without_an_answer),
        TEST(test_deadline_is_not_extended_by_slow_bytes),
        TEST(test_each_address_gets_an_equal_share),
        TEST(test_last_address_tells_the_error),
        TEST(test_next_address_without_a_network),
        TEST(test_every_failing_resolve),
        TEST(test_every_failing_connect),
        TEST(test_every_failing_send),
        TEST(test_every_failing_receive),
        TEST(test_failing_random_number),
        TEST(test_platform_code_is_kept),
        TEST(test_failure_while_receiving_is_kept),
        TEST(test_nothing_is_sent_after_a_failure),
        TEST(test_cancel_in_every_state),
        TEST(test_only_one_exchange_at_a_time),
        TEST(test_request_that_cannot_be_written_never_connects),
        TEST(test_invalid_http_closes_the_connection),
        TEST(test_unknown_ca),
        TEST(test_self_signed),
        TEST(test_self_signed_and_trusted_for_another_host),
        TEST(test_self_signed_and_trusted),
        TEST(test_wrong_host),
        TEST(test_expired),
        TEST(test_not_yet_valid),
        TEST(test_weak_key),
        TEST(test_weak_signature),
        TEST(test_missing_intermediate_certificate),
        TEST(test_dates_are_judged_by_the_ports_clock),
        TEST(test_unknown_clock),
        TEST(test_clock_before_the_release_is_unknown),
        TEST(test_intermediate_certificates),
        TEST(test_several_roots),
        TEST(test_roots_of_the_store),
        TEST(test_roots_of_the_platform),
        TEST(test_verify_callback_of_the_platform_comes_first),
        TEST(test_verify_callback_of_the_platform_sees_no_dates),
        TEST(test_bundle_and_a_clock_that_mbedtls_does_not_have),
        TEST(test_bundle_and_an_unknown_ca),
        TEST(test_bundle_and_an_unknown_intermediate_ca),
        TEST(test_bundle_that_fails_otherwise),
        TEST(test_bundle_and_a_self_signed_certificate),
        TEST(test_bundle_and_an_unknown_ca_with_more_faults),
        TEST(test_verify_callback_of_the_platform_that_fails_trusts_nothing),
        TEST(test_verify_callback_of_the_platform_without_memory),
        TEST(test_bundle_and_a_wrong_host),
        TEST(test_bundle_and_a_weak_key),
        TEST(test_bundle_and_intermediate_certificates),
        TEST(test_bundle_and_a_pin),
        TEST(test_bundle_and_a_pin_that_matches_nothing),
        TEST(test_bundle_and_a_pin_of_an_unknown_ca),
        TEST(test_no_root_at_all),
        TEST(test_root_that_cannot_be_read),
        TEST(test_second_root_without_an_end),
        TEST(test_store_that_fails),
        TEST(test_pin_of_the_servers_key),
        TEST(test_pin_of_the_roots_key),
        TEST(test_pin_that_matches_nothing),
        TEST(test_pin_does_not_replace_trust),
        TEST(test_client_certificate),
        TEST(test_client_certificate_of_the_store),
        TEST(test_stored_key_does_not_stay_in_the_buffer),
        TEST(test_missing_client_certificate),
        TEST(test_client_certificate_of_another_ca),
        TEST(test_half_a_client_certificate),
        TEST(test_client_certificate_that_cannot_be_read),
        TEST(test_client_key_that_cannot_be_read),
    };
    return cmocka_run_group_tests_name("https", tests, NULL, NULL);
}
