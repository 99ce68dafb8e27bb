#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/json_validate.h"
#include "ardoq/text.h"
#include "console.h"
#include "session.h"

static void print_for_people(const char *body, size_t size, bool is_cut)
{
    const char *const end = body + size;
    fprintf(stderr, "  the server's answer%s:\n", is_cut ? ", cut" : "");
    while (body < end) {
        const char *line_break = memchr(body, '\n', (size_t)(end - body));
        const char *line_end = line_break ? line_break : end;
        fputs("  | ", stderr); /* marks it as not this tool's text */
        print_harmless(body, (size_t)(line_end - body));
        fputc('\n', stderr);
        body = line_end + 1;
    }
}

/* A copy without the token, and without NUL, which would stop the search for the token. Null if
 * there is no body, or no memory. */
static char *copy_body(const ardoq_response_t *response)
{
    const size_t size = response->body_size;
    char *body = size > 0 ? malloc(size + 1) : NULL;
    if (!body) {
        return NULL;
    }
    memcpy(body, response->body, size);
    body[size] = '\0';
    for (size_t i = 0; i < size; i++) {
        body[i] = body[i] != '\0' ? body[i] : ' ';
    }
    ardoq_text_hide(body, config.token);
    return body;
}

static void free_body(char *body)
{
    if (body) {
        ardoq_wipe(body, strlen(body));
    }
    free(body);
}

void show_error_body(const ardoq_response_t *response)
{
    char *body = is_verbose ? copy_body(response) : NULL;
    if (body) {
        print_for_people(body, response->body_size, response->body_cut);
    }
    free_body(body);
}

void print_error_body(const ardoq_response_t *response)
{
    char *body = copy_body(response);
    if (body && response->is_json && ardoq_json_validate(body, response->body_size) == ARDOQ_OK) {
        ardoq_console_write_json(&console, body, response->body_size);
        puts("");
    } else {
        show_error_body(response);
    }
    free_body(body);
}
