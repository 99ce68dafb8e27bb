#include "../../../components/json/json_write.c"

#include "../proof.h"
#include "../text_invariant.h"
#include "../validator_invariant.h"

enum { CAPACITY_MAX = 8 };

static bool invariant(const ardoq_json_writer_t *writer)
{
    return text_invariant(&writer->text) && validator_invariant(&writer->validator) &&
           (writer->text.err || writer->validator.state != FAILED);
}

static ardoq_json_writer_t any_writer(char memory[CAPACITY_MAX])
{
    ardoq_json_writer_t writer;
    writer.text = any_text_at_end(memory, CAPACITY_MAX);
    ASSUME(invariant(&writer));
    return writer;
}

/* Induction over the bytes written: what holds at the beginning ... */
void prove_begin(void)
{
    const size_t size = any_size_up_to(CAPACITY_MAX);
    ASSUME(size > 0);
    ardoq_json_writer_t writer;
    ardoq_json_write_init(&writer, any_bytes(size), size);
    PROVE(invariant(&writer));
    REACHED("the end");
}

/* ... and is kept by each byte, whatever call writes it, ... */
void prove_put(void)
{
    char memory[CAPACITY_MAX];
    ardoq_json_writer_t writer = any_writer(memory);
    const ardoq_json_writer_t before = writer;
    put(&writer, nondet_char());
    PROVE(invariant(&writer));
    PROVE(!before.text.err || writer.text.err == before.text.err);
    PROVE(writer.text.length == before.text.length + (writer.text.err ? 0 : 1));
    if (writer.text.err == ARDOQ_ERR_JSON_BUFFER_FULL && !before.text.err) {
        REACHED("full");
    }
    size_t size;
    const ardoq_err_t err = ardoq_json_write_end(&writer, &size);
    PROVE(!writer.text.err || err == writer.text.err);
    PROVE(size == (err ? 0 : writer.text.length));
    if (!err) {
        REACHED("a whole text");
    }
}

/* ... also by those of a character that must be escaped, ... */
void prove_escape(void)
{
    char memory[CAPACITY_MAX];
    ardoq_json_writer_t writer = any_writer(memory);
    const char c = nondet_char();
    ASSUME(c != '\0');
    const ardoq_err_t err = writer.text.err;
    const size_t length = writer.text.length;
    put_escaped(&writer, c);
    PROVE(invariant(&writer));
    PROVE(!err || writer.text.err == err);
    PROVE(writer.text.length <= length + 6);
    if (writer.text.length == length + 6) {
        REACHED("six bytes");
    }
}

/* ... holds after any number of calls: they write nothing in any other way. */
void prove_calls(void)
{
    char memory[CAPACITY_MAX];
    ardoq_json_writer_t writer = any_writer(memory);
    const ardoq_err_t err = writer.text.err;
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
    PROVE(!err || writer.text.err == err);
    if (!writer.text.err) {
        REACHED("a value");
    }
}

void prove_string(void)
{
    char memory[CAPACITY_MAX];
    ardoq_json_writer_t writer = any_writer(memory);
    const ardoq_err_t err = writer.text.err;
    ardoq_json_write_string(&writer, any_text(1));
    PROVE(invariant(&writer));
    PROVE(!err || writer.text.err == err);
    if (!writer.text.err) {
        REACHED("a string");
    }
}

void prove_key(void)
{
    char memory[CAPACITY_MAX];
    ardoq_json_writer_t writer = any_writer(memory);
    ardoq_json_write_key(&writer, any_text(1));
    PROVE(invariant(&writer));
    if (!writer.text.err) {
        REACHED("a key");
    }
}

/* The digits go the way of any others; here the sign, for which there must be no room. */
void prove_int64(void)
{
    char buffer[1];
    ardoq_json_writer_t writer;
    ardoq_json_write_init(&writer, buffer, sizeof buffer);
    ardoq_json_write_int64(&writer, nondet_int64());
    PROVE(invariant(&writer));
    PROVE(writer.text.err == ARDOQ_ERR_JSON_BUFFER_FULL);
    REACHED("the end");
}
