#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/text.h"
#include "ardoq/value.h"

enum { FIRST_SIZE = 4096, MAX_SIZE = 16 * 1024 * 1024 };

/* Like realloc(), but leaves no copy of a secret in memory. */
static char *grow(char *text, size_t length, size_t size)
{
    char *larger = malloc(size);
    if (larger && length > 0) {
        memcpy(larger, text, length);
    }
    if (text) {
        ardoq_wipe(text, length);
    }
    free(text);
    return larger;
}

static char *fail(char *text, size_t length, int reason)
{
    if (text) {
        ardoq_wipe(text, length);
    }
    free(text);
    errno = reason;
    return NULL;
}

static char *read_stream(FILE *stream)
{
    char *text = NULL;
    size_t size = 0;
    size_t length = 0;
    do {
        if (length + 1 >= size) {
            size = size > 0 ? size * 2 : FIRST_SIZE;
            text = size <= MAX_SIZE ? grow(text, length, size) : fail(text, length, EFBIG);
            if (!text) {
                return NULL;
            }
        }
        length += fread(text + length, 1, size - 1 - length, stream);
    } while (!feof(stream) && !ferror(stream));
    if (ferror(stream)) {
        return fail(text, length, errno);
    }
    if (memchr(text, '\0', length)) {
        return fail(text, length, EILSEQ);
    }
    text[length] = '\0';
    return text;
}

char *read_file(const char *path)
{
    FILE *stream = fopen(path, "re");
    if (!stream) {
        return NULL;
    }
    /* Unbuffered, so that no copy of a secret stays in the stream. */
    setvbuf(stream, NULL, _IONBF, 0);
    char *text = read_stream(stream);
    const int reason = errno;
    fclose(stream);
    errno = reason;
    return text;
}

/* `echo` and the Return key add one that is not part of the value. */
static void drop_last_line_break(char *text)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '\n') {
        text[--length] = '\0';
    }
    if (length > 0 && text[length - 1] == '\r') {
        text[--length] = '\0';
    }
}

char *read_value(const char *value)
{
    if (value[0] == '@') {
        return read_file(value + 1);
    }
    if (strcmp(value, "-") != 0) {
        return strdup(value);
    }
    setvbuf(stdin, NULL, _IONBF, 0);
    char *text = read_stream(stdin);
    if (text) {
        drop_last_line_break(text);
    }
    return text;
}

void trim_value(char *value)
{
    size_t size;
    const size_t length = strlen(value);
    const char *start = ardoq_value_trim(value, &size);
    memmove(value, start, size);
    ardoq_wipe(value + size, length - size);
}
