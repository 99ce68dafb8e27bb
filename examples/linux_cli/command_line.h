/* The command line. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "command.h"

/* Parses it, and runs its command. Returns the exit code of the tool. */
int run_command_line(int argc, char **argv);

/* The command's options for argp, and the options of every command. */
struct argp argp_of(const command_t *command);
const struct argp *common_argp(void);

/* Prints that there is no such command, and a similar one. Returns the exit code. */
int refuse_command(const char *name);

#endif
