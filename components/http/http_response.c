#include "ardoq/http_response.h"

#include <string.h>

#include "ardoq/http_url.h"
#include "ardoq/text.h"
#include "http_chars.h"

/* What the next byte belongs to. */
typedef enum {
    /* All that is not the body, and counts against ARDOQ_HTTP_HEADERS_MAX. */
    STATE_STATUS, /* 0: a parser begins here */
    STATE_STATUS_END,
    STATE_REASON,
    STATE_STATUS_LF,
    STATE_LINE, /* a header, a trailer or the blank line behind them */
    STATE_NAME,
    STATE_VALUE,
    STATE_VALUE_LF,
    STATE_BLANK_LF,
    STATE_CHUNK,
    STATE_CHUNK_SIZE,
    STATE_CHUNK_BLANK,
    STATE_CHUNK_EXTENSION,
    STATE_CHUNK_LF,
    STATE_CHUNK_END,
    STATE_CHUNK_END_LF,
    /* The body. */
    STATE_BODY_SIZED,
    STATE_BODY_CHUNK,
    STATE_BODY_UNTIL_CLOSE,
    /* Nothing more is read. */
    STATE_COMPLETE,
    STATE_INVALID,
    STATE_TOO_LARGE,
} state_t;

typedef struct {
    const char *text;
    size_t size;
} span_t;

/* ---- Values of headers ----------------------------------------------------------------------- */

static bool equals(span_t span, const char *text)
{
    return ardoq_text_equal_ignoring_case(span.text, span.size, text, strlen(text));
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

/* Takes the first item off the list, whose text is null after the last one. */
static span_t next_item(span_t *list, char separator)
{
    const char *end = memchr(list->text, separator, list->size);
    const size_t size = end ? (size_t)(end - list->text) : list->size;
    const span_t item = trim(list->text, size);
    *list = end ? (span_t){end + 1, list->size - size - 1} : (span_t){NULL, 0};
    return item;
}

/* False when @p c is no digit to this base, or the number overflows. */
static bool push_digit(size_t *number, unsigned base, char c)
{
    const unsigned digit = hex_value(c);
    if (digit >= base || *number > (SIZE_MAX - digit) / base) {
        return false;
    }
    *number = *number * base + digit;
    return true;
}

static bool read_length(span_t text, size_t *length)
{
    *length = 0;
    size_t digits = 0;
    while (digits < text.size && push_digit(length, 10, text.text[digits])) {
        digits++;
    }
    return digits > 0 && digits == text.size;
}

bool ardoq_http_retry_after(const char *value, size_t size, uint32_t *seconds)
{
    const span_t text = trim(value, size);
    uint32_t number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.text[i])) {
            return false;
        }
        const uint32_t digit = (uint32_t)(text.text[i] - '0');
        number = number > (UINT32_MAX - digit) / 10 ? UINT32_MAX : number * 10 + digit;
    }
    if (text.size > 0) {
        *seconds = number;
    }
    return text.size > 0;
}

/* ---- Headers: false refuses the response ----------------------------------------------------- */

static bool take_connection(ardoq_http_parser_t *parser, span_t value)
{
    while (value.text) {
        const span_t option = next_item(&value, ',');
        if (equals(option, "close")) {
            parser->asks_close = true;
        } else if (equals(option, "keep-alive")) {
            parser->head.keep_alive = true;
        }
    }
    /* "close" may stand in what was not kept. */
    parser->asks_close = parser->asks_close || parser->value_cut;
    return true;
}

static bool take_content_length(ardoq_http_parser_t *parser, span_t value)
{
    ardoq_http_head_t *head = &parser->head;
    while (value.text) {
        size_t length;
        if (!read_length(next_item(&value, ','), &length) ||
            (head->has_content_length && length != head->content_length)) {
            return false;
        }
        head->has_content_length = true;
        head->content_length = length;
    }
    return !parser->value_cut;
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
    return equals((span_t){media.text, TYPE_SIZE}, type) &&
           equals((span_t){end, SUFFIX_SIZE}, suffix) && (end[-1] == '/' || end[-1] == '+');
}

static bool take_content_type(ardoq_http_parser_t *parser, span_t value)
{
    parser->head.is_json = is_json_type(next_item(&value, ';'));
    return true;
}

static bool take_location(ardoq_http_parser_t *parser, span_t value)
{
    char *kept = parser->head.location_host;
    const char *host;
    size_t size;
    ardoq_http_link_host(value.text, value.size, &host, &size);
    if (size >= ARDOQ_HTTP_LOCATION_SIZE) {
        size = ARDOQ_HTTP_LOCATION_SIZE - 1;
    }
    memcpy(kept, host, size);
    kept[size] = '\0';
    return true;
}

static bool take_retry_after(ardoq_http_parser_t *parser, span_t value)
{
    parser->head.has_retry_after =
        ardoq_http_retry_after(value.text, value.size, &parser->head.retry_after_s);
    return true;
}

static bool take_transfer_encoding(ardoq_http_parser_t *parser, span_t value)
{
    const bool is_first = !parser->has_transfer_encoding;
    parser->has_transfer_encoding = true;
    return is_first && !parser->http_1_0 && !parser->value_cut && equals(value, "chunked");
}

static bool take_header(ardoq_http_parser_t *parser)
{
    static const struct {
        const char *name;
        bool (*take)(ardoq_http_parser_t *parser, span_t value);
    } headers[] = {
        {"Connection", take_connection},     {"Content-Length", take_content_length},
        {"Content-Type", take_content_type}, {"Location", take_location},
        {"Retry-After", take_retry_after},   {"Transfer-Encoding", take_transfer_encoding},
    };
    const span_t name = {parser->name, parser->name_length};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if (equals(name, headers[i].name)) {
            return headers[i].take(parser, trim(parser->value, parser->value_length));
        }
    }
    return true;
}

/* ---- States: each function takes a byte and returns the next state --------------------------- */

static state_t expect(char c, char wanted, state_t next)
{
    return c == wanted ? next : STATE_INVALID;
}

/* Text of a reason, a value or a chunk extension, up to the end of its line. */
static state_t read_text(char c, state_t state, state_t next)
{
    const unsigned char byte = (unsigned char)c;
    const bool is_text = byte == '\t' || (byte >= ' ' && byte != 0x7f);
    return is_text ? state : expect(c, '\r', next);
}

static state_t read_status(ardoq_http_parser_t *parser, char c)
{
    /* v is a version that we speak, d a digit. */
    static const char form[] = "HTTP/1.v ddd";

    const char wanted = form[parser->value_length++];
    if (wanted == 'v') {
        parser->http_1_0 = c == '0';
        return parser->http_1_0 ? STATE_STATUS : expect(c, '1', STATE_STATUS);
    }
    if (wanted != 'd') {
        return expect(c, wanted, STATE_STATUS);
    }
    if (!is_digit(c)) {
        return STATE_INVALID;
    }
    parser->head.status = (uint16_t)(parser->head.status * 10 + (c - '0'));
    return form[parser->value_length] != '\0' ? STATE_STATUS : STATE_STATUS_END;
}

static state_t end_status(const ardoq_http_parser_t *parser, char c)
{
    enum { STATUS_MIN = 100, STATUS_SWITCHING_PROTOCOLS = 101, STATUS_MAX = 599 };

    const uint16_t status = parser->head.status;
    if (status < STATUS_MIN || status > STATUS_MAX || status == STATUS_SWITCHING_PROTOCOLS) {
        return STATE_INVALID;
    }
    return c == ' ' ? STATE_REASON : expect(c, '\r', STATE_STATUS_LF);
}

static state_t read_name(ardoq_http_parser_t *parser, char c)
{
    if (!is_token_char(c)) {
        return STATE_INVALID;
    }
    if (parser->name_length < sizeof parser->name) {
        parser->name[parser->name_length++] = c;
    }
    return STATE_NAME;
}

static state_t begin_line(ardoq_http_parser_t *parser, char c)
{
    parser->name_length = 0;
    parser->value_length = 0;
    parser->value_cut = false;
    return c == '\r' ? STATE_BLANK_LF : read_name(parser, c);
}

static void keep_value(ardoq_http_parser_t *parser, char c)
{
    const bool is_leading_blank = parser->value_length == 0 && is_blank(c);
    if (parser->value_length == sizeof parser->value) {
        parser->value_cut = parser->value_cut || !is_blank(c);
    } else if (!is_leading_blank) {
        parser->value[parser->value_length++] = c;
    }
}

static state_t read_value(ardoq_http_parser_t *parser, char c)
{
    if (c != '\r') {
        keep_value(parser, c);
    }
    return read_text(c, STATE_VALUE, STATE_VALUE_LF);
}

static state_t end_line(ardoq_http_parser_t *parser, char c)
{
    const bool is_trailer = parser->head_complete;
    return c == '\n' && (is_trailer || take_header(parser)) ? STATE_LINE : STATE_INVALID;
}

static state_t begin_body(ardoq_http_parser_t *parser)
{
    enum { STATUS_NO_CONTENT = 204, STATUS_NOT_MODIFIED = 304 };

    ardoq_http_head_t *head = &parser->head;
    if (parser->head_request || head->status == STATUS_NO_CONTENT ||
        head->status == STATUS_NOT_MODIFIED) {
        return STATE_COMPLETE;
    }
    if (parser->has_transfer_encoding) {
        return STATE_CHUNK;
    }
    if (head->has_content_length) {
        parser->remaining = head->content_length;
        return parser->remaining > 0 ? STATE_BODY_SIZED : STATE_COMPLETE;
    }
    head->keep_alive = false;
    return STATE_BODY_UNTIL_CLOSE;
}

static state_t skip_interim(ardoq_http_parser_t *parser)
{
    const uint16_t head_bytes = parser->head_bytes;
    ardoq_http_parser_init(parser, parser->head_request);
    parser->head_bytes = head_bytes;
    return STATE_STATUS;
}

static state_t end_head(ardoq_http_parser_t *parser)
{
    enum { STATUS_FINAL = 200 };

    ardoq_http_head_t *head = &parser->head;
    if (parser->has_transfer_encoding && head->has_content_length) {
        return STATE_INVALID;
    }
    if (head->status < STATUS_FINAL) {
        return skip_interim(parser);
    }
    parser->head_complete = true;
    parser->head_size = parser->head_bytes;
    head->keep_alive = !parser->asks_close && (head->keep_alive || !parser->http_1_0);
    return begin_body(parser);
}

static state_t end_lines(ardoq_http_parser_t *parser, char c)
{
    if (c != '\n') {
        return STATE_INVALID;
    }
    return parser->head_complete ? STATE_COMPLETE : end_head(parser);
}

static state_t begin_chunk(ardoq_http_parser_t *parser, char c)
{
    /* Nothing remains of the chunk before, so the size starts at 0. */
    return push_digit(&parser->remaining, 16, c) ? STATE_CHUNK_SIZE : STATE_INVALID;
}

static state_t skip_chunk_blank(char c)
{
    return is_blank(c) ? STATE_CHUNK_BLANK : expect(c, ';', STATE_CHUNK_EXTENSION);
}

static state_t read_chunk_size(ardoq_http_parser_t *parser, char c)
{
    if (push_digit(&parser->remaining, 16, c)) {
        return STATE_CHUNK_SIZE;
    }
    return c == '\r' ? STATE_CHUNK_LF : skip_chunk_blank(c);
}

static state_t next_state(ardoq_http_parser_t *parser, char c)
{
    switch ((state_t)parser->state) {
    case STATE_STATUS:
        return read_status(parser, c);
    case STATE_STATUS_END:
        return end_status(parser, c);
    case STATE_REASON:
        return read_text(c, STATE_REASON, STATE_STATUS_LF);
    case STATE_STATUS_LF:
        return expect(c, '\n', STATE_LINE);
    case STATE_LINE:
        return begin_line(parser, c);
    case STATE_NAME:
        return c == ':' ? STATE_VALUE : read_name(parser, c);
    case STATE_VALUE:
        return read_value(parser, c);
    case STATE_VALUE_LF:
        return end_line(parser, c);
    case STATE_BLANK_LF:
        return end_lines(parser, c);
    case STATE_CHUNK:
        return begin_chunk(parser, c);
    case STATE_CHUNK_SIZE:
        return read_chunk_size(parser, c);
    case STATE_CHUNK_BLANK:
        return skip_chunk_blank(c);
    case STATE_CHUNK_EXTENSION:
        return read_text(c, STATE_CHUNK_EXTENSION, STATE_CHUNK_LF);
    case STATE_CHUNK_LF:
        /* The last chunk is empty; trailers follow it. */
        return expect(c, '\n', parser->remaining > 0 ? STATE_BODY_CHUNK : STATE_LINE);
    case STATE_CHUNK_END:
        return expect(c, '\r', STATE_CHUNK_END_LF);
    case STATE_CHUNK_END_LF:
        parser->head_bytes = parser->head_size;
        return expect(c, '\n', STATE_CHUNK);
    default:
        return STATE_INVALID;
    }
}

/* ---- The parser ------------------------------------------------------------------------------ */

void ardoq_http_parser_init(ardoq_http_parser_t *parser, bool head_request)
{
    memset(parser, 0, sizeof *parser);
    parser->head_request = head_request;
}

static void read_byte(ardoq_http_parser_t *parser, char c)
{
    if (parser->head_bytes == ARDOQ_HTTP_HEADERS_MAX) {
        parser->state = STATE_TOO_LARGE;
        return;
    }
    parser->head_bytes++;
    parser->state = (uint8_t)next_state(parser, c);
}

static void take_body(ardoq_http_parser_t *parser, const char *data, size_t size,
                      ardoq_http_piece_t *piece)
{
    if (parser->state != STATE_BODY_UNTIL_CLOSE) {
        if (size >= parser->remaining) {
            size = parser->remaining;
            parser->state = parser->state == STATE_BODY_CHUNK ? STATE_CHUNK_END : STATE_COMPLETE;
        }
        parser->remaining -= size;
    }
    piece->body = data;
    piece->body_size = size;
    piece->consumed += size;
}

ardoq_err_t ardoq_http_parse(ardoq_http_parser_t *parser, const char *data, size_t size,
                             ardoq_http_piece_t *piece)
{
    *piece = (ardoq_http_piece_t){0};
    while (piece->consumed < size && parser->state < STATE_BODY_SIZED) {
        read_byte(parser, data[piece->consumed++]);
    }
    if (piece->consumed < size && parser->state < STATE_COMPLETE) {
        take_body(parser, data + piece->consumed, size - piece->consumed, piece);
    }
    switch ((state_t)parser->state) {
    case STATE_COMPLETE:
        return ARDOQ_OK;
    case STATE_INVALID:
        return ARDOQ_ERR_HTTP_PROTOCOL;
    case STATE_TOO_LARGE:
        return ARDOQ_ERR_HEADERS_TOO_LARGE;
    default:
        return ARDOQ_PENDING;
    }
}

ardoq_err_t ardoq_http_parse_end(ardoq_http_parser_t *parser)
{
    const bool is_whole =
        parser->state == STATE_COMPLETE || parser->state == STATE_BODY_UNTIL_CLOSE;
    return is_whole ? ARDOQ_OK : ARDOQ_ERR_CONNECTION_CLOSED;
}
