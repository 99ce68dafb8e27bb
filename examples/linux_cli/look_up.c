#include "look_up.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "console.h"
#include "query.h"
#include "session.h"

/* Large, so static. */
static ardoq_check_t check;
static ardoq_model_t model;
static ardoq_identity_t identity;
static ardoq_list_t list;
static ardoq_context_t context;

int command_check(int argc, char **argv)
{
    if (argc > 1) {
        return usage_error("check takes no argument: ", argv[1]);
    }
    ardoq_err_t err = read_identity(&identity);
    if (err) {
        return ardoq_console_exit_status(err);
    }
    err = try_open();
    return ardoq_console_exit_status(
        ardoq_command_check(&console, &config, &client, &identity, &model, err, &check));
}

int command_workspaces(int argc, char **argv)
{
    if (argc > 1) {
        return usage_error("workspaces takes no argument: ", argv[1]);
    }
    const ardoq_err_t err = open_client();
    return ardoq_console_exit_status(err ? err
                                         : ardoq_command_workspaces(&console, &client, &list));
}

int command_context(int argc, char **argv)
{
    if (argc > 2) {
        return usage_error("context takes one workspace: ", argv[2]);
    }
    ardoq_err_t err = open_client();
    if (!err) {
        const char *workspace = argc > 1 ? argv[1] : config.workspace;
        err = ardoq_command_context(&console, &client, &context, workspace);
    }
    return ardoq_console_exit_status(err);
}

/* Ardoq answers a filter that it does not know with everything. */
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
    return 0;
}

int command_components(int argc, char **argv)
{
    static const struct option options[] = {{"query", required_argument, NULL, 'q'}, {0}};
    query_t query = {0};
    int option;
    int code = 0;
    optind = 0;
    while (!code && (option = next_option(argc, argv, "q:", options)) != -1) {
        code = option == 'q' ? add_query(&query, optarg) : EXIT_USAGE;
    }
    if (!code && optind < argc) {
        return usage_error("components does not take: ", argv[optind]);
    }
    code = code ? code : check_filters(&query);
    if (code) {
        return code;
    }
    ardoq_err_t err = open_client();
    if (!err) {
        err = ardoq_command_components(&console, &client, &list, query.pairs, query.count);
    }
    return ardoq_console_exit_status(err);
}
