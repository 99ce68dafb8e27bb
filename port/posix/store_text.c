#include "store_text.h"

#include <stdint.h>
#include <string.h>

#include "ardoq/port.h"

#define HEADER                                                                                     \
    "# Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.\n"
#define TRAILER_START "# crc32 "

enum { HEADER_SIZE = sizeof HEADER - 1, TRAILER_SIZE = sizeof TRAILER_START - 1 + 8 + 1 };

typedef struct {
    const char *at;
    const char *end;
} span_t;

typedef struct {
    span_t whole; /* with its line feed */
    span_t key;
    span_t value;
} line_t;

typedef struct {
    char text[TRAILER_SIZE];
} trailer_t;

static size_t size_of(span_t span)
{
    return (size_t)(span.end - span.at);
}

/* ---- The checksum ---------------------------------------------------------------------------- */

/* CRC-32 as in Ethernet, zip and cksum -a crc32b. */
static uint32_t crc32(const char *data, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)data[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320U : 0);
        }
    }
    return ~crc;
}

static trailer_t make_trailer(const char *text, size_t size)
{
    trailer_t trailer = {TRAILER_START};
    uint32_t crc = crc32(text, size);
    for (size_t i = 0; i < 8; i++) {
        trailer.text[TRAILER_SIZE - 2 - i] = "0123456789abcdef"[crc & 0xf];
        crc >>= 4;
    }
    trailer.text[TRAILER_SIZE - 1] = '\n';
    return trailer;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool is_key(span_t key)
{
    const size_t size = size_of(key);
    if (size == 0 || size > ARDOQ_PORT_KEY_MAX) {
        return false;
    }
    for (const char *at = key.at; at < key.end; at++) {
        if (!(*at >= 'a' && *at <= 'z') && !(*at >= '0' && *at <= '9') && *at != '_') {
            return false;
        }
    }
    return true;
}

static bool is_value(span_t value)
{
    for (const char *at = value.at; at < value.end; at++) {
        if (*at == '\0' || *at == '\r') {
            return false;
        }
        if (*at == '\\') {
            at++;
            if (at == value.end || (*at != 'n' && *at != 'r' && *at != '\\')) {
                return false;
            }
        }
    }
    return true;
}

/* Takes the next line from the rest of the settings; false if it is none. */
static bool take_line(span_t *rest, line_t *line)
{
    const char *end = memchr(rest->at, '\n', size_of(*rest));
    const char *equals = end ? memchr(rest->at, '=', (size_t)(end - rest->at)) : NULL;
    if (!equals) {
        return false;
    }
    line->whole = (span_t){rest->at, end + 1};
    line->key = (span_t){rest->at, equals};
    line->value = (span_t){equals + 1, end};
    rest->at = end + 1;
    return true;
}

static int compare(span_t a, span_t b)
{
    const size_t a_size = size_of(a);
    const size_t b_size = size_of(b);
    const int order = memcmp(a.at, b.at, a_size < b_size ? a_size : b_size);
    return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static span_t span_of(const char *text)
{
    return (span_t){text, text + strlen(text)};
}

/* The lines between header and trailer. */
static span_t settings_of(const char *text, size_t size)
{
    return (span_t){text + HEADER_SIZE, text + size - TRAILER_SIZE};
}

bool ardoq_store_text_is_key(const char *key)
{
    return is_key(span_of(key));
}

bool ardoq_store_text_is_valid(const char *text, size_t size)
{
    if (size < HEADER_SIZE + TRAILER_SIZE || memcmp(text, HEADER, HEADER_SIZE) != 0) {
        return false;
    }
    const trailer_t trailer = make_trailer(text, size - TRAILER_SIZE);
    if (memcmp(text + size - TRAILER_SIZE, trailer.text, TRAILER_SIZE) != 0) {
        return false;
    }
    span_t rest = settings_of(text, size);
    span_t previous = span_of("");
    while (rest.at < rest.end) {
        line_t line;
        if (!take_line(&rest, &line) || !is_key(line.key) || !is_value(line.value) ||
            compare(previous, line.key) >= 0) {
            return false;
        }
        previous = line.key;
    }
    return true;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static ardoq_err_t unescape(span_t from, char *value, size_t value_size)
{
    size_t size = 1;
    for (const char *at = from.at; at < from.end; at++) {
        at += *at == '\\' ? 1 : 0;
        size++;
    }
    if (size > value_size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    for (const char *at = from.at; at < from.end; at++) {
        if (*at == '\\') {
            at++;
            *value++ = *at == 'n' ? '\n' : *at == 'r' ? '\r' : '\\';
        } else {
            *value++ = *at;
        }
    }
    *value = '\0';
    return ARDOQ_OK;
}

ardoq_err_t ardoq_store_text_get(const char *text, size_t size, const char *key, char *value,
                                 size_t value_size)
{
    span_t rest = settings_of(text, size);
    line_t line;
    while (rest.at < rest.end && take_line(&rest, &line)) {
        if (compare(line.key, span_of(key)) == 0) {
            return unescape(line.value, value, value_size);
        }
    }
    return ARDOQ_ERR_NOT_SET;
}

ardoq_err_t ardoq_store_text_each(const char *text, size_t size, char *buffer, size_t buffer_size,
                                  ardoq_port_store_value_t on_value, void *context)
{
    span_t rest = settings_of(text, size);
    line_t line;
    ardoq_err_t err = ARDOQ_OK;
    while (!err && rest.at < rest.end && take_line(&rest, &line)) {
        char key[ARDOQ_PORT_KEY_MAX + 1] = "";
        memcpy(key, line.key.at, size_of(line.key));
        const bool fits = unescape(line.value, buffer, buffer_size) == ARDOQ_OK;
        err = on_value(context, key, fits ? buffer : NULL);
    }
    return err;
}

static void append_escaped(ardoq_text_t *out, const char *value)
{
    for (; *value; value++) {
        switch (*value) {
        case '\n':
            ardoq_text_append(out, "\\n", 2);
            break;
        case '\r':
            ardoq_text_append(out, "\\r", 2);
            break;
        case '\\':
            ardoq_text_append(out, "\\\\", 2);
            break;
        default:
            ardoq_text_append(out, value, 1);
        }
    }
}

static void append_setting(ardoq_text_t *out, const char *key, const char *value)
{
    if (!value) {
        return;
    }
    ardoq_text_append(out, key, strlen(key));
    ardoq_text_append(out, "=", 1);
    append_escaped(out, value);
    ardoq_text_append(out, "\n", 1);
}

ardoq_err_t ardoq_store_text_set(const char *text, size_t size, const char *key, const char *value,
                                 ardoq_text_t *out)
{
    ardoq_text_append(out, HEADER, HEADER_SIZE);
    span_t rest = size > 0 ? settings_of(text, size) : span_of("");
    line_t line;
    bool done = false;
    while (rest.at < rest.end && take_line(&rest, &line)) {
        const int order = compare(line.key, span_of(key));
        if (order > 0 && !done) {
            append_setting(out, key, value);
            done = true;
        }
        if (order != 0) {
            ardoq_text_append(out, line.whole.at, size_of(line.whole));
        }
    }
    if (!done) {
        append_setting(out, key, value);
    }
    const trailer_t trailer = make_trailer(out->data, out->length);
    ardoq_text_append(out, trailer.text, TRAILER_SIZE);
    return out->err;
}
