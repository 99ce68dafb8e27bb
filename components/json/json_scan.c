#include "ardoq/json_scan.h"

#include <string.h>

#include "validator_state.h"

void ardoq_json_scan_init(ardoq_json_scan_t *scan)
{
    memset(scan, 0, sizeof *scan);
    ardoq_json_validator_init(&scan->validator);
}

/* Keeps the bytes between the quotes. */
static void note_key(ardoq_json_scan_t *scan, bool key_before, char byte)
{
    const uint8_t depth = scan->validator.depth;
    if (!scan->validator.key || depth > ARDOQ_JSON_SCAN_LEVELS) {
        return;
    }
    uint8_t *length = &scan->key_lengths[depth - 1];
    if (!key_before) {
        *length = 0;
    } else if (*length < ARDOQ_JSON_SCAN_KEY_SIZE) {
        scan->keys[depth - 1][(*length)++] = byte;
    }
}

/* Only the byte behind a number tells that it has ended, and that byte may end more. */
static bool in_value(const ardoq_json_validator_t *validator)
{
    return in_scalar(validator) && !in_number(validator) && !validator->key;
}

/* A length above the size says that the text does not fit. */
static void copy(ardoq_json_scan_t *scan, char byte)
{
    if (scan->length < sizeof scan->text) {
        scan->text[scan->length] = byte;
    }
    if (scan->length <= sizeof scan->text) {
        scan->length++;
    }
}

static void value_end(ardoq_json_scan_t *scan)
{
    scan->depth = scan->validator.depth;
    if (scan->length > sizeof scan->text) {
        scan->length = 0;
    }
}

static ardoq_json_scan_event_t observe_value(ardoq_json_scan_t *scan, bool was_in, char byte)
{
    const bool is_in = in_value(&scan->validator);
    if (!was_in) {
        scan->length = 0;
    }
    if (was_in || is_in) {
        copy(scan, byte);
    }
    if (!was_in || is_in) {
        return ARDOQ_JSON_SCAN_MORE;
    }
    value_end(scan);
    return ARDOQ_JSON_SCAN_VALUE;
}

static ardoq_json_scan_event_t observe(ardoq_json_scan_t *scan,
                                       const ardoq_json_validator_t *before, char byte)
{
    const uint8_t depth = scan->validator.depth;
    note_key(scan, before->key, byte);
    if (depth > before->depth && depth <= ARDOQ_JSON_SCAN_LEVELS) {
        scan->key_lengths[depth - 1] = 0;
    }
    if (depth < before->depth) {
        scan->depth = before->depth;
        return ARDOQ_JSON_SCAN_END;
    }
    return observe_value(scan, in_value(before), byte);
}

ardoq_err_t ardoq_json_scan_feed(ardoq_json_scan_t *scan, const char *data, size_t size,
                                 size_t *consumed, ardoq_json_scan_event_t *event)
{
    *consumed = 0;
    *event = ARDOQ_JSON_SCAN_MORE;
    while (*event == ARDOQ_JSON_SCAN_MORE && *consumed < size) {
        const ardoq_json_validator_t before = scan->validator;
        const char byte = data[(*consumed)++];
        const ardoq_err_t err = ardoq_json_validator_byte(&scan->validator, byte);
        if (err != ARDOQ_PENDING) {
            return err;
        }
        *event = observe(scan, &before, byte);
    }
    return ARDOQ_OK;
}

bool ardoq_json_scan_is_at(const ardoq_json_scan_t *scan, uint8_t level, const char *wanted)
{
    const size_t length = scan->key_lengths[level - 1];
    return strlen(wanted) == length && memcmp(wanted, scan->keys[level - 1], length) == 0;
}

ardoq_err_t ardoq_json_scan_end(const ardoq_json_scan_t *scan)
{
    return ardoq_json_validator_end(&scan->validator);
}
