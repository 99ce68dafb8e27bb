#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/json_validate.h"
#include "console.h"
#include "session.h"

/* A server may send back what it was sent. A body that was cut may end within the token: its
 * beginning is hidden too, unless it is too short to tell anything. */
static void hide_token_in_body(char *text)
{
    enum { TELLING = 8 };
    for (; *text != '\0'; text++) {
        size_t same = 0;
        while (config.token[same] != '\0' && config.token[same] == text[same]) {
            same++;
        }
        if (same >= TELLING && (config.token[same] == '\0' || text[same] == '\0')) {
            memset(text, '*', same);
        }
    }
}

/* Bytes of the character in UTF-8 (RFC 3629), 0 if these are none. After them comes a NUL. */
static size_t character_size(const unsigned char *text)
{
    const unsigned char first = text[0];
    const size_t size = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    const bool is_wrong = (first == 0xe0 && text[1] < 0xa0) || (first == 0xed && text[1] > 0x9f) ||
                          (first == 0xf0 && text[1] < 0x90) || (first == 0xf4 && text[1] > 0x8f);
    return is_wrong ? 0 : size;
}

static bool is_control(const unsigned char *character)
{
    return character[0] < ' ' || character[0] == 0x7f ||
           (character[0] == 0xc2 && character[1] < 0xa0);
}

void print_harmless(const char *bytes, size_t count)
{
    const unsigned char *text = (const unsigned char *)bytes;
    const unsigned char *const end = text + count;
    while (text < end) {
        const size_t size = character_size(text);
        if (size == 0) {
            fputc('?', stderr);
        } else if (is_control(text)) {
            fputc(' ', stderr);
        } else {
            fwrite(text, 1, size, stderr);
        }
        text += size > 0 ? size : 1;
    }
}

static void print_for_people(const char *body, size_t size, bool is_cut)
{
    const char *const end = body + size;
    fprintf(stderr, "  the server's answer%s:\n", is_cut ? ", cut" : "");
    while (body < end) {
        const char *line_break = memchr(body, '\n', (size_t)(end - body));
        const char *line_end = line_break ? line_break : end;
        fputs("  | ", stderr); /* which tells it from what this tool says */
        print_harmless(body, (size_t)(line_end - body));
        fputc('\n', stderr);
        body = line_end + 1;
    }
}

/* A copy without the token and without NUL, which would end the search for it. Null if there is no
 * body, or no memory. */
static char *copy_body(const ardoq_response_t *response)
{
    const size_t size = response->body_size;
    char *body = size > 0 ? malloc(size + 1) : NULL;
    for (size_t i = 0; body && i < size; i++) {
        body[i] = response->body[i] != '\0' ? response->body[i] : ' ';
    }
    if (body) {
        body[size] = '\0';
        hide_token_in_body(body);
    }
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
