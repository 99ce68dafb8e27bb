/* Output and exit codes of the commands. */
#ifndef ARDOQ_CONSOLE_H
#define ARDOQ_CONSOLE_H

#include <stdbool.h>

#include "ardoq/commands.h"

/* --help lists the exit codes; the others come from ardoq_console_exit_status(). */
enum {
    GO_ON = -1, /* none yet: the command goes on */
    EXIT_USAGE = 2,
};

/* Results to standard output, the rest to standard error. */
extern const ardoq_console_t console;

/* The running command, for messages; null: none yet. */
extern const char *console_command;

/* --json was given. */
extern bool wants_json;

/* Whether results are for a person: standard output is a terminal, and --json was not given. */
bool shows_tables(void);

/* Writes text of unknown encoding to standard error: control characters become spaces, and bytes
 * that are not UTF-8 question marks. text[size] must be NUL. */
void print_harmless(const char *text, size_t size);

/* The same for texts, and then the end of a line. */
#define say(...) say_texts((const char *const[]){__VA_ARGS__, NULL})
void say_texts(const char *const *texts); /* up to a null one */

/* Prints what is wrong with the command line, in parts. @return the exit code, as all below */
#define usage_error(...) usage_error_texts((const char *const[]){"error: ", __VA_ARGS__, NULL})
int usage_error_texts(const char *const *texts);

/* A value given on the command line could not be read; errno has the reason. */
int reading_error(const char *name);

/* A full disk or a closed pipe must not look like success. */
int flush_results(int code);

/* The end of the JSON text printed so far, if it ends inside a character. Begins empty. */
typedef struct {
    char bytes[4];
    size_t size;
} cut_character_t;

/* Prints part of a JSON text, which may be cut anywhere, without anything a terminal acts on. */
void print_json(cut_character_t *cut, const char *json, size_t size);

#endif
