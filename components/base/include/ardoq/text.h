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

/** A text under construction in the caller's buffer. It is NUL-terminated after every call. */
typedef struct {
    char *data;      /**< the buffer */
    size_t size;     /**< of the buffer in bytes, at least 1: one is for the NUL */
    size_t length;   /**< bytes written, without the NUL */
    ardoq_err_t err; /**< first error; once set, nothing more is written */
} ardoq_text_t;

/** Starts an empty text in @p buffer of @p size bytes, borrowed until the text is done. */
void ardoq_text_init(ardoq_text_t *text, char *buffer, size_t size);

/**
 * Appends @p size bytes, all or none.
 * What does not fit sets the error @p full, which the caller chooses: a head and a body that are
 * too large are different errors.
 */
void ardoq_text_append(ardoq_text_t *text, const char *data, size_t size, ardoq_err_t full);

/** Decimal digits of a number, NUL-terminated. */
typedef struct {
    char digits[21]; /**< up to 20 of them */
} ardoq_decimal_t;

/** Writes @p value in decimal. */
ardoq_decimal_t ardoq_decimal(uint64_t value);

/** True when @p a and @p b are the same but for the case of ASCII letters. */
bool ardoq_text_equal_ignoring_case(const char *a, size_t a_size, const char *b, size_t b_size);

/** Overwrites @p size bytes in a way that no compiler may leave out. */
void ardoq_wipe(void *data, size_t size);

#ifdef __cplusplus
}
#endif

#endif
