/**
 * @file
 * The text of the store: pure functions over bytes, private to the POSIX port.
 *
 *     # A line that begins with # is a comment.
 *     host = https://acme.ardoq.com
 *     token = ...
 *     ca0 = @/etc/ardoq/root.pem
 *
 * Each line is blank, a comment, or `key = value`. Blanks around key and value are ignored; a value
 * extends to the end of its line, including any = and #. It may contain `\n`, `\r`, `\t`, `\s` (a
 * blank), `\@` and `\\`. A value that begins with `@/` is the absolute path of a file with the
 * value. Each key may occur once.
 *
 * A version before the first release added a first line and a checksum, both of which are comments
 * here; the next change removes them.
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
    const char *value;                /**< as written, with escapes */
    size_t value_size;                /**< in bytes */
} ardoq_store_line_t;

/** True for 1 to ARDOQ_PORT_KEY_MAX characters of a-z, 0-9 and _. */
bool ardoq_store_text_is_key(const char *key);

/**
 * Finds the first mistake.
 * @param[out] line  its number, from 1
 * @return a description, or null for a valid text.
 */
const char *ardoq_store_text_fault(const char *text, size_t size, unsigned *line);

/**
 * Finds the next setting.
 * @param text  a valid text
 * @param line  the previous one; all zero at first
 * @return false at the end.
 */
bool ardoq_store_text_next(const char *text, size_t size, ardoq_store_line_t *line);

/** Finds the setting of a key. @return false if it has none */
bool ardoq_store_text_find(const char *text, size_t size, const char *key,
                           ardoq_store_line_t *line);

/** True if the value is the path of a file. */
bool ardoq_store_text_is_file(const ardoq_store_line_t *line);

/**
 * Reads the value, or the path of its file.
 * @param[out] value  NUL-terminated; changed only on success
 * @param size        of @p value in bytes
 * @return ARDOQ_OK or ARDOQ_ERR_SETTING_TOO_LONG.
 */
ardoq_err_t ardoq_store_text_value(const ardoq_store_line_t *line, char *value, size_t size);

/**
 * Writes the text with one value changed.
 * @param text   a valid text; null with @p size 0 for a store that does not exist yet
 * @param value  null removes the key
 * @param out    receives the new text; its error is set if it does not fit
 */
void ardoq_store_text_set(const char *text, size_t size, const char *key, const char *value,
                          ardoq_text_t *out);

#endif
