#include "../../../components/http/http_response.c"

#include "../proof.h"

enum {
    VALUE_MAX = 12,
    LIST_MAX = 8,
    LOCATION_MAX = 8,
    TYPE_MAX = 18,
    LENGTH_DIGITS_MAX = 22,
    LINE_VALUE_MAX = 1
};

/* ---- The states that a parser can be in ------------------------------------------------------ */

enum { FORM_SIZE = sizeof "HTTP/1.v ddd" - 1, DIGITS_START = sizeof "HTTP/1.v " - 1 };

/* The status as far as it was read. */
static bool status_invariant(const ardoq_http_parser_t *parser)
{
    const uint16_t status = parser->head.status;
    switch (parser->state) {
    case STATE_STATUS:
        return parser->value_length < FORM_SIZE &&
               status <= (parser->value_length <= DIGITS_START       ? 0
                          : parser->value_length == DIGITS_START + 1 ? 9
                                                                     : 99);
    case STATE_STATUS_END:
        return status <= 999;
    case STATE_INVALID:
    case STATE_TOO_LARGE:
        return true;
    default:
        return status >= 100 && status <= 599 && status != 101;
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

static bool invariant(const ardoq_http_parser_t *parser)
{
    const bool is_after_head = parser->state >= STATE_CHUNK && parser->state <= STATE_COMPLETE;

    return parser->state <= STATE_TOO_LARGE && parser->name_length <= sizeof parser->name &&
           parser->value_length <= sizeof parser->value &&
           parser->head_bytes <= ARDOQ_HTTP_HEADERS_MAX &&
           parser->head_size <= ARDOQ_HTTP_HEADERS_MAX && status_invariant(parser) &&
           remaining_invariant(parser) && (!is_after_head || parser->head_complete) &&
           parser->head.location_host[ARDOQ_HTTP_LOCATION_SIZE - 1] == '\0';
}

/* A header that one of the functions below is to take. */
static ardoq_http_parser_t any_parser_in_headers(void)
{
    ardoq_http_parser_t parser;
    parser.state = STATE_VALUE_LF;
    ASSUME(invariant(&parser));
    return parser;
}

static span_t any_span(size_t size_max)
{
    const size_t size = any_size_up_to(size_max);
    return (span_t){any_bytes(size), size};
}

/* A list of one or two items: the loops over lists know only what is left of theirs. */
static span_t any_list(void)
{
    const span_t list = any_span(LIST_MAX);
    size_t commas = 0;
    for (size_t i = 0; i < LIST_MAX; i++) {
        commas += i < list.size && list.text[i] == ',';
    }
    ASSUME(commas <= 1);
    return list;
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
    ASSUME(invariant(&parser));
    const uint16_t head_bytes = parser.head_bytes;
    const bool head_complete = parser.head_complete;
    read_byte(&parser, nondet_char());
    PROVE(invariant(&parser));
    PROVE(parser.head_complete || !head_complete);
    PROVE(parser.head_bytes <= head_bytes + 1 || state == STATE_CHUNK_END_LF);
    if (parser.state == STATE_BODY_SIZED) {
        REACHED("a body begins");
    }
    if (parser.state == STATE_TOO_LARGE) {
        REACHED("too large");
    }
}

/* ... and is kept by each byte in each state outside the body ... (One state at a time is much less
 * work for CBMC. The end of a header's line is another proof.) */
void prove_byte(void)
{
    for (state_t state = STATE_STATUS; state < STATE_BODY_SIZED; state++) {
        if (state != STATE_VALUE_LF) {
            prove_byte_in(state);
        }
    }
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

/* ---- Values of headers ----------------------------------------------------------------------- */

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

void prove_read_length(void)
{
    const span_t text = any_span(LENGTH_DIGITS_MAX);
    uint64_t length;
    if (read_length(text, &length)) {
        PROVE(text.size > 0);
        if (length == UINT64_MAX) {
            REACHED("the largest length");
        }
    }
}

void prove_push_digit(void)
{
    uint64_t number = nondet_uint64();
    const uint64_t before = number;
    const unsigned base = nondet_bool() ? 10 : 16;
    if (push_digit(&number, base, nondet_char())) {
        PROVE(number >= before && number - before >= before * (base - 1));
        REACHED("a digit");
    } else {
        PROVE(number == before);
    }
}

void prove_connection(void)
{
    ardoq_http_parser_t parser = any_parser_in_headers();
    PROVE(take_connection(&parser, any_list()));
    PROVE(invariant(&parser));
    if (parser.asks_close && parser.head.keep_alive) {
        REACHED("the end");
    }
}

void prove_content_length(void)
{
    ardoq_http_parser_t parser = any_parser_in_headers();
    if (take_content_length(&parser, any_list())) {
        PROVE(parser.head.has_content_length && !parser.value_cut);
        REACHED("a length");
    }
    PROVE(invariant(&parser));
}

void prove_content_type(void)
{
    ardoq_http_parser_t parser = any_parser_in_headers();
    PROVE(take_content_type(&parser, any_span(TYPE_MAX)));
    PROVE(invariant(&parser));
    if (parser.head.is_json) {
        REACHED("JSON");
    }
}

void prove_location(void)
{
    ardoq_http_parser_t parser = any_parser_in_headers();
    PROVE(take_location(&parser, any_span(LOCATION_MAX)));
    PROVE(invariant(&parser));
    if (parser.head.location_host[1] != '\0') {
        REACHED("a host");
    }
}

static void prove_location_of(size_t host_size)
{
    static const char url[] = "https://";
    char value[sizeof url - 1 + ARDOQ_HTTP_LOCATION_SIZE + 1];
    memcpy(value, url, sizeof url - 1);
    memset(value + sizeof url - 1, 'a', sizeof value - (sizeof url - 1));
    ardoq_http_parser_t parser = any_parser_in_headers();
    PROVE(take_location(&parser, (span_t){value, sizeof url - 1 + host_size}));
    PROVE(invariant(&parser));
    PROVE(parser.head.location_host[ARDOQ_HTTP_LOCATION_SIZE - 2] == 'a');
}

/* A host as long as what is kept of one, and longer. */
void prove_long_location(void)
{
    prove_location_of(ARDOQ_HTTP_LOCATION_SIZE - 1);
    prove_location_of(ARDOQ_HTTP_LOCATION_SIZE + 1);
    REACHED("the end");
}

void prove_retry_after(void)
{
    const span_t value = any_span(VALUE_MAX);
    uint32_t seconds;
    if (ardoq_http_retry_after(value.text, value.size, &seconds)) {
        PROVE(value.size > 0);
        if (seconds == UINT32_MAX) {
            REACHED("a cut number");
        }
    }
}

void prove_transfer_encoding(void)
{
    ardoq_http_parser_t parser = any_parser_in_headers();
    if (take_transfer_encoding(&parser, any_span(VALUE_MAX))) {
        PROVE(!parser.value_cut && !parser.http_1_0);
        REACHED("chunked");
    }
    PROVE(invariant(&parser));
}

/* Which header a line is, and the way to the functions above: short values are enough. */
void prove_header(void)
{
    ardoq_http_parser_t parser = any_parser_in_headers();
    ASSUME(parser.value_length <= LINE_VALUE_MAX);
    read_byte(&parser, nondet_char());
    PROVE(invariant(&parser));
    if (parser.head.has_content_length && parser.state == STATE_LINE) {
        REACHED("the end");
    }
}
