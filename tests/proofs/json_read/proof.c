/* Fewer tokens than any program has, so that they run out. */
#include "ardoq/build_config.h"
#undef ARDOQ_JSON_TOKENS
#define ARDOQ_JSON_TOKENS 1

#include "../../../components/json/json.c"

#include "../proof.h"

enum { TEXT_MAX = 3, RAW_MAX = 3, BUFFER_MAX = 4, DIGITS_MAX = 20 };

/* What jsmn makes of a text that the validator accepted: every token lies in the text, and every
 * walk over the sizes of tokens ends with the last of them. */
static bool document_invariant(const ardoq_json_document_t *document, size_t size)
{
    int left = 1;
    for (int i = 0; i < ARDOQ_JSON_TOKENS; i++) {
        const jsmntok_t *const token = token_at(document, i);
        if (i < document->count) {
            if (left < 1 || token->start < 0 || token->end < token->start ||
                (size_t)token->end > size || token->size < 0 || token->size > document->count ||
                token->parent < -1 || token->parent >= i) {
                return false;
            }
            left += token->size - 1;
        }
    }
    return document->count <= ARDOQ_JSON_TOKENS && (document->count == 0 || left == 0);
}

static void prove_parse_of(size_t size)
{
    char text[size + 1];
    ardoq_json_token_t tokens[ARDOQ_JSON_TOKENS];
    ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(tokens);
    const ardoq_err_t err = ardoq_json_parse(&document, text + 1, size);
    PROVE(document_invariant(&document, size));
    PROVE(err == ARDOQ_OK || document.count == 0);
    if (err == ARDOQ_OK) {
        PROVE(document.count > 0);
        const jsmntok_t *const root = token_at(&document, 0);
        PROVE(root->type == JSMN_STRING || root->end > root->start);
        if (document.count == 1) {
            REACHED("all tokens used");
        }
    }
    if (err == ARDOQ_ERR_JSON_TOO_MANY_TOKENS) {
        REACHED("too many tokens");
    }
}

/* One size at a time is much less work for CBMC. */
void prove_parse(void)
{
    for (size_t size = 0; size <= TEXT_MAX; size++) {
        prove_parse_of(size);
    }
}

void prove_read_integer(void)
{
    const size_t size = any_size_up_to(DIGITS_MAX);
    const char *const raw = any_bytes(size);
    ASSUME(size > 0);
    int64_t number = 1;
    const ardoq_err_t err = read_integer(raw, size, &number);
    PROVE(err == ARDOQ_OK || err == ARDOQ_ERR_JSON_TYPE || err == ARDOQ_ERR_JSON_RANGE);
    PROVE(err == ARDOQ_OK || number == 1);
    PROVE(err || raw[0] != '-' || number <= 0);
    PROVE(err || raw[0] == '-' || number >= 0);
    if (err == ARDOQ_OK && number == INT64_MIN) {
        REACHED("the smallest number");
    }
    if (err == ARDOQ_ERR_JSON_RANGE) {
        REACHED("out of range");
    }
}

void prove_read_index(void)
{
    const size_t size = any_size_up_to(12);
    const char *const segment = any_bytes(size);
    const int count = nondet_int();
    /* No text of INT_MAX bytes has more elements. */
    ASSUME(count >= 0 && count <= INT_MAX / 10 - 10);
    const int index = read_index(segment, size, count);
    PROVE(index >= -1 && (index < 0 || index < count));
    if (index == 123456) {
        REACHED("an index");
    }
}

/* Any contents of a string that the validator accepts, with its quotes, and no byte more. */
static void prove_copy_of(size_t raw_size)
{
    char text[raw_size + 2];
    char memory[BUFFER_MAX];
    ASSUME(text[0] == '"');
    ASSUME(ardoq_json_validate(text, sizeof text) == ARDOQ_OK);
    const size_t size = any_size_up_to(BUFFER_MAX);
    ASSUME(size > 0);
    char *const buffer = memory + (BUFFER_MAX - size);
    const ardoq_err_t err = copy_string(text + 1, text + 1 + raw_size, buffer, size);
    PROVE(err == ARDOQ_OK || err == ARDOQ_ERR_JSON_UTF8 || err == ARDOQ_ERR_JSON_TRUNCATED);
    const size_t length = strlen(buffer);
    PROVE(length < size);
    PROVE(err != ARDOQ_ERR_JSON_UTF8 || length == 0);
    if (err == ARDOQ_OK && length == 3) {
        REACHED("three bytes");
    }
    if (err == ARDOQ_ERR_JSON_TRUNCATED) {
        REACHED("cut");
    }
}

void prove_copy_string(void)
{
    for (size_t raw_size = 0; raw_size <= RAW_MAX; raw_size++) {
        prove_copy_of(raw_size);
    }
}

/* Two escapes, which may be the halves of one character. */
void prove_surrogates(void)
{
    char text[] = "\"\\u0000\\u0000\"";
    for (size_t i = 0; i < 4; i++) {
        text[3 + i] = nondet_char();
        text[9 + i] = nondet_char();
    }
    ASSUME(ardoq_json_validate(text, sizeof text - 1) == ARDOQ_OK);
    char buffer[5];
    const ardoq_err_t err = copy_string(text + 1, text + 13, buffer, sizeof buffer);
    PROVE(strlen(buffer) < sizeof buffer);
    if (err == ARDOQ_OK && (unsigned char)(buffer[0] & 0xff) == 0xf4) {
        REACHED("the last plane");
    }
}
