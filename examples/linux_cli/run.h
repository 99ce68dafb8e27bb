/* `ardoq run`: the reporter as a service. */
#ifndef ARDOQ_RUN_H
#define ARDOQ_RUN_H

/* Runs until SIGTERM or SIGINT. argv[0] is the command's name. Returns the exit code. */
int command_run(int argc, char **argv);

#endif
