#include "../../../components/json/json_stream.c"

#include "../proof.h"
#include "../walker_invariant.h"

enum { BUFFER_MAX = 4 };

static bool invariant(const ardoq_json_stream_t *stream)
{
    return walker_invariant(&stream->validator) && stream->validator.levels == LEVELS &&
           stream->kept <= ELEMENT && stream->key_length <= sizeof stream->key + 1 &&
           stream->length <= stream->size + 1;
}

/* Any state of a stream with a buffer of exactly its size, and the keys of the pages. */
static ardoq_json_stream_t any_stream(void)
{
    ardoq_json_stream_t stream;
    stream.array = "values";
    stream.member = "_links";
    stream.note = "_meta";
    stream.size = any_size_up_to(BUFFER_MAX);
    stream.buffer = any_bytes(stream.size);
    return stream;
}

/* Induction: what holds at the beginning ... */
void prove_begin(void)
{
    char buffer[1];
    ardoq_json_stream_t stream;
    ardoq_json_stream_init(&stream, "values", "_links", buffer, sizeof buffer);
    PROVE(invariant(&stream));
    PROVE(ardoq_json_stream_end(&stream) == ARDOQ_ERR_JSON_INVALID);
    REACHED("the end");
}

/* ... and is kept by each step of a byte holds after any number of them. */
void prove_step(void)
{
    ardoq_json_stream_t stream = any_stream();
    ASSUME(invariant(&stream));
    /* As many elements are more than any answer holds. */
    ASSUME(stream.next_index < UINT32_MAX);
    const uint32_t next_index = stream.next_index;
    ardoq_json_stream_event_t event = ARDOQ_JSON_STREAM_MORE;
    const char data[1];
    const char *at = data;
    (void)walk(&stream, &at, data + sizeof data, &event);
    PROVE(invariant(&stream));
    PROVE(at >= data && at <= data + sizeof data);
    switch (event) {
    case ARDOQ_JSON_STREAM_MORE:
        PROVE(stream.next_index == next_index);
        break;
    case ARDOQ_JSON_STREAM_MEMBER:
        PROVE(stream.length <= stream.size);
        REACHED("a member");
        break;
    case ARDOQ_JSON_STREAM_NOTE:
        PROVE(stream.length <= stream.size);
        REACHED("a note");
        break;
    case ARDOQ_JSON_STREAM_ELEMENT:
        PROVE(stream.length <= stream.size && stream.index == next_index);
        REACHED("an element");
        break;
    case ARDOQ_JSON_STREAM_TOO_LARGE:
        PROVE(stream.length == 0 && stream.index == next_index);
        REACHED("an element that is too large");
        break;
    }
}

static void prove_feed_of(size_t size)
{
    char buffer[1];
    ardoq_json_stream_t stream;
    stream.array = "a";
    stream.member = "b";
    stream.note = "c";
    stream.size = sizeof buffer;
    stream.buffer = buffer;
    ASSUME(invariant(&stream));
    ASSUME(stream.next_index < UINT32_MAX - 2);
    const bool had_failed = stream.validator.state == FAILED && stream.kept == NOTHING;
    const char data[1];
    size_t consumed;
    ardoq_json_stream_event_t event;
    const ardoq_err_t err = ardoq_json_stream_feed(&stream, data, size, &consumed, &event);
    PROVE(invariant(&stream));
    PROVE(consumed <= size);
    PROVE(err || event != ARDOQ_JSON_STREAM_MORE || consumed == size);
    PROVE(!err || (stream.validator.state == FAILED && stream.kept == NOTHING));
    PROVE(!had_failed || size == 0 || err == ARDOQ_ERR_JSON_INVALID);
    const ardoq_err_t end = ardoq_json_stream_end(&stream);
    PROVE(end == ARDOQ_OK || end == ARDOQ_ERR_JSON_INVALID || end == ARDOQ_ERR_JSON_KEY_MISSING);
    if (!err && end == ARDOQ_OK) {
        REACHED("the end of a text");
    }
}

/* The loop over the bytes, from any state. One size at a time is much less work for CBMC. */
void prove_feed(void)
{
    for (size_t size = 0; size <= 1; size++) {
        prove_feed_of(size);
    }
}
