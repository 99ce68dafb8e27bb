#include "failing_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mbedtls/version.h>
#if MBEDTLS_VERSION_MAJOR >= 3
#include <psa/crypto.h>
#endif

#include "ardoq/list.h"
#include "ardoq/port_fake.h"
#include "ardoq/report.h"
#include "heap.h"
#include "peer_client.h"
#include "pipe_faults.h"

static ardoq_me_t me;
static ardoq_report_t report;
static ardoq_identity_t identity;
static ardoq_list_t list;
static size_t blocks_without_connection;
static size_t blocks_of_first_use; /* may come later: the RSA key of the roots keeps a number */
static char tried[160];

bool is_exhaustive(void)
{
    return getenv("TEST_EXHAUSTIVE") != NULL;
}

/* ---- Calls ---- */

static ardoq_err_t run_me(void)
{
    return ardoq_me(&client, &me);
}

static bool me_is_done(void)
{
    return strcmp(me.org_label, "acme") == 0 && me.response.status == 200;
}

static bool me_has_nothing(void)
{
    return me.org_label[0] == '\0' && me.response.body[0] == '\0' && me.response.body_size == 0;
}

static ardoq_err_t run_report(void)
{
    return ardoq_report_device(&client, &identity, &report);
}

static bool report_is_done(void)
{
    return report.outcome == ARDOQ_REPORT_CREATED && report.response.status == 200;
}

static bool report_has_nothing(void)
{
    return report.outcome == ARDOQ_REPORT_NONE && report.component_id[0] == '\0' &&
           report.response.body[0] == '\0' && report.response.body_size == 0;
}

static ardoq_err_t take_element(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)context;
    (void)element;
    (void)index;
    return ARDOQ_OK;
}

static ardoq_err_t run_list(void)
{
    return ardoq_list_each(&client, &list, "/api/v2/components", NULL, 0, take_element, NULL);
}

static bool list_is_done(void)
{
    return list.pages == 1 && list.count == 1 && list.response.status == 200;
}

static bool list_has_nothing(void)
{
    return list.pages == 0 && list.response.body[0] == '\0' && list.response.body_size == 0;
}

const call_t call_me = {"me", run_me, me_is_done, me_has_nothing, true};
const call_t call_report = {"report", run_report, report_is_done, report_has_nothing, false};
const call_t call_list = {"list", run_list, list_is_done, list_has_nothing, true};

/* ---- Set-up ---- */

#define ANSWER_HEAD                                                                                \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
#define ANSWER_BODY                                                                                \
    "{\"org\":{\"name\":\"Acme\",\"label\":\"acme\"},\"components\":{\"created\":[{\"id\":\"c1\"}" \
    "]},"                                                                                          \
    "\"values\":[{\"id\":\"v1\"}]}"

static const peer_step_t answer = {.answer = ANSWER_HEAD "64\r\n" ANSWER_BODY "\r\n0\r\n\r\n",
                                   .first = sizeof ANSWER_HEAD - 1};

int failing_call_set_up(void **state)
{
    const int result = peer_client_set_up(state);
    heap_reset();
    heap_watch(TEST_TOKEN, sizeof TEST_TOKEN - 1);
    config.ca_pem = certificate_file("rsa_ca.pem");
    strcpy(config.workspace, "0123456789abcdef01234567");
    strcpy(config.component_type, "p1");
    strcpy(config.fields, "serial=serial");
    identity = (ardoq_identity_t){.serial = "SN-1"};
    script.certificate = "rsa_server";
    script.steps = &answer;
    script.step_count = 1;
    tls_peer_start(&script);
    pipe_plug();
    return result;
}

int failing_call_tear_down(void **state)
{
    close_client();
    return peer_client_tear_down(state);
}

void renew_random_generator(void)
{
#if MBEDTLS_VERSION_MAJOR >= 3
    mbedtls_psa_crypto_free();
    assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
    /* The first key that there is brings the room for others. */
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_RAW_DATA);
    assert_int_equal(psa_import_key(&attributes, (const uint8_t *)"k", 1, &key), PSA_SUCCESS);
    assert_int_equal(psa_destroy_key(key), PSA_SUCCESS);
#endif
}

ardoq_err_t try_to_open_client(void)
{
    heap_is_clients = true;
    const ardoq_err_t err = ardoq_open(&client, &config);
    heap_is_clients = false;
    blocks_without_connection = heap_blocks();
    blocks_of_first_use = 1;
    return err;
}

void open_client(void)
{
    assert_int_equal(try_to_open_client(), ARDOQ_OK);
    trying("the first call");
    check_next_call(&call_me);
    heap_is_clients = true;
    ardoq_request_cancel(&client);
    heap_is_clients = false;
    blocks_without_connection = heap_blocks();
    blocks_of_first_use = 0;
}

void close_client(void)
{
    heap_is_clients = true;
    ardoq_close(&client);
    heap_is_clients = false;
}

void close_connection(void)
{
    heap_is_clients = true;
    ardoq_request_cancel(&client);
    heap_is_clients = false;
    check_nothing_left();
}

/* ---- Running ---- */

void trying(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(tried, sizeof tried, format, arguments);
    va_end(arguments);
}

outcome_t run_call(const call_t *call)
{
    const uint64_t began = ardoq_fake.uptime_ms;
    const unsigned connects = ardoq_fake.connects;
    const unsigned answered = tls_peer_answered();
    tls_peer_forget_received();
    memset(&me, '#', sizeof me);
    memset(&report, '#', sizeof report);
    memset(&list, '#', sizeof list);
    heap_is_clients = true;
    const ardoq_err_t err = call->run();
    heap_is_clients = false;
    return (outcome_t){.err = err,
                       .phase = ardoq_detail(&client)->phase,
                       .took_ms = ardoq_fake.uptime_ms - began,
                       .connects = ardoq_fake.connects - connects,
                       .answered = tls_peer_answered() - answered};
}

/* ---- Checks ---- */

void check_equal(const char *what, int64_t actual, int64_t expected)
{
    if (actual != expected) {
        fail_msg("%s: %s is %lld, not %lld", tried, what, (long long)actual, (long long)expected);
    }
}

static void check_no_secret(void)
{
    check_equal("the token in the client", holds(&client, sizeof client, TEST_TOKEN), false);
    check_equal("'Bearer' in the client", holds(&client, sizeof client, "Bearer"), false);
    check_equal("the token in freed memory", heap_secret_was_freed(), false);
}

void check_failed(const call_t *call, outcome_t outcome, ardoq_err_t err, ardoq_phase_t phase)
{
    check_equal("the error", outcome.err, err);
    check_equal("the phase", outcome.phase, phase);
    check_equal("an empty result", call->has_nothing(), true);
    check_nothing_left();
}

void check_done(const call_t *call, outcome_t outcome, unsigned connects)
{
    check_equal("the error", outcome.err, ARDOQ_OK);
    check_equal("the phase", outcome.phase, ARDOQ_PHASE_IDLE);
    check_equal("the result", call->is_done(), true);
    check_equal("new connections", outcome.connects, connects);
    check_equal("look-ups", ardoq_fake.resolving, 0);
    check_no_secret();
}

course_t course_of_last_call(void)
{
    course_t course;
    for (unsigned i = 0; i < PIPE_DIRECTIONS; i++) {
        course.counts[i] = *pipe_count(i);
    }
    return course;
}

ardoq_phase_t phase_in(const course_t *course)
{
    const pipe_count_t *in = pipe_count(PIPE_TO_CLIENT);
    const pipe_count_t *out = pipe_count(PIPE_TO_SERVER);
    if (in->bytes < course->counts[PIPE_TO_CLIENT].handshake ||
        out->bytes < course->counts[PIPE_TO_SERVER].handshake) {
        return ARDOQ_PHASE_HANDSHAKE;
    }
    return out->bytes < course->counts[PIPE_TO_SERVER].bytes ? ARDOQ_PHASE_SEND
                                                             : ARDOQ_PHASE_RECEIVE;
}

void check_nothing_left(void)
{
    check_equal("open sockets", ardoq_fake.open_sockets, 0);
    check_equal("look-ups", ardoq_fake.resolving, 0);
    const bool has_first_use = heap_blocks() == blocks_without_connection + blocks_of_first_use;
    check_equal("blocks on the heap", (int64_t)heap_blocks(),
                (int64_t)(blocks_without_connection + (has_first_use ? blocks_of_first_use : 0)));
    check_no_secret();
}

void check_next_call(const call_t *call)
{
    char before[sizeof tried];
    memcpy(before, tried, sizeof before);
    trying("%.100s, then the next call", before);
    const outcome_t outcome = run_call(call);
    check_equal("the error", outcome.err, ARDOQ_OK);
    check_equal("the result", call->is_done(), true);
    check_equal("open sockets", ardoq_fake.open_sockets, 1);
    check_equal("look-ups", ardoq_fake.resolving, 0);
    check_no_secret();
    memcpy(tried, before, sizeof tried);
}
