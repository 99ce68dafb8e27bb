/* `ardoq report --from FILE`: many devices, which cannot report themselves. */
#ifndef ARDOQ_REPORT_FROM_H
#define ARDOQ_REPORT_FROM_H

#include <stdbool.h>

typedef struct {
    const char *file; /* "-" is standard input; null: this device reports */
    unsigned long line;
    bool is_dry_run;
    bool is_expansion;
} from_arguments_t;

/* Reads the number of a line. Returns GO_ON, or the exit code of wrong usage. */
int take_line(const char *text, unsigned long *line);

/* Returns the exit code. */
int report_from(const from_arguments_t *arguments);

#endif
