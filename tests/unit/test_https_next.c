/* From one address of a host to the next, over the fake port with a real TLS server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ardoq/port_fake.h"
#include "peer_https.h"

/* ---- Addresses that fail --------------------------------------------------------------------- */

/* What an address does once it has taken the connection, and given so many bytes. */
typedef enum { SILENCE, END, RESET, FAILURE, CLOSE_NOTIFY, GARBAGE, ALERT, WARNINGS, WORKS } what_t;

static struct {
    what_t does[ARDOQ_PORT_ADDRESSES]; /* each address */
    size_t after;                      /* bytes from the real server, but where it works */
    size_t given;
    bool has_certificate; /* the client had accepted one when the trouble began */
    bool has_begun;
    ardoq_fake_peer_t real;
} bad;

static what_t current(void)
{
    return bad.does[ardoq_fake.connects - 1];
}

static ardoq_err_t give(const char *bytes, size_t size, void *buffer, size_t room, size_t *received)
{
    const size_t at = bad.given - bad.after;
    *received = size - at < room ? size - at : room;
    memcpy(buffer, bytes + at, *received);
    bad.given += *received;
    return *received > 0 ? ARDOQ_OK : ARDOQ_PENDING;
}

static ardoq_err_t make_trouble(void *buffer, size_t size, size_t *received)
{
    if (!bad.has_begun) {
        bad.has_begun = true;
        bad.has_certificate = https.tls.detail.certificate_end != 0;
    }
    switch (current()) {
    case SILENCE:
        return ARDOQ_PENDING;
    case FAILURE:
        return ARDOQ_ERR_NETWORK_FAILED;
    case CLOSE_NOTIFY:
        return give("\x15\x03\x03\0\2\1\0", 7, buffer, size, received);
    case GARBAGE:
        return give("HTTP/1.1 400 Bad Request\r\n\r\n", 28, buffer, size, received);
    case ALERT: /* internal_error */
        return give("\x15\x03\x03\0\2\2\x50", 7, buffer, size, received);
    case WARNINGS:
        bad.given = bad.after + (bad.given - bad.after) % 7;
        ardoq_fake.uptime_ms++;
        return give("\x15\x03\x03\0\2\1\x70", 7, buffer, size, received);
    default:
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
}

static ardoq_err_t receive(void *context, void *buffer, size_t size, size_t *received)
{
    if (current() == WORKS) {
        return bad.real.receive(context, buffer, size, received);
    }
    if (bad.given >= bad.after) {
        return make_trouble(buffer, size, received);
    }
    const size_t left = bad.after - bad.given;
    const ardoq_err_t err = bad.real.receive(context, buffer, size < left ? size : left, received);
    bad.given += *received;
    return err;
}

static ardoq_err_t send(void *context, const void *data, size_t size, size_t *sent)
{
    if (current() == RESET) {
        return ARDOQ_ERR_CONNECTION_CLOSED;
    }
    return bad.real.send(context, data, size, sent);
}

static void connected(void *context)
{
    bad.given = 0;
    bad.has_begun = false;
    bad.real.connected(context);
}

/* Each address does what is said of it, the rest work. */
static void start_addresses(size_t after, size_t count, const what_t *does)
{
    for (size_t i = 0; i < ARDOQ_PORT_ADDRESSES; i++) {
        bad.does[i] = i < count ? does[i] : WORKS;
    }
    bad.after = after;
    answer_with(JSON_OK, PEER_KEEP);
    bad.real = ardoq_fake.peer;
    ardoq_fake.peer.send = send;
    ardoq_fake.peer.receive = receive;
    ardoq_fake.peer.connected = connected;
    ardoq_fake.connects = 0;
    ardoq_fake.session_length = 0;
    ardoq_fake.address_count = count;
    open_https();
}

/* ---- Until the certificate is accepted ------------------------------------------------------- */

/* The longest that a step takes here, which is one full of warnings. */
enum { STEP_MS = 2000 };

static void assert_second_address_answers(what_t first, uint64_t after_ms)
{
    const uint64_t began = ardoq_fake.uptime_ms;
    start_addresses(0, 2, (const what_t[]){first, WORKS});
    assert_int_equal(run(), ARDOQ_OK);
    assert_in_range(ardoq_fake.uptime_ms - began, after_ms, after_ms + STEP_MS);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(ardoq_fake.open_sockets, 1);
    assert_int_equal(https.tls.detail.address.bytes[3], 1);
    assert_int_equal(https.tls.detail.tls_code, 0);
    assert_int_equal(https.tls.detail.platform_code, 0);
    assert_string_equal(https.buffer, "{}");
    start_over();
}

static void test_a_broken_address_leads_to_the_next(void **state)
{
    (void)state;
    assert_second_address_answers(END, 0);
    assert_second_address_answers(RESET, 0);
    assert_second_address_answers(FAILURE, 0);
    assert_second_address_answers(CLOSE_NOTIFY, 0);
}

static void test_a_mute_address_takes_its_share(void **state)
{
    (void)state;
    assert_second_address_answers(SILENCE, 15000);
    assert_second_address_answers(WARNINGS, 15000);
}

/* The time for which a connection is waited for is part of it. */
static void test_connecting_is_part_of_the_share(void **state)
{
    (void)state;
    start_addresses(0, 3, (const what_t[]){SILENCE, SILENCE, WORKS});
    ardoq_fake_fail(ARDOQ_FAKE_CONNECT_POLL, 1, ARDOQ_PENDING);
    ardoq_wait_t wait;
    assert_int_equal(start_exchange(), ARDOQ_OK);
    while (ardoq_fake.failures[ARDOQ_FAKE_CONNECT_POLL].count == 0) {
        assert_int_equal(ardoq_https_step(&https, &wait), ARDOQ_PENDING);
    }
    ardoq_fake.uptime_ms += 4000;
    ardoq_err_t err;
    while ((err = ardoq_https_step(&https, &wait)) == ARDOQ_PENDING) {
        ardoq_port_wait(wait.socket, wait.event, wait.timeout_ms);
    }
    assert_int_equal(err, ARDOQ_OK);
    assert_int_equal(ardoq_fake.uptime_ms, 20000);
}

static void test_the_last_address_has_the_rest(void **state)
{
    (void)state;
    start_addresses(0, 2, (const what_t[]){SILENCE, SILENCE});
    assert_int_equal(run(), ARDOQ_ERR_TIMEOUT);
    assert_in_range(ardoq_fake.uptime_ms, 30000, 30010);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_int_equal(ardoq_fake.connects, 2);
}

static void test_the_last_address_tells_the_error(void **state)
{
    (void)state;
    start_addresses(0, 3, (const what_t[]){SILENCE, RESET, FAILURE});
    assert_int_equal(run(), ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_int_equal(https.tls.detail.platform_code, ARDOQ_ERR_NETWORK_FAILED);
    assert_int_equal(ardoq_fake.connects, 3);
    assert_string_equal(tls_peer_received(), "");
    start_over();
    start_addresses(0, 2, (const what_t[]){SILENCE, CLOSE_NOTIFY});
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_CLOSED);
    start_over();
    start_addresses(0, 2, (const what_t[]){END, WORKS});
    ardoq_fake.connect_results[1] = ARDOQ_ERR_CONNECTION_REFUSED;
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_REFUSED);
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_CONNECT);
}

/* Trouble after each byte of what a server says. Whether it has shown its certificate decides. */
static void test_trouble_after_every_byte(void **state)
{
    (void)state;
    static const struct {
        what_t does;
        ardoq_err_t err;
    } rows[] = {
        {END, ARDOQ_ERR_CONNECTION_CLOSED},
        {FAILURE, ARDOQ_ERR_NETWORK_FAILED},
        {SILENCE, ARDOQ_ERR_TIMEOUT},
    };
    script.certificate = "rsa";
    script.quick = true;
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        size_t before = 0;
        size_t behind = 0;
        for (size_t after = 0; after<4000; after += behind> 0 ? 101 : 23) {
            start_addresses(after, 2, (const what_t[]){rows[row].does, WORKS});
            const ardoq_err_t err = run();
            if (!bad.has_begun && ardoq_fake.connects == 1) {
                /* All that the server says is shorter. */
                start_over();
                break;
            }
            const bool goes_on = ardoq_fake.connects == 2;
            assert_int_equal(err, goes_on ? ARDOQ_OK : rows[row].err);
            assert_int_equal(goes_on, !bad.has_certificate);
            before += goes_on;
            behind += !goes_on;
            /* Once it is accepted it stays so. */
            assert_true(goes_on || behind > 0);
            assert_false(goes_on && behind > 0);
            start_over();
        }
        assert_true(before > 10);
        assert_true(behind > 0);
    }
}

/* ---- What leads nowhere else ----------------------------------------------------------------- */

static void assert_first_address_decides(what_t first, ardoq_err_t expected)
{
    start_addresses(0, 2, (const what_t[]){first, WORKS});
    assert_int_equal(run(), expected);
    assert_int_equal(ardoq_fake.connects, 1);
    assert_string_equal(tls_peer_received(), "");
    start_over();
}

static void test_a_certificate_error_is_final(void **state)
{
    (void)state;
    static const struct {
        const char *certificate;
        ardoq_err_t err;
    } rows[] = {
        {"rsa_server", ARDOQ_ERR_CERTIFICATE_UNTRUSTED},
        {"wrong_host", ARDOQ_ERR_CERTIFICATE_WRONG_HOST},
        {"self_signed", ARDOQ_ERR_CERTIFICATE_SELF_SIGNED},
        {"expired", ARDOQ_ERR_CERTIFICATE_EXPIRED},
        {"not_yet_valid", ARDOQ_ERR_CERTIFICATE_NOT_YET_VALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        script.certificate = rows[i].certificate;
        assert_first_address_decides(WORKS, rows[i].err);
    }
}

static void test_what_a_server_says_is_final(void **state)
{
    (void)state;
    assert_first_address_decides(ALERT, ARDOQ_ERR_TLS_FAILED);
    assert_first_address_decides(GARBAGE, ARDOQ_ERR_TLS_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_HTTPS_TEST(test_a_broken_address_leads_to_the_next),
        PEER_HTTPS_TEST(test_a_mute_address_takes_its_share),
        PEER_HTTPS_TEST(test_connecting_is_part_of_the_share),
        PEER_HTTPS_TEST(test_the_last_address_has_the_rest),
        PEER_HTTPS_TEST(test_the_last_address_tells_the_error),
        PEER_HTTPS_TEST(test_a_certificate_error_is_final),
        PEER_HTTPS_TEST(test_what_a_server_says_is_final),
        /* What takes long comes last: make mutate stops at the first that fails. */
        PEER_HTTPS_TEST(test_trouble_after_every_byte),
    };
    return cmocka_run_group_tests_name("https_next", tests, NULL, NULL);
}
