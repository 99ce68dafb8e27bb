/* Answers for the tests of the parser: input and expected result. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "ardoq/http_response.h"

#define OK_1_1         "HTTP/1.1 200 OK\r\n"
#define OK_1_0         "HTTP/1.0 200 OK\r\n"

#define FIFTY_BLANKS   "                                                  "
#define HUNDRED_BLANKS FIFTY_BLANKS FIFTY_BLANKS

/* An input with its size, because it may contain NULs. */
#define INPUT(text)    .input = (text), .input_size = sizeof(text) - 1

/* One response: input and expected result, however it is split. */
typedef struct {
    const char *input;
    size_t input_size;
    size_t surplus; /* bytes after the response */
    bool head_request;
    bool ends_by_close;
    ardoq_err_t err; /* after all input and, if that was not the end, after a close */
    const char *body;
    ardoq_http_head_t head;
} response_t;

/* The result. */
typedef struct {
    ardoq_http_parser_t parser;
    ardoq_err_t err;
    size_t consumed;
    size_t body_size;
    char body[256];
} result_t;

void begin_answer(result_t *result, bool head_request);

/* The bytes are in separate memory, which is freed afterwards. */
void feed_answer(result_t *result, const char *data, size_t size);

/* The end of what is fed: a close, unless the response was complete or refused before. */
void finish_answer(result_t *result);

/* Feeds the response cut in two at every byte, byte by byte, and closed early. */
void check(const response_t *response);

void check_all(const response_t *responses, size_t count);

#define CHECK_ALL(responses) check_all(responses, sizeof(responses) / sizeof(responses)[0])

/* Checks an answer without a body whose head holds @p lines. */
void check_lines(const char *status_line, const char *lines, ardoq_http_head_t expected);

#endif
