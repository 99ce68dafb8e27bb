/* Resumed sessions: what is saved, for which server and how long, and that a bad one costs no more
 * than a full handshake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "ardoq/tls_sha256.h"
#include "heap.h"
#include "mbedtls_seam.h"
#include "peer_https.h"
#include "tls_private.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* Every hash is the same. */
static bool any_seal;

static bool has_begun;

void __real_ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256);
void __wrap_ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256);

void __wrap_ardoq_tls_sha256_begin(ardoq_tls_sha256_t *sha256)
{
    has_begun = true;
    __real_ardoq_tls_sha256_begin(sha256);
}

bool __real_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256,
                                 unsigned char hash[ARDOQ_TLS_SHA256_SIZE]);
bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256,
                                 unsigned char hash[ARDOQ_TLS_SHA256_SIZE]);

bool __wrap_ardoq_tls_sha256_end(ardoq_tls_sha256_t *sha256,
                                 unsigned char hash[ARDOQ_TLS_SHA256_SIZE])
{
    const bool is_made = __real_ardoq_tls_sha256_end(sha256, hash);
    assert_true(has_begun);
    has_begun = false;
    if (any_seal) {
        memset(hash, 0, ARDOQ_TLS_SHA256_SIZE);
    }
    return is_made;
}

/* The client is one of a build with another mbedTLS. */
static bool is_other_build;

void __real_ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size);
void __wrap_ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size);

void __wrap_ardoq_tls_sha256_add(ardoq_tls_sha256_t *sha256, const void *data, size_t size)
{
    uint32_t numbers[3];
    if (is_other_build && size == sizeof numbers) {
        memcpy(numbers, data, size);
        numbers[1] += numbers[1] == MBEDTLS_VERSION_NUMBER;
        data = numbers;
    }
    __real_ardoq_tls_sha256_add(sha256, data, size);
}

static int set_up(void **state)
{
    any_seal = false;
    is_other_build = false;
    script.ticket_surplus = 0;
    const int result = peer_https_set_up(state);
    script.ticket_lifetime = HOUR;
    return result;
}

/* A peer that answers each request, and one request to it, after which the client is closed. */
static void save_session(void)
{
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_true(ardoq_fake.session_length > 0);
}

/* Another request, of a client that is opened for it and stays open. */
static ardoq_err_t run_again(void)
{
    open_https();
    return run();
}

static void assert_resumed(void)
{
    const unsigned taken = tls_peer_tickets_taken();
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_taken(), taken + 1);
    assert_string_equal(https.buffer, "{}");
}

/* The client does not even try. */
static void assert_not_offered(void)
{
    const unsigned shown = tls_peer_tickets_shown();
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_shown(), shown);
    assert_int_equal(https.tls.verified.at, (uint32_t)ardoq_fake.wall_time);
}

/* ---- Resuming -------------------------------------------------------------------------------- */

static void test_what_was_verified_is_kept(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const ardoq_detail_t detail = https.tls.detail;
    assert_true(detail.certificate_end > time(NULL));
    ardoq_https_close(&https);
    for (int i = 0; i < 3; i++) {
        assert_resumed();
        assert_int_equal(https.tls.detail.certificate_end, detail.certificate_end);
        assert_string_equal(https.tls.detail.certificate_subject, detail.certificate_subject);
        assert_string_equal(https.tls.detail.tls_version, detail.tls_version);
        assert_int_equal(https.tls.detail.verify_flags, 0);
        assert_int_equal(https.tls.detail.tls_code, 0);
        ardoq_https_close(&https);
    }
    assert_int_equal(ardoq_fake.connects, 4);
}

static void test_nothing_to_resume(void **state)
{
    (void)state;
    script.ticket_lifetime = 0;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const bool gives_none = strcmp(https.tls.detail.tls_version, "TLSv1.3") == 0;
    ardoq_https_close(&https);
    /* In TLS 1.2 there is the id that the server gave it. */
    assert_int_equal(ardoq_fake.session_length == 0, gives_none);
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_shown(), 0);
}

/* Closes the second of two connections. In TLS 1.2 the same ticket serves again and again, so it is
 * not written each time. */
static void assert_written_once(void)
{
    const bool has_one = script.tls_1_2 || MBEDTLS_VERSION_MAJOR < 3;
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count, 1);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count, has_one ? 1 : 2);
}

static void test_one_session_is_written_once(void **state)
{
    (void)state;
    save_session();
    assert_resumed();
    assert_written_once();
}

static void test_a_dead_kept_connection_is_followed_by_a_resumed_one(void **state)
{
    (void)state;
    const peer_step_t steps[] = {{.answer = JSON_OK}, {.answer = JSON_OK}};
    start_peer(steps, 2);
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    tls_peer_close(PEER_CUT);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(tls_peer_tickets_taken(), 1);
    assert_written_once();
}

/* ---- For whom -------------------------------------------------------------------------------- */

static void test_another_host(void **state)
{
    (void)state;
    script.certificate = "many_hosts";
    save_session();
    strcpy(origin.host, "host-7.devices.example");
    assert_not_offered();
}

static void test_another_port(void **state)
{
    (void)state;
    save_session();
    origin.port++;
    assert_not_offered();
}

static void test_other_roots(void **state)
{
    (void)state;
    static char roots[16384];
    save_session();
    snprintf(roots, sizeof roots, "%s%s", certificate_file("ca.pem"),
             certificate_file("other_ca.pem"));
    config.ca_pem = roots;
    assert_not_offered();
    ardoq_https_close(&https);
    assert_resumed();
    ardoq_https_close(&https);
    config.ca_pem = certificate_file("other_ca.pem");
    open_https();
    assert_int_equal(run(), ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    assert_null(https.tls.detail.tls_cipher);
}

/* Nothing was offered, so what the place has is not to blame. */
static void test_a_handshake_that_fails_without_a_session(void **state)
{
    (void)state;
    config.ca_pem = certificate_file("other_ca.pem");
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_ERR_CERTIFICATE_UNTRUSTED);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count, 0);
}

static void test_what_stands_after_a_text(void **state)
{
    (void)state;
    static char pin[] = {'\0', 'a'};
    config.pins[0] = pin;
    save_session();
    pin[1] = 'b';
    assert_resumed();
}

static void test_other_pins(void **state)
{
    (void)state;
    save_session();
    config.pins[1] = certificate_file("server.pin");
    assert_not_offered();
    ardoq_https_close(&https);
    assert_resumed();
    ardoq_https_close(&https);
    config.pins[0] = config.pins[1];
    config.pins[1] = "";
    assert_not_offered();
    ardoq_https_close(&https);
    config.pins[0] = certificate_file("other_ca.pin");
    assert_int_equal(run_again(), ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH);
}

static void test_another_client_certificate(void **state)
{
    (void)state;
    save_session();
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("client.key");
    assert_not_offered();
    ardoq_https_close(&https);
    assert_resumed();
}

/* The same certificates, but one is the client's own where it was a root before. */
static void test_a_root_that_is_a_client_certificate_now(void **state)
{
    (void)state;
    static char roots[16384];
    snprintf(roots, sizeof roots, "%s%s", certificate_file("ca.pem"),
             certificate_file("client.pem"));
    config.ca_pem = roots;
    save_session();
    config.ca_pem = certificate_file("ca.pem");
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("client.key");
    assert_not_offered();
}

static void test_another_build(void **state)
{
    (void)state;
    is_other_build = true;
    save_session();
    is_other_build = false;
    assert_not_offered();
}

/* ---- How long -------------------------------------------------------------------------------- */

/* In TLS 1.3 the peer looks at how old the client says its ticket is, so only its age is tried. */
static void assert_offered_after(int64_t seconds, bool is_offered)
{
    const int64_t began = ardoq_fake.wall_time;
    save_session();
    ardoq_fake.wall_time = began + seconds;
    open_https();
    const unsigned shown = tls_peer_tickets_shown();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_shown() - shown, is_offered);
    start_over();
    ardoq_fake.wall_time = began;
    ardoq_fake.session_length = 0;
}

static void test_the_ticket_ends(void **state)
{
    (void)state;
    assert_offered_after(0, true);
    assert_offered_after(HOUR - 1, true);
    assert_offered_after(HOUR, false);
}

static void test_no_session_is_older_than_a_week(void **state)
{
    (void)state;
    script.ticket_lifetime = 7 * DAY;
    assert_offered_after(7 * DAY - 1, true);
    assert_offered_after(7 * DAY, false);
    if (script.tls_1_2 || MBEDTLS_VERSION_MAJOR < 3) {
        script.ticket_lifetime = 30 * DAY;
        assert_offered_after(7 * DAY, false);
    }
}

/* A new ticket of TLS 1.3 does not make the verification younger. */
static void test_a_week_counts_from_the_full_handshake(void **state)
{
    (void)state;
    save_session();
    const uint32_t verified = https.tls.verified.at;
    ardoq_fake.wall_time += 2;
    assert_resumed();
    assert_int_equal(https.tls.verified.at, verified);
    ardoq_https_close(&https);
    ardoq_fake.wall_time += 2;
    assert_resumed();
    assert_int_equal(https.tls.verified.at, verified);
}

static void test_a_clock_that_was_put_back(void **state)
{
    (void)state;
    ardoq_fake.wall_time += HOUR;
    assert_offered_after(-1, false);
    assert_offered_after(-HOUR, false);
}

static void test_the_certificate_ends(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const int64_t end = https.tls.detail.certificate_end;
    start_over();
    ardoq_fake.wall_time = end - MINUTE;
    save_session();
    ardoq_fake.wall_time = end;
    const unsigned shown = tls_peer_tickets_shown();
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_shown(), shown + 1);
    ardoq_https_close(&https);
    ardoq_fake.wall_time = end + 1;
    open_https();
    assert_int_equal(run(), ARDOQ_ERR_CERTIFICATE_EXPIRED);
    assert_int_equal(tls_peer_tickets_shown(), shown + 1);
    assert_int_equal(ardoq_fake.session_length, 0);
}

/* Dates that nobody has checked vouch for nothing later, and nobody knows how old a session is. */
static void test_an_unknown_clock(void **state)
{
    (void)state;
    if (!ARDOQ_ACCEPT_UNKNOWN_CLOCK) {
        skip();
    }
    ardoq_fake.wall_time_known = false;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.session_length, 0);
    ardoq_fake.wall_time_known = true;
    assert_not_offered();
    ardoq_https_close(&https);
    ardoq_fake.wall_time_known = false;
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_shown(), 0);
}

/* ---- What is wrong with it ------------------------------------------------------------------- */

/* Goes on until the client has sent its ClientHello, and gives up. */
static bool is_offered(void)
{
    ardoq_wait_t wait;
    assert_int_equal(start_exchange(), ARDOQ_OK);
    ardoq_err_t err = ARDOQ_PENDING;
    for (int steps = 0; steps < 3 && err == ARDOQ_PENDING; steps += https.tls.is_set_up) {
        err = ardoq_https_step(&https, &wait);
    }
    assert_true(https.tls.is_set_up || any_seal);
    const bool is = https.tls.verified.certificate_end != 0;
    ardoq_https_cancel(&https);
    return is;
}

typedef struct {
    size_t length;
    unsigned char data[sizeof ardoq_fake.session];
} session_t;

static session_t kept_session(void)
{
    session_t kept = {.length = ardoq_fake.session_length};
    memcpy(kept.data, ardoq_fake.session, kept.length);
    return kept;
}

static void restore_session(const session_t *kept)
{
    ardoq_fake.session_length = kept->length;
    memcpy(ardoq_fake.session, kept->data, kept->length);
}

/* In TLS 1.2 the server may know the client again by an id alone. */
static void test_a_session_without_a_ticket(void **state)
{
    (void)state;
    script.ticket_lifetime = 0;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    if (ardoq_fake.session_length == 0) {
        skip();
    }
    open_https();
    assert_true(is_offered());
}

/* What a session is worth to whoever reads memory. */
typedef struct {
    size_t size;
    unsigned char bytes[sizeof((mbedtls_ssl_session *)0)->MBEDTLS_PRIVATE(master)];
} secret_t;

static secret_t secret_of_session(void)
{
    const mbedtls_ssl_session *session = https.tls.ssl.MBEDTLS_PRIVATE(session);
    secret_t secret = {.size = sizeof secret.bytes};
    const unsigned char *start = session->MBEDTLS_PRIVATE(master);
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    if (session->MBEDTLS_PRIVATE(tls_version) == MBEDTLS_SSL_VERSION_TLS1_3) {
        secret.size = session->MBEDTLS_PRIVATE(resumption_key_len);
        start = session->MBEDTLS_PRIVATE(resumption_key);
    }
#endif
    assert_in_range(secret.size, 32, sizeof secret.bytes);
    memcpy(secret.bytes, start, secret.size);
    return secret;
}

/* Where it is in what was saved. */
static size_t place_of(const secret_t *secret)
{
    const unsigned char *place =
        memmem(ardoq_fake.session, ardoq_fake.session_length, secret->bytes, secret->size);
    assert_non_null(place);
    return (size_t)(place - ardoq_fake.session);
}

static void test_memory_that_held_a_secret(void **state)
{
    (void)state;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const secret_t secret = secret_of_session();
    ardoq_https_close(&https);
    (void)place_of(&secret);
    open_https();
    /* It has memory of its own. */
    ardoq_fake.peer.send = NULL;
    ardoq_fake.peer.receive = NULL;
    heap_reset();
    heap_watch(secret.bytes, secret.size);
    heap_is_clients = true;
    const bool is = is_offered();
    heap_is_clients = false;
    assert_true(is);
    assert_false(heap_secret_was_freed());
    heap_reset();
}

/* What cannot be offered is not left there either. */
static void test_damage_at_every_byte(void **state)
{
    (void)state;
    save_session();
    const session_t kept = kept_session();
    open_https();
    for (size_t i = 0; i < kept.length; i++) {
        restore_session(&kept);
        ardoq_fake.session[i] ^= (unsigned char)(1u << (i % 8));
        assert_false(is_offered());
        assert_int_equal(ardoq_fake.session_length, 0);
    }
    restore_session(&kept);
    assert_true(is_offered());
}

/* Who can write the session can seal it too. Then the server is not to be trusted, but mbedTLS
 * still gets no length that is not there. What cannot work is followed by a full handshake. */
static void test_damage_that_is_sealed(void **state)
{
    (void)state;
    save_session();
    any_seal = true;
    ardoq_fake.session_length = 0;
    assert_int_equal(run_again(), ARDOQ_OK);
    ardoq_https_close(&https);
    const session_t kept = kept_session();
    open_https();
    for (size_t i = 0; i < kept.length; i++) {
        restore_session(&kept);
        ardoq_fake.session[i] ^= 0xff;
        (void)is_offered();
    }
    for (size_t i = 32; i < kept.length; i += 3) {
        restore_session(&kept);
        ardoq_fake.session[i] ^= 0x81;
        assert_int_equal(run(), ARDOQ_OK);
        ardoq_https_cancel(&https);
    }
}

/* Not again and again with what cannot be erased. */
static void test_a_session_that_fails_and_stays(void **state)
{
    (void)state;
    any_seal = true;
    save_session();
    memset(ardoq_fake.session + ardoq_fake.session_length - 300, 0x5a, 100);
    ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count = 0;
    ardoq_fake_fail(ARDOQ_FAKE_SESSION_WRITE, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_in_range(ardoq_fake.connects, 2, 3);
}

/* With another secret than the one that the server knows. */
static void save_damaged_session(void)
{
    any_seal = true;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    const secret_t secret = secret_of_session();
    ardoq_https_close(&https);
    ardoq_fake.session[place_of(&secret)] ^= 1;
}

/* The alert about it cannot leave. Nothing is waited for of a socket that is closed, and the next
 * session is offered again. */
static void test_a_session_with_another_secret(void **state)
{
    (void)state;
    save_damaged_session();
    ardoq_fake_fail(ARDOQ_FAKE_SEND, 2, ARDOQ_PENDING);
    open_https();
    ardoq_wait_t wait;
    assert_int_equal(start_exchange(), ARDOQ_OK);
    ardoq_err_t err = ARDOQ_PENDING;
    for (int steps = 0; steps < 99 && err == ARDOQ_PENDING; steps++) {
        err = ardoq_https_step(&https, &wait);
        if (https.tls.detail.phase == ARDOQ_PHASE_HANDSHAKE &&
            https.tls.socket.descriptor == ARDOQ_PORT_NO_SOCKET) {
            assert_int_equal(wait.event, ARDOQ_PORT_EVENT_NONE);
            assert_int_equal(wait.timeout_ms, 0);
        }
    }
    assert_int_equal(err, ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 3);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_CONNECT_POLL].count, 3);
    assert_int_equal(https.tls.detail.tls_code, 0);
    tls_peer_close(PEER_CUT);
    const unsigned taken = tls_peer_tickets_taken();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_taken(), taken + 1);
}

static void test_a_network_that_fails_after_a_session(void **state)
{
    (void)state;
    static const ardoq_fake_call_t calls[] = {ARDOQ_FAKE_CONNECT_START, ARDOQ_FAKE_CONNECT_POLL};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        save_damaged_session();
        ardoq_fake_fail(calls[i], 2, ARDOQ_ERR_CONNECTION_REFUSED);
        assert_int_equal(run_again(), ARDOQ_ERR_CONNECTION_REFUSED);
        ardoq_fake_fail(ARDOQ_FAKE_CONNECT_POLL, 0, ARDOQ_OK);
        assert_int_equal(run(), ARDOQ_OK);
        assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_CONNECT_POLL].count, 1);
        start_over();
    }
}

/* The server has gone before it was told what is wrong. It hears all of the next connection. */
static void test_a_server_that_leaves_when_a_session_fails(void **state)
{
    (void)state;
    if (!script.tls_1_2 && MBEDTLS_VERSION_MAJOR >= 3) {
        skip(); /* there the server finds the fault */
    }
    save_damaged_session();
    ardoq_fake_fail(ARDOQ_FAKE_SEND, 2, ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 3);
}

static void test_other_lengths(void **state)
{
    (void)state;
    save_session();
    const session_t kept = kept_session();
    open_https();
    for (size_t length = sizeof ardoq_fake.session; length > 0;
         length -= length > kept.length + 100 ? 100 : 1) {
        restore_session(&kept);
        ardoq_fake.session_length = length;
        assert_int_equal(is_offered(), length == kept.length);
    }
}

static void test_a_session_that_is_too_large_is_not_kept(void **state)
{
    (void)state;
    save_session();
    const size_t room = sizeof ardoq_fake.session - ardoq_fake.session_length;
    start_over();
    script.ticket_surplus = room;
    ardoq_fake.session_length = 0;
    save_session();
    assert_int_equal(ardoq_fake.session_length, sizeof ardoq_fake.session);
    assert_resumed();
    start_over();
    script.ticket_surplus = room + 1;
    ardoq_fake.session_length = 0;
    ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count = 0;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.session_length, 0);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count, 0);
}

static void test_a_session_that_is_far_too_large(void **state)
{
    (void)state;
    script.ticket_surplus = sizeof ardoq_fake.session + 1000;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.failures[ARDOQ_FAKE_SESSION_WRITE].count, 0);
}

/* Of TLS 1.2, when it cannot make one. */
static void test_an_empty_ticket(void **state)
{
    (void)state;
    script.tls_1_2 = true;
    script.ticket_surplus = SIZE_MAX;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.session_length, 0);
}

static void test_a_place_that_fails(void **state)
{
    (void)state;
    save_session();
    ardoq_fake_fail(ARDOQ_FAKE_SESSION_READ, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    ardoq_fake.failures[ARDOQ_FAKE_SESSION_READ].count = 0;
    assert_not_offered();
    ardoq_https_close(&https);
    ardoq_fake.session_length = 0;
    ardoq_fake_fail(ARDOQ_FAKE_SESSION_WRITE, 1, ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(run_again(), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_int_equal(ardoq_fake.session_length, 0);
}

/* ---- Servers that want none of it ------------------------------------------------------------ */

static void test_a_server_that_has_forgotten_the_ticket(void **state)
{
    (void)state;
    save_session();
    tls_peer_forget_tickets();
    open_https();
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(tls_peer_tickets_shown(), 1);
    assert_int_equal(tls_peer_tickets_taken(), 0);
    assert_int_equal(ardoq_fake.connects, 2);
    ardoq_https_close(&https);
    assert_resumed();
}

/* mbedTLS offers a session of TLS 1.3 with no other version. */
static void test_a_server_that_has_gone_back_to_an_older_version(void **state)
{
    (void)state;
    if (MBEDTLS_VERSION_MAJOR < 3 || script.tls_1_2) {
        skip();
    }
    save_session();
    script.tls_1_2 = true;
    assert_int_equal(run_again(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 3);
    assert_string_equal(https.tls.detail.tls_version, "TLSv1.2");
    assert_int_equal(https.tls.detail.tls_code, 0);
    assert_string_equal(https.buffer, "{}");
}

/* It may be the session that the network, or what is there, does not let pass. */
static void test_a_connection_that_ends_while_resuming(void **state)
{
    (void)state;
    save_session();
    ardoq_fake_fail(ARDOQ_FAKE_RECEIVE, 1, ARDOQ_ERR_CONNECTION_CLOSED);
    ardoq_fake.failures[ARDOQ_FAKE_RECEIVE].count = 0;
    assert_int_equal(run_again(), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(ardoq_fake.connects, 2);
    assert_int_equal(ardoq_fake.session_length, 0);
}

static void test_a_server_that_says_nothing_to_a_session(void **state)
{
    (void)state;
    save_session();
    ardoq_fake.peer.receive = NULL;
    assert_int_equal(run_again(), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(ardoq_fake.session_length, 0);
}

static void fail_fatally(mbedtls_ssl_context *tls)
{
    mbedtls_ssl_send_alert_message(tls, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                   MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR);
}

static void test_a_resumed_connection_that_fails(void **state)
{
    (void)state;
    save_session();
    assert_resumed();
    ardoq_https_close(&https);
    tls_peer_stop();
    ardoq_fake.session_length = 0;
    static const peer_step_t steps[] = {{.answer = JSON_OK}, {.answer = NULL}};
    start_peer(steps, 2);
    assert_int_equal(run_again(), ARDOQ_OK);
    ardoq_https_close(&https);
    assert_true(ardoq_fake.session_length > 0);
    tls_peer_when_idle(fail_fatally);
    open_https();
    assert_int_equal(run(), ARDOQ_ERR_TLS_FAILED);
    assert_int_equal(tls_peer_tickets_taken(), 1);
    assert_int_equal(ardoq_fake.session_length, 0);
}

/* ---- Handshakes without a certificate -------------------------------------------------------- */

/* Nothing of the kind is offered. If it came to such a handshake all the same, it would count for
 * nothing. */
static void test_a_handshake_in_which_no_certificate_was_checked(void **state)
{
    (void)state;
    static const unsigned char key[32] = {1, 2, 3};
    static const char name[] = "somebody";
    static const int suites[] = {MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256, 0};
    if (!mbedtls_ssl_ciphersuite_from_id(suites[0])) {
        skip();
    }
    script.tls_1_2 = true;
    answer_with(JSON_OK, PEER_KEEP);
    tls_peer_accept_psk(key, sizeof key, name);
    open_https();
    assert_int_equal(mbedtls_ssl_conf_psk(&https.tls.ssl_config, key, sizeof key,
                                          (const unsigned char *)name, sizeof name - 1),
                     0);
    mbedtls_ssl_conf_ciphersuites(&https.tls.ssl_config, suites);
    /* Nor does it count what was checked on a connection before. */
    ardoq_wait_t wait;
    assert_int_equal(start_exchange(), ARDOQ_OK);
    ardoq_err_t err = ARDOQ_PENDING;
    for (int steps = 0; steps < 99 && err == ARDOQ_PENDING; steps++) {
        if (!https.tls.is_set_up) {
            https.tls.detail.certificate_end = ardoq_fake.wall_time + DAY;
        }
        err = ardoq_https_step(&https, &wait);
    }
    assert_int_equal(err, ARDOQ_ERR_CERTIFICATE_NOT_CHECKED);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(ardoq_fake.session_length, 0);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* ---- What is offered ------------------------------------------------------------------------- */

/* A ClientHello, after record and handshake header: version, random, session id, cipher suites,
 * compression, extensions (RFC 8446, 4.1.2). */
static const unsigned char *cipher_suites(size_t *size)
{
    size_t whole;
    const unsigned char *hello = tls_peer_hello(&whole);
    size_t at = 5 + 4 + 2 + 32;
    at += 1 + (size_t)hello[at];
    *size = (size_t)hello[at] << 8 | hello[at + 1];
    assert_true(at + 2 + *size < whole);
    return hello + at + 2;
}

static const unsigned char *find_extension(unsigned wanted, size_t *size)
{
    size_t whole;
    const unsigned char *hello = tls_peer_hello(&whole);
    const unsigned char *at = cipher_suites(size);
    at += *size;
    at += 1 + at[0] + 2;
    while (at < hello + whole) {
        const unsigned type = (unsigned)at[0] << 8 | at[1];
        *size = (size_t)at[2] << 8 | at[3];
        at += 4;
        if (type == wanted) {
            return at;
        }
        at += *size;
    }
    return NULL;
}

static void test_what_is_never_offered(void **state)
{
    (void)state;
    save_session();
    assert_resumed();
    size_t size;
    const unsigned char *suites = cipher_suites(&size);
    assert_true(size >= 2 && size % 2 == 0);
    for (size_t i = 0; i < size; i += 2) {
        const int id = suites[i] << 8 | suites[i + 1];
        const char *name = mbedtls_ssl_get_ciphersuite_name(id);
        static const char *const never[] = {"PSK",  "anon",     "NULL", "TLS-ECDH-",
                                            "ARIA", "CAMELLIA", "CCM"};
        for (size_t j = 0; j < sizeof never / sizeof never[0]; j++) {
            assert_null(strstr(name, never[j]));
        }
    }
    /* What is listed is a suite up to its end. */
#if MBEDTLS_VERSION_MAJOR >= 3
    const int *listed = https.tls.ssl_config.MBEDTLS_PRIVATE(ciphersuite_list);
#else
    const int *listed = https.tls.ssl_config.ciphersuite_list[MBEDTLS_SSL_MINOR_VERSION_3];
#endif
    for (; *listed != 0; listed++) {
        assert_true(*listed >= 0x2f);
    }
    /* psk_key_exchange_modes: psk_dhe_ke alone */
    const unsigned char *modes = find_extension(45, &size);
    if (modes) {
        assert_int_equal(size, 2);
        assert_memory_equal(modes, "\1\1", 2);
    }
    assert_true(script.tls_1_2 || MBEDTLS_VERSION_MAJOR < 3 || modes);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_https_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_was_verified_is_kept),
        TEST(test_nothing_to_resume),
        TEST(test_one_session_is_written_once),
        TEST(test_a_dead_kept_connection_is_followed_by_a_resumed_one),
        TEST(test_another_host),
        TEST(test_another_port),
        TEST(test_other_roots),
        TEST(test_a_handshake_that_fails_without_a_session),
        TEST(test_what_stands_after_a_text),
        TEST(test_other_pins),
        TEST(test_another_client_certificate),
        TEST(test_a_root_that_is_a_client_certificate_now),
        TEST(test_another_build),
        TEST(test_the_ticket_ends),
        TEST(test_no_session_is_older_than_a_week),
        TEST(test_a_week_counts_from_the_full_handshake),
        TEST(test_a_clock_that_was_put_back),
        TEST(test_the_certificate_ends),
        TEST(test_an_unknown_clock),
        TEST(test_a_session_without_a_ticket),
        TEST(test_memory_that_held_a_secret),
        TEST(test_damage_at_every_byte),
        TEST(test_damage_that_is_sealed),
        TEST(test_a_session_that_fails_and_stays),
        TEST(test_a_session_with_another_secret),
        TEST(test_a_network_that_fails_after_a_session),
        TEST(test_other_lengths),
        TEST(test_a_server_that_leaves_when_a_session_fails),
        TEST(test_a_session_that_is_too_large_is_not_kept),
        TEST(test_a_session_that_is_far_too_large),
        TEST(test_an_empty_ticket),
        TEST(test_a_place_that_fails),
        TEST(test_a_server_that_has_forgotten_the_ticket),
        TEST(test_a_server_that_has_gone_back_to_an_older_version),
        TEST(test_a_connection_that_ends_while_resuming),
        TEST(test_a_server_that_says_nothing_to_a_session),
        TEST(test_a_resumed_connection_that_fails),
        TEST(test_a_handshake_in_which_no_certificate_was_checked),
        TEST(test_what_is_never_offered),
    };
    return cmocka_run_group_tests_name("tls_session", tests, NULL, NULL);
}
