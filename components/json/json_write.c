#include "ardoq/json_write.h"

#include <string.h>

void ardoq_json_write_init(ardoq_json_writer_t *writer, ardoq_text_t *text)
{
    writer->text = text;
    ardoq_json_validator_init(&writer->validator);
    writer->comma = false;
}

/* The validator tells whether a call was due, and whether its text is UTF-8. */
static ardoq_err_t check(ardoq_json_validator_t *validator, char byte)
{
    const ardoq_err_t err = ardoq_json_validator_byte(validator, byte);
    if (err == ARDOQ_PENDING) {
        return ARDOQ_OK;
    }
    return err == ARDOQ_ERR_JSON_INVALID ? ARDOQ_ERR_INVALID_ARGUMENT : err;
}

static void put(ardoq_json_writer_t *writer, char byte)
{
    if (!writer->text->err) {
        writer->text->err = check(&writer->validator, byte);
    }
    ardoq_text_append(writer->text, &byte, 1);
}

static void put_text(ardoq_json_writer_t *writer, const char *text)
{
    while (*text != '\0') {
        put(writer, *text++);
    }
}

static void put_escaped(ardoq_json_writer_t *writer, char byte)
{
    static const char escaped[] = "\"\\\b\f\n\r\t";
    const char *const found = strchr(escaped, byte);
    if (found) {
        put(writer, '\\');
        byte = "\"\\bfnrt"[found - escaped];
    } else if ((unsigned char)byte < 0x20) {
        put_text(writer, byte < 0x10 ? "\\u000" : "\\u001");
        byte = "0123456789abcdef"[byte & 0xF];
    }
    put(writer, byte);
}

static void put_string(ardoq_json_writer_t *writer, const char *string)
{
    put(writer, '"');
    while (*string != '\0') {
        put_escaped(writer, *string++);
    }
    put(writer, '"');
}

static void separate(ardoq_json_writer_t *writer)
{
    if (writer->comma) {
        put(writer, ',');
    }
    writer->comma = true;
}

static void begin(ardoq_json_writer_t *writer, char bracket)
{
    separate(writer);
    put(writer, bracket);
    writer->comma = false;
}

static void end(ardoq_json_writer_t *writer, char bracket)
{
    put(writer, bracket);
    writer->comma = true;
}

void ardoq_json_write_object_begin(ardoq_json_writer_t *writer)
{
    begin(writer, '{');
}

void ardoq_json_write_object_end(ardoq_json_writer_t *writer)
{
    end(writer, '}');
}

void ardoq_json_write_array_begin(ardoq_json_writer_t *writer)
{
    begin(writer, '[');
}

void ardoq_json_write_array_end(ardoq_json_writer_t *writer)
{
    end(writer, ']');
}

void ardoq_json_write_key(ardoq_json_writer_t *writer, const char *key)
{
    separate(writer);
    put_string(writer, key);
    put(writer, ':');
    writer->comma = false;
}

void ardoq_json_write_string(ardoq_json_writer_t *writer, const char *string)
{
    separate(writer);
    put_string(writer, string);
}

void ardoq_json_write_int64(ardoq_json_writer_t *writer, int64_t number)
{
    separate(writer);
    if (number < 0) {
        put(writer, '-');
    }
    const uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    put_text(writer, ardoq_decimal(magnitude).digits);
}

void ardoq_json_write_boolean(ardoq_json_writer_t *writer, bool boolean)
{
    separate(writer);
    put_text(writer, boolean ? "true" : "false");
}

void ardoq_json_write_null(ardoq_json_writer_t *writer)
{
    separate(writer);
    put_text(writer, "null");
}

void ardoq_json_write_member(ardoq_json_writer_t *writer, const char *key, const char *string)
{
    ardoq_json_write_key(writer, key);
    ardoq_json_write_string(writer, string);
}

ardoq_err_t ardoq_json_write_end(ardoq_json_writer_t *writer)
{
    if (!writer->text->err && ardoq_json_validator_end(&writer->validator) != ARDOQ_OK) {
        writer->text->err = ARDOQ_ERR_INVALID_ARGUMENT;
    }
    return writer->text->err;
}
