/* `ardoq report --from FILE`: many devices, which cannot report themselves. */
#ifndef ARDOQ_REPORT_FROM_H
#define ARDOQ_REPORT_FROM_H

#include <stdbool.h>

/* True when a command line of `report` is one of these. */
bool reports_from_file(int argc, char *const *argv);

/* argv[0] is the command's name. Returns the exit code. */
int command_report_from(int argc, char **argv);

#endif
