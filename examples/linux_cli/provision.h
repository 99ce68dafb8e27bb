/* `ardoq provision`: the settings of one device as CSV for ESP-IDF's NVS partition generator. */
#ifndef PROVISION_H
#define PROVISION_H

/* Runs the command; argv[0] is its name. Returns the exit status of the tool. */
int command_provision(int argc, char **argv);

#endif
