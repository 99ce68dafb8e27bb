/**
 * @file
 * Character classes of RFC 3986 and RFC 9110. Private to this folder.
 */
#ifndef ARDOQ_HTTP_CHARS_H
#define ARDOQ_HTTP_CHARS_H

#include <stdbool.h>
#include <string.h>

static inline bool is_one_of(char c, const char *set)
{
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the NUL is none of them */
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

/* RFC 3986, 2.3. */
static inline bool is_unreserved(char c)
{
    return is_alphanumeric(c) || is_one_of(c, "-._~");
}

/* RFC 9110, 5.6.2: all that is visible but the delimiters. */
static inline bool is_token_char(char c)
{
    return is_visible(c) && !is_one_of(c, "\"(),/:;<=>?@[\\]{}");
}

#endif
