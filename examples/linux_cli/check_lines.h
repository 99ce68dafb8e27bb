/* The lines of `check` as lines of JSON. */
#ifndef CHECK_LINES_H
#define CHECK_LINES_H

#include "ardoq/commands.h"

/* The console for ardoq_command_check(): the tool's own if shows_tables(), else one that writes an
 * object for each step: result, step, text, the error if it failed, and more, the lines below. */
const ardoq_console_t *check_lines_begin(void);

/* Writes what is left. */
void check_lines_end(void);

#endif
