#include "man_page.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/identity.h"
#include "ardoq/settings.h"
#include "ardoq/utc.h"
#include "ardoq/version.h"
#include "command.h"
#include "help.h"

/* ---- roff ------------------------------------------------------------------------------------ */

/* The escape of a character; null if it needs none. */
static const char *escape_of(char character)
{
    static const struct {
        char character;
        const char *escape;
    } escapes[] = {
        {'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'^', "\\(ha"}, {'~', "\\(ti"},
    };
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (escapes[i].character == character) {
            return escapes[i].escape;
        }
    }
    return NULL;
}

/* Text of a line, with everything special to troff escaped. */
static void put_text(const char *text, size_t size)
{
    fputs(size > 0 && text[0] == '.' ? "\\&" : "", stdout);
    for (size_t i = 0; i < size; i++) {
        const char *escape = escape_of(text[i]);
        if (escape) {
            fputs(escape, stdout);
        } else {
            putchar(text[i]);
        }
    }
}

static void put(const char *text)
{
    put_text(text, strlen(text));
}

/* Lines of text, which stay separate lines, without leading spaces. */
static void put_lines(const char *text)
{
    while (*text != '\0') {
        const size_t size = strcspn(text, "\n");
        put_text(text, size);
        putchar('\n');
        text += size + (text[size] != '\0' ? 1 : 0);
    }
}

static void begin_item(const char *name)
{
    fputs(".TP\n\\fB", stdout);
    put(name);
    puts("\\fR");
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static void put_option_name(const struct argp_option *option)
{
    puts(".TP");
    if (option->key > 0 && option->key < OPTION_STORE && isalpha(option->key)) {
        printf("\\fB\\-%c\\fR, ", option->key);
    }
    fputs("\\fB\\-\\-", stdout);
    put(option->name);
    fputs("\\fR", stdout);
    if (option->arg) {
        fputs("=\\fI", stdout);
        put(option->arg);
        fputs("\\fR", stdout);
    }
    puts("");
}

static void put_options(const struct argp_option *options)
{
    for (; options && options->name; options++) {
        if ((options->flags & OPTION_HIDDEN) == 0) {
            put_option_name(options);
            put(options->doc);
            puts(".");
        }
    }
}

/* One line for each form of the command's words. */
static void put_usage(const command_t *command)
{
    const char *words = command->arguments;
    do {
        const size_t size = strcspn(words, "\n");
        printf("\\fBardoq %s\\fR", command->name);
        fputs(command->options ? " [\\fIOPTION\\fR]..." : "", stdout);
        putchar(size > 0 ? ' ' : '\n');
        if (size > 0) {
            put_text(words, size);
            puts("\n.br");
        }
        words += size;
    } while (*words++ != '\0');
}

static void put_command(const command_t *command)
{
    printf(".SS %s\n", command->name);
    put_usage(command);
    puts(".PP");
    put(command->summary);
    puts(".");
    if (command->text) {
        put_lines(command->text);
    }
    put_options(command->options);
    if (command->examples) {
        puts(".PP\n.nf");
        put_lines(command->examples);
        puts(".fi");
    }
}

static void put_commands(void)
{
    const command_t *command;
    puts(".SH COMMANDS");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        put_command(command);
    }
}

static void put_settings(void)
{
    const ardoq_setting_t *setting;
    variable_t room;
    puts(".SH SETTINGS\nAnd the variables that override them:");
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        begin_item(setting->name);
        put(setting_meaning(setting, &room));
        puts("");
    }
}

static void put_fields(void)
{
    static const char *const meanings[] = {
#define ARDOQ_IDENTITY_FIELD(name, what) what,
#include "ardoq/identity.def"
    };
    puts(".SH IDENTITY FIELDS\nFor \\fB\\-\\-set\\fR of report and run:");
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        begin_item(ardoq_identity_name((ardoq_identity_field_t)i));
        put(meanings[i]);
        puts("");
    }
}

static void put_exit_codes(void)
{
    puts(".SH EXIT STATUS");
    for (const exit_code_t *code = exit_codes; code->code; code++) {
        begin_item(code->code);
        put_lines(code->meaning);
    }
}

void write_man_page(void)
{
    ardoq_iso8601_t date;
    (void)ardoq_utc_to_iso8601(ARDOQ_RELEASE_TIME, &date);
    printf(".TH ARDOQ 1 %.10s \"ardoq " ARDOQ_VERSION "\" \"User Commands\"\n", date.text);
    puts(".SH NAME\nardoq \\- report this machine to Ardoq");
    puts(".SH SYNOPSIS\n\\fBardoq\\fR [\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...");
    puts(".SH DESCRIPTION");
    put_lines(tool_summary);
    put_lines(tool_results);
    put_commands();
    puts(".SH OPTIONS\nFor every command, before or after it:");
    put_options(common_options);
    put_settings();
    put_fields();
    put_exit_codes();
    puts(".SH FILES");
    begin_item("$XDG_CONFIG_HOME/ardoq/store, ~/.config/ardoq/store");
    puts("The settings: a text file that may be edited.");
    begin_item("$STATE_DIRECTORY, $XDG_STATE_HOME/ardoq, ~/.local/state/ardoq");
    puts("The state of \\fBardoq run\\fR.");
}
