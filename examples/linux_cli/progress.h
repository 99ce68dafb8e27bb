/* How far a command has come: a line on the terminal of standard error for what takes longer than a
 * second, which is erased at the end. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Begins to count these, such as "components". Nothing is shown where standard error is no
 * terminal, or where results come on the same terminal meanwhile. */
void progress_begin(const char *what, bool has_results);

/* Counts one more. */
void progress_add(void);

/* So many are done, and so many more have failed. */
void progress_set(uint32_t done, uint32_t failed);

/* Erases the line before something else is written to standard error. It comes again. */
void progress_clear(void);

/* Erases it for good. Without progress_begin() it does nothing, as all above. */
void progress_end(void);

#endif
