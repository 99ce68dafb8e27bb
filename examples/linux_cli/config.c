/* The command `config`. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/commands.h"
#include "command.h"
#include "console.h"
#include "files.h"
#include "nearest.h"
#include "reference_types.h"
#include "rows.h"
#include "session.h"

static int config_set(const char *key, const char *value)
{
    if (strcmp(key, "token") == 0 && value[0] != '-' && value[0] != '@') {
        fputs("note: the token is now in your shell's history; `ardoq config set token -` "
              "reads it from standard input\n",
              stderr);
    }
    char *text = read_value(value);
    if (!text) {
        return reading_error(value);
    }
    const ardoq_setting_t *setting = ardoq_setting_find(key);
    if (setting && setting->kind != ARDOQ_SETTING_KIND_PEM) {
        trim_value(text);
    }
    int code = strcmp(key, "relations") == 0 ? number_reference_types(&text) : GO_ON;
    if (code == GO_ON) {
        code = ardoq_console_exit_status(ardoq_command_config_set(&console, key, text));
    }
    ardoq_wipe(text, strlen(text));
    free(text);
    return code;
}

/* Setting by setting, because the table needs a line for each. */
static ardoq_err_t list_in_table(void)
{
    static const column_t columns[] = {{"SETTING", NULL}, {"VALUE", ""}, {0}};
    const ardoq_setting_t *setting;
    rows_t rows;
    ardoq_err_t err = ARDOQ_OK;
    const ardoq_console_t *lines = rows_begin(&rows, columns);
    for (size_t i = 0; !err && (setting = ardoq_setting_at(i)) != NULL; i++) {
        rows.label = setting->name;
        err = ardoq_command_config_get(lines, &config, setting->name);
    }
    const ardoq_err_t rows_err = rows_end(&rows, SIZE_MAX, NULL);
    return err ? err : rows_err;
}

static int config_list(void)
{
    ardoq_err_t err = load_config();
    if (!err) {
        err = shows_tables() ? list_in_table() : ardoq_command_config_list(&console, &config);
    }
    return ardoq_console_exit_status(err);
}

static int config_get(const char *key)
{
    const ardoq_err_t err = load_config();
    return ardoq_console_exit_status(err ? err : ardoq_command_config_get(&console, &config, key));
}

/* ---- The command line ------------------------------------------------------------------------ */

static int config_unset(const char *key)
{
    return ardoq_console_exit_status(ardoq_command_config_unset(&console, key));
}

/* A misspelt setting was already explained. */
static int suggest(int code, const char *key)
{
    if (code != EXIT_SUCCESS && !ardoq_setting_find(key)) {
        say_nearest(nearest_setting(key));
    }
    return code;
}

static int run_config(size_t count, char **words)
{
    const char *verb = count > 0 ? words[0] : "";
    if (strcmp(verb, "list") == 0 && count == 1) {
        return config_list();
    }
    if (strcmp(verb, "get") == 0 && count == 2) {
        return suggest(config_get(words[1]), words[1]);
    }
    if (strcmp(verb, "set") == 0 && count == 3) {
        return suggest(config_set(words[1], words[2]), words[1]);
    }
    if (strcmp(verb, "unset") == 0 && count == 2) {
        return suggest(config_unset(words[1]), words[1]);
    }
    return usage_error("config takes: list | get NAME | set NAME VALUE | unset NAME");
}

const command_t command_config = {
    .name = "config",
    .summary = "Show, set and remove settings",
    .arguments = "list\nget SETTING\nset SETTING VALUE|@FILE|-\nunset SETTING",
    .text =
        "A value is checked before it is stored; @FILE reads it from a file, - from standard\n"
        "input. In relations, names of reference types in double quotes become their numbers.\n"
        "A value that begins with - comes after --. Secrets are shortened. The list is a table\n"
        "on a terminal, otherwise JSON.",
    .examples = "  ardoq config set host https://acme.ardoq.com\n"
                "  ardoq config set token - <token.txt\n"
                "  ardoq config set ca0 @root.pem\n",
    .words_max = WORDS_ANY, /* an extra word may be part of a token, so it is not repeated */
    .run = run_config,
};
