/* What the commands say, and how they end. */
#ifndef ARDOQ_CONSOLE_H
#define ARDOQ_CONSOLE_H

#include <stdbool.h>

#include "ardoq/commands.h"

/* The exit codes are those of --help; the others come from ardoq_console_exit_status(). */
enum {
    GO_ON = -1, /* none yet: the command goes on */
    EXIT_USAGE = 2,
};

/* Results to standard output, the rest to standard error. */
extern const ardoq_console_t console;

/* The command that runs, for messages; null: none yet. */
extern const char *console_command;

/* --json was given. */
extern bool wants_json;

/* Whether results are for a person: standard output is a terminal, and --json was not given. */
bool shows_tables(void);

/* Writes text of unknown encoding to standard error: controls are blanks, what is no UTF-8 is a
 * question mark. After the text comes a NUL. */
void print_harmless(const char *text, size_t size);

/* The same for texts, and then the end of a line. */
#define say(...) say_texts((const char *const[]){__VA_ARGS__, NULL})
void say_texts(const char *const *texts); /* up to a null one */

/* Says what is wrong with the command line, in parts. @return the exit code, as all below */
#define usage_error(...) usage_error_texts((const char *const[]){"error: ", __VA_ARGS__, NULL})
int usage_error_texts(const char *const *texts);

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
