#include "../../../components/http/http_headers.c"

#include "../proof.h"

enum {
    VALUE_MAX = 12,
    TYPE_MAX = 18,
    LENGTH_DIGITS_MAX = 22,
};

/* A parser that has read a header's line. */
static ardoq_http_parser_t any_parser(void)
{
    ardoq_http_parser_t parser;
    ASSUME(parser.header <= ARDOQ_HTTP_HEADER_OTHER);
    ASSUME(parser.text_length <= sizeof parser.text);
    return parser;
}

static span_t any_span(size_t size_max)
{
    const size_t size = any_size_up_to(size_max);
    return (span_t){any_bytes(size), size};
}

void prove_trim(void)
{
    const span_t whole = any_span(VALUE_MAX);
    const span_t span = trim(whole.text, whole.size);
    PROVE(span.text >= whole.text && span.text + span.size <= whole.text + whole.size);
    PROVE(span.size == 0 || (!is_blank(span.text[0]) && !is_blank(span.text[span.size - 1])));
    REACHED("the end");
}

/* The rest of a list is shorter than the list, and ends where the list ends. */
void prove_next_item(void)
{
    const span_t whole = any_span(VALUE_MAX);
    span_t list = whole;
    const span_t item = next_item(&list, nondet_char());
    PROVE(item.text >= whole.text && item.text + item.size <= whole.text + whole.size);
    if (list.text) {
        PROVE(list.text > whole.text && list.text + list.size == whole.text + whole.size);
        REACHED("another item");
    } else {
        REACHED("the last item");
    }
}

void prove_read_number(void)
{
    const span_t text = any_span(LENGTH_DIGITS_MAX);
    size_t number;
    if (read_number(text.text, text.size, &number)) {
        PROVE(text.size > 0);
        if (number == SIZE_MAX) {
            REACHED("the largest number");
        }
    }
}

void prove_push_digit(void)
{
    size_t number = nondet_size();
    const size_t before = number;
    const unsigned base = nondet_bool() ? 10 : 16;
    if (ardoq_http_push_digit(&number, base, nondet_char())) {
        PROVE(number >= before && number - before >= before * (base - 1));
        REACHED("a digit");
    } else {
        PROVE(number == before);
    }
}

void prove_connection(void)
{
    ardoq_http_parser_t parser = any_parser();
    PROVE(take_connection(&parser, any_span(VALUE_MAX)));
    if (parser.asks_close && parser.head.keep_alive) {
        REACHED("the end");
    }
}

void prove_content_length(void)
{
    ardoq_http_parser_t parser = any_parser();
    if (take_content_length(&parser, any_span(VALUE_MAX))) {
        PROVE(parser.head.has_content_length && !parser.text_cut);
        PROVE(parser.head.content_length < SIZE_MAX);
        REACHED("a length");
    }
}

void prove_content_type(void)
{
    const span_t media = any_span(TYPE_MAX);
    if (is_json_type(media)) {
        PROVE(media.size >= sizeof "application/json" - 1);
        REACHED("JSON");
    }
}

void prove_retry_after(void)
{
    ardoq_http_head_t head;
    take_retry_after(&head, any_span(VALUE_MAX));
    if (head.has_retry_after && head.retry_after_s == UINT32_MAX) {
        REACHED("a cut number");
    }
}

void prove_transfer_encoding(void)
{
    ardoq_http_parser_t parser = any_parser();
    if (take_transfer_encoding(&parser, any_span(VALUE_MAX))) {
        PROVE(!parser.text_cut && !parser.head.http_1_0);
        REACHED("chunked");
    }
}

/* A name as long as the longest that is read, and longer. */
void prove_find(void)
{
    ardoq_http_parser_t parser = any_parser();
    const unsigned header = ardoq_http_header_find(&parser);
    PROVE(header <= ARDOQ_HTTP_HEADER_OTHER);
    PROVE(!parser.head_complete || header == ARDOQ_HTTP_HEADER_OTHER);
    if (header == HEADER_TRANSFER_ENCODING) {
        REACHED("the longest name");
    }
}
