#include "store_text.h"

#include <string.h>

#define FIRST_LINE "# Ardoq settings. A line that begins with # is a comment.\n"

/* From the version before the first release. */
#define OLD_FIRST_LINE                                                                             \
    "# Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.\n"
#define OLD_LAST_LINE "# crc32 "

typedef struct {
    const char *at;
    const char *end;
} span_t;

static size_t size_of(span_t span)
{
    return (size_t)(span.end - span.at);
}

static bool begins_with(span_t span, const char *text)
{
    const size_t size = strlen(text);
    return size_of(span) >= size && memcmp(span.at, text, size) == 0;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static span_t trim(span_t span)
{
    while (span.at < span.end && is_blank(*span.at)) {
        span.at++;
    }
    while (span.at < span.end && is_blank(span.end[-1])) {
        span.end--;
    }
    return span;
}

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

bool ardoq_store_text_is_key(const char *key)
{
    return is_key((span_t){key, key + strlen(key)});
}

/* Characters after a backslash, and their meaning. */
static const char escapes[] = "n\nr\rt\ts @@\\\\";

/* The meaning of an escape; '\0' if it does not exist. */
static char unescaped(char escape)
{
    char meaning = '\0';
    for (size_t i = 0; escapes[i] != '\0'; i += 2) {
        meaning = escapes[i] == escape ? escapes[i + 1] : meaning;
    }
    return meaning;
}

static bool has_right_escapes(span_t value)
{
    for (const char *at = value.at; at < value.end; at++) {
        if (*at == '\\') {
            at++;
            if (at == value.end || unescaped(*at) == '\0') {
                return false;
            }
        }
    }
    return true;
}

/* The next line, with its line feed. */
static span_t take_line(span_t *rest)
{
    const char *end = memchr(rest->at, '\n', size_of(*rest));
    const span_t line = {rest->at, end ? end + 1 : rest->end};
    rest->at = line.end;
    return line;
}

/* Without its line feed. A line has at least one byte. */
static span_t content_of(span_t line)
{
    line.end -= line.end[-1] == '\n' ? 1 : 0;
    return trim(line);
}

static bool is_setting(span_t content)
{
    return size_of(content) > 0 && content.at[0] != '#';
}

typedef struct {
    span_t key;
    span_t value;
} setting_t;

/* @return what is wrong, or null */
static const char *split(span_t content, setting_t *setting)
{
    const char *equals = memchr(content.at, '=', size_of(content));
    if (!equals) {
        return "it does not have the form key = value";
    }
    setting->key = trim((span_t){content.at, equals});
    setting->value = trim((span_t){equals + 1, content.end});
    if (!is_key(setting->key)) {
        return "a key must have 1 to 15 characters of a-z, 0-9 and _";
    }
    return has_right_escapes(setting->value)
               ? NULL
               : "a backslash must be followed by n, r, t, s, @ or \\";
}

bool ardoq_store_text_next(const char *text, size_t size, ardoq_store_line_t *line)
{
    span_t rest = {line->end ? line->end : text, text + size};
    while (rest.at < rest.end) {
        const span_t whole = take_line(&rest);
        const span_t content = content_of(whole);
        setting_t setting;
        line->number++;
        if (is_setting(content) && !split(content, &setting)) {
            memcpy(line->key, setting.key.at, size_of(setting.key));
            line->key[size_of(setting.key)] = '\0';
            line->start = whole.at;
            line->end = whole.end;
            line->value = setting.value.at;
            line->value_size = size_of(setting.value);
            return true;
        }
    }
    return false;
}

bool ardoq_store_text_find(const char *text, size_t size, const char *key, ardoq_store_line_t *line)
{
    bool is_there;
    *line = (ardoq_store_line_t){0};
    do {
        is_there = ardoq_store_text_next(text, size, line);
    } while (is_there && strcmp(line->key, key) != 0);
    return is_there;
}

/* ---- Faults ---------------------------------------------------------------------------------- */

static bool occurs_before(const char *text, span_t line, span_t key)
{
    char name[ARDOQ_PORT_KEY_MAX + 1] = "";
    ardoq_store_line_t before;
    memcpy(name, key.at, size_of(key));
    return ardoq_store_text_find(text, (size_t)(line.at - text), name, &before);
}

static const char *fault_of(const char *text, span_t line)
{
    const span_t content = content_of(line);
    setting_t setting;
    if (memchr(line.at, '\0', size_of(line))) {
        return "it contains a zero byte";
    }
    if (!is_setting(content)) {
        return NULL;
    }
    const char *fault = split(content, &setting);
    if (!fault && occurs_before(text, line, setting.key)) {
        fault = "its key is already on an earlier line";
    }
    return fault;
}

const char *ardoq_store_text_fault(const char *text, size_t size, unsigned *line)
{
    span_t rest = {text, text + size};
    const char *fault = NULL;
    for (*line = 0; !fault && rest.at < rest.end; ++*line) {
        fault = fault_of(text, take_line(&rest));
    }
    return fault;
}

/* ---- Values ---------------------------------------------------------------------------------- */

bool ardoq_store_text_is_file(const ardoq_store_line_t *line)
{
    return line->value_size >= 2 && memcmp(line->value, "@/", 2) == 0;
}

ardoq_err_t ardoq_store_text_value(const ardoq_store_line_t *line, char *value, size_t size)
{
    const char *start = line->value + (ardoq_store_text_is_file(line) ? 1 : 0);
    const char *end = line->value + line->value_size;
    size_t needed = 1;
    for (const char *at = start; at < end; at++) {
        at += *at == '\\' ? 1 : 0;
        needed++;
    }
    if (needed > size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    for (const char *at = start; at < end; at++) {
        const bool is_escape = *at == '\\';
        at += is_escape ? 1 : 0;
        *value++ = is_escape ? unescaped(*at) : *at;
    }
    *value = '\0';
    return ARDOQ_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void append_span(ardoq_text_t *out, span_t span)
{
    ardoq_text_append(out, span.at, size_of(span));
}

/* Blanks must be escaped at the ends of the value. */
static bool must_escape(const char *value, const char *at)
{
    const bool is_outer = at == value || at[1] == '\0';
    return *at == '\n' || *at == '\r' || *at == '\\' || ((*at == ' ' || *at == '\t') && is_outer) ||
           (*at == '@' && at == value);
}

static void append_escaped(ardoq_text_t *out, const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        char escape[2] = {'\\', '\0'};
        for (size_t i = 0; escapes[i] != '\0'; i += 2) {
            escape[1] = escapes[i + 1] == *at ? escapes[i] : escape[1];
        }
        const bool is_escaped = must_escape(value, at);
        ardoq_text_append(out, is_escaped ? escape : at, is_escaped ? 2 : 1);
    }
}

/* Drops the first line and the checksum of the old version. */
static void append_lines(ardoq_text_t *out, span_t lines, bool is_old)
{
    while (is_old && lines.at < lines.end) {
        const span_t line = take_line(&lines);
        if (!begins_with(line, OLD_FIRST_LINE) && !begins_with(line, OLD_LAST_LINE)) {
            append_span(out, line);
        }
    }
    append_span(out, lines);
}

static void append_setting(ardoq_text_t *out, const char *key, const char *value)
{
    if (out->length > 0 && out->data[out->length - 1] != '\n') {
        ardoq_text_append(out, "\n", 1);
    }
    ardoq_text_append_string(out, key);
    ardoq_text_append(out, " = ", 3);
    append_escaped(out, value);
    ardoq_text_append(out, "\n", 1);
}

void ardoq_store_text_set(const char *text, size_t size, const char *key, const char *value,
                          ardoq_text_t *out)
{
    const bool is_new = !text;
    text = is_new ? "" : text;
    const span_t all = {text, text + size};
    const bool is_old = begins_with(all, OLD_FIRST_LINE);
    ardoq_store_line_t line;
    if (is_new || is_old) {
        ardoq_text_append_string(out, FIRST_LINE);
    }
    if (!ardoq_store_text_find(text, size, key, &line)) {
        append_lines(out, all, is_old);
        if (value) {
            append_setting(out, key, value);
        }
        return;
    }
    append_lines(out, (span_t){text, value ? line.value : line.start}, is_old);
    if (value) {
        ardoq_text_append(out, " ", line.value_size == 0 && value[0] != '\0' ? 1 : 0);
        append_escaped(out, value);
    }
    append_lines(out, (span_t){value ? line.value + line.value_size : line.end, all.end}, is_old);
}
