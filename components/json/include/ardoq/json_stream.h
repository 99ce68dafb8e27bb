/**
 * @file
 * Reads a JSON object of any length in constant memory: the elements of one of its arrays, one at a
 * time, and the other members that the caller wants, whole.
 *
 * Of {"_links":{...},"values":[{...},{...}]} with the array "values" and the member "_links" it
 * gives three texts, in the order in which they stand. The text is validated as it passes, to its
 * end. A key that stands twice is read twice; elements are then numbered on.
 */
#ifndef ARDOQ_JSON_STREAM_H
#define ARDOQ_JSON_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/json_validate.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes compared of a member's key, more than the longest key that a caller may want. */
#define ARDOQ_JSON_STREAM_KEY_SIZE 16

/** What a stream found. */
typedef enum {
    ARDOQ_JSON_STREAM_MORE,      /**< nothing: it needs more bytes */
    ARDOQ_JSON_STREAM_ELEMENT,   /**< an element of the array */
    ARDOQ_JSON_STREAM_MEMBER,    /**< the value of the wanted member */
    ARDOQ_JSON_STREAM_NOTE,      /**< the value of the other member */
    ARDOQ_JSON_STREAM_TOO_LARGE, /**< an element of the array that does not fit, skipped */
} ardoq_json_stream_event_t;

/** A stream. Only @p index, @p length and the caller's @p buffer are for reading; @p note may be
 * set once it is initialised. */
typedef struct {
    ardoq_json_validator_t validator; /**< of the whole text */
    const char *array;                /**< key of the array */
    const char *member;               /**< key of the wanted member */
    const char *note; /**< key of one more member, which is left out where it does not
                           fit; null: none */
    char *buffer;     /**< holds the text of an element or member while it is reported */
    size_t size;      /**< of the buffer in bytes */
    size_t length;    /**< bytes of the text reported, in the buffer and not NUL-terminated */
    uint32_t index;   /**< number of the element reported, from 0 */
    /** @cond private */
    uint32_t next_index;
    char key[ARDOQ_JSON_STREAM_KEY_SIZE];
    uint8_t key_length;
    uint8_t kept;     /**< what is being kept: a key, a member or an element */
    bool in_array;    /**< the array has begun and not yet ended */
    bool found_array; /**< the array was there */
    /** @endcond */
} ardoq_json_stream_t;

/**
 * Begins a stream.
 * @param[out] stream    ready for the first byte
 * @param array, member  keys (of fewer than ARDOQ_JSON_STREAM_KEY_SIZE bytes, without escapes),
 *                       borrowed
 * @param buffer         of @p size bytes, borrowed
 * @param size           in bytes
 */
void ardoq_json_stream_init(ardoq_json_stream_t *stream, const char *array, const char *member,
                            char *buffer, size_t size);

/**
 * Reads on, up to the end of the input or the end of one element or member.
 * A wanted member that does not fit the buffer is an error, since the caller cannot do without it.
 * @param stream         initialised stream
 * @param data           @p size bytes
 * @param size           in bytes
 * @param[out] consumed  bytes used up; may be 0 when a number ended with the bytes before these
 * @param[out] event     what was found; the text stays in the buffer until the next call
 * @return ARDOQ_OK; an error of ardoq_json_validator_feed(); ARDOQ_ERR_JSON_TYPE when the text is
 *         no object or the array's value no array; ARDOQ_ERR_JSON_BUFFER_FULL for a member that
 *         does not fit. After an error every further call with input is ARDOQ_ERR_JSON_INVALID.
 */
ardoq_err_t ardoq_json_stream_feed(ardoq_json_stream_t *stream, const char *data, size_t size,
                                   size_t *consumed, ardoq_json_stream_event_t *event);

/**
 * The text ended.
 * @return ARDOQ_OK; ARDOQ_ERR_JSON_INVALID when it is not complete; ARDOQ_ERR_JSON_KEY_MISSING when
 *         the array was not in it.
 */
ardoq_err_t ardoq_json_stream_end(const ardoq_json_stream_t *stream);

#ifdef __cplusplus
}
#endif

#endif
