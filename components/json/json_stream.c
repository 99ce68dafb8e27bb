#include "ardoq/json_stream.h"

#include <string.h>

#include "validator_state.h"

/* What is being copied, as the depth at which it stands. */
enum { NOTHING = 0, MEMBER = 1, ELEMENTS = 2 };

void ardoq_json_stream_init(ardoq_json_stream_t *stream, const char *array, const char *member,
                            char *buffer, size_t size)
{
    memset(stream, 0, sizeof *stream);
    ardoq_json_validator_init(&stream->validator);
    stream->array = array;
    stream->member = member;
    stream->buffer = buffer;
    stream->size = size;
}

static bool in_value(const ardoq_json_validator_t *validator, uint8_t depth)
{
    return validator->depth > depth ||
           (validator->depth == depth && in_scalar(validator) && !validator->key);
}

static bool in_other_than_object(const ardoq_json_validator_t *validator)
{
    return validator->depth == 0 ? in_scalar(validator) : !(validator->objects & 1);
}

/* Keeps the bytes between the quotes; a key with escapes thus equals none that is wanted. */
static void note_key(ardoq_json_stream_t *stream, bool key_before, char byte)
{
    if (!stream->validator.key || stream->validator.depth != MEMBER) {
        return;
    }
    if (!key_before) {
        stream->key_length = 0;
    } else if (stream->key_length < sizeof stream->key) {
        stream->key[stream->key_length++] = byte;
    }
}

static bool key_is(const ardoq_json_stream_t *stream, const char *wanted)
{
    return strlen(wanted) == stream->key_length &&
           memcmp(wanted, stream->key, stream->key_length) == 0;
}

static bool value_begins(const ardoq_json_stream_t *stream, const ardoq_json_validator_t *before)
{
    return before->state == BEFORE_VALUE && before->depth == MEMBER &&
           in_value(&stream->validator, MEMBER);
}

static ardoq_err_t member_begin(ardoq_json_stream_t *stream, char byte)
{
    if (key_is(stream, stream->member)) {
        stream->state = MEMBER;
    }
    if (!key_is(stream, stream->array)) {
        return ARDOQ_OK;
    }
    stream->state = ELEMENTS;
    stream->found_array = true;
    return byte == '[' ? ARDOQ_OK : ARDOQ_ERR_JSON_TYPE;
}

/* A length above the size says that the text does not fit. */
static void copy(ardoq_json_stream_t *stream, char byte)
{
    if (stream->length < stream->size) {
        stream->buffer[stream->length] = byte;
    }
    if (stream->length <= stream->size) {
        stream->length++;
    }
}

static ardoq_json_stream_event_t value_end(ardoq_json_stream_t *stream)
{
    if (stream->state == MEMBER) {
        stream->state = NOTHING;
        return ARDOQ_JSON_STREAM_MEMBER;
    }
    stream->index = stream->next_index++;
    if (stream->length <= stream->size) {
        return ARDOQ_JSON_STREAM_ELEMENT;
    }
    stream->length = 0;
    return ARDOQ_JSON_STREAM_TOO_LARGE;
}

static ardoq_err_t copy_value(ardoq_json_stream_t *stream, const ardoq_json_validator_t *before,
                              char byte, ardoq_json_stream_event_t *event)
{
    const bool was_in = in_value(before, stream->state);
    const bool is_in = in_value(&stream->validator, stream->state);
    if (!was_in) {
        stream->length = 0;
    }
    /* Only the byte after a number tells that the number has ended. */
    const bool after_number = in_number(before) && before->depth == stream->state;
    if (is_in || (was_in && !after_number)) {
        copy(stream, byte);
    }
    if (stream->state == MEMBER && stream->length > stream->size) {
        return ARDOQ_ERR_JSON_BUFFER_FULL;
    }
    if (was_in && !is_in) {
        *event = value_end(stream);
    }
    return ARDOQ_OK;
}

static ardoq_err_t observe(ardoq_json_stream_t *stream, const ardoq_json_validator_t *before,
                           char byte, ardoq_json_stream_event_t *event)
{
    if (in_other_than_object(&stream->validator)) {
        return ARDOQ_ERR_JSON_TYPE;
    }
    note_key(stream, before->key, byte);
    ardoq_err_t err = value_begins(stream, before) ? member_begin(stream, byte) : ARDOQ_OK;
    if (!err && stream->state != NOTHING) {
        err = copy_value(stream, before, byte, event);
    }
    if (stream->validator.depth < stream->state) {
        stream->state = NOTHING;
    }
    return err;
}

static ardoq_err_t take(ardoq_json_stream_t *stream, char byte, ardoq_json_stream_event_t *event)
{
    const ardoq_json_validator_t before = stream->validator;
    ardoq_err_t err = ardoq_json_validator_byte(&stream->validator, byte);
    if (err == ARDOQ_PENDING) {
        err = observe(stream, &before, byte, event);
    }
    if (err) {
        stream->validator.state = FAILED;
    }
    return err;
}

ardoq_err_t ardoq_json_stream_feed(ardoq_json_stream_t *stream, const char *data, size_t size,
                                   size_t *consumed, ardoq_json_stream_event_t *event)
{
    ardoq_err_t err = ARDOQ_OK;
    *consumed = 0;
    *event = ARDOQ_JSON_STREAM_MORE;
    while (!err && *event == ARDOQ_JSON_STREAM_MORE && *consumed < size) {
        err = take(stream, data[(*consumed)++], event);
    }
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
