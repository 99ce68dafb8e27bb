#include "ardoq/http_response.h"

#include <string.h>

#include "http_chars.h"
#include "http_headers.h"

/* What the next byte belongs to. */
typedef enum {
    /* All states outside the body, whose bytes count against ARDOQ_HTTP_HEADERS_MAX. */
    STATE_STATUS, /* 0: a parser begins here */
    STATE_STATUS_END,
    STATE_LINE, /* after a header or a trailer, whose value may continue */
    STATE_NAME, /* of a header or a trailer, or the blank line after them */
    STATE_BLANK_LF,
    STATE_CHUNK,
    STATE_CHUNK_SIZE,
    STATE_CHUNK_BLANK,
    STATE_CHUNK_END,
    STATE_CHUNK_END_LF,
    /* Text up to the end of its line, then the ends of those lines, in the same order. */
    STATE_REASON,
    STATE_VALUE,
    STATE_CHUNK_EXTENSION,
    STATE_REASON_LF,
    STATE_VALUE_LF,
    STATE_CHUNK_LF,
    /* The body. */
    STATE_BODY_SIZED,
    STATE_BODY_CHUNK,
    STATE_BODY_UNTIL_CLOSE,
    /* Nothing more is read. */
    STATE_COMPLETE,
    STATE_INVALID,
    STATE_TOO_LARGE,
} state_t;

enum { FROM_TEXT_TO_LF = STATE_REASON_LF - STATE_REASON };

/* ---- States: each function takes a byte and returns the next state --------------------------- */

static state_t expect(char c, char wanted, state_t next)
{
    return c == wanted ? next : STATE_INVALID;
}

static state_t read_status(ardoq_http_parser_t *parser, char c)
{
    /* v is a supported version, d a digit. */
    static const char form[] = "HTTP/1.v ddd";

    if (parser->text_length == 0) {
        parser->is_early = !parser->request_sent;
    }
    const char wanted = form[parser->text_length++];
    if (wanted == 'v') {
        parser->head.http_1_0 = c == '0';
        return parser->head.http_1_0 ? STATE_STATUS : expect(c, '1', STATE_STATUS);
    }
    if (wanted != 'd') {
        return expect(c, wanted, STATE_STATUS);
    }
    if (!is_digit(c)) {
        return STATE_INVALID;
    }
    parser->head.status = (uint16_t)(parser->head.status * 10 + (c - '0'));
    return form[parser->text_length] != '\0' ? STATE_STATUS : STATE_STATUS_END;
}

static state_t end_status(const ardoq_http_parser_t *parser, char c)
{
    enum { STATUS_MIN = 100, STATUS_SWITCHING_PROTOCOLS = 101 };

    /* After 101 the server would switch to a protocol that was not requested. */
    const uint16_t status = parser->head.status;
    if (status < STATUS_MIN || status == STATUS_SWITCHING_PROTOCOLS) {
        return STATE_INVALID;
    }
    return c == ' ' ? STATE_REASON : expect(c, '\r', STATE_REASON_LF);
}

static state_t begin_line(ardoq_http_parser_t *parser)
{
    parser->text_length = 0;
    return STATE_NAME;
}

static state_t end_name(ardoq_http_parser_t *parser, char c)
{
    if (parser->text_length == 0) {
        return expect(c, '\r', STATE_BLANK_LF);
    }
    parser->header = (uint8_t)ardoq_http_header_find(parser);
    parser->text_length = 0;
    parser->text_cut = false;
    return expect(c, ':', STATE_VALUE);
}

/* A value may continue in the next line, which then begins with a blank (RFC 9112, 5.2). */
static state_t unfold(ardoq_http_parser_t *parser, char c)
{
    if (is_blank(c)) {
        return STATE_VALUE;
    }
    return ardoq_http_header_take(parser) ? begin_line(parser) : STATE_INVALID;
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
    memset(&parser->head_complete, 0,
           sizeof *parser - offsetof(ardoq_http_parser_t, head_complete));
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
    head->keep_alive = !parser->asks_close && (head->keep_alive || !head->http_1_0);
    return begin_body(parser);
}

static state_t end_lines(ardoq_http_parser_t *parser, char c)
{
    if (c != '\n') {
        return STATE_INVALID;
    }
    return parser->head_complete ? STATE_COMPLETE : end_head(parser);
}

static state_t end_chunk_size(char c)
{
    if (is_blank(c)) {
        return STATE_CHUNK_BLANK;
    }
    return c == '\r' ? STATE_CHUNK_LF : expect(c, ';', STATE_CHUNK_EXTENSION);
}

/* The previous chunk is used up, so the size starts at 0. */
static state_t read_chunk_size(ardoq_http_parser_t *parser, char c)
{
    if (ardoq_http_push_digit(&parser->remaining, 16, c)) {
        return STATE_CHUNK_SIZE;
    }
    return parser->state == STATE_CHUNK ? STATE_INVALID : end_chunk_size(c);
}

static state_t next_state(ardoq_http_parser_t *parser, char c)
{
    switch ((state_t)parser->state) {
    case STATE_STATUS:
        return read_status(parser, c);
    case STATE_STATUS_END:
        return end_status(parser, c);
    case STATE_NAME:
        return end_name(parser, c);
    case STATE_BLANK_LF:
        return end_lines(parser, c);
    case STATE_CHUNK:
    case STATE_CHUNK_SIZE:
        return read_chunk_size(parser, c);
    case STATE_CHUNK_BLANK:
        return end_chunk_size(c);
    case STATE_CHUNK_END:
        return expect(c, '\r', STATE_CHUNK_END_LF);
    case STATE_CHUNK_END_LF:
        parser->head_bytes = parser->head_size;
        return expect(c, '\n', STATE_CHUNK);
    case STATE_REASON:
    case STATE_VALUE:
    case STATE_CHUNK_EXTENSION:
        return expect(c, '\r', (state_t)(parser->state + FROM_TEXT_TO_LF));
    case STATE_REASON_LF:
        return expect(c, '\n', begin_line(parser));
    case STATE_VALUE_LF:
        return expect(c, '\n', STATE_LINE);
    case STATE_CHUNK_LF:
        /* The last chunk is empty; trailers follow it. */
        return expect(c, '\n', parser->remaining > 0 ? STATE_BODY_CHUNK : begin_line(parser));
    default:
        return STATE_INVALID;
    }
}

/* ---- Runs of bytes that change no state ------------------------------------------------------ */

/* Bytes allowed in a reason, a value or a chunk extension. */
static bool is_text(char c)
{
    const unsigned char byte = (unsigned char)c;
    return (byte >= ' ' && byte != 0x7f) || byte == '\t';
}

/* Leading blanks are not kept; trailing ones that do not fit do not count as cut. */
static void keep(ardoq_http_parser_t *parser, const char *text, size_t size)
{
    while (parser->text_length == 0 && size > 0 && is_blank(*text)) {
        text++;
        size--;
    }
    size_t kept = sizeof parser->text - (size_t)parser->text_length;
    if (kept > size) {
        kept = size;
    }
    memcpy(parser->text + parser->text_length, text, kept);
    parser->text_length = (uint8_t)(parser->text_length + kept);
    for (; kept < size; kept++) {
        parser->text_cut = parser->text_cut || !is_blank(text[kept]);
    }
}

static size_t read_run(ardoq_http_parser_t *parser, const char *text, size_t size)
{
    bool is_kept = parser->state == STATE_NAME;
    size_t run = 0;
    if (is_kept) {
        while (run < size && is_token_char(text[run])) {
            run++;
        }
    } else if (parser->state >= STATE_REASON && parser->state < STATE_REASON_LF) {
        is_kept = parser->state == STATE_VALUE && parser->header != ARDOQ_HTTP_HEADER_OTHER;
        while (run < size && is_text(text[run])) {
            run++;
        }
    }
    if (is_kept) {
        keep(parser, text, run);
    }
    return run;
}

/* ---- The parser ------------------------------------------------------------------------------ */

void ardoq_http_parser_init(ardoq_http_parser_t *parser, bool head_request)
{
    memset(parser, 0, sizeof *parser);
    parser->head_request = head_request;
}

/* Reads a run and the byte after it. Returns how many bytes it took. */
static size_t read_head(ardoq_http_parser_t *parser, const char *text, size_t size)
{
    const size_t room = ARDOQ_HTTP_HEADERS_MAX - (size_t)parser->head_bytes;
    if (room == 0) {
        parser->state = STATE_TOO_LARGE;
        return 1;
    }
    if (size > room) {
        size = room;
    }
    if (parser->state == STATE_LINE) {
        parser->before = STATE_LINE;
        parser->state = (uint8_t)unfold(parser, *text);
        if (parser->state == STATE_INVALID) {
            return 1;
        }
    }
    const size_t run = read_run(parser, text, size);
    const bool is_last = run == size;
    const size_t taken = is_last ? run : run + 1;
    parser->head_bytes = (uint16_t)(parser->head_bytes + taken);
    if (!is_last) {
        parser->before = parser->state;
        parser->state = (uint8_t)next_state(parser, text[run]);
    }
    return taken;
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
        piece->consumed += read_head(parser, data + piece->consumed, size - piece->consumed);
    }
    if (piece->consumed < size && parser->state < STATE_COMPLETE) {
        take_body(parser, data + piece->consumed, size - piece->consumed, piece);
    }
    switch ((state_t)parser->state) {
    case STATE_COMPLETE:
        return ARDOQ_OK;
    case STATE_INVALID:
        if (piece->consumed > 0) {
            parser->bad_byte = data[piece->consumed - 1];
        }
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

/* ---- What is wrong with an answer ------------------------------------------------------------ */

static const char *name_fault(const ardoq_http_parser_t *parser)
{
    if (parser->before == STATE_LINE) {
        return "an impossible length or coding";
    }
    if (parser->before == STATE_BLANK_LF && parser->bad_byte == '\n') {
        return "Content-Length together with Transfer-Encoding";
    }
    if (parser->before >= STATE_REASON_LF || parser->before == STATE_BLANK_LF ||
        parser->before == STATE_CHUNK_END_LF) {
        return "CR without LF";
    }
    if (parser->bad_byte == '\n') {
        return "LF without CR";
    }
    if (is_blank(parser->bad_byte)) {
        return "a blank that is not allowed";
    }
    return is_text(parser->bad_byte) ? "a wrong character" : "a control character";
}

static const char *name_place(uint8_t state)
{
    switch ((state_t)state) {
    case STATE_STATUS:
    case STATE_STATUS_END:
    case STATE_REASON:
    case STATE_REASON_LF:
        return "the status line";
    case STATE_NAME:
        return "a header's name";
    case STATE_BLANK_LF:
        return "the end of the headers";
    case STATE_LINE:
    case STATE_VALUE:
    case STATE_VALUE_LF:
        return "a header's value";
    default:
        return "the lines around a chunk";
    }
}

ardoq_http_fault_t ardoq_http_parser_fault(const ardoq_http_parser_t *parser)
{
    if (parser->state != STATE_INVALID) {
        return (ardoq_http_fault_t){.what = ""};
    }
    return (ardoq_http_fault_t){name_fault(parser), name_place(parser->before), parser->head_bytes};
}
