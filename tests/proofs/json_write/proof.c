#include "../../../components/json/json_write.c"

#include "../proof.h"
#include "../text_invariant.h"

enum { CAPACITY_MAX = 8 };

/* Any place at which it may stop; json_walk proves where it does. */
const char *ardoq_json_clean_end(const char *at, const char *end)
{
    return at + any_size_up_to((size_t)(end - at));
}

static bool invariant(const ardoq_json_writer_t *writer)
{
    return text_invariant(writer->text) && writer->depth <= ARDOQ_JSON_DEPTH_MAX;
}

static ardoq_json_writer_t any_writer(ardoq_text_t *text, char memory[CAPACITY_MAX])
{
    ardoq_json_writer_t writer;
    *text = any_text_at_end(memory, CAPACITY_MAX);
    writer.text = text;
    ASSUME(invariant(&writer));
    return writer;
}

/* Induction: what holds at the beginning ... */
void prove_begin(void)
{
    const size_t size = any_size_up_to(CAPACITY_MAX);
    ASSUME(size > 0);
    ardoq_text_t text;
    ardoq_json_writer_t writer;
    ardoq_text_init(&text, any_bytes(size), size, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&writer, &text);
    PROVE(invariant(&writer));
    REACHED("the end");
}

/* ... is kept by the calls that begin and end, ... */
void prove_calls(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t text;
    ardoq_json_writer_t writer = any_writer(&text, memory);
    const ardoq_err_t err = text.err;
    switch (nondet_int()) {
    case 0:
        ardoq_json_write_object_begin(&writer);
        break;
    case 1:
        ardoq_json_write_object_end(&writer);
        break;
    case 2:
        ardoq_json_write_array_begin(&writer);
        break;
    case 3:
        ardoq_json_write_array_end(&writer);
        break;
    default:
        ardoq_json_write_null(&writer);
        break;
    }
    PROVE(invariant(&writer));
    PROVE(!err || text.err == err);
    if (!text.err) {
        REACHED("a value");
    }
    const ardoq_err_t before_end = text.err;
    const ardoq_err_t end = ardoq_json_write_end(&writer);
    PROVE(invariant(&writer));
    PROVE(before_end ? end == before_end : end == ARDOQ_OK || end == ARDOQ_ERR_INVALID_ARGUMENT);
    if (!end) {
        REACHED("a whole text");
    }
}

/* ... by a character that must be escaped, ... */
void prove_escape(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t text;
    ardoq_json_writer_t writer = any_writer(&text, memory);
    const char c = nondet_char();
    ASSUME(c > 0);
    const ardoq_err_t err = text.err;
    const size_t length = text.length;
    put_escape(&text, c);
    PROVE(invariant(&writer));
    PROVE(!err || text.err == err);
    PROVE(text.err || text.length == length + 2 || text.length == length + 6);
    if (text.length == length + 6) {
        REACHED("six bytes");
    }
}

/* ... and by strings, ... */
void prove_string(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t text;
    ardoq_json_writer_t writer = any_writer(&text, memory);
    const ardoq_err_t err = text.err;
    ardoq_json_write_string(&writer, any_text(1));
    PROVE(invariant(&writer));
    PROVE(!err || text.err == err);
    if (!text.err) {
        REACHED("a string");
    }
    if (!err && text.err == ARDOQ_ERR_JSON_UTF8) {
        REACHED("no UTF-8");
    }
}

/* ... keys ... */
void prove_key(void)
{
    char memory[CAPACITY_MAX];
    ardoq_text_t text;
    ardoq_json_writer_t writer = any_writer(&text, memory);
    ardoq_json_write_key(&writer, any_text(1));
    PROVE(invariant(&writer));
    if (!text.err) {
        REACHED("a key");
    }
}

/* ... and numbers, for which there is no room here; so it holds after any number of calls. */
void prove_int64(void)
{
    char buffer[1];
    ardoq_text_t text;
    ardoq_json_writer_t writer;
    ardoq_text_init(&text, buffer, sizeof buffer, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&writer, &text);
    ardoq_json_write_int64(&writer, nondet_int64());
    PROVE(invariant(&writer));
    PROVE(text.err == ARDOQ_ERR_JSON_BUFFER_FULL);
    REACHED("the end");
}
