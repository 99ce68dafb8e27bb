/* What --help prints. */
#ifndef ARDOQ_HELP_H
#define ARDOQ_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "command.h"
#include "variable.h"

/* An exit code of the tool. */
typedef struct {
    const char *code;
    const char *meaning; /* lines */
} exit_code_t;

/* The last one is zeroed. */
extern const exit_code_t exit_codes[];

/* What the tool does, in one sentence, and what its results are. */
extern const char tool_summary[];
extern const char tool_results[];

/* Prints the help of a command, or for null that of the tool, on standard output. */
void show_help(const command_t *command);

/* The identity fields with their meaning. */
void help_identity_fields(FILE *stream);

/* The variable that overrides a setting, or a note for a setting without one. */
const char *setting_meaning(const ardoq_setting_t *setting, variable_t *variable);

/* The names that an option or a word of a command accepts. */
bool takes_fields(const command_t *command);
bool takes_settings(const command_t *command);

#endif
