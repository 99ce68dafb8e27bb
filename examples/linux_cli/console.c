#include "console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port_posix.h"
#include "ardoq/text.h"

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

/* What ardoq_text_begins_with_control() calls any byte that is not UTF-8. */
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
    for (; *texts; texts++) {
        print_harmless(*texts, strlen(*texts));
    }
    fputc('\n', stderr);
}

int usage_error(const char *message, const char *argument)
{
    say("error: ", message, argument);
    say("  `ardoq --help` shows the commands");
    return EXIT_USAGE;
}

int reading_error(const char *name)
{
    const char *reason = strerror(errno);
    say("error: ", name, " cannot be read: ", reason);
    return EXIT_USAGE;
}

/* getopt would print the argument as it is. */
static void refuse_option(char *const *argv, const struct option *options)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    for (; optopt != 0 && options->name; options++) {
        if (options->val == optopt) {
            usage_error("this option is not used so: --", options->name);
            return;
        }
    }
    usage_error("there is no option ", optopt == 0 ? argv[optind - 1] : letter);
}

int next_option(int argc, char **argv, const char *letters, const struct option *options)
{
    opterr = 0;
    const int option = getopt_long(argc, argv, letters, options, NULL);
    if (option == '?') {
        refuse_option(argv, options);
    }
    return option;
}

int flush_results(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) {
        return code;
    }
    fprintf(stderr, "error: the result could not be written: %s\n", strerror(errno));
    return code == EXIT_SUCCESS ? EXIT_FAILURE : code;
}
