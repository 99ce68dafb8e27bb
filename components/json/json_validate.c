#include "ardoq/json_validate.h"

#include <string.h>

#include "validator_state.h"

/* The literals, each with its NUL, and where the rest of each one begins. */
static const char literals[] = "true\0false\0null";
enum { AFTER_T = 1, AFTER_F = 6, AFTER_N = 12 };

enum { HEX_DIGITS = 4 };

void ardoq_json_validator_init(ardoq_json_validator_t *validator)
{
    memset(validator, 0, sizeof *validator);
    validator->state = BEFORE_VALUE;
}

static ardoq_err_t go_on(ardoq_json_validator_t *validator, validator_state_t state)
{
    validator->state = (uint8_t)state;
    return state == FAILED ? ARDOQ_ERR_JSON_INVALID : ARDOQ_PENDING;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static validator_state_t after_digit(uint8_t state, uint8_t digit)
{
    switch (state) {
    case NUMBER_MINUS:
        return digit == '0' ? NUMBER_ZERO : NUMBER_INTEGER;
    case NUMBER_ZERO:
        return FAILED;
    case NUMBER_INTEGER:
        return NUMBER_INTEGER;
    case NUMBER_POINT:
    case NUMBER_FRACTION:
        return NUMBER_FRACTION;
    default:
        return NUMBER_EXPONENT_DIGITS;
    }
}

/* FAILED when the byte does not belong to the number. */
static validator_state_t after_number_byte(uint8_t state, uint8_t byte)
{
    switch (byte) {
    case '.':
        return state == NUMBER_ZERO || state == NUMBER_INTEGER ? NUMBER_POINT : FAILED;
    case 'e':
    case 'E':
        return state >= NUMBER_ZERO && state <= NUMBER_FRACTION ? NUMBER_EXPONENT : FAILED;
    case '+':
    case '-':
        return state == NUMBER_EXPONENT ? NUMBER_EXPONENT_SIGN : FAILED;
    default:
        return is_digit(byte) ? after_digit(state, byte) : FAILED;
    }
}

/* The ranges are those of RFC 3629, section 4. */
static ardoq_err_t utf8_lead(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (byte < 0xC2 || byte > 0xF4) {
        return ARDOQ_ERR_JSON_UTF8;
    }
    validator->utf8_left = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    validator->utf8_low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
    validator->utf8_high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
    return ARDOQ_PENDING;
}

static ardoq_err_t utf8_continuation(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (byte < validator->utf8_low || byte > validator->utf8_high) {
        return ARDOQ_ERR_JSON_UTF8;
    }
    validator->utf8_left--;
    validator->utf8_low = 0x80;
    validator->utf8_high = 0xBF;
    return ARDOQ_PENDING;
}

static ardoq_err_t string_end(ardoq_json_validator_t *validator)
{
    const validator_state_t state = validator->key ? BEFORE_COLON : AFTER_VALUE;
    validator->key = false;
    return go_on(validator, state);
}

static ardoq_err_t string_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (validator->utf8_left > 0) {
        return utf8_continuation(validator, byte);
    }
    if (byte >= 0x80) {
        return utf8_lead(validator, byte);
    }
    if (byte == '"') {
        return string_end(validator);
    }
    if (byte == '\\') {
        return go_on(validator, IN_ESCAPE);
    }
    return byte >= 0x20 ? ARDOQ_PENDING : ARDOQ_ERR_JSON_INVALID;
}

static ardoq_err_t escape_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    static const char escapes[] = {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'};
    if (byte == 'u') {
        validator->position = 0;
        return go_on(validator, IN_HEX);
    }
    return go_on(validator, memchr(escapes, byte, sizeof escapes) ? IN_STRING : FAILED);
}

static ardoq_err_t hex_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    const uint8_t letter = byte | 0x20;
    if (!is_digit(byte) && (letter < 'a' || letter > 'f')) {
        return ARDOQ_ERR_JSON_INVALID;
    }
    validator->position++;
    return go_on(validator, validator->position < HEX_DIGITS ? IN_HEX : IN_STRING);
}

static ardoq_err_t literal_begin(ardoq_json_validator_t *validator, uint8_t position)
{
    validator->position = position;
    return go_on(validator, IN_LITERAL);
}

static ardoq_err_t literal_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    if ((uint8_t)literals[validator->position] != byte) {
        return ARDOQ_ERR_JSON_INVALID;
    }
    validator->position++;
    return go_on(validator, literals[validator->position] ? IN_LITERAL : AFTER_VALUE);
}

static uint32_t level_bit(uint8_t level)
{
    return (uint32_t)1 << level;
}

static ardoq_err_t container_begin(ardoq_json_validator_t *validator, bool object)
{
    if (validator->depth == ARDOQ_JSON_DEPTH_MAX) {
        return ARDOQ_ERR_JSON_TOO_DEEP;
    }
    const uint32_t bit = level_bit(validator->depth);
    validator->objects = object ? validator->objects | bit : validator->objects & ~bit;
    validator->depth++;
    return go_on(validator, object ? BEFORE_FIRST_KEY : BEFORE_FIRST_ELEMENT);
}

static bool in_object(const ardoq_json_validator_t *validator)
{
    return validator->objects & level_bit((uint8_t)(validator->depth - 1));
}

/* Takes a byte that ends the innermost array or object; any other is an error. */
static ardoq_err_t container_end(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (validator->depth == 0 || byte != (in_object(validator) ? '}' : ']')) {
        return ARDOQ_ERR_JSON_INVALID;
    }
    validator->depth--;
    return go_on(validator, AFTER_VALUE);
}

static ardoq_err_t value_begin(ardoq_json_validator_t *validator, uint8_t byte)
{
    switch (byte) {
    case '{':
        return container_begin(validator, true);
    case '[':
        return container_begin(validator, false);
    case '"':
        return go_on(validator, IN_STRING);
    case 't':
        return literal_begin(validator, AFTER_T);
    case 'f':
        return literal_begin(validator, AFTER_F);
    case 'n':
        return literal_begin(validator, AFTER_N);
    case '-':
        return go_on(validator, NUMBER_MINUS);
    default:
        return go_on(validator, after_number_byte(NUMBER_MINUS, byte));
    }
}

static ardoq_err_t key_begin(ardoq_json_validator_t *validator, uint8_t byte)
{
    validator->key = true;
    return go_on(validator, byte == '"' ? IN_STRING : FAILED);
}

static ardoq_err_t value_after(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (byte == ',' && validator->depth > 0) {
        return go_on(validator, in_object(validator) ? BEFORE_KEY : BEFORE_VALUE);
    }
    return container_end(validator, byte);
}

static ardoq_err_t structure_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r') {
        return ARDOQ_PENDING;
    }
    switch (validator->state) {
    case BEFORE_FIRST_ELEMENT:
        return byte == ']' ? container_end(validator, byte) : value_begin(validator, byte);
    case BEFORE_VALUE:
        return value_begin(validator, byte);
    case BEFORE_FIRST_KEY:
        return byte == '}' ? container_end(validator, byte) : key_begin(validator, byte);
    case BEFORE_KEY:
        return key_begin(validator, byte);
    case BEFORE_COLON:
        return go_on(validator, byte == ':' ? BEFORE_VALUE : FAILED);
    default:
        return value_after(validator, byte);
    }
}

static ardoq_err_t number_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    const validator_state_t next = after_number_byte(validator->state, byte);
    if (next == FAILED && in_whole_number(validator)) {
        validator->state = AFTER_VALUE;
        return structure_byte(validator, byte);
    }
    return go_on(validator, next);
}

static ardoq_err_t next_byte(ardoq_json_validator_t *validator, uint8_t byte)
{
    if (in_number(validator)) {
        return number_byte(validator, byte);
    }
    switch (validator->state) {
    case FAILED:
        return ARDOQ_ERR_JSON_INVALID;
    case IN_STRING:
        return string_byte(validator, byte);
    case IN_ESCAPE:
        return escape_byte(validator, byte);
    case IN_HEX:
        return hex_byte(validator, byte);
    case IN_LITERAL:
        return literal_byte(validator, byte);
    default:
        return structure_byte(validator, byte);
    }
}

ardoq_err_t ardoq_json_validator_byte(ardoq_json_validator_t *validator, char byte)
{
    const ardoq_err_t err = next_byte(validator, (uint8_t)byte);
    if (err != ARDOQ_PENDING) {
        validator->state = FAILED;
    }
    return err;
}

ardoq_err_t ardoq_json_validator_end(const ardoq_json_validator_t *validator)
{
    const bool complete = validator->state == AFTER_VALUE || in_whole_number(validator);
    return complete && validator->depth == 0 ? ARDOQ_OK : ARDOQ_ERR_JSON_INVALID;
}

ardoq_err_t ardoq_json_validate(const char *text, size_t size)
{
    ardoq_json_validator_t validator;
    ardoq_json_validator_init(&validator);
    for (size_t i = 0; i < size; i++) {
        const ardoq_err_t err = ardoq_json_validator_byte(&validator, text[i]);
        if (err != ARDOQ_PENDING) {
            return err;
        }
    }
    return ardoq_json_validator_end(&validator);
}
