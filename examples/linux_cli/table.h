/* A table on a terminal. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 6 };

/* Begins zeroed. The first row is the head, with one cell for each column. */
typedef struct {
    char *(*rows)[TABLE_COLUMNS];
    size_t count;
    size_t room;
    size_t columns;
} table_t;

/* Adds a row of copies, without anything a terminal may act on. After fewer cells than
 * TABLE_COLUMNS comes a null one. False if there is no memory. */
bool table_add(table_t *table, const char *const *cells);

/* Prints it, aligned and at most this many columns wide. If it is too wide, the first cells of a
 * row are cut first, then the others. */
void table_print(const table_t *table, FILE *stream, size_t width);

void table_free(table_t *table);

/* Columns of the terminal at standard output; 80 if unknown. */
size_t terminal_width(void);

#endif
