/**
 * @file
 * Reads values by path from a JSON text that is completely in memory. The text is validated, then
 * split into tokens in a fixed array; only requested values are copied.
 *
 * A path names members by key and elements by index, joined by dots: "components.created.0.id". The
 * empty path is the value itself. Keys are compared after resolving escapes; a key with a dot, an
 * escaped NUL or an unpaired surrogate cannot be named.
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

/** A token: as large as a token of jsmn, which only json.c includes (and checks). */
typedef struct {
    int words[5]; /**< as many as in jsmn's token */
} ardoq_json_token_t;

/** A JSON text split into tokens. Text and tokens are borrowed and must outlive the document. */
typedef struct {
    const char *text;           /**< borrowed */
    ardoq_json_token_t *tokens; /**< one per value, in the order of the text; borrowed */
    int capacity;               /**< number of tokens that fit */
    int count;                  /**< tokens in use; 0 if there is no document */
} ardoq_json_document_t;

/** Initialiser of an ardoq_json_document_t that uses an array of tokens. */
#define ARDOQ_JSON_DOCUMENT(array)                                                                 \
    {                                                                                              \
        NULL, (array), (int)(sizeof(array) / sizeof(array)[0]), 0                                  \
    }

/** A value in a document: the index of its token. */
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
 * @param[in,out] document  with an array of tokens; borrows @p text
 * @param text           @p size bytes, borrowed
 * @param size           in bytes
 * @return ARDOQ_OK, an error of ardoq_json_validate(), ARDOQ_ERR_JSON_TOO_MANY_TOKENS, or
 *         ARDOQ_ERR_INVALID_ARGUMENT for more than INT_MAX bytes. After a failure the document is
 *         empty and every lookup returns ARDOQ_ERR_JSON_KEY_MISSING.
 */
ardoq_err_t ardoq_json_parse(ardoq_json_document_t *document, const char *text, size_t size);

/**
 * Splits a text of up to INT_MAX bytes that is known to be valid: accepted by ardoq_json_validate()
 * or reported by a stream or a scan. With any other text the document must not be used.
 * @return ARDOQ_OK or ARDOQ_ERR_JSON_TOO_MANY_TOKENS.
 */
ardoq_err_t ardoq_json_parse_valid(ardoq_json_document_t *document, const char *text, size_t size);

/** The document's root value, where absolute paths start. */
#define ARDOQ_JSON_ROOT 0

/**
 * Finds a value.
 * @param document  the text
 * @param from  where the path starts, ARDOQ_JSON_ROOT for the whole text
 * @param path  NUL-terminated; if a key occurs twice the last one counts, as in most parsers
 * @param[out] value  set on success
 * @return ARDOQ_OK or ARDOQ_ERR_JSON_KEY_MISSING.
 */
ardoq_err_t ardoq_json_find(const ardoq_json_document_t *document, ardoq_json_value_t from,
                            const char *path, ardoq_json_value_t *value);

/** Type of a value found by ardoq_json_find(). */
ardoq_json_type_t ardoq_json_type(const ardoq_json_document_t *document, ardoq_json_value_t value);

/**
 * The raw text of a value, a string without its quotes but with its escapes.
 * @param document   parsed text
 * @param value      a value of the document
 * @param[out] size  bytes of it
 */
const char *ardoq_json_raw(const ardoq_json_document_t *document, ardoq_json_value_t value,
                           size_t *size);

/**
 * Copies a string as NUL-terminated UTF-8 with its escapes resolved. An unpaired surrogate and an
 * escaped NUL become U+FFFD.
 * @param document  parsed text
 * @param from  value where @p path starts
 * @param path  as in ardoq_json_find()
 * @param buffer  of @p size bytes; "" after a failure, except after ARDOQ_ERR_JSON_TRUNCATED, when
 *                it has as many whole characters as fit
 * @param size  in bytes
 * @return ARDOQ_OK; ARDOQ_ERR_JSON_KEY_MISSING; ARDOQ_ERR_JSON_TYPE, also for null;
 *         ARDOQ_ERR_JSON_TRUNCATED; ARDOQ_ERR_INVALID_ARGUMENT if @p size is 0.
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
