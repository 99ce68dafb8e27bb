/* The command `devices`. */
#ifndef DEVICES_H
#define DEVICES_H

/* argv[0] is the command's name. Returns the exit code. */
int command_devices(int argc, char **argv);

#endif
