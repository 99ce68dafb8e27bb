#include "help.h"

#include <stdlib.h>
#include <string.h>

#include "ardoq/settings.h"
#include "command_line.h"
#include "console.h"
#include "variable.h"

const char tool_summary[] = "Reports this device to Ardoq over its REST API.";

const char tool_results[] =
    "Results are JSON on standard output: one document, or of lists one object a line. On a\n"
    "terminal lists, settings and check are tables, unless --json is given. Messages go to\n"
    "standard error.";

const exit_code_t exit_codes[] = {
    {"0", "success"},
    {"1", "the result could not be written, or another run has the state, or devices\n"
          "--exit-code has found silent ones, or retire was run without --yes"},
    {"2", "the command line is wrong"},
    {"3", "fix the configuration (token, host, certificates, rights) or the request"},
    {"4", "wait: Ardoq asks for a pause"},
    {"5", "try again later (network, clock, server)"},
    {"6", "report a bug, in this tool or the service"},
    {0},
};

void help_identity_fields(FILE *stream)
{
    fputs("Identity fields:\n", stream);
#define ARDOQ_IDENTITY_FIELD(name, what) fprintf(stream, "  %-18s %s\n", #name, what);
#include "ardoq/identity.def"
}

static void help_variable(FILE *stream, const char *name)
{
    fprintf(stream, "  %-18s %s\n", name, variable_of(name).text);
}

static void help_settings(FILE *stream)
{
    fputs("Settings, and the variables that override them:\n", stream);
#define ARDOQ_SETTING_TEXT(member, size, name, default_value, rule) help_variable(stream, name);
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value) help_variable(stream, name);
#define ARDOQ_SETTING_IDENTITY(field, size, name)                   help_variable(stream, name);
#define ARDOQ_SETTING_MODEL(name, default_value, rule)              help_variable(stream, name);
#define ARDOQ_SETTING_PEM(name, what)                               fprintf(stream, "  %-18s (PEM) %s\n", name, what);
#include "ardoq/settings.def"
}

/* ---- The tool -------------------------------------------------------------------------------- */

static void help_commands(void)
{
    const command_t *command;
    printf("Usage: ardoq [OPTION]... COMMAND [ARGUMENT]...\n%s\n\nCommands:\n", tool_summary);
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        printf("  %-12s %s\n", command->name, command->summary);
    }
    puts("`ardoq help COMMAND` says more about each.\n");
}

static void help_exit_codes(void)
{
    puts("Exit codes:");
    for (const exit_code_t *code = exit_codes; code->code; code++) {
        const size_t first = strcspn(code->meaning, "\n");
        const char *rest = code->meaning + first;
        printf("  %s  %.*s\n", code->code, (int)first, code->meaning);
        if (*rest != '\0') {
            printf("     %s\n", rest + 1);
        }
    }
}

static void help_tool(void)
{
    help_commands();
    puts("Options, before or after the command:");
    argp_help(common_argp(), stdout, ARGP_HELP_LONG, "ardoq");
    printf("\n%s\n\n", tool_results);
    help_exit_codes();
    puts("");
    help_settings(stdout);
    puts("");
    help_identity_fields(stdout);
}

/* ---- A command ------------------------------------------------------------------------------- */

static bool takes(const command_t *command, const char *what)
{
    bool is_taken = strstr(command->arguments, what);
    for (const struct argp_option *option = command->options; option && option->name; option++) {
        is_taken = is_taken || (option->arg && strncmp(option->arg, what, strlen(what)) == 0);
    }
    return is_taken;
}

bool takes_fields(const command_t *command)
{
    return takes(command, "FIELD=");
}

bool takes_settings(const command_t *command)
{
    return takes(command, "SETTING");
}

static void help_command(const command_t *command)
{
    const struct argp argp = argp_of(command);
    char name[64];
    snprintf(name, sizeof name, "ardoq %s", command->name);
    argp_help(&argp, stdout, ARGP_HELP_SHORT_USAGE, name);
    printf("%s.\n", command->summary);
    if (command->text) {
        printf("\n%s\n", command->text);
    }
    puts("");
    argp_help(&argp, stdout, ARGP_HELP_LONG, name);
    if (command->examples) {
        printf("\nExamples:\n%s", command->examples);
    }
    if (takes_fields(command)) {
        puts("");
        help_identity_fields(stdout);
    }
    if (takes_settings(command)) {
        puts("");
        help_settings(stdout);
    }
}

void show_help(const command_t *command)
{
    if (command) {
        help_command(command);
    } else {
        help_tool();
    }
}

static int run_help(size_t count, char **words)
{
    const command_t *command = count > 0 ? command_find(words[0]) : NULL;
    if (count > 0 && !command) {
        return refuse_command(words[0]);
    }
    show_help(command);
    return EXIT_SUCCESS;
}

const command_t command_help = {
    .name = "help",
    .summary = "Show help, of one command if it is named",
    .arguments = "[COMMAND]",
    .examples = "  ardoq help report\n",
    .words_max = 1,
    .run = run_help,
};
