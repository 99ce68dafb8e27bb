#include "console.h"

#include <string.h>

#include "ardoq/text.h"

void ardoq_console_write(const ardoq_console_t *console, ardoq_output_t output, const char *text)
{
    console->write(console->context, output, text, strlen(text));
}

static void note(const ardoq_console_t *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, text);
}

static void write_error(void *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, text);
}

/* A JSON string contains no bytes below a space. */
static void write_control(const ardoq_console_t *console, ardoq_output_t output, uint32_t code)
{
    static const char digits[] = "0123456789abcdef";
    const char escape[] = {'\\',
                           'u',
                           digits[code >> 12 & 0xf],
                           digits[code >> 8 & 0xf],
                           digits[code >> 4 & 0xf],
                           digits[code & 0xf],
                           '\0'};
    const bool is_json = output == ARDOQ_OUTPUT_RESULT;
    ardoq_console_write(console, output, is_json && code >= ' ' ? escape : " ");
}

/* A result is JSON, which may contain line breaks. */
static void write_harmless(const ardoq_console_t *console, ardoq_output_t output, const char *text,
                           size_t size)
{
    size_t start = 0;
    size_t used;
    for (size_t i = 0; i < size; i += used) {
        uint32_t code;
        if (ardoq_text_begins_with_control(text + i, size - i, &used, &code) &&
            (code != '\n' || output != ARDOQ_OUTPUT_RESULT)) {
            console->write(console->context, output, text + start, i - start);
            write_control(console, output, code);
            start = i + used;
        }
    }
    console->write(console->context, output, text + start, size - start);
}

void ardoq_console_write_error(const ardoq_console_t *console, const char *text)
{
    write_harmless(console, ARDOQ_OUTPUT_ERROR, text, strlen(text));
}

void ardoq_console_write_json(const ardoq_console_t *console, const char *json, size_t size)
{
    write_harmless(console, ARDOQ_OUTPUT_RESULT, json, size);
}

void ardoq_console_explain(const ardoq_console_t *console, const ardoq_client_t *client,
                           ardoq_err_t err, const char *setting)
{
    write_error((void *)console, "error: ");
    ardoq_explain(client, err, write_error, (void *)console);
    if (setting) {
        write_error((void *)console, "  setting: ");
        ardoq_console_write_error(console, setting);
        write_error((void *)console, "\n");
    }
}

void ardoq_console_note_me(const ardoq_console_t *console, const ardoq_me_t *me)
{
    note(console, me->org_name);
    note(console, " (");
    note(console, me->org_label);
    /* A gateway does not send the user. */
    note(console, me->user_email[0] != '\0' ? ") as " : ")");
    note(console, me->user_email);
    note(console, "\n");
}

int ardoq_console_exit_status(ardoq_err_t err)
{
    static const int statuses[] = {
        [ARDOQ_CLASS_NONE] = 0,  [ARDOQ_CLASS_CONFIGURATION] = 3, [ARDOQ_CLASS_WAIT] = 4,
        [ARDOQ_CLASS_RETRY] = 5, [ARDOQ_CLASS_BUG] = 6,
    };
    return statuses[ardoq_err_class(err)];
}
