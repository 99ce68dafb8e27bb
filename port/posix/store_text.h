/**
 * @file
 * The text of the store: pure functions over bytes, private to the POSIX port.
 *
 *     # Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.
 *     host=https://acme.ardoq.com
 *     token=...
 *     # crc32 89abcdef
 *
 * Keys stand in the order of their bytes, each once. In a value, `\n`, `\r` and `\\` stand for a
 * line feed, a carriage return and a backslash. The checksum is the CRC-32 of everything before its
 * line. Every text has one form only, and whatever has another is damaged.
 */
#ifndef ARDOQ_POSIX_STORE_TEXT_H
#define ARDOQ_POSIX_STORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/port.h"
#include "ardoq/text.h"

/** Largest text in bytes. */
#define ARDOQ_STORE_TEXT_MAX 1048576

/** True for 1 to ARDOQ_PORT_KEY_MAX characters of a-z, 0-9 and _. */
bool ardoq_store_text_is_key(const char *key);

/** True for the whole text of an undamaged store. */
bool ardoq_store_text_is_valid(const char *text, size_t size);

/**
 * Gives every value, as ardoq_port_store_each() does.
 * @param text    valid text
 * @param buffer  room for one value
 */
ardoq_err_t ardoq_store_text_each(const char *text, size_t size, char *buffer, size_t buffer_size,
                                  ardoq_port_store_value_t on_value, void *context);

/**
 * Reads one value.
 * @param text        valid text
 * @param[out] value  NUL-terminated; changed only on success
 * @param value_size  of @p value in bytes
 * @return ARDOQ_OK, ARDOQ_ERR_NOT_SET or ARDOQ_ERR_SETTING_TOO_LONG.
 */
ardoq_err_t ardoq_store_text_get(const char *text, size_t size, const char *key, char *value,
                                 size_t value_size);

/**
 * Writes the text anew with one value set.
 * @param text   valid text; null with @p size 0 for a store that does not exist yet
 * @param value  null removes the key
 * @param out    receives the new text
 * @return ARDOQ_OK or ARDOQ_ERR_STORE_FULL.
 */
ardoq_err_t ardoq_store_text_set(const char *text, size_t size, const char *key, const char *value,
                                 ardoq_text_t *out);

#endif
