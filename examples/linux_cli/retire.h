/* The command `retire`. */
#ifndef RETIRE_H
#define RETIRE_H

/* argv[0] is the command's name. Returns the exit code. */
int command_retire(int argc, char **argv);

#endif
