/*
 * The store file of the POSIX port, store_text.h.
 *
 * Input: a line that says what is set, as key=value, or erased, as the key alone; then the file.
 * Bytes after the first NUL of the line do not count.
 *
 * Properties:
 * - Any bytes are judged without reading beyond them.
 * - A file without fault has each key once, and a value for it.
 * - After a change it has no fault, the key has its new value or none, and all else is there byte
 *   by byte as before, but for the two lines of the old format.
 * - What does not fit the buffer is STORE_FULL, or SETTING_TOO_LONG when it is read.
 */
#include "store_text.h"

#include "fuzz.h"

#define OLD_FIRST_LINE                                                                             \
    "# Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.\n"

enum { LINE_ROOM = 128 };

typedef struct {
    char *key;
    char *value; /* null: erased */
} change_t;

static bool has_fault(span_t file)
{
    unsigned line;
    const char *what = ardoq_store_text_fault(file.at, file.size, &line);
    size_t breaks = 0;
    for (size_t i = 0; i < file.size; i++) {
        breaks += file.at[i] == '\n' ? 1 : 0;
    }
    CHECK(line <= breaks + 1);
    CHECK(!what || line >= 1);
    return what != NULL;
}

static ardoq_err_t set(span_t file, const change_t *change, char *buffer, size_t size, span_t *out)
{
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, size, ARDOQ_ERR_STORE_FULL);
    ardoq_store_text_set(file.at, file.size, change->key, change->value, &text);
    *out = (span_t){text.data, text.length};
    return text.err;
}

/* The value, with no more room than it needs. */
static char *value_of(const ardoq_store_line_t *line)
{
    const size_t room = line->value_size + 1;
    char *roomy = allocate(room);
    CHECK(ardoq_store_text_value(line, roomy, room) == ARDOQ_OK);
    const size_t size = strlen(roomy) + 1;
    char *value = allocate(size);
    CHECK(ardoq_store_text_value(line, value, size - 1) == ARDOQ_ERR_SETTING_TOO_LONG);
    CHECK(ardoq_store_text_value(line, value, size) == ARDOQ_OK);
    CHECK(strcmp(roomy, value) == 0);
    free(roomy);
    return value;
}

/* Null if there is none. */
static char *get(span_t file, const char *key)
{
    ardoq_store_line_t line;
    return ardoq_store_text_find(file.at, file.size, key, &line) ? value_of(&line) : NULL;
}

static void check_lines(span_t file)
{
    ardoq_store_line_t line = {0};
    ardoq_store_line_t found;
    while (ardoq_store_text_next(file.at, file.size, &line)) {
        CHECK(ardoq_store_text_is_key(line.key));
        CHECK(line.start >= file.at && line.end <= file.at + file.size);
        CHECK(line.value >= line.start && line.value + line.value_size <= line.end);
        CHECK(ardoq_store_text_find(file.at, file.size, line.key, &found));
        CHECK(found.number == line.number);
        free(value_of(&line));
    }
}

static bool begins_with(span_t file, span_t start)
{
    return file.size >= start.size && memcmp(file.at, start.at, start.size) == 0;
}

/* What is before and after the changed part is the same. */
static void check_rest(span_t before, span_t after, const change_t *change)
{
    ardoq_store_line_t line;
    const span_t old = {OLD_FIRST_LINE, strlen(OLD_FIRST_LINE)};
    if (begins_with(before, old)) {
        return;
    }
    span_t start = before;
    span_t end = {NULL, 0};
    if (ardoq_store_text_find(before.at, before.size, change->key, &line)) {
        const char *from = change->value ? line.value : line.start;
        const char *to = change->value ? line.value + line.value_size : line.end;
        start.size = (size_t)(from - before.at);
        end = (span_t){to, before.size - (size_t)(to - before.at)};
    }
    CHECK(begins_with(after, start));
    CHECK(after.size >= start.size + end.size);
    CHECK(end.size == 0 || memcmp(after.at + after.size - end.size, end.at, end.size) == 0);
}

static void check_others(span_t before, span_t after, const char *changed)
{
    ardoq_store_line_t line = {0};
    while (ardoq_store_text_next(before.at, before.size, &line)) {
        if (strcmp(line.key, changed) != 0) {
            char *old = value_of(&line);
            char *new = get(after, line.key);
            CHECK(same_value(old, new));
            free(old);
            free(new);
        }
    }
}

static void check_change(span_t file, const change_t *change)
{
    const size_t room = file.size + LINE_ROOM + (change->value ? 2 * strlen(change->value) : 0);
    char *roomy = allocate(room);
    span_t after;
    CHECK(set(file, change, roomy, room, &after) == ARDOQ_OK);
    CHECK(!has_fault(after));
    check_lines(after);
    char *value = get(after, change->key);
    CHECK(same_value(value, change->value));
    check_others(file, after, change->key);
    check_rest(file, after, change);

    char *exact = allocate(after.size + 1);
    span_t cut;
    CHECK(after.size == 0 || set(file, change, exact, after.size, &cut) == ARDOQ_ERR_STORE_FULL);
    CHECK(set(file, change, exact, after.size + 1, &cut) == ARDOQ_OK);
    free(exact);
    free(value);
    free(roomy);
}

static change_t take_change(span_t *input)
{
    span_t line = take_line(input);
    const bool has_value = holds(line, '=');
    const span_t key = take_until(&line, '=');
    return (change_t){text_of(key), has_value ? text_of(line) : NULL};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    span_t input = input_of(data, size);
    const change_t change = take_change(&input);
    const span_t file = {copy_of(input), input.size};
    const size_t key_size = strlen(change.key);
    const bool is_key = key_size > 0 && key_size <= ARDOQ_PORT_KEY_MAX &&
                        strspn(change.key, "abcdefghijklmnopqrstuvwxyz0123456789_") == key_size;
    CHECK(ardoq_store_text_is_key(change.key) == is_key);
    if (!has_fault(file)) {
        CHECK(!memchr(file.at, '\0', file.size));
        check_lines(file);
        if (is_key) {
            check_change(file, &change);
        }
    }
    free((char *)file.at);
    free(change.key);
    free(change.value);
    return 0;
}
