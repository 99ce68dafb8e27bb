/* What the commands say, and how they end. */
#ifndef ARDOQ_CONSOLE_H
#define ARDOQ_CONSOLE_H

#include <getopt.h>

#include "ardoq/commands.h"

/* The exit codes are those of --help; the others come from ardoq_console_exit_status(). */
enum {
    GO_ON = -1, /* none yet: the command goes on */
    EXIT_USAGE = 2,
};

/* Results to standard output, the rest to standard error. */
extern const ardoq_console_t console;

/* Writes text of unknown encoding to standard error: controls are blanks, what is no UTF-8 is a
 * question mark. After the text comes a NUL. */
void print_harmless(const char *text, size_t size);

/* The same for texts, and then the end of a line. */
#define say(...) say_texts((const char *const[]){__VA_ARGS__, NULL})
void say_texts(const char *const *texts); /* up to a null one */

/* getopt_long(); what is no option is refused here. */
int next_option(int argc, char **argv, const char *letters, const struct option *options);

/* @return the exit code, as all below */
int usage_error(const char *message, const char *argument);

/* A value that the command line names could not be read; errno tells why. */
int reading_error(const char *name);

/* A full disk or a closed pipe must not look like success. */
int flush_results(int code);

/* The end of what was printed of a JSON text, if a character is cut there. Begins empty. */
typedef struct {
    char bytes[4];
    size_t size;
} cut_character_t;

/* Prints a part of a JSON text that may be cut anywhere, without what a terminal may act on. */
void print_json(cut_character_t *cut, const char *json, size_t size);

#endif
