#include "ardoq/text.h"

#include <string.h>

void ardoq_text_init(ardoq_text_t *text, char *buffer, size_t size)
{
    text->data = buffer;
    text->size = size;
    text->length = 0;
    text->err = ARDOQ_OK;
    buffer[0] = '\0';
}

void ardoq_text_append(ardoq_text_t *text, const char *data, size_t size, ardoq_err_t full)
{
    if (text->err) {
        return;
    }
    if (size >= text->size - text->length) {
        text->err = full;
        return;
    }
    memcpy(text->data + text->length, data, size);
    text->length += size;
    text->data[text->length] = '\0';
}

ardoq_decimal_t ardoq_decimal(uint64_t value)
{
    ardoq_decimal_t decimal;
    size_t start = sizeof decimal.digits - 1;
    decimal.digits[start] = '\0';
    do {
        decimal.digits[--start] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    memmove(decimal.digits, decimal.digits + start, sizeof decimal.digits - start);
    return decimal;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool ardoq_text_equal_ignoring_case(const char *a, size_t a_size, const char *b, size_t b_size)
{
    if (a_size != b_size) {
        return false;
    }
    for (size_t i = 0; i < a_size; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

void ardoq_wipe(void *data, size_t size)
{
    volatile unsigned char *bytes = data;
    while (size > 0) {
        bytes[--size] = 0;
    }
}
