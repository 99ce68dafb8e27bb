/* `ardoq provision`: the settings of one device as a CSV file for ESP-IDF's NVS partition generator. */
#ifndef PROVISION_H
#define PROVISION_H

#include "ardoq/commands.h"

/* Runs the command; argv[0] is its name. Returns the exit status of the tool. */
int provision(const ardoq_console_t *console, int argc, char **argv);

#endif
