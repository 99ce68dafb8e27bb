#include "ardoq/value.h"
#include "walker.h"

#include <string.h>

/* The literals, each with its NUL, and where the rest of each begins. */
static const char literals[] = "true\0false\0null";
enum { AFTER_T = 1, AFTER_F = 6, AFTER_N = 12 };

enum { HEX_DIGITS = 4 };

void ardoq_json_walk_init(ardoq_json_validator_t *walker, uint8_t levels)
{
    *walker = (ardoq_json_validator_t){.state = BEFORE_VALUE, .levels = levels};
}

/* Notes a moment inside this many arrays and objects. */
static void note_moment(ardoq_json_validator_t *walker, walker_moment_t moment, uint8_t level)
{
    if (level < walker->levels) {
        walker->moment = (uint8_t)moment;
    }
}

/* ---- Strings -------------------------------------------------------------------------------- */

/* A word in which every byte has this value. */
#define EACH(byte) (SIZE_MAX / 0xFF * (byte))

/* The subtraction sets the highest bit of a byte that is smaller, or 0. Bytes that have this bit
 * anyway are not plain either. */
static bool has_only_plain(size_t word)
{
    const size_t control = word - EACH(0x20U);
    const size_t quote = (word ^ EACH('"')) - EACH(1U);
    const size_t backslash = (word ^ EACH('\\')) - EACH(1U);
    return ((word | control | quote | backslash) & EACH(0x80U)) == 0;
}

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Most of a text is such bytes, so they are checked a word at a time. */
const char *ardoq_json_plain_end(const char *at, const char *end)
{
    size_t word;
    while ((size_t)(end - at) >= sizeof word) {
        memcpy(&word, at, sizeof word);
        if (!has_only_plain(word)) {
            break;
        }
        at += sizeof word;
    }
    while (at < end && is_plain((uint8_t)*at)) {
        at++;
    }
    return at;
}

/* The ranges are those of RFC 3629, section 4. */
static walker_state_t utf8_lead(ardoq_json_validator_t *walker, uint8_t byte)
{
    if (byte < 0xC2 || byte > 0xF4) {
        return FAILED_UTF8;
    }
    walker->left = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    walker->utf8_low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    walker->utf8_high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    return IN_UTF8;
}

static walker_state_t utf8_continuation(ardoq_json_validator_t *walker, uint8_t byte)
{
    if (byte < walker->utf8_low || byte > walker->utf8_high) {
        return FAILED_UTF8;
    }
    walker->utf8_low = 0x80;
    walker->utf8_high = 0xBF;
    walker->left--;
    return walker->left > 0 ? IN_UTF8 : IN_STRING;
}

static walker_state_t string_end(ardoq_json_validator_t *walker)
{
    const bool key = walker->key;
    walker->key = false;
    note_moment(walker, key ? KEY_ENDS : SCALAR_ENDS, walker->depth);
    return key ? BEFORE_COLON : AFTER_VALUE;
}

/* A byte of a string that is not plain. */
static walker_state_t string_byte(ardoq_json_validator_t *walker, uint8_t byte)
{
    if (byte == '"') {
        return string_end(walker);
    }
    if (byte == '\\') {
        return IN_ESCAPE;
    }
    return byte >= 0x80 ? utf8_lead(walker, byte) : FAILED;
}

static walker_state_t escape_byte(ardoq_json_validator_t *walker, uint8_t byte)
{
    static const char escapes[] = {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'};
    if (byte == 'u') {
        walker->left = HEX_DIGITS;
        return IN_HEX;
    }
    return memchr(escapes, byte, sizeof escapes) ? IN_STRING : FAILED;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static walker_state_t hex_byte(ardoq_json_validator_t *walker, uint8_t byte)
{
    const uint8_t letter = byte | 0x20;
    if (!is_digit(byte) && (letter < 'a' || letter > 'f')) {
        return FAILED;
    }
    walker->left--;
    return walker->left > 0 ? IN_HEX : IN_STRING;
}

/* ---- Numbers and literals ------------------------------------------------------------------- */

static walker_state_t after_digit(uint8_t state, uint8_t digit)
{
    static const uint8_t after[] = {
        NUMBER_INTEGER, NUMBER_FRACTION, NUMBER_EXPONENT_DIGITS, NUMBER_EXPONENT_DIGITS,
        FAILED,         NUMBER_INTEGER,  NUMBER_FRACTION,        NUMBER_EXPONENT_DIGITS,
    };
    return state == NUMBER_MINUS && digit == '0' ? NUMBER_ZERO : after[state - NUMBER_MINUS];
}

/* FAILED if the byte does not belong to the number. */
static walker_state_t after_number_byte(uint8_t state, uint8_t byte)
{
    if (is_digit(byte)) {
        return after_digit(state, byte);
    }
    if (byte == '.') {
        return state == NUMBER_ZERO || state == NUMBER_INTEGER ? NUMBER_POINT : FAILED;
    }
    if (byte == 'e' || byte == 'E') {
        return state >= NUMBER_ZERO && state <= NUMBER_FRACTION ? NUMBER_EXPONENT : FAILED;
    }
    const bool is_sign = byte == '+' || byte == '-';
    return is_sign && state == NUMBER_EXPONENT ? NUMBER_EXPONENT_SIGN : FAILED;
}

static walker_state_t scalar_end(ardoq_json_validator_t *walker)
{
    note_moment(walker, SCALAR_ENDS, walker->depth);
    return AFTER_VALUE;
}

/* The end of the current number. */
static const char *number_end(ardoq_json_validator_t *walker, const char *at, const char *end)
{
    for (; at < end; at++) {
        const walker_state_t next = after_number_byte(walker->state, (uint8_t)*at);
        if (next == FAILED) {
            const bool whole = walker->state >= NUMBER_ZERO;
            walker->state = (uint8_t)(whole ? scalar_end(walker) : FAILED);
            break;
        }
        walker->state = (uint8_t)next;
    }
    return at;
}

static walker_state_t literal_byte(ardoq_json_validator_t *walker, uint8_t byte)
{
    if ((uint8_t)literals[walker->left] != byte) {
        return FAILED;
    }
    walker->left++;
    return literals[walker->left] ? IN_LITERAL : scalar_end(walker);
}

/* ---- Structure ------------------------------------------------------------------------------ */

static walker_state_t container_begin(ardoq_json_validator_t *walker, bool object)
{
    if (walker->depth == ARDOQ_JSON_DEPTH_MAX) {
        return FAILED_TOO_DEEP;
    }
    walker->objects = walker->objects << 1 | object;
    note_moment(walker, CONTAINER_BEGINS, walker->depth);
    walker->depth++;
    return object ? BEFORE_FIRST_KEY : BEFORE_FIRST_ELEMENT;
}

static bool in_object(const ardoq_json_validator_t *walker)
{
    return walker->objects & 1;
}

static walker_state_t container_end(ardoq_json_validator_t *walker, uint8_t bracket)
{
    if (walker->depth == 0 || walker->state < BEFORE_FIRST_KEY ||
        bracket != (in_object(walker) ? '}' : ']')) {
        return FAILED;
    }
    walker->depth--;
    walker->objects >>= 1;
    note_moment(walker, CONTAINER_ENDS, walker->depth);
    return AFTER_VALUE;
}

static walker_state_t scalar_begin(ardoq_json_validator_t *walker, uint8_t byte)
{
    note_moment(walker, SCALAR_BEGINS, walker->depth);
    switch (byte) {
    case '"':
        return IN_STRING;
    case 't':
    case 'f':
    case 'n':
        walker->left = byte == 't' ? AFTER_T : byte == 'f' ? AFTER_F : AFTER_N;
        return IN_LITERAL;
    case '-':
        return NUMBER_MINUS;
    default:
        return after_number_byte(NUMBER_MINUS, byte);
    }
}

static walker_state_t value_begin(ardoq_json_validator_t *walker, uint8_t byte)
{
    const bool object = byte == '{';
    return object || byte == '[' ? container_begin(walker, object) : scalar_begin(walker, byte);
}

static walker_state_t key_begin(ardoq_json_validator_t *walker, uint8_t byte)
{
    walker->key = true;
    note_moment(walker, KEY_BEGINS, walker->depth);
    return byte == '"' ? IN_STRING : FAILED;
}

static walker_state_t after_value(const ardoq_json_validator_t *walker, uint8_t byte)
{
    if (byte != ',' || walker->depth == 0) {
        return FAILED;
    }
    return in_object(walker) ? BEFORE_KEY : BEFORE_VALUE;
}

static walker_state_t structure_byte(ardoq_json_validator_t *walker, uint8_t byte)
{
    if (byte <= ' ') {
        const bool is_space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
        return is_space ? walker->state : FAILED;
    }
    if (byte == ']' || byte == '}') {
        return container_end(walker, byte);
    }
    switch (walker->state) {
    case BEFORE_VALUE:
    case BEFORE_FIRST_ELEMENT:
        return value_begin(walker, byte);
    case BEFORE_KEY:
    case BEFORE_FIRST_KEY:
        return key_begin(walker, byte);
    case BEFORE_COLON:
        return byte == ':' ? BEFORE_VALUE : FAILED;
    default:
        return after_value(walker, byte);
    }
}

/* ---- The walk ------------------------------------------------------------------------------- */

static walker_state_t take_byte(ardoq_json_validator_t *walker, uint8_t byte)
{
    switch (walker->state) {
    case FAILED:
        return FAILED;
    case IN_STRING:
        return string_byte(walker, byte);
    case IN_UTF8:
        return utf8_continuation(walker, byte);
    case IN_ESCAPE:
        return escape_byte(walker, byte);
    case IN_HEX:
        return hex_byte(walker, byte);
    case IN_LITERAL:
        return literal_byte(walker, byte);
    default:
        return structure_byte(walker, byte);
    }
}

/* The end of a run that is consumed at once. */
static const char *run_end(ardoq_json_validator_t *walker, const char *at, const char *end)
{
    if (walker->state == IN_STRING) {
        return ardoq_json_plain_end(at, end);
    }
    return walker->state >= NUMBER_MINUS ? number_end(walker, at, end) : at;
}

static ardoq_err_t take_error(ardoq_json_validator_t *walker)
{
    static const int8_t errors[] = {ARDOQ_ERR_JSON_INVALID, ARDOQ_ERR_JSON_UTF8,
                                    ARDOQ_ERR_JSON_TOO_DEEP};
    const uint8_t state = walker->state;
    walker->state = FAILED;
    return errors[state];
}

ardoq_err_t ardoq_json_walk(ardoq_json_validator_t *walker, const char **at, const char *end)
{
    const char *place = *at;
    ardoq_err_t err = ARDOQ_OK;
    walker->moment = NO_MOMENT;
    while (place < end && walker->moment == NO_MOMENT) {
        place = run_end(walker, place, end);
        if (place == end || walker->moment != NO_MOMENT) {
            break;
        }
        walker->state = (uint8_t)take_byte(walker, (uint8_t)*place);
        if (walker->state <= FAILED_TOO_DEEP) {
            err = take_error(walker);
            break;
        }
        place++;
    }
    *at = place;
    return err;
}

const char *ardoq_json_clean_end(const char *at, const char *end)
{
    size_t step;
    do {
        uint32_t code;
        at = ardoq_json_plain_end(at, end);
        step =
            at < end && (uint8_t)*at >= 0x80 ? ardoq_utf8_next(at, (size_t)(end - at), &code) : 0;
        at += step;
    } while (step > 0);
    return at;
}

size_t ardoq_json_keep(char *memory, size_t size, size_t length, const char *from, const char *to)
{
    const size_t more = (size_t)(to - from);
    if (length > size || more > size - length) {
        return size + 1;
    }
    memcpy(memory + length, from, more);
    return length + more;
}
