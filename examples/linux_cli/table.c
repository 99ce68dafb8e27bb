#include "table.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "ardoq/text.h"
#include "ardoq/value.h"

enum {
    GAP = 2,       /* spaces between two columns */
    WIDTH_MIN = 8, /* a column is not cut below this to make room */
    WIDTH_USUAL = 80
};

static const char cut_mark[] = "\xe2\x80\xa6"; /* an ellipsis, one column wide */

/* ---- Cells ----------------------------------------------------------------------------------- */

static char *copy_of(const char *text)
{
    char *copy = strdup(text);
    if (copy) {
        ardoq_text_blank_controls(copy);
    }
    return copy;
}

bool table_add(table_t *table, const char *const *cells)
{
    if (table->count == table->room) {
        const size_t room = table->room * 2 + 16;
        void *rows = realloc(table->rows, room * sizeof *table->rows);
        if (!rows) {
            return false;
        }
        table->rows = rows;
        table->room = room;
    }
    while (table->count == 0 && table->columns < TABLE_COLUMNS && cells[table->columns]) {
        table->columns++;
    }
    bool is_whole = true;
    for (size_t i = 0; i < table->columns; i++) {
        table->rows[table->count][i] = copy_of(cells[i]);
        is_whole = is_whole && table->rows[table->count][i];
    }
    table->count++;
    return is_whole;
}

void table_free(table_t *table)
{
    for (size_t i = 0; i < table->count * table->columns; i++) {
        free(table->rows[i / table->columns][i % table->columns]);
    }
    free(table->rows);
    *table = (table_t){0};
}

/* ---- Widths ---------------------------------------------------------------------------------- */

/* Reads a character. One that the C library does not know is one column wide. */
static size_t take_character(const char **text)
{
    uint32_t code = 0;
    const size_t size = ardoq_utf8_next(*text, strlen(*text), &code);
    const int width = size > 0 ? wcwidth((wchar_t)code) : 1;
    *text += size > 0 ? size : 1;
    return width < 0 ? 1 : (size_t)width;
}

static size_t width_of(const char *text)
{
    size_t width = 0;
    while (*text != '\0') {
        width += take_character(&text);
    }
    return width;
}

static void measure(const table_t *table, size_t *widths)
{
    for (size_t i = 0; i < table->count * table->columns; i++) {
        const size_t width = width_of(table->rows[i / table->columns][i % table->columns]);
        size_t *widest = &widths[i % table->columns];
        *widest = width > *widest ? width : *widest;
    }
}

static void fit(size_t *widths, size_t columns, size_t width)
{
    size_t total = (size_t)GAP * (columns - 1);
    for (size_t i = 0; i < columns; i++) {
        total += widths[i];
    }
    for (size_t i = 0; i < columns && total > width; i++) {
        const size_t excess = total - width;
        const size_t spare = widths[i] > WIDTH_MIN ? widths[i] - WIDTH_MIN : 0;
        const size_t cut = excess < spare ? excess : spare;
        widths[i] -= cut;
        total -= cut;
    }
}

size_t terminal_width(void)
{
    struct winsize size = {0};
    const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size.ws_col : WIDTH_USUAL;
}

/* ---- Printing -------------------------------------------------------------------------------- */

static void print_blanks(FILE *stream, size_t count)
{
    for (; count > 0; count--) {
        fputc(' ', stream);
    }
}

/* Prints as much of a text as fits; a cut text ends in a mark. Returns the columns used. */
static size_t print_cell(FILE *stream, const char *text, size_t width)
{
    const bool is_cut = width_of(text) > width;
    const size_t room = is_cut && width > 0 ? width - 1 : width;
    size_t used = 0;
    const char *end = text;
    for (const char *next = text; *next != '\0'; end = next) {
        const size_t step = take_character(&next);
        if (used + step > room) {
            break;
        }
        used += step;
    }
    fwrite(text, 1, (size_t)(end - text), stream);
    if (is_cut && width > 0) {
        fputs(cut_mark, stream);
        used++;
    }
    return used;
}

static void print_row(const table_t *table, size_t row, FILE *stream, const size_t *widths,
                      size_t width)
{
    for (size_t i = 0; i < table->columns && width > 0; i++) {
        const size_t room = widths[i] < width ? widths[i] : width;
        const size_t used = print_cell(stream, table->rows[row][i], room);
        const bool is_last = i + 1 == table->columns || width <= room + GAP;
        width = is_last ? 0 : width - room - GAP;
        print_blanks(stream, is_last ? 0 : room - used + GAP);
    }
    fputc('\n', stream);
}

void table_print(const table_t *table, FILE *stream, size_t width)
{
    size_t widths[TABLE_COLUMNS] = {0};
    setlocale(LC_CTYPE, "C.UTF-8"); /* the texts are always UTF-8 */
    measure(table, widths);
    fit(widths, table->columns, width);
    for (size_t i = 0; i < table->count; i++) {
        print_row(table, i, stream, widths, width);
    }
}
