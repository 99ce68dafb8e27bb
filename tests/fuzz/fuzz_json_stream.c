/*
 * The stream of elements, ardoq/json_stream.h.
 *
 * Input: a line that cuts, a line with the size of the buffer in decimal, then the text.
 *
 * Properties:
 * - What is reported, and the error at the end, do not depend on how the bytes are cut.
 * - Elements, members and those that are too large are the ones that a whole text has, in its
 * order: the text is validated, split by jsmn and walked through.
 * - A text that is not valid fails, with the validator's error unless another came first.
 */
#include "ardoq/json_stream.h"

#define JSMN_STATIC
#include <jsmn.h>

#include "fuzz.h"

enum { TOKENS = 8192, EVENTS = 4096, BUFFER_SIZE_MAX = 4096 };

static const char array_key[] = "values";
static const char member_key[] = "_links";

typedef struct {
    ardoq_json_stream_event_t event;
    uint32_t index;
    span_t text; /* in the input */
} found_t;

/* What a stream reports. */
typedef struct {
    ardoq_err_t err;
    size_t count;
    found_t found[EVENTS];
} report_t;

/* ---- Expected ----------------------------------------------------------------------------------
 */

static jsmntok_t tokens[TOKENS];

static span_t text_of_token(span_t text, const jsmntok_t *token)
{
    const int quote = token->type == JSMN_STRING ? 1 : 0;
    return (span_t){text.at + token->start - quote,
                    (size_t)(token->end - token->start + 2 * quote)};
}

static int after(int token)
{
    int left = 1;
    for (; left > 0; left--) {
        left += tokens[token++].size;
    }
    return token;
}

static void expect(report_t *report, ardoq_json_stream_event_t event, uint32_t index, span_t text)
{
    CHECK(report->count < EVENTS);
    report->found[report->count++] = (found_t){event, index, text};
}

static void expect_array(report_t *report, span_t text, int array, size_t size, uint32_t *index)
{
    if (tokens[array].type != JSMN_ARRAY) {
        report->err = ARDOQ_ERR_JSON_TYPE;
        return;
    }
    int element = array + 1;
    for (int left = tokens[array].size; left > 0; left--) {
        const span_t element_text = text_of_token(text, &tokens[element]);
        expect(report,
               element_text.size > size ? ARDOQ_JSON_STREAM_TOO_LARGE : ARDOQ_JSON_STREAM_ELEMENT,
               (*index)++, element_text);
        element = after(element);
    }
}

static void expect_member(report_t *report, span_t text, int value, size_t size)
{
    const span_t member = text_of_token(text, &tokens[value]);
    if (member.size > size) {
        report->err = ARDOQ_ERR_JSON_BUFFER_FULL;
    } else {
        expect(report, ARDOQ_JSON_STREAM_MEMBER, 0, member);
    }
}

/* The first token must be an object. */
static void expect_members(report_t *report, span_t text, size_t size)
{
    bool found_array = false;
    uint32_t index = 0;
    int key = 1;
    for (int left = tokens[0].size; left > 0 && !report->err; left--) {
        const span_t name = {text.at + tokens[key].start,
                             (size_t)(tokens[key].end - tokens[key].start)};
        if (span_is(name, array_key)) {
            found_array = true;
            expect_array(report, text, key + 1, size, &index);
        } else if (span_is(name, member_key)) {
            expect_member(report, text, key + 1, size);
        }
        key = after(key);
    }
    if (!report->err && !found_array) {
        report->err = ARDOQ_ERR_JSON_KEY_MISSING;
    }
}

/* False for valid text of more tokens than there is room for. */
static bool expect_valid(report_t *report, span_t text, size_t size)
{
    jsmn_parser parser;
    jsmn_init(&parser);
    report->count = 0;
    report->err = ARDOQ_OK;
    const int count = jsmn_parse(&parser, text.at, text.size, tokens, TOKENS);
    if (count == JSMN_ERROR_NOMEM) {
        return false;
    }
    CHECK(count > 0);
    if (tokens[0].type == JSMN_OBJECT) {
        expect_members(report, text, size);
    } else {
        report->err = ARDOQ_ERR_JSON_TYPE;
    }
    return true;
}

/* ---- Found -------------------------------------------------------------------------------------
 */

static void note(report_t *report, const ardoq_json_stream_t *stream,
                 ardoq_json_stream_event_t event)
{
    const bool has_text = event != ARDOQ_JSON_STREAM_TOO_LARGE;
    CHECK(report->count < EVENTS);
    CHECK(stream->length <= stream->size);
    report->found[report->count++] = (found_t){
        .event = event,
        .index = event == ARDOQ_JSON_STREAM_MEMBER ? 0 : stream->index,
        .text = {has_text ? copy_of((span_t){stream->buffer, stream->length}) : NULL,
                 has_text ? stream->length : 0},
    };
}

static void feed(report_t *report, ardoq_json_stream_t *stream, span_t piece)
{
    char *copy = copy_of(piece);
    span_t rest = {copy, piece.size};
    while (!report->err && rest.size > 0) {
        size_t consumed;
        ardoq_json_stream_event_t event;
        report->err = ardoq_json_stream_feed(stream, rest.at, rest.size, &consumed, &event);
        CHECK(consumed <= rest.size);
        rest = (span_t){rest.at + consumed, rest.size - consumed};
        if (event != ARDOQ_JSON_STREAM_MORE) {
            note(report, stream, event);
        } else {
            CHECK(report->err || rest.size == 0);
        }
    }
    free(copy);
}

static void read_stream(report_t *report, pieces_t pieces, span_t text, size_t size)
{
    ardoq_json_stream_t stream;
    char *buffer = allocate(size);
    report->count = 0;
    report->err = ARDOQ_OK;
    ardoq_json_stream_init(&stream, array_key, member_key, buffer, size);
    while (!report->err && text.size > 0) {
        feed(report, &stream, take_piece(&pieces, &text));
    }
    if (!report->err) {
        report->err = ardoq_json_stream_end(&stream);
    } else {
        CHECK(ardoq_json_stream_end(&stream) == ARDOQ_ERR_JSON_INVALID);
    }
    free(buffer);
}

static void forget(report_t *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free((char *)report->found[i].text.at);
    }
}

/* ---- Compared ----------------------------------------------------------------------------------
 */

static void check_same(const report_t *a, const report_t *b)
{
    CHECK(a->err == b->err);
    CHECK(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        const found_t *one = &a->found[i];
        const found_t *other = &b->found[i];
        CHECK(one->event == other->event);
        CHECK(one->index == other->index);
        if (one->event != ARDOQ_JSON_STREAM_TOO_LARGE) {
            CHECK(one->text.size == other->text.size);
            CHECK(memcmp(one->text.at, other->text.at, one->text.size) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static report_t whole;
    static report_t pieces;
    static report_t expected;
    span_t text = input_of(data, size);
    const span_t cuts = take_line(&text);
    char *number = text_of(take_line(&text));
    const size_t buffer_size = strtoul(number, NULL, 10) % BUFFER_SIZE_MAX;
    free(number);

    read_stream(&whole, (pieces_t){.lengths = {NULL, 0}}, text, buffer_size);
    read_stream(&pieces, (pieces_t){.lengths = cuts}, text, buffer_size);
    check_same(&whole, &pieces);
    const ardoq_err_t verdict = ardoq_json_validate(text.at, text.size);
    if (verdict) {
        CHECK(whole.err == verdict || whole.err == ARDOQ_ERR_JSON_TYPE ||
              whole.err == ARDOQ_ERR_JSON_BUFFER_FULL);
    } else if (expect_valid(&expected, text, buffer_size)) {
        check_same(&expected, &whole);
    }
    forget(&whole);
    forget(&pieces);
    return 0;
}
