/*
 * A request head, read by http_parser: what a server would make of it. It fails the target when the
 * head is anything but one complete request.
 */
#ifndef ARDOQ_FUZZ_REQUEST_HEAD_H
#define ARDOQ_FUZZ_REQUEST_HEAD_H

#include <http_parser.h>
#include <strings.h>

#include "fuzz.h"

enum { HEADERS_MAX = 16 };

typedef struct {
    span_t url;
    size_t count;
    span_t names[HEADERS_MAX];
    span_t values[HEADERS_MAX];
    bool is_complete;
} request_head_t;

static inline int note_url(http_parser *parser, const char *at, size_t size)
{
    ((request_head_t *)parser->data)->url = (span_t){at, size};
    return 0;
}

static inline int note_name(http_parser *parser, const char *at, size_t size)
{
    request_head_t *head = parser->data;
    CHECK(head->count < HEADERS_MAX);
    head->names[head->count++] = (span_t){at, size};
    return 0;
}

static inline int note_value(http_parser *parser, const char *at, size_t size)
{
    request_head_t *head = parser->data;
    head->values[head->count - 1] = (span_t){at, size};
    return 0;
}

static inline int note_complete(http_parser *parser)
{
    ((request_head_t *)parser->data)->is_complete = true;
    http_parser_pause(parser, 1);
    return 0;
}

/* Printable ASCII in lines that end in CR LF, none of them empty but the last. */
static inline void check_lines(span_t head)
{
    bool is_empty = false;
    while (head.size > 0) {
        CHECK(!is_empty);
        span_t line = take_line(&head);
        CHECK(line.size > 0 && line.at[line.size - 1] == '\r');
        is_empty = line.size == 1;
        for (size_t i = 0; i < line.size - 1; i++) {
            CHECK((line.at[i] >= ' ' && line.at[i] < 0x7f) || line.at[i] == '\t');
        }
    }
    CHECK(is_empty);
}

static inline request_head_t read_request_head(span_t text)
{
    const http_parser_settings settings = {.on_url = note_url,
                                           .on_header_field = note_name,
                                           .on_header_value = note_value,
                                           .on_headers_complete = note_complete};
    request_head_t head = {.count = 0};
    http_parser parser;
    check_lines(text);
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &head;
    http_parser_execute(&parser, &settings, text.at, text.size);
    CHECK(HTTP_PARSER_ERRNO(&parser) == HPE_PAUSED);
    CHECK(head.is_complete);
    return head;
}

/* The value of a header that stands once, whatever else there is; empty if there is none. */
static inline span_t header_of(const request_head_t *head, const char *name)
{
    span_t found = {NULL, 0};
    for (size_t i = 0; i < head->count; i++) {
        const span_t candidate = head->names[i];
        if (candidate.size == strlen(name) &&
            strncasecmp(candidate.at, name, candidate.size) == 0) {
            CHECK(!found.at);
            found = head->values[i];
        }
    }
    return found;
}

#endif
