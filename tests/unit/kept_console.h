/* A console that stores the output of commands. */
#ifndef ARDOQ_KEPT_CONSOLE_H
#define ARDOQ_KEPT_CONSOLE_H

#include "ardoq/commands.h"

extern const ardoq_console_t kept_console;

/* The output since the last call, NUL-terminated; valid until the next one. */
const char *kept_result(void);
const char *kept_people(void); /* notes and errors, as they came */

#endif
