/* The command `request`. */
#ifndef REQUEST_H
#define REQUEST_H

/* argv[0] is the command's name. Returns the exit code. */
int command_request(int argc, char **argv);

#endif
