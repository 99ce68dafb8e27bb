/*
 * The JSON reader, ardoq/json_read.h.
 *
 * Input: a line with a path, then the text, which is in memory of exactly its size.
 *
 * Properties:
 * - Texts are accepted as the validator accepts them, but for those with too many tokens.
 * - The raw text of every value is inside the text, is itself a valid text, and begins as its type
 * demands; lookups by another type are JSON_TYPE.
 * - A string comes out as UTF-8, whole, or as many whole characters as fit; what the writer makes
 * of it reads back the same.
 * - An integer reads back from its own decimal digits.
 * - Elements are found by their numbers, in order, one for each that is counted.
 * - Any path ends in a value of the document or in JSON_KEY_MISSING.
 */
#include "ardoq/json_read.h"

#include <inttypes.h>

#include "ardoq/json_validate.h"
#include "ardoq/json_write.h"
#include "fuzz.h"

/* Of a long string only the last bytes are cut off. */
enum { NUMBER_SIZE = 24, CUTS = 24 };

static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);

static span_t raw_of(ardoq_json_value_t value)
{
    span_t raw;
    raw.at = ardoq_json_raw(&document, value, &raw.size);
    return raw;
}

/* ---- Strings -----------------------------------------------------------------------------------
 */

static void check_written(const char *string)
{
    static ardoq_json_token_t second_tokens[ARDOQ_JSON_TOKENS];
    static ardoq_json_document_t second = ARDOQ_JSON_DOCUMENT(second_tokens);
    const size_t size = 6 * strlen(string) + 3;
    char *written = allocate(size);
    char *again = allocate(strlen(string) + 1);
    ardoq_json_writer_t writer;
    ardoq_text_t text;
    ardoq_text_init(&text, written, size, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&writer, &text);
    ardoq_json_write_string(&writer, string);
    CHECK(ardoq_json_write_end(&writer) == ARDOQ_OK);
    CHECK(ardoq_json_parse(&second, written, text.length) == ARDOQ_OK);
    CHECK(ardoq_json_string(&second, ARDOQ_JSON_ROOT, "", again, strlen(string) + 1) == ARDOQ_OK);
    CHECK(strcmp(string, again) == 0);
    free(written);
    free(again);
}

/* What fits of the string in so many bytes: whole characters, as many as possible. */
static void check_truncated(ardoq_json_value_t value, const char *string, size_t size)
{
    char *cut = allocate(size);
    const ardoq_err_t err = ardoq_json_string(&document, value, "", cut, size);
    CHECK(err == (strlen(string) < size ? ARDOQ_OK : ARDOQ_ERR_JSON_TRUNCATED));
    const size_t length = strlen(cut);
    CHECK(memcmp(cut, string, length) == 0);
    CHECK(is_utf8((span_t){cut, length}));
    if (err) {
        size_t next = length + 1;
        while ((string[next] & 0xc0) == 0x80) {
            next++;
        }
        CHECK(next >= size);
    }
    free(cut);
}

/* An escape is never shorter than what it stands for. */
static void check_string(ardoq_json_value_t value)
{
    const size_t size = raw_of(value).size + 1;
    char *string = allocate(size);
    const ardoq_err_t err = ardoq_json_string(&document, value, "", string, size);
    CHECK(err == ARDOQ_OK || err == ARDOQ_ERR_JSON_UTF8);
    CHECK(is_text(string, size));
    CHECK(err == ARDOQ_OK || string[0] == '\0');
    if (!err) {
        check_written(string);
        const size_t length = strlen(string);
        for (size_t cut = 0; cut <= length && cut < CUTS; cut++) {
            check_truncated(value, string, length + 1 - cut);
        }
    }
    free(string);
}

/* ---- Other values ------------------------------------------------------------------------------
 */

static void check_number(ardoq_json_value_t value)
{
    const span_t raw = raw_of(value);
    int64_t number = 0;
    const ardoq_err_t err = ardoq_json_int64(&document, value, "", &number);
    const bool is_integer = !holds(raw, '.') && !holds(raw, 'e') && !holds(raw, 'E');
    CHECK((err == ARDOQ_ERR_JSON_TYPE) == !is_integer);
    if (!err) {
        char digits[NUMBER_SIZE];
        snprintf(digits, sizeof digits, "%" PRId64, number);
        CHECK(span_is(raw, digits) || span_is(raw, "-0"));
    } else if (is_integer) {
        CHECK(err == ARDOQ_ERR_JSON_RANGE && raw.size >= sizeof "9223372036854775807" - 1);
    }
}

static void check_array(ardoq_json_value_t value)
{
    size_t count;
    CHECK(ardoq_json_array_size(&document, value, "", &count) == ARDOQ_OK);
    ardoq_json_value_t element = value;
    for (size_t i = 0; i <= count; i++) {
        char number[NUMBER_SIZE];
        snprintf(number, sizeof number, "%zu", i);
        const ardoq_json_value_t last = element;
        const ardoq_err_t err = ardoq_json_find(&document, value, number, &element);
        CHECK(err == (i < count ? ARDOQ_OK : ARDOQ_ERR_JSON_KEY_MISSING));
        CHECK(err || element > last);
    }
}

static void check_types(ardoq_json_value_t value, ardoq_json_type_t type)
{
    char string[1];
    int64_t number;
    bool boolean;
    size_t count;
    const bool is_string =
        ardoq_json_string(&document, value, "", string, sizeof string) != ARDOQ_ERR_JSON_TYPE;
    CHECK(is_string == (type == ARDOQ_JSON_STRING));
    CHECK(type == ARDOQ_JSON_NUMBER ||
          ardoq_json_int64(&document, value, "", &number) == ARDOQ_ERR_JSON_TYPE);
    CHECK(ardoq_json_boolean(&document, value, "", &boolean) ==
          (type == ARDOQ_JSON_BOOLEAN ? ARDOQ_OK : ARDOQ_ERR_JSON_TYPE));
    CHECK(ardoq_json_array_size(&document, value, "", &count) ==
          (type == ARDOQ_JSON_ARRAY ? ARDOQ_OK : ARDOQ_ERR_JSON_TYPE));
    CHECK(type != ARDOQ_JSON_BOOLEAN || span_is(raw_of(value), boolean ? "true" : "false"));
    CHECK(type != ARDOQ_JSON_NULL || span_is(raw_of(value), "null"));
}

static void check_value(ardoq_json_value_t value, span_t text)
{
    const ardoq_json_type_t type = ardoq_json_type(&document, value);
    span_t raw = raw_of(value);
    CHECK(raw.at >= text.at && raw.at + raw.size <= text.at + text.size);
    if (type == ARDOQ_JSON_STRING) {
        CHECK(raw.at > text.at && raw.at + raw.size < text.at + text.size);
        raw = (span_t){raw.at - 1, raw.size + 2};
    }
    CHECK(ardoq_json_validate(raw.at, raw.size) == ARDOQ_OK);
    check_types(value, type);
    switch (type) {
    case ARDOQ_JSON_STRING:
        check_string(value);
        break;
    case ARDOQ_JSON_NUMBER:
        check_number(value);
        break;
    case ARDOQ_JSON_ARRAY:
        check_array(value);
        break;
    default:
        break;
    }
}

/* ---- The document ------------------------------------------------------------------------------
 */

static void check_path(span_t line, ardoq_err_t parse_err)
{
    char *path = text_of(line);
    ardoq_json_value_t value = -1;
    const ardoq_err_t err = ardoq_json_find(&document, ARDOQ_JSON_ROOT, path, &value);
    CHECK(err == ARDOQ_OK || err == ARDOQ_ERR_JSON_KEY_MISSING);
    CHECK(err ? value == -1 : value >= 0 && value < document.count);
    CHECK(!parse_err || err);
    CHECK(parse_err || path[0] != '\0' || value == ARDOQ_JSON_ROOT);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    span_t input = input_of(data, size);
    const span_t path = take_line(&input);
    char *copy = copy_of(input);
    const span_t text = {copy, input.size};

    const ardoq_err_t err = ardoq_json_parse(&document, text.at, text.size);
    const ardoq_err_t verdict = ardoq_json_validate(text.at, text.size);
    CHECK(err == verdict || (!verdict && err == ARDOQ_ERR_JSON_TOO_MANY_TOKENS));
    CHECK(err ? document.count == 0 : document.count > 0);
    for (ardoq_json_value_t value = 0; value < document.count; value++) {
        check_value(value, text);
    }
    check_path(path, err);
    free(copy);
    return 0;
}
