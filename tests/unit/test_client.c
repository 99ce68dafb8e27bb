/* A client's calls: rejected calls, step by step, deadlines, interrupts, opening and closing. */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "peer_request.h"

static void assert_client_is_zero(void)
{
    static const ardoq_client_t zero;
    assert_memory_equal(&client, &zero, sizeof zero);
}

/* ---- Calls that do not fit ---- */

static ardoq_me_t inner_me;

static ardoq_err_t call_again(void *context, const char *data, size_t size)
{
    (void)data;
    (void)size;
    ardoq_response_t inner_response = {.status = -1};
    unsigned *calls = context;
    (*calls)++;
    assert_int_equal(ardoq_request_start(&client, &request, &inner_response), ARDOQ_ERR_BUSY);
    assert_int_equal(ardoq_request(&client, &request, &inner_response), ARDOQ_ERR_BUSY);
    assert_int_equal(ardoq_me(&client, &inner_me), ARDOQ_ERR_BUSY);
    assert_int_equal(inner_response.status, -1);
    return ARDOQ_OK;
}

static void test_callbacks_must_not_call_the_client(void **state)
{
    (void)state;
    unsigned calls = 0;
    request.on_body = call_again;
    request.context = &calls;
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    assert_int_not_equal(calls, 0);
    assert_int_equal(tls_peer_answered(), 1);
    assert_int_equal(response.status, 200);
}

/* Refused before anything happens. */
static void assert_is_invalid(ardoq_client_t *a_client, const ardoq_request_t *a_request)
{
    assert_int_equal(ardoq_request(a_client, a_request, &response), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_request_start(a_client, a_request, &response),
                     ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_fake.connects, 0);
}

static void test_invalid_requests(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    assert_is_invalid(NULL, &request);
    assert_is_invalid(&client, NULL);
    assert_is_invalid(&client, &(ardoq_request_t){.method = NULL, .path = "/"});
    assert_is_invalid(&client, &(ardoq_request_t){.method = "GET", .path = NULL});
    assert_is_invalid(&client, &(ardoq_request_t){.method = "GET", .path = "/", .body_size = 1});
    assert_is_invalid(&client, &(ardoq_request_t){.method = "GET", .path = "/", .query_count = 1});
    assert_int_equal(ardoq_request(&client, &request, NULL), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_request_start(&client, &request, NULL), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(run(), ARDOQ_OK);
    ardoq_close(&client);
    ardoq_fake.connects = 0;
    assert_is_invalid(&client, &request);
}

static void test_invalid_steps(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_request_step(NULL, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    assert_int_equal(ardoq_request_step(&client, NULL), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_PENDING);
}

/* ---- Step by step ---- */

static void test_steps_never_wait(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    ardoq_fake.resolve_polls = 3;
    peer_client_answer(json_of("{\"a\":1}"));
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    assert_int_equal(response.status, 0);
    assert_string_equal(response.body, "");
    assert_string_equal(response.message, "");
    ardoq_err_t err = ARDOQ_PENDING;
    unsigned steps = 0;
    for (; err == ARDOQ_PENDING; steps++) {
        assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_ERR_BUSY);
        err = ardoq_request_step(&client, &wait);
        assert_true(err != ARDOQ_PENDING || wait.timeout_ms <= config.timeout_ms);
    }
    assert_int_equal(err, ARDOQ_OK);
    assert_true(steps > 5);
    assert_int_equal(ardoq_fake.uptime_ms, 0);
    assert_string_equal(response.body, "{\"a\":1}");
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
}

static void test_cancel_at_every_step(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    ardoq_err_t err = ARDOQ_PENDING;
    ardoq_fake.resolve_polls = 1;
    peer_client_answer(json_of("{}"));
    for (unsigned steps = 0; err == ARDOQ_PENDING; steps++) {
        assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
        for (unsigned i = 0; i <= steps; i++) {
            err = ardoq_request_step(&client, &wait);
        }
        ardoq_request_cancel(&client);
        assert_int_equal(ardoq_fake.open_sockets, 0);
        assert_int_equal(ardoq_fake.resolving, 0);
        assert_no_token_in_client();
    }
    assert_int_equal(err, ARDOQ_OK);
    ardoq_request_cancel(&client);
    assert_int_equal(run(), ARDOQ_OK);
}

/* ---- Deadlines and interruption ---- */

static void test_deadline_of_the_configuration(void **state)
{
    (void)state;
    config.timeout_ms = 5000;
    assert_int_equal(run_with(NULL), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(ardoq_fake.uptime_ms, 5000);
    assert_int_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_RECEIVE);
    assert_int_equal(response.status, 0);
    assert_string_equal(response.body, "");
}

static void test_deadline_of_the_request(void **state)
{
    (void)state;
    request.timeout_ms = 1234;
    assert_int_equal(run_with(NULL), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(ardoq_fake.uptime_ms, 1234);
}

static void test_shortest_deadline(void **state)
{
    (void)state;
    request.timeout_ms = 1;
    assert_int_equal(run_with(NULL), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(ardoq_fake.uptime_ms, 1);
}

/* Nothing is waited for once the end is known. */
static void test_no_time_passes_without_need(void **state)
{
    (void)state;
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_POLL, 1, ARDOQ_ERR_HOST_NOT_FOUND);
    assert_int_equal(run_with(json_of("{}")), ARDOQ_ERR_HOST_NOT_FOUND);
    assert_int_equal(ardoq_fake.uptime_ms, 0);
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(ardoq_fake.uptime_ms, 0);
}

/* It was meant for a call that has ended meanwhile. */
static void test_interruption_with_nothing_under_way(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    ardoq_interrupt(&client);
    assert_int_equal(run(), ARDOQ_OK);
}

static void test_interruption_before_the_first_step(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    peer_client_answer(json_of("{}"));
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    ardoq_interrupt(&client);
    ardoq_interrupt(&client);
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_ERR_INTERRUPTED);
    assert_int_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_RESOLVE);
    assert_int_equal(ardoq_fake.resolving, 0);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(run(), ARDOQ_OK);
}

/* As another task does: while the client waits for an answer that does not come. */
static ardoq_err_t (*honest_receive)(void *context, void *buffer, size_t size, size_t *received);
static uint64_t interrupted_at;

static ardoq_err_t interrupting_receive(void *context, void *buffer, size_t size, size_t *received)
{
    if (interrupted_at == 0 && strstr(tls_peer_received(), "\r\n\r\n")) {
        ardoq_fake.uptime_ms += 1000;
        interrupted_at = ardoq_fake.uptime_ms;
        ardoq_interrupt(&client);
    }
    return honest_receive(context, buffer, size, received);
}

static void test_interruption_during_a_call(void **state)
{
    (void)state;
    peer_client_answer(NULL);
    honest_receive = ardoq_fake.peer.receive;
    ardoq_fake.peer.receive = interrupting_receive;
    interrupted_at = 0;
    assert_int_equal(run(), ARDOQ_ERR_INTERRUPTED);
    assert_int_not_equal(interrupted_at, 0);
    assert_in_range(ardoq_fake.uptime_ms, interrupted_at, interrupted_at + 200);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_no_token_in_client();
}

/* ---- Interruption from another task ---- */

enum { INTERRUPTIONS = 2000 };

static unsigned interruptions_wanted;
static unsigned interruptions_made;

static void *interrupt_when_wanted(void *unused)
{
    (void)unused;
    for (unsigned i = 1; i <= INTERRUPTIONS; i++) {
        while (__atomic_load_n(&interruptions_wanted, __ATOMIC_ACQUIRE) < i) {
            sched_yield();
        }
        ardoq_interrupt(&client);
        __atomic_store_n(&interruptions_made, i, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* At the latest the next step notices an earlier interrupt. */
static void assert_interruption_is_seen(unsigned number)
{
    ardoq_wait_t wait;
    ardoq_err_t err = ARDOQ_PENDING;
    bool was_made = false;
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    __atomic_store_n(&interruptions_wanted, number, __ATOMIC_RELEASE);
    while (err == ARDOQ_PENDING && !was_made) {
        was_made = __atomic_load_n(&interruptions_made, __ATOMIC_ACQUIRE) == number;
        err = ardoq_request_step(&client, &wait);
    }
    assert_int_equal(err, ARDOQ_ERR_INTERRUPTED);
    while (__atomic_load_n(&interruptions_made, __ATOMIC_ACQUIRE) != number) {
        sched_yield();
    }
}

/* Whatever the client does at that moment. */
static void test_no_interruption_is_lost(void **state)
{
    (void)state;
    pthread_t thread;
    peer_client_answer(json_of("{}"));
    ardoq_fake.resolve_polls = UINT_MAX;
    interruptions_wanted = 0;
    interruptions_made = 0;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_when_wanted, NULL), 0);
    for (unsigned i = 1; i <= INTERRUPTIONS; i++) {
        assert_interruption_is_seen(i);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* ---- Opening and closing ---- */

/* It names what is wrong, makes no calls and can be closed. */
static void assert_is_not_open(const char *failed)
{
    const char *setting = ardoq_detail(&client)->setting;
    assert_true(failed ? setting && strcmp(setting, failed) == 0 : !setting);
    assert_int_equal(run(), ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_wait_t wait;
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_request_cancel(&client);
    ardoq_close(&client);
    assert_client_is_zero();
    ardoq_close(&client);
    assert_client_is_zero();
}

static void assert_open_fails(ardoq_err_t expected, const char *failed)
{
    memset(&client, '#', sizeof client);
    assert_int_equal(ardoq_open(&client, &config), expected);
    assert_is_not_open(failed);
}

static void test_no_configuration_to_open_it_with(void **state)
{
    (void)state;
    static ardoq_config_t loaded;
    ardoq_port_store_set("host", "http://localhost");
    memset(&client, '#', sizeof client);
    assert_int_equal(ardoq_load_config(&client, &loaded), ARDOQ_ERR_HOST_INVALID);
    assert_is_not_open("host");
}

static void test_open_checks_the_configuration(void **state)
{
    (void)state;
    strcpy(config.host, "app.localhost");
    assert_open_fails(ARDOQ_ERR_ORG_LABEL_REQUIRED, "org_label");
    strcpy(config.token, "");
    assert_open_fails(ARDOQ_ERR_TOKEN_MISSING, "token");
    strcpy(config.host, "http://localhost");
    assert_open_fails(ARDOQ_ERR_HOST_INVALID, "host");
}

static void test_open_needs_trust(void **state)
{
    (void)state;
    config.ca_pem = "nonsense";
    assert_open_fails(ARDOQ_ERR_TRUST_INVALID, NULL);
    config.ca_pem = NULL;
    ardoq_fake_fail(ARDOQ_FAKE_TRUST, 1, ARDOQ_ERR_TRUST_MISSING);
    assert_open_fails(ARDOQ_ERR_TRUST_MISSING, NULL);
}

static void test_open_takes_the_client_certificate(void **state)
{
    (void)state;
    script.client_ca = "client_ca";
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("client.key");
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
}

/* The content of the store is not the cause. */
static void test_a_certificate_of_the_program_is_about_no_setting(void **state)
{
    (void)state;
    ardoq_port_store_set("ca0", certificate_file("ca.pem"));
    config.ca_pem = NULL;
    config.certificate_pem = "nonsense";
    config.key_pem = certificate_file("client.key");
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID, NULL);
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = NULL;
    assert_open_fails(ARDOQ_ERR_CLIENT_CERTIFICATE_INVALID, NULL);
}

static void test_open_takes_both_pins(void **state)
{
    (void)state;
    strcpy(config.pin0, certificate_file("other_ca.pin"));
    assert_int_equal(run_with(json_of("{}")), ARDOQ_ERR_CERTIFICATE_PIN_MISMATCH);
    assert_int_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_HANDSHAKE);
    ardoq_close(&client);
    strcpy(config.pin1, certificate_file("server.pin"));
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
}

static void test_close_wipes_everything(void **state)
{
    (void)state;
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    assert_int_equal(ardoq_fake.open_sockets, 1);
    ardoq_close(&client);
    assert_client_is_zero();
    assert_int_equal(ardoq_fake.open_sockets, 0);
    ardoq_close(&client);
    assert_client_is_zero();
}

static void test_close_in_the_middle_of_a_call(void **state)
{
    (void)state;
    ardoq_wait_t wait;
    peer_client_answer(NULL);
    assert_int_equal(ardoq_request_start(&client, &request, &response), ARDOQ_OK);
    while (!strstr(tls_peer_received(), "\r\n\r\n")) {
        assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_PENDING);
    }
    ardoq_close(&client);
    assert_client_is_zero();
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* ---- Names of phases ---- */

static void test_phase_names(void **state)
{
    (void)state;
    assert_string_equal(ardoq_phase_name(ARDOQ_PHASE_IDLE), "idle");
    assert_string_equal(ardoq_phase_name(ARDOQ_PHASE_RESOLVE), "resolve");
    assert_string_equal(ardoq_phase_name(ARDOQ_PHASE_CONNECT), "connect");
    assert_string_equal(ardoq_phase_name(ARDOQ_PHASE_HANDSHAKE), "handshake");
    assert_string_equal(ardoq_phase_name(ARDOQ_PHASE_SEND), "send");
    assert_string_equal(ardoq_phase_name(ARDOQ_PHASE_RECEIVE), "receive");
    assert_string_equal(ardoq_phase_name((ardoq_phase_t)6), "unknown");
    assert_string_equal(ardoq_phase_name((ardoq_phase_t)-1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_REQUEST_TEST(test_callbacks_must_not_call_the_client),
        PEER_REQUEST_TEST(test_invalid_requests),
        PEER_REQUEST_TEST(test_invalid_steps),
        PEER_REQUEST_TEST(test_steps_never_wait),
        PEER_REQUEST_TEST(test_cancel_at_every_step),
        PEER_REQUEST_TEST(test_deadline_of_the_configuration),
        PEER_REQUEST_TEST(test_deadline_of_the_request),
        PEER_REQUEST_TEST(test_shortest_deadline),
        PEER_REQUEST_TEST(test_no_time_passes_without_need),
        PEER_REQUEST_TEST(test_interruption_with_nothing_under_way),
        PEER_REQUEST_TEST(test_interruption_before_the_first_step),
        PEER_REQUEST_TEST(test_interruption_during_a_call),
        PEER_REQUEST_TEST(test_no_interruption_is_lost),
        PEER_REQUEST_TEST(test_no_configuration_to_open_it_with),
        PEER_REQUEST_TEST(test_open_checks_the_configuration),
        PEER_REQUEST_TEST(test_open_needs_trust),
        PEER_REQUEST_TEST(test_open_takes_the_client_certificate),
        PEER_REQUEST_TEST(test_a_certificate_of_the_program_is_about_no_setting),
        PEER_REQUEST_TEST(test_open_takes_both_pins),
        PEER_REQUEST_TEST(test_close_wipes_everything),
        PEER_REQUEST_TEST(test_close_in_the_middle_of_a_call),
        PEER_REQUEST_TEST(test_phase_names),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
