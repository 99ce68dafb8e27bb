/**
 * @file
 * Bounded text: appends to the caller's buffer and keeps its first error, so that a writer checks
 * once, at the end.
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

/** A text under construction in the caller's buffer, or the part of one that a window shows. */
typedef struct {
    char *data;       /**< the buffer */
    size_t size;      /**< of the buffer in bytes */
    size_t length;    /**< bytes in the buffer, without a NUL */
    size_t skip;      /**< bytes that still come before the window */
    size_t total;     /**< bytes appended, whether they are in the buffer or not */
    ardoq_err_t full; /**< error of a text that does not fit; ARDOQ_OK: this is a window */
    ardoq_err_t err;  /**< first error; once set, nothing more is appended */
} ardoq_text_t;

/**
 * Starts an empty text. It is NUL-terminated after every call.
 * @param text    the text
 * @param buffer  borrowed until the text is done
 * @param size    of @p buffer in bytes, at least 1: one is for the NUL
 * @param full    the error of a text that does not fit
 */
void ardoq_text_init(ardoq_text_t *text, char *buffer, size_t size, ardoq_err_t full);

/**
 * Starts a window onto a text that may be longer than the buffer. What comes before or after it is
 * counted only. There is no NUL.
 * @param text    the text
 * @param buffer  borrowed until the text is done
 * @param size    of @p buffer in bytes; with 0 everything is counted only
 * @param skip    bytes of the text before the window
 */
void ardoq_text_init_window(ardoq_text_t *text, char *buffer, size_t size, size_t skip);

/** Appends @p size bytes: all or, when they do not fit, none; of a window what is within it. */
void ardoq_text_append(ardoq_text_t *text, const char *data, size_t size);

/** Appends a NUL-terminated string. */
void ardoq_text_append_string(ardoq_text_t *text, const char *string);

/**
 * True when a text from elsewhere begins with what may not reach a screen or a log: a character
 * that a terminal may act on (C0, DEL, C1), that changes the direction of what is written or ends a
 * line (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069), or a byte that is not UTF-8.
 * @param text       @p size bytes, at least 1
 * @param size       in bytes
 * @param[out] used  bytes of the character
 * @param[out] code  its number, U+FFFD for what is not UTF-8
 */
bool ardoq_text_begins_with_control(const char *text, size_t size, size_t *used, uint32_t *code);

/** Makes a space of each byte of all that ardoq_text_begins_with_control() finds. */
void ardoq_text_blank_controls(char *text);

/**
 * Makes stars of the secret in a text from a server, which may send back what it was sent. A text
 * that was cut may end within the secret: its beginning is hidden too, unless it is too short to
 * tell anything.
 */
void ardoq_text_hide(char *text, const char *secret);

/** Room for the decimal digits of any number. */
typedef struct {
    char digits[21]; /**< up to 20 of them, and a NUL; they stand at its end */
} ardoq_decimal_t;

/** Writes @p value in decimal. @return the digits, NUL-terminated, inside @p room. */
const char *ardoq_decimal(uint64_t value, ardoq_decimal_t *room);

/** True when @p size bytes of @p text are @p lower, a NUL-terminated text without capital letters,
 * but for the case of ASCII letters. */
bool ardoq_text_equal_ignoring_case(const char *text, size_t size, const char *lower);

/** Overwrites @p size bytes in a way that no compiler may leave out. */
void ardoq_wipe(void *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
