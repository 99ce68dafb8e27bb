#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/http_request.h"

static char buffer[512];
static ardoq_text_t head;

static int begin(void **state)
{
    (void)state;
    ardoq_text_init(&head, buffer, sizeof buffer, ARDOQ_ERR_REQUEST_TOO_LARGE);
    return 0;
}

static void assert_head(const char *expected)
{
    assert_int_equal(head.err, ARDOQ_OK);
    assert_string_equal(head.data, expected);
    assert_int_equal(head.length, strlen(expected));
}

static const ardoq_http_origin_t usual = {"acme.ardoq.com", 443, false};
static const ardoq_http_origin_t other_port = {"acme.ardoq.com", 8443, false};
static const ardoq_http_query_t two_pairs[] = {{"limit", "100"}, {"cursor", "a/b"}};

static void write_whole_head(ardoq_text_t *text)
{
    ardoq_http_write_request_line(text, "POST", "/api/v2/batch", two_pairs, 2);
    ardoq_http_write_host(text, &other_port);
    ardoq_http_write_header(text, "X-org", "acme");
}

static const char whole_head[] = "POST /api/v2/batch?limit=100&cursor=a%2Fb HTTP/1.1\r\n"
                                 "Host: acme.ardoq.com:8443\r\n"
                                 "X-org: acme\r\n";

static void writes_a_whole_head(void **state)
{
    (void)state;
    write_whole_head(&head);
    assert_head(whole_head);
}

static void adds_pairs_to_the_query(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        size_t query_count;
        const char *line;
    } cases[] = {
        {"/", 0, "GET / HTTP/1.1\r\n"},
        {"/x", 1, "GET /x?limit=100 HTTP/1.1\r\n"},
        {"/x", 2, "GET /x?limit=100&cursor=a%2Fb HTTP/1.1\r\n"},
        {"/x?y=z", 0, "GET /x?y=z HTTP/1.1\r\n"},
        {"/x?y=z", 1, "GET /x?y=z&limit=100 HTTP/1.1\r\n"},
        {"/x?y=z", 2, "GET /x?y=z&limit=100&cursor=a%2Fb HTTP/1.1\r\n"},
        {"/a%20b%2F", 1, "GET /a%20b%2F?limit=100 HTTP/1.1\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(NULL);
        ardoq_http_write_request_line(&head, "GET", cases[i].target, two_pairs,
                                      cases[i].query_count);
        assert_head(cases[i].line);
    }
}

static void encodes_all_but_unreserved_characters_of_a_query(void **state)
{
    (void)state;
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-._~";
    static const char digits[] = "0123456789ABCDEF";
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = {(char)byte, '\0'};
        const char encoded[] = {'%', digits[byte / 16], digits[byte % 16], '\0'};
        const bool is_plain = memchr(unreserved, byte, sizeof unreserved - 1) != NULL;
        const ardoq_http_query_t query = {text, text};
        char expected[64] = "GET /?";
        strcat(expected, is_plain ? text : encoded);
        strcat(expected, "=");
        strcat(expected, is_plain ? text : encoded);
        strcat(expected, " HTTP/1.1\r\n");
        begin(NULL);
        ardoq_http_write_request_line(&head, "GET", "/", &query, 1);
        assert_head(expected);
    }
}

static void encodes_whole_texts(void **state)
{
    (void)state;
    const ardoq_http_query_t query[] = {{"name", "Caf\xc3\xa9 & bar"}, {"", ""}, {"a b", "1+1=2"}};
    ardoq_http_write_request_line(&head, "GET", "/", query, 3);
    assert_head("GET /?name=Caf%C3%A9%20%26%20bar&=&a%20b=1%2B1%3D2 HTTP/1.1\r\n");
}

static void takes_only_upper_case_letters_as_method(void **state)
{
    (void)state;
    static const char *const methods[] = {
        "", " GET", "GET ", "G T", "GET\r\nX:", "G\xc3\xa9T", "G/T", "get", "G@T", "G[T"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        begin(NULL);
        ardoq_http_write_request_line(&head, methods[i], "/", NULL, 0);
        assert_int_equal(head.err, ARDOQ_ERR_REQUEST_INVALID);
        assert_int_equal(head.length, 0);
    }
}

static void refuses_a_target_that_is_not_valid(void **state)
{
    (void)state;
    static const char *const targets[] = {
        "",          "x",  "https://a/", "*",  "/ x", "/x#y", "/x HTTP/1.1\r\n",
        "/\xc3\xa9", "/%", "/\x7f",      "/\n"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        begin(NULL);
        ardoq_http_write_request_line(&head, "GET", targets[i], NULL, 0);
        assert_int_equal(head.err, ARDOQ_ERR_REQUEST_INVALID);
        assert_int_equal(head.length, 0);
    }
}

static void names_the_port_unless_it_is_the_default(void **state)
{
    (void)state;
    ardoq_http_write_host(&head, &usual);
    assert_head("Host: acme.ardoq.com\r\n");
    begin(NULL);
    ardoq_http_write_host(&head, &other_port);
    assert_head("Host: acme.ardoq.com:8443\r\n");
}

static void writes_headers(void **state)
{
    (void)state;
    ardoq_http_write_header(&head, "User-Agent", "ardoq-device/0.1.0 (a b\tc)");
    ardoq_http_write_header(&head, "X-org", "");
    ardoq_http_write_header(&head, "A", "b");
    assert_head("User-Agent: ardoq-device/0.1.0 (a b\tc)\r\nX-org: \r\nA: b\r\n");
}

static void takes_only_visible_characters_and_inner_blanks_as_values(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const bool is_visible = byte > ' ' && byte < 0x7f;
        const bool is_blank = byte == ' ' || byte == '\t';
        const char alone[] = {(char)byte, '\0'};
        const char inside[] = {'a', (char)byte, 'b', '\0'};
        const char first[] = {(char)byte, 'b', '\0'};
        const char last[] = {'a', (char)byte, '\0'};
        assert_int_equal(ardoq_http_value_is_valid(alone), is_visible);
        assert_int_equal(ardoq_http_value_is_valid(inside), is_visible || is_blank);
        assert_int_equal(ardoq_http_value_is_valid(first), is_visible);
        assert_int_equal(ardoq_http_value_is_valid(last), is_visible);
    }
    assert_true(ardoq_http_value_is_valid(""));
    assert_true(ardoq_http_value_is_valid("a \t b"));
}

static void never_writes_a_value_that_is_not_valid(void **state)
{
    (void)state;
    static const char *const values[] = {" a", "a ", "a\r\nX: y", "a\n", "\xc3\xa9", "\x7f"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        begin(NULL);
        ardoq_http_write_header(&head, "X-org", values[i]);
        assert_int_equal(head.err, ARDOQ_ERR_REQUEST_INVALID);
        assert_int_equal(head.length, 0);
        begin(NULL);
        ardoq_http_write_bearer(&head, values[i]);
        assert_int_equal(head.err, ARDOQ_ERR_REQUEST_INVALID);
        assert_int_equal(head.length, 0);
    }
}

static void writes_a_token(void **state)
{
    (void)state;
    ardoq_http_write_bearer(&head, "a-token_1");
    assert_head("Authorization: Bearer a-token_1\r\n");
    begin(NULL);
    ardoq_http_write_bearer(&head, "");
    assert_head("");
}

static void keeps_the_first_error(void **state)
{
    (void)state;
    ardoq_http_write_header(&head, "X-org", "bad\n");
    write_whole_head(&head);
    assert_int_equal(head.err, ARDOQ_ERR_REQUEST_INVALID);
    assert_int_equal(head.length, 0);

    char small[4];
    ardoq_text_init(&head, small, sizeof small, ARDOQ_ERR_REQUEST_TOO_LARGE);
    ardoq_http_write_host(&head, &usual);
    ardoq_http_write_header(&head, "X-org", "bad\n");
    assert_int_equal(head.err, ARDOQ_ERR_REQUEST_TOO_LARGE);
}

/* The head needs a byte more than its length, for the NUL. */
static void says_when_the_buffer_is_full(void **state)
{
    (void)state;
    for (size_t size = 1; size <= sizeof whole_head; size++) {
        char *exact = malloc(size);
        assert_non_null(exact);
        ardoq_text_init(&head, exact, size, ARDOQ_ERR_REQUEST_TOO_LARGE);
        write_whole_head(&head);
        assert_int_equal(head.err,
                         size == sizeof whole_head ? ARDOQ_OK : ARDOQ_ERR_REQUEST_TOO_LARGE);
        assert_memory_equal(exact, whole_head, head.length);
        free(exact);
    }
}

static void knows_the_methods(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        bool is_idempotent;
        bool expects_body;
    } cases[] = {
        {"GET", true, false},    {"HEAD", true, false},  {"OPTIONS", true, false},
        {"TRACE", true, false},  {"PUT", true, true},    {"DELETE", true, false},
        {"POST", false, true},   {"PATCH", false, true}, {"CONNECT", false, false},
        {"QUERY", false, false}, {"get", false, false},  {"post", false, false},
        {"GETS", false, false},  {"GE", false, false},   {"", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const ardoq_http_method_t method = ardoq_http_method(cases[i].method);
        assert_int_equal(method.is_idempotent, cases[i].is_idempotent);
        assert_int_equal(method.expects_body, cases[i].expects_body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(writes_a_whole_head, begin),
        cmocka_unit_test_setup(adds_pairs_to_the_query, begin),
        cmocka_unit_test_setup(encodes_all_but_unreserved_characters_of_a_query, begin),
        cmocka_unit_test_setup(encodes_whole_texts, begin),
        cmocka_unit_test_setup(takes_only_upper_case_letters_as_method, begin),
        cmocka_unit_test_setup(refuses_a_target_that_is_not_valid, begin),
        cmocka_unit_test_setup(names_the_port_unless_it_is_the_default, begin),
        cmocka_unit_test_setup(writes_headers, begin),
        cmocka_unit_test_setup(takes_only_visible_characters_and_inner_blanks_as_values, begin),
        cmocka_unit_test_setup(never_writes_a_value_that_is_not_valid, begin),
        cmocka_unit_test_setup(writes_a_token, begin),
        cmocka_unit_test_setup(keeps_the_first_error, begin),
        cmocka_unit_test_setup(says_when_the_buffer_is_full, begin),
        cmocka_unit_test_setup(knows_the_methods, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
