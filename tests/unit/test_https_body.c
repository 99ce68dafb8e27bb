/* A request's body that is produced part by part, and answers that come before all of it is sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "peer_https.h"

#define CREATED   "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
#define TOO_LARGE "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"
#define CONTINUE  "HTTP/1.1 100 Continue\r\n\r\n"

enum { PARTS = 4, BODY_SIZE = 3 * ARDOQ_BUFFER_SIZE };

/* Of the lengths that are tried: every one, where that is quick. */
enum { STRIDE = ARDOQ_BUFFER_SIZE > 10000 ? 7 : 1 };

/* ---- The body ---- */

static size_t part_sizes[PARTS];
static bool is_counted;            /* all parts were counted: what comes now is sent */
static void (*when_counted)(void); /* null: nothing changes */
static unsigned calls;
static size_t room; /* for the body after the head */

static struct {
    unsigned at; /* number of the call, from 1; 0: never */
    ardoq_err_t err;
    bool is_in_text;
} failing;

static char byte_at(uint32_t part, size_t offset)
{
    return (char)('a' + (part * 5 + offset) % 26);
}

/* In pieces that fit no window well. */
static void append_part(uint32_t part, ardoq_text_t *text)
{
    char piece[97];
    for (size_t done = 0; done < part_sizes[part];) {
        const size_t left = part_sizes[part] - done;
        const size_t size = left < sizeof piece ? left : sizeof piece;
        for (size_t i = 0; i < size; i++) {
            piece[i] = byte_at(part, done + i);
        }
        ardoq_text_append(text, piece, size);
        done += size;
    }
}

static ardoq_err_t write_parts(void *context, uint32_t part, ardoq_text_t *text)
{
    (void)context;
    assert_in_range(part, 0, PARTS - 1);
    const bool only_counts = text->size == 0;
    if (is_counted) {
        assert_head_is_wiped();
    }
    append_part(part, text);
    if (calls == 0) {
        room = text->size;
    }
    if (++calls == failing.at) {
        text->err = failing.is_in_text ? failing.err : ARDOQ_OK;
        return failing.is_in_text ? ARDOQ_PENDING : failing.err;
    }
    if (part + 1 < PARTS) {
        return ARDOQ_PENDING;
    }
    if (only_counts && !is_counted && when_counted) {
        is_counted = true;
        when_counted();
    }
    return ARDOQ_OK;
}

static void set_parts(size_t first, size_t second, size_t third, size_t fourth)
{
    const size_t sizes[PARTS] = {first, second, third, fourth};
    memcpy(part_sizes, sizes, sizeof part_sizes);
}

static size_t total_size(void)
{
    return part_sizes[0] + part_sizes[1] + part_sizes[2] + part_sizes[3];
}

static int set_up(void **state)
{
    assert_int_equal(peer_https_set_up(state), 0);
    set_parts(0, 0, 0, 0);
    is_counted = false;
    when_counted = NULL;
    calls = 0;
    memset(&failing, 0, sizeof failing);
    exchange.write_context = "PUT";
    exchange.write_body = write_parts;
    return 0;
}

#define BODY_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_https_tear_down)

/* ---- What the server got ---- */

/* Of the last request. */
static const char *last_request(void)
{
    const char *last = tls_peer_received();
    for (const char *next = last; (next = strstr(next, "PUT / ")) != NULL; next++) {
        last = next;
    }
    return last;
}

static size_t announced(void)
{
    return strtoul(strstr(last_request(), "\r\nContent-Length: ") + 18, NULL, 10);
}

static const char *received_body(void)
{
    return strstr(last_request(), "\r\n\r\n") + 4;
}

static void assert_body_arrived(void)
{
    const char *body = received_body();
    assert_int_equal(announced(), total_size());
    assert_int_equal(strlen(body), total_size());
    for (uint32_t part = 0; part < PARTS; part++) {
        for (size_t i = 0; i < part_sizes[part]; i++) {
            if (*body++ != byte_at(part, i)) {
                fail_msg("part %u differs at %zu", (unsigned)part, i);
            }
        }
    }
}

/* ---- Any length, in any parts ---- */

static void send_in_parts(size_t size)
{
    const size_t splits[][PARTS] = {
        {size, 0, 0, 0},
        {0, size, 0, 0},
        {0, 0, 0, size},
        {size / 2, 0, size - size / 2, 0},
        {size > 0, size / 3, size - (size > 0) - size / 3, 0},
    };
    for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
        memcpy(part_sizes, splits[i], sizeof part_sizes);
        tls_peer_forget_received();
        assert_int_equal(run(), ARDOQ_OK);
        assert_string_equal(https.buffer, "{}");
        assert_body_arrived();
        assert_head_is_wiped();
    }
    assert_int_equal(ardoq_fake.connects, 1);
}

/* From what leaves room for the head, and where the last byte just fits, to what does not. */
static void test_bodies_of_every_length_near_the_buffers(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    for (size_t size = ARDOQ_BUFFER_SIZE - 200; size < ARDOQ_BUFFER_SIZE + 2; size += STRIDE) {
        send_in_parts(size);
    }
    for (size_t size = room - 2; size <= room + 2; size++) {
        send_in_parts(size);
        send_in_parts(size + ARDOQ_BUFFER_SIZE);
    }
}

static void test_short_bodies(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    for (size_t size = 0; size < 12; size++) {
        send_in_parts(size);
    }
    send_in_parts(99);
    send_in_parts(100);
}

static size_t sends_before;

static size_t sends(void)
{
    const size_t count = ardoq_fake.failures[ARDOQ_FAKE_SEND].count - sends_before;
    sends_before = ardoq_fake.failures[ARDOQ_FAKE_SEND].count;
    return count;
}

/* One part is composed once, and head and body are one record. */
static void test_short_body_leaves_with_the_head(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    set_parts(10, 20, 0, 3);
    assert_int_equal(run(), ARDOQ_OK);
    calls = 0;
    (void)sends();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(calls, PARTS);
    assert_int_equal(sends(), 1);
}

static void test_head_without_room_for_a_body(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    exchange.write_body = NULL;
    exchange.needs_length = true;
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(announced(), 0);
    assert_string_equal(received_body(), "");
}

static ardoq_err_t write_endless(void *context, uint32_t part, ardoq_text_t *text)
{
    static char piece[60000];
    (void)context;
    (void)part;
    ardoq_text_append(text, piece, sizeof piece);
    return ARDOQ_PENDING;
}

static void test_endless_body(void **state)
{
    (void)state;
    exchange.write_body = write_endless;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_REQUEST_TOO_LARGE);
    assert_int_equal(ardoq_fake.connects, 0);
    assert_head_is_wiped();
}

/* What comes before the empty parts, which take a second each. */
static size_t before_empty;

static ardoq_err_t write_empty_for_ever(void *context, uint32_t part, ardoq_text_t *text)
{
    (void)context;
    if (part == 0) {
        set_parts(before_empty, 0, 0, 0);
        append_part(part, text);
    } else {
        assert_in_range(ardoq_fake.uptime_ms, 0, exchange.timeout_ms - 1);
        ardoq_fake.uptime_ms += 1000;
    }
    return ARDOQ_PENDING;
}

/* While the buffer is filled at first, and while the rest is counted. */
static void test_empty_parts_for_ever(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 5, 2 * ARDOQ_BUFFER_SIZE};
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    exchange.write_body = write_empty_for_ever;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ardoq_fake.uptime_ms = 0;
        before_empty = sizes[i];
        assert_int_equal(start_exchange(), ARDOQ_ERR_TIMEOUT);
        assert_int_equal(ardoq_fake.uptime_ms, exchange.timeout_ms);
        assert_false(ardoq_https_is_busy(&https));
        assert_head_is_wiped();
    }
    assert_int_equal(ardoq_fake.connects, 0);
}

static ardoq_err_t write_empty_when_counted(void *context, uint32_t part, ardoq_text_t *text)
{
    if (is_counted && part > 0) {
        assert_in_range(ardoq_fake.uptime_ms, 0, exchange.timeout_ms - 1);
        ardoq_fake.uptime_ms += 1000;
        return ARDOQ_PENDING;
    }
    return write_parts(context, part, text);
}

static void change_nothing(void)
{
}

static void test_empty_parts_for_ever_the_second_time(void **state)
{
    (void)state;
    when_counted = change_nothing;
    set_parts(ARDOQ_BUFFER_SIZE, 10, 10, 10);
    exchange.write_body = write_empty_when_counted;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_SEND);
    assert_in_range(ardoq_fake.uptime_ms, exchange.timeout_ms, exchange.timeout_ms + 1000);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* ---- A body that fails ---- */

static void fail_at(unsigned at, ardoq_err_t err, bool is_in_text, ardoq_err_t expected)
{
    calls = 0;
    failing.at = at;
    failing.err = err;
    failing.is_in_text = is_in_text;
    tls_peer_forget_received();
    assert_int_equal(run(), expected);
    assert_int_equal(calls, at);
    assert_head_is_wiped();
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_false(ardoq_https_is_busy(&https));
    assert_int_equal(https.tls.detail.platform_code, 0);
}

/* In each call, in both passes. */
static void test_body_that_fails(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    set_parts(ARDOQ_BUFFER_SIZE, 0, ARDOQ_BUFFER_SIZE, 5);
    assert_int_equal(run(), ARDOQ_OK);
    const unsigned all = calls;
    const unsigned first_pass = 1 + PARTS;
    for (unsigned at = 1; at <= all; at++) {
        fail_at(at, ARDOQ_ERR_JSON_UTF8, false, ARDOQ_ERR_JSON_UTF8);
        assert_int_equal(tls_peer_received()[0] != '\0', at > first_pass);
        fail_at(at, ARDOQ_ERR_JSON_UTF8, true, ARDOQ_ERR_JSON_UTF8);
        fail_at(at, (ardoq_err_t)(ARDOQ_PENDING + 1), false, ARDOQ_ERR_INVALID_ARGUMENT);
    }
    assert_int_equal(tls_peer_answered(), 1);
    failing.at = 0;
    assert_int_equal(run(), ARDOQ_OK);
}

/* ---- A body that changes ---- */

static size_t changed_part, changed_size;

static void change(void)
{
    part_sizes[changed_part] = changed_size;
}

static void run_changed(size_t part, size_t size)
{
    set_parts(ARDOQ_BUFFER_SIZE / 2, ARDOQ_BUFFER_SIZE, 100, ARDOQ_BUFFER_SIZE);
    const size_t promised = total_size();
    is_counted = false;
    when_counted = change;
    changed_part = part;
    changed_size = size;
    tls_peer_forget_received();
    assert_int_equal(run(), ARDOQ_ERR_BODY_CHANGED);
    assert_true(is_counted);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_SEND);
    assert_int_equal(announced(), promised);
    assert_true(strlen(received_body()) < promised);
    assert_int_equal(tls_peer_answered(), 0);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_head_is_wiped();
}

static void test_body_that_is_longer_the_second_time(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    run_changed(3, ARDOQ_BUFFER_SIZE + 1);
    run_changed(3, 3 * ARDOQ_BUFFER_SIZE);
    run_changed(2, 101);
    run_changed(1, ARDOQ_BUFFER_SIZE + 1);
}

static void test_body_that_is_shorter_the_second_time(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    run_changed(3, ARDOQ_BUFFER_SIZE - 1);
    run_changed(3, 0);
    run_changed(2, 99);
    run_changed(2, 0);
    run_changed(1, 0);
}

/* Longer by whole buffers: what was promised ends where a piece does. */
static void test_body_that_goes_on_where_a_piece_ends(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    const size_t whole = room + ARDOQ_BUFFER_SIZE;
    for (size_t size = whole - 1; size <= whole + 1; size++) {
        set_parts(size, 0, 0, 0);
        is_counted = false;
        when_counted = change;
        changed_part = 3;
        changed_size = ARDOQ_BUFFER_SIZE;
        tls_peer_forget_received();
        assert_int_equal(run(), ARDOQ_ERR_BODY_CHANGED);
        assert_true(strlen(received_body()) < size);
    }
    assert_int_equal(tls_peer_answered(), 1);
}

static ardoq_err_t write_shrinking(void *context, uint32_t part, ardoq_text_t *text)
{
    (void)context;
    set_parts(calls++ == 0 ? 2 * ARDOQ_BUFFER_SIZE : 10, 0, 0, 0);
    append_part(part, text);
    return ARDOQ_OK;
}

/* Already when it is counted there is less of it than is in the buffer. */
static void test_body_that_shrinks_before_it_is_sent(void **state)
{
    (void)state;
    exchange.write_body = write_shrinking;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_BODY_CHANGED);
    assert_int_equal(ardoq_fake.connects, 0);
    assert_head_is_wiped();
}

/* ---- Again ---- */

static void assert_replayed(size_t size)
{
    static const peer_step_t steps[] = {
        {.answer = JSON_OK}, {.answer = "", .then = PEER_CUT}, {.answer = JSON_OK}};
    start_peer(steps, 3);
    open_https();
    set_parts(size, 3, 0, 5);
    ardoq_fake.connects = 0;
    assert_int_equal(run(), ARDOQ_OK);
    tls_peer_forget_received();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(tls_peer_answered(), 3);
    assert_body_arrived();
    assert_head_is_wiped();
    start_over();
}

static void test_body_is_produced_again_for_a_replay(void **state)
{
    (void)state;
    assert_replayed(10);
    assert_replayed(ARDOQ_BUFFER_SIZE);
    assert_replayed(3 * ARDOQ_BUFFER_SIZE);
}

static ardoq_err_t (*honest_send)(void *context, const void *data, size_t size, size_t *sent);
static unsigned sends_left;

static ardoq_err_t send_until_closed(void *context, const void *data, size_t size, size_t *sent)
{
    if (sends_left == 0) {
        tls_peer_close(PEER_CUT);
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    sends_left--;
    return honest_send(context, data, size, sent);
}

/* The kept connection ends between two pieces. */
static void test_replay_in_the_middle_of_a_body(void **state)
{
    (void)state;
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    set_parts(BODY_SIZE, 0, 0, 0);
    assert_int_equal(run(), ARDOQ_OK);
    honest_send = ardoq_fake.peer.send;
    ardoq_fake.peer.send = send_until_closed;
    sends_left = 1;
    exchange.is_idempotent = false;
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_head_is_wiped();
    ardoq_fake.peer.send = honest_send;
    exchange.is_idempotent = true;
    tls_peer_forget_received();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
}

/* ---- Answers before all is sent ---- */

static ardoq_err_t run_early(const char *answer, size_t after, peer_then_t then)
{
    const peer_step_t step = {.answer = answer, .early = true, .after = after, .then = then};
    set_parts(BODY_SIZE, 0, 0, 0);
    start_peer(&step, 1);
    open_https();
    return run();
}

static void assert_early(const char *answer, size_t after, peer_then_t then, int status)
{
    assert_int_equal(run_early(answer, after, then), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, status);
    assert_string_equal(https.buffer, "big");
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_head_is_wiped();
    start_over();
}

static void test_early_refusals(void **state)
{
    (void)state;
    for (size_t after = 0; after < BODY_SIZE - ARDOQ_BUFFER_SIZE; after += BODY_SIZE / 10) {
        assert_early(TOO_LARGE, after, PEER_KEEP, 413);
        assert_early(TOO_LARGE, after, PEER_CLOSE_NOTIFY, 413);
        assert_early(TOO_LARGE, after, PEER_CUT, 413);
    }
    assert_early(CONTINUE TOO_LARGE, 0, PEER_KEEP, 413);
    assert_early("HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 3\r\n\r\nbig", 0, PEER_KEEP,
                 307);
    assert_early("HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nbig", 0, PEER_KEEP, 500);
}

static void assert_early_success(const char *answer, size_t after, peer_then_t then)
{
    assert_int_equal(run_early(answer, after, then), ARDOQ_ERR_HTTP_PROTOCOL);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_SEND);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_head_is_wiped();
    start_over();
}

/* Nobody can have done what was not said yet. */
static void test_early_successes(void **state)
{
    (void)state;
    for (size_t after = 0; after < BODY_SIZE - ARDOQ_BUFFER_SIZE; after += BODY_SIZE / 10) {
        assert_early_success(JSON_OK, after, PEER_KEEP);
        assert_early_success(CREATED, after, PEER_CUT);
    }
    assert_early_success(CONTINUE JSON_OK, 0, PEER_KEEP);
}

static void test_early_answer_that_is_invalid(void **state)
{
    (void)state;
    assert_int_equal(
        run_early("HTTP/1.1 413 Big\r\nTransfer-Encoding: chunked\r\n\r\nx", 0, PEER_KEEP),
        ARDOQ_ERR_HTTP_PROTOCOL);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_RECEIVE);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_head_is_wiped();
}

static void test_answer_to_the_last_byte(void **state)
{
    (void)state;
    assert_int_equal(run_early(JSON_OK, BODY_SIZE, PEER_KEEP), ARDOQ_OK);
    assert_string_equal(https.buffer, "{}");
    assert_body_arrived();
}

/* Says that it goes on, and waits for the rest. */
static bool has_continued;

static const char *first_words;

static void say_first_words(mbedtls_ssl_context *tls)
{
    if (!has_continued && strstr(tls_peer_received(), "\r\n\r\n")) {
        const size_t size = strlen(first_words);
        has_continued = true;
        assert_int_equal(mbedtls_ssl_write(tls, (const unsigned char *)first_words, size), size);
    }
}

/* These words come while the body is being sent, the answer after it. */
static ardoq_err_t run_with_first_words(const char *words, const char *answer)
{
    has_continued = false;
    first_words = words;
    set_parts(BODY_SIZE, 0, 0, 0);
    answer_with(answer, PEER_KEEP);
    tls_peer_when_idle(say_first_words);
    open_https();
    const ardoq_err_t err = run();
    assert_true(has_continued);
    assert_body_arrived();
    return err;
}

static void test_interim_answer_while_sending(void **state)
{
    (void)state;
    assert_int_equal(run_with_first_words(CONTINUE, JSON_OK), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 1);
}

static void test_interim_answer_that_ends_after_the_last_byte(void **state)
{
    (void)state;
    assert_int_equal(run_with_first_words("H", &CONTINUE JSON_OK[1]), ARDOQ_OK);
    assert_string_equal(https.buffer, "{}");
    assert_int_equal(ardoq_fake.open_sockets, 1);
    start_over();
    assert_int_equal(run_with_first_words("HTTP/1.1 100 Continue\r", "\n\r\n" JSON_OK), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 1);
}

/* Also when its head ends after that. */
static void test_success_that_begins_before_the_last_byte(void **state)
{
    (void)state;
    static const char *const heads[] = {"", CONTINUE};
    for (size_t i = 0; i < 2; i++) {
        for (size_t size = 1; size < sizeof CREATED - 1; size++) {
            char words[sizeof CONTINUE CREATED];
            snprintf(words, sizeof words, "%s%.*s", heads[i], (int)size, CREATED);
            const ardoq_err_t err = run_with_first_words(words, &CREATED[size]);
            assert_int_equal(err, ARDOQ_ERR_HTTP_PROTOCOL);
            assert_int_equal(ardoq_fake.open_sockets, 0);
            start_over();
        }
    }
}

static void test_refusal_that_begins_before_the_last_byte(void **state)
{
    (void)state;
    assert_int_equal(run_with_first_words("HTTP/1.1 4", &TOO_LARGE[10]), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 413);
    assert_string_equal(https.buffer, "big");
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* ---- A server that takes nothing more ---- */

static bool is_refusing;
static const char *last_words;

static ardoq_err_t refuse(void *context, const void *data, size_t size, size_t *sent)
{
    (void)context;
    (void)data;
    (void)size;
    (void)sent;
    is_refusing = true;
    return ARDOQ_ERR_CONNECTION_CLOSED;
}

static void say_last_words(mbedtls_ssl_context *tls)
{
    if (is_refusing && last_words) {
        (void)mbedtls_ssl_write(tls, (const unsigned char *)last_words, strlen(last_words));
        last_words = NULL;
    }
}

static ardoq_err_t run_refused(const char *words)
{
    answer_with(JSON_OK, PEER_KEEP);
    open_https();
    set_parts(5, 0, 0, 0);
    assert_int_equal(run(), ARDOQ_OK);
    is_refusing = false;
    last_words = words;
    tls_peer_when_idle(say_last_words);
    ardoq_fake.peer.send = refuse;
    exchange.is_idempotent = false;
    return run();
}

/* A short request that did not leave is no more done than a long one. */
static void test_success_of_a_request_that_did_not_leave(void **state)
{
    (void)state;
    assert_int_equal(run_refused(JSON_OK), ARDOQ_ERR_HTTP_PROTOCOL);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_SEND);
    assert_head_is_wiped();
}

static void test_refusal_of_a_request_that_did_not_leave(void **state)
{
    (void)state;
    assert_int_equal(run_refused(TOO_LARGE), ARDOQ_OK);
    assert_int_equal(https.parser.head.status, 413);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BODY_TEST(test_short_bodies),
        BODY_TEST(test_short_body_leaves_with_the_head),
        BODY_TEST(test_head_without_room_for_a_body),
        BODY_TEST(test_endless_body),
        BODY_TEST(test_empty_parts_for_ever),
        BODY_TEST(test_empty_parts_for_ever_the_second_time),
        BODY_TEST(test_body_that_is_longer_the_second_time),
        BODY_TEST(test_body_that_is_shorter_the_second_time),
        BODY_TEST(test_body_that_goes_on_where_a_piece_ends),
        BODY_TEST(test_body_that_shrinks_before_it_is_sent),
        BODY_TEST(test_body_is_produced_again_for_a_replay),
        BODY_TEST(test_replay_in_the_middle_of_a_body),
        BODY_TEST(test_early_successes),
        BODY_TEST(test_early_answer_that_is_invalid),
        BODY_TEST(test_answer_to_the_last_byte),
        BODY_TEST(test_interim_answer_while_sending),
        BODY_TEST(test_interim_answer_that_ends_after_the_last_byte),
        BODY_TEST(test_refusal_that_begins_before_the_last_byte),
        BODY_TEST(test_success_of_a_request_that_did_not_leave),
        BODY_TEST(test_refusal_of_a_request_that_did_not_leave),
        /* What takes long comes last: make mutate stops at the first that fails. */
        BODY_TEST(test_body_that_fails),
        BODY_TEST(test_early_refusals),
        BODY_TEST(test_bodies_of_every_length_near_the_buffers),
        BODY_TEST(test_success_that_begins_before_the_last_byte),
    };
    return cmocka_run_group_tests_name("https_body", tests, NULL, NULL);
}
