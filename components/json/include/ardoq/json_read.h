/**
 * @file
 * Reads values out of a JSON text that stands whole in memory, by path. The text is validated
 * first, then split into tokens in a fixed array; nothing is copied but what is asked for.
 *
 * A path names members by their keys and elements by their numbers, joined by dots:
 * "components.created.0.id". The empty path is the value itself. Keys compare by what they mean,
 * escapes resolved; a key that holds a dot, an escaped NUL or half a surrogate pair is out of
 * reach.
 */
#ifndef ARDOQ_JSON_READ_H
#define ARDOQ_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A part of the text: room for one of jsmn's tokens, which only json.c knows (checked there). */
typedef struct {
    int words[5]; /**< as many as jsmn's token has */
} ardoq_json_token_t;

/** A JSON text split into tokens. Text and tokens are borrowed: they must outlive the document. */
typedef struct {
    const char *text;           /**< borrowed */
    ardoq_json_token_t *tokens; /**< room for its values, in the order of the text; borrowed */
    int capacity;               /**< tokens that there is room for */
    int count;                  /**< tokens in use; 0 when there is no document */
} ardoq_json_document_t;

/** Initialiser of an ardoq_json_document_t with room in an array of tokens. */
#define ARDOQ_JSON_DOCUMENT(array)                                                                 \
    {                                                                                              \
        NULL, (array), (int)(sizeof(array) / sizeof(array)[0]), 0                                  \
    }

/** A value inside a document: the number of its token. */
typedef int ardoq_json_value_t;

/** Type of a value. */
typedef enum {
    ARDOQ_JSON_NULL,
    ARDOQ_JSON_BOOLEAN,
    ARDOQ_JSON_NUMBER,
    ARDOQ_JSON_STRING,
    ARDOQ_JSON_ARRAY,
    ARDOQ_JSON_OBJECT,
} ardoq_json_type_t;

/**
 * Validates and splits a text.
 * @param[in,out] document  with room for tokens; borrows @p text
 * @param text           @p size bytes, borrowed
 * @param size           in bytes
 * @return ARDOQ_OK, an error of ardoq_json_validate(), ARDOQ_ERR_JSON_TOO_MANY_TOKENS, or
 *         ARDOQ_ERR_INVALID_ARGUMENT for more than INT_MAX bytes. After a failure the document
 *         holds nothing and every look-up is ARDOQ_ERR_JSON_KEY_MISSING.
 */
ardoq_err_t ardoq_json_parse(ardoq_json_document_t *document, const char *text, size_t size);

/**
 * Splits a text of up to INT_MAX bytes that is known to be valid: one that ardoq_json_validate()
 * took or that a stream or a scan reported. With any other the document must not be used.
 * @return ARDOQ_OK or ARDOQ_ERR_JSON_TOO_MANY_TOKENS.
 */
ardoq_err_t ardoq_json_parse_valid(ardoq_json_document_t *document, const char *text, size_t size);

/** The document's own value, the start of absolute paths. */
#define ARDOQ_JSON_ROOT 0

/**
 * Finds a value.
 * @param document  the text
 * @param from  where the path starts, ARDOQ_JSON_ROOT for the whole text
 * @param path  NUL-terminated; of members with the same key the last one counts, as in most readers
 * @param[out] value  set on success
 * @return ARDOQ_OK or ARDOQ_ERR_JSON_KEY_MISSING.
 */
ardoq_err_t ardoq_json_find(const ardoq_json_document_t *document, ardoq_json_value_t from,
                            const char *path, ardoq_json_value_t *value);

/** Type of a value that ardoq_json_find() gave. */
ardoq_json_type_t ardoq_json_type(const ardoq_json_document_t *document, ardoq_json_value_t value);

/**
 * The text of a value as it stands, a string without its quotes and with its escapes.
 * @param document   parsed text
 * @param value      a value of the document
 * @param[out] size  bytes of it
 */
const char *ardoq_json_raw(const ardoq_json_document_t *document, ardoq_json_value_t value,
                           size_t *size);

/**
 * Copies a string, its escapes resolved to UTF-8, with a closing NUL. A surrogate without its twin
 * and an escaped NUL, which C text cannot hold, become U+FFFD.
 * @param document  parsed text
 * @param from  the value where @p path begins
 * @param path  as in ardoq_json_find()
 * @param buffer  of @p size bytes; "" after a failure but ARDOQ_ERR_JSON_TRUNCATED, where it holds
 *                as many whole characters as fit
 * @param size  in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_JSON_KEY_MISSING; ARDOQ_ERR_JSON_TYPE, also for null;
 *         ARDOQ_ERR_JSON_TRUNCATED; ARDOQ_ERR_INVALID_ARGUMENT when @p size is 0.
 */
ardoq_err_t ardoq_json_string(const ardoq_json_document_t *document, ardoq_json_value_t from,
                              const char *path, char *buffer, size_t size);

/**
 * Reads an integer: digits with an optional minus, no fraction, no exponent.
 * @return ARDOQ_OK, ARDOQ_ERR_JSON_KEY_MISSING, ARDOQ_ERR_JSON_TYPE (also for 1.0 and 1e3) or
 *         ARDOQ_ERR_JSON_RANGE.
 */
ardoq_err_t ardoq_json_int64(const ardoq_json_document_t *document, ardoq_json_value_t from,
                             const char *path, int64_t *number);

/** Reads a boolean. @return ARDOQ_OK, ARDOQ_ERR_JSON_KEY_MISSING or ARDOQ_ERR_JSON_TYPE. */
ardoq_err_t ardoq_json_boolean(const ardoq_json_document_t *document, ardoq_json_value_t from,
                               const char *path, bool *boolean);

/**
 * Number of elements of an array.
 * @return ARDOQ_OK, ARDOQ_ERR_JSON_KEY_MISSING or ARDOQ_ERR_JSON_TYPE.
 */
ardoq_err_t ardoq_json_array_size(const ardoq_json_document_t *document, ardoq_json_value_t from,
                                  const char *path, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
