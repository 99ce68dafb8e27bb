#include "../../../components/base/value.c"

#include "../proof.h"

enum { VALUE_MAX = 6, TRIMMED_MAX = 4, CHARACTER_MAX = 4, LAST_CODE = 0x10ffff };

/* RFC 3629, section 3: the one way to write each number. */
static size_t write_character(uint32_t code, uint8_t bytes[CHARACTER_MAX])
{
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    const size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i > 1; i--) {
        bytes[i - 1] = (uint8_t)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    bytes[0] = (uint8_t)(leads[size] | code);
    return size;
}

static bool is_character(uint32_t code)
{
    return code <= LAST_CODE && (code < 0xd800 || code > 0xdfff);
}

/* What is read is written in no other way ... */
void prove_utf8_read(void)
{
    const size_t size = any_size_up_to(CHARACTER_MAX);
    ASSUME(size > 0);
    const char *const text = any_bytes(size);
    uint32_t code;
    const size_t step = ardoq_utf8_next(text, size, &code);
    PROVE(step <= size);
    if (step > 0) {
        uint8_t bytes[CHARACTER_MAX];
        PROVE(is_character(code) && write_character(code, bytes) == step);
        PROVE(memcmp(text, bytes, step) == 0);
        if (code == LAST_CODE) {
            REACHED("the last character");
        }
    }
}

/* ... and each character is read, unless bytes of it are missing. */
void prove_utf8_written(void)
{
    const uint32_t code = nondet_uint32();
    ASSUME(is_character(code));
    char text[CHARACTER_MAX];
    const size_t size = write_character(code, (uint8_t *)text);
    const size_t given = any_size_up_to(CHARACTER_MAX);
    ASSUME(given > 0);
    uint32_t read = 0;
    const size_t step = ardoq_utf8_next(text, given, &read);
    PROVE(given < size ? step == 0 : step == size && read == code);
    if (code == LAST_CODE && step > 0) {
        REACHED("the last character");
    }
}

static void prove_trim_of(size_t length)
{
    const char *const value = any_text(length);
    size_t size;
    const char *const start = ardoq_value_trim(value, &size);
    PROVE(start >= value && start + size <= value + length);
    if (size > 0) {
        uint32_t code = 'a';
        (void)ardoq_utf8_next(start, size, &code);
        PROVE(code != ' ' && code != '\n' && code != 0xa0 && code != 0xfeff);
        PROVE(start[size - 1] != ' ' && start[size - 1] != '\n');
    }
    if (length == TRIMMED_MAX && *value == '\xef' && size == 1 && start == value + 3) {
        REACHED("a byte order mark before it");
    }
}

/* No byte after the NUL is read, what remains lies inside, and has no blank at its ends. One length
 * at a time is much less work for CBMC. */
void prove_trim(void)
{
    for (size_t length = 0; length <= TRIMMED_MAX; length++) {
        prove_trim_of(length);
    }
}

/* Reads no byte that is not of the value, and accepts no control character. */
void prove_check(void)
{
    const size_t size = any_size_up_to(VALUE_MAX);
    const char *const value = any_bytes(size);
    const ardoq_err_t err = ardoq_value_check(value, size, "ab");
    PROVE(err == ARDOQ_OK || err == ARDOQ_ERR_TEXT_INVALID || err == ARDOQ_ERR_VALUE_WRAPPED);
    PROVE(err != ARDOQ_ERR_VALUE_WRAPPED || size > 1);
    PROVE(size > 0 || !err);
    if (!err) {
        const size_t i = any_size_up_to(VALUE_MAX);
        PROVE(i >= size || !is_control((uint8_t)(value[i] & 0x7f)) || (value[i] & 0x80) != 0);
        if (size == VALUE_MAX && value[0] == '\xf4') {
            REACHED("a value");
        }
    }
    if (err == ARDOQ_ERR_VALUE_WRAPPED && value[0] == 'a') {
        REACHED("a name before it");
    }
}
