/* One exchange: request and response, over the fake port with a real TLS server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ardoq/http_request.h"
#include "ardoq/port_fake.h"
#include "peer_https.h"

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
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_IDLE);
    assert_string_equal(https.tls.detail.certificate_subject, "CN=localhost");
    assert_string_equal(https.tls.detail.tls_version, mbedtls_ssl_get_version(&https.tls.ssl));
    assert_string_equal(https.tls.detail.tls_cipher, mbedtls_ssl_get_ciphersuite(&https.tls.ssl));
    assert_in_range(https.tls.detail.certificate_end, time(NULL) + 28 * 86400,
                    time(NULL) + 31 * 86400);
    assert_false(https.tls.detail.certificate_dates_unchecked);
}

/* The resolver gets the name as it is, the server without its dot. */
static void test_absolute_name(void **state)
{
    (void)state;
    origin.is_absolute = true;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    assert_string_equal(ardoq_fake.resolved_host, "localhost.");
    assert_non_null(strstr(tls_peer_received(), "\r\nHost: localhost:8443\r\n"));
}

static void test_head_is_wiped_once_sent(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    answer_with(NULL, PEER_KEEP);
    open_https();
    assert_int_equal(start_exchange(), ARDOQ_OK);
    while (strstr(tls_peer_received(), "\r\n\r\n") == NULL) {
        assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_PENDING);
    }
    assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_PENDING);
    assert_head_is_wiped();
    assert_true(ardoq_https_is_busy(&https));
}

static void test_closed_twice_and_opened_again(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_string_equal(https.buffer, "");
    assert_int_equal(ardoq_fake.open_sockets, 0);
    ardoq_https_close(&https);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
}

static void test_long_body(void **state)
{
    (void)state;
    static char body[100000];
    memset(body, 'x', sizeof body);
    exchange.write_context = "POST";
    send_body(body, sizeof body);
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const char *received = strstr(tls_peer_received(), "\r\n\r\n") + 4;
    assert_int_equal(strlen(received), sizeof body);
    assert_int_equal(strspn(received, "x"), sizeof body);
}

/* ---- Bodies ---- */

static void test_body_by_close(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\n\r\nto the end", PEER_CLOSE_NOTIFY), ARDOQ_OK);
    assert_string_equal(https.buffer, "to the end");
}

/* Without close_notify the end looks like an attack that cuts the answer short. */
static void test_body_by_close_needs_close_notify(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\n\r\nto the en", PEER_CUT),
                     ARDOQ_ERR_CONNECTION_CLOSED);
    assert_string_equal(https.buffer, "");
    assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_SSL_CONN_EOF);
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

/* ---- Answers that come before the body is sent ---- */

static void early_answer(peer_then_t then, size_t body_size)
{
    static char body[200000];
    const peer_step_t step = {.answer =
                                  "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
                              .then = then,
                              .early = true};
    send_body(body, body_size);
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
    send_body(body, sizeof body);
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
    send_body(body, sizeof body);
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const unsigned last = ardoq_fake.failures[ARDOQ_FAKE_SEND].count;
    start_over();
    ardoq_fake_fail(ARDOQ_FAKE_SEND, last, ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_SEND);
    assert_int_equal(https.tls.detail.platform_code, ARDOQ_ERR_CONNECTION_CLOSED);
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_START, 1, ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_DOWN);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_RESOLVE);
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
    static char body[2 * ARDOQ_BUFFER_SIZE];
    memset(body, 'b', sizeof body);
    send_body(body, sizeof body);
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
    ardoq_wait_t wait;
    ardoq_err_t err = start_exchange();
    *waits = 0;
    while (!err || err == ARDOQ_PENDING) {
        err = ardoq_https_step(&https, &wait);
        if (err != ARDOQ_PENDING) {
            break;
        }
        *waits += wait.timeout_ms > 0 && wait.event == ARDOQ_PORT_EVENT_WRITABLE;
        /* Meanwhile the server may answer. */
        assert_true(https.tls.detail.phase != ARDOQ_PHASE_SEND || wait.timeout_ms <= 100);
    }
    return err;
}

static char long_value[20001];

static void write_long_head(void *context, ardoq_text_t *head)
{
    ardoq_http_write_request_line(head, context, "/", NULL, 0);
    ardoq_http_write_header(head, "X-Long", long_value);
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
    exchange.write_context = "POST";
    send_body(body, sizeof body);
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

/* Only what the buffer shows of it is looked at. */
static void test_a_body_of_more_than_2_gb(void **state)
{
    (void)state;
    static char body[ARDOQ_BUFFER_SIZE];
    send_body(body, (size_t)INT32_MAX + ARDOQ_BUFFER_SIZE);
    open_https();
    assert_int_equal(start_exchange(), ARDOQ_ERR_REQUEST_TOO_LARGE);
    assert_int_equal(ardoq_fake.connects, 0);
    assert_head_is_wiped();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_HTTPS_TEST(test_exchange),
        PEER_HTTPS_TEST(test_absolute_name),
        PEER_HTTPS_TEST(test_head_is_wiped_once_sent),
        PEER_HTTPS_TEST(test_closed_twice_and_opened_again),
        PEER_HTTPS_TEST(test_long_body),
        PEER_HTTPS_TEST(test_body_by_close),
        PEER_HTTPS_TEST(test_body_by_close_needs_close_notify),
        PEER_HTTPS_TEST(test_cut_body),
        PEER_HTTPS_TEST(test_chunked_body_that_just_fits),
        PEER_HTTPS_TEST(test_body_one_byte_too_large),
        PEER_HTTPS_TEST(test_body_of_an_error_is_cut),
        PEER_HTTPS_TEST(test_streamed_body_may_be_larger_than_the_buffer),
        PEER_HTTPS_TEST(test_error_of_the_callback_ends_the_exchange),
        PEER_HTTPS_TEST(test_callback_may_not_be_pending),
        PEER_HTTPS_TEST(test_errors_and_pages_are_not_streamed),
        PEER_HTTPS_TEST(test_large_page_is_cut),
        PEER_HTTPS_TEST(test_early_answer_of_a_server_that_stops_reading),
        PEER_HTTPS_TEST(test_early_answer_of_a_server_that_closes),
        PEER_HTTPS_TEST(test_early_answer_larger_than_the_buffer),
        PEER_HTTPS_TEST(test_failing_send_of_the_body),
        PEER_HTTPS_TEST(test_last_words_of_a_server_that_closes),
        PEER_HTTPS_TEST(test_last_words_that_are_nonsense),
        PEER_HTTPS_TEST(test_a_body_of_more_than_2_gb),
        PEER_HTTPS_TEST(test_head_larger_than_a_record),
        PEER_HTTPS_TEST(test_socket_that_takes_a_byte_at_a_time),
    };
    return cmocka_run_group_tests_name("https", tests, NULL, NULL);
}
