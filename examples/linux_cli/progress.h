/* Progress of a command: a line on the terminal of standard error, shown after a second and erased
 * at the end. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Begins to count things, such as "components". Nothing is shown if standard error is not a
 * terminal, or if results are written to the same terminal at the same time. */
void progress_begin(const char *what, bool has_results);

/* Counts one more. */
void progress_add(void);

/* Sets the numbers of those done, and of those that failed. */
void progress_set(uint32_t done, uint32_t failed);

/* Erases the line before something else is written to standard error. It is drawn again. */
void progress_clear(void);

/* Erases it for good. Without progress_begin() it does nothing, as all above. */
void progress_end(void);

#endif
