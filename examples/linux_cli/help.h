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

/* Ends with a zeroed one. */
extern const exit_code_t exit_codes[];

/* What the tool does, in a sentence, and what its results are. */
extern const char tool_summary[];
extern const char tool_results[];

/* Shows the help of a command, or with null that of the tool, on standard output. */
void show_help(const command_t *command);

/* The identity fields with their meaning. */
void help_identity_fields(FILE *stream);

/* The variable that overrides a setting, or what one without a variable is. */
const char *setting_meaning(const ardoq_setting_t *setting, variable_t *variable);

/* What names an option or a word of a command takes. */
bool takes_fields(const command_t *command);
bool takes_settings(const command_t *command);

#endif
