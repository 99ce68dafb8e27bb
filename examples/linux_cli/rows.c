#include "rows.h"

#include <stdlib.h>
#include <string.h>

#include "ardoq/json_read.h"
#include "console.h"
#include "progress.h"

enum { CELL_SIZE = 2048, KEY_SIZE = 32 };

static const char no_value[] = "-";

/* Finds the first of the keys that the line has. False if it has none. */
static bool find_key(const ardoq_json_document_t *line, const char *keys, char key[KEY_SIZE],
                     ardoq_json_value_t *value)
{
    do {
        const size_t size = strcspn(keys, "|");
        snprintf(key, KEY_SIZE, "%.*s", (int)size, keys);
        if (ardoq_json_find(line, ARDOQ_JSON_ROOT, key, value) == ARDOQ_OK) {
            return true;
        }
        keys += size;
    } while (*keys++ != '\0');
    return false;
}

/* A string without its escapes, anything else unchanged. */
static void read_cell(const ardoq_json_document_t *line, const char *keys, char cell[CELL_SIZE])
{
    char key[KEY_SIZE];
    ardoq_json_value_t value = ARDOQ_JSON_ROOT;
    const bool wants_key = keys[0] == '?';
    const bool is_there = find_key(line, keys + (wants_key ? 1 : 0), key, &value);
    const ardoq_json_type_t type = is_there ? ardoq_json_type(line, value) : ARDOQ_JSON_NULL;
    cell[0] = '\0';
    if (wants_key && is_there) {
        snprintf(cell, CELL_SIZE, "%s", key);
    } else if (type == ARDOQ_JSON_STRING) {
        (void)ardoq_json_string(line, value, "", cell, CELL_SIZE);
    } else if (type != ARDOQ_JSON_NULL) {
        size_t size;
        const char *raw = ardoq_json_raw(line, value, &size);
        snprintf(cell, CELL_SIZE, "%.*s", (int)size, raw);
    }
    if (cell[0] == '\0') {
        snprintf(cell, CELL_SIZE, "%s", no_value);
    }
}

/* A line that cannot be read has no values. */
static void add_line(rows_t *rows)
{
    static ardoq_json_token_t tokens[ARDOQ_ELEMENT_TOKENS];
    static char room[TABLE_COLUMNS][CELL_SIZE];
    const char *cells[TABLE_COLUMNS] = {NULL};
    ardoq_json_document_t line = ARDOQ_JSON_DOCUMENT(tokens);
    (void)ardoq_json_parse(&line, rows->line, rows->size);
    for (size_t i = 0; rows->columns[i].head; i++) {
        cells[i] = rows->label;
        if (rows->columns[i].key) {
            read_cell(&line, rows->columns[i].key, room[i]);
            cells[i] = room[i];
        }
    }
    rows->is_full = !table_add(&rows->table, cells) || rows->is_full;
    rows->size = 0;
}

static void add_text(rows_t *rows, const char *text, size_t size)
{
    if (rows->size + size > rows->room) {
        const size_t room = (rows->size + size) * 2;
        char *line = realloc(rows->line, room);
        if (!line) {
            rows->is_full = true;
            return;
        }
        rows->line = line;
        rows->room = room;
    }
    memcpy(rows->line + rows->size, text, size);
    rows->size += size;
}

static void take_output(void *context, ardoq_output_t output, const char *text, size_t size)
{
    rows_t *rows = context;
    if (output != ARDOQ_OUTPUT_RESULT) {
        console.write(console.context, output, text, size);
        return;
    }
    for (const char *end; (end = memchr(text, '\n', size)) != NULL;) {
        const size_t part = (size_t)(end - text);
        progress_add();
        add_text(rows, text, part);
        add_line(rows);
        text += part + 1;
        size -= part + 1;
    }
    add_text(rows, text, size);
}

static void count_lines(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)context;
    if (output == ARDOQ_OUTPUT_RESULT && size > 0 && text[size - 1] == '\n') {
        progress_add();
    }
    console.write(console.context, output, text, size);
}

const ardoq_console_t *rows_begin(rows_t *rows, const column_t *columns)
{
    const char *head[TABLE_COLUMNS] = {NULL};
    *rows = (rows_t){.columns = columns, .console = {.write = count_lines}};
    if (!shows_tables()) {
        return &rows->console;
    }
    rows->console = (ardoq_console_t){.write = take_output, .context = rows};
    for (size_t i = 0; columns[i].head; i++) {
        head[i] = columns[i].head;
    }
    rows->is_full = !table_add(&rows->table, head);
    return &rows->console;
}

ardoq_err_t rows_end(rows_t *rows, size_t width, const char *what)
{
    const bool has_table = rows->table.count > 0;
    const ardoq_err_t err = rows->is_full ? ARDOQ_ERR_OUT_OF_MEMORY : ARDOQ_OK;
    if (rows->table.count > 1) {
        table_print(&rows->table, stdout, width);
        fflush(stdout); /* on a terminal the messages come after it */
    } else if (has_table && what) {
        say("there are no ", what);
    }
    if (err) {
        ardoq_console_explain(&console, NULL, err, NULL);
    }
    free(rows->line);
    table_free(&rows->table);
    return err;
}
