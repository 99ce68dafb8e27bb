/* What the commands say, and how they end. */
#ifndef ARDOQ_CONSOLE_H
#define ARDOQ_CONSOLE_H

#include "ardoq/commands.h"

/* The exit codes are those of --help; the others come from ardoq_console_exit_status(). */
enum {
    GO_ON = -1, /* none yet: the command goes on */
    EXIT_USAGE = 2,
};

/* Results to standard output, the rest to standard error. */
extern const ardoq_console_t console;

/* @return the exit code, as all below */
int usage_error(const char *message, const char *argument);

/* A value that the command line names could not be read; errno tells why. */
int reading_error(const char *name);

/* A full disk or a closed pipe must not look like success. */
int flush_results(int code);

#endif
