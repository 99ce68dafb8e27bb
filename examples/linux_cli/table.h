/* A table on a terminal. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 6 };

/* Begins zeroed; the first row is its head, which has as many cells as there are columns. */
typedef struct {
    char *(*rows)[TABLE_COLUMNS];
    size_t count;
    size_t room;
    size_t columns;
} table_t;

/* Adds a row of copies, without what a terminal may act on; of fewer cells than TABLE_COLUMNS the
 * next is null. False if there is no memory. */
bool table_add(table_t *table, const char *const *cells);

/* Prints it, aligned and at most so many columns wide: where there are more, the first cells of a
 * row are cut first, and then the others. */
void table_print(const table_t *table, FILE *stream, size_t width);

void table_free(table_t *table);

/* How many columns the terminal has that standard output goes to; 80 if it does not say. */
size_t terminal_width(void);

#endif
