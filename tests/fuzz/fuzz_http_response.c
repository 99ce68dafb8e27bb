/*
 * The response parser, ardoq/http_response.h.
 *
 * Input: a line that cuts, then what the server sends. In the line, H says that the request was
 * HEAD, and L that interim answers came before and left 64 bytes of all that may stand beside
 * bodies.
 *
 * Properties:
 * - Error, head, body and where the response ends do not depend on how the bytes are cut.
 * - Every call uses up a byte, and what it gives of the body is inside what it was given.
 * - A head that holds is coherent: no length beside chunks, no status that is interim.
 * - What is accepted, http_parser accepts too, with the same status, body, end and will to close.
 */
#include "ardoq/http_response.h"

#include <http_parser.h>
#include <strings.h>

#include "fuzz.h"

enum { LEFT_AFTER_INTERIM = 64 };

typedef struct {
    bool is_head;
    bool is_late;
    pieces_t pieces;
} options_t;

/* What came of one reading. */
typedef struct {
    ardoq_http_parser_t parser;
    ardoq_err_t err;
    ardoq_err_t end_err;
    size_t consumed;
    size_t body_size;
    char *body;
} reading_t;

/* ---- Ours --------------------------------------------------------------------------------------
 */

static void take_body(reading_t *reading, const ardoq_http_piece_t *part, span_t piece)
{
    CHECK(part->consumed <= piece.size);
    CHECK(part->consumed > 0 || piece.size == 0);
    if (part->body_size > 0) {
        CHECK(part->body >= piece.at);
        CHECK(part->body + part->body_size <= piece.at + part->consumed);
        memcpy(reading->body + reading->body_size, part->body, part->body_size);
        reading->body_size += part->body_size;
    }
    reading->consumed += part->consumed;
}

static void read_piece(reading_t *reading, span_t piece)
{
    char *copy = copy_of(piece);
    span_t rest = {copy, piece.size};
    while (reading->err == ARDOQ_PENDING && rest.size > 0) {
        ardoq_http_piece_t part;
        reading->err = ardoq_http_parse(&reading->parser, rest.at, rest.size, &part);
        take_body(reading, &part, rest);
        rest = (span_t){rest.at + part.consumed, rest.size - part.consumed};
    }
    free(copy);
}

static reading_t read_response(const options_t *options, pieces_t pieces, span_t response)
{
    reading_t reading = {.err = ARDOQ_PENDING, .body = allocate(response.size)};
    ardoq_http_parser_init(&reading.parser, options->is_head);
    if (options->is_late) {
        reading.parser.head_bytes = ARDOQ_HTTP_HEADERS_MAX - LEFT_AFTER_INTERIM;
    }
    while (reading.err == ARDOQ_PENDING && response.size > 0) {
        read_piece(&reading, take_piece(&pieces, &response));
    }
    reading.end_err = ardoq_http_parse_end(&reading.parser);
    return reading;
}

/* The parser is zeroed when it begins, padding and all, so that it can be compared as it is. */
static void check_same(const reading_t *a, const reading_t *b)
{
    CHECK(a->err == b->err);
    CHECK(a->end_err == b->end_err);
    CHECK(a->consumed == b->consumed);
    CHECK(memcmp(&a->parser, &b->parser, sizeof a->parser) == 0);
    CHECK(a->body_size == b->body_size);
    CHECK(memcmp(a->body, b->body, a->body_size) == 0);
}

static void check_coherent(const reading_t *reading)
{
    const ardoq_http_parser_t *parser = &reading->parser;
    const ardoq_http_head_t *head = &parser->head;
    CHECK(reading->err == ARDOQ_OK || reading->err == ARDOQ_PENDING ||
          reading->err == ARDOQ_ERR_HTTP_PROTOCOL || reading->err == ARDOQ_ERR_HEADERS_TOO_LARGE);
    CHECK(reading->err != ARDOQ_OK || reading->end_err == ARDOQ_OK);
    CHECK(parser->head_bytes <= ARDOQ_HTTP_HEADERS_MAX);
    CHECK(memchr(head->location_host, '\0', sizeof head->location_host));
    CHECK(!has_control(head->location_host));
    if (parser->head_complete) {
        CHECK(head->status >= 200 && head->status <= 999);
        CHECK(!(parser->has_transfer_encoding && head->has_content_length));
    } else {
        CHECK(reading->body_size == 0 && reading->err != ARDOQ_OK);
    }
}

/* ---- http_parser -------------------------------------------------------------------------------
 */

typedef struct {
    bool is_head;
    bool is_complete;
    bool asks_close; /* in the head; trailers may say what they like */
    bool is_confused;
    unsigned status;
    const reading_t *ours;
    size_t body_size;
} theirs_t;

/* It forgets that the body is chunked as soon as another name begins with Transfer-Encoding. */
static int on_header_field(http_parser *parser, const char *at, size_t size)
{
    static const char name[] = "Transfer-Encoding";
    theirs_t *theirs = parser->data;
    theirs->is_confused = theirs->is_confused ||
                          (size > sizeof name - 1 && strncasecmp(at, name, sizeof name - 1) == 0);
    return 0;
}

/* Which answers have no body is for the user of http_parser to say. */
static int on_headers_complete(http_parser *parser)
{
    theirs_t *theirs = parser->data;
    const unsigned status = parser->status_code;
    theirs->status = status;
    theirs->asks_close = parser->flags & F_CONNECTION_CLOSE;
    return theirs->is_head || status < 200 || status == 204 || status == 304;
}

static int on_body(http_parser *parser, const char *at, size_t size)
{
    theirs_t *theirs = parser->data;
    const reading_t *ours = theirs->ours;
    if (theirs->is_confused) {
        return 0;
    }
    CHECK(theirs->body_size + size <= ours->body_size);
    CHECK(memcmp(at, ours->body + theirs->body_size, size) == 0);
    theirs->body_size += size;
    return 0;
}

static int on_message_complete(http_parser *parser)
{
    theirs_t *theirs = parser->data;
    theirs->is_complete = theirs->status >= 200;
    http_parser_pause(parser, 1);
    return 0;
}

/* What http_parser alone refuses: a length given twice, as a list or in a trailer; lengths near the
 * end of 64 bits; a tab after the size of a chunk. */
static bool is_its_own_rule(enum http_errno code, span_t rest)
{
    return code == HPE_UNEXPECTED_CONTENT_LENGTH || code == HPE_INVALID_CONTENT_LENGTH ||
           (code == HPE_INVALID_CHUNK_SIZE && rest.size > 0 && rest.at[0] == '\t');
}

/* Interim answers are messages of their own to it. False when the two cannot be compared. */
static bool read_theirs(theirs_t *theirs, span_t response, bool is_closed)
{
    const http_parser_settings settings = {.on_header_field = on_header_field,
                                           .on_headers_complete = on_headers_complete,
                                           .on_body = on_body,
                                           .on_message_complete = on_message_complete};
    http_parser parser;
    enum http_errno code = HPE_PAUSED;
    while (code == HPE_PAUSED && !theirs->is_complete) {
        http_parser_init(&parser, HTTP_RESPONSE);
        parser.data = theirs;
        const size_t used = http_parser_execute(&parser, &settings, response.at, response.size);
        code = HTTP_PARSER_ERRNO(&parser);
        response = (span_t){response.at + used, response.size - used};
    }
    if (code == HPE_OK && is_closed) {
        http_parser_execute(&parser, &settings, NULL, 0);
        code = HTTP_PARSER_ERRNO(&parser);
    }
    if (theirs->is_confused || is_its_own_rule(code, response)) {
        return false;
    }
    CHECK(code == HPE_OK || (code == HPE_PAUSED && theirs->is_complete));
    CHECK(response.size == 0);
    return true;
}

static void check_theirs(const options_t *options, const reading_t *ours, span_t response)
{
    const bool is_closed = ours->end_err == ARDOQ_OK;
    const ardoq_http_head_t *head = &ours->parser.head;
    theirs_t theirs = {.is_head = options->is_head, .ours = ours};
    response.size = ours->consumed;
    if (!read_theirs(&theirs, response, is_closed)) {
        return;
    }
    CHECK(theirs.is_complete == is_closed);
    CHECK(theirs.body_size == ours->body_size);
    if (ours->parser.head_complete) {
        CHECK(theirs.status == head->status);
        CHECK(!(theirs.asks_close && head->keep_alive));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    span_t response = input_of(data, size);
    const span_t line = take_line(&response);
    const options_t options = {.is_head = holds(line, 'H'), .is_late = holds(line, 'L')};

    reading_t whole = read_response(&options, (pieces_t){.lengths = {NULL, 0}}, response);
    reading_t bytes = read_response(&options, (pieces_t){.lengths = {"a", 1}}, response);
    reading_t pieces = read_response(&options, (pieces_t){.lengths = line}, response);
    check_same(&whole, &bytes);
    check_same(&whole, &pieces);
    check_coherent(&whole);
    if (whole.err == ARDOQ_OK || whole.err == ARDOQ_PENDING) {
        check_theirs(&options, &whole, response);
    }
    free(whole.body);
    free(bytes.body);
    free(pieces.body);
    return 0;
}
