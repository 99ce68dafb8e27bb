/* The commands that show what is in Ardoq. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "answer.h"
#include "check_lines.h"
#include "command.h"
#include "console.h"
#include "progress.h"
#include "query.h"
#include "rows.h"
#include "session.h"

/* Large, so static. */
static ardoq_check_t check;
static ardoq_me_t me;
static ardoq_model_t model;
static ardoq_identity_t identity;
static ardoq_list_t list;
static ardoq_context_t context;

static int run_check(size_t count, char **words)
{
    (void)count;
    (void)words;
    ardoq_err_t err = read_identity(&identity);
    if (err) {
        return ardoq_console_exit_status(err);
    }
    err = try_open();
    err =
        ardoq_command_check(check_lines_begin(), &config, &client, &identity, &model, err, &check);
    check_lines_end();
    return ardoq_console_exit_status(err);
}

const command_t command_check = {
    .name = "check",
    .summary = "Try everything that a report needs, step by step",
    .arguments = "",
    .text =
        "It changes nothing in Ardoq. The exit code is that of the first failed step. One line\n"
        "per step on a terminal, otherwise one JSON object.",
    .examples = "  ardoq check | jq -r 'select(.result == \"failed\") | .step, .error'\n",
    .run = run_check,
};

/* ---- Me -------------------------------------------------------------------------------------- */

static int run_me(size_t count, char **words)
{
    (void)count;
    (void)words;
    ardoq_err_t err = open_client();
    if (!err) {
        err = ardoq_command_me(&console, &client, &me);
        if (err) {
            show_error_body(&me.response);
        }
    }
    return ardoq_console_exit_status(err);
}

const command_t command_me = {
    .name = "me",
    .summary = "Ask Ardoq whose token this is: the connection test",
    .arguments = "",
    .run = run_me,
};

/* ---- Rows ------------------------------------------------------------------------------------ */

static const ardoq_console_t *begin_rows(rows_t *rows, const column_t *columns, const char *what)
{
    progress_begin(what, !shows_tables());
    return rows_begin(rows, columns);
}

/* The first error counts. */
static ardoq_err_t end_rows(rows_t *rows, const char *what, ardoq_err_t err)
{
    progress_end();
    const ardoq_err_t rows_err = rows_end(rows, terminal_width(), err ? NULL : what);
    return err ? err : rows_err;
}

/* ---- Workspaces and context ------------------------------------------------------------------ */

static int run_workspaces(size_t count, char **words)
{
    static const column_t columns[] = {{"NAME", "name"}, {"ID", "id"}, {0}};
    (void)count;
    (void)words;
    rows_t rows;
    ardoq_err_t err = open_client();
    if (!err) {
        err = ardoq_command_workspaces(begin_rows(&rows, columns, "workspaces"), &client, &list);
        err = end_rows(&rows, "workspaces", err);
    }
    return ardoq_console_exit_status(err);
}

const command_t command_workspaces = {
    .name = "workspaces",
    .summary = "List the workspaces, with their ids",
    .arguments = "",
    .text = "A table on a terminal, otherwise one JSON object per line.",
    .run = run_workspaces,
};

static int run_context(size_t count, char **words)
{
    static const char kinds[] = "?componentType|customField|referenceType";
    static const column_t columns[] = {
        {"NAME", "name|label"},    {"KIND", kinds},   {"TYPE", "type"},
        {"READ-ONLY", "readOnly"}, {"ID", kinds + 1}, {0},
    };
    rows_t rows;
    ardoq_err_t err = open_client();
    if (!err) {
        const char *workspace = count > 0 ? words[0] : config.workspace;
        err = ardoq_command_context(begin_rows(&rows, columns, "types and fields"), &client,
                                    &context, workspace);
        err = end_rows(&rows, "types and fields", err);
    }
    return ardoq_console_exit_status(err);
}

const command_t command_context = {
    .name = "context",
    .summary = "List component types, custom fields and reference types",
    .arguments = "[WORKSPACE]",
    .text = "Of the configured workspace, or of another one. A table on a terminal, otherwise one\n"
            "JSON object per line.",
    .words_max = 1,
    .run = run_context,
};

/* ---- Components ------------------------------------------------------------------------------ */

/* Ardoq ignores an unknown filter and returns everything. */
static bool is_filter(const char *name)
{
    static const char *const names[] = {"name", "rootWorkspace", "parent", "componentKey",
                                        "typeId"};
    static const char custom[] = "customFields.";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return strncmp(name, custom, sizeof custom - 1) == 0 && name[sizeof custom - 1] != '\0';
}

static int check_filters(const query_t *query)
{
    for (size_t i = 0; i < query->count; i++) {
        if (!is_filter(query->pairs[i].name)) {
            return usage_error("components takes name, rootWorkspace, parent, componentKey, typeId"
                               " and customFields.FIELD, not: ",
                               query->pairs[i].name);
        }
    }
    return GO_ON;
}

static query_t query;

static int take_components_option(int key, char *value)
{
    (void)key; /* there is one */
    return add_query(&query, value);
}

static int run_components(size_t count, char **words)
{
    static const column_t columns[] = {
        {"NAME", "name"}, {"TYPE", "type"}, {"KEY", "componentKey"}, {"ID", "_id"}, {0},
    };
    (void)count;
    (void)words;
    const int code = check_filters(&query);
    if (code != GO_ON) {
        return code;
    }
    rows_t rows;
    ardoq_err_t err = open_client();
    if (!err) {
        err = ardoq_command_components(begin_rows(&rows, columns, "components"), &client, &list,
                                       query.pairs, query.count);
        err = end_rows(&rows, "such components", err);
    }
    return ardoq_console_exit_status(err);
}

static const struct argp_option options[] = {
    {"query", 'q', "FILTER=VALUE", 0,
     "Only those with this value: name, rootWorkspace, parent, componentKey, typeId, or "
     "customFields.NAME; may be repeated",
     0},
    {0},
};

const command_t command_components = {
    .name = "components",
    .summary = "List the components that match the query",
    .arguments = "",
    .text = "A table on a terminal, otherwise one JSON object per line, as Ardoq gives it.",
    .examples = "  ardoq components -q rootWorkspace=5e00000000000000000000aa -q name=Hub\n",
    .options = options,
    .take = take_components_option,
    .run = run_components,
};
