#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/http_response.h"

#define OK_1_1         "HTTP/1.1 200 OK\r\n"
#define OK_1_0         "HTTP/1.0 200 OK\r\n"

#define FIFTY_BLANKS   "                                                  "
#define HUNDRED_BLANKS FIFTY_BLANKS FIFTY_BLANKS

/* An input with its size, since it may hold NULs. */
#define INPUT(text)    .input = (text), .input_size = sizeof(text) - 1

/* One response: what is fed, and what must come out of it, however it is cut. */
typedef struct {
    const char *input;
    size_t input_size;
    size_t surplus; /* bytes behind the response */
    bool head_request;
    bool ends_by_close;
    ardoq_err_t err; /* after all input and, if that was not the end, after a close */
    const char *body;
    ardoq_http_head_t head;
} response_t;

/* What came out. */
typedef struct {
    ardoq_http_parser_t parser;
    ardoq_err_t err;
    size_t consumed;
    size_t body_size;
    char body[256];
} result_t;

static void begin(result_t *result, bool head_request)
{
    memset(result, '#', sizeof *result);
    ardoq_http_parser_init(&result->parser, head_request);
    result->err = ARDOQ_PENDING;
    result->consumed = 0;
    result->body_size = 0;
}

static void take_body(result_t *result, const ardoq_http_piece_t *piece, const char *end)
{
    if (!piece->body) {
        assert_int_equal(piece->body_size, 0);
        return;
    }
    assert_true(result->err >= 0);
    assert_true(result->parser.head_complete);
    assert_true(piece->body_size > 0);
    assert_ptr_equal(piece->body + piece->body_size, end);
    assert_true(piece->body_size <= sizeof result->body - result->body_size);
    memcpy(result->body + result->body_size, piece->body, piece->body_size);
    result->body_size += piece->body_size;
}

/* The bytes stand alone in their memory, which is gone afterwards. */
static void feed(result_t *result, const char *data, size_t size)
{
    char *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, data, size);
    size_t at = 0;
    while (result->err == ARDOQ_PENDING && at < size) {
        ardoq_http_piece_t piece;
        memset(&piece, '#', sizeof piece);
        result->err = ardoq_http_parse(&result->parser, copy + at, size - at, &piece);
        assert_in_range(piece.consumed, 1, size - at);
        at += piece.consumed;
        take_body(result, &piece, copy + at);
    }
    result->consumed += at;
    memset(copy, '#', size);
    free(copy);
}

/* Neither success nor failure goes away, whatever follows. */
static void assert_final(result_t *result)
{
    static const char more[] = OK_1_1 "\r\n";
    for (int i = 0; i < 2; i++) {
        ardoq_http_piece_t piece;
        memset(&piece, '#', sizeof piece);
        const ardoq_err_t err = ardoq_http_parse(&result->parser, more, sizeof more - 1, &piece);
        assert_int_equal(err, result->err);
        assert_int_equal(piece.consumed, 0);
        assert_null(piece.body);
        assert_int_equal(piece.body_size, 0);
    }
    assert_int_equal(ardoq_http_parse_end(&result->parser),
                     result->err ? ARDOQ_ERR_CONNECTION_CLOSED : ARDOQ_OK);
}

static void finish(result_t *result)
{
    if (result->err == ARDOQ_PENDING) {
        result->err = ardoq_http_parse_end(&result->parser);
    } else {
        assert_final(result);
    }
}

static void assert_head(const ardoq_http_head_t *head, const ardoq_http_head_t *expected)
{
    assert_int_equal(head->status, expected->status);
    assert_int_equal(head->is_json, expected->is_json);
    assert_int_equal(head->has_content_length, expected->has_content_length);
    assert_int_equal(head->has_retry_after, expected->has_retry_after);
    assert_int_equal(head->keep_alive, expected->keep_alive);
    assert_int_equal(head->content_length, expected->content_length);
    assert_string_equal(head->location_host, expected->location_host);
    if (expected->has_retry_after) {
        assert_int_equal(head->retry_after_s, expected->retry_after_s);
    }
}

static void assert_result(const result_t *result, const response_t *response)
{
    const char *const body = response->body ? response->body : "";
    if (result->err != response->err) {
        fail_msg("%s: %s, expected %s", response->input, ardoq_err_name(result->err),
                 ardoq_err_name(response->err));
    }
    assert_int_equal(result->body_size, strlen(body));
    assert_memory_equal(result->body, body, result->body_size);
    assert_int_equal(result->parser.head_complete, response->head.status != 0);
    if (result->parser.head_complete) {
        assert_head(&result->parser.head, &response->head);
    }
    if (!response->err) {
        assert_int_equal(result->consumed, response->input_size - response->surplus);
    }
}

static void check_cut_in_two(const response_t *response)
{
    for (size_t cut = 0; cut <= response->input_size; cut++) {
        result_t result;
        begin(&result, response->head_request);
        feed(&result, response->input, cut);
        feed(&result, response->input + cut, response->input_size - cut);
        finish(&result);
        assert_result(&result, response);
    }
}

static void check_byte_by_byte(const response_t *response)
{
    result_t result;
    begin(&result, response->head_request);
    for (size_t i = 0; i < response->input_size; i++) {
        feed(&result, response->input + i, 1);
    }
    finish(&result);
    assert_result(&result, response);
}

/* A close at any byte before the end is noticed, but where a close is the end. */
static void check_closed_early(const response_t *response)
{
    const size_t size = response->input_size - response->surplus;
    for (size_t cut = 0; !response->err && cut < size; cut++) {
        result_t result;
        begin(&result, response->head_request);
        feed(&result, response->input, cut);
        assert_int_equal(result.err, ARDOQ_PENDING);
        const bool may_end = response->ends_by_close && result.parser.head_complete;
        assert_int_equal(ardoq_http_parse_end(&result.parser),
                         may_end ? ARDOQ_OK : ARDOQ_ERR_CONNECTION_CLOSED);
    }
}

static void check(const response_t *response)
{
    check_cut_in_two(response);
    check_byte_by_byte(response);
    check_closed_early(response);
}

static void check_all(const response_t *responses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&responses[i]);
    }
}

#define CHECK_ALL(responses) check_all(responses, sizeof(responses) / sizeof(responses)[0])

/* ---- Bodies ---------------------------------------------------------------------------------- */

static void reads_a_body_by_content_length(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT(OK_1_1 "Content-Length: 5\r\n\r\nhello"), .body = "hello",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 5}},
        {INPUT(OK_1_1 "Content-Length: 0\r\n\r\n"),
         .head = {.status = 200, .keep_alive = true, .has_content_length = true}},
        {INPUT(OK_1_1 "Content-Length: 1\r\n\r\nx"), .body = "x",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 1}},
        /* Nothing remains of the header before. */
        {INPUT(OK_1_1 "A: 123" HUNDRED_BLANKS "x\r\nContent-Length: 2\r\n\r\nhi"), .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT(OK_1_1 "CONTENT-length:5\r\n\r\nhelloHTTP/1.1 200 OK\r\n"), .surplus = 17,
         .body = "hello",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 5}},
        {INPUT(OK_1_1 "Content-Length: \t 0005\t \r\n\r\na\r\nbc"), .body = "a\r\nbc",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 5}},
        {INPUT(OK_1_1 "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi"), .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT(OK_1_1 "Content-Length: 2, 2\t,2 ,002\r\n\r\nhi"), .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT(OK_1_1 "Content-Length: 2" HUNDRED_BLANKS "\r\n\r\nhi"), .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT(OK_1_1 "Content-Length:" HUNDRED_BLANKS "2\r\n\r\nhi"), .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT(OK_1_1 "Content-Length: 18446744073709551615\r\n\r\nhi"),
         .err = ARDOQ_ERR_CONNECTION_CLOSED, .body = "hi",
         .head = {.status = 200,
                  .keep_alive = true,
                  .has_content_length = true,
                  .content_length = UINT64_MAX}},
        {INPUT(OK_1_1 "Content-Length: 6\r\n\r\nhello"), .err = ARDOQ_ERR_CONNECTION_CLOSED,
         .body = "hello",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 6}},
        {INPUT("HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nhi"), .body = "hi",
         .head =
             {.status = 205, .keep_alive = true, .has_content_length = true, .content_length = 2}},
    };
    CHECK_ALL(responses);
}

static void reads_a_chunked_body(void **state)
{
    (void)state;
    static const ardoq_http_head_t head = {.status = 200, .keep_alive = true};
    static const char *const inputs[] = {
        "5\r\nhello\r\n0\r\n\r\n",
        "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "1\r\nh\r\n1\r\ne\r\n01\r\nl\r\n0001\r\nl\r\n1\r\no\r\n000\r\n\r\n",
        "000000000000000000000000000000005\r\nhello\r\n0\r\n\r\n",
        "5;name=value\r\nhello\r\n0;last=\"a;b\"\r\n\r\n",
        "5 ;name\r\nhello\r\n0\t \t;\r\n\r\n",
        "5;\tcaf\xc3\xa9 \r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Empty:\r\n\r\n",
        /* Trailers change nothing, not even those that would be refused in the head. */
        "5\r\nhello\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: gzip\r\n\r\n",
        "5\r\nhello\r\n0\r\nConnection: close\r\nRetry-After: 5\r\nContent-Length: x\r\n\r\n",
        "5\r\nhello\r\n0\r\nContent-Type: application/json\r\nLocation: https://x.example\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        char input[256] = OK_1_1 "Transfer-Encoding: chunked\r\n\r\n";
        strcat(input, inputs[i]);
        check(&(response_t){
            .input = input, .input_size = strlen(input), .body = "hello", .head = head});
        strcat(input, OK_1_1);
        check(&(response_t){.input = input,
                            .input_size = strlen(input),
                            .surplus = sizeof OK_1_1 - 1,
                            .body = "hello",
                            .head = head});
    }
}

static void reads_other_chunked_bodies(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         .head = {.status = 200, .keep_alive = true}},
        {INPUT(OK_1_1 "transfer-ENCODING:\tCHUNKED" HUNDRED_BLANKS "\r\n\r\n"
                      "1A\r\nabcdefghijklmnopqrstuvwxyz\r\n"
                      "1b\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ\n\r\n0\r\n\r\n"),
         .body = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\n",
         .head = {.status = 200, .keep_alive = true}},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\r\n7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"),
         .body = "\r\n0\r\n\r\n", .head = {.status = 200, .keep_alive = true}},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhi"),
         .err = ARDOQ_ERR_CONNECTION_CLOSED, .body = "hi",
         .head = {.status = 200, .keep_alive = true}},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"),
         .err = ARDOQ_ERR_CONNECTION_CLOSED, .body = "hi",
         .head = {.status = 200, .keep_alive = true}},
    };
    CHECK_ALL(responses);
}

static void reads_a_body_up_to_the_close(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT(OK_1_1 "\r\nhello\r\n"), .ends_by_close = true, .body = "hello\r\n",
         .head = {.status = 200}},
        {INPUT(OK_1_1 "Connection: keep-alive\r\n\r\n"), .ends_by_close = true, .body = "",
         .head = {.status = 200}},
        {INPUT(OK_1_0 "Connection: keep-alive\r\n\r\n5\r\nhello"), .ends_by_close = true,
         .body = "5\r\nhello", .head = {.status = 200}},
        {INPUT("HTTP/1.1 205 Reset Content\r\n\r\nx"), .ends_by_close = true, .body = "x",
         .head = {.status = 205}},
    };
    CHECK_ALL(responses);
}

static void reads_no_body_where_there_is_none(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("HTTP/1.1 204 No Content\r\n\r\n"), .head = {.status = 204, .keep_alive = true}},
        {INPUT("HTTP/1.1 304 Not Modified\r\n\r\n"), .head = {.status = 304, .keep_alive = true}},
        {INPUT(OK_1_1 "\r\n"), .head_request = true, .head = {.status = 200, .keep_alive = true}},
        {INPUT("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), .surplus = 5,
         .head =
             {.status = 204, .keep_alive = true, .has_content_length = true, .content_length = 5}},
        {INPUT("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"), .surplus = 5,
         .head =
             {.status = 304, .keep_alive = true, .has_content_length = true, .content_length = 5}},
        {INPUT(OK_1_1 "Content-Length: 5\r\n\r\nhello"), .surplus = 5, .head_request = true,
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 5}},
        {INPUT("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         .surplus = 5, .head = {.status = 204, .keep_alive = true}},
        {INPUT("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         .surplus = 5, .head = {.status = 304, .keep_alive = true}},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), .surplus = 5,
         .head_request = true, .head = {.status = 200, .keep_alive = true}},
        {INPUT("HTTP/1.0 204 No Content\r\n\r\n"), .head = {.status = 204}},
        {INPUT("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"),
         .head_request = true,
         .head = {.status = 404, .has_content_length = true, .content_length = 9}},
    };
    CHECK_ALL(responses);
}

static void skips_interim_responses(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("HTTP/1.1 100 Continue\r\n\r\n"
               "HTTP/1.1 204 No Content\r\n\r\n"),
         .head = {.status = 204, .keep_alive = true}},
        {INPUT("HTTP/1.1 100\r\n\r\nHTTP/1.1 199 x\r\n\r\nHTTP/1.1 102 \r\nA: b\r\n\r\n" OK_1_1
               "Content-Length: 2\r\n\r\nhi"),
         .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        /* Nothing of them remains. */
        {INPUT("HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nConnection: close\r\n"
               "Content-Type: application/json\r\nRetry-After: 5\r\n"
               "Location: https://other.example/\r\n\r\n" OK_1_1 "Content-Length: 2\r\n\r\nhi"),
         .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT("HTTP/1.0 103 Early Hints\r\nConnection: keep-alive\r\n\r\n" OK_1_0
               "Content-Length: 2\r\n\r\nhi"),
         .body = "hi", .head = {.status = 200, .has_content_length = true, .content_length = 2}},
        {INPUT("HTTP/1.1 103 x\r\nTransfer-Encoding: chunked\r\n\r\n" OK_1_1
               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         .head = {.status = 200, .keep_alive = true}},
        {INPUT("HTTP/1.1 100 Continue\r\n\r\n" OK_1_1 "Content-Length: 2\r\n\r\nhi"), .surplus = 2,
         .head_request = true,
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT("HTTP/1.1 100 Continue\r\n\r\n"), .err = ARDOQ_ERR_CONNECTION_CLOSED},
        {INPUT("HTTP/1.1 100 Continue\r\n\r\nhello"), .err = ARDOQ_ERR_HTTP_PROTOCOL},
        {INPUT("HTTP/1.1 101 Switching Protocols\r\n\r\n"), .err = ARDOQ_ERR_HTTP_PROTOCOL},
    };
    CHECK_ALL(responses);
}

/* ---- What the head says ---------------------------------------------------------------------- */

/* Checks an answer without a body whose head holds @p lines. */
static void check_lines(const char *status_line, const char *lines, ardoq_http_head_t expected)
{
    char input[512] = "";
    assert_true(strlen(status_line) + strlen(lines) + 3 <= sizeof input);
    strcat(input, status_line);
    strcat(input, lines);
    strcat(input, "\r\n");
    expected.status = 200;
    check(&(response_t){
        .input = input, .input_size = strlen(input), .head_request = true, .head = expected});
}

static void reads_status_lines(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("HTTP/1.1 200\r\n\r\n"), .ends_by_close = true, .head = {.status = 200}},
        {INPUT("HTTP/1.1 200 \r\n\r\n"), .ends_by_close = true, .head = {.status = 200}},
        {INPUT("HTTP/1.1 200  a\tb  caf\xc3\xa9 \r\n\r\n"), .ends_by_close = true,
         .head = {.status = 200}},
        {INPUT("HTTP/1.0 599 ~\r\n\r\n"), .ends_by_close = true, .head = {.status = 599}},
        {INPUT("HTTP/1.1 200 \x80\xff!\r\n\r\n"), .ends_by_close = true, .head = {.status = 200}},
        {INPUT("HTTP/1.1 307 x\r\n\r\n"), .ends_by_close = true, .head = {.status = 307}},
        {INPUT("HTTP/1.1 429 x\r\n\r\n"), .ends_by_close = true, .head = {.status = 429}},
    };
    CHECK_ALL(responses);
}

static void tells_whether_the_connection_stays(void **state)
{
    (void)state;
    static const struct {
        const char *status_line;
        const char *lines;
        bool keep_alive;
    } cases[] = {
        {OK_1_1, "", true},
        {OK_1_1, "Connection: close\r\n", false},
        {OK_1_1, "connection:CLOSE\r\n", false},
        {OK_1_1, "Connection: keep-alive\r\n", true},
        {OK_1_1, "Connection: upgrade\r\n", true},
        {OK_1_1, "Connection: keep-alive, close\r\n", false},
        {OK_1_1, "Connection: close, keep-alive\r\n", false},
        {OK_1_1, "Connection: a ,\tClose\t, b\r\n", false},
        {OK_1_1, "Connection: ,close,\r\n", false},
        {OK_1_1, "Connection: close\r\nConnection: keep-alive\r\n", false},
        {OK_1_1, "Connection: keep-alive\r\nConnection: close\r\n", false},
        {OK_1_1, "Connection: closed\r\n", true},
        {OK_1_1, "Connection: not close\r\n", true},
        {OK_1_1, "Connection: close;x\r\n", true},
        {OK_1_1, "Connection:\r\n", true},
        {OK_1_1, "Connections: close\r\n", true},
        {OK_1_1, "X-Connection: close\r\n", true},
        /* Of a value 96 bytes are kept, blanks behind them not missed. */
        {OK_1_1, "Connection: a," FIFTY_BLANKS FIFTY_BLANKS "\r\n", true},
        {OK_1_1, "Connection: a," FIFTY_BLANKS FIFTY_BLANKS "close\r\n", false},
        {OK_1_0, "Connection: keep-alive," FIFTY_BLANKS FIFTY_BLANKS "close\r\n", false},
        {OK_1_0, "", false},
        {OK_1_0, "Connection: close\r\n", false},
        {OK_1_0, "Connection: Keep-Alive\r\n", true},
        {OK_1_0, "Connection: a, keep-alive\r\n", true},
        {OK_1_0, "Connection: keep-alive, close\r\n", false},
        {OK_1_0, "Connection: close, keep-alive\r\n", false},
        {OK_1_0, "Connection: close\r\nConnection: keep-alive\r\n", false},
        {OK_1_0, "Connection: keep-alives\r\n", false},
        {OK_1_0, "Keep-Alive: timeout=5\r\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(cases[i].status_line, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = cases[i].keep_alive});
    }
}

static void tells_whether_the_body_is_json(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool is_json;
    } cases[] = {
        {"Content-Type: application/json\r\n", true},
        {"Content-Type: Application/JSON\r\n", true},
        {"Content-Type:application/json;charset=utf-8\r\n", true},
        {"Content-Type: application/json ; charset=\"utf-8\"\r\n", true},
        {"Content-Type: application/problem+json\r\n", true},
        {"Content-Type: application/hal+JSON; profile=x\r\n", true},
        {"Content-Type: application/x+json;" FIFTY_BLANKS FIFTY_BLANKS "a=b\r\n", true},
        {"Content-Type: text/html\r\nContent-Type: application/json\r\n", true},
        {"Content-Type: application/json\r\nContent-Type: text/html\r\n", false},
        {"Content-Type: text/html\r\n", false},
        {"Content-Type: text/html; charset=application/json\r\n", false},
        {"Content-Type: text/html; x+json\r\n", false},
        {"Content-Type: application/javascript\r\n", false},
        {"Content-Type: application/jsonp\r\n", false},
        {"Content-Type: application/json-seq\r\n", false},
        {"Content-Type: application/xjson\r\n", false},
        {"Content-Type: application/json+xml\r\n", false},
        {"Content-Type: application/jso\r\n", false},
        {"Content-Type: applications/json\r\n", false},
        {"Content-Type: application+json\r\n", false},
        {"X-Name-That-Is-+json: application/\r\nContent-Type:\r\n", false},
        {"Content-Type: applicatiom/json\r\n", false},
        {"Content-Type: text/plain+json\r\n", false},
        {"Content-Type: xapplication/json\r\n", false},
        {"Content-Type: application/json, text/html\r\n", false},
        {"Content-Type: json\r\n", false},
        {"Content-Type: +json\r\n", false},
        {"Content-Type: ;application/json\r\n", false},
        {"Content-Type:\r\n", false},
        {"Content-Typ: application/json\r\n", false},
        {"Content-Types: application/json\r\n", false},
        {"Content-Type-Of-The-Answer: application/json\r\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(OK_1_1, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = true, .is_json = cases[i].is_json});
    }
}

static void names_the_host_of_a_location(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        const char *host;
    } cases[] = {
        {"Location: https://login.example:8443/x?y\r\n", "login.example"},
        {"location:\thttps://a:b@login.example \r\n", "login.example"},
        {"Location: //login.example/x\r\n", "login.example"},
        {"Location: https://one.example/\r\nLocation: https://two.example/\r\n", "two.example"},
        {"Location: https://one.example/\r\nLocation: /x\r\n", ""},
        {"Location: https://login.example/" FIFTY_BLANKS FIFTY_BLANKS "x\r\n", "login.example"},
        {"Location: /login\r\n", ""},
        {"Location: https://caf\xc3\xa9/\r\n", ""},
        {"Location:\r\n", ""},
        {"Content-Location: https://login.example/\r\n", ""},
        /* 63 bytes fit, the 64th does not; nor is there more in the value than 96 bytes. */
        {"Location: https://"
         "123456789.123456789.123456789.123456789.123456789.123456789.123/\r\n",
         "123456789.123456789.123456789.123456789.123456789.123456789.123"},
        {"Location: https://"
         "123456789.123456789.123456789.123456789.123456789.123456789.1234/\r\n",
         "123456789.123456789.123456789.123456789.123456789.123456789.123"},
        {"Location: https://"
         "123456789.123456789.123456789.123456789.123456789."
         "123456789.123456789.123456789.123456789.123456789./\r\n",
         "123456789.123456789.123456789.123456789.123456789.123456789.123"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ardoq_http_head_t expected = {.keep_alive = true};
        strcpy(expected.location_host, cases[i].host);
        check_lines(OK_1_1, cases[i].lines, expected);
    }
}

static void reads_a_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool has_retry_after;
        uint32_t retry_after_s;
    } cases[] = {
        {"Retry-After: 120\r\n", true, 120},
        {"retry-after:0\t\r\n", true, 0},
        {"Retry-After: 99999999999999999999\r\n", true, UINT32_MAX},
        {"Retry-After: 1\r\nRetry-After: 2\r\n", true, 2},
        {"Retry-After: 1\r\nRetry-After: x\r\n", false, 0},
        {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", false, 0},
        {"Retry-After:\r\n", false, 0},
        {"X-Retry-After: 1\r\n", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(OK_1_1, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = true,
                                        .has_retry_after = cases[i].has_retry_after,
                                        .retry_after_s = cases[i].retry_after_s});
    }
}

static void reads_the_text_of_a_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_valid;
        uint32_t seconds;
    } cases[] = {
        {"0", true, 0},
        {"1", true, 1},
        {"3600", true, 3600},
        {" \t42\t ", true, 42},
        {"0000000000000000000000042", true, 42},
        {"4294967294", true, UINT32_MAX - 1},
        {"4294967295", true, UINT32_MAX},
        {"4294967296", true, UINT32_MAX},
        {"42949672950", true, UINT32_MAX},
        {"18446744073709551617", true, UINT32_MAX},
        {"340282366920938463463374607431768211456", true, UINT32_MAX},
        {"", false, 0},
        {" ", false, 0},
        {" \t ", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {"1.5", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"1 2", false, 0},
        {"12a", false, 0},
        {"a12", false, 0},
        {"1, 2", false, 0},
        {"99999999999x", false, 0},
        {"\n1", false, 0},
        {"1/", false, 0},
        {"1:", false, 0},
        {"Fri, 31 Dec 1999 23:59:59 GMT", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = strlen(cases[i].text);
        char *text = malloc(size);
        assert_non_null(text);
        memcpy(text, cases[i].text, size);
        uint32_t seconds = 7;
        assert_int_equal(ardoq_http_retry_after(text, size, &seconds), cases[i].is_valid);
        assert_int_equal(seconds, cases[i].is_valid ? cases[i].seconds : 7);
        free(text);
    }
}

static void drops_headers_that_it_does_not_need(void **state)
{
    (void)state;
    check_lines(OK_1_1,
                "Server: x\r\nX-Empty:\r\nX-Blank: \t \r\n!#$%&'*+-.^_`|~09azAZ: x\r\n"
                "X-Text: caf\xc3\xa9 \x80\xff\ta:b, \"c\" !~\r\n"
                "A-Name-Much-Longer-Than-Those-That-Are-Kept-In-The-Parser: x\r\n"
                "Set-Cookie: 0123456789012345678901234567890123456789012345678901234567890123456"
                "78901234567890123456789012345678901234567890123456789\r\n",
                (ardoq_http_head_t){.keep_alive = true});
}

/* ---- Refusals -------------------------------------------------------------------------------- */

static void refuses_bad_status_lines(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("\r\n" OK_1_1)},
        {INPUT(" " OK_1_1)},
        {INPUT("\n")},
        {INPUT("X")},
        {INPUT("http/1.1 200 OK\r\n")},
        {INPUT("HTTPS/1.1 200 OK\r\n")},
        {INPUT("HTTP 1.1 200 OK\r\n")},
        {INPUT("HTTP/0.9 200 OK\r\n")},
        {INPUT("HTTP/1.2 200 OK\r\n")},
        {INPUT("HTTP/1./ 200 OK\r\n")},
        {INPUT("HTTP/2 200 OK\r\n")},
        {INPUT("HTTP/2.0 200 OK\r\n")},
        {INPUT("HTTP/1.10 200 OK\r\n")},
        {INPUT("HTTP/1.1  200 OK\r\n")},
        {INPUT("HTTP/1.1\t200 OK\r\n")},
        {INPUT("HTTP/1.1 20\r\n")},
        {INPUT("HTTP/1.1 2000 OK\r\n")},
        {INPUT("HTTP/1.1 20x OK\r\n")},
        {INPUT("HTTP/1.1 2/0 OK\r\n")},
        {INPUT("HTTP/1.1 2:0 OK\r\n")},
        {INPUT("HTTP/1.1 -20 OK\r\n")},
        {INPUT("HTTP/1.1 200\tOK\r\n")},
        {INPUT("HTTP/1.1 200OK\r\n")},
        {INPUT("HTTP/1.1 000 OK\r\n")},
        {INPUT("HTTP/1.1 099 OK\r\n")},
        {INPUT("HTTP/1.1 600 OK\r\n")},
        {INPUT("HTTP/1.1 999 OK\r\n")},
        {INPUT("HTTP/1.1 101 OK\r\n")},
        {INPUT("HTTP/1.1 200\n")},
        {INPUT("HTTP/1.1 200 \n")},
        {INPUT("HTTP/1.1 200 OK\n\r\n")},
        {INPUT("HTTP/1.1 200 OK\rX")},
        {INPUT("HTTP/1.1 200 OK\r\r\n")},
        {INPUT("HTTP/1.1 200 a\0b\r\n")},
        {INPUT("HTTP/1.1 200 a\x1f\x62\r\n")},
        {INPUT("HTTP/1.1 200 a\x7f\x62\r\n")},
        {INPUT("HTTP/1.1 200\rX")},
        {INPUT("<html>")},
    };
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        response_t response = responses[i];
        response.err = ARDOQ_ERR_HTTP_PROTOCOL;
        check(&response);
    }
}

static void refuses_bad_headers(void **state)
{
    (void)state;
    static const response_t responses[] = {
        /* Lines. */
        {INPUT(OK_1_1 "A: b\n\r\n")},
        {INPUT(OK_1_1 "A: b\r\r\n")},
        {INPUT(OK_1_1 "A: b\rc\r\n")},
        {INPUT(OK_1_1 "A: b\r\n\n")},
        {INPUT(OK_1_1 "\n")},
        {INPUT(OK_1_1 "\r\r")},
        {INPUT(OK_1_1 "A: b\r\n c\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\r\n\tc\r\n\r\n")},
        {INPUT(OK_1_1 " A: b\r\n\r\n")},
        /* Names. */
        {INPUT(OK_1_1 "A : b\r\n\r\n")},
        {INPUT(OK_1_1 "A\t: b\r\n\r\n")},
        {INPUT(OK_1_1 ": b\r\n\r\n")},
        {INPUT(OK_1_1 "A\r\n\r\n")},
        {INPUT(OK_1_1 "A b: c\r\n\r\n")},
        {INPUT(OK_1_1 "A(: c\r\n\r\n")},
        {INPUT(OK_1_1 "\xc3\xa9: c\r\n\r\n")},
        {INPUT(OK_1_1 "A\0: c\r\n\r\n")},
        {INPUT(OK_1_1 "A\x7f: c\r\n\r\n")},
        /* Values. */
        {INPUT(OK_1_1 "A: b\0c\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\x01\x63\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\x1f\x63\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\x7f\x63\r\n\r\n")},
        {INPUT(OK_1_1 "A: \x0b\r\n\r\n")},
        {INPUT(OK_1_1 "A:\n\r\n")},
        /* Lengths. */
        {INPUT(OK_1_1 "Content-Length:\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: -1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: +1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0x1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: a\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1a\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1 1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length:1 1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1.0\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1,\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: ,1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1,,1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1;1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1, 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1, 1, 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1\r\nContent-Length: 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0\r\nContent-Length: 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 18446744073709551616\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 18446744073709551620\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 184467440737095516150\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 99999999999999999999\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1" HUNDRED_BLANKS "0\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0000000000000000000000000000000000000000000000000000000000"
                      "000000000000000000000000000000000000001\r\n\r\n")},
        /* Codings. */
        {INPUT(OK_1_1 "Transfer-Encoding:\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: gzip\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: identity\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: gzip, chunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked, chunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked,\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked;x\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: xchunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked" HUNDRED_BLANKS "x\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")},
        {INPUT(OK_1_0 "Transfer-Encoding: chunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n")},
    };
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        response_t response = responses[i];
        response.err = ARDOQ_ERR_HTTP_PROTOCOL;
        check(&response);
        response.head_request = true;
        check(&response);
    }
}

static void refuses_bad_chunks(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("\r\n")},
        {INPUT("x\r\n")},
        {INPUT("g\r\n")},
        {INPUT(" 5\r\nhello")},
        {INPUT(";x\r\n")},
        {INPUT("-1\r\n")},
        {INPUT("0x5\r\nhello")},
        {INPUT("5\nhello")},
        {INPUT("5\rhello")},
        {INPUT("5 \r\nhello")},
        {INPUT("5 5\r\nhello")},
        {INPUT("5,\r\nhello")},
        {INPUT("5;a\nhello")},
        {INPUT("5;a\rb\r\nhello")},
        {INPUT("5;a\0\r\nhello")},
        {INPUT("5;a\x7f\r\nhello")},
        {INPUT("10000000000000000\r\n")},
        {INPUT("fffffffffffffffff\r\n")},
        {INPUT("0\r\n\n")},
        {INPUT("0\r\n\rx")},
        {INPUT("0\r\nA: b\n")},
        {INPUT("0\r\nA : b\r\n")},
        {INPUT("0\r\nA: b\r\n c\r\n")},
        {INPUT("0\r\nA: \0\r\n")},
        {INPUT("0\r\n0\r\n\r\n")},
        {INPUT("2\r\nhi\n0\r\n\r\n"), .body = "hi"},
        {INPUT("2\r\nhi0\r\n\r\n"), .body = "hi"},
        {INPUT("2\r\nhi\rx"), .body = "hi"},
        {INPUT("2\r\nhi\r\n\r\n"), .body = "hi"},
        {INPUT("2\r\nhi\r\n-\r\n"), .body = "hi"},
        {INPUT("2\r\nhix\r\n0\r\n\r\n"), .body = "hi"},
    };
    static const char head[] = OK_1_1 "Transfer-Encoding: chunked\r\n\r\n";
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        char input[256];
        memcpy(input, head, sizeof head - 1);
        memcpy(input + sizeof head - 1, responses[i].input, responses[i].input_size);
        response_t response = responses[i];
        response.input = input;
        response.input_size += sizeof head - 1;
        response.err = ARDOQ_ERR_HTTP_PROTOCOL;
        response.head = (ardoq_http_head_t){.status = 200, .keep_alive = true};
        check(&response);
    }
}

static void refuses_control_bytes_wherever_they_stand(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "HTTP/1.1 200 @",
        OK_1_1 "A: @",
        OK_1_1 "A: b@",
        OK_1_1 "Transfer-Encoding: chunked\r\n\r\n5;@",
        OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\nA: @",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        const char *at = strrchr(inputs[i], '@');
        for (int byte = 0; byte < 256; byte++) {
            const char c = (char)byte;
            const bool is_text = byte == '\t' || (byte >= ' ' && byte != 0x7f);
            result_t result;
            begin(&result, false);
            feed(&result, inputs[i], (size_t)(at - inputs[i]));
            assert_int_equal(result.err, ARDOQ_PENDING);
            feed(&result, &c, 1);
            assert_int_equal(result.err,
                             is_text || byte == '\r' ? ARDOQ_PENDING : ARDOQ_ERR_HTTP_PROTOCOL);
        }
    }
}

static void a_close_before_any_byte_is_an_error(void **state)
{
    (void)state;
    check(&(response_t){INPUT(""), .err = ARDOQ_ERR_CONNECTION_CLOSED});
    check(&(response_t){INPUT("HTTP/1.1 "), .err = ARDOQ_ERR_CONNECTION_CLOSED});
}

static void an_empty_input_changes_nothing(void **state)
{
    (void)state;
    result_t result;
    begin(&result, false);
    const char *const parts[] = {OK_1_1 "Content-Length: 2\r\n\r\n", "h", "i"};
    for (size_t i = 0; i < 3; i++) {
        ardoq_http_piece_t piece;
        memset(&piece, '#', sizeof piece);
        assert_int_equal(ardoq_http_parse(&result.parser, parts[i], 0, &piece), ARDOQ_PENDING);
        assert_int_equal(piece.consumed, 0);
        assert_null(piece.body);
        assert_int_equal(piece.body_size, 0);
        feed(&result, parts[i], strlen(parts[i]));
    }
    assert_int_equal(result.err, ARDOQ_OK);
}

static void hands_over_the_body_in_the_largest_pieces(void **state)
{
    (void)state;
    static const char input[] = OK_1_1 "Transfer-Encoding: chunked\r\n\r\n"
                                       "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    static const char *const pieces[] = {"abc", "defg"};
    ardoq_http_parser_t parser;
    ardoq_http_piece_t piece;
    ardoq_http_parser_init(&parser, false);
    size_t at = 0;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ardoq_http_parse(&parser, input + at, sizeof input - 1 - at, &piece),
                         ARDOQ_PENDING);
        assert_int_equal(piece.body_size, strlen(pieces[i]));
        assert_memory_equal(piece.body, pieces[i], piece.body_size);
        at += piece.consumed;
    }
    assert_int_equal(ardoq_http_parse(&parser, input + at, sizeof input - 1 - at, &piece),
                     ARDOQ_OK);
    assert_null(piece.body);
    assert_int_equal(at + piece.consumed, sizeof input - 1);
}

/* The last part of the body and the end come together, so that nobody waits for more. */
static void ends_with_the_last_byte_of_the_body(void **state)
{
    (void)state;
    static const char input[] = OK_1_1 "Content-Length: 2\r\n\r\nhi";
    ardoq_http_parser_t parser;
    ardoq_http_piece_t piece;
    ardoq_http_parser_init(&parser, false);
    assert_int_equal(ardoq_http_parse(&parser, input, sizeof input - 1, &piece), ARDOQ_OK);
    assert_int_equal(piece.body_size, 2);
    assert_ptr_equal(piece.body, input + sizeof input - 3);
    assert_int_equal(piece.consumed, sizeof input - 1);
}

/* ---- The limit ------------------------------------------------------------------------------- */

typedef struct {
    const char *before;
    const char *after;
} frame_t;

/* Feeds a response that has @p count bytes beside its body, @p filler between the frame's parts. */
static void feed_filled(result_t *result, const frame_t *frame, char filler, size_t count)
{
    const size_t before = strlen(frame->before);
    const size_t after = strlen(frame->after);
    char *input = malloc(count);
    assert_non_null(input);
    memset(input, filler, count);
    memcpy(input, frame->before, before);
    memcpy(input + count - after, frame->after, after);
    begin(result, false);
    feed(result, input, count);
    free(input);
}

static void reads_16_kb_beside_the_body_and_no_more(void **state)
{
    (void)state;
    static const struct {
        frame_t frame;
        char filler;
    } cases[] = {
        {{"HTTP/1.1 204 ", "\r\n\r\n"}, 'x'},
        {{"HTTP/1.1 204 No Content\r\nA", ": b\r\n\r\n"}, 'x'},
        {{"HTTP/1.1 204 No Content\r\nA:", "\r\n\r\n"}, 'x'},
        {{"HTTP/1.1 204 No Content\r\nA:", "\r\n\r\n"}, ' '},
        {{"HTTP/1.1 100 ", "\r\n\r\nHTTP/1.1 204 \r\n\r\n"}, 'x'},
        {{OK_1_1 "Transfer-Encoding: chunked\r\n\r\n", "\r\n\r\n"}, '0'},
        {{OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0;", "\r\n\r\n"}, 'x'},
        {{OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\nA:", "\r\n\r\n"}, 'x'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        result_t result;
        feed_filled(&result, &cases[i].frame, cases[i].filler, ARDOQ_HTTP_HEADERS_MAX);
        assert_int_equal(result.err, ARDOQ_OK);
        finish(&result);
        feed_filled(&result, &cases[i].frame, cases[i].filler, ARDOQ_HTTP_HEADERS_MAX + 1);
        assert_int_equal(result.err, ARDOQ_ERR_HEADERS_TOO_LARGE);
        finish(&result);
    }
}

static void does_not_count_the_body(void **state)
{
    (void)state;
    static const char *const heads[] = {
        OK_1_1 "Content-Length: 100000\r\n\r\n",
        OK_1_1 "Transfer-Encoding: chunked\r\n\r\n186A0\r\n",
        OK_1_1 "\r\n",
    };
    static const char *const ends[] = {"", "\r\n0\r\n\r\n", ""};
    static const char kilobyte[1000];
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        result_t result;
        begin(&result, false);
        feed(&result, heads[i], strlen(heads[i]));
        for (int k = 0; k < 100; k++) {
            ardoq_http_piece_t piece;
            result.err = ardoq_http_parse(&result.parser, kilobyte, sizeof kilobyte, &piece);
            assert_int_equal(piece.consumed, sizeof kilobyte);
            assert_ptr_equal(piece.body, kilobyte);
            assert_int_equal(piece.body_size, sizeof kilobyte);
        }
        feed(&result, ends[i], strlen(ends[i]));
        finish(&result);
        assert_int_equal(result.err, ARDOQ_OK);
    }
}

/* A body of any length passes, but no line of it is endless. */
static void counts_the_lines_of_each_chunk_alone(void **state)
{
    (void)state;
    static const char head[] = OK_1_1 "Transfer-Encoding: chunked\r\n\r\n";
    static char extension[ARDOQ_HTTP_HEADERS_MAX];
    memset(extension, 'x', sizeof extension);
    result_t result;
    begin(&result, false);
    feed(&result, head, sizeof head - 1);
    for (int i = 0; i < 100000; i++) {
        feed(&result, "01\r\nx\r\n", 7);
        result.body_size = 0;
    }
    assert_int_equal(result.err, ARDOQ_PENDING);

    feed(&result, "1;", 2);
    feed(&result, extension, ARDOQ_HTTP_HEADERS_MAX - (sizeof head - 1) - 6);
    result_t one_more = result;
    feed(&one_more, "x\r\nx\r\n", 6);
    assert_int_equal(one_more.err, ARDOQ_ERR_HEADERS_TOO_LARGE);
    feed(&result, "\r\nx\r\n0\r\n\r\n", 10);
    assert_int_equal(result.err, ARDOQ_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_body_by_content_length),
        cmocka_unit_test(reads_a_chunked_body),
        cmocka_unit_test(reads_other_chunked_bodies),
        cmocka_unit_test(reads_a_body_up_to_the_close),
        cmocka_unit_test(reads_no_body_where_there_is_none),
        cmocka_unit_test(skips_interim_responses),
        cmocka_unit_test(reads_status_lines),
        cmocka_unit_test(tells_whether_the_connection_stays),
        cmocka_unit_test(tells_whether_the_body_is_json),
        cmocka_unit_test(names_the_host_of_a_location),
        cmocka_unit_test(reads_a_retry_after),
        cmocka_unit_test(reads_the_text_of_a_retry_after),
        cmocka_unit_test(drops_headers_that_it_does_not_need),
        cmocka_unit_test(refuses_bad_status_lines),
        cmocka_unit_test(refuses_bad_headers),
        cmocka_unit_test(refuses_bad_chunks),
        cmocka_unit_test(refuses_control_bytes_wherever_they_stand),
        cmocka_unit_test(a_close_before_any_byte_is_an_error),
        cmocka_unit_test(an_empty_input_changes_nothing),
        cmocka_unit_test(hands_over_the_body_in_the_largest_pieces),
        cmocka_unit_test(ends_with_the_last_byte_of_the_body),
        cmocka_unit_test(reads_16_kb_beside_the_body_and_no_more),
        cmocka_unit_test(does_not_count_the_body),
        cmocka_unit_test(counts_the_lines_of_each_chunk_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
