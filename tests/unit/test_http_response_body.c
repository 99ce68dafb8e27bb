#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "http_answer.h"

/* SIZE_MAX - 1, and the largest chunk. */
#if SIZE_MAX == UINT32_MAX
#define LARGEST_LENGTH "4294967294"
#define LARGEST_CHUNK  "ffffffff"
#else
#define LARGEST_LENGTH "18446744073709551614"
#define LARGEST_CHUNK  "ffffffffffffffff"
#endif

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
        {INPUT(OK_1_1 "Connection: 123" HUNDRED_BLANKS "x\r\nContent-Length: 2\r\n\r\nhi"),
         .body = "hi", .head = {.status = 200, .has_content_length = true, .content_length = 2}},
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
        {INPUT(OK_1_1 "Content-Length: " LARGEST_LENGTH "\r\n\r\nhi"),
         .err = ARDOQ_ERR_CONNECTION_CLOSED, .body = "hi",
         .head = {.status = 200,
                  .keep_alive = true,
                  .has_content_length = true,
                  .content_length = SIZE_MAX - 1}},
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
        "5 \r\nhello\r\n0\t \r\n\r\n",
        "5  \t;x\r\nhello\r\n0 \r\nA: b\r\n c\r\n\r\n",
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
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\r\n" LARGEST_CHUNK "\r\nhi"),
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
        {INPUT("5 \nhello")},
        {INPUT("5 \rhello")},
        {INPUT("5 5\r\nhello")},
        {INPUT("5,\r\nhello")},
        {INPUT("5;a\nhello")},
        {INPUT("5;a\rb\r\nhello")},
        {INPUT("5;a\0\r\nhello")},
        {INPUT("5;a\x7f\r\nhello")},
        {INPUT("10000000000000000\r\n")},
#if SIZE_MAX == UINT32_MAX
        {INPUT("100000000\r\n")},
        {INPUT("fffffffff\r\n")},
#endif
        {INPUT("fffffffffffffffff\r\n")},
        {INPUT("0\r\n\n")},
        {INPUT("0\r\n\rx")},
        {INPUT("0\r\nA: b\n")},
        {INPUT("0\r\nA : b\r\n")},
        {INPUT("0\r\nA: b\r\n c\n")},
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

static void an_empty_input_changes_nothing(void **state)
{
    (void)state;
    result_t result;
    begin_answer(&result, false);
    const char *const parts[] = {OK_1_1 "Content-Length: 2\r\n\r\n", "h", "i"};
    for (size_t i = 0; i < 3; i++) {
        ardoq_http_piece_t piece;
        memset(&piece, '#', sizeof piece);
        assert_int_equal(ardoq_http_parse(&result.parser, parts[i], 0, &piece), ARDOQ_PENDING);
        assert_int_equal(piece.consumed, 0);
        assert_null(piece.body);
        assert_int_equal(piece.body_size, 0);
        feed_answer(&result, parts[i], strlen(parts[i]));
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
        begin_answer(&result, false);
        feed_answer(&result, heads[i], strlen(heads[i]));
        for (int k = 0; k < 100; k++) {
            ardoq_http_piece_t piece;
            result.err = ardoq_http_parse(&result.parser, kilobyte, sizeof kilobyte, &piece);
            assert_int_equal(piece.consumed, sizeof kilobyte);
            assert_ptr_equal(piece.body, kilobyte);
            assert_int_equal(piece.body_size, sizeof kilobyte);
        }
        feed_answer(&result, ends[i], strlen(ends[i]));
        finish_answer(&result);
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
    begin_answer(&result, false);
    feed_answer(&result, head, sizeof head - 1);
    for (int i = 0; i < 100000; i++) {
        feed_answer(&result, "01\r\nx\r\n", 7);
        result.body_size = 0;
    }
    assert_int_equal(result.err, ARDOQ_PENDING);

    feed_answer(&result, "1;", 2);
    feed_answer(&result, extension, ARDOQ_HTTP_HEADERS_MAX - (sizeof head - 1) - 6);
    result_t one_more = result;
    feed_answer(&one_more, "x\r\nx\r\n", 6);
    assert_int_equal(one_more.err, ARDOQ_ERR_HEADERS_TOO_LARGE);
    feed_answer(&result, "\r\nx\r\n0\r\n\r\n", 10);
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
        cmocka_unit_test(refuses_bad_chunks),
        cmocka_unit_test(an_empty_input_changes_nothing),
        cmocka_unit_test(hands_over_the_body_in_the_largest_pieces),
        cmocka_unit_test(ends_with_the_last_byte_of_the_body),
        cmocka_unit_test(does_not_count_the_body),
        cmocka_unit_test(counts_the_lines_of_each_chunk_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
