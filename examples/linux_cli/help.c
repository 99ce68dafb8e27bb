#include "help.h"

#include <stdlib.h>
#include <string.h>

#include "ardoq/settings.h"
#include "command_line.h"
#include "complete.h"
#include "console.h"
#include "man_page.h"

const char tool_summary[] = "Reports this device to Ardoq over its REST API.";

const char tool_results[] =
    "Results are JSON on standard output: one document, or for lists one object per line;\n"
    "for status plain lines, for csr PEM. On a terminal, lists, settings and check are\n"
    "tables, unless --json is given. Messages go to standard error.";

const exit_code_t exit_codes[] = {
    {"0", "success"},
    {"1", "the result could not be written, or another run uses the state, or devices\n"
          "--exit-code found silent ones, or retire was run without --yes, or setup was\n"
          "stopped"},
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

const char *setting_meaning(const ardoq_setting_t *setting, variable_t *variable)
{
    static const struct {
        const char *name;
        const char *what;
    } pem[] = {
#define ARDOQ_SETTING_PEM(name, what) {name, "(PEM) " what},
#include "ardoq/settings.def"
    };
    for (size_t i = 0; i < sizeof pem / sizeof pem[0]; i++) {
        if (strcmp(pem[i].name, setting->name) == 0) {
            return pem[i].what;
        }
    }
    *variable = variable_of(setting->name);
    return variable->text;
}

static void help_settings(void)
{
    const ardoq_setting_t *setting;
    variable_t room;
    puts("Settings, and the variables that override them:");
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        printf("  %-18s %s\n", setting->name, setting_meaning(setting, &room));
    }
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
    help_settings();
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
        help_settings();
    }
}

void show_help(const command_t *command)
{
    /* The user's own format wins. */
    (void)setenv("ARGP_HELP_FMT", "no-dup-args-note,rmargin=95", 0);
    if (command) {
        help_command(command);
    } else {
        help_tool();
    }
}

/* For the build, which installs the page, and for shell completion. */
enum { OPTION_MAN = OPTION_FIRST, OPTION_COMPLETE };

static const struct argp_option options[] = {
    {"man", OPTION_MAN, NULL, OPTION_HIDDEN, "Write the man page", 0},
    {"complete", OPTION_COMPLETE, NULL, OPTION_HIDDEN, "Write the completions of the last word", 0},
    {0},
};

static int hidden_option;

/* NOLINTNEXTLINE(readability-non-const-parameter): as every command_t.take */
static int take_help_option(int key, char *value)
{
    (void)value;
    hidden_option = key;
    return GO_ON;
}

static int run_help(size_t count, char **words)
{
    const command_t *command = count > 0 ? command_find(words[0]) : NULL;
    if (hidden_option == OPTION_COMPLETE) {
        complete(count, words);
    } else if (hidden_option == OPTION_MAN) {
        write_man_page();
    } else if (count > 1) {
        return usage_error("help does not take: ", words[1]);
    } else if (count == 1 && !command) {
        return refuse_command(words[0]);
    } else {
        show_help(command);
    }
    return EXIT_SUCCESS;
}

const command_t command_help = {
    .name = "help",
    .summary = "Show help, of one command if it is named",
    .arguments = "[COMMAND]",
    .examples = "  ardoq help report\n",
    .options = options,
    .words_max = WORDS_ANY,
    .take = take_help_option,
    .run = run_help,
};
