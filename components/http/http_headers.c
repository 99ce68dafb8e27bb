#include "http_headers.h"

#include <string.h>

#include "ardoq/http_url.h"
#include "ardoq/text.h"
#include "http_chars.h"

typedef enum {
    /* Values that are lists, or may be one. */
    HEADER_CONNECTION,
    HEADER_CONTENT_LENGTH,
    HEADER_TRANSFER_ENCODING,
    HEADER_CONTENT_ENCODING,
    /* Others. */
    HEADER_CONTENT_TYPE,
    HEADER_LOCATION,
    HEADER_RETRY_AFTER,
} header_t;

typedef struct {
    const char *text;
    size_t size;
} span_t;

/* Compares with a word in lower case, ignoring case. */
static bool is_word(span_t item, const char *lower)
{
    return ardoq_text_equal_ignoring_case(item.text, item.size, lower);
}

static span_t trim(const char *text, size_t size)
{
    while (size > 0 && is_blank(text[size - 1])) {
        size--;
    }
    while (size > 0 && is_blank(*text)) {
        text++;
        size--;
    }
    return (span_t){text, size};
}

/* Removes the first item from the list; the list's text is null after the last one. */
static span_t next_item(span_t *list, char separator)
{
    const char *end = memchr(list->text, separator, list->size);
    const size_t size = end ? (size_t)(end - list->text) : list->size;
    const span_t item = trim(list->text, size);
    *list = end ? (span_t){end + 1, list->size - size - 1} : (span_t){NULL, 0};
    return item;
}

bool ardoq_http_push_digit(size_t *number, unsigned base, char c)
{
    const unsigned digit = hex_value(c);
    if (digit >= base || *number > (SIZE_MAX - digit) / base) {
        return false;
    }
    *number = *number * base + digit;
    return true;
}

/* A number that is too large becomes SIZE_MAX; false if there is anything other than digits. */
static bool read_number(const char *text, size_t size, size_t *number)
{
    size_t digits = 0;
    *number = 0;
    for (; digits < size && is_digit(text[digits]); digits++) {
        if (!ardoq_http_push_digit(number, 10, text[digits])) {
            *number = SIZE_MAX;
        }
    }
    return digits > 0 && digits == size;
}

/* ---- Each function handles a value or a list item; false rejects the response ---------------- */

static bool take_connection(ardoq_http_parser_t *parser, span_t option)
{
    if (is_word(option, "keep-alive")) {
        parser->head.keep_alive = true;
    }
    /* "close" may be in the part that was not kept. */
    if (parser->text_cut || is_word(option, "close")) {
        parser->asks_close = true;
    }
    return true;
}

static bool take_content_length(ardoq_http_parser_t *parser, span_t item)
{
    ardoq_http_head_t *head = &parser->head;
    size_t length;
    if (!read_number(item.text, item.size, &length) || length == SIZE_MAX ||
        (head->has_content_length && length != head->content_length)) {
        return false;
    }
    head->has_content_length = true;
    head->content_length = length;
    return !parser->text_cut;
}

static bool take_transfer_encoding(ardoq_http_parser_t *parser, span_t coding)
{
    const bool is_first = !parser->has_transfer_encoding;
    parser->has_transfer_encoding = true;
    return is_first && !parser->head.http_1_0 && !parser->text_cut && is_word(coding, "chunked");
}

/* Any coding except identity, possibly in the part that was not kept. */
static bool take_content_encoding(ardoq_http_parser_t *parser, span_t coding)
{
    if (parser->text_cut || (coding.size > 0 && !is_word(coding, "identity"))) {
        parser->head.is_encoded = true;
    }
    return true;
}

/* application/json or application/...+json. */
static bool is_json_type(span_t media)
{
    static const char type[] = "application/";
    static const char suffix[] = "json";
    enum { TYPE_SIZE = sizeof type - 1, SUFFIX_SIZE = sizeof suffix - 1 };

    if (media.size < TYPE_SIZE + SUFFIX_SIZE) {
        return false;
    }
    const char *const end = media.text + media.size - SUFFIX_SIZE;
    return is_word((span_t){media.text, TYPE_SIZE}, type) &&
           is_word((span_t){end, SUFFIX_SIZE}, suffix) && (end[-1] == '/' || end[-1] == '+');
}

static void take_retry_after(ardoq_http_head_t *head, span_t value)
{
    size_t seconds;
    head->has_retry_after = read_number(value.text, value.size, &seconds);
    head->retry_after_s = seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

static bool take_item(ardoq_http_parser_t *parser, span_t item)
{
    ardoq_http_head_t *head = &parser->head;
    switch ((header_t)parser->header) {
    case HEADER_CONNECTION:
        return take_connection(parser, item);
    case HEADER_CONTENT_LENGTH:
        return take_content_length(parser, item);
    case HEADER_TRANSFER_ENCODING:
        return take_transfer_encoding(parser, item);
    case HEADER_CONTENT_ENCODING:
        return take_content_encoding(parser, item);
    case HEADER_CONTENT_TYPE:
        head->is_json = is_json_type(item);
        return true;
    case HEADER_LOCATION:
        ardoq_http_link_host(item.text, item.size, head->location_host, sizeof head->location_host);
        return true;
    case HEADER_RETRY_AFTER:
        take_retry_after(head, item);
        return true;
    default:
        return true;
    }
}

bool ardoq_http_header_take(ardoq_http_parser_t *parser)
{
    const bool is_list = parser->header < HEADER_CONTENT_TYPE;
    /* No value contains LF. */
    const char other = parser->header == HEADER_CONTENT_TYPE ? ';' : '\n';
    span_t rest = {parser->text, parser->text_length};
    do {
        if (!take_item(parser, next_item(&rest, is_list ? ',' : other))) {
            return false;
        }
    } while (is_list && rest.text);
    return true;
}

unsigned ardoq_http_header_find(const ardoq_http_parser_t *parser)
{
    /* All names have different lengths. */
    enum { SHORTEST = sizeof "location" - 1 };
    static const uint8_t headers[] = {
        HEADER_LOCATION,          ARDOQ_HTTP_HEADER_OTHER, HEADER_CONNECTION,
        HEADER_RETRY_AFTER,       HEADER_CONTENT_TYPE,     ARDOQ_HTTP_HEADER_OTHER,
        HEADER_CONTENT_LENGTH,    ARDOQ_HTTP_HEADER_OTHER, HEADER_CONTENT_ENCODING,
        HEADER_TRANSFER_ENCODING,
    };
    static const char names[ARDOQ_HTTP_HEADER_OTHER + 1][sizeof "transfer-encoding"] = {
        [HEADER_CONNECTION] = "connection",
        [HEADER_CONTENT_LENGTH] = "content-length",
        [HEADER_TRANSFER_ENCODING] = "transfer-encoding",
        [HEADER_CONTENT_ENCODING] = "content-encoding",
        [HEADER_CONTENT_TYPE] = "content-type",
        [HEADER_LOCATION] = "location",
        [HEADER_RETRY_AFTER] = "retry-after",
    };
    const size_t size = parser->text_length;
    /* A length that is too short becomes a very large number. */
    if (parser->head_complete || size - SHORTEST >= sizeof headers) {
        return ARDOQ_HTTP_HEADER_OTHER;
    }
    const unsigned header = headers[size - SHORTEST];
    return ardoq_text_equal_ignoring_case(parser->text, size, names[header])
               ? header
               : ARDOQ_HTTP_HEADER_OTHER;
}
