/* The result of each answer to a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/json_validate.h"
#include "ardoq/port_fake.h"
#include "peer_request.h"

/* ---- Statuses ---- */

static ardoq_err_t client_error(int status)
{
    switch (status) {
    case 401:
    case 440:
    case 498:
        return ARDOQ_ERR_UNAUTHORIZED;
    case 402:
    case 403:
    case 450:
    case 451:
        return ARDOQ_ERR_FORBIDDEN;
    case 404:
    case 410:
        return ARDOQ_ERR_NOT_FOUND;
    case 407:
        return ARDOQ_ERR_NOT_JSON;
    case 408:
    case 421:
    case 425:
    case 444:
    case 449:
    case 460:
    case 499:
        return ARDOQ_ERR_REPEAT_REQUEST;
    case 409:
    case 412:
    case 423:
        return ARDOQ_ERR_CONFLICT;
    case 413:
    case 414:
    case 431:
    case 494:
        return ARDOQ_ERR_CONTENT_TOO_LARGE;
    case 420:
    case 429:
    case 430:
        return ARDOQ_ERR_RATE_LIMITED;
    case 422:
        return ARDOQ_ERR_UNPROCESSABLE;
    case 495:
        return ARDOQ_ERR_CLIENT_CERTIFICATE_REFUSED;
    case 496:
        return ARDOQ_ERR_CLIENT_CERTIFICATE_REQUIRED;
    default:
        return ARDOQ_ERR_BAD_REQUEST;
    }
}

static ardoq_err_t server_error(int status)
{
    switch (status) {
    case 501:
    case 505:
    case 510:
        return ARDOQ_ERR_BAD_REQUEST;
    case 509:
    case 529:
        return ARDOQ_ERR_RATE_LIMITED;
    case 511:
        return ARDOQ_ERR_NOT_JSON;
    default:
        return ARDOQ_ERR_SERVER_ERROR;
    }
}

static ardoq_err_t error_of(int status)
{
    switch (status / 100) {
    case 1:
        return ARDOQ_ERR_HTTP_PROTOCOL;
    case 2:
        return status == 206 || status == 226 ? ARDOQ_ERR_STATUS_UNEXPECTED : ARDOQ_OK;
    case 3:
        return status == 304 ? ARDOQ_ERR_STATUS_UNEXPECTED : ARDOQ_ERR_REDIRECTED;
    case 4:
        return client_error(status);
    default:
        return server_error(status);
    }
}

static void test_every_status(void **state)
{
    (void)state;
    for (int status = 200; status < 1000; status++) {
        assert_int_equal(run_with(text_of("HTTP/1.1 %d\r\nContent-Length: 0\r\n\r\n", status)),
                         error_of(status));
        assert_int_equal(response.status, status);
        assert_false(response.is_json);
        assert_string_equal(response.body, "");
        assert_string_equal(response.message, "");
        assert_int_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_IDLE);
    }
    /* After 408 and 421 on a kept connection the request is sent again on a new one. */
    assert_int_equal(ardoq_fake.connects, 3);
}

/* The client never asks for another protocol; any other 1xx is not the final answer. */
static void test_every_interim_status(void **state)
{
    (void)state;
    for (int status = 100; status < 200; status++) {
        const char *answer = text_of("HTTP/1.1 %d\r\n\r\n%s", status, json_of("{}"));
        assert_int_equal(run_with(answer), status == 101 ? error_of(status) : ARDOQ_OK);
        assert_int_equal(response.status, status == 101 ? 0 : 200);
    }
}

/* Nothing that is not so may be said to need a person: a device may wait for one for years. */
static void test_statuses_that_pass_need_nobody(void **state)
{
    (void)state;
    static const int passing[] = {407, 408, 409, 412, 420, 421, 423, 425, 429, 430, 444, 449,
                                  460, 499, 500, 502, 503, 504, 507, 508, 509, 511, 520, 521,
                                  522, 523, 524, 525, 526, 527, 529, 530, 540, 561, 598, 599,
                                  600, 699, 700, 783, 800, 900, 999, 206, 226, 304};
    size_t count = 0;
    for (int status = 200; status < 1000; status++) {
        const ardoq_err_class_t err_class = ardoq_err_class(error_of(status));
        assert_int_not_equal(err_class, ARDOQ_CLASS_BUG);
        count += status < 600 && (err_class == ARDOQ_CLASS_WAIT || err_class == ARDOQ_CLASS_RETRY);
    }
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        assert_int_not_equal(ardoq_err_class(error_of(passing[i])), ARDOQ_CLASS_CONFIGURATION);
    }
    assert_int_equal(count, 97 + 14 + 3); /* 5xx but three; of 4xx and of the others as above */
}

static void test_answers_without_body(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 204 No Content\r\n\r\n"), ARDOQ_OK);
    assert_int_equal(response.status, 204);
    assert_string_equal(response.body, "");
}

static void assert_content_type(const char *content_type, ardoq_err_t expected)
{
    assert_int_equal(run_with(response_of("200 OK", content_type, "[1]")), expected);
    assert_int_equal(response.is_json, expected == ARDOQ_OK);
    assert_string_equal(response.body, "[1]");
}

static void test_content_types(void **state)
{
    (void)state;
    assert_content_type("application/json;charset=utf-8", ARDOQ_OK);
    assert_content_type("application/problem+json", ARDOQ_OK);
    assert_content_type("text/html", ARDOQ_ERR_NOT_JSON);
    assert_content_type("text/json", ARDOQ_ERR_NOT_JSON);
}

static void test_page_instead_of_data(void **state)
{
    (void)state;
    assert_int_equal(run_with(response_of("200 OK", "text/html", "\r\n <!doctype html><p>Log in")),
                     ARDOQ_ERR_NOT_JSON);
    assert_int_equal(response.status, 200);
    assert_string_equal(response.message, "the server answered with an HTML page");
}

static void test_shortest_text_instead_of_data(void **state)
{
    (void)state;
    assert_int_equal(run_with(response_of("200 OK", "text/plain", "7")), ARDOQ_ERR_NOT_JSON);
    assert_string_equal(response.message, "7");
}

static void test_large_page_instead_of_data(void **state)
{
    (void)state;
    char *page = repeat("<", ARDOQ_BUFFER_SIZE);
    assert_int_equal(run_with(response_of("200 OK", "text/html", page)), ARDOQ_ERR_NOT_JSON);
    assert_true(response.body_cut);
    assert_int_equal(response.body_size, ARDOQ_BUFFER_SIZE - 1);
}

/* ---- Content codings, for none of which the client asks ---- */

#define ENCODED_BYTES "\x1f\x8b\b\xabV\xca"

static const char *encoded_answer(int status, const char *coding)
{
    return text_of("HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Encoding: %s\r\n"
                   "Content-Length: %zu\r\n\r\n" ENCODED_BYTES,
                   status, coding, sizeof ENCODED_BYTES - 1);
}

/* No byte of it is in the client, where something might show it, or in the log. */
static void assert_nothing_of_it_is_kept(void)
{
    assert_string_equal(response.body, "");
    assert_int_equal(response.body_size, 0);
    assert_false(holds(response.message, strlen(response.message), "\x1f"));
    assert_null(strstr(ardoq_fake.log, "\x1f"));
    assert_null(strstr(ardoq_fake.log, "V\xca"));
}

static void test_success_that_is_encoded(void **state)
{
    (void)state;
    static const char *const codings[] = {"gzip", "deflate", "br", "x", "identity, zstd"};
    for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
        assert_int_equal(run_with(encoded_answer(200, codings[i])), ARDOQ_ERR_CONTENT_ENCODED);
        assert_int_equal(response.status, 200);
        assert_nothing_of_it_is_kept();
        assert_int_equal(ardoq_fake.open_sockets, 0);
    }
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                              "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\n\x1f"),
                     ARDOQ_ERR_CONTENT_ENCODED);
}

/* What the status says stays true, and the connection may be used again. */
static void test_error_that_is_encoded(void **state)
{
    (void)state;
    static const int statuses[] = {302, 400, 401, 429, 500, 503};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        assert_int_equal(run_with(encoded_answer(statuses[i], "gzip")), error_of(statuses[i]));
        assert_int_equal(response.status, statuses[i]);
        assert_string_equal(
            response.message,
            statuses[i] == 302 ? "" : "the server's message is compressed, although not requested");
        assert_true(response.body_cut);
        assert_nothing_of_it_is_kept();
    }
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_coding_that_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}"),
                     ARDOQ_OK);
    assert_string_equal(response.body, "{}");
    assert_int_equal(run_with("HTTP/1.1 204 OK\r\nContent-Encoding: gzip\r\n\r\n"), ARDOQ_OK);
    assert_int_equal(
        run_with("HTTP/1.1 400 No\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
        ARDOQ_ERR_BAD_REQUEST);
    assert_string_equal(response.message, "");
}

/* ---- Redirections ---- */

static void assert_redirects(const char *location, const char *message)
{
    assert_int_equal(
        run_with(text_of("HTTP/1.1 302 Found\r\n%sContent-Length: 9\r\n\r\n<html>...", location)),
        ARDOQ_ERR_REDIRECTED);
    assert_int_equal(response.status, 302);
    assert_string_equal(response.message, message);
    assert_string_equal(ardoq_fake.resolved_host, "localhost");
}

static void test_redirections_are_not_followed(void **state)
{
    (void)state;
    assert_redirects("Location: https://login.example:8443/x?token=y\r\n", "login.example");
    assert_redirects("Location: http://localhost:8443/\r\n", "localhost");
    assert_redirects("Location: /elsewhere\r\n", "");
    assert_redirects("", "");
    assert_int_equal(tls_peer_answered(), 4);
    assert_int_equal(ardoq_fake.connects, 1);
}

/* ---- Messages ---- */

#define HTML_PAGE "the server answered with an HTML page"

static const struct {
    const char *content_type;
    const char *body;
    const char *message;
} message_cases[] = {
    {"application/json", "{\"message\":\"No such workspace\"}", "No such workspace"},
    {"application/json", "{\"id\":7,\"error\":\"x\",\"message\":\"m\"}", "m"},
    {"application/json", "{\"error\":\"Unauthorized\"}", "Unauthorized"},
    {"application/json", "{\"message\":\"caf\\u00e9 \xe2\x82\xac\"}", "caf\xc3\xa9 \xe2\x82\xac"},
    {"application/json", "{\"error\":\"Unprocessable Entity\",\"message\":\"\"}",
     "Unprocessable Entity"},
    {"application/json", "{\"error\":\"e\",\"message\":null}", "e"},
    {"application/json", "{\"error\":7,\"message\":false,\"title\":\"t\",\"detail\":\"d\"}", "t"},
    {"application/problem+json", "{\"type\":\"x\",\"title\":\"\",\"detail\":\"d\",\"status\":4}",
     "d"},
    {"application/json", "{\"title\":{},\"detail\":[],\"description\":\"why\"}", "why"},
    {"application/json", "{\"error\":{\"code\":4,\"message\":\"inner\"}}", "inner"},
    {"application/json", "{\"error\":{\"code\":4}}", "{\"code\":4}"},
    /* As reitit says it, with malli and with spec. */
    {"application/json",
     "{\"type\":\"reitit.coercion/request-coercion\",\"coercion\":\"malli\",\"in\":[\"request\"],"
     "\"humanized\":{\"name\":[\"missing required key\"]}}",
     "{\"name\":[\"missing required key\"]}"},
    {"application/json",
     "{\"spec\":\"(spec-tools.core/spec)\",\"problems\":[{\"path\":[\"typeId\"]}],"
     "\"type\":\"reitit.coercion/request-coercion\"}",
     "[{\"path\":[\"typeId\"]}]"},
    {"application/json", "{\"errors\":[\"p\xc3\xa5krevd\"],\"humanized\":{}}",
     "[\"p\xc3\xa5krevd\"]"},
    {"application/json", "{\"message\":\"a\\ud83d\\u0000b\"}",
     "a\xef\xbf\xbd\xef\xbf\xbd"
     "b"},
    {"application/json", "{\"message\":\"\"}", "{\"message\":\"\"}"},
    /* What changes the direction of the line, and what ends it. */
    {"application/json", "{\"message\":\"a\\u202eb\\u2066c\\u2028\\u200f\\u061cd\"}",
     "a   b   c        d"},
    {"application/problem+json", "{\"message\":\"No\"}", "No"},
    /* Control characters of both ranges, escaped or not, and DEL. */
    {"application/json", "{\"message\":\"a\\u001b[31mb\\r\\n\\tc\"}", "a [31mb   c"},
    {"application/json",
     "{\"message\":\"a\x7f"
     "b\\u007fc\"}",
     "a b c"},
    {"application/json", "{\"message\":\"a\\u009b31m\\u0080\\u009f\"}", "a  31m    "},
    {"application/json",
     "{\"error\":\"\xc2\x9b"
     "31m\xc2\xa0\xc2\xa9\"}",
     "  31m\xc2\xa0\xc2\xa9"},
    /* JSON without a text for people, or that is none: the body itself. */
    {"application/json", "{\"message\":{\"a\":1}}", "{\"a\":1}"},
    {"application/json", "{\"traceId\":\"1\"}", "{\"traceId\":\"1\"}"},
    {"application/json", "[\"message\"]", "[\"message\"]"},
    {"application/json", "{\"message\":\"cut", "{\"message\":\"cut"},
    {"application/json", "", ""},
    {"application/json", "<html>", HTML_PAGE},
    /* Text of unknown encoding: what is not UTF-8 is blanked. */
    {"text/plain", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"text/plain", "Bad Gateway", "Bad Gateway"},
    {"text/plain", "{\"message\":\"not read\"}", "{\"message\":\"not read\"}"},
    {"text/plain", "a\x1b[2Jb\r\nc\x7f", "a [2Jb  c "},
    {"text/plain",
     "\x9b"
     "31m caf\xe9 \xc2\x9b",
     " 31m caf    "},
    {"text/html", "<html><body>401", HTML_PAGE},
    {"text/plain", "\t\n <html>", HTML_PAGE},
    {"text/plain", "a < b", "a < b"},
    {"text/plain", "", ""},
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof message_cases / sizeof message_cases[0]; i++) {
        const char *body = message_cases[i].body;
        const char *type = message_cases[i].content_type;
        assert_int_equal(run_with(response_of("400 Bad Request", type, body)),
                         ARDOQ_ERR_BAD_REQUEST);
        assert_string_equal(response.message, message_cases[i].message);
        assert_string_equal(response.body, body);
        assert_int_equal(response.body_size, strlen(body));
        assert_false(response.body_cut);
    }
    assert_int_equal(ardoq_fake.connects, 1);
}

static void test_message_is_of_this_answer_only(void **state)
{
    (void)state;
    const peer_step_t steps[] = {
        {.answer = response_of("400 Bad Request", "text/plain", "the first")},
        {.answer = json_of("{}")},
    };
    peer_client_open(steps, 2);
    assert_int_equal(run(), ARDOQ_ERR_BAD_REQUEST);
    assert_string_equal(response.message, "the first");
    assert_int_equal(run(), ARDOQ_OK);
    assert_string_equal(response.message, "");
}

/* The server's message is logged and shown. */
static void test_message_that_holds_the_token(void **state)
{
    (void)state;
    const char *body = "Bad token " TEST_TOKEN ", yes: " TEST_TOKEN;
    const char *stars = repeat("*", strlen(TEST_TOKEN));
    assert_int_equal(run_with(response_of("401 Unauthorized", "text/plain", body)),
                     ARDOQ_ERR_UNAUTHORIZED);
    assert_string_equal(response.message, text_of("Bad token %s, yes: %s", stars, stars));
    assert_string_equal(response.body, body);
    body = "{\"message\":\"" TEST_TOKEN "\"}";
    assert_int_equal(run_with(response_of("403 Forbidden", "application/json", body)),
                     ARDOQ_ERR_FORBIDDEN);
    assert_string_equal(response.message, stars);
}

/* Wherever the limit falls. */
static void test_message_that_is_cut_within_the_token(void **state)
{
    (void)state;
    for (size_t size = 100; size < ARDOQ_MESSAGE_SIZE; size++) {
        const char *body = text_of("%s%s", repeat("-", size), TEST_TOKEN);
        assert_int_equal(run_with(response_of("400 Bad Request", "text/plain", body)),
                         ARDOQ_ERR_BAD_REQUEST);
        assert_int_equal(strlen(response.message),
                         strlen(body) < ARDOQ_MESSAGE_SIZE ? strlen(body) : ARDOQ_MESSAGE_SIZE - 1);
        assert_null(strstr(response.message, text_of("%.8s", TEST_TOKEN)));
    }
}

/* As much of it as any text may have. */
static void test_message_that_begins_as_the_token_does(void **state)
{
    (void)state;
    const char *body = text_of("%.12s and %.7s", TEST_TOKEN, TEST_TOKEN);
    assert_int_equal(run_with(response_of("400 Bad Request", "text/plain", body)),
                     ARDOQ_ERR_BAD_REQUEST);
    assert_string_equal(response.message, body);
}

static void assert_is_utf8(const char *text)
{
    const char *json = text_of("\"%s\"", text);
    assert_int_equal(ardoq_json_validate(json, strlen(json)), ARDOQ_OK);
}

/* As many whole characters as fit, wherever the limit falls. */
static void test_long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < 16; i++) {
        const size_t size = strlen(characters[i / 4]);
        const char *text =
            text_of("%.*s%s", (int)(i % 4), "aaa", repeat(characters[i / 4], ARDOQ_MESSAGE_SIZE));
        const char *body = text_of("{\"message\":\"%s\"}", text);
        assert_int_equal(run_with(response_of("500 Oops", "application/json", body)),
                         ARDOQ_ERR_SERVER_ERROR);
        const size_t length = strlen(response.message);
        assert_in_range(length, ARDOQ_MESSAGE_SIZE - size, ARDOQ_MESSAGE_SIZE - 1);
        assert_memory_equal(response.message, text, length);
        assert_is_utf8(response.message);
    }
}

static void test_long_plain_messages_are_cut(void **state)
{
    (void)state;
    for (size_t size = ARDOQ_MESSAGE_SIZE - 1; size <= ARDOQ_MESSAGE_SIZE + 1; size++) {
        const char *body = repeat("x", size);
        assert_int_equal(run_with(response_of("500 Oops", "text/plain", body)),
                         ARDOQ_ERR_SERVER_ERROR);
        assert_string_equal(response.message, repeat("x", ARDOQ_MESSAGE_SIZE - 1));
    }
}

static void test_error_larger_than_the_buffer(void **state)
{
    (void)state;
    const char *body = text_of("{\"message\":\"%s\"}", repeat("y", ARDOQ_BUFFER_SIZE));
    assert_int_equal(run_with(response_of("401 No", "application/json", body)),
                     ARDOQ_ERR_UNAUTHORIZED);
    assert_true(response.body_cut);
    assert_int_equal(response.body_size, ARDOQ_BUFFER_SIZE - 1);
    assert_memory_equal(response.message, "{\"message\":\"yyy", 15);
}

/* A message that JSON hides behind more parts than the client can read is shown as it came. */
static void test_error_with_too_many_parts(void **state)
{
    (void)state;
    if (2 * ARDOQ_JSON_TOKENS + 20 >= ARDOQ_BUFFER_SIZE) {
        skip();
    }
    const char *body = text_of("[%s0]", repeat("0,", ARDOQ_JSON_TOKENS));
    assert_int_equal(run_with(response_of("400 No", "application/json", body)),
                     ARDOQ_ERR_BAD_REQUEST);
    assert_memory_equal(response.message, "[0,0,0,", 7);
}

/* ---- Retry-After ---- */

static void assert_retry_after(int status, const char *header, uint32_t expected)
{
    tls_peer_forget_received();
    const ardoq_err_t err =
        run_with(text_of("HTTP/1.1 %d Wait\r\n%sContent-Length: 0\r\n\r\n", status, header));
    assert_int_equal(err, error_of(status));
    assert_int_equal(response.retry_after_s, expected);
}

static void test_retry_after(void **state)
{
    (void)state;
    static const int statuses[] = {429, 503};
    const uint32_t longest = ARDOQ_RETRY_AFTER_MAX;
    const uint32_t fallback = ARDOQ_RETRY_AFTER_DEFAULT;
    for (size_t i = 0; i < 2; i++) {
        const int status = statuses[i];
        /* It would be a tight loop. */
        assert_retry_after(status, "Retry-After: 0\r\n", fallback);
        assert_retry_after(status, "Retry-After: 1\r\n", 1);
        assert_retry_after(status, "retry-after:   1  \r\n", 1);
        assert_retry_after(status, text_of("Retry-After: %u\r\n", longest - 1), longest - 1);
        assert_retry_after(status, text_of("Retry-After: %u\r\n", longest), longest);
        assert_retry_after(status, text_of("Retry-After: %u\r\n", longest + 1), longest);
        assert_retry_after(status, "Retry-After: 99999999999999999999999\r\n", longest);
        assert_retry_after(status, "", fallback);
        assert_retry_after(status, "Retry-After: \r\n", fallback);
        assert_retry_after(status, "Retry-After: soon\r\n", fallback);
        assert_retry_after(status, "Retry-After: -5\r\n", fallback);
        assert_retry_after(status, "Retry-After: 1.5\r\n", fallback);
        assert_retry_after(status, "Retry-After: Mon, 23 Nov 2026 09:30:00 GMT\r\n", fallback);
    }
}

/* A server that gives a time says that it passes, whatever the status; only where a pause belongs
 * to the status, there is one without. */
static void test_retry_after_of_every_status(void **state)
{
    (void)state;
    for (int status = 200; status < 1000; status++) {
        const bool needs_pause = status == 503 || error_of(status) == ARDOQ_ERR_RATE_LIMITED;
        const uint32_t fallback = needs_pause ? ARDOQ_RETRY_AFTER_DEFAULT : 0;
        assert_retry_after(status, "Retry-After: 1\r\n", status >= 400 ? 1 : 0);
        assert_retry_after(status, "Retry-After: 0\r\n", fallback);
        assert_retry_after(status, "", fallback);
    }
}

/* ---- Bodies that the program takes ---- */

static size_t taken;

static ardoq_err_t take_body(void *context, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(data[i], '7');
    }
    taken += size;
    return *(const ardoq_err_t *)context;
}

static ardoq_err_t run_streamed(ardoq_err_t result, size_t size)
{
    static ardoq_err_t callback_result;
    callback_result = result;
    taken = 0;
    request.on_body = take_body;
    request.context = &callback_result;
    return run_with(json_of(repeat("7", size)));
}

static void test_body_of_any_size_for_the_program(void **state)
{
    (void)state;
    const size_t size = 2 * ARDOQ_BUFFER_SIZE + 10;
    assert_int_equal(run_streamed(ARDOQ_OK, size), ARDOQ_OK);
    assert_int_equal(taken, size);
    assert_int_equal(response.body_size, 0);
    assert_string_equal(response.body, "");
}

static void test_error_of_the_program(void **state)
{
    (void)state;
    assert_int_equal(run_streamed(ARDOQ_ERR_JSON_RANGE, 10), ARDOQ_ERR_JSON_RANGE);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

/* No request asks for a part of something. */
static void test_partial_content_is_not_given_to_the_program(void **state)
{
    (void)state;
    request.on_body = take_body;
    taken = 0;
    assert_int_equal(run_with(response_of("206 Partial Content", "application/json", "[7")),
                     ARDOQ_ERR_STATUS_UNEXPECTED);
    assert_int_equal(taken, 0);
    assert_string_equal(response.message, "[7");
}

static void test_errors_are_not_given_to_the_program(void **state)
{
    (void)state;
    request.on_body = take_body;
    taken = 0;
    assert_int_equal(run_with(response_of("404 No", "application/json", "{\"error\":\"none\"}")),
                     ARDOQ_ERR_NOT_FOUND);
    assert_int_equal(taken, 0);
    assert_string_equal(response.message, "none");
}

static void test_encoded_body_is_not_given_to_the_program(void **state)
{
    (void)state;
    request.on_body = take_body;
    taken = 0;
    assert_int_equal(run_with(encoded_answer(200, "gzip")), ARDOQ_ERR_CONTENT_ENCODED);
    assert_int_equal(run_with(encoded_answer(404, "gzip")), ARDOQ_ERR_NOT_FOUND);
    assert_int_equal(taken, 0);
}

static void test_largest_body_that_fits(void **state)
{
    (void)state;
    const char *body = repeat("7", ARDOQ_BUFFER_SIZE - 1);
    assert_int_equal(run_with(json_of(body)), ARDOQ_OK);
    assert_string_equal(response.body, body);
    assert_int_equal(run_with(json_of(repeat("7", ARDOQ_BUFFER_SIZE))),
                     ARDOQ_ERR_RESPONSE_TOO_LARGE);
    assert_string_equal(response.body, "");
    assert_int_equal(response.status, 200);
}

/* ---- The connection test ---- */

static void test_me(void **state)
{
    (void)state;
    ardoq_me_t me;
    memset(&me, '#', sizeof me);
    peer_client_answer(json_of("{\"org\":{\"name\":\"Acme Inc\",\"label\":\"acme\"},"
                               "\"user\":{\"email\":\"device@acme.example\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_OK);
    assert_memory_equal(tls_peer_received(), "GET /api/v2/me HTTP/1.1\r\n", 25);
    assert_string_equal(me.org_name, "Acme Inc");
    assert_string_equal(me.org_label, "acme");
    assert_string_equal(me.user_email, "device@acme.example");
    assert_false(me.is_cut);
    assert_int_equal(me.response.status, 200);
}

static void test_me_that_is_refused(void **state)
{
    (void)state;
    ardoq_me_t me;
    memset(&me, '#', sizeof me);
    peer_client_answer(
        response_of("403 Forbidden", "application/json",
                    "{\"message\":\"no\",\"user\":{\"email\":\"not@read.example\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_ERR_FORBIDDEN);
    assert_string_equal(me.response.message, "no");
    assert_string_equal(me.user_email, "");
    assert_string_equal(me.org_name, "");
}

static void test_me_that_holds_the_token(void **state)
{
    (void)state;
    ardoq_me_t me;
    peer_client_answer(json_of("{\"org\":{\"name\":\"" TEST_TOKEN "\",\"label\":\"x" TEST_TOKEN
                               "\"},"
                               "\"user\":{\"email\":\"" TEST_TOKEN "@acme.example\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_OK);
    const char *stars = repeat("*", strlen(TEST_TOKEN));
    assert_string_equal(me.org_name, stars);
    assert_string_equal(me.org_label, text_of("x%s", stars));
    assert_string_equal(me.user_email, text_of("%s@acme.example", stars));
}

static void test_me_with_a_missing_key(void **state)
{
    (void)state;
    ardoq_me_t me;
    peer_client_answer(json_of("{\"user\":{\"name\":\"x\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_string_equal(me.response.message, "email");
    assert_int_equal(me.response.status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_REQUEST_TEST(test_every_status),
        PEER_REQUEST_TEST(test_every_interim_status),
        PEER_REQUEST_TEST(test_statuses_that_pass_need_nobody),
        PEER_REQUEST_TEST(test_answers_without_body),
        PEER_REQUEST_TEST(test_content_types),
        PEER_REQUEST_TEST(test_page_instead_of_data),
        PEER_REQUEST_TEST(test_shortest_text_instead_of_data),
        PEER_REQUEST_TEST(test_large_page_instead_of_data),
        PEER_REQUEST_TEST(test_success_that_is_encoded),
        PEER_REQUEST_TEST(test_error_that_is_encoded),
        PEER_REQUEST_TEST(test_coding_that_changes_nothing),
        PEER_REQUEST_TEST(test_redirections_are_not_followed),
        PEER_REQUEST_TEST(test_messages),
        PEER_REQUEST_TEST(test_message_is_of_this_answer_only),
        PEER_REQUEST_TEST(test_message_that_holds_the_token),
        PEER_REQUEST_TEST(test_message_that_is_cut_within_the_token),
        PEER_REQUEST_TEST(test_message_that_begins_as_the_token_does),
        PEER_REQUEST_TEST(test_long_messages_are_cut_between_characters),
        PEER_REQUEST_TEST(test_long_plain_messages_are_cut),
        PEER_REQUEST_TEST(test_error_larger_than_the_buffer),
        PEER_REQUEST_TEST(test_error_with_too_many_parts),
        PEER_REQUEST_TEST(test_retry_after),
        PEER_REQUEST_TEST(test_retry_after_of_every_status),
        PEER_REQUEST_TEST(test_body_of_any_size_for_the_program),
        PEER_REQUEST_TEST(test_error_of_the_program),
        PEER_REQUEST_TEST(test_partial_content_is_not_given_to_the_program),
        PEER_REQUEST_TEST(test_errors_are_not_given_to_the_program),
        PEER_REQUEST_TEST(test_encoded_body_is_not_given_to_the_program),
        PEER_REQUEST_TEST(test_largest_body_that_fits),
        PEER_REQUEST_TEST(test_me),
        PEER_REQUEST_TEST(test_me_that_is_refused),
        PEER_REQUEST_TEST(test_me_that_holds_the_token),
        PEER_REQUEST_TEST(test_me_with_a_missing_key),
    };
    return cmocka_run_group_tests_name("client_answer", tests, NULL, NULL);
}
