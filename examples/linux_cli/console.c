#include "console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port_posix.h"

static void write_output(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)context;
    FILE *stream = output == ARDOQ_OUTPUT_RESULT ? stdout : stderr;
    const bool is_coloured = output == ARDOQ_OUTPUT_ERROR && ardoq_posix_has_colour();
    fputs(is_coloured ? "\033[1;31m" : "", stream);
    fwrite(text, 1, size, stream);
    fputs(is_coloured ? "\033[0m" : "", stream);
}

const ardoq_console_t console = {.write = write_output};

static bool continues_character(char byte)
{
    return (byte & 0xc0) == 0x80;
}

void print_json(cut_character_t *cut, const char *json, size_t size)
{
    while (size > 0 && cut->size > 0 && cut->size < sizeof cut->bytes &&
           continues_character(*json)) {
        cut->bytes[cut->size++] = *json++;
        size--;
    }
    if (size == 0) {
        return;
    }
    ardoq_console_write_json(&console, cut->bytes, cut->size);
    cut->size = 0;
    while (cut->size < size && cut->size < sizeof cut->bytes &&
           continues_character(json[size - cut->size - 1])) {
        cut->size++;
    }
    if (cut->size < size && (json[size - cut->size - 1] & 0x80) != 0) {
        cut->size++;
    }
    cut->size = cut->size < sizeof cut->bytes ? cut->size : 0;
    ardoq_console_write_json(&console, json, size - cut->size);
    memcpy(cut->bytes, json + size - cut->size, cut->size);
}

int usage_error(const char *message, const char *argument)
{
    fprintf(stderr, "error: %s%s\n  `ardoq --help` shows the commands\n", message, argument);
    return EXIT_USAGE;
}

int reading_error(const char *name)
{
    fprintf(stderr, "error: %s cannot be read: %s\n", name, strerror(errno));
    return EXIT_USAGE;
}

int flush_results(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return code;
    }
    fprintf(stderr, "error: the result could not be written: %s\n", strerror(errno));
    return code == EXIT_SUCCESS ? EXIT_FAILURE : code;
}
