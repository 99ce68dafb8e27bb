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
    /* Overlong, a surrogate, or above U+10FFFF. */
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

/* A visible ASCII character, the most common case: neither blank nor control. */
static bool is_visible(char byte)
{
    return byte > ' ' && byte < 0x7f;
}

/* Length of the blank, line break, no-break space or byte order mark that begins here; 0 for
 * anything else. */
static size_t blank_at(const char *text, size_t size)
{
    if (is_visible(*text)) {
        return 0;
    }
    if (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n') {
        return 1;
    }
    if (size >= 2 && memcmp(text, "\xc2\xa0", 2) == 0) {
        return 2;
    }
    return size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* The same for one that ends here. */
static size_t blank_before(const char *end, size_t size)
{
    size_t length = is_visible(end[-1]) ? size + 1 : 1;
    while (length <= size && length <= 3 && blank_at(end - length, length) != length) {
        length++;
    }
    return length <= size && length <= 3 ? length : 0;
}

/* ---- Values ---------------------------------------------------------------------------------- */

const char *ardoq_value_trim(const char *value, size_t *size)
{
    size_t left = strlen(value);
    size_t blank;
    while (left > 0 && (blank = blank_at(value, left)) > 0) {
        value += blank;
        left -= blank;
    }
    while (left > 0 && (blank = blank_before(value + left, left)) > 0) {
        left -= blank;
    }
    *size = left;
    return value;
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

/* As written in a settings file or in a shell, where `export` may come first. */
static bool is_assignment(const char *value, const char *equals, const char *name)
{
    static const char prefix[] = "ARDOQ_";
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
    const char *const end = value + size;
    const char *equals = NULL;
    const char *at = value;
    for (;;) {
        while (at < end && *at >= ' ' && *at < 0x7f && *at != '=') {
            at++;
        }
        if (at == end) {
            break;
        }
        uint32_t code;
        const size_t step = ardoq_utf8_next(at, (size_t)(end - at), &code);
        if (step == 0 || is_control(code)) {
            return ARDOQ_ERR_TEXT_INVALID;
        }
        if (code == '=' && !equals) {
            equals = at;
        }
        at += step;
    }
    const bool is_wrapped =
        is_quoted(value, size) || (equals && is_assignment(value, equals, name));
    return is_wrapped ? ARDOQ_ERR_VALUE_WRAPPED : ARDOQ_OK;
}
