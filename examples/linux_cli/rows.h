/* Shows lines of JSON as a table, if a person reads them. */
#ifndef ROWS_H
#define ROWS_H

#include "ardoq/commands.h"
#include "table.h"

/* What a column shows of each line. */
typedef struct {
    const char *head;
    /* The member, or several with | between them, of which the first that exists counts; with ? in
     * front its name, not its value. "": the whole value; null: the label. */
    const char *key;
} column_t;

typedef struct {
    const column_t *columns; /* TABLE_COLUMNS at most; the last one is zeroed */
    const char *label;       /* of the following rows */
    char *line;              /* the part received so far */
    size_t size;
    size_t room;
    bool is_full; /* there was no memory */
    table_t table;
    ardoq_console_t console; /* receives the lines */
} rows_t;

/* The console for a command that writes lines of JSON: they become a table if shows_tables(),
 * otherwise results at once. Counts them, see progress.h. */
const ardoq_console_t *rows_begin(rows_t *rows, const column_t *columns);

/* Prints the table, at most this many columns wide, or says that there are none of these, unless
 * that is null. Frees the rows. ARDOQ_OK or ARDOQ_ERR_OUT_OF_MEMORY, which is explained. */
ardoq_err_t rows_end(rows_t *rows, size_t width, const char *what);

#endif
