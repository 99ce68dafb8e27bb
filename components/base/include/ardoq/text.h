/**
 * @file
 * Bounded text: appends to the caller's buffer and keeps the first error, so that a writer need
 * check only once, at the end.
 */
#ifndef ARDOQ_TEXT_H
#define ARDOQ_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A text under construction in the caller's buffer, or the part of it that is inside a window. */
typedef struct {
    char *data;       /**< the buffer */
    size_t size;      /**< of the buffer in bytes */
    size_t length;    /**< bytes in the buffer, without a NUL */
    size_t skip;      /**< bytes that still come before the window */
    size_t total;     /**< bytes appended, whether they are in the buffer or not */
    ardoq_err_t full; /**< error if the text does not fit; ARDOQ_OK: this is a window */
    ardoq_err_t err;  /**< first error; once set, nothing more is appended */
} ardoq_text_t;

/**
 * Starts an empty text. It is NUL-terminated after every call.
 * @param text    the text
 * @param buffer  borrowed until the text is done
 * @param size    of @p buffer in bytes, at least 1: one is for the NUL
 * @param full    the error to set if the text does not fit
 */
void ardoq_text_init(ardoq_text_t *text, char *buffer, size_t size, ardoq_err_t full);

/**
 * Starts a window onto a text that may be longer than the buffer. Bytes before and after the window
 * are only counted. The result has no NUL.
 * @param text    the text
 * @param buffer  borrowed until the text is done
 * @param size    of @p buffer in bytes; with 0 everything is only counted
 * @param skip    bytes of the text before the window
 */
void ardoq_text_init_window(ardoq_text_t *text, char *buffer, size_t size, size_t skip);

/** Appends @p size bytes: all or, if they do not fit, none; in a window, the bytes inside it. */
void ardoq_text_append(ardoq_text_t *text, const char *data, size_t size);

/** Appends a NUL-terminated string. */
void ardoq_text_append_string(ardoq_text_t *text, const char *string);

/**
 * True if an untrusted text begins with something that must not reach a screen or a log: a
 * character that a terminal may act on (C0, DEL, C1), that changes the text direction or ends a
 * line (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069), or a byte that is not UTF-8.
 * @param text       @p size bytes, at least 1
 * @param size       in bytes
 * @param[out] used  bytes of the character
 * @param[out] code  its code point, U+FFFD if it is not UTF-8
 */
bool ardoq_text_begins_with_control(const char *text, size_t size, size_t *used, uint32_t *code);

/** Replaces each byte of what ardoq_text_begins_with_control() finds by a space. */
void ardoq_text_blank_controls(char *text);

/**
 * Replaces the secret in a server's text by stars, because a server may echo what it was sent. If
 * the text was cut inside the secret, that part is hidden too, unless it is too short to matter.
 */
void ardoq_text_hide(char *text, const char *secret);

/** Room for the decimal digits of any number. */
typedef struct {
    char digits[21]; /**< up to 20 of them and a NUL, at the end of the array */
} ardoq_decimal_t;

/** Writes @p value in decimal. @return the digits, NUL-terminated, inside @p room. */
const char *ardoq_decimal(uint64_t value, ardoq_decimal_t *room);

/** Compares @p size bytes of @p text with @p lower, NUL-terminated and without capital letters,
 * ignoring the case of ASCII letters. */
bool ardoq_text_equal_ignoring_case(const char *text, size_t size, const char *lower);

/** Overwrites @p size bytes with zeros; the compiler cannot optimise this away. */
void ardoq_wipe(void *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
