#include "reference_types.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "session.h"

/* The workspace's types. */
typedef struct {
    ardoq_context_entry_t *rows;
    size_t count;
} reference_types_t;

/* Large, so static. */
static ardoq_context_t context;

/* ---- What there is --------------------------------------------------------------------------- */

static ardoq_err_t keep_type(void *argument, ardoq_context_kind_t kind,
                             const ardoq_context_entry_t *entry)
{
    reference_types_t *types = argument;
    const size_t digits = strspn(entry->id, "0123456789");
    if (kind != ARDOQ_CONTEXT_REFERENCE_TYPE || digits == 0 || entry->id[digits] != '\0' ||
        digits >= sizeof "999999") {
        return ARDOQ_OK;
    }
    ardoq_context_entry_t *rows = realloc(types->rows, (types->count + 1) * sizeof *rows);
    if (!rows) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    types->rows = rows;
    types->rows[types->count++] = *entry;
    return ARDOQ_OK;
}

static ardoq_err_t read_types(reference_types_t *types)
{
    ardoq_err_t err = open_client();
    if (err) {
        return err;
    }
    err = ardoq_context_each(&client, &context, config.workspace, keep_type, types);
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
    }
    return err;
}

static void say_types(const reference_types_t *types)
{
    for (size_t i = 0; i < types->count; i++) {
        say("  ", types->rows[i].id, " ", types->rows[i].name);
    }
}

/* Null if there is none, or more than one, which is explained. */
static const char *find_number(const reference_types_t *types, const char *name)
{
    const char *number = NULL;
    size_t found = 0;
    for (size_t i = 0; i < types->count; i++) {
        if (strcmp(types->rows[i].name, name) == 0) {
            number = types->rows[i].id;
            found++;
        }
    }
    if (found == 1) {
        say("note: ", name, " is number ", number);
        return number;
    }
    if (found == 0) {
        ardoq_console_explain(&console, NULL, ARDOQ_ERR_REFERENCE_TYPE_UNKNOWN, NULL);
        say("  name: ", name, "; there is:");
    } else {
        say("error: several reference types are called ", name, "; write the number of one:");
    }
    say_types(types);
    return NULL;
}

/* ---- The setting ----------------------------------------------------------------------------- */

static char *skip_between(char *text)
{
    return text + strspn(text, " ;");
}

/* The closing quote, if the entry begins with a name in quotes and goes on after it; else null. */
static char *name_end(char *entry)
{
    char *end = *entry == '"' ? strchr(entry + 1, '"') : NULL;
    return end && end > entry + 1 && end[1 + strspn(end + 1, " ")] != '\0' ? end : NULL;
}

static bool has_names(char *relations)
{
    char *entry = skip_between(relations);
    while (*entry != '\0' && !name_end(entry)) {
        entry = skip_between(entry + strcspn(entry, ";"));
    }
    return *entry != '\0';
}

/* Writes the value with numbers, and changes the one with names. False for an unknown name. */
static bool write_numbered(FILE *stream, char *relations, const reference_types_t *types)
{
    char *entry = skip_between(relations);
    while (*entry != '\0') {
        char *end = name_end(entry);
        if (end) {
            *end = '\0';
            const char *number = find_number(types, entry + 1);
            if (!number) {
                return false;
            }
            fputs(number, stream);
            entry = end + 1;
        }
        char *next = skip_between(entry + strcspn(entry, ";"));
        fprintf(stream, "%.*s", (int)(next - entry), entry);
        entry = next;
    }
    return true;
}

static int put_numbers(char **relations, const reference_types_t *types)
{
    char *numbered = NULL;
    size_t size;
    FILE *stream = open_memstream(&numbered, &size);
    if (!stream) {
        return reading_error("relations");
    }
    const bool is_known = write_numbered(stream, *relations, types);
    if (fclose(stream) != 0 || !is_known) {
        free(numbered);
        return ardoq_console_exit_status(ARDOQ_ERR_REFERENCE_TYPE_UNKNOWN);
    }
    free(*relations);
    *relations = numbered;
    return GO_ON;
}

int number_reference_types(char **relations)
{
    reference_types_t types = {0};
    if (!has_names(*relations)) {
        return GO_ON;
    }
    const ardoq_err_t err = read_types(&types);
    const int code = err ? ardoq_console_exit_status(err) : put_numbers(relations, &types);
    free(types.rows);
    return code;
}
