/*
 * The connection breaks after every byte, in both directions and in every way: in the handshake, in
 * the request and in its answer, on a new connection and on a kept one.
 *
 * With TEST_EXHAUSTIVE every byte is tried everywhere in every way. Without it, every byte where a
 * trial costs least; elsewhere the first and the last bytes of each TLS record, and one in so many
 * of the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <mbedtls/version.h>

#include "ardoq/port_fake.h"
#include "failing_call.h"
#include "peer_client.h"
#include "pipe_faults.h"

/* One in so many is tried. In turns, so that a stride of 3 meets every byte with one of the three
 * faults that end a connection. */
enum { IN_TURNS = 3, EXCHANGE_STRIDE = 16, HANDSHAKE_STRIDE = 64, TRIALS_OF_A_GENERATOR = 100 };

/* What stands behind the handshake is tried with quick ones, unless there is TLS 1.3, whose records
 * are others. */
static const bool exchange_is_quick = MBEDTLS_VERSION_MAJOR < 3;

typedef struct {
    const call_t *call;
    const course_t *course;
    bool is_kept; /* on the connection of an earlier call */
    pipe_fault_t fault;
    pipe_direction_t direction;
    size_t at;
} trial_t;

static const pipe_fault_t faults[] = {PIPE_CUT, PIPE_RESET, PIPE_STALL, PIPE_SHORT};
static const call_t *const calls[] = {&call_me, &call_report};

static unsigned trials;

static int set_up(void **state)
{
    const int result = failing_call_set_up(state);
    trials = 0;
    renew_random_generator();
    script.quick = exchange_is_quick;
    open_client();
    return result;
}

static int tear_down(void **state)
{
    print_message("%u trials\n", trials);
    return failing_call_tear_down(state);
}

/* ---- What must come of it ---- */

static const char *text_of_trial(const trial_t *trial)
{
    static const char *const names[] = {"whole", "cut", "reset", "stalled", "short"};
    static char text[96];
    snprintf(text, sizeof text, "%s on a %s connection, %s after byte %zu to the %s",
             trial->call->name, trial->is_kept ? "kept" : "new", names[trial->fault], trial->at,
             trial->direction == PIPE_TO_CLIENT ? "client" : "server");
    return text;
}

/* All that the call needs has passed. */
static bool is_harmless(const trial_t *trial)
{
    const bool is_behind_all = trial->at >= trial->course->counts[trial->direction].bytes &&
                               !(trial->fault == PIPE_RESET && trial->direction == PIPE_TO_SERVER);
    return trial->fault == PIPE_SHORT || is_behind_all;
}

/* The first record of the answer holds its head. */
static bool has_answer(const trial_t *trial)
{
    return trial->direction == PIPE_TO_CLIENT &&
           trial->at >= trial->course->counts[PIPE_TO_CLIENT].records[1];
}

/* A connection that was kept may have died meanwhile: whoever notices before anything is sent, or
 * has sent what may be sent twice, goes on with a new one. */
static bool is_made_good(const trial_t *trial)
{
    return trial->is_kept && trial->fault != PIPE_STALL &&
           (trial->at == 0 || (trial->call->is_idempotent && !has_answer(trial)));
}

static void check_trial(const trial_t *trial, outcome_t outcome)
{
    const bool is_stalled = trial->fault == PIPE_STALL && !is_harmless(trial);
    if (is_harmless(trial)) {
        check_done(trial->call, outcome, trial->is_kept ? 0 : 1);
    } else if (is_made_good(trial)) {
        check_done(trial->call, outcome, 1);
    } else {
        const ardoq_phase_t phase = phase_in(trial->course);
        check_failed(trial->call, outcome,
                     is_stalled ? ARDOQ_ERR_TIMEOUT : ARDOQ_ERR_CONNECTION_CLOSED, phase);
        check_equal("the byte", (int64_t)pipe_count(trial->direction)->bytes, (int64_t)trial->at);
        check_equal("answers", outcome.answered, phase == ARDOQ_PHASE_RECEIVE ? 1 : 0);
    }
    if (!trial->call->is_idempotent) {
        check_equal("the request was repeated", outcome.answered > 1, false);
    }
    if (trial->fault != PIPE_SHORT) {
        check_equal("the time", (int64_t)outcome.took_ms, is_stalled ? config.timeout_ms : 0);
    }
}

/* ---- One trial ---- */

static void try(const trial_t *trial)
{
    if (trials % TRIALS_OF_A_GENERATOR == 0) {
        close_connection();
        renew_random_generator();
        if (trial->is_kept) {
            check_next_call(trial->call);
        }
    }
    trying("%s", text_of_trial(trial));
    trials++;
    pipe_arm(trial->fault, trial->direction, trial->at);
    check_trial(trial, run_call(trial->call));
    if (trial->fault == PIPE_STALL || trial->fault == PIPE_SHORT) {
        pipe_arm(PIPE_WHOLE, PIPE_TO_CLIENT, 0);
    }
}

static course_t course_of(const call_t *call, bool is_kept)
{
    trying("%s when nothing breaks", call->name);
    pipe_arm(PIPE_WHOLE, PIPE_TO_CLIENT, 0);
    check_done(call, run_call(call), is_kept ? 0 : 1);
    return course_of_last_call();
}

static bool is_close_to(size_t at, size_t boundary)
{
    return at + 1 == boundary || at == boundary || at == boundary + 1;
}

static bool is_chosen(const trial_t *trial, size_t stride)
{
    const pipe_count_t *count = &trial->course->counts[trial->direction];
    const size_t at = trial->at;
    bool is_chosen = is_exhaustive() || (at + trial->fault) % stride == 0 ||
                     at + 1 >= count->bytes || is_close_to(at, count->handshake);
    for (size_t i = 0; i < count->record_count && !is_chosen; i++) {
        is_chosen = is_close_to(at, count->records[i]);
    }
    return is_chosen;
}

/* ---- New connections ---- */

/* With a session that was kept, a handshake would be another one. */
static void begin_anew(void)
{
    close_connection();
    ardoq_fake.session_length = 0;
}

static void break_new_connections(trial_t trial, size_t from, size_t to, size_t stride)
{
    for (trial.at = from; trial.at <= to; trial.at++) {
        if (is_chosen(&trial, stride)) {
            const bool quick = script.quick;
            begin_anew();
            try(&trial);
            script.quick = true;
            check_next_call(trial.call);
            script.quick = quick;
        }
    }
}

/* The request comes after it, so one kind of call is enough. */
static void test_bytes_of_the_handshake(void **state)
{
    (void)state;
    begin_anew();
    script.quick = false;
    const course_t course = course_of(&call_me, false);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (unsigned direction = 0; direction < PIPE_DIRECTIONS; direction++) {
            const trial_t trial = {
                .call = &call_me, .course = &course, .fault = faults[i], .direction = direction};
            break_new_connections(trial, 0, course.counts[direction].handshake, HANDSHAKE_STRIDE);
        }
    }
}

static void break_exchange(const call_t *call)
{
    begin_anew();
    const course_t course = course_of(call, false);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (unsigned direction = 0; direction < PIPE_DIRECTIONS; direction++) {
            const trial_t trial = {
                .call = call, .course = &course, .fault = faults[i], .direction = direction};
            const pipe_count_t *count = &course.counts[direction];
            break_new_connections(trial, count->handshake, count->bytes, EXCHANGE_STRIDE);
        }
    }
}

static void test_bytes_of_the_first_exchange(void **state)
{
    (void)state;
    break_exchange(&call_me);
    break_exchange(&call_report);
}

/* ---- Kept connections ---- */

static void break_kept_connections(trial_t trial)
{
    const pipe_count_t *count = &trial.course->counts[trial.direction];
    const bool is_cheap = exchange_is_quick && trial.call->is_idempotent;
    const size_t ends = is_cheap ? IN_TURNS : EXCHANGE_STRIDE;
    const size_t stride = trial.fault == PIPE_SHORT ? 1 : ends;
    for (trial.at = 0; trial.at <= count->bytes; trial.at++) {
        if (is_chosen(&trial, stride)) {
            try(&trial);
            check_next_call(trial.call);
        }
    }
}

static void test_bytes_of_a_kept_connection(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        check_next_call(calls[i]);
        const course_t course = course_of(calls[i], true);
        for (size_t j = 0; j < sizeof faults / sizeof faults[0]; j++) {
            for (unsigned direction = 0; direction < PIPE_DIRECTIONS; direction++) {
                break_kept_connections((trial_t){.call = calls[i],
                                                 .course = &course,
                                                 .is_kept = true,
                                                 .fault = faults[j],
                                                 .direction = direction});
            }
        }
    }
}

/* ---- One byte at a time ---- */

static void test_one_byte_at_a_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        close_connection();
        script.quick = false;
        pipe_limit(1);
        trying("%s, one byte at a time", calls[i]->name);
        trials++;
        check_done(calls[i], run_call(calls[i]), 1);
        check_done(calls[i], run_call(calls[i]), 0);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bytes_of_the_handshake),
        TEST(test_bytes_of_the_first_exchange),
        TEST(test_bytes_of_a_kept_connection),
        TEST(test_one_byte_at_a_time),
    };
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return cmocka_run_group_tests_name("every_byte", tests, NULL, NULL);
}
