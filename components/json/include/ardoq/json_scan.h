/**
 * @file
 * Reads single values from a JSON text of any length in constant memory: each string, number and
 * literal as it arrives, with the keys on its path.
 *
 * It is for texts whose elements can also be of any length, where ardoq/json_stream.h would have to
 * skip some. The whole text is validated as it arrives. The end of a number is only known from the
 * byte after it: a text that is just a number reports no value.
 */
#ifndef ARDOQ_JSON_SCAN_H
#define ARDOQ_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/json_validate.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Levels whose keys are kept: 1 is the document's own object. */
#define ARDOQ_JSON_SCAN_LEVELS    6

/** Bytes of a key that are compared, more than the longest key that a caller may look for. */
#define ARDOQ_JSON_SCAN_KEY_SIZE  32

/** Length of the longest value that is kept, including its quotes. */
#define ARDOQ_JSON_SCAN_TEXT_SIZE 256

/** What a scan found. */
typedef enum {
    ARDOQ_JSON_SCAN_MORE,  /**< nothing yet: it needs more bytes */
    ARDOQ_JSON_SCAN_VALUE, /**< a string, a number, true, false or null */
    ARDOQ_JSON_SCAN_END,   /**< the end of an array or object */
} ardoq_json_scan_event_t;

/** A scan. Only @p depth, @p text and @p length may be read. */
typedef struct {
    /** @cond private */
    ardoq_json_validator_t validator;
    uint8_t kept; /**< what is being kept: a key or a value */
    uint8_t key_lengths[ARDOQ_JSON_SCAN_LEVELS];
    char keys[ARDOQ_JSON_SCAN_LEVELS][ARDOQ_JSON_SCAN_KEY_SIZE];
    /** @endcond */
    uint8_t depth; /**< arrays and objects around the value, including one that has just ended */
    size_t length; /**< bytes of the value; 0 if it was too long to keep */
    char text[ARDOQ_JSON_SCAN_TEXT_SIZE]; /**< raw text of the value, not NUL-terminated */
} ardoq_json_scan_t;

/** Begins a scan. */
void ardoq_json_scan_init(ardoq_json_scan_t *scan);

/**
 * Reads up to the end of the input or the next event.
 * @param scan           begun
 * @param data           @p size bytes
 * @param size           in bytes
 * @param[out] consumed  bytes consumed; 0 if the first byte shows that a number has ended
 * @param[out] event     what was found; valid until the next call
 * @return ARDOQ_OK or an error of ardoq_json_validator_feed().
 */
ardoq_err_t ardoq_json_scan_feed(ardoq_json_scan_t *scan, const char *data, size_t size,
                                 size_t *consumed, ardoq_json_scan_event_t *event);

/**
 * True if the scan is at this member on a level.
 * @param scan    after a value or end event
 * @param level   1 to ARDOQ_JSON_SCAN_LEVELS, at most @p scan->depth
 * @param wanted  key of fewer than ARDOQ_JSON_SCAN_KEY_SIZE bytes; a key with escapes in the text
 *                never matches. "" for an element of an array.
 */
bool ardoq_json_scan_is_at(const ardoq_json_scan_t *scan, uint8_t level, const char *wanted);

/** Ends the text: ARDOQ_OK if it is one complete value, otherwise ARDOQ_ERR_JSON_INVALID. */
ardoq_err_t ardoq_json_scan_end(const ardoq_json_scan_t *scan);

#ifdef __cplusplus
}
#endif

#endif
