/**
 * @file
 * The text of the store: pure functions over bytes, private to the POSIX port.
 *
 *     # A line that begins with # is a comment.
 *     host = https://acme.ardoq.com
 *     token = ...
 *     ca0 = @/etc/ardoq/root.pem
 *
 * Each line is blank, a comment, or `key = value`. Blanks around key and value do not count; a
 * value reaches to the end of its line, with every = and # in it. It may hold `\n`, `\r`, `\t`,
 * `\s` (a blank), `\@` and `\\`. A value that begins with `@/` is the absolute path of the file
 * that holds it. A key stands there once.
 *
 * A version before the first release wrote the same lines between a first one and a checksum, both
 * of which are comments here; the next change drops them.
 */
#ifndef ARDOQ_POSIX_STORE_TEXT_H
#define ARDOQ_POSIX_STORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/port.h"
#include "ardoq/text.h"

/** Largest text in bytes. */
#define ARDOQ_STORE_TEXT_MAX 65536

/** A line with a setting. All but the key points into the text. */
typedef struct {
    unsigned number;                  /**< from 1 */
    char key[ARDOQ_PORT_KEY_MAX + 1]; /**< NUL-terminated */
    const char *start;                /**< of the line */
    const char *end;                  /**< after its line feed, if there is one */
    const char *value;                /**< as it is written */
    size_t value_size;                /**< in bytes */
} ardoq_store_line_t;

/** True for 1 to ARDOQ_PORT_KEY_MAX characters of a-z, 0-9 and _. */
bool ardoq_store_text_is_key(const char *key);

/**
 * Looks for the first fault.
 * @param[out] line  its number, from 1
 * @return what is wrong, or null for the text of a store.
 */
const char *ardoq_store_text_fault(const char *text, size_t size, unsigned *line);

/**
 * Takes the next setting.
 * @param text  without fault
 * @param line  the one before; all zero at first
 * @return false at the end.
 */
bool ardoq_store_text_next(const char *text, size_t size, ardoq_store_line_t *line);

/** Takes the setting of a key. @return false if it has none */
bool ardoq_store_text_find(const char *text, size_t size, const char *key,
                           ardoq_store_line_t *line);

/** True when the value is the path of a file, without the @. */
bool ardoq_store_text_is_file(const ardoq_store_line_t *line);

/**
 * Reads the value, or the path of its file.
 * @param[out] value  NUL-terminated; changed only on success
 * @param size        of @p value in bytes
 * @return ARDOQ_OK or ARDOQ_ERR_SETTING_TOO_LONG.
 */
ardoq_err_t ardoq_store_text_value(const ardoq_store_line_t *line, char *value, size_t size);

/**
 * Writes the text with one value set; all else stays as it is.
 * @param text   without fault; null with @p size 0 for a store that does not exist yet
 * @param value  null removes the key
 * @param out    receives the new text; its error is set when it does not fit
 */
void ardoq_store_text_set(const char *text, size_t size, const char *key, const char *value,
                          ardoq_text_t *out);

#endif
