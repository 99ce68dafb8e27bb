/**
 * @file
 * Character classes of RFC 3986 and RFC 9110. Private to this folder.
 */
#ifndef ARDOQ_HTTP_CHARS_H
#define ARDOQ_HTTP_CHARS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ardoq/text.h"

static inline bool is_one_of(char c, const char *set)
{
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the NUL is not one of them */
    return memchr(set, c, strlen(set)) != NULL;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool is_visible(char c)
{
    return c > ' ' && c < 0x7f;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Value of a hex digit; 16 or more for any other character. */
static inline unsigned hex_value(char c)
{
    const char lower = (char)(c | 0x20);
    if (is_digit(c)) {
        return (unsigned)(c - '0');
    }
    return lower >= 'a' ? (unsigned)(lower - 'a') + 10 : 16;
}

static inline bool is_alphanumeric(char c)
{
    const char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z');
}

/* A set has a bit for each of the first 128 characters; others are never in a set. */
static inline bool is_in_set(char c, const uint32_t *set)
{
    return (c & 0x80) == 0 && (set[(c & 0x60) >> 5] >> (c & 0x1f) & 1) != 0;
}

/* RFC 3986, 2.3: letters, digits and -._~ */
static inline bool is_unreserved(char c)
{
    static const uint32_t unreserved[] = {0, 0x03ff6000, 0x87fffffe, 0x47fffffe};
    return is_in_set(c, unreserved);
}

/* RFC 9110, 5.6.2: letters, digits and !#$%&'*+-.^_`|~ */
static inline bool is_token_char(char c)
{
    static const uint32_t token[] = {0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff};
    return is_in_set(c, token);
}

/** Appends the byte, percent-encoded if it is not plain (RFC 3986, 2.1). */
void ardoq_http_append_byte(ardoq_text_t *text, char byte, bool is_plain);

#endif
