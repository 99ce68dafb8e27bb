#include "ardoq/value.h"

#include <stdbool.h>
#include <string.h>

/* ---- Characters ------------------------------------------------------------------------------ */

size_t ardoq_utf8_next(const char *text, size_t size, uint32_t *code)
{
    const uint8_t lead = (uint8_t)text[0];
    const size_t more = lead < 0xc0 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || more >= size) {
        return 0;
    }
    uint32_t number = more > 0 ? lead & 0x3fU >> more : lead;
    for (size_t i = 1; i <= more; i++) {
        if (((uint8_t)text[i] & 0xc0) != 0x80) {
            return 0;
        }
        number = number << 6 | ((uint8_t)text[i] & 0x3fU);
    }
    /* Too many bytes for it, half a pair of UTF-16, or past the last. */
    if ((more > 1 && number >> (5 * more + 1) == 0) || number >> 11 == 0x1b || number > 0x10ffff) {
        return 0;
    }
    *code = number;
    return more + 1;
}

static bool is_control(uint32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0);
}

enum { NO_BREAK_SPACE = 0xa0, BYTE_ORDER_MARK = 0xfeff };

static bool stands_around(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\r' || code == '\n' || code == NO_BREAK_SPACE ||
           code == BYTE_ORDER_MARK;
}

/* ---- Values ---------------------------------------------------------------------------------- */

const char *ardoq_value_trim(const char *value, size_t *size)
{
    const char *start = value;
    const char *end = value;
    while (*value != '\0') {
        uint32_t code = 0;
        const size_t step = ardoq_utf8_next(value, SIZE_MAX, &code);
        value += step > 0 ? step : 1;
        if (!stands_around(code)) {
            end = value;
        } else if (end == start) {
            start = value;
            end = value;
        }
    }
    *size = (size_t)(end - start);
    return start;
}

static bool is_quoted(const char *value, size_t size)
{
    return size > 1 && (value[0] == '"' || value[0] == '\'' || value[0] == '`') &&
           value[size - 1] == value[0];
}

static bool is_word(const char *word, size_t size, const char *expected)
{
    return size == strlen(expected) && memcmp(word, expected, size) == 0;
}

/* As it stands in a file of settings or in a shell, where `export` may come first. */
static bool is_assignment(const char *value, size_t size, const char *name)
{
    static const char prefix[] = "ARDOQ_";
    const char *const equals = memchr(value, '=', size);
    if (!equals) {
        return false;
    }
    const char *word = equals;
    while (word > value && word[-1] != ' ') {
        word--;
    }
    const size_t length = (size_t)(equals - word);
    return is_word(word, length, name) ||
           (length >= sizeof prefix && memcmp(word, prefix, sizeof prefix - 1) == 0);
}

ardoq_err_t ardoq_value_check(const char *value, size_t size, const char *name)
{
    if (is_quoted(value, size) || is_assignment(value, size, name)) {
        return ARDOQ_ERR_VALUE_WRAPPED;
    }
    while (size > 0) {
        uint32_t code;
        const size_t step = ardoq_utf8_next(value, size, &code);
        if (step == 0 || is_control(code)) {
            return ARDOQ_ERR_TEXT_INVALID;
        }
        value += step;
        size -= step;
    }
    return ARDOQ_OK;
}
