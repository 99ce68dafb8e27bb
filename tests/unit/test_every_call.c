/*
 * The n-th call of every port function fails, for each n until a program runs without a failure: it
 * loads its settings, opens a client, makes a call, makes it again and closes. And the deadline
 * passes, or the user interrupts, before every step.
 *
 * With TEST_EXHAUSTIVE each call fails with each of its errors. Without it they take turns.
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
#include "own_stack.h"
#include "peer_client.h"
#include "pipe_faults.h"

enum { ERRORS = 6 };

/* Calls of the port, and what each may say when it fails. */
static const struct {
    const char *name;
    ardoq_fake_call_t call;
    ardoq_phase_t phase; /* IDLE: by what has passed */
    ardoq_err_t errors[ERRORS];
} port_calls[] = {
    {"wall_time", ARDOQ_FAKE_WALL_TIME, ARDOQ_PHASE_IDLE, {ARDOQ_ERR_CLOCK_UNKNOWN}},
    {"random", ARDOQ_FAKE_RANDOM, ARDOQ_PHASE_HANDSHAKE, {ARDOQ_ERR_RANDOM_FAILED}},
    {"resolve_start",
     ARDOQ_FAKE_RESOLVE_START,
     ARDOQ_PHASE_RESOLVE,
     {ARDOQ_ERR_RESOLVE_FAILED, ARDOQ_ERR_NETWORK_DOWN, ARDOQ_ERR_OUT_OF_MEMORY}},
    {"resolve_poll",
     ARDOQ_FAKE_RESOLVE_POLL,
     ARDOQ_PHASE_RESOLVE,
     {ARDOQ_ERR_HOST_NOT_FOUND, ARDOQ_ERR_RESOLVE_FAILED, ARDOQ_ERR_OUT_OF_MEMORY,
      ARDOQ_ERR_NETWORK_DOWN, ARDOQ_PENDING}},
    {"connect_start",
     ARDOQ_FAKE_CONNECT_START,
     ARDOQ_PHASE_CONNECT,
     {ARDOQ_ERR_CONNECTION_REFUSED, ARDOQ_ERR_HOST_UNREACHABLE, ARDOQ_ERR_NETWORK_DOWN,
      ARDOQ_ERR_SOCKETS_EXHAUSTED, ARDOQ_ERR_NETWORK_FAILED}},
    {"connect_poll",
     ARDOQ_FAKE_CONNECT_POLL,
     ARDOQ_PHASE_CONNECT,
     {ARDOQ_ERR_CONNECTION_REFUSED, ARDOQ_ERR_HOST_UNREACHABLE, ARDOQ_ERR_NETWORK_DOWN,
      ARDOQ_ERR_SOCKETS_EXHAUSTED, ARDOQ_ERR_NETWORK_FAILED, ARDOQ_PENDING}},
    {"send",
     ARDOQ_FAKE_SEND,
     ARDOQ_PHASE_IDLE,
     {ARDOQ_ERR_CONNECTION_CLOSED, ARDOQ_ERR_NETWORK_FAILED, ARDOQ_PENDING}},
    {"receive",
     ARDOQ_FAKE_RECEIVE,
     ARDOQ_PHASE_IDLE,
     {ARDOQ_ERR_CONNECTION_CLOSED, ARDOQ_ERR_NETWORK_FAILED, ARDOQ_PENDING}},
    {"trust",
     ARDOQ_FAKE_TRUST,
     ARDOQ_PHASE_IDLE,
     {ARDOQ_ERR_TRUST_MISSING, ARDOQ_ERR_TRUST_INVALID, ARDOQ_ERR_OUT_OF_MEMORY}},
    {"store_get",
     ARDOQ_FAKE_STORE_GET,
     ARDOQ_PHASE_IDLE,
     {ARDOQ_ERR_STORE_UNAVAILABLE, ARDOQ_ERR_STORE_PERMISSIONS, ARDOQ_ERR_STORE_DAMAGED,
      ARDOQ_ERR_SETTING_TOO_LONG}},
};

/* ---- The program ---- */

typedef enum { LOAD, OPEN, FIRST_CALL, SECOND_CALL, CLOSE, STAGES } stage_t;

static struct {
    const call_t *call;
    ardoq_fake_call_t watched;
    stage_t stage; /* that was reached */
    outcome_t outcomes[STAGES];
    unsigned counts[STAGES]; /* of the watched call, up to the end of each stage */
    course_t courses[STAGES];
} program;

static void end_stage(stage_t stage, outcome_t outcome)
{
    program.stage = stage;
    program.outcomes[stage] = outcome;
    program.counts[stage] = ardoq_fake.failures[program.watched].count;
    program.courses[stage] = course_of_last_call();
}

static ardoq_err_t run_stage(stage_t stage)
{
    outcome_t outcome = {.err = ARDOQ_OK};
    switch (stage) {
    case LOAD:
        outcome.err = ardoq_config_load(&config, NULL);
        break;
    case OPEN:
        outcome.err = try_to_open_client();
        break;
    case SECOND_CALL:
        pipe_arm(PIPE_WHOLE, PIPE_TO_CLIENT, 0);
        outcome = run_call(program.call);
        break;
    case FIRST_CALL:
        outcome = run_call(program.call);
        break;
    default:
        close_client();
        break;
    }
    end_stage(stage, outcome);
    return outcome.err;
}

/* Until something fails. */
static void run_program(void)
{
    ardoq_fake.session_length = 0; /* with a session it would be another handshake */
    ardoq_err_t err = ARDOQ_OK;
    for (stage_t stage = LOAD; !err && stage < STAGES; stage++) {
        err = run_stage(stage);
    }
}

static ardoq_err_t trust_rsa_ca(struct mbedtls_ssl_config *tls_config,
                                struct mbedtls_x509_crt *roots)
{
    (void)tls_config;
    const char *pem = certificate_file("rsa_ca.pem");
    return mbedtls_x509_crt_parse(roots, (const unsigned char *)pem, strlen(pem) + 1)
               ? ARDOQ_ERR_OUT_OF_MEMORY
               : ARDOQ_OK;
}

static int set_up(void **state)
{
    static const char *const settings[][2] = {
        {"host", "localhost:8443"},
        {"token", TEST_TOKEN},
        {"workspace", "0123456789abcdef01234567"},
        {"component_type", "p1"},
        {"fields", "serial=serial"},
    };
    const int result = failing_call_set_up(state);
    script.quick = true;
    ardoq_fake.trust = trust_rsa_ca;
    ardoq_fake.resolve_polls = 2;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        assert_int_equal(ardoq_port_store_set(settings[i][0], settings[i][1]), ARDOQ_OK);
    }
    return result;
}

/* ---- What must come of it ---- */

typedef struct {
    size_t port_call; /* in port_calls */
    ardoq_err_t injected;
    unsigned at;
    stage_t stage; /* in which it failed; STAGES: it was not reached */
    unsigned at_in_stage;
} failure_t;

static bool is_hit(const failure_t *failure)
{
    return failure->stage < STAGES;
}

/* The first reading on a kept connection asks whether it is alive; the next two get the head of the
 * answer. */
static bool is_made_good(const failure_t *failure)
{
    const ardoq_fake_call_t call = port_calls[failure->port_call].call;
    if (failure->stage != SECOND_CALL || (call != ARDOQ_FAKE_SEND && call != ARDOQ_FAKE_RECEIVE)) {
        return false;
    }
    const bool is_before_request = call == ARDOQ_FAKE_RECEIVE && failure->at_in_stage == 1;
    const bool is_before_answer = call == ARDOQ_FAKE_SEND || failure->at_in_stage <= 3;
    return is_before_request || (failure->injected == ARDOQ_ERR_CONNECTION_CLOSED &&
                                 program.call->is_idempotent && is_before_answer);
}

/* A report first asks for the time at which it is made, and can do without. */
static bool is_time_of_report(const failure_t *failure)
{
    return program.call == &call_report && failure->at_in_stage == 1;
}

static ardoq_err_t expected_error(const failure_t *failure)
{
    if (!is_hit(failure) || failure->stage == CLOSE || failure->injected == ARDOQ_PENDING ||
        is_made_good(failure)) {
        return ARDOQ_OK;
    }
    if (port_calls[failure->port_call].call == ARDOQ_FAKE_WALL_TIME &&
        (ARDOQ_ACCEPT_UNKNOWN_CLOCK || is_time_of_report(failure))) {
        return ARDOQ_OK;
    }
    return failure->injected;
}

static ardoq_phase_t expected_phase(const failure_t *failure, const course_t *courses)
{
    const ardoq_fake_call_t call = port_calls[failure->port_call].call;
    const bool is_io = call == ARDOQ_FAKE_SEND || call == ARDOQ_FAKE_RECEIVE;
    return is_io ? phase_in(&courses[failure->stage]) : port_calls[failure->port_call].phase;
}

static void check_not_called(stage_t stage)
{
    check_equal("blocks on the heap", (int64_t)heap_blocks(), 0);
    check_equal("open sockets", ardoq_fake.open_sockets, 0);
    check_equal("the token in the configuration",
                stage == LOAD && holds(&config, sizeof config, TEST_TOKEN), false);
    check_equal("the token in the client", holds(&client, sizeof client, TEST_TOKEN), false);
}

static void check_end(const failure_t *failure, const course_t *courses)
{
    const stage_t stage = program.stage;
    const outcome_t *outcome = &program.outcomes[stage];
    const ardoq_err_t expected = expected_error(failure);
    check_equal("the error", outcome->err, expected);
    check_equal("the stage", (int64_t)stage, expected ? (int64_t)failure->stage : CLOSE);
    check_equal("the token on the stack", own_stack_holds(TEST_TOKEN), false);
    if (!expected) {
        check_equal("answers", program.outcomes[SECOND_CALL].answered >= 1, true);
        check_equal("open sockets", ardoq_fake.open_sockets, 0);
        check_equal("blocks on the heap", (int64_t)heap_blocks(), 0);
    } else if (stage < FIRST_CALL) {
        check_not_called(stage);
    } else {
        check_failed(program.call, *outcome, expected, expected_phase(failure, courses));
        check_next_call(program.call);
        close_client();
        check_equal("blocks on the heap", (int64_t)heap_blocks(), 0);
    }
}

/* ---- Each call ---- */

static stage_t stage_of_failure(unsigned at, unsigned *at_in_stage)
{
    unsigned before = 0;
    for (stage_t stage = LOAD; stage <= program.stage; stage++) {
        if (at <= program.counts[stage]) {
            *at_in_stage = at - before;
            return stage;
        }
        before = program.counts[stage];
    }
    return STAGES;
}

/* @return whether the call was made so often */
static bool fail_once(size_t port_call, unsigned at, ardoq_err_t injected, const course_t *courses)
{
    failure_t failure = {.port_call = port_call, .at = at, .injected = injected};
    trying("%s, %s %u: %s", program.call->name, port_calls[port_call].name, at,
           injected == ARDOQ_PENDING ? "pending" : ardoq_err_name(injected));
    ardoq_fake_fail(program.watched, at, injected);
    own_stack_run(run_program);
    ardoq_fake_fail(program.watched, 0, ARDOQ_OK);
    failure.stage = stage_of_failure(at, &failure.at_in_stage);
    check_end(&failure, courses);
    return is_hit(&failure);
}

static void fail_at_every_time(size_t port_call, const course_t *courses)
{
    const ardoq_err_t *errors = port_calls[port_call].errors;
    size_t count = 0;
    while (count < ERRORS && errors[count]) {
        count++;
    }
    bool is_hit = true;
    program.watched = port_calls[port_call].call;
    for (unsigned at = 1; is_hit; at++) {
        for (size_t i = 0; i < count && is_hit; i++) {
            if (is_exhaustive() || i == at % count) {
                is_hit = fail_once(port_call, at, errors[i], courses);
            }
        }
    }
}

static void fail_everything(const call_t *call)
{
    course_t courses[STAGES];
    program.call = call;
    trying("%s when nothing fails", call->name);
    run_program();
    check_equal("the stage", (int64_t)program.stage, CLOSE);
    memcpy(courses, program.courses, sizeof courses);
    heap_reset();
    heap_watch(TEST_TOKEN, sizeof TEST_TOKEN - 1);
    for (size_t i = 0; i < sizeof port_calls / sizeof port_calls[0]; i++) {
        fail_at_every_time(i, courses);
    }
}

static void test_me(void **state)
{
    (void)state;
    fail_everything(&call_me);
}

static void test_report(void **state)
{
    (void)state;
    fail_everything(&call_report);
}

static void test_list(void **state)
{
    (void)state;
    fail_everything(&call_list);
}

/* ---- Each step ---- */

static const ardoq_request_t get = {.method = "GET", .path = ARDOQ_ME_PATH};
static const ardoq_request_t post = {
    .method = "POST", .path = "/api/v2/batch", .body = "{}", .body_size = 2};

static void pass_deadline(void)
{
    ardoq_fake.uptime_ms += config.timeout_ms;
}

static void interrupt(void)
{
    ardoq_interrupt(&client);
}

/* @return the result of the call that meets this before its step number @p at */
static ardoq_err_t step_until(const ardoq_request_t *request, unsigned at, void (*happens)(void))
{
    ardoq_response_t response;
    ardoq_wait_t wait;
    heap_is_clients = true;
    ardoq_err_t err = ardoq_request_start(&client, request, &response);
    for (unsigned step = 0; !err || err == ARDOQ_PENDING; step++) {
        if (step == at) {
            happens();
        }
        err = ardoq_request_step(&client, &wait);
        if (!err) {
            break;
        }
    }
    heap_is_clients = false;
    return err;
}

static void meet_at_every_step(const ardoq_request_t *request, void (*happens)(void),
                               ardoq_err_t expected)
{
    ardoq_err_t err = expected;
    for (unsigned at = 0; err == expected; at++) {
        close_connection();
        trying("%s, %s before step %u", request->method, ardoq_err_name(expected), at);
        err = step_until(request, at, happens);
        check_equal("the error", err, err ? expected : ARDOQ_OK);
        if (err) {
            check_nothing_left();
            check_next_call(&call_me);
        } else {
            assert_in_range(at, 10, 100);
        }
    }
}

static void test_steps(void **state)
{
    (void)state;
    run_stage(LOAD);
    open_client();
    meet_at_every_step(&get, pass_deadline, ARDOQ_ERR_TIMEOUT);
    meet_at_every_step(&post, pass_deadline, ARDOQ_ERR_TIMEOUT);
    meet_at_every_step(&get, interrupt, ARDOQ_ERR_INTERRUPTED);
    meet_at_every_step(&post, interrupt, ARDOQ_ERR_INTERRUPTED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, failing_call_tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_me),
        TEST(test_report),
        TEST(test_list),
        TEST(test_steps),
    };
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return cmocka_run_group_tests_name("every_call", tests, NULL, NULL);
}
