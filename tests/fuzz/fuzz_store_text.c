/*
 * The store file of the POSIX port, store_text.h.
 *
 * Input: a line that says what is set, as key=value, or erased, as the key alone; then the file, or
 * the lines of one: the header, and a checksum that fits, are put around them. Bytes after the
 * first NUL of the line do not count.
 *
 * Properties:
 * - Any bytes are judged without reading beyond them.
 * - A valid file has one form: setting each of its keys into an empty store makes the same file.
 * - After a change the file is valid, the key has its new value or none, and the others have
 * theirs.
 * - What does not fit the buffer is STORE_FULL, or SETTING_TOO_LONG when it is read.
 */
#include "store_text.h"

#include "ardoq/port.h"
#include "fuzz.h"

#define HEADER                                                                                     \
    "# Ardoq settings, format 1. It ends in a checksum: change it with `ardoq config set`.\n"

enum { KEYS = 256, TRAILER_ROOM = 32 };

typedef struct {
    char *key;
    char *value; /* null: erased */
} change_t;

/* A file of these lines. */
static span_t framed(span_t lines)
{
    const size_t size = strlen(HEADER) + lines.size;
    char *file = allocate(size + TRAILER_ROOM);
    memcpy(file, HEADER, strlen(HEADER));
    if (lines.size > 0) {
        memcpy(file + strlen(HEADER), lines.at, lines.size);
    }
    char trailer[TRAILER_ROOM];
    const int length =
        snprintf(trailer, sizeof trailer, "# crc32 %08x\n", (unsigned)crc32_of(file, size));
    memcpy(file + size, trailer, (size_t)length);
    const span_t exact = {copy_of((span_t){file, size + (size_t)length}), size + (size_t)length};
    free(file);
    return exact;
}

static ardoq_err_t set(span_t file, const change_t *change, char *buffer, size_t size, span_t *out)
{
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, size, ARDOQ_ERR_STORE_FULL);
    const ardoq_err_t err =
        ardoq_store_text_set(file.at, file.size, change->key, change->value, &text);
    *out = (span_t){text.data, text.length};
    return err;
}

/* The value, with no more room than it needs; null if there is none. */
static char *get(span_t file, const char *key)
{
    char *roomy = allocate(file.size);
    const ardoq_err_t err = ardoq_store_text_get(file.at, file.size, key, roomy, file.size);
    CHECK(err == ARDOQ_OK || err == ARDOQ_ERR_NOT_SET);
    char *value = NULL;
    if (!err) {
        const size_t size = strlen(roomy) + 1;
        value = allocate(size);
        CHECK(ardoq_store_text_get(file.at, file.size, key, value, size - 1) ==
              ARDOQ_ERR_SETTING_TOO_LONG);
        CHECK(ardoq_store_text_get(file.at, file.size, key, value, size) == ARDOQ_OK);
        CHECK(strcmp(roomy, value) == 0);
    }
    free(roomy);
    return value;
}

/* The keys of a valid file, by reading its lines. */
static size_t keys_of(span_t file, char *keys[KEYS])
{
    size_t count = 0;
    take_line(&file);
    while (file.size > 0 && count < KEYS) {
        span_t line = take_line(&file);
        if (line.size > 0 && line.at[0] != '#') {
            keys[count++] = text_of(take_until(&line, '='));
        }
    }
    return count;
}

static void check_one_form(span_t file)
{
    char *keys[KEYS];
    const size_t count = keys_of(file, keys);
    char *buffers[2] = {allocate(file.size + 1), allocate(file.size + 1)};
    span_t made = {NULL, 0};
    /* The last key first, so that none stands in its place by the order of the calls. */
    for (size_t i = count; i-- > 0;) {
        const change_t change = {keys[i], get(file, keys[i])};
        CHECK(change.value);
        CHECK(set(made, &change, buffers[i % 2], file.size + 1, &made) == ARDOQ_OK);
        free(change.value);
    }
    if (count > 0 && count < KEYS) {
        CHECK(made.size == file.size && memcmp(made.at, file.at, made.size) == 0);
    }
    for (size_t i = 0; i < count; i++) {
        free(keys[i]);
    }
    free(buffers[0]);
    free(buffers[1]);
}

static void check_others(span_t before, span_t after, const char *changed)
{
    char *keys[KEYS];
    const size_t count = keys_of(before, keys);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i], changed) != 0) {
            char *old = get(before, keys[i]);
            char *new = get(after, keys[i]);
            CHECK(same_value(old, new));
            free(old);
            free(new);
        }
        free(keys[i]);
    }
}

static void check_change(span_t file, const change_t *change)
{
    const size_t room = file.size + strlen(HEADER) + TRAILER_ROOM +
                        (change->value ? 2 * strlen(change->value) : 0) + strlen(change->key) + 3;
    char *roomy = allocate(room);
    span_t after;
    CHECK(set(file, change, roomy, room, &after) == ARDOQ_OK);
    CHECK(ardoq_store_text_is_valid(after.at, after.size));
    char *value = get(after, change->key);
    CHECK(same_value(value, change->value));
    check_others(file, after, change->key);
    check_one_form(after);

    char *exact = allocate(after.size);
    span_t cut;
    CHECK(set(file, change, exact, after.size, &cut) == ARDOQ_ERR_STORE_FULL);
    free(exact);
    free(value);
    free(roomy);
}

static void check_file(span_t file, const change_t *change)
{
    if (ardoq_store_text_is_valid(file.at, file.size)) {
        CHECK(!memchr(file.at, '\0', file.size) && !memchr(file.at, '\r', file.size));
        check_one_form(file);
        if (ardoq_store_text_is_key(change->key)) {
            check_change(file, change);
        }
    }
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
    const span_t as_it_is = {copy_of(input), input.size};
    const span_t file = framed(input);
    const size_t key_size = strlen(change.key);
    CHECK(ardoq_store_text_is_key(change.key) ==
          (key_size > 0 && key_size <= ARDOQ_PORT_KEY_MAX &&
           strspn(change.key, "abcdefghijklmnopqrstuvwxyz0123456789_") == key_size));
    check_file(as_it_is, &change);
    check_file(file, &change);
    free((char *)as_it_is.at);
    free((char *)file.at);
    free(change.key);
    free(change.value);
    return 0;
}
