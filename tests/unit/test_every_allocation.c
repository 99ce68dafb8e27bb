/*
 * mbedTLS gets no memory at its n-th allocation, for each n until a program runs without a failure:
 * it opens a client, makes a call, makes it again and closes.
 *
 * With TEST_EXHAUSTIVE each allocation fails. Without it the first of those that the same chain
 * of calls led to, because big numbers are calculated with thousands of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "failing_call.h"
#include "heap.h"
#include "peer_client.h"

enum { ALLOCATIONS = 65536 };

static uint32_t callers[ALLOCATIONS];

/* From then on there is no memory, as if it has really run out. */
static bool lasts;

static struct {
    unsigned trials;
    unsigned hidden; /* mbedTLS did not tell that it was for memory */
} seen;

/* The session that each trial finds saved; length 0: none. */
static struct {
    size_t length;
    unsigned char data[sizeof ardoq_fake.session];
} saved;

static void restore_session(void)
{
    memcpy(ardoq_fake.session, saved.data, saved.length);
    ardoq_fake.session_length = saved.length;
}

/* Until something fails. */
static ardoq_err_t run_program(const call_t *call, bool *is_open, outcome_t *outcome)
{
    ardoq_err_t err = try_to_open_client();
    *is_open = !err;
    for (unsigned i = 0; i < 2 && !err; i++) {
        *outcome = run_call(call);
        err = outcome->err;
    }
    return err;
}

static void check_healthy(const call_t *call)
{
    bool is_open;
    outcome_t outcome;
    trying("%s with enough memory", call->name);
    check_equal("the error", run_program(call, &is_open, &outcome), ARDOQ_OK);
    check_equal("the result", call->is_done(), true);
    close_client();
}

/* Sometimes mbedTLS turns it into another failure: a signature that it has no memory to check is a
 * wrong one, a key that it cannot hold is invalid. Where only one block was missing, nobody can
 * tell; what matters then is that it is a failure. */
static void check_error(ardoq_err_t err, bool is_open)
{
    if (err != ARDOQ_ERR_OUT_OF_MEMORY) {
        seen.hidden++;
        const bool is_likely = !lasts && (is_open ? err == ARDOQ_ERR_TLS_FAILED ||
                                                        err == ARDOQ_ERR_CERTIFICATE_UNTRUSTED ||
                                                        err == ARDOQ_ERR_CERTIFICATE_UNREADABLE
                                                  : err == ARDOQ_ERR_TRUST_INVALID);
        check_equal("the error", is_likely ? ARDOQ_ERR_OUT_OF_MEMORY : err,
                    ARDOQ_ERR_OUT_OF_MEMORY);
        check_equal("a code of mbedTLS", !is_open || ardoq_detail(&client)->tls_code != 0, true);
    }
}

/* The token is sent neither twice nor to anybody whom mbedTLS could not check. */
static void check_failed_call(const call_t *call, const outcome_t *outcome)
{
    /* When a session is resumed the client has the last word, and mbedTLS takes no notice when it
     * lacks the memory to calculate it. By then the server was verified. */
    const bool is_over = saved.length > 0 && outcome->phase > ARDOQ_PHASE_HANDSHAKE;
    check_equal("the phase", is_over ? ARDOQ_PHASE_HANDSHAKE : outcome->phase,
                ARDOQ_PHASE_HANDSHAKE);
    check_equal("connections", outcome->connects, 1);
    check_equal("answers", outcome->answered, 0);
    check_equal("an empty result", call->has_nothing(), true);
    check_nothing_left();
    const bool quick = script.quick;
    script.quick = true;
    check_next_call(call);
    script.quick = quick;
}

static void fail_once(const call_t *call, size_t at)
{
    bool is_open;
    outcome_t outcome;
    renew_random_generator();
    restore_session();
    trying("%s, allocation %zu", call->name, at);
    seen.trials++;
    if (lasts) {
        heap_fail_from(at);
    } else {
        heap_fail(at);
    }
    const ardoq_err_t err = run_program(call, &is_open, &outcome);
    heap_fail(0);
    if (err) {
        check_error(err, is_open);
    } else {
        /* It could do without. */
        check_equal("the result", call->is_done(), true);
    }
    if (err && is_open) {
        check_failed_call(call, &outcome);
    }
    close_client();
    check_equal("blocks on the heap", (int64_t)heap_blocks(), 0);
    check_equal("open sockets", ardoq_fake.open_sockets, 0);
}

static bool is_among(uint32_t number, const uint32_t *numbers, size_t count)
{
    size_t i = 0;
    while (i < count && numbers[i] != number) {
        i++;
    }
    return i < count;
}

static void fail_at_every_allocation(const call_t *call)
{
    /* What mbedTLS keeps for the whole process is there afterwards. */
    check_healthy(call);
    restore_session();
    heap_reset();
    heap_watch(TEST_TOKEN, sizeof TEST_TOKEN - 1);
    heap_note_callers(callers, ALLOCATIONS);
    heap_fail(0);
    check_healthy(call);
    heap_note_callers(NULL, 0);
    const size_t count = heap_allocations();
    assert_in_range(count, 20, ALLOCATIONS);
    for (size_t i = 0; i < count; i++) {
        if (is_exhaustive() || !is_among(callers[i], callers, i)) {
            fail_once(call, i + 1);
        }
    }
    print_message("%s: %zu allocations, %u trials, %u with another error\n", call->name, count,
                  seen.trials, seen.hidden);
    assert_true(seen.hidden < seen.trials / 2);
}

/* TLS 1.2: in TLS 1.3 mbedTLS 3.6 itself loses one cipher context when it has no memory for the
 * other (mbedtls_ssl_tls13_compute_application_transform()). */
static int set_up(void **state)
{
    lasts = false;
    saved.length = 0;
    seen.trials = 0;
    seen.hidden = 0;
    const int result = failing_call_set_up(state);
    script.tls_1_2 = true;
    /* Memory is not there for another address either. */
    ardoq_fake.address_count = 2;
    return result;
}

static void test_handshake_of_every_day(void **state)
{
    (void)state;
    fail_at_every_allocation(&call_me);
}

/* With few of the large numbers, so that what stands beside them is tried more often. */
static void test_quick_handshake(void **state)
{
    (void)state;
    script.quick = true;
    fail_at_every_allocation(&call_report);
}

static void test_memory_that_has_run_out(void **state)
{
    (void)state;
    lasts = true;
    fail_at_every_allocation(&call_me);
    assert_int_equal(seen.hidden, 0);
}

static void test_memory_that_has_run_out_in_a_quick_handshake(void **state)
{
    (void)state;
    lasts = true;
    script.quick = true;
    fail_at_every_allocation(&call_report);
    assert_int_equal(seen.hidden, 0);
}

static void fail_while_resuming(const call_t *call)
{
    script.ticket_lifetime = 3600;
    tls_peer_forget_tickets();
    check_healthy(call);
    saved.length = ardoq_fake.session_length;
    memcpy(saved.data, ardoq_fake.session, saved.length);
    const unsigned taken = tls_peer_tickets_taken();
    fail_at_every_allocation(call);
    assert_in_range(tls_peer_tickets_taken() - taken, seen.trials / 2, seen.trials);
}

static void test_resumption_quick(void **state)
{
    (void)state;
    script.quick = true;
    fail_while_resuming(&call_me);
}

static void test_memory_that_has_run_out_in_a_quick_resumption(void **state)
{
    (void)state;
    lasts = true;
    script.quick = true;
    fail_while_resuming(&call_report);
    assert_int_equal(seen.hidden, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, failing_call_tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_handshake_of_every_day),
        TEST(test_quick_handshake),
        TEST(test_memory_that_has_run_out),
        TEST(test_memory_that_has_run_out_in_a_quick_handshake),
        TEST(test_resumption_quick),
        TEST(test_memory_that_has_run_out_in_a_quick_resumption),
    };
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return cmocka_run_group_tests_name("every_allocation", tests, NULL, NULL);
}
