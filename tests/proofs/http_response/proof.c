#include "../../../components/http/http_response.c"

#include "../proof.h"

enum { RUN_MAX = 6, NAME_MAX = 2, LINE_VALUE_MAX = 1 };

/* ---- The states that a parser can be in ------------------------------------------------------ */

enum { FORM_SIZE = sizeof "HTTP/1.v ddd" - 1, DIGITS_START = sizeof "HTTP/1.v " - 1 };

/* The status as far as it was read. */
static bool status_invariant(const ardoq_http_parser_t *parser)
{
    const uint16_t status = parser->head.status;
    switch (parser->state) {
    case STATE_STATUS:
        return parser->text_length < FORM_SIZE &&
               status <= (parser->text_length <= DIGITS_START       ? 0
                          : parser->text_length == DIGITS_START + 1 ? 9
                                                                    : 99);
    case STATE_STATUS_END:
        return status <= 999;
    case STATE_INVALID:
    case STATE_TOO_LARGE:
        return true;
    default:
        return status >= 100 && status <= 999 && status != 101;
    }
}

static bool remaining_invariant(const ardoq_http_parser_t *parser)
{
    switch (parser->state) {
    case STATE_CHUNK_SIZE:
    case STATE_CHUNK_BLANK:
    case STATE_CHUNK_EXTENSION:
    case STATE_CHUNK_LF:
    case STATE_INVALID:
    case STATE_TOO_LARGE:
        return true;
    case STATE_BODY_SIZED:
    case STATE_BODY_CHUNK:
        return parser->remaining > 0;
    default:
        return parser->remaining == 0;
    }
}

static bool is_after_head(uint8_t state)
{
    return (state >= STATE_CHUNK && state <= STATE_CHUNK_END_LF) ||
           state == STATE_CHUNK_EXTENSION || state == STATE_CHUNK_LF ||
           (state >= STATE_BODY_SIZED && state <= STATE_COMPLETE);
}

static bool invariant(const ardoq_http_parser_t *parser)
{
    return parser->state <= STATE_TOO_LARGE && parser->header <= ARDOQ_HTTP_HEADER_OTHER &&
           parser->text_length <= sizeof parser->text &&
           parser->head_bytes <= ARDOQ_HTTP_HEADERS_MAX &&
           parser->head_size <= ARDOQ_HTTP_HEADERS_MAX && status_invariant(parser) &&
           remaining_invariant(parser) &&
           (!is_after_head(parser->state) || parser->head_complete) &&
           parser->head.location_host[ARDOQ_HTTP_LOCATION_SIZE - 1] == '\0';
}

/* ---- The machine: induction over the bytes of a response ------------------------------------- */

/* What holds at the beginning ... */
void prove_begin(void)
{
    ardoq_http_parser_t parser;
    ardoq_http_parser_init(&parser, nondet_bool());
    PROVE(invariant(&parser));
    REACHED("the end");
}

static void prove_byte_in(state_t state)
{
    ardoq_http_parser_t parser;
    parser.state = (uint8_t)state;
    ASSUME(invariant(&parser) && parser.head_bytes > 0);
    ASSUME(state != STATE_NAME || parser.text_length <= NAME_MAX);
    const uint16_t head_bytes = parser.head_bytes;
    const bool head_complete = parser.head_complete;
    parser.state = (uint8_t)next_state(&parser, nondet_char());
    PROVE(invariant(&parser));
    PROVE(parser.head_complete || !head_complete);
    PROVE(parser.head_bytes == head_bytes || state == STATE_CHUNK_END_LF);
    if (parser.state == STATE_BODY_SIZED) {
        REACHED("a body begins");
    }
}

/* ... and is kept by each byte in each state outside the body ... (One state at a time is much less
 * work for CBMC. What follows a header's line is another proof.) */
void prove_byte(void)
{
    for (state_t state = STATE_STATUS; state < STATE_BODY_SIZED; state++) {
        if (state != STATE_LINE) {
            prove_byte_in(state);
        }
    }
}

/* ... by a run of bytes, up to the limits of what is kept and of what may come ... */
static void prove_run_in(state_t state)
{
    ardoq_http_parser_t parser;
    parser.state = (uint8_t)state;
    ASSUME(invariant(&parser));
    const uint16_t head_bytes = parser.head_bytes;
    const uint8_t text_length = parser.text_length;
    const size_t size = any_size_up_to(RUN_MAX);
    const char *const text = any_bytes(size);
    const size_t run = read_run(&parser, text, size);
    PROVE(run <= size && parser.state == state && parser.head_bytes == head_bytes);
    PROVE(invariant(&parser));
    PROVE(parser.text_length >= text_length && parser.text_length <= text_length + run);
    if (run == RUN_MAX && parser.text_length == sizeof parser.text) {
        REACHED("the last bytes that are kept");
    }
}

void prove_run(void)
{
    prove_run_in(STATE_NAME);
    prove_run_in(STATE_VALUE);
}

/* ... and by each part of the body ... */
void prove_body(void)
{
    ardoq_http_parser_t parser;
    ASSUME(invariant(&parser));
    ASSUME(parser.state >= STATE_BODY_SIZED && parser.state < STATE_COMPLETE);
    const ardoq_http_parser_t before = parser;
    const size_t size = nondet_size();
    ASSUME(size > 0 && size <= PTRDIFF_MAX);
    const char *const data = any_bytes(size);
    ardoq_http_piece_t piece = {0};
    take_body(&parser, data, size, &piece);
    PROVE(invariant(&parser));
    PROVE(piece.body == data && piece.body_size > 0 && piece.body_size <= size);
    PROVE(piece.consumed == piece.body_size);
    PROVE(before.state == STATE_BODY_UNTIL_CLOSE || piece.body_size <= before.remaining);
    if (piece.body_size < size) {
        REACHED("the body ends within the part");
    }
}

/* ... holds after any number of them. The loop of ardoq_http_parse() over both: one byte outside
 * the body, any of the body. */
static void prove_parse_in(state_t state)
{
    enum { BODY_MAX = 4 };

    ardoq_http_parser_t parser;
    parser.state = (uint8_t)state;
    ASSUME(invariant(&parser));
    const size_t size = state < STATE_BODY_SIZED ? 1 : any_size_up_to(BODY_MAX);
    const char *const data = any_bytes(size);
    ardoq_http_piece_t piece;
    const ardoq_err_t err = ardoq_http_parse(&parser, data, size, &piece);
    PROVE(invariant(&parser));
    PROVE(piece.consumed <= size && piece.body_size <= piece.consumed);
    PROVE(piece.body_size == 0 || piece.body == data);
    PROVE(piece.consumed > 0 || size == 0 || err != ARDOQ_PENDING);
    PROVE((err == ARDOQ_OK) == (parser.state == STATE_COMPLETE));
    PROVE(err == ARDOQ_OK || err == ARDOQ_PENDING || err == ARDOQ_ERR_HTTP_PROTOCOL ||
          err == ARDOQ_ERR_HEADERS_TOO_LARGE);
    PROVE(err != ARDOQ_OK || parser.head_complete);
    PROVE(state < STATE_COMPLETE || parser.state == state);
    if (state == STATE_REASON && parser.state == STATE_TOO_LARGE) {
        REACHED("too large");
    }
    const ardoq_err_t end = ardoq_http_parse_end(&parser);
    PROVE(end == ARDOQ_OK || end == ARDOQ_ERR_CONNECTION_CLOSED);
    if (piece.body_size > 0 && piece.body_size < size) {
        REACHED("the end of a body");
    }
}

void prove_parse(void)
{
    prove_parse_in(STATE_REASON);
    for (state_t state = STATE_BODY_SIZED; state <= STATE_TOO_LARGE; state++) {
        prove_parse_in(state);
    }
}

/* The byte after a header's line, and the way to the functions of http_headers: short values are
 * enough. One header at a time is much less work for CBMC. */
static void prove_header_of(uint8_t header)
{
    ardoq_http_parser_t parser;
    parser.state = STATE_LINE;
    parser.header = header;
    ASSUME(invariant(&parser));
    ASSUME(parser.text_length <= LINE_VALUE_MAX);
    const char c = nondet_char();
    PROVE(read_head(&parser, &c, 1) == 1);
    PROVE(invariant(&parser));
    if (parser.head.has_content_length && parser.state == STATE_NAME) {
        REACHED("the end");
    }
}

void prove_header(void)
{
    for (uint8_t header = 0; header <= ARDOQ_HTTP_HEADER_OTHER; header++) {
        prove_header_of(header);
    }
}
