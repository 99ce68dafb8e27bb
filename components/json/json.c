#include "ardoq/json_read.h"

#include <limits.h>
#include <string.h>

#include "ardoq/json_validate.h"
#include "ardoq/text.h"

/* Fixed here, because Espressif's jsmn component defines the project's own options for everybody.
 * Parent links, because without them jsmn searches all tokens at the end of each array and object.
 * Not strict, because the text has already been validated. */
#undef JSMN_HEADER
#undef JSMN_PARENT_LINKS
#undef JSMN_STATIC
#undef JSMN_STRICT
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

_Static_assert(sizeof(ardoq_json_token_t) == sizeof(jsmntok_t), "tokens differ in size");
_Static_assert(_Alignof(ardoq_json_token_t) == _Alignof(jsmntok_t), "tokens differ in alignment");

enum { NO_TOKEN = -1 };

/* One character of a string, as UTF-8. */
typedef struct {
    char bytes[4];
    size_t size;
    bool is_lost; /* not possible in C text: the bytes are those of U+FFFD */
} character_t;

static const jsmntok_t *token_at(const ardoq_json_document_t *document, int token)
{
    return (const jsmntok_t *)&document->tokens[token];
}

ardoq_err_t ardoq_json_parse(ardoq_json_document_t *document, const char *text, size_t size)
{
    document->count = 0;
    const ardoq_err_t err =
        size > INT_MAX ? ARDOQ_ERR_INVALID_ARGUMENT : ardoq_json_validate(text, size);
    return err ? err : ardoq_json_parse_valid(document, text, size);
}

ardoq_err_t ardoq_json_parse_valid(ardoq_json_document_t *document, const char *text, size_t size)
{
    document->text = text;
    document->count = 0;
    jsmntok_t *const tokens = (jsmntok_t *)document->tokens;
    jsmn_parser parser;
    jsmn_init(&parser);
    const int count = jsmn_parse(&parser, text, size, tokens, (unsigned)document->capacity);
    if (count < 0 || count > document->capacity) { /* without an array jsmn only counts */
        return ARDOQ_ERR_JSON_TOO_MANY_TOKENS;
    }
    document->count = count;
    return ARDOQ_OK;
}

static unsigned hex4(const char *digits)
{
    unsigned number = 0;
    for (size_t i = 0; i < 4; i++) {
        const unsigned digit = (unsigned char)digits[i];
        number = number << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
    }
    return number;
}

/* Reads \uXXXX, or a surrogate pair; an unpaired surrogate has the code 0. */
static size_t read_code(const char *text, unsigned *code)
{
    *code = hex4(text + 2);
    if (*code < 0xD800 || *code > 0xDFFF) {
        return 6;
    }
    const unsigned low = text[6] == '\\' && text[7] == 'u' ? hex4(text + 8) : 0;
    const bool pair = *code < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF;
    *code = pair ? 0x10000 + ((*code & 0x3FF) << 10 | (low & 0x3FF)) : 0;
    return pair ? 12 : 6;
}

static void encode(unsigned code, character_t *character)
{
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    character->is_lost = code == 0;
    code = code == 0 ? 0xFFFD : code;
    character->size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = character->size; i > 1; i--) {
        character->bytes[i - 1] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    character->bytes[0] = (char)(leads[character->size] | code);
}

static size_t read_escape(const char *text, character_t *character)
{
    static const char letters[] = "bfnrt";
    if (text[1] == 'u') {
        unsigned code;
        const size_t used = read_code(text, &code);
        encode(code, character);
        return used;
    }
    const char *const letter = strchr(letters, text[1]);
    character->is_lost = false;
    character->bytes[0] = letter ? "\b\f\n\r\t"[letter - letters] : text[1];
    character->size = 1;
    return 2;
}

static bool key_equals(const char *text, const char *end, const char *segment, size_t size)
{
    const char *const segment_end = segment + size;
    while (text < end && segment < segment_end) {
        if (*text != '\\') {
            if (*text++ != *segment++) {
                return false;
            }
            continue;
        }
        character_t character;
        text += read_escape(text, &character);
        if (character.is_lost || character.size > (size_t)(segment_end - segment) ||
            memcmp(character.bytes, segment, character.size) != 0) {
            return false;
        }
        segment += character.size;
    }
    return text == end && segment == segment_end;
}

/* The next token, from this one on, whose parent is this array or object. */
static int next_child(const ardoq_json_document_t *document, int parent, int token)
{
    while (token < document->count && token_at(document, token)->parent != parent) {
        token++;
    }
    return token;
}

static int find_member(const ardoq_json_document_t *document, int object, const char *segment,
                       size_t size)
{
    int found = NO_TOKEN;
    int key = object;
    for (int left = token_at(document, object)->size; left > 0; left--) {
        key = next_child(document, object, key + 1);
        const jsmntok_t *const token = token_at(document, key);
        if (key_equals(document->text + token->start, document->text + token->end, segment, size)) {
            found = key + 1;
        }
    }
    return found;
}

/* The index in a segment, or -1 if it is not a number below count. */
static int read_index(const char *segment, size_t size, int count)
{
    int index = size > 0 ? 0 : -1;
    for (size_t i = 0; i < size; i++) {
        const bool leading_zero = i > 0 && index == 0;
        index = index * 10 + (segment[i] - '0');
        if (segment[i] < '0' || segment[i] > '9' || leading_zero || index >= count) {
            return -1;
        }
    }
    return index;
}

static int find_element(const ardoq_json_document_t *document, int array, const char *segment,
                        size_t size)
{
    const int index = read_index(segment, size, token_at(document, array)->size);
    int element = array;
    for (int i = 0; i <= index; i++) {
        element = next_child(document, array, element + 1);
    }
    return index < 0 ? NO_TOKEN : element;
}

static int find_child(const ardoq_json_document_t *document, int token, const char *segment,
                      size_t size)
{
    switch (token_at(document, token)->type) {
    case JSMN_OBJECT:
        return find_member(document, token, segment, size);
    case JSMN_ARRAY:
        return find_element(document, token, segment, size);
    default:
        return NO_TOKEN;
    }
}

ardoq_err_t ardoq_json_find(const ardoq_json_document_t *document, ardoq_json_value_t from,
                            const char *path, ardoq_json_value_t *value)
{
    int token = from < document->count ? from : NO_TOKEN;
    bool more = *path != '\0';
    while (more && token != NO_TOKEN) {
        const size_t size = strcspn(path, ".");
        token = find_child(document, token, path, size);
        more = path[size] == '.';
        path += size + 1;
    }
    if (token == NO_TOKEN) {
        return ARDOQ_ERR_JSON_KEY_MISSING;
    }
    *value = token;
    return ARDOQ_OK;
}

ardoq_json_type_t ardoq_json_type(const ardoq_json_document_t *document, ardoq_json_value_t value)
{
    const jsmntok_t *const token = token_at(document, value);
    if (token->type == JSMN_STRING) {
        return ARDOQ_JSON_STRING;
    }
    switch (document->text[token->start]) {
    case '{':
        return ARDOQ_JSON_OBJECT;
    case '[':
        return ARDOQ_JSON_ARRAY;
    case 'n':
        return ARDOQ_JSON_NULL;
    case 't':
    case 'f':
        return ARDOQ_JSON_BOOLEAN;
    default:
        return ARDOQ_JSON_NUMBER;
    }
}

const char *ardoq_json_raw(const ardoq_json_document_t *document, ardoq_json_value_t value,
                           size_t *size)
{
    const jsmntok_t *const token = token_at(document, value);
    *size = (size_t)(token->end - token->start);
    return document->text + token->start;
}

static ardoq_err_t find_typed(const ardoq_json_document_t *document, ardoq_json_value_t from,
                              const char *path, ardoq_json_type_t type, ardoq_json_value_t *value)
{
    const ardoq_err_t err = ardoq_json_find(document, from, path, value);
    if (err) {
        return err;
    }
    return ardoq_json_type(document, *value) == type ? ARDOQ_OK : ARDOQ_ERR_JSON_TYPE;
}

/* Appends as many whole characters as fit, and sets the text's error if that is not all. */
static void append_run(ardoq_text_t *copy, const char *run, size_t size)
{
    const size_t room = copy->size - 1 - copy->length;
    size_t fits = size;
    while (fits > room || (fits < size && ((unsigned char)run[fits] & 0xC0) == 0x80)) {
        fits--;
    }
    ardoq_text_append(copy, run, fits);
    ardoq_text_append(copy, run + fits, size - fits);
}

static ardoq_err_t copy_string(const char *raw, const char *end, char *buffer, size_t size)
{
    ardoq_text_t copy;
    ardoq_text_init(&copy, buffer, size, ARDOQ_ERR_JSON_TRUNCATED);
    while (raw < end) {
        const char *const escape = memchr(raw, '\\', (size_t)(end - raw));
        const char *const run_end = escape ? escape : end;
        append_run(&copy, raw, (size_t)(run_end - raw));
        raw = run_end;
        if (escape) {
            character_t character;
            raw += read_escape(raw, &character);
            ardoq_text_append(&copy, character.bytes, character.size);
        }
    }
    return copy.err;
}

ardoq_err_t ardoq_json_string(const ardoq_json_document_t *document, ardoq_json_value_t from,
                              const char *path, char *buffer, size_t size)
{
    if (size == 0) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    buffer[0] = '\0';
    ardoq_json_value_t value;
    const ardoq_err_t err = find_typed(document, from, path, ARDOQ_JSON_STRING, &value);
    if (err) {
        return err;
    }
    size_t raw_size;
    const char *const raw = ardoq_json_raw(document, value, &raw_size);
    return copy_string(raw, raw + raw_size, buffer, size);
}

/* Counts downwards, because there is one more negative number. */
static ardoq_err_t read_integer(const char *raw, size_t size, int64_t *number)
{
    const bool negative = raw[0] == '-';
    bool fits = true;
    int64_t value = 0;
    for (size_t i = negative ? 1 : 0; i < size; i++) {
        const int digit = raw[i] - '0';
        if (digit < 0 || digit > 9) {
            return ARDOQ_ERR_JSON_TYPE;
        }
        fits = fits && value >= INT64_MIN / 10 && value * 10 >= INT64_MIN + digit;
        value = fits ? value * 10 - digit : 0;
    }
    if (!fits || (!negative && value == INT64_MIN)) {
        return ARDOQ_ERR_JSON_RANGE;
    }
    *number = negative ? value : -value;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_json_int64(const ardoq_json_document_t *document, ardoq_json_value_t from,
                             const char *path, int64_t *number)
{
    ardoq_json_value_t value;
    const ardoq_err_t err = find_typed(document, from, path, ARDOQ_JSON_NUMBER, &value);
    if (err) {
        return err;
    }
    size_t size;
    const char *const raw = ardoq_json_raw(document, value, &size);
    return read_integer(raw, size, number);
}

ardoq_err_t ardoq_json_boolean(const ardoq_json_document_t *document, ardoq_json_value_t from,
                               const char *path, bool *boolean)
{
    ardoq_json_value_t value;
    const ardoq_err_t err = find_typed(document, from, path, ARDOQ_JSON_BOOLEAN, &value);
    if (!err) {
        *boolean = document->text[token_at(document, value)->start] == 't';
    }
    return err;
}

ardoq_err_t ardoq_json_array_size(const ardoq_json_document_t *document, ardoq_json_value_t from,
                                  const char *path, size_t *count)
{
    ardoq_json_value_t value;
    const ardoq_err_t err = find_typed(document, from, path, ARDOQ_JSON_ARRAY, &value);
    if (!err) {
        *count = (size_t)token_at(document, value)->size;
    }
    return err;
}
