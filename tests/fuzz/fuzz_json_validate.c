/*
 * The JSON validator, ardoq/json_validate.h. compare_json.py compares it with Python's, over this
 * corpus too.
 *
 * Input: the text.
 *
 * Properties:
 * - Byte by byte or as a whole the verdict is the same, and after an error every byte is one.
 * - JSON_UTF8 means that the text is not UTF-8, and what is valid is UTF-8.
 * - Valid text stays valid between brackets, unless it is then too deep. Between blanks nothing
 *   changes, but that a character that the end had cut may be JSON_UTF8 instead.
 * - Text that is valid needs its end: an array, object or string without its last byte is invalid.
 */
#include "ardoq/json_validate.h"

#include "fuzz.h"

static ardoq_err_t byte_by_byte(span_t text)
{
    ardoq_json_validator_t validator;
    ardoq_json_validator_init(&validator);
    ardoq_err_t err = ARDOQ_OK;
    for (size_t i = 0; i < text.size; i++) {
        const ardoq_err_t next = ardoq_json_validator_feed(&validator, text.at + i, 1);
        CHECK(!err || next == ARDOQ_ERR_JSON_INVALID);
        err = err ? err : next;
    }
    const ardoq_err_t end_err = ardoq_json_validator_end(&validator);
    CHECK(!err || end_err == ARDOQ_ERR_JSON_INVALID);
    return err ? err : end_err;
}

static ardoq_err_t verdict_between(const char *before, span_t text, const char *after)
{
    const size_t size = strlen(before) + text.size + strlen(after);
    char *whole = allocate(size);
    memcpy(whole, before, strlen(before));
    if (text.size > 0) {
        memcpy(whole + strlen(before), text.at, text.size);
    }
    memcpy(whole + strlen(before) + text.size, after, strlen(after));
    const ardoq_err_t err = ardoq_json_validate(whole, size);
    free(whole);
    return err;
}

static void check_nested(span_t text, ardoq_err_t err)
{
    static const char *const around[][2] = {{"[", "]"}, {"{\"\":", "}"}, {"[null,\t", ",0]"}};
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        const ardoq_err_t nested = verdict_between(around[i][0], text, around[i][1]);
        CHECK(nested == err || nested == ARDOQ_ERR_JSON_TOO_DEEP || err == ARDOQ_ERR_JSON_INVALID);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const span_t text = input_of(data, size);
    char *copy = copy_of(text);
    const ardoq_err_t err = ardoq_json_validate(copy, size);
    free(copy);
    CHECK(err == byte_by_byte(text));
    CHECK(err == ARDOQ_OK || err == ARDOQ_ERR_JSON_INVALID || err == ARDOQ_ERR_JSON_UTF8 ||
          err == ARDOQ_ERR_JSON_TOO_DEEP);
    CHECK(err != ARDOQ_OK || is_utf8(text));
    CHECK(err != ARDOQ_ERR_JSON_UTF8 || !is_utf8(text));
    const ardoq_err_t between_blanks = verdict_between(" \r\n\t", text, "\n ");
    CHECK(between_blanks == err ||
          (err == ARDOQ_ERR_JSON_INVALID && between_blanks == ARDOQ_ERR_JSON_UTF8));
    check_nested(text, err);
    if (err == ARDOQ_OK && holds((span_t){"]}\"", 3}, text.at[size - 1])) {
        CHECK(ardoq_json_validate(text.at, size - 1) == ARDOQ_ERR_JSON_INVALID);
    }
    return 0;
}
