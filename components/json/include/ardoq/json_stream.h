/**
 * @file
 * Reads a JSON object of any length in constant memory: the elements of one of its arrays, one at a
 * time, and other requested members as a whole.
 *
 * For {"_links":{...},"values":[{...},{...}]} with the array "values" and the member "_links" it
 * reports three texts, in their order. The whole text is validated as it arrives. If a key occurs
 * twice, both are read, and the numbers of elements continue.
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

/** Bytes of a key that are compared, more than the longest key that a caller may look for. */
#define ARDOQ_JSON_STREAM_KEY_SIZE 16

/** What a stream found. */
typedef enum {
    ARDOQ_JSON_STREAM_MORE,      /**< nothing yet: it needs more bytes */
    ARDOQ_JSON_STREAM_ELEMENT,   /**< an element of the array */
    ARDOQ_JSON_STREAM_MEMBER,    /**< the value of the requested member */
    ARDOQ_JSON_STREAM_NOTE,      /**< the value of the other member */
    ARDOQ_JSON_STREAM_TOO_LARGE, /**< an element of the array did not fit and was skipped */
} ardoq_json_stream_event_t;

/**
 * A stream. Only @p index, @p length and the caller's @p buffer may be read; @p note may be set
 * after ardoq_json_stream_init().
 */
typedef struct {
    ardoq_json_validator_t validator; /**< of the whole text */
    const char *array;                /**< key of the array */
    const char *member;               /**< key of the requested member */
    const char *note; /**< key of one more member, which is skipped if it does not fit; null:
                           none */
    char *buffer;     /**< has the text of the reported element or member */
    size_t size;      /**< of the buffer in bytes */
    size_t length;    /**< bytes of the reported text in the buffer, which is not NUL-terminated */
    uint32_t index;   /**< number of the reported element, from 0 */
    /** @cond private */
    uint32_t next_index;
    char key[ARDOQ_JSON_STREAM_KEY_SIZE];
    uint8_t key_length;
    uint8_t kept;     /**< what is being kept: a key, a member or an element */
    bool in_array;    /**< the array has started and not ended */
    bool found_array; /**< the array was found */
    /** @endcond */
} ardoq_json_stream_t;

/**
 * Begins a stream.
 * @param[out] stream    initialised
 * @param array, member  keys (of fewer than ARDOQ_JSON_STREAM_KEY_SIZE bytes, without escapes),
 *                       borrowed
 * @param buffer         of @p size bytes, borrowed
 * @param size           in bytes
 */
void ardoq_json_stream_init(ardoq_json_stream_t *stream, const char *array, const char *member,
                            char *buffer, size_t size);

/**
 * Reads up to the end of the input or of one element or member. A requested member that does not
 * fit the buffer is an error, because the caller needs it.
 * @param stream         initialised stream
 * @param data           @p size bytes
 * @param size           in bytes
 * @param[out] consumed  bytes consumed; may be 0 if a number ended with the previous bytes
 * @param[out] event     what was found; its text stays in the buffer until the next call
 * @return ARDOQ_OK; an error of ardoq_json_validator_feed(); ARDOQ_ERR_JSON_TYPE if the text is not
 *         an object or the array's value not an array; ARDOQ_ERR_JSON_BUFFER_FULL for a member that
 *         does not fit. After an error every further call with input returns
 *         ARDOQ_ERR_JSON_INVALID.
 */
ardoq_err_t ardoq_json_stream_feed(ardoq_json_stream_t *stream, const char *data, size_t size,
                                   size_t *consumed, ardoq_json_stream_event_t *event);

/**
 * Ends the text.
 * @return ARDOQ_OK; ARDOQ_ERR_JSON_INVALID if it is incomplete; ARDOQ_ERR_JSON_KEY_MISSING if it
 *         did not contain the array.
 */
ardoq_err_t ardoq_json_stream_end(const ardoq_json_stream_t *stream);

#ifdef __cplusplus
}
#endif

#endif
