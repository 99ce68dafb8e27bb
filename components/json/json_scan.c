#include "ardoq/json_scan.h"

#include <string.h>

#include "walker.h"

/* What is being kept. */
enum { NOTHING, KEY, VALUE };

void ardoq_json_scan_init(ardoq_json_scan_t *scan)
{
    memset(scan, 0, sizeof *scan);
    ardoq_json_walk_init(&scan->validator, ARDOQ_JSON_DEPTH_MAX + 1);
}

static void scan_keep(ardoq_json_scan_t *scan, const char *from, const char *to)
{
    if (scan->kept == VALUE) {
        scan->length = ardoq_json_keep(scan->text, sizeof scan->text, scan->length, from, to);
    } else if (scan->kept == KEY) {
        const size_t level = scan->validator.depth - 1U;
        scan->key_lengths[level] = (uint8_t)ardoq_json_keep(
            scan->keys[level], sizeof scan->keys[level], scan->key_lengths[level], from, to);
    }
}

/* Forgets the key of a level, which now has another or none. */
static void forget_key(ardoq_json_scan_t *scan, uint8_t next)
{
    scan->kept = NOTHING;
    if (scan->validator.depth <= ARDOQ_JSON_SCAN_LEVELS) {
        scan->key_lengths[scan->validator.depth - 1] = 0;
        scan->kept = next;
    }
}

/* The closing quote was kept too. */
static void key_end(ardoq_json_scan_t *scan)
{
    if (scan->kept == KEY) {
        scan->key_lengths[scan->validator.depth - 1]--;
    }
    scan->kept = NOTHING;
}

static void scalar_begin(ardoq_json_scan_t *scan, const char *first)
{
    scan->kept = VALUE;
    scan->length = 0;
    scan_keep(scan, first, first + 1);
}

static ardoq_json_scan_event_t scalar_end(ardoq_json_scan_t *scan)
{
    scan->kept = NOTHING;
    scan->depth = scan->validator.depth;
    if (scan->length > sizeof scan->text) {
        scan->length = 0;
    }
    return ARDOQ_JSON_SCAN_VALUE;
}

/* Handles what ends right before @p at. */
static ardoq_json_scan_event_t take_moment(ardoq_json_scan_t *scan, const char *at)
{
    switch (scan->validator.moment) {
    case KEY_BEGINS:
        forget_key(scan, KEY);
        break;
    case KEY_ENDS:
        key_end(scan);
        break;
    case SCALAR_BEGINS:
        scalar_begin(scan, at - 1);
        break;
    case SCALAR_ENDS:
        return scalar_end(scan);
    case CONTAINER_BEGINS:
        forget_key(scan, NOTHING);
        break;
    case CONTAINER_ENDS:
        scan->depth = scan->validator.depth + 1;
        return ARDOQ_JSON_SCAN_END;
    }
    return ARDOQ_JSON_SCAN_MORE;
}

ardoq_err_t ardoq_json_scan_feed(ardoq_json_scan_t *scan, const char *data, size_t size,
                                 size_t *consumed, ardoq_json_scan_event_t *event)
{
    const char *at = data;
    ardoq_err_t err = ARDOQ_OK;
    *event = ARDOQ_JSON_SCAN_MORE;
    while (!err && *event == ARDOQ_JSON_SCAN_MORE && at < data + size) {
        const char *const from = at;
        err = ardoq_json_walk(&scan->validator, &at, data + size);
        scan_keep(scan, from, at);
        *event = err ? ARDOQ_JSON_SCAN_MORE : take_moment(scan, at);
    }
    *consumed = (size_t)(at - data);
    return err;
}

bool ardoq_json_scan_is_at(const ardoq_json_scan_t *scan, uint8_t level, const char *wanted)
{
    const size_t length = scan->key_lengths[level - 1];
    return length < ARDOQ_JSON_SCAN_KEY_SIZE && strlen(wanted) == length &&
           memcmp(wanted, scan->keys[level - 1], length) == 0;
}

ardoq_err_t ardoq_json_scan_end(const ardoq_json_scan_t *scan)
{
    return ardoq_json_validator_end(&scan->validator);
}
