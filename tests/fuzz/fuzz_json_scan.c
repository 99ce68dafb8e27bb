/*
 * The scan of single values, ardoq/json_scan.h.
 *
 * Input: a line that cuts, then the text.
 *
 * Properties:
 * - What is reported, and the error at the end, do not depend on how the bytes are cut.
 * - Values, ends and the keys that lead to them are the ones that a whole text has, in its order:
 * the text is validated, split by jsmn and walked through.
 * - A text that is not valid fails with the validator's error.
 */
#include "ardoq/json_scan.h"

#define JSMN_STATIC
#include <jsmn.h>

#include "fuzz.h"

enum { TOKENS = 8192, EVENTS = 8192, DEPTH_MAX = 64 };

typedef struct {
    ardoq_json_scan_event_t event;
    uint8_t depth;
    size_t length;
    char text[ARDOQ_JSON_SCAN_TEXT_SIZE];
    /* In an expected event: the keys that lead to it, as the text has them. */
    span_t keys[ARDOQ_JSON_SCAN_LEVELS];
} found_t;

typedef struct {
    ardoq_err_t err;
    size_t count;
    found_t found[EVENTS];
} report_t;

static jsmntok_t tokens[TOKENS];
static report_t expected;

/* ---- Expected ----------------------------------------------------------------------------------
 */

static found_t *add(report_t *report, ardoq_json_scan_event_t event, size_t depth)
{
    CHECK(report->count < EVENTS);
    found_t *found = &report->found[report->count++];
    memset(found, 0, sizeof *found);
    found->event = event;
    found->depth = (uint8_t)depth;
    return found;
}

static void expect(ardoq_json_scan_event_t event, const span_t *keys, size_t depth, span_t text)
{
    found_t *found = add(&expected, event, depth);
    if (text.size <= sizeof found->text) {
        found->length = text.size;
        memcpy(found->text, text.at, text.size);
    }
    for (size_t level = 0; level < depth && level < ARDOQ_JSON_SCAN_LEVELS; level++) {
        found->keys[level] = keys[level];
    }
}

/* Walks through the value of a token; keys[level] leads from level to the one below. Returns the
 * token behind it. */
static int walk(span_t text, int number, span_t *keys, size_t depth)
{
    const jsmntok_t *token = &tokens[number++];
    const span_t whole = {text.at + token->start, (size_t)(token->end - token->start)};
    if (token->type == JSMN_STRING) {
        expect(ARDOQ_JSON_SCAN_VALUE, keys, depth, (span_t){whole.at - 1, whole.size + 2});
    } else if (token->type == JSMN_PRIMITIVE) {
        /* Only the byte after a number tells that it has ended. */
        if (strchr("tfn", whole.at[0]) || whole.at + whole.size < text.at + text.size) {
            expect(ARDOQ_JSON_SCAN_VALUE, keys, depth, whole);
        }
    } else {
        CHECK(depth < DEPTH_MAX);
        for (int left = token->size; left > 0; left--) {
            keys[depth] = (span_t){"", 0};
            if (token->type == JSMN_OBJECT) {
                const jsmntok_t *key = &tokens[number++];
                keys[depth] = (span_t){text.at + key->start, (size_t)(key->end - key->start)};
            }
            number = walk(text, number, keys, depth + 1);
        }
        /* What ended counts as well; no key leads into it any more. */
        expect(ARDOQ_JSON_SCAN_END, keys, depth, (span_t){"", 0});
        expected.found[expected.count - 1].depth++;
    }
    return number;
}

/* False for valid text of more tokens than there is room for. */
static bool expect_valid(span_t text)
{
    span_t keys[DEPTH_MAX];
    jsmn_parser parser;
    jsmn_init(&parser);
    expected.count = 0;
    const int count = jsmn_parse(&parser, text.at, text.size, tokens, TOKENS);
    if (count == JSMN_ERROR_NOMEM) {
        return false;
    }
    CHECK(count > 0);
    CHECK(walk(text, 0, keys, 0) == count);
    return true;
}

/* ---- Found -------------------------------------------------------------------------------------
 */

/* Whether the keys of the expected event lead to the scan's; those that are too long are not told
 * from others. */
static void check_keys(const ardoq_json_scan_t *scan, const found_t *wanted)
{
    const size_t levels = wanted->event == ARDOQ_JSON_SCAN_END ? wanted->depth - 1U : wanted->depth;
    for (uint8_t level = 1; level <= levels && level <= ARDOQ_JSON_SCAN_LEVELS; level++) {
        const span_t key = wanted->keys[level - 1];
        if (key.size < ARDOQ_JSON_SCAN_KEY_SIZE) {
            char *name = text_of(key);
            CHECK(ardoq_json_scan_is_at(scan, level, name));
            free(name);
        }
        CHECK(!ardoq_json_scan_is_at(scan, level, "\n"));
    }
}

static void note(report_t *report, const ardoq_json_scan_t *scan, ardoq_json_scan_event_t event,
                 bool has_expected)
{
    found_t *found = add(report, event, scan->depth);
    if (event == ARDOQ_JSON_SCAN_VALUE) {
        CHECK(scan->length <= sizeof scan->text);
        found->length = scan->length;
        memcpy(found->text, scan->text, scan->length);
    }
    if (has_expected) {
        CHECK(report->count <= expected.count);
        check_keys(scan, &expected.found[report->count - 1]);
    }
}

static void read_scan(report_t *report, pieces_t pieces, span_t text, bool has_expected)
{
    ardoq_json_scan_t scan;
    report->count = 0;
    report->err = ARDOQ_OK;
    ardoq_json_scan_init(&scan);
    while (!report->err && text.size > 0) {
        const span_t piece = take_piece(&pieces, &text);
        char *copy = copy_of(piece);
        for (span_t rest = {copy, piece.size}; !report->err && rest.size > 0;) {
            size_t consumed;
            ardoq_json_scan_event_t event;
            report->err = ardoq_json_scan_feed(&scan, rest.at, rest.size, &consumed, &event);
            CHECK(consumed <= rest.size);
            CHECK(report->err || consumed > 0 || event == ARDOQ_JSON_SCAN_VALUE);
            rest = (span_t){rest.at + consumed, rest.size - consumed};
            if (event != ARDOQ_JSON_SCAN_MORE) {
                note(report, &scan, event, has_expected);
            } else {
                CHECK(report->err || rest.size == 0);
            }
        }
        free(copy);
    }
    report->err = report->err ? report->err : ardoq_json_scan_end(&scan);
}

/* ---- Compared ----------------------------------------------------------------------------------
 */

static void check_same(const report_t *a, const report_t *b)
{
    CHECK(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        const found_t *one = &a->found[i];
        const found_t *other = &b->found[i];
        CHECK(one->event == other->event);
        CHECK(one->depth == other->depth);
        CHECK(one->length == other->length);
        CHECK(memcmp(one->text, other->text, one->length) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static report_t whole;
    static report_t pieces;
    span_t text = input_of(data, size);
    const span_t cuts = take_line(&text);
    const ardoq_err_t verdict = ardoq_json_validate(text.at, text.size);
    const bool has_expected = !verdict && expect_valid(text);

    read_scan(&whole, (pieces_t){.lengths = {NULL, 0}}, text, has_expected);
    read_scan(&pieces, (pieces_t){.lengths = cuts}, text, has_expected);
    CHECK(whole.err == verdict && pieces.err == verdict);
    check_same(&whole, &pieces);
    if (has_expected) {
        check_same(&expected, &whole);
    }
    return 0;
}
