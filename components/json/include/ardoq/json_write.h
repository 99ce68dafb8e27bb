/**
 * @file
 * Writes JSON (RFC 8259) to the caller's text, which may be a window. Commas and colons are added
 * automatically. The first error is kept, so the caller checks only once, with
 * ardoq_json_write_end().
 */
#ifndef ARDOQ_JSON_WRITE_H
#define ARDOQ_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/json_validate.h"
#include "ardoq/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A JSON text under construction. Private. */
typedef struct {
    /** @cond private */
    ardoq_text_t *text;
    uint32_t objects; /**< one bit per level, the innermost lowest: object or array */
    uint8_t depth;
    bool has_value; /**< the next value on this level is not the first */
    bool has_key;   /**< a key was written and its value is still missing */
    /** @endcond */
} ardoq_json_writer_t;

/** Starts a value at the end of @p text, which is borrowed until ardoq_json_write_end() and keeps
 * the first error. */
void ardoq_json_write_init(ardoq_json_writer_t *writer, ardoq_text_t *text);

/** Begins an object. */
void ardoq_json_write_object_begin(ardoq_json_writer_t *writer);

/** Ends the current object. */
void ardoq_json_write_object_end(ardoq_json_writer_t *writer);

/** Begins an array. */
void ardoq_json_write_array_begin(ardoq_json_writer_t *writer);

/** Ends the current array. */
void ardoq_json_write_array_end(ardoq_json_writer_t *writer);

/** Writes a member's key, NUL-terminated UTF-8. */
void ardoq_json_write_key(ardoq_json_writer_t *writer, const char *key);

/** Writes a string, NUL-terminated UTF-8. */
void ardoq_json_write_string(ardoq_json_writer_t *writer, const char *string);

/** Writes a number. */
void ardoq_json_write_int64(ardoq_json_writer_t *writer, int64_t number);

/** Writes true or false. */
void ardoq_json_write_boolean(ardoq_json_writer_t *writer, bool boolean);

/** Writes null. */
void ardoq_json_write_null(ardoq_json_writer_t *writer);

/** Writes a key and its string value. */
void ardoq_json_write_member(ardoq_json_writer_t *writer, const char *key, const char *string);

/**
 * Appends the escaped content of a string, without quotes and without a writer: for JSON that is
 * fixed except for some strings.
 * @param text    receives it; its error becomes ARDOQ_ERR_JSON_UTF8 if the string is not UTF-8
 * @param string  borrowed
 * @param size    of @p string in bytes
 */
void ardoq_json_escape(ardoq_text_t *text, const char *string, size_t size);

/**
 * Ends the value.
 * @return ARDOQ_OK; the error of a full text; ARDOQ_ERR_JSON_UTF8 for a string that is not UTF-8;
 *         ARDOQ_ERR_JSON_TOO_DEEP; ARDOQ_ERR_INVALID_ARGUMENT if the calls do not make one complete
 *         value: a key outside an object, a value without a key, a wrong or missing end.
 */
ardoq_err_t ardoq_json_write_end(ardoq_json_writer_t *writer);

#ifdef __cplusplus
}
#endif

#endif
