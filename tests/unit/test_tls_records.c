/*
 * TLS records that carry nothing for the client: it ignores them, or answers them with an alert. A
 * peer may send them for ever, and at any time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "peer_https.h"

/* A step may move this many bytes, and an alert when it closes the connection. It takes this long,
 * so a call ends after a hundred. */
enum { STEP_BYTES = 4096, ALERT_BYTES = 40, STEP_MS = 10, TIMEOUT_MS = 1000 };

/* Where a flood ends for a client that does not give up by itself. */
enum { FLOOD_BYTES = 20000000 };

/* What passes between the client and its peer. */
static struct {
    ardoq_fake_peer_t peer;
    size_t received;
    size_t sent;
    size_t moved;     /* in this step, both ways */
    size_t most;      /* of all steps */
    bool blocks;      /* nothing can be sent */
    bool is_closed;   /* nothing is taken any more */
    size_t blocks_at; /* nothing can be sent once so many more bytes have been; SIZE_MAX: never */
} wire;

/* ---- Set-up ---- */

static int set_up(void **state)
{
    memset(&wire, 0, sizeof wire);
    wire.blocks_at = SIZE_MAX;
    peer_https_set_up(state);
    exchange.timeout_ms = TIMEOUT_MS;
    open_https();
    return 0;
}

static void post(const char *body, size_t size)
{
    exchange.write_context = "POST";
    exchange.is_idempotent = false;
    send_body(body, size);
}

/* ---- The wire ---- */

static ardoq_err_t count_received(void *context, void *buffer, size_t size, size_t *received)
{
    if (wire.received > FLOOD_BYTES) {
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    const ardoq_err_t err = wire.peer.receive(context, buffer, size, received);
    wire.received += *received;
    wire.moved += *received;
    return err;
}

static ardoq_err_t count_sent(void *context, const void *data, size_t size, size_t *sent)
{
    size_t room = wire.blocks_at;
    if (wire.is_closed) {
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    if (wire.blocks || room == 0) {
        wire.blocks_at = SIZE_MAX;
        return ARDOQ_PENDING;
    }
    const ardoq_err_t err = wire.peer.send(context, data, size < room ? size : room, sent);
    wire.sent += *sent;
    wire.moved += *sent;
    if (room != SIZE_MAX) {
        wire.blocks_at -= *sent;
    }
    return err;
}

/* Begins to count what passes between the client and the peer of the fake port. */
static void watch(void)
{
    wire.peer = ardoq_fake.peer;
    ardoq_fake.peer.send = count_sent;
    ardoq_fake.peer.receive = count_received;
}

static void start_watched_peer(const peer_step_t *steps, size_t count)
{
    start_peer(steps, count);
    watch();
}

/* For another server in the same test. */
static void leave_peer(void)
{
    ardoq_https_cancel(&https);
    tls_peer_stop();
    ardoq_fake.connects = 0;
}

static void note_step(void)
{
    wire.most = wire.moved > wire.most ? wire.moved : wire.most;
    wire.moved = 0;
    ardoq_fake.uptime_ms += STEP_MS;
}

static ardoq_err_t start(void)
{
    const ardoq_err_t err = start_exchange();
    note_step();
    return err;
}

static ardoq_wait_t wait;

/* Without waiting: no peer is ever slow here. */
static ardoq_err_t step(void)
{
    const ardoq_err_t err = ardoq_https_step(&https, &wait);
    if (err == ARDOQ_PENDING && wire.moved >= STEP_BYTES) {
        /* Nothing but its bound has ended it. */
        assert_int_equal(wait.timeout_ms, 0);
    }
    note_step();
    return err;
}

static ardoq_err_t run_in_steps(void)
{
    ardoq_err_t err = start();
    err = err ? err : ARDOQ_PENDING;
    while (err == ARDOQ_PENDING) {
        err = step();
    }
    return err;
}

static void assert_short_steps(void)
{
    assert_in_range(wire.most, 1, STEP_BYTES + ALERT_BYTES);
}

static void assert_held_for(ardoq_err_t err, ardoq_phase_t phase)
{
    assert_int_equal(err, ARDOQ_ERR_TIMEOUT);
    assert_int_equal(https.tls.detail.phase, phase);
    assert_in_range(ardoq_fake.uptime_ms, TIMEOUT_MS, TIMEOUT_MS + 2 * STEP_MS);
    /* It went on at once all the time. */
    assert_true(wire.received + wire.sent > TIMEOUT_MS / STEP_MS * STEP_BYTES / 2);
    assert_short_steps();
}

/* ---- Before the server has shown a certificate ---- */

static const char *plain_record;
static size_t plain_size;
static size_t plain_offset;

static ardoq_err_t give_plain(void *context, void *buffer, size_t size, size_t *received)
{
    (void)context;
    char *bytes = buffer;
    for (*received = 0; *received < size; ++*received) {
        bytes[*received] = plain_record[plain_offset++ % plain_size];
    }
    return ARDOQ_OK;
}

static ardoq_err_t swallow(void *context, const void *data, size_t size, size_t *sent)
{
    (void)context;
    (void)data;
    *sent = size;
    return ARDOQ_OK;
}

static ardoq_err_t run_against(const char *record, size_t size)
{
    plain_record = record;
    plain_size = size;
    plain_offset = 0;
    ardoq_fake.peer = (ardoq_fake_peer_t){.send = swallow, .receive = give_plain};
    watch();
    return run_in_steps();
}

static void test_plain_alerts_without_end(void **state)
{
    (void)state;
    assert_held_for(run_against("\x15\x03\x03\x00\x02\x01\x70", 7), ARDOQ_PHASE_HANDSHAKE);
}

/* Those are refused by mbedTLS, each in its own way; a later release may be more patient. */
static void test_other_plain_records_without_end(void **state)
{
    (void)state;
    static const struct {
        const char *record;
        size_t size;
    } floods[] = {
        {"\x14\x03\x03\x00\x01\x01", 6},             /* ChangeCipherSpec */
        {"\x16\x03\x03\x00\x00", 5},                 /* an empty record */
        {"\x16\x03\x03\x00\x01\x02", 6},             /* a byte of a handshake message in each */
        {"\x17\x03\x03\x00\x01\x00", 6},             /* application data */
        {"\x15\x03\x03\x00\x01\x01", 6},             /* half an alert */
        {"\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9}, /* HelloRequest */
    };
    for (size_t i = 0; i < sizeof floods / sizeof floods[0]; i++) {
        wire.received = 0;
        const uint64_t began = ardoq_fake.uptime_ms;
        assert_true(run_against(floods[i].record, floods[i].size) < 0);
        assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
        assert_in_range(ardoq_fake.uptime_ms - began, 1, TIMEOUT_MS + 2 * STEP_MS);
        assert_short_steps();
    }
}

/* Its header is enough. */
static void test_a_record_that_is_too_large(void **state)
{
    (void)state;
    assert_int_equal(run_against("\x16\x03\x03\xff\xff", 5), ARDOQ_ERR_TLS_RECORD_TOO_LARGE);
}

/* What a server refuses before it has shown a certificate is not the client's certificate. */
static void test_fatal_alerts_before_the_certificate(void **state)
{
    (void)state;
    static const unsigned char alerts[] = {40, 41, 42, 43, 44, 45, 46, 48, 49, 80, 116, 200};
    for (size_t i = 0; i < sizeof alerts; i++) {
        char record[] = "\x15\x03\x03\x00\x02\x02?";
        record[6] = (char)alerts[i];
        assert_int_equal(run_against(record, 7), ARDOQ_ERR_TLS_FAILED);
        assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
        assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE);
    }
    assert_int_equal(run_against("\x15\x03\x03\x00\x02\x02\x46", 7),
                     ARDOQ_ERR_TLS_NO_COMMON_VERSION);
}

/* ---- After the handshake ---- */

static void send_alert(mbedtls_ssl_context *tls)
{
    mbedtls_ssl_send_alert_message(tls, MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                   MBEDTLS_SSL_ALERT_MSG_USER_CANCELED);
}

static void send_a_byte(mbedtls_ssl_context *tls)
{
    mbedtls_ssl_write(tls, (const unsigned char *)"x", 1);
}

static void send_empty_record(mbedtls_ssl_context *tls)
{
    mbedtls_ssl_write(tls, (const unsigned char *)"", 0);
}

/* Silent, but for what it does when nothing is on the way to the client. */
static void start_flooding_peer(tls_peer_act_t act)
{
    static const peer_step_t silent = {.answer = NULL};
    start_watched_peer(&silent, 1);
    tls_peer_when_idle(act);
}

static void test_alerts_instead_of_an_answer(void **state)
{
    (void)state;
    start_flooding_peer(send_alert);
    assert_held_for(run_in_steps(), ARDOQ_PHASE_RECEIVE);
}

static void test_alerts_to_a_client_that_cannot_send_its_body(void **state)
{
    (void)state;
    static char body[100000];
    post(body, sizeof body);
    start_flooding_peer(send_alert);
    assert_int_equal(start(), ARDOQ_OK);
    while (strstr(tls_peer_received(), "\r\n\r\n") == NULL) {
        assert_int_equal(step(), ARDOQ_PENDING);
    }
    wire.blocks = true;
    ardoq_err_t err;
    do {
        err = step();
    } while (err == ARDOQ_PENDING);
    assert_held_for(err, ARDOQ_PHASE_SEND);
}

static ardoq_err_t drop_body(void *context, const char *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
    return ARDOQ_OK;
}

static void test_a_body_of_records_with_a_byte_each(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Content-Length: 1000000000\r\n\r\n"};
    exchange.on_body = drop_body;
    start_watched_peer(&step, 1);
    tls_peer_when_idle(send_a_byte);
    assert_int_equal(run_in_steps(), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_RECEIVE);
    assert_short_steps();
}

static void test_a_write_of_one_byte(void **state)
{
    (void)state;
    size_t written = 0;
    answer_with(JSON_OK, PEER_KEEP);
    assert_int_equal(run(), ARDOQ_OK);
    ardoq_tls_begin_step(&https.tls);
    assert_int_equal(ardoq_tls_write(&https.tls, "G", 1, &written), ARDOQ_OK);
    assert_int_equal(written, 1);
}

static void test_empty_records_without_end(void **state)
{
    (void)state;
    start_flooding_peer(send_empty_record);
    assert_held_for(run_in_steps(), ARDOQ_PHASE_RECEIVE);
    leave_peer();
    script.tls_1_2 = true;
    ardoq_fake.uptime_ms = 0;
    start_flooding_peer(send_empty_record);
    assert_held_for(run_in_steps(), ARDOQ_PHASE_RECEIVE);
}

static unsigned empty_records;

static void send_the_rest_after_empty_records(mbedtls_ssl_context *tls)
{
    static const char rest[] = "\r\n\r\n{}";
    tls_peer_when_idle(NULL);
    for (unsigned i = 0; i < empty_records; i++) {
        send_empty_record(tls);
    }
    mbedtls_ssl_write(tls, (const unsigned char *)rest, sizeof rest - 1);
}

/* They are no end of the stream, however many are in a row. */
static void assert_read_over_empty_records(void)
{
    const peer_step_t cut = {.answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                       "Content-Length: 2"};
    for (empty_records = 1; empty_records < 40; empty_records++) {
        start_watched_peer(&cut, 1);
        tls_peer_when_idle(send_the_rest_after_empty_records);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_string_equal(https.buffer, "{}");
        assert_int_equal(ardoq_fake.open_sockets, 1);
        leave_peer();
    }
}

static void test_empty_records_in_an_answer(void **state)
{
    (void)state;
    assert_read_over_empty_records();
    script.tls_1_2 = true;
    assert_read_over_empty_records();
}

/* They are messages of TLS 1.3, and of a build that knows them. */
static bool has_tickets(void)
{
#if defined(MBEDTLS_SSL_PROTO_TLS1_3) && defined(MBEDTLS_SSL_SESSION_TICKETS)
    return !script.tls_1_2;
#else
    return false;
#endif
}

/* Two in one record; of RFC 8446, 4.6.1: lifetime, age, nonce, ticket, no extensions. */
static void send_tickets(mbedtls_ssl_context *tls)
{
    (void)tls;
    static const char messages[] = "\4\0\0\x16\0\0\x0e\x10\1\2\3\4\1n\0\10tickets1\0\0"
                                   "\4\0\0\x16\0\0\x0e\x10\1\2\3\4\1n\0\10tickets2\0\0";
    tls_peer_send_handshake(messages, sizeof messages - 1);
}

static void test_session_tickets_without_end(void **state)
{
    (void)state;
    if (!has_tickets()) {
        skip();
    }
    start_flooding_peer(send_tickets);
    assert_held_for(run_in_steps(), ARDOQ_PHASE_RECEIVE);
}

/* ---- On a kept connection ---- */

static void (*connect_to_peer)(void *context);

static void stop_flood(void *context)
{
    tls_peer_when_idle(NULL);
    connect_to_peer(context);
}

/* Another connection is made, where it is quiet. */
static void assert_given_up_for(tls_peer_act_t act)
{
    const peer_step_t step = {.answer = JSON_OK};
    start_watched_peer(&step, 1);
    connect_to_peer = ardoq_fake.peer.connected;
    ardoq_fake.peer.connected = stop_flood;
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 1);
    tls_peer_when_idle(act);
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_short_steps();
}

static unsigned records_left;
static tls_peer_act_t send_record;

static void send_few(mbedtls_ssl_context *tls)
{
    if (records_left > 0) {
        records_left--;
        send_record(tls);
    }
}

static void assert_used_in_spite_of(tls_peer_act_t act)
{
    const peer_step_t step = {.answer = JSON_OK};
    start_watched_peer(&step, 1);
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    records_left = 3;
    send_record = act;
    tls_peer_when_idle(send_few);
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    assert_int_equal(records_left, 0);
    assert_int_equal(ardoq_fake.connects, 1);
}

static void send_no_renegotiation(mbedtls_ssl_context *tls)
{
    mbedtls_ssl_send_alert_message(tls, MBEDTLS_SSL_ALERT_LEVEL_WARNING,
                                   MBEDTLS_SSL_ALERT_MSG_NO_RENEGOTIATION);
}

static void test_records_without_data_on_a_kept_connection(void **state)
{
    (void)state;
    assert_given_up_for(send_alert);
    leave_peer();
    assert_given_up_for(send_no_renegotiation);
    leave_peer();
    assert_given_up_for(send_empty_record);
}

static void test_a_few_records_without_data_do_no_harm(void **state)
{
    (void)state;
    assert_used_in_spite_of(send_alert);
    leave_peer();
    assert_used_in_spite_of(send_no_renegotiation);
    leave_peer();
    assert_used_in_spite_of(send_empty_record);
}

/* RFC 8446, 4.6.3: no mbedTLS knows how to do it. */
static void update_key(mbedtls_ssl_context *tls)
{
    (void)tls;
    tls_peer_send_handshake("\x18\0\0\1\1", 5);
}

static void test_key_updates_without_end(void **state)
{
    (void)state;
    if (!has_tickets()) {
        skip();
    }
    start_flooding_peer(update_key);
    assert_int_equal(run_in_steps(), ARDOQ_ERR_TLS_FAILED);
    assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE);
    assert_short_steps();
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

static void test_session_tickets_on_a_kept_connection(void **state)
{
    (void)state;
    if (!has_tickets()) {
        skip();
    }
    assert_given_up_for(send_tickets);
}

static void test_a_few_session_tickets_do_no_harm(void **state)
{
    (void)state;
    if (!has_tickets()) {
        skip();
    }
    assert_used_in_spite_of(send_tickets);
}

/* What the last step of an exchange leaves of its bytes matters neither to the next nor to the
 * close_notify. */
static void test_an_answer_of_a_whole_step_keeps_the_connection(void **state)
{
    (void)state;
    static char answer[STEP_BYTES];
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Content-Length: %d\r\n\r\n";
    exchange.on_body = drop_body;
    const peer_step_t step = {.answer = answer};
    /* The overhead of its record is between 22 and 29 bytes. */
    for (int size = STEP_BYTES - 40; size < STEP_BYTES - 20; size++) {
        const int head_size = snprintf(answer, sizeof answer, head, size);
        snprintf(answer, sizeof answer, head, size - head_size);
        memset(answer + head_size, '1', (size_t)(size - head_size));
        answer[size] = '\0';
        start_watched_peer(&step, 1);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_int_equal(ardoq_fake.connects, 1);
        const size_t sent = wire.sent;
        ardoq_https_cancel(&https);
        assert_in_range(wire.sent - sent, 23, ALERT_BYTES);
        leave_peer();
    }
}

/* What the last connection waited for does not matter to the next. */
static void test_a_handshake_waits_for_nothing_before_it_has_asked(void **state)
{
    (void)state;
    const ardoq_fake_failure_t *sends = &ardoq_fake.failures[ARDOQ_FAKE_SEND];
    ardoq_fake.peer = (ardoq_fake_peer_t){.send = swallow};
    for (unsigned i = 0; i < 2; i++) {
        const unsigned before = sends->count;
        assert_int_equal(start(), ARDOQ_OK);
        while (sends->count == before) {
            assert_int_equal(step(), ARDOQ_PENDING);
            assert_true(sends->count > before || wait.timeout_ms == 0);
        }
        while (wait.event != ARDOQ_PORT_EVENT_READABLE) {
            assert_int_equal(step(), ARDOQ_PENDING);
        }
        ardoq_https_cancel(&https);
    }
}

/* ---- What the client answers: HelloRequest of TLS 1.2 ---- */

#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

/* As seen by a peer: a head and its body, and nothing else. */
static void assert_received_twice(const char *body)
{
    const char *received = tls_peer_received();
    for (int i = 0; i < 2; i++) {
        assert_memory_equal(received, "POST / HTTP/1.1\r\n", 17);
        received = strstr(received, "\r\n\r\n") + 4;
        assert_memory_equal(received, body, strlen(body));
        received += strlen(body);
    }
    assert_string_equal(received, "");
}

static void send_hello_request(mbedtls_ssl_context *tls)
{
    (void)tls;
    tls_peer_send_handshake("\0\0\0\0", 4);
}

static void ask_once(mbedtls_ssl_context *tls)
{
    tls_peer_when_idle(NULL);
    send_hello_request(tls);
}

static void test_hello_requests_without_end(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    start_flooding_peer(send_hello_request);
    assert_held_for(run_in_steps(), ARDOQ_PHASE_RECEIVE);
}

/* A thousand in each record, and an alert for each. */
static void send_many_hello_requests(mbedtls_ssl_context *tls)
{
    (void)tls;
    static const char messages[4000];
    tls_peer_send_handshake(messages, sizeof messages);
}

static void test_records_full_of_hello_requests(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    start_flooding_peer(send_many_hello_requests);
    assert_held_for(run_in_steps(), ARDOQ_PHASE_RECEIVE);
}

/* Of its alert, before nothing more can be sent once. It has 23 or 31. */
static size_t alert_bytes;

static void block_the_alert(mbedtls_ssl_context *tls)
{
    wire.blocks_at = alert_bytes;
    ask_once(tls);
}

static void block_the_alert_after_the_body(mbedtls_ssl_context *tls)
{
    if (strstr(tls_peer_received(), SMUGGLED)) {
        block_the_alert(tls);
    }
}

/* The answer comes although the alert did not leave; the connection is not used again. */
static void test_an_alert_that_cannot_leave_before_the_answer(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    for (alert_bytes = 0; alert_bytes < 20; alert_bytes += 9) {
        const peer_step_t steps[] = {{.answer = JSON_OK, .waits = true}, {.answer = JSON_OK}};
        post(SMUGGLED, strlen(SMUGGLED));
        start_watched_peer(steps, 2);
        tls_peer_when_idle(block_the_alert_after_the_body);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_received_twice(SMUGGLED);
        assert_int_equal(ardoq_fake.connects, 2);
        leave_peer();
    }
}

static void test_an_alert_that_cannot_leave_on_a_kept_connection(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    const peer_step_t step = {.answer = JSON_OK};
    post(SMUGGLED, strlen(SMUGGLED));
    for (alert_bytes = 0; alert_bytes < 20; alert_bytes += 9) {
        start_watched_peer(&step, 1);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        tls_peer_when_idle(block_the_alert);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_received_twice(SMUGGLED);
        assert_int_equal(ardoq_fake.connects, 2);
        leave_peer();
    }
}

static void block_for_good(mbedtls_ssl_context *tls)
{
    if (strstr(tls_peer_received(), SMUGGLED)) {
        wire.blocks = true;
        ask_once(tls);
    }
}

/* It does not wait for room, which there may never be. */
static void test_an_alert_that_never_leaves_does_not_hold_up_the_answer(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    const peer_step_t answer = {.answer = JSON_OK, .waits = true};
    post(SMUGGLED, strlen(SMUGGLED));
    start_watched_peer(&answer, 1);
    tls_peer_when_idle(block_for_good);
    ardoq_err_t err = start();
    err = err ? err : ARDOQ_PENDING;
    while (err == ARDOQ_PENDING) {
        err = step();
        const bool waits_for_room =
            err == ARDOQ_PENDING && wait.timeout_ms > 0 && wait.event == ARDOQ_PORT_EVENT_WRITABLE;
        assert_false(wire.blocks && waits_for_room);
    }
    assert_int_equal(err, ARDOQ_OK);
}

/* Of its reads, that in which a HelloRequest comes, from 1. */
static unsigned moment;
static unsigned idle_calls;

static void ask_at_the_moment(mbedtls_ssl_context *tls)
{
    if (++idle_calls == moment) {
        send_hello_request(tls);
    }
}

/* What mbedTLS holds in the middle of a record is a part of the body, which it finishes. */
static void test_a_hello_request_at_every_moment_of_a_body(void **state)
{
    (void)state;
    static char body[(ARDOQ_BUFFER_SIZE > 40000 ? 200000 : 40000) + 1];
    memset(body, 'b', sizeof body - 1);
    script.tls_1_2 = true;
    post(body, sizeof body - 1);
    const peer_step_t step = {.answer = JSON_OK};
    moment = 0;
    do {
        moment++;
        start_watched_peer(&step, 1);
        idle_calls = 0;
        tls_peer_when_idle(ask_at_the_moment);
        assert_int_equal(run_in_steps(), ARDOQ_OK);
        assert_string_equal(strstr(tls_peer_received(), "\r\n\r\n") + 4, body);
        assert_int_equal(ardoq_fake.open_sockets, 1);
        leave_peer();
    } while (idle_calls >= moment);
    assert_true(moment > 3);
}

/* How much of a record leaves before nothing more can be sent once: a step would not send all of
 * the rest, or the rest and more. */
static const size_t parts[] = {100, 16390};
static size_t part;

static void ask_after_a_part_of_the_record(mbedtls_ssl_context *tls)
{
    (void)tls;
    wire.blocks_at = part;
    tls_peer_when_idle(ask_once);
}

/* A body that arrives whole, and once, although something comes when a part of a record has left.
 */
static void assert_whole_in_spite_of(tls_peer_act_t after_a_part)
{
    static char body[40000 + 1];
    memset(body, 'b', sizeof body - 1);
    post(body, sizeof body - 1);
    const peer_step_t answer = {.answer = JSON_OK};
    start_watched_peer(&answer, 1);
    tls_peer_when_idle(after_a_part);
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    assert_string_equal(strstr(tls_peer_received(), "\r\n\r\n") + 4, body);
    assert_int_equal(wire.blocks_at, SIZE_MAX);
    leave_peer();
}

/* The record is finished first; its bytes neither leave twice nor with the alert. */
static void test_a_hello_request_while_a_record_cannot_leave(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        part = parts[i];
        assert_whole_in_spite_of(ask_after_a_part_of_the_record);
    }
}

static void send_tickets_once(mbedtls_ssl_context *tls)
{
    tls_peer_when_idle(NULL);
    send_tickets(tls);
}

static void send_tickets_after_a_part_of_the_record(mbedtls_ssl_context *tls)
{
    (void)tls;
    wire.blocks_at = part;
    tls_peer_when_idle(send_tickets_once);
}

/* To look at them mbedTLS would finish the record by itself. */
static void test_session_tickets_while_a_record_cannot_leave(void **state)
{
    (void)state;
    if (!has_tickets()) {
        skip();
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        part = parts[i];
        assert_whole_in_spite_of(send_tickets_after_a_part_of_the_record);
    }
}

/* What comes when nothing can be sent any more. */
static void answer_a_blocked_client(mbedtls_ssl_context *tls)
{
    static const char answer[] = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig";
    if (wire.blocks) {
        tls_peer_when_idle(NULL);
        mbedtls_ssl_write(tls, (const unsigned char *)answer, sizeof answer - 1);
    }
    wire.blocks = strstr(tls_peer_received(), "\r\n\r\n") != NULL;
}

static void test_an_answer_while_a_record_cannot_leave(void **state)
{
    (void)state;
    static char body[100000];
    post(body, sizeof body);
    start_flooding_peer(answer_a_blocked_client);
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 413);
    assert_string_equal(https.buffer, "big");
    assert_true(wire.blocks);
    assert_true(ardoq_fake.uptime_ms < TIMEOUT_MS);
}

static void stop_reading_after_the_body(mbedtls_ssl_context *tls)
{
    if (strstr(tls_peer_received(), SMUGGLED)) {
        ask_once(tls);
        wire.is_closed = true;
    }
}

static void test_a_server_that_reads_no_more_is_not_asked_again(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    const peer_step_t answer = {.answer = JSON_OK, .waits = true};
    post(SMUGGLED, strlen(SMUGGLED));
    start_watched_peer(&answer, 1);
    tls_peer_when_idle(stop_reading_after_the_body);
    assert_int_equal(run_in_steps(), ARDOQ_OK);
    assert_true(wire.is_closed);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

static void close_after_many_hello_requests(mbedtls_ssl_context *tls)
{
    tls_peer_when_idle(NULL);
    send_many_hello_requests(tls);
    wire.is_closed = true;
}

/* To a server that takes nothing any more they are not sent, but they are encrypted. */
static void test_alerts_that_go_nowhere_count(void **state)
{
    (void)state;
    static char body[40000];
    script.tls_1_2 = true;
    post(body, sizeof body);
    start_flooding_peer(close_after_many_hello_requests);
    assert_int_equal(start(), ARDOQ_OK);
    while (!wire.is_closed) {
        assert_int_equal(step(), ARDOQ_PENDING);
    }
    unsigned steps = 0;
    ardoq_err_t err = ARDOQ_PENDING;
    while (err == ARDOQ_PENDING) {
        err = step();
        steps++;
    }
    assert_int_equal(err, ARDOQ_ERR_CONNECTION_CLOSED);
    assert_true(steps > 1000 * 23 / STEP_BYTES);
}

/* Nothing may follow what mbedTLS still holds: it would take the place of the next part. */
static void test_an_alert_that_cannot_leave_in_the_middle_of_a_body(void **state)
{
    (void)state;
    static char body[40000];
    memset(body, 'b', sizeof body);
    script.tls_1_2 = true;
    post(body, sizeof body);
    for (alert_bytes = 0; alert_bytes < 20; alert_bytes += 9) {
        start_flooding_peer(block_the_alert);
        assert_int_equal(run_in_steps(), ARDOQ_ERR_TLS_FAILED);
        assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_SEND);
        assert_int_equal(https.tls.detail.tls_code, MBEDTLS_ERR_SSL_WANT_WRITE);
        assert_int_equal(ardoq_fake.open_sockets, 0);
        const char *received = strstr(tls_peer_received(), "\r\n\r\n") + 4;
        assert_int_equal(strspn(received, "b"), strlen(received));
        assert_in_range(strlen(received), 1, sizeof body - 1);
        tls_peer_stop();
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_https_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plain_alerts_without_end),
        TEST(test_other_plain_records_without_end),
        TEST(test_a_record_that_is_too_large),
        TEST(test_fatal_alerts_before_the_certificate),
        TEST(test_alerts_instead_of_an_answer),
        TEST(test_alerts_to_a_client_that_cannot_send_its_body),
        TEST(test_a_body_of_records_with_a_byte_each),
        TEST(test_a_write_of_one_byte),
        TEST(test_empty_records_without_end),
        TEST(test_session_tickets_without_end),
        TEST(test_key_updates_without_end),
        TEST(test_records_without_data_on_a_kept_connection),
        TEST(test_a_few_records_without_data_do_no_harm),
        TEST(test_session_tickets_on_a_kept_connection),
        TEST(test_a_few_session_tickets_do_no_harm),
        TEST(test_a_handshake_waits_for_nothing_before_it_has_asked),
        TEST(test_hello_requests_without_end),
        TEST(test_records_full_of_hello_requests),
        TEST(test_an_alert_that_cannot_leave_before_the_answer),
        TEST(test_an_alert_that_cannot_leave_on_a_kept_connection),
        TEST(test_an_alert_that_never_leaves_does_not_hold_up_the_answer),
        TEST(test_a_hello_request_at_every_moment_of_a_body),
        TEST(test_a_hello_request_while_a_record_cannot_leave),
        TEST(test_session_tickets_while_a_record_cannot_leave),
        TEST(test_an_answer_while_a_record_cannot_leave),
        TEST(test_a_server_that_reads_no_more_is_not_asked_again),
        TEST(test_alerts_that_go_nowhere_count),
        TEST(test_an_alert_that_cannot_leave_in_the_middle_of_a_body),
        /* What takes long comes last: make mutate stops at the first that fails. */
        TEST(test_an_answer_of_a_whole_step_keeps_the_connection),
        TEST(test_empty_records_in_an_answer),
    };
    return cmocka_run_group_tests_name("tls_records", tests, NULL, NULL);
}
