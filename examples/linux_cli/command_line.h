/* The command line. */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include "command.h"

/* Parses it, and runs its command. Returns the exit code of the tool. */
int run_command_line(int argc, char **argv);

/* What argp is told of a command, and of the options of every command. */
struct argp argp_of(const command_t *command);
const struct argp *common_argp(void);

/* Says that there is no such command, and which one may be meant. Returns the exit code. */
int refuse_command(const char *name);

#endif
