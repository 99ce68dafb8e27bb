/* The general request: what is sent, and that no secret gets elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"
#include "ardoq/version.h"
#include "own_stack.h"
#include "peer_request.h"

#define USER_AGENT "User-Agent: ardoq-device/" ARDOQ_VERSION "\r\n"
#define ACCEPT     "Accept: application/json\r\nAccept-Encoding: identity\r\n"
#define BEARER     "Authorization: Bearer " TEST_TOKEN "\r\n"

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

/* ---- Secrets ---- */

static void assert_log(ardoq_log_level_t level, const char *line)
{
    const bool is_there = strstr(ardoq_fake.log, line) != NULL;
    assert_int_equal(is_there, (int)ARDOQ_LOG_LEVEL >= (int)level);
}

#if ARDOQ_CLIENT_CERTIFICATE
/* A gateway adds it. */
static void test_there_is_no_header_without_a_token(void **state)
{
    (void)state;
    script.client_ca = "client_ca";
    config.certificate_pem = certificate_file("client.pem");
    config.key_pem = certificate_file("client.key");
    config.token[0] = '\0';
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    assert_null(strstr(tls_peer_received(), "Authorization"));
    assert_null(strstr(ardoq_fake.log, "Authorization"));
    assert_log(ARDOQ_LOG_INFO, "GET: /api/v2/me\n");
}
#endif

static void test_log_of_a_call(void **state)
{
    (void)state;
    assert_int_equal(run_with(json_of("{}")), ARDOQ_OK);
    const char *info = "GET: /api/v2/me\n";
    const char *debug = "Host: localhost\nUser-Agent: ardoq-device/" ARDOQ_VERSION
                        "\nAccept: application/json\nAccept-Encoding: identity"
                        "\nAuthorization: (not shown)\n";
    assert_string_equal(ardoq_fake.log,
                        text_of("%s%s", (int)ARDOQ_LOG_LEVEL >= (int)ARDOQ_LOG_INFO ? info : "",
                                (int)ARDOQ_LOG_LEVEL >= (int)ARDOQ_LOG_DEBUG ? debug : ""));
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
    assert_log(ARDOQ_LOG_ERROR, "UNAUTHORIZED: who are you?\n");
    assert_log(ARDOQ_LOG_INFO, "POST: /api/v2/me\n");
    assert_log(ARDOQ_LOG_DEBUG, "Host: localhost\n");
    assert_log(ARDOQ_LOG_DEBUG, "User-Agent: ardoq-device/" ARDOQ_VERSION "\n");
    assert_log(ARDOQ_LOG_DEBUG, "Accept: application/json\n");
    assert_log(ARDOQ_LOG_DEBUG, "Content-Type: application/json\n");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEER_REQUEST_TEST(test_get),
        PEER_REQUEST_TEST(test_default_port_is_not_named),
        PEER_REQUEST_TEST(test_label_is_sent_when_set),
        PEER_REQUEST_TEST(test_post_with_body),
        PEER_REQUEST_TEST(test_delete_with_body),
        PEER_REQUEST_TEST(test_length_of_requests_without_body),
        PEER_REQUEST_TEST(test_head),
        PEER_REQUEST_TEST(test_query_is_encoded),
        PEER_REQUEST_TEST(test_query_is_added_to_the_paths_own),
        PEER_REQUEST_TEST(test_requests_that_http_does_not_allow),
        PEER_REQUEST_TEST(test_head_that_does_not_fit),
        PEER_REQUEST_TEST(test_lost_requests_are_sent_again),
        PEER_REQUEST_TEST(test_lost_posts_are_not_sent_again),
#if ARDOQ_CLIENT_CERTIFICATE
        PEER_REQUEST_TEST(test_there_is_no_header_without_a_token),
#endif
        PEER_REQUEST_TEST(test_log_of_a_call),
        PEER_REQUEST_TEST(test_token_is_in_no_log_message),
        PEER_REQUEST_TEST(test_no_piece_of_the_token_stays_behind),
    };
    return cmocka_run_group_tests_name("client_request", tests, NULL, NULL);
}
