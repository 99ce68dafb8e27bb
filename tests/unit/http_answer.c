#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http_answer.h"

void begin_answer(result_t *result, bool head_request)
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

void feed_answer(result_t *result, const char *data, size_t size)
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

void finish_answer(result_t *result)
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
    assert_int_equal(head->is_encoded, expected->is_encoded);
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
        begin_answer(&result, response->head_request);
        feed_answer(&result, response->input, cut);
        feed_answer(&result, response->input + cut, response->input_size - cut);
        finish_answer(&result);
        assert_result(&result, response);
    }
}

static void check_byte_by_byte(const response_t *response)
{
    result_t result;
    begin_answer(&result, response->head_request);
    for (size_t i = 0; i < response->input_size; i++) {
        feed_answer(&result, response->input + i, 1);
    }
    finish_answer(&result);
    assert_result(&result, response);
}

/* A close at any byte before the end is noticed, but where a close is the end. */
static void check_closed_early(const response_t *response)
{
    const size_t size = response->input_size - response->surplus;
    for (size_t cut = 0; !response->err && cut < size; cut++) {
        result_t result;
        begin_answer(&result, response->head_request);
        feed_answer(&result, response->input, cut);
        assert_int_equal(result.err, ARDOQ_PENDING);
        const bool may_end = response->ends_by_close && result.parser.head_complete;
        assert_int_equal(ardoq_http_parse_end(&result.parser),
                         may_end ? ARDOQ_OK : ARDOQ_ERR_CONNECTION_CLOSED);
    }
}

void check(const response_t *response)
{
    check_cut_in_two(response);
    check_byte_by_byte(response);
    check_closed_early(response);
}

void check_all(const response_t *responses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&responses[i]);
    }
}

void check_lines(const char *status_line, const char *lines, ardoq_http_head_t expected)
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
