/* The general request: what is sent, and what each answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ardoq/json_validate.h"
#include "ardoq/port_fake.h"
#include "ardoq/version.h"
#include "own_stack.h"
#include "peer_client.h"

#define USER_AGENT "User-Agent: ardoq-device/" ARDOQ_VERSION "\r\n"
#define ACCEPT     "Accept: application/json\r\n"
#define BEARER     "Authorization: Bearer " TEST_TOKEN "\r\n"

static ardoq_request_t request;
static ardoq_response_t response;

static int set_up(void **state)
{
    request = (ardoq_request_t){.method = "GET", .path = "/api/v2/me"};
    memset(&response, '#', sizeof response);
    return peer_client_set_up(state);
}

static ardoq_err_t run(void)
{
    return ardoq_request(&client, &request, &response);
}

/* The result of the request for this answer. */
static ardoq_err_t run_with(const char *answer)
{
    peer_client_answer(answer);
    return run();
}

static void assert_client_is_zero(void)
{
    static const ardoq_client_t zero;
    assert_memory_equal(&client, &zero, sizeof zero);
}

static void assert_no_token_in_client(void)
{
    assert_false(holds(&client, sizeof client, TEST_TOKEN));
    assert_false(holds(&client, sizeof client, "Bearer"));
}

/* ---- The request head ---- */

static void assert_sends(const char *expected)
{
    peer_client_answer(json_of("{}"));
    const size_t before = strlen(tls_peer_received());
    assert_int_equal(run(), ARDOQ_OK);
    assert_string_equal(tls_peer_received() + before, expected);
}

static void test_get(void **state)
{
    (void)state;
    assert_sends("GET /api/v2/me HTTP/1.1\r\n"
                 "Host: localhost:8443\r\n" USER_AGENT ACCEPT BEARER "\r\n");
    assert_string_equal(ardoq_fake.resolved_host, "localhost");
    assert_int_equal(ardoq_fake.connect_port, 8443);
    assert_int_equal(response.status, 200);
    assert_true(response.is_json);
    assert_false(response.body_cut);
    assert_string_equal(response.body, "{}");
    assert_int_equal(response.body_size, 2);
    assert_string_equal(response.message, "");
    assert_int_equal(response.retry_after_s, 0);
}

static void test_default_port_is_not_named(void **state)
{
    (void)state;
    strcpy(config.host, "https://LOCALHOST/");
    assert_sends("GET /api/v2/me HTTP/1.1\r\n"
                 "Host: localhost\r\n" USER_AGENT ACCEPT BEARER "\r\n");
    assert_int_equal(ardoq_fake.connect_port, 443);
}

static void test_label_is_sent_when_set(void **state)
{
    (void)state;
    strcpy(config.org_label, "a");
    assert_sends("GET /api/v2/me HTTP/1.1\r\n"
                 "Host: localhost:8443\r\n" USER_AGENT ACCEPT BEARER "X-org: a\r\n\r\n");
}

static void test_post_with_body(void **state)
{
    (void)state;
    request.method = "POST";
    request.body = "7, and no more of this";
    request.body_size = 1;
    assert_sends("POST /api/v2/me HTTP/1.1\r\n"
                 "Host: localhost:8443\r\n" USER_AGENT ACCEPT BEARER
                 "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n7");
}

static void test_delete_with_body(void **state)
{
    (void)state;
    request.method = "DELETE";
    request.body = "7";
    request.body_size = 1;
    assert_sends("DELETE /api/v2/me HTTP/1.1\r\n"
                 "Host: localhost:8443\r\n" USER_AGENT ACCEPT BEARER
                 "Content-Type: application/json\r\nContent-Length: 1\r\n\r\n7");
}

static void assert_states_length(const char *method, const char *length)
{
    request.method = method;
    assert_sends(text_of("%s /api/v2/me HTTP/1.1\r\n"
                         "Host: localhost:8443\r\n" USER_AGENT ACCEPT BEARER "%s\r\n",
                         method, length));
}

static void test_length_of_requests_without_body(void **state)
{
    (void)state;
    assert_states_length("POST", "Content-Length: 0\r\n");
    assert_states_length("PUT", "Content-Length: 0\r\n");
    assert_states_length("PATCH", "Content-Length: 0\r\n");
    assert_states_length("DELETE", "");
    assert_states_length("GET", "");
}

static void test_head(void **state)
{
    (void)state;
    request.method = "HEAD";
    assert_int_equal(run_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Length: 5000\r\n\r\n"),
                     ARDOQ_OK);
    assert_int_equal(response.body_size, 0);
    assert_string_equal(response.body, "");
}

static void assert_target(const char *target)
{
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    const char *expected = text_of("GET %s HTTP/1.1\r\n", target);
    assert_memory_equal(tls_peer_received(), expected, strlen(expected));
}

static void test_query_is_encoded(void **state)
{
    (void)state;
    static const ardoq_query_t query[] = {
        {"customFields.device_serial", "A-1_2.3~"},
        {"name", "a b&c=d/e?f#g%h+i\"\r\n"},
        {"n\xc3\xa9", "\xe2\x82\xac"},
        {"", ""},
    };
    request.path = "/api/v2/components";
    request.query = query;
    request.query_count = 4;
    assert_target("/api/v2/components?customFields.device_serial=A-1_2.3~"
                  "&name=a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2Bi%22%0D%0A&n%C3%A9=%E2%82%AC&=");
}

static void test_query_is_added_to_the_paths_own(void **state)
{
    (void)state;
    static const ardoq_query_t query[] = {{"b", "2"}};
    request.path = "/api/v2/components?a=1%20";
    request.query = query;
    request.query_count = 1;
    assert_target("/api/v2/components?a=1%20&b=2");
}

static void test_requests_that_http_does_not_allow(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "", "api", "/a b", "/a\r\nX: y", "/%zz", "/\xc3\xa9", "http://evil.example/"};
    peer_client_answer(json_of("{}"));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        request.path = paths[i];
        assert_int_equal(run(), ARDOQ_ERR_REQUEST_INVALID);
    }
    request.path = "/";
    request.method = "GET /x";
    assert_int_equal(run(), ARDOQ_ERR_REQUEST_INVALID);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(ardoq_fake.connects, 0);
    assert_no_token_in_client();
    assert_null(strstr(ardoq_fake.log, "X: y"));
    assert_null(strstr(ardoq_fake.log, "\xc3\xa9"));
}

/* Wherever the head ceases to fit, the part that was written is wiped. */
static void test_head_that_does_not_fit(void **state)
{
    (void)state;
    enum { LONGEST = ARDOQ_BUFFER_SIZE + 8, SHORTEST = ARDOQ_BUFFER_SIZE - 300 };
    strcpy(config.org_label, "label");
    peer_client_answer(json_of("{}"));
    char *path = repeat("/", LONGEST);
    request.path = path;
    unsigned fitting = 0;
    for (size_t size = LONGEST; size > SHORTEST; size--) {
        path[size] = '\0';
        const ardoq_err_t err = ardoq_request_start(&client, &request, &response);
        fitting += !err;
        assert_int_equal(err, fitting ? ARDOQ_OK : ARDOQ_ERR_REQUEST_TOO_LARGE);
        ardoq_request_cancel(&client);
        assert_no_token_in_client();
    }
    assert_int_not_equal(fitting, 0);
    assert_int_equal(ardoq_fake.connects, 0);
}

/* A kept connection that the server closes at the second request. */
static ardoq_err_t run_twice(const char *method)
{
    static const peer_step_t steps[] = {
        {.answer = "HTTP/1.1 204 No Content\r\n\r\n"},
        {.answer = "", .then = PEER_CUT},
        {.answer = "HTTP/1.1 204 No Content\r\n\r\n"},
    };
    request.method = method;
    peer_client_open(steps, 3);
    assert_int_equal(run(), ARDOQ_OK);
    return run();
}

static void test_lost_requests_are_sent_again(void **state)
{
    (void)state;
    assert_int_equal(run_twice("GET"), ARDOQ_OK);
    assert_int_equal(ardoq_fake.connects, 2);
}

static void test_lost_posts_are_not_sent_again(void **state)
{
    (void)state;
    assert_int_equal(run_twice("POST"), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_int_equal(ardoq_fake.connects, 1);
    assert_int_equal(response.status, 0);
}

/* ---- Statuses ---- */

static ardoq_err_t error_of(int status)
{
    switch (status) {
    case 400:
        return ARDOQ_ERR_BAD_REQUEST;
    case 401:
        return ARDOQ_ERR_UNAUTHORIZED;
    case 403:
        return ARDOQ_ERR_FORBIDDEN;
    case 404:
        return ARDOQ_ERR_NOT_FOUND;
    case 409:
    case 412:
        return ARDOQ_ERR_CONFLICT;
    case 413:
        return ARDOQ_ERR_CONTENT_TOO_LARGE;
    case 422:
        return ARDOQ_ERR_UNPROCESSABLE;
    case 429:
        return ARDOQ_ERR_RATE_LIMITED;
    default:
        return status < 300   ? ARDOQ_OK
               : status < 400 ? ARDOQ_ERR_REDIRECTED
               : status < 500 ? ARDOQ_ERR_STATUS_UNEXPECTED
                              : ARDOQ_ERR_SERVER_ERROR;
    }
}

static void test_every_status(void **state)
{
    (void)state;
    for (int status = 200; status < 600; status++) {
        assert_int_equal(run_with(text_of("HTTP/1.1 %d\r\nContent-Length: 0\r\n\r\n", status)),
                         error_of(status));
        assert_int_equal(response.status, status);
        assert_false(response.is_json);
        assert_string_equal(response.body, "");
        assert_string_equal(response.message, "");
        assert_int_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_IDLE);
    }
    assert_int_equal(ardoq_fake.connects, 1);
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
    {"application/json", "{\"message\":\"\"}", ""},
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
    {"application/json", "{\"message\":{\"a\":1}}", "{\"message\":{\"a\":1}}"},
    {"application/json", "{\"traceId\":\"1\"}", "{\"traceId\":\"1\"}"},
    {"application/json", "[\"message\"]", "[\"message\"]"},
    {"application/json", "{\"message\":\"cut", "{\"message\":\"cut"},
    {"application/json", "", ""},
    {"application/json", "<html>", HTML_PAGE},
    /* Text of unknown encoding: all but printable ASCII is blanked. */
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
        assert_retry_after(status, "Retry-After: 0\r\n", 0);
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

static void test_retry_after_of_other_statuses(void **state)
{
    (void)state;
    static const int statuses[] = {200, 302, 400, 428, 430, 500, 502, 504};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        assert_retry_after(statuses[i], "Retry-After: 1\r\n", 0);
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

/* Refused before anything happens; of an earlier response nothing is left. */
static void assert_is_invalid(ardoq_client_t *a_client, const ardoq_request_t *a_request)
{
    memset(&response, '#', sizeof response);
    assert_int_equal(ardoq_request(a_client, a_request, &response), ARDOQ_ERR_INVALID_ARGUMENT);
    assert_int_equal(response.status, 0);
    assert_string_equal(response.body, "");
    assert_string_equal(response.message, "");
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

static void test_interruption_before_a_call(void **state)
{
    (void)state;
    peer_client_answer(json_of("{}"));
    ardoq_interrupt(&client);
    ardoq_interrupt(&client);
    assert_int_equal(run(), ARDOQ_ERR_INTERRUPTED);
    assert_int_equal(response.status, 0);
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

/* ---- Opening and closing ---- */

static void assert_open_fails(ardoq_err_t expected, const char *failed_key)
{
    memset(&client, '#', sizeof client);
    assert_int_equal(ardoq_open(&client, &config), expected);
    assert_true(failed_key ? config.failed_key && strcmp(config.failed_key, failed_key) == 0
                           : !config.failed_key);
    assert_int_equal(run(), ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_wait_t wait;
    assert_int_equal(ardoq_request_step(&client, &wait), ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_request_cancel(&client);
    ardoq_close(&client);
    assert_client_is_zero();
    ardoq_close(&client);
    assert_client_is_zero();
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

/* ---- Secrets ---- */

static void test_log_of_a_call(void **state)
{
    (void)state;
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    const char *info = "GET: /api/v2/me\n";
    const char *debug = "Host: localhost\nUser-Agent: ardoq-device/" ARDOQ_VERSION
                        "\nAccept: application/json\nAuthorization: (not shown)\n";
    assert_string_equal(ardoq_fake.log,
                        text_of("%s%s", (int)ARDOQ_LOG_LEVEL >= (int)ARDOQ_LOG_INFO ? info : "",
                                (int)ARDOQ_LOG_LEVEL >= (int)ARDOQ_LOG_DEBUG ? debug : ""));
}

static void assert_log(ardoq_log_level_t level, const char *line)
{
    const bool is_there = strstr(ardoq_fake.log, line) != NULL;
    assert_int_equal(is_there, (int)ARDOQ_LOG_LEVEL >= (int)level);
}

static void test_token_is_in_no_log_message(void **state)
{
    (void)state;
    strcpy(config.org_label, "acme-label");
    request.method = "POST";
    request.body = "{}";
    request.body_size = 2;
    assert_int_equal(run_with(response_of("401 No", "text/plain", "who are you?")),
                     ARDOQ_ERR_UNAUTHORIZED);
    assert_log(ARDOQ_LOG_INFO, "UNAUTHORIZED: who are you?\n");
    assert_log(ARDOQ_LOG_INFO, "POST: /api/v2/me\n");
    assert_log(ARDOQ_LOG_DEBUG, "Host: localhost\n");
    assert_log(ARDOQ_LOG_DEBUG, "User-Agent: ardoq-device/" ARDOQ_VERSION "\n");
    assert_log(ARDOQ_LOG_DEBUG, "Accept: application/json\n");
    assert_log(ARDOQ_LOG_DEBUG, "Content-Type: application/json\n");
    assert_log(ARDOQ_LOG_DEBUG, "Content-Length: 2\n");
    assert_log(ARDOQ_LOG_DEBUG, "Authorization: (not shown)\n");
    assert_log(ARDOQ_LOG_DEBUG, "X-org: (not shown)\n");
    assert_int_equal(ardoq_fake.log_length > 0, (int)ARDOQ_LOG_LEVEL >= (int)ARDOQ_LOG_INFO);
    assert_null(strstr(ardoq_fake.log, "acme-label"));
    assert_null(strstr(ardoq_fake.log, "adq_"));
    assert_null(strstr(ardoq_fake.log, &TEST_TOKEN[4]));
}

static void call(void)
{
    (void)run();
}

static void write_head_only(void)
{
    (void)ardoq_request_start(&client, &request, &response);
    ardoq_request_cancel(&client);
}

/* What is called later writes over the stack here and there, so any piece of the token counts. */
static void test_no_piece_of_the_token_stays_behind(void **state)
{
    (void)state;
    strcpy(config.token, repeat("s3cr3t-", 9));
    peer_client_answer(json_of("{}"));
    own_stack_run(write_head_only);
    assert_false(holds(&client, sizeof client, "s3cr3t"));
    assert_false(own_stack_holds("s3cr3t"));
    own_stack_run(call);
    assert_int_equal(response.status, 200);
    assert_false(holds(&client, sizeof client, "s3cr3t"));
    assert_false(own_stack_holds("s3cr3t"));
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

static void test_me_with_a_missing_key(void **state)
{
    (void)state;
    ardoq_me_t me;
    peer_client_answer(json_of("{\"user\":{\"name\":\"x\"}}"));
    assert_int_equal(ardoq_me(&client, &me), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_string_equal(me.response.message, "email");
    assert_int_equal(me.response.status, 200);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_get),
        TEST(test_default_port_is_not_named),
        TEST(test_label_is_sent_when_set),
        TEST(test_post_with_body),
        TEST(test_delete_with_body),
        TEST(test_length_of_requests_without_body),
        TEST(test_head),
        TEST(test_query_is_encoded),
        TEST(test_query_is_added_to_the_paths_own),
        TEST(test_requests_that_http_does_not_allow),
        TEST(test_head_that_does_not_fit),
        TEST(test_lost_requests_are_sent_again),
        TEST(test_lost_posts_are_not_sent_again),
        TEST(test_every_status),
        TEST(test_answers_without_body),
        TEST(test_content_types),
        TEST(test_page_instead_of_data),
        TEST(test_shortest_text_instead_of_data),
        TEST(test_large_page_instead_of_data),
        TEST(test_redirections_are_not_followed),
        TEST(test_messages),
        TEST(test_long_messages_are_cut_between_characters),
        TEST(test_long_plain_messages_are_cut),
        TEST(test_error_larger_than_the_buffer),
        TEST(test_error_with_too_many_parts),
        TEST(test_retry_after),
        TEST(test_retry_after_of_other_statuses),
        TEST(test_body_of_any_size_for_the_program),
        TEST(test_error_of_the_program),
        TEST(test_errors_are_not_given_to_the_program),
        TEST(test_largest_body_that_fits),
        TEST(test_callbacks_must_not_call_the_client),
        TEST(test_invalid_requests),
        TEST(test_invalid_steps),
        TEST(test_steps_never_wait),
        TEST(test_cancel_at_every_step),
        TEST(test_deadline_of_the_configuration),
        TEST(test_deadline_of_the_request),
        TEST(test_shortest_deadline),
        TEST(test_no_time_passes_without_need),
        TEST(test_interruption_before_a_call),
        TEST(test_interruption_during_a_call),
        TEST(test_open_checks_the_configuration),
        TEST(test_open_needs_trust),
        TEST(test_open_takes_the_client_certificate),
        TEST(test_open_takes_both_pins),
        TEST(test_close_wipes_everything),
        TEST(test_close_in_the_middle_of_a_call),
        TEST(test_log_of_a_call),
        TEST(test_token_is_in_no_log_message),
        TEST(test_no_piece_of_the_token_stays_behind),
        TEST(test_phase_names),
        TEST(test_me),
        TEST(test_me_that_is_refused),
        TEST(test_me_with_a_missing_key),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
