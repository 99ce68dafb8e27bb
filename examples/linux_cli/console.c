#include "console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "ardoq/text.h"
#include "progress.h"

static void write_output(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)context;
    FILE *stream = output == ARDOQ_OUTPUT_RESULT ? stdout : stderr;
    if (stream == stderr) {
        progress_clear();
    }
    const bool is_coloured = output == ARDOQ_OUTPUT_ERROR && ardoq_posix_has_colour();
    fputs(is_coloured ? "\033[1;31m" : "", stream);
    fwrite(text, 1, size, stream);
    fputs(is_coloured ? "\033[0m" : "", stream);
}

const ardoq_console_t console = {.write = write_output};

const char *console_command;
bool wants_json;

bool shows_tables(void)
{
    return !wants_json && isatty(STDOUT_FILENO);
}

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

/* ardoq_text_begins_with_control() returns this for a byte that is not UTF-8. */
enum { NOT_UTF8 = 0xfffd };

void print_harmless(const char *text, size_t size)
{
    while (size > 0) {
        size_t used;
        uint32_t code;
        if (!ardoq_text_begins_with_control(text, size, &used, &code)) {
            fwrite(text, 1, used, stderr);
        } else {
            fputc(code == NOT_UTF8 ? '?' : ' ', stderr);
        }
        text += used;
        size -= used;
    }
}

void say_texts(const char *const *texts)
{
    progress_clear();
    for (; *texts; texts++) {
        print_harmless(*texts, strlen(*texts));
    }
    fputc('\n', stderr);
}

int usage_error_texts(const char *const *texts)
{
    say_texts(texts);
    if (console_command) {
        say("  `ardoq help ", console_command, "` shows how it is used");
    } else {
        say("  `ardoq --help` shows the commands");
    }
    return EXIT_USAGE;
}

int reading_error(const char *name)
{
    const char *reason = strerror(errno);
    say("error: ", name, " cannot be read: ", reason);
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
