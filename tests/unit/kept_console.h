/* A console that keeps what commands write to it. */
#ifndef ARDOQ_KEPT_CONSOLE_H
#define ARDOQ_KEPT_CONSOLE_H

#include "ardoq/commands.h"

extern const ardoq_console_t kept_console;

/* What was written since the last call, NUL-terminated; valid until the next one. */
const char *kept_result(void);
const char *kept_people(void); /* notes and errors, as they came */

#endif
