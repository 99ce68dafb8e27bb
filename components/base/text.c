#include "ardoq/text.h"

#include <string.h>

#include "ardoq/value.h"

void ardoq_text_init(ardoq_text_t *text, char *buffer, size_t size, ardoq_err_t full)
{
    ardoq_text_init_window(text, buffer, size, 0);
    text->full = full;
    buffer[0] = '\0';
}

void ardoq_text_init_window(ardoq_text_t *text, char *buffer, size_t size, size_t skip)
{
    *text = (ardoq_text_t){.size = size, .skip = skip};
    text->data = buffer;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void ardoq_text_append(ardoq_text_t *text, const char *data, size_t size)
{
    if (text->err) {
        return;
    }
    if (text->full && size >= text->size - text->length) {
        text->err = text->full;
        return;
    }
    text->total += size;
    const size_t before = smaller(size, text->skip);
    const size_t shown = smaller(size - before, text->size - text->length);
    text->skip -= before;
    memcpy(text->data + text->length, data + before, shown);
    text->length += shown;
    if (text->full) {
        text->data[text->length] = '\0';
    }
}

void ardoq_text_append_string(ardoq_text_t *text, const char *string)
{
    ardoq_text_append(text, string, strlen(string));
}

/* Long division in steps whose quotients fit 16 bits: 64-bit division would link 750 bytes of the
 * compiler's library on a 32-bit processor. */
const char *ardoq_decimal(uint64_t value, ardoq_decimal_t *room)
{
    char *digit = room->digits + sizeof room->digits - 1;
    uint32_t high = (uint32_t)(value >> 32);
    uint32_t low = (uint32_t)(value & UINT32_MAX);
    *digit = '\0';
    do {
        const uint32_t upper = (high % 10) << 16 | low >> 16;
        const uint32_t lower = (upper % 10) << 16 | (low & 0xffff);
        *--digit = (char)('0' + lower % 10);
        high /= 10;
        low = (upper / 10) << 16 | lower / 10;
    } while (high || low);
    return digit;
}

/* Stands for an invalid character. */
enum { REPLACEMENT = 0xfffd };

static bool is_control(uint32_t code)
{
    static const struct {
        uint16_t first, last;
    } controls[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
                    {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        if (code >= controls[i].first && code <= controls[i].last) {
            return true;
        }
    }
    return false;
}

bool ardoq_text_begins_with_control(const char *text, size_t size, size_t *used, uint32_t *code)
{
    *used = ardoq_utf8_next(text, size, code);
    if (*used > 0) {
        return is_control(*code);
    }
    *used = 1;
    *code = REPLACEMENT;
    return true;
}

void ardoq_text_blank_controls(char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        uint32_t code;
        size_t used;
        if (ardoq_text_begins_with_control(text, left, &used, &code)) {
            memset(text, ' ', used);
        }
        text += used;
        left -= used;
    }
}

void ardoq_text_hide(char *text, const char *secret)
{
    enum { TELLING = 8 };
    for (; *text != '\0'; text++) {
        size_t same = 0;
        while (secret[same] != '\0' && secret[same] == text[same]) {
            same++;
        }
        if (same >= TELLING && (secret[same] == '\0' || text[same] == '\0')) {
            memset(text, '*', same);
        }
    }
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool ardoq_text_equal_ignoring_case(const char *text, size_t size, const char *lower)
{
    size_t i = 0;
    while (i < size && lower[i] != '\0' && to_lower(text[i]) == lower[i]) {
        i++;
    }
    return i == size && lower[i] == '\0';
}

void ardoq_wipe(void *data, size_t size)
{
    if (size > 0) { /* memset() does not accept a null pointer, even with size 0 */
        memset(data, 0, size);
    }
    /* The compiler must assume that this reads the data, so it cannot drop the memset. */
    __asm__ volatile("" : : "r"(data) : "memory");
}
