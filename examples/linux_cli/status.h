/* `ardoq status`: when the device has reported, and when it will. */
#ifndef ARDOQ_STATUS_H
#define ARDOQ_STATUS_H

/* argv[0] is the command's name. Returns the exit code. */
int command_status(int argc, char **argv);

#endif
