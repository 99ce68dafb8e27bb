#include "ardoq/json_stream.h"

#include <string.h>

#include "walker.h"

/* Levels: the number of arrays and objects around a value. */
enum { ROOT, MEMBERS, ELEMENTS, LEVELS };

/* What is being kept. */
enum { NOTHING, KEY, MEMBER, NOTE, ELEMENT };

void ardoq_json_stream_init(ardoq_json_stream_t *stream, const char *array, const char *member,
                            char *buffer, size_t size)
{
    memset(stream, 0, sizeof *stream);
    ardoq_json_walk_init(&stream->validator, LEVELS);
    stream->array = array;
    stream->member = member;
    stream->buffer = buffer;
    stream->size = size;
}

/* The closing quote was kept too; a key with escapes never matches. */
static bool key_is(const ardoq_json_stream_t *stream, const char *wanted)
{
    const size_t length = strlen(wanted);
    return stream->key_length == length + 1 && memcmp(wanted, stream->key, length) == 0;
}

static void keep(ardoq_json_stream_t *stream, const char *from, const char *to)
{
    if (stream->kept == KEY) {
        stream->key_length =
            (uint8_t)ardoq_json_keep(stream->key, sizeof stream->key, stream->key_length, from, to);
    } else if (stream->kept != NOTHING) {
        stream->length = ardoq_json_keep(stream->buffer, stream->size, stream->length, from, to);
    }
}

/* The first byte of the value was already consumed. */
static void keep_value(ardoq_json_stream_t *stream, uint8_t what, const char *first)
{
    stream->kept = what;
    stream->length = 0;
    keep(stream, first, first + 1);
}

static ardoq_err_t member_begin(ardoq_json_stream_t *stream, const char *first)
{
    if (key_is(stream, stream->member)) {
        keep_value(stream, MEMBER, first);
    } else if (stream->note && key_is(stream, stream->note)) {
        keep_value(stream, NOTE, first);
    }
    if (!key_is(stream, stream->array)) {
        return ARDOQ_OK;
    }
    stream->in_array = true;
    stream->found_array = true;
    return *first == '[' ? ARDOQ_OK : ARDOQ_ERR_JSON_TYPE;
}

static ardoq_err_t value_begin(ardoq_json_stream_t *stream, uint8_t level, const char *first)
{
    if (level == ROOT) {
        return *first == '{' ? ARDOQ_OK : ARDOQ_ERR_JSON_TYPE;
    }
    if (level == MEMBERS) {
        return member_begin(stream, first);
    }
    if (stream->in_array) {
        keep_value(stream, ELEMENT, first);
    }
    return ARDOQ_OK;
}

static ardoq_json_stream_event_t element_end(ardoq_json_stream_t *stream)
{
    stream->kept = NOTHING;
    stream->index = stream->next_index++;
    if (stream->length <= stream->size) {
        return ARDOQ_JSON_STREAM_ELEMENT;
    }
    stream->length = 0;
    return ARDOQ_JSON_STREAM_TOO_LARGE;
}

static ardoq_json_stream_event_t value_end(ardoq_json_stream_t *stream, uint8_t level)
{
    if (level == ELEMENTS) {
        return stream->in_array ? element_end(stream) : ARDOQ_JSON_STREAM_MORE;
    }
    const uint8_t kept = stream->kept;
    stream->in_array = false;
    stream->kept = NOTHING;
    if (kept == NOTE && stream->length <= stream->size) {
        return ARDOQ_JSON_STREAM_NOTE;
    }
    return kept == MEMBER ? ARDOQ_JSON_STREAM_MEMBER : ARDOQ_JSON_STREAM_MORE;
}

/* Handles what ends right before @p at. */
static ardoq_err_t take_moment(ardoq_json_stream_t *stream, const char *at,
                               ardoq_json_stream_event_t *event)
{
    const uint8_t depth = stream->validator.depth;
    switch (stream->validator.moment) {
    case KEY_BEGINS:
        if (depth == MEMBERS) {
            stream->kept = KEY;
            stream->key_length = 0;
        }
        return ARDOQ_OK;
    case KEY_ENDS:
        stream->kept = stream->kept == KEY ? NOTHING : stream->kept;
        return ARDOQ_OK;
    case SCALAR_BEGINS:
        return value_begin(stream, depth, at - 1);
    case CONTAINER_BEGINS:
        return value_begin(stream, (uint8_t)(depth - 1), at - 1);
    case NO_MOMENT:
        return ARDOQ_OK;
    default:
        *event = value_end(stream, depth);
        return ARDOQ_OK;
    }
}

static ardoq_err_t walk(ardoq_json_stream_t *stream, const char **at, const char *end,
                        ardoq_json_stream_event_t *event)
{
    const char *const from = *at;
    const ardoq_err_t err = ardoq_json_walk(&stream->validator, at, end);
    keep(stream, from, *at);
    if (stream->kept == MEMBER && stream->length > stream->size) {
        return ARDOQ_ERR_JSON_BUFFER_FULL;
    }
    return err ? err : take_moment(stream, *at, event);
}

ardoq_err_t ardoq_json_stream_feed(ardoq_json_stream_t *stream, const char *data, size_t size,
                                   size_t *consumed, ardoq_json_stream_event_t *event)
{
    const char *at = data;
    ardoq_err_t err = ARDOQ_OK;
    *event = ARDOQ_JSON_STREAM_MORE;
    while (!err && *event == ARDOQ_JSON_STREAM_MORE && at < data + size) {
        err = walk(stream, &at, data + size, event);
    }
    if (err) {
        stream->validator.state = FAILED;
        stream->kept = NOTHING;
    }
    *consumed = (size_t)(at - data);
    return err;
}

ardoq_err_t ardoq_json_stream_end(const ardoq_json_stream_t *stream)
{
    const ardoq_err_t err = ardoq_json_validator_end(&stream->validator);
    if (err) {
        return err;
    }
    return stream->found_array ? ARDOQ_OK : ARDOQ_ERR_JSON_KEY_MISSING;
}
