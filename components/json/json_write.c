#include "ardoq/json_write.h"

#include <string.h>

#include "walker.h"

void ardoq_json_write_init(ardoq_json_writer_t *writer, ardoq_text_t *text)
{
    *writer = (ardoq_json_writer_t){.text = text};
}

static void fail_text(ardoq_text_t *text, ardoq_err_t err)
{
    if (!text->err) {
        text->err = err;
    }
}

static void fail(ardoq_json_writer_t *writer, ardoq_err_t err)
{
    fail_text(writer->text, err);
}

/* ---- Order ---------------------------------------------------------------------------------- */

static bool in_object(const ardoq_json_writer_t *writer)
{
    return writer->objects & 1;
}

/* Begins a key or value if one is due: writes @p start, without its comma if it is the first. */
static void begin(ardoq_json_writer_t *writer, bool due, const char *comma_and_opening)
{
    if (!due) {
        fail(writer, ARDOQ_ERR_INVALID_ARGUMENT);
    }
    const bool needs_comma = writer->has_value && !writer->has_key;
    ardoq_text_append_string(writer->text, comma_and_opening + (needs_comma ? 0 : 1));
}

static void begin_value(ardoq_json_writer_t *writer, const char *comma_and_opening)
{
    const bool due = writer->depth > 0 ? in_object(writer) == writer->has_key : !writer->has_value;
    begin(writer, due, comma_and_opening);
    writer->has_value = true;
    writer->has_key = false;
}

static void begin_container(ardoq_json_writer_t *writer, bool object)
{
    begin_value(writer, object ? ",{" : ",[");
    if (writer->depth == ARDOQ_JSON_DEPTH_MAX) {
        fail(writer, ARDOQ_ERR_JSON_TOO_DEEP);
        return;
    }
    writer->depth++;
    writer->objects = writer->objects << 1 | object;
    writer->has_value = false;
}

static void end_container(ardoq_json_writer_t *writer, bool object)
{
    if (writer->depth == 0 || writer->has_key || in_object(writer) != object) {
        fail(writer, ARDOQ_ERR_INVALID_ARGUMENT);
        return;
    }
    ardoq_text_append(writer->text, object ? "}" : "]", 1);
    writer->depth--;
    writer->objects >>= 1;
    writer->has_value = true;
}

/* ---- Strings -------------------------------------------------------------------------------- */

static void put_escape(ardoq_text_t *text, char byte)
{
    static const char escaped[] = "\"\\\b\f\n\r\t";
    const char *const found = strchr(escaped, byte);
    char escape[] = "\\u0000";
    if (found) {
        escape[1] = "\"\\bfnrt"[found - escaped];
        escape[2] = '\0';
    } else {
        escape[4] = byte < 0x10 ? '0' : '1';
        escape[5] = "0123456789abcdef"[byte & 0xF];
    }
    ardoq_text_append_string(text, escape);
}

void ardoq_json_escape(ardoq_text_t *text, const char *string, size_t size)
{
    const char *const end = string + size;
    for (; string < end; string++) {
        const char *const run = string;
        string = ardoq_json_clean_end(run, end);
        ardoq_text_append(text, run, (size_t)(string - run));
        if (string < end && (unsigned char)*string >= 0x80) {
            fail_text(text, ARDOQ_ERR_JSON_UTF8);
            return;
        }
        if (string < end) {
            put_escape(text, *string);
        }
    }
}

/* ---- The calls ------------------------------------------------------------------------------ */

void ardoq_json_write_object_begin(ardoq_json_writer_t *writer)
{
    begin_container(writer, true);
}

void ardoq_json_write_object_end(ardoq_json_writer_t *writer)
{
    end_container(writer, true);
}

void ardoq_json_write_array_begin(ardoq_json_writer_t *writer)
{
    begin_container(writer, false);
}

void ardoq_json_write_array_end(ardoq_json_writer_t *writer)
{
    end_container(writer, false);
}

void ardoq_json_write_key(ardoq_json_writer_t *writer, const char *key)
{
    begin(writer, in_object(writer) && !writer->has_key, ",\"");
    ardoq_json_escape(writer->text, key, strlen(key));
    ardoq_text_append(writer->text, "\":", 2);
    writer->has_key = true;
}

void ardoq_json_write_string(ardoq_json_writer_t *writer, const char *string)
{
    begin_value(writer, ",\"");
    ardoq_json_escape(writer->text, string, strlen(string));
    ardoq_text_append(writer->text, "\"", 1);
}

void ardoq_json_write_int64(ardoq_json_writer_t *writer, int64_t number)
{
    begin_value(writer, number < 0 ? ",-" : ",");
    const uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    ardoq_decimal_t room;
    ardoq_text_append_string(writer->text, ardoq_decimal(magnitude, &room));
}

void ardoq_json_write_boolean(ardoq_json_writer_t *writer, bool boolean)
{
    begin_value(writer, boolean ? ",true" : ",false");
}

void ardoq_json_write_null(ardoq_json_writer_t *writer)
{
    begin_value(writer, ",null");
}

void ardoq_json_write_member(ardoq_json_writer_t *writer, const char *key, const char *string)
{
    ardoq_json_write_key(writer, key);
    ardoq_json_write_string(writer, string);
}

ardoq_err_t ardoq_json_write_end(ardoq_json_writer_t *writer)
{
    if (writer->depth > 0 || !writer->has_value) {
        fail(writer, ARDOQ_ERR_INVALID_ARGUMENT);
    }
    return writer->text->err;
}
