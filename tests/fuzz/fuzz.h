/*
 * Shared by the fuzz targets. Inputs are mostly text, so that the corpus can be read and written by
 * hand: lines of options first, then the bytes under test.
 */
#ifndef ARDOQ_FUZZ_H
#define ARDOQ_FUZZ_H

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A property. assert() would be gone in a build with NDEBUG. */
#define CHECK(property)                                                                            \
    do {                                                                                           \
        if (!(property)) {                                                                         \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

typedef struct {
    const char *at;
    size_t size;
} span_t;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline span_t input_of(const uint8_t *data, size_t size)
{
    return (span_t){(const char *)data, size};
}

/* Takes what is before the next end of the kind given, or the rest if there is none. */
static inline span_t take_until(span_t *input, char end)
{
    const char *found = input->size > 0 ? memchr(input->at, end, input->size) : NULL;
    const size_t size = found ? (size_t)(found - input->at) : input->size;
    const span_t taken = {input->at, size};
    const size_t used = found ? size + 1 : size;
    *input = (span_t){input->at + used, input->size - used};
    return taken;
}

static inline span_t take_line(span_t *input)
{
    return take_until(input, '\n');
}

static inline bool span_is(span_t span, const char *text)
{
    return span.size == strlen(text) && (span.size == 0 || memcmp(span.at, text, span.size) == 0);
}

static inline bool holds(span_t span, char c)
{
    return span.size > 0 && memchr(span.at, c, span.size);
}

/* Null is no value. */
static inline bool same_value(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- Memory: each copy has exactly its size, so that AddressSanitizer sees a step beyond --------
 */

static inline void *allocate(size_t size)
{
    void *memory = malloc(size);
    CHECK(memory || size == 0);
    return memory;
}

static inline char *copy_of(span_t span)
{
    char *copy = allocate(span.size);
    if (span.size > 0) {
        memcpy(copy, span.at, span.size);
    }
    return copy;
}

/* The same as NUL-terminated text, which ends at the first NUL. */
static inline char *text_of(span_t span)
{
    const span_t text = take_until(&span, '\0');
    char *copy = allocate(text.size + 1);
    if (text.size > 0) {
        memcpy(copy, text.at, text.size);
    }
    copy[text.size] = '\0';
    return copy;
}

/* ---- Pieces ------------------------------------------------------------------------------------
 */

/* How to cut: the lengths of the pieces, used again and again. `a` is 1 byte, `z` is 26; of any
 * other character the low five bits count. No characters: everything is one piece. */
typedef struct {
    span_t lengths;
    size_t next;
} pieces_t;

static inline span_t take_piece(pieces_t *pieces, span_t *rest)
{
    size_t size = rest->size;
    if (pieces->lengths.size > 0) {
        const char length = pieces->lengths.at[pieces->next++ % pieces->lengths.size];
        size = length & 31 ? length & 31 : 32;
    }
    if (size > rest->size) {
        size = rest->size;
    }
    const span_t piece = {rest->at, size};
    *rest = (span_t){rest->at + size, rest->size - size};
    return piece;
}

/* ---- Text --------------------------------------------------------------------------------------
 */

/* By the C library, which refuses overlong forms, halves of pairs and what is cut. */
static inline bool is_utf8(span_t text)
{
    static iconv_t converter;
    if (!converter) {
        converter = iconv_open("UTF-32LE", "UTF-8");
        CHECK(converter != (iconv_t)-1);
    }
    char *rest = (char *)text.at;
    size_t left = text.size;
    size_t result;
    do {
        char characters[256];
        char *to = characters;
        size_t room = sizeof characters;
        result = iconv(converter, &rest, &left, &to, &room);
    } while (result == (size_t)-1 && errno == E2BIG);
    iconv(converter, NULL, NULL, NULL, NULL);
    return result == 0 && left == 0;
}

/* What a terminal may act on: C0, DEL and, as UTF-8, C1. */
static inline bool has_control(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    while (*byte >= ' ' && *byte != 0x7f && !(*byte == 0xc2 && byte[1] >= 0x80 && byte[1] < 0xa0)) {
        byte++;
    }
    return *byte != '\0';
}

/* Text in a field of the library: it ends in the field. */
static inline bool is_text(const char *field, size_t size)
{
    return memchr(field, '\0', size) && is_utf8((span_t){field, strlen(field)});
}

/* ---- Checksum ---------------------------------------------------------------------------------
 */

/* CRC-32 as in zip, bit by bit, which the code under test does not do. */
static inline uint32_t crc32_of(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < 8 * size; i++) {
        const uint32_t bit = ((uint32_t)bytes[i / 8] >> (i % 8) ^ crc) & 1;
        crc = crc >> 1 ^ (bit ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

#endif
