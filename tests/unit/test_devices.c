/* Many devices: what is sent, the results, and rejected devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/devices.h"
#include "ardoq/json_validate.h"
#include "ardoq/port_fake.h"
#include "error_name.h"
#include "peer_client.h"

#define WORKSPACE "0123456789abcdef01234567"
#define SERIAL    "\"device_serial\":\""

enum { MOST = ARDOQ_BATCH_DEVICES, DEVICES = 3 * MOST + 400, BODY_SIZE = 512 * 1024 };

/* ---- Devices: their serial numbers say what they are ---- */

typedef enum {
    NEW,     /* Ardoq does not have it */
    KNOWN,   /* it has */
    REFUSED, /* it does not take it */
    UNFIT,   /* it cannot be sent: a text is not UTF-8 */
} kind_t;

static const char letters[] = "nkru";

static struct {
    uint32_t count;
    kind_t kinds[DEVICES];
    ardoq_err_t (*next)(uint32_t index, ardoq_identity_t *identity); /* null: as the kinds say */
} source;

/* The result of each. */
static struct {
    ardoq_device_result_t of[DEVICES];
    unsigned times[DEVICES];
    char messages[DEVICES][40];
    char ids[DEVICES][40];
    uint32_t last;
    unsigned count;
    unsigned fails_at; /* number of the call that fails; 0: none */
    ardoq_err_t fails_by;
} told;

static struct {
    unsigned requests;
    unsigned devices_of[1024]; /* of each request */
    unsigned takes;            /* devices in one request; more are too large */
    const char *error;         /* status line instead of an answer to the request... */
    unsigned error_at;         /* ... of this number, from 1; 0: of each */
    const char *answer;        /* body instead of the true one */
    unsigned asked_since;      /* devices that were asked for after the last answer */
    size_t first;              /* bytes of it that get their own record */
    char last[BODY_SIZE];      /* body of the last request */
} server;

static ardoq_devices_t devices;

static ardoq_err_t next(void *context, uint32_t index, ardoq_identity_t *identity)
{
    assert_ptr_equal(context, &source);
    assert_true(index >= devices.done);
    assert_true(index <= devices.done + MOST);
    server.asked_since++;
    if (index >= source.count) {
        return ARDOQ_DEVICES_END;
    }
    if (source.next) {
        return source.next(index, identity);
    }
    char serial[16];
    snprintf(serial, sizeof serial, "%c%05u", letters[source.kinds[index]], index);
    identity->model = source.kinds[index] == UNFIT ? "caf\xe9" : "M";
    return ardoq_identity_keep(identity, ARDOQ_IDENTITY_serial, serial);
}

static ardoq_err_t on_device(void *context, const ardoq_device_result_t *result)
{
    assert_ptr_equal(context, &source);
    const uint32_t index = (uint32_t)strtoul(result->serial + 1, NULL, 10);
    assert_true(index < DEVICES);
    if (result->err) {
        assert_int_equal(result->index, index);
    }
    told.of[index] = *result;
    told.times[index]++;
    snprintf(told.messages[index], sizeof told.messages[index], "%s", result->message);
    snprintf(told.ids[index], sizeof told.ids[index], "%s", result->component_id);
    told.last = index;
    return ++told.count == told.fails_at ? told.fails_by : ARDOQ_OK;
}

/* ---- The server ---- */

static char answer[BODY_SIZE];

static void append(char **end, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(char **end, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    *end += vsnprintf(*end, (size_t)(answer + sizeof answer - *end), format, arguments);
    va_end(arguments);
    assert_true(*end < answer + sizeof answer);
}

/* The serial numbers of the request, in another order each time. */
static unsigned serials_of(const char *body, const char **serials)
{
    unsigned count = 0;
    const char *at = body;
    while ((at = strstr(at, SERIAL)) != NULL) {
        at += sizeof SERIAL - 1;
        serials[count++] = at;
    }
    for (unsigned i = count; i > 1; i--) {
        const unsigned other = (i * 7919U + server.requests * 104729U) % i;
        const char *serial = serials[i - 1];
        serials[i - 1] = serials[other];
        serials[other] = serial;
    }
    return count;
}

static void append_results(char **end, const char *const *serials, unsigned count, char kind)
{
    const char *separator = "";
    for (unsigned i = 0; i < count; i++) {
        if (serials[i][0] == kind) {
            append(end,
                   "%s{\"id\":\"id-%.6s\",\"body\":{\"name\":\"x\",\"customFields\":{"
                   "\"device_model\":\"M\",\"device_serial\":\"%.6s\",\"owner\":null}}}",
                   separator, serials[i], serials[i]);
            separator = ",";
        }
    }
}

/* As Ardoq: all of a batch, or nothing. */
static const char *answer_to(const char *body)
{
    static const char *serials[DEVICES];
    const unsigned count = serials_of(body, serials);
    server.devices_of[server.requests] = count;
    server.requests++;
    if (server.error && (server.error_at == 0 || server.error_at == server.requests)) {
        return response_of(server.error, "application/json", "{\"message\":\"out of order\"}");
    }
    if (server.takes > 0 && count > server.takes) {
        return response_of("413 Content Too Large", "text/plain", "too large");
    }
    for (unsigned i = 0; i < count; i++) {
        if (serials[i][0] == letters[REFUSED]) {
            return response_of("422 Unprocessable Content", "application/json",
                               text_of("{\"message\":\"no %.6s here\"}", serials[i]));
        }
    }
    if (server.answer) {
        return json_of(server.answer);
    }
    char *end = answer;
    append(&end, "{\"components\":{\"created\":[");
    append_results(&end, serials, count, letters[NEW]);
    append(&end, "],\"updated\":[");
    append_results(&end, serials, count, letters[KNOWN]);
    append(&end, "]}}");
    return json_of(answer);
}

static peer_step_t step_for(const char *request)
{
    const char *body = strstr(request, "\r\n\r\n") + 4;
    assert_int_equal(ardoq_json_validate(body, strlen(body)), ARDOQ_OK);
    assert_true(strlen(body) < sizeof server.last);
    strcpy(server.last, body);
    server.asked_since = 0;
    return (peer_step_t){.answer = answer_to(body), .first = server.first};
}

/* ---- Set-up ---- */

static int set_up(void **state)
{
    const int result = peer_client_set_up(state);
    strcpy(config.workspace, WORKSPACE);
    strcpy(config.component_type, "p1");
    strcpy(config.fields, "serial model");
    strcpy(config.name_template, "{serial}");
    memset(&source, 0, sizeof source);
    memset(&told, 0, sizeof told);
    memset(&server, 0, sizeof server);
    memset(&devices, '#', sizeof devices);
    script.step_for = step_for;
    peer_client_open(NULL, 0);
    return result;
}

static int tear_down(void **state)
{
    script.step_for = NULL;
    return peer_client_tear_down(state);
}

static void begin_again(void)
{
    memset(&told, 0, sizeof told);
    memset(&server, 0, sizeof server);
}

static ardoq_err_t run_from(uint32_t first)
{
    devices.done = first; /* for next() above, which may be called no earlier */
    return ardoq_report_devices(&client, &devices, first, next, on_device, &source);
}

static ardoq_err_t run(void)
{
    return run_from(0);
}

static void set_kinds(const char *kinds)
{
    source.count = (uint32_t)strlen(kinds);
    for (uint32_t i = 0; i < source.count; i++) {
        source.kinds[i] = (kind_t)(strchr(letters, kinds[i]) - letters);
    }
}

/* Each device has exactly one result, the right one. */
static void assert_told(void)
{
    uint32_t counts[] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < source.count; i++) {
        static const struct {
            ardoq_report_outcome_t outcome;
            ardoq_err_t err;
        } expected[] = {{ARDOQ_REPORT_CREATED, ARDOQ_OK},
                        {ARDOQ_REPORT_UPDATED, ARDOQ_OK},
                        {ARDOQ_REPORT_NONE, ARDOQ_ERR_UNPROCESSABLE},
                        {ARDOQ_REPORT_NONE, ARDOQ_ERR_TEXT_INVALID}};
        const kind_t kind = source.kinds[i];
        const bool is_good = kind == NEW || kind == KNOWN;
        assert_int_equal(told.times[i], 1);
        assert_int_equal(told.of[i].outcome, expected[kind].outcome);
        assert_string_equal(error_name(told.of[i].err), error_name(expected[kind].err));
        assert_string_equal(told.messages[i], kind == REFUSED ? text_of("no r%05u here", i) : "");
        assert_string_equal(told.ids[i], is_good ? text_of("id-%c%05u", letters[kind], i) : "");
        counts[kind]++;
    }
    assert_int_equal(told.count, source.count);
    assert_int_equal(devices.done, source.count);
    assert_int_equal(devices.created, counts[NEW]);
    assert_int_equal(devices.updated, counts[KNOWN]);
    assert_int_equal(devices.failed, counts[REFUSED] + counts[UNFIT]);
    assert_int_equal(devices.unconfirmed, 0);
    assert_int_equal(devices.requests, server.requests);
}

static void assert_result(ardoq_err_t expected)
{
    assert_string_equal(error_name(run()), error_name(expected));
}

/* ---- Without faults ---- */

static void test_body(void **state)
{
    (void)state;
    static const char expected[] =
        "{\"options\":{\"respondWithEntities\":true},\"components\":{\"upsert\":["
        "{\"uniqueBy\":[\"rootWorkspace\",\"customFields.device_serial\"],\"body\":{"
        "\"rootWorkspace\":\"" WORKSPACE "\",\"typeId\":\"p1\",\"name\":\"n00000\","
        "\"customFields\":{\"device_serial\":\"n00000\",\"device_model\":\"M\"}}},"
        "{\"uniqueBy\":[\"rootWorkspace\",\"customFields.device_serial\"],\"body\":{"
        "\"rootWorkspace\":\"" WORKSPACE "\",\"typeId\":\"p1\",\"name\":\"k00001\","
        "\"customFields\":{\"device_serial\":\"k00001\",\"device_model\":\"M\"}}}]}}";
    set_kinds("nk");
    assert_result(ARDOQ_OK);
    assert_string_equal(server.last, expected);
    assert_told();
    assert_int_equal(devices.response.status, 200);
}

static void test_no_devices(void **state)
{
    (void)state;
    assert_result(ARDOQ_OK);
    assert_int_equal(ardoq_devices_start(&client, &devices, 0, next, on_device, &source),
                     ARDOQ_DEVICES_END);
    assert_int_equal(server.requests, 0);
    assert_int_equal(devices.done, 0);
    assert_int_equal(ardoq_fake.connects, 0);
}

static void assert_requests(uint32_t count)
{
    begin_again();
    source.count = count;
    assert_result(ARDOQ_OK);
    assert_told();
    assert_int_equal(server.requests, (count + MOST - 1) / MOST);
    assert_int_equal(server.asked_since, 1); /* for the end alone */
    for (unsigned i = 0; i + 1 < server.requests; i++) {
        assert_int_equal(server.devices_of[i], MOST);
    }
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_requests(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < DEVICES; i++) {
        source.kinds[i] = i % 3 == 0 ? KNOWN : NEW;
    }
    assert_requests(1);
    assert_requests(MOST - 1);
    assert_requests(MOST);
    assert_requests(MOST + 1);
    assert_requests(2 * MOST);
    assert_requests(3 * MOST + 57);
}

static void test_start_and_step(void **state)
{
    (void)state;
    set_kinds("nk");
    assert_int_equal(ardoq_devices_start(&client, &devices, 0, next, on_device, &source), ARDOQ_OK);
    assert_int_equal(ardoq_devices_start(&client, &devices, 0, next, on_device, &source),
                     ARDOQ_ERR_BUSY);
    assert_int_equal(ardoq_finish(&client, NULL, NULL), ARDOQ_OK);
    assert_told();
}

static ardoq_err_t next_while_time_passes(uint32_t index, ardoq_identity_t *identity)
{
    ardoq_fake.wall_time++;
    return ardoq_identity_keep(identity, ARDOQ_IDENTITY_serial, text_of("n%05u", index));
}

static void test_time_is_that_of_the_request(void **state)
{
    (void)state;
    strcpy(config.fields, "serial last_seen");
    source.count = MOST + 1;
    source.next = next_while_time_passes;
    assert_result(ARDOQ_OK);
    assert_told();
    assert_non_null(strstr(server.last, "device_last_seen"));
}

/* ---- Devices that are refused, or cannot be sent ---- */

/* The sizes of all requests. */
static void assert_sizes(const char *sizes)
{
    char text[400] = "";
    for (unsigned i = 0; i < server.requests; i++) {
        const size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%u ", server.devices_of[i]);
    }
    assert_string_equal(text, sizes);
}

static void assert_sizes_for(uint32_t bad, const char *sizes)
{
    begin_again();
    memset(source.kinds, 0, sizeof source.kinds);
    source.kinds[bad] = REFUSED;
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_sizes(sizes);
}

/* By halves down to the one, then by doubling up again. Of two halves only one is tried whole. */
static void test_requests_grow_again(void **state)
{
    (void)state;
    if (MOST != 200) {
        skip();
    }
    source.count = 600;
    assert_sizes_for(0, "200 100 50 25 12 6 3 1 1 1 2 4 8 16 32 64 128 200 143 ");
    assert_sizes_for(199, "200 100 50 25 13 6 3 2 1 1 2 4 8 16 32 64 128 145 ");
    assert_sizes_for(100, "200 100 50 25 12 6 3 1 1 1 2 4 8 16 32 64 128 200 43 ");
}

/* A request for each half, and one for each doubling afterwards. */
static void test_one_is_refused(void **state)
{
    (void)state;
    source.count = MOST + 30;
    for (uint32_t bad = 0; bad < source.count; bad += bad < 20 || bad > MOST - 5 ? 1 : 17) {
        begin_again();
        source.kinds[bad] = REFUSED;
        assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
        assert_told();
        assert_in_range(server.requests, 7, 27);
        source.kinds[bad] = NEW;
    }
}

static void set_mixture(unsigned number, uint32_t count)
{
    source.count = count;
    for (uint32_t i = 0; i < count; i++) {
        source.kinds[i] = (kind_t)(number % 4);
        number /= 4;
    }
}

static void test_every_mixture(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= 5; count++) {
        for (unsigned number = 0; number < 1U << (2 * count); number++) {
            begin_again();
            set_mixture(number, count);
            const ardoq_err_t err = run();
            assert_told();
            assert_string_equal(error_name(err), devices.failed > 0 ? "DEVICES_LEFT_OUT" : "OK");
        }
    }
}

static void test_all_are_refused(void **state)
{
    (void)state;
    set_kinds("rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr");
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_told();
    assert_in_range(server.requests, 32, 32 + 6);
}

static void test_every_second_one_is_refused(void **state)
{
    (void)state;
    source.count = 2 * MOST;
    for (uint32_t i = 0; i < source.count; i++) {
        source.kinds[i] = i % 2 == 0 ? REFUSED : KNOWN;
    }
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_told();
    assert_in_range(server.requests, source.count, 2 * source.count);
}

/* The fault is not a device's. */
static void test_too_many_are_refused_in_a_row(void **state)
{
    (void)state;
    source.count = 200;
    for (uint32_t i = 0; i < source.count; i++) {
        source.kinds[i] = i == 50 ? NEW : REFUSED;
    }
    assert_result(ARDOQ_ERR_UNPROCESSABLE);
    assert_int_equal(devices.done, 51 + 100);
    assert_int_equal(devices.failed, 150);
    assert_string_equal(devices.response.message, "no r00151 here");
    assert_int_equal(run_from(devices.done), ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_int_equal(devices.failed, 49);
    devices.created = 1;
    devices.failed = 199;
    devices.requests = server.requests;
    assert_told();
}

static void test_none_can_be_sent(void **state)
{
    (void)state;
    source.count = 3 * MOST + 5;
    for (uint32_t i = 0; i < source.count; i++) {
        source.kinds[i] = UNFIT;
    }
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_told();
    assert_int_equal(server.requests, 0);
    assert_int_equal(ardoq_fake.connects, 0);
    begin_again();
    source.kinds[source.count - 1] = NEW;
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_told();
    assert_int_equal(server.requests, 1);
}

/* What the server takes is asked for once. */
static void test_requests_that_are_too_large(void **state)
{
    (void)state;
    source.count = 2 * MOST;
    server.takes = 30;
    assert_result(ARDOQ_OK);
    assert_told();
    unsigned refused = 0;
    for (unsigned i = 0; i < server.requests; i++) {
        refused += server.devices_of[i] > server.takes;
    }
    assert_in_range(refused, MOST > 30 ? 1 : 0, 6);
    assert_in_range(server.requests, 2 * MOST / 30, 2 * MOST / 15 + 6);
}

static void test_device_that_is_too_large(void **state)
{
    (void)state;
    set_kinds("nnn");
    server.error = "413 Content Too Large";
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_int_equal(devices.failed, 3);
    assert_int_equal(told.of[2].err, ARDOQ_ERR_CONTENT_TOO_LARGE);
}

static void test_statuses_that_speak_of_the_devices(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        ardoq_err_t err;
    } cases[] = {
        {"400 Bad Request", ARDOQ_ERR_BAD_REQUEST},     {"404 Not Found", ARDOQ_ERR_NOT_FOUND},
        {"409 Conflict", ARDOQ_ERR_CONFLICT},           {"412 Precondition", ARDOQ_ERR_CONFLICT},
        {"422 Unprocessable", ARDOQ_ERR_UNPROCESSABLE}, {"418 Teapot", ARDOQ_ERR_BAD_REQUEST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin_again();
        set_kinds("n");
        server.error = cases[i].status;
        assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
        assert_string_equal(error_name(told.of[0].err), error_name(cases[i].err));
        assert_string_equal(told.messages[0], "out of order");
    }
}

static ardoq_err_t next_is_an_error(uint32_t index, ardoq_identity_t *identity)
{
    (void)ardoq_identity_keep(identity, ARDOQ_IDENTITY_serial, text_of("n%05u", index));
    return index == 1 ? ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN : ARDOQ_OK;
}

static ardoq_err_t next_is_too_long(uint32_t index, ardoq_identity_t *identity)
{
    (void)ardoq_identity_keep(identity, ARDOQ_IDENTITY_serial, text_of("n%05u", index));
    if (index == 1) {
        (void)ardoq_identity_keep(identity, ARDOQ_IDENTITY_model, repeat("x", ARDOQ_IDENTITY_SIZE));
    }
    return ARDOQ_OK;
}

static void test_devices_that_the_program_does_not_give(void **state)
{
    (void)state;
    source.count = 2;
    source.next = next_is_too_long;
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_int_equal(told.of[1].err, ARDOQ_ERR_IDENTITY_FULL);
    assert_int_equal(told.of[0].outcome, ARDOQ_REPORT_CREATED);
    begin_again();
    source.next = next_is_an_error;
    assert_result(ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_int_equal(told.of[1].err, ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN);
    assert_int_equal(told.of[0].outcome, ARDOQ_REPORT_CREATED);
}

/* What is around a value is no part of it, and memory may be full to its last byte. */
static ardoq_err_t next_is_just_short_enough(uint32_t index, ardoq_identity_t *identity)
{
    identity->serial = " n00000 ";
    (void)index; /* there is one */
    return ardoq_identity_keep(identity, ARDOQ_IDENTITY_chip, repeat("x", ARDOQ_IDENTITY_SIZE - 1));
}

static void test_device_that_is_just_short_enough(void **state)
{
    (void)state;
    source.count = 1;
    source.next = next_is_just_short_enough;
    assert_result(ARDOQ_OK);
    assert_int_equal(devices.created, 1);
}

static ardoq_err_t next_has_no_serial(uint32_t index, ardoq_identity_t *identity)
{
    identity->serial = index == 0 ? "n00000" : " \t";
    return ARDOQ_OK;
}

static ardoq_err_t take_without_serial(void *context, const ardoq_device_result_t *result)
{
    (void)context;
    if (!result->err) {
        return ARDOQ_OK;
    }
    assert_int_equal(result->err, ARDOQ_ERR_SERIAL_MISSING);
    assert_int_equal(result->index, 1);
    assert_string_equal(result->serial, " \t");
    told.count++;
    return ARDOQ_OK;
}

static void test_serial_number_is_needed(void **state)
{
    (void)state;
    source.count = 2;
    source.next = next_has_no_serial;
    devices.done = 0;
    assert_int_equal(ardoq_report_devices(&client, &devices, 0, next, take_without_serial, &source),
                     ARDOQ_ERR_DEVICES_LEFT_OUT);
    assert_int_equal(told.count, 1);
    assert_int_equal(devices.created, 1);
}

/* ---- Errors that end the call ---- */

static void assert_ends(const char *status, ardoq_err_t expected)
{
    begin_again();
    source.count = 2 * MOST + 10;
    server.error = status;
    server.error_at = 2;
    assert_result(expected);
    assert_int_equal(server.requests, 2);
    assert_int_equal(devices.done, MOST);
    assert_int_equal(devices.failed, 0);
    assert_string_equal(devices.response.message, "out of order");
    server.error = NULL;
    assert_int_equal(run_from(devices.done), ARDOQ_OK);
    assert_int_equal(devices.created, MOST + 10);
    devices.created = source.count;
    devices.requests = server.requests;
    assert_told();
}

static void test_errors_that_say_nothing_of_the_devices(void **state)
{
    (void)state;
    assert_ends("401 Unauthorized", ARDOQ_ERR_UNAUTHORIZED);
    assert_ends("403 Forbidden", ARDOQ_ERR_FORBIDDEN);
    assert_ends("408 Request Timeout", ARDOQ_ERR_REPEAT_REQUEST);
    assert_ends("425 Too Early", ARDOQ_ERR_REPEAT_REQUEST);
    assert_ends("429 Too Many Requests", ARDOQ_ERR_RATE_LIMITED);
    assert_ends("500 Internal Server Error", ARDOQ_ERR_SERVER_ERROR);
    assert_ends("501 Not Implemented", ARDOQ_ERR_BAD_REQUEST);
    assert_ends("407 Proxy Authentication Required", ARDOQ_ERR_NOT_JSON);
}

static void test_connection_that_breaks(void **state)
{
    (void)state;
    source.count = MOST + 1;
    ardoq_fake_fail(ARDOQ_FAKE_CONNECT_START, 1, ARDOQ_ERR_HOST_UNREACHABLE);
    assert_result(ARDOQ_ERR_HOST_UNREACHABLE);
    assert_int_equal(devices.done, 0);
    assert_int_equal(told.count, 0);
    assert_int_equal(run_from(devices.done), ARDOQ_OK);
    assert_told();
}

static void test_settings_are_judged_once(void **state)
{
    (void)state;
    source.count = 3;
    strcpy(config.fields, "model");
    assert_result(ARDOQ_ERR_SERIAL_FIELD_MISSING);
    strcpy(config.component_type, "");
    assert_result(ARDOQ_ERR_COMPONENT_TYPE_INVALID);
    strcpy(config.workspace, "");
    assert_result(ARDOQ_ERR_WORKSPACE_INVALID);
    assert_int_equal(told.count, 0);
    assert_int_equal(server.requests, 0);
    assert_string_equal(devices.response.message, "");
}

/* Told of a result, of a device that is refused, and of one that cannot be sent. */
static void assert_program_ends_it(const char *kinds, unsigned at, uint32_t done)
{
    static const ardoq_err_t errors[][2] = {{ARDOQ_ERR_NOT_SUPPORTED, ARDOQ_ERR_NOT_SUPPORTED},
                                            {ARDOQ_ERR_BAD_REQUEST, ARDOQ_ERR_BAD_REQUEST},
                                            {ARDOQ_PENDING, ARDOQ_ERR_INVALID_ARGUMENT}};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        begin_again();
        set_kinds(kinds);
        told.fails_at = at;
        told.fails_by = errors[i][0];
        assert_result(errors[i][1]);
        assert_int_equal(told.count, at);
        assert_int_equal(devices.done, done);
    }
}

static void test_program_ends_it(void **state)
{
    (void)state;
    assert_program_ends_it("nnn", 1, 0);
    assert_program_ends_it("nnn", 3, 0);
    assert_program_ends_it("rn", 1, 0);
    assert_program_ends_it("nr", 2, 1);
    assert_program_ends_it("uun", 2, 0);
    assert_program_ends_it("uuu", 2, 0);
}

/* Another one each time it is asked for. */
static ardoq_err_t next_changes(uint32_t index, ardoq_identity_t *identity)
{
    static unsigned calls;
    return ardoq_identity_keep(identity, ARDOQ_IDENTITY_serial,
                               text_of("n%05u", index + ++calls % 100));
}

static void test_devices_that_change(void **state)
{
    (void)state;
    source.count = 2;
    source.next = next_changes;
    assert_result(ARDOQ_ERR_REPORT_UNCONFIRMED);
}

/* ---- Without sending ---- */

static ardoq_err_t compose_from(uint32_t first)
{
    devices.done = first;
    return ardoq_devices_compose(&config, &devices, first, next, on_device, &source);
}

static void test_compose(void **state)
{
    (void)state;
    static char body[4096];
    set_kinds("unur");
    assert_int_equal(compose_from(0), ARDOQ_OK);
    assert_int_equal(devices.end, 4);
    assert_int_equal(devices.sendable, 2);
    assert_int_equal(told.count, 2);
    assert_int_equal(told.of[2].err, ARDOQ_ERR_TEXT_INVALID);
    ardoq_text_t text;
    ardoq_text_init(&text, body, sizeof body, ARDOQ_ERR_JSON_BUFFER_FULL);
    for (uint32_t part = 0; part < 5; part++) {
        assert_int_equal(ardoq_devices_write_body(&devices, part, &text), ARDOQ_PENDING);
    }
    assert_int_equal(ardoq_devices_write_body(&devices, 5, &text), ARDOQ_OK);
    assert_int_equal(ardoq_json_validate(body, text.length), ARDOQ_OK);
    assert_non_null(strstr(body, "[{\"uniqueBy\""));
    assert_non_null(strstr(body, SERIAL "n00001"));
    assert_non_null(strstr(body, SERIAL "r00003"));
    assert_null(strstr(body, SERIAL "u"));
    assert_int_equal(compose_from(4), ARDOQ_DEVICES_END);
    source.count = MOST + 1;
    memset(source.kinds, 0, sizeof source.kinds);
    assert_int_equal(compose_from(0), ARDOQ_OK);
    assert_int_equal(devices.end, MOST);
    strcpy(config.workspace, "");
    assert_int_equal(compose_from(0), ARDOQ_ERR_WORKSPACE_INVALID);
}

/* ---- Answers ---- */

#define RESULT(id, serial)                                                                         \
    "{\"id\":\"" id "\",\"body\":{\"customFields\":{\"device_serial\":\"" serial "\"}}}"

static void assert_unconfirmed(const char *body, uint32_t unconfirmed, unsigned count)
{
    begin_again();
    set_kinds("nk");
    server.answer = body;
    assert_result(unconfirmed > 0 ? ARDOQ_ERR_REPORT_UNCONFIRMED : ARDOQ_OK);
    assert_int_equal(devices.unconfirmed, unconfirmed);
    assert_int_equal(devices.done, 2);
    assert_int_equal(told.count, count);
}

#define CREATED "{\"components\":{\"created\":["

static void test_results_must_be_of_the_devices(void **state)
{
    (void)state;
    assert_unconfirmed(CREATED RESULT("1", "n00000") "," RESULT("2", "k00001") "]}}", 0, 2);
    assert_unconfirmed("{}", 2, 0);
    assert_unconfirmed("{\"components\":null}", 2, 0);
    assert_unconfirmed(CREATED RESULT("1", "n00000") "]}}", 1, 1);
    assert_unconfirmed(CREATED RESULT("1", "n00000") "," RESULT("2", "n00000") "]}}", 1, 2);
    assert_unconfirmed(CREATED RESULT("1", "n00000") "," RESULT("2", "k00002") "]}}", 1, 2);
    assert_unconfirmed(CREATED RESULT("1", "n00001") "," RESULT("2", "k00000") "]}}", 1, 2);
    assert_unconfirmed(
        CREATED RESULT("1", "n00000") "," RESULT("2", "k00001") "," RESULT("3", "n00003") "]}}", 1,
        3);
    assert_unconfirmed(CREATED RESULT("1", "n00000") "," RESULT("", "k00001") "]}}", 1, 1);
    assert_unconfirmed(CREATED RESULT("1", "n00000") ",{\"id\":\"2\"}]}}", 1, 1);
    assert_unconfirmed(CREATED RESULT("1", "n00000") "],\"deleted\":[" RESULT("2", "k00001") "]}}",
                       1, 1);
    assert_unconfirmed("{\"references\":{\"created\":[" RESULT("1", "n00000") "]}}", 2, 0);
}

static void test_unconfirmed_ones_are_counted_over_all_requests(void **state)
{
    (void)state;
    source.count = 2 * MOST;
    server.answer = CREATED RESULT("1", "n00000") "]}}";
    assert_result(ARDOQ_ERR_REPORT_UNCONFIRMED);
    assert_int_equal(devices.unconfirmed, 2 * (MOST - 1) + (MOST == 1));
    assert_int_equal(server.requests, 2);
}

static void test_answers_that_are_no_json(void **state)
{
    (void)state;
    static const char whole[] = CREATED RESULT("1", "n00000") "]}}";
    set_kinds("n");
    for (size_t cut = 1; cut < sizeof whole - 1; cut++) {
        begin_again();
        server.answer = text_of("%.*s", (int)cut, whole);
        assert_result(ARDOQ_ERR_JSON_INVALID);
        assert_int_equal(devices.done, 0);
    }
    begin_again();
    server.answer = "";
    assert_result(ARDOQ_ERR_ANSWER_EMPTY);
    assert_int_equal(devices.done, 0);
}

static void test_answer_in_pieces(void **state)
{
    (void)state;
    set_kinds("nkn");
    assert_result(ARDOQ_OK);
    const size_t size = strlen(json_of(answer));
    for (size_t cut = 1; cut < size; cut++) {
        begin_again();
        server.first = cut;
        assert_result(ARDOQ_OK);
        assert_told();
    }
}

static const struct CMUnitTest tests[] = {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    TEST(test_body),
    TEST(test_no_devices),
    TEST(test_requests),
    TEST(test_start_and_step),
    TEST(test_time_is_that_of_the_request),
    TEST(test_requests_grow_again),
    TEST(test_one_is_refused),
    TEST(test_every_mixture),
    TEST(test_all_are_refused),
    TEST(test_every_second_one_is_refused),
    TEST(test_too_many_are_refused_in_a_row),
    TEST(test_none_can_be_sent),
    TEST(test_requests_that_are_too_large),
    TEST(test_device_that_is_too_large),
    TEST(test_statuses_that_speak_of_the_devices),
    TEST(test_devices_that_the_program_does_not_give),
    TEST(test_device_that_is_just_short_enough),
    TEST(test_serial_number_is_needed),
    TEST(test_errors_that_say_nothing_of_the_devices),
    TEST(test_connection_that_breaks),
    TEST(test_settings_are_judged_once),
    TEST(test_program_ends_it),
    TEST(test_devices_that_change),
    TEST(test_compose),
    TEST(test_results_must_be_of_the_devices),
    TEST(test_unconfirmed_ones_are_counted_over_all_requests),
    TEST(test_answers_that_are_no_json),
    TEST(test_answer_in_pieces),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
