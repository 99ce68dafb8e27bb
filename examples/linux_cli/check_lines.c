#include "check_lines.h"

#include <stdio.h>
#include <string.h>

#include "ardoq/json_write.h"
#include "console.h"

/* A line of ardoq_command_check() begins with a word and the step, padded to these widths. */
enum { WORD_WIDTH = 8, STEP_WIDTH = 16 };

/* The lines of a step, including those below it. Longer ones are cut. */
static char step[16384];
static size_t size;

/* ---- One step -------------------------------------------------------------------------------- */

/* The step, which may contain one space. */
static size_t step_size(const char *text)
{
    const size_t shortest = strcspn(text, " ");
    const size_t longest = strnlen(text, STEP_WIDTH);
    size_t end = longest;
    if (longest < STEP_WIDTH || text[STEP_WIDTH - 1] != ' ') {
        return shortest;
    }
    while (end > 0 && text[end - 1] == ' ') {
        end--;
    }
    return end;
}

static void write_part(ardoq_json_writer_t *json, const char *key, const char *text, size_t length)
{
    char part[2048];
    snprintf(part, sizeof part, "%.*s", (int)length, text);
    ardoq_json_write_member(json, key, part);
}

/* The name before the class. ardoq_explain() begins with "THING: NAME (CLASS)". */
static void write_error_name(ardoq_json_writer_t *json, const char *text)
{
    const char *end = text + strlen(text);
    while (end > text && *end != '(') {
        end--;
    }
    end -= end > text ? 1 : 0;
    const char *name = end;
    while (name > text && name[-1] != ' ') {
        name--;
    }
    write_part(json, "error", name, (size_t)(end - name));
}

static void write_more(ardoq_json_writer_t *json, char *rest)
{
    const char *line;
    ardoq_json_write_key(json, "more");
    ardoq_json_write_array_begin(json);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] != '\0') {
            ardoq_json_write_string(json, line + strspn(line, " "));
        }
    }
    ardoq_json_write_array_end(json);
}

static void write_step(ardoq_json_writer_t *json)
{
    char *more = step;
    const char *first = strsep(&more, "\n");
    const size_t word_size = strcspn(first, " ");
    const char *name = first + strnlen(first, WORD_WIDTH);
    const size_t name_size = step_size(name);
    const char *text = name + name_size + strspn(name + name_size, " ");
    ardoq_json_write_object_begin(json);
    write_part(json, "result", first, word_size);
    write_part(json, "step", name, name_size);
    ardoq_json_write_member(json, "text", text);
    if (strncmp(first, "failed", word_size) == 0) {
        write_error_name(json, text);
    }
    if (more && *more != '\0') {
        write_more(json, more);
    }
    ardoq_json_write_object_end(json);
}

void check_lines_end(void)
{
    static char line[6 * sizeof step]; /* where each byte is an escape */
    ardoq_text_t text;
    ardoq_json_writer_t json;
    if (size == 0) {
        return;
    }
    step[size] = '\0';
    ardoq_text_init(&text, line, sizeof line, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_json_write_init(&json, &text);
    write_step(&json);
    ardoq_text_append_string(&text, "\n");
    ardoq_console_write_json(&console, line, text.length);
    fflush(stdout); /* a step may take its time */
    size = 0;
}

/* ---- As they come ---------------------------------------------------------------------------- */

/* A line that does not begin with a space begins the next step. */
static void take_output(void *context, ardoq_output_t output, const char *text, size_t text_size)
{
    (void)context;
    (void)output; /* all of it is the result */
    for (size_t i = 0; i < text_size; i++) {
        if (size > 0 && step[size - 1] == '\n' && text[i] != ' ') {
            check_lines_end();
        }
        if (size < sizeof step - 2 || text[i] == '\n') {
            step[size] = text[i];
            size += size < sizeof step - 1 ? 1 : 0;
        }
    }
}

const ardoq_console_t *check_lines_begin(void)
{
    static const ardoq_console_t lines = {.write = take_output};
    return shows_tables() ? &console : &lines;
}
