/* The command `setup`: asks for everything that a report needs, step by step. After a failure it
 * asks the related question again. Nothing is written before the end. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/context.h"
#include "ardoq/list.h"
#include "ask.h"
#include "choice.h"
#include "command.h"
#include "console.h"
#include "progress.h"
#include "session.h"
#include "setup_fields.h"
#include "setup_write.h"

enum { STOPPED = EXIT_FAILURE };

/* What is already known. The values are in the configuration. */
static struct {
    bool has_host;
    bool has_token;
    bool has_label;
    bool has_workspace;
    bool is_new_token;     /* typed here */
    bool is_token_refused; /* by Ardoq */
    bool wants_label;      /* requested by the user, though Ardoq needs none */
    char token_host[sizeof config.host];
    char label_host[sizeof config.host];
    char workspace_name[sizeof((choice_t *)NULL)->name];
    char type_name[sizeof((choice_t *)NULL)->name];
} setup;

/* Large, so static. */
static ardoq_me_t me;
static ardoq_list_t list;
static ardoq_context_t context;
static choices_t choices;

/* ---- Questions ------------------------------------------------------------------------------- */

/* All below return GO_ON or an exit code. */

static ardoq_err_t assign(const char *name, const char *value)
{
    return ardoq_setting_assign(ardoq_setting_find(name), &config, value);
}

static void explain(const ardoq_client_t *of, ardoq_err_t err)
{
    ardoq_console_explain(&console, of, err, NULL);
}

static int ask_host(void)
{
    char answer[ANSWER_SIZE];
    ardoq_err_t err = ARDOQ_ERR_HOST_INVALID;
    while (err) {
        if (!ask_line("Host, where you open Ardoq in the browser", config.host, answer)) {
            return STOPPED;
        }
        err = assign("host", answer[0] != '\0' ? answer : config.host);
        err = !err && config.host[0] == '\0' ? ARDOQ_ERR_HOST_INVALID : err;
        if (err) {
            explain(NULL, err);
        }
    }
    setup.has_host = true;
    return GO_ON;
}

/* What is missing before anything can be sent. */
static ardoq_err_t lacking(void)
{
    ardoq_http_origin_t origin;
    return ardoq_config_check(&config, &origin, NULL);
}

static int ask_new_token(void)
{
    char answer[ANSWER_SIZE];
    ardoq_err_t err = ARDOQ_ERR_TOKEN_MISSING;
    while (err) {
        if (!ask_secret("API token", answer)) {
            return STOPPED;
        }
        err = assign("token", answer);
        ardoq_wipe(answer, sizeof answer);
        /* With a client certificate there may be no token. */
        err = !err && lacking() == ARDOQ_ERR_TOKEN_MISSING ? ARDOQ_ERR_TOKEN_MISSING : err;
        if (err) {
            explain(NULL, err);
        }
    }
    setup.is_new_token = true;
    setup.is_token_refused = false;
    return GO_ON;
}

/* Another host's token is not sent to this one without asking. */
static int ask_token(void)
{
    const bool is_of_host = strcmp(config.host, setup.token_host) == 0;
    bool is_kept = false;
    if (config.token[0] != '\0' && !setup.is_token_refused &&
        !ask_yes(is_of_host ? "Keep the token?"
                            : "The token was set for another host. Use it here too?",
                 is_of_host, &is_kept)) {
        return STOPPED;
    }
    const int code = is_kept ? GO_ON : ask_new_token();
    snprintf(setup.token_host, sizeof setup.token_host, "%s", config.host);
    setup.has_token = true;
    return code;
}

static bool is_label_needed(void)
{
    char label[sizeof config.org_label];
    memcpy(label, config.org_label, sizeof label);
    config.org_label[0] = '\0';
    const ardoq_err_t err = lacking();
    memcpy(config.org_label, label, sizeof label);
    return err == ARDOQ_ERR_ORG_LABEL_REQUIRED;
}

static ardoq_err_t take_label(const char *answer, bool is_needed)
{
    if (!is_needed && strcmp(answer, "-") == 0) {
        return assign("org_label", "");
    }
    const ardoq_err_t err = assign("org_label", answer[0] != '\0' ? answer : config.org_label);
    return !err && is_needed && config.org_label[0] == '\0' ? ARDOQ_ERR_ORG_LABEL_REQUIRED : err;
}

static int ask_needed_label(bool is_needed)
{
    char answer[ANSWER_SIZE];
    const char *question = is_needed ? "Organisation label" : "Organisation label, - for none";
    ardoq_err_t err = ARDOQ_PENDING;
    while (err) {
        if (!ask_line(question, config.org_label, answer)) {
            return STOPPED;
        }
        err = take_label(answer, is_needed);
        if (err) {
            explain(NULL, err);
        }
    }
    return GO_ON;
}

/* The label for another host is not kept if none is needed. */
static int ask_label(void)
{
    const bool is_needed = is_label_needed();
    int code = GO_ON;
    if (is_needed || setup.wants_label) {
        code = ask_needed_label(is_needed);
    } else if (strcmp(config.host, setup.label_host) != 0) {
        (void)assign("org_label", "");
    }
    snprintf(setup.label_host, sizeof setup.label_host, "%s", config.host);
    setup.has_label = true;
    return code;
}

/* A corrected host may need another token and another label. */
static void forget_of_other_host(void)
{
    const bool is_other_host = strcmp(config.host, setup.token_host) != 0;
    setup.has_token = setup.has_token && (setup.is_new_token || !is_other_host);
    setup.has_label = setup.has_label && !is_other_host;
}

static int ask_account(void)
{
    int code = setup.has_host ? GO_ON : ask_host();
    forget_of_other_host();
    code = code != GO_ON || setup.has_token ? code : ask_token();
    return code != GO_ON || setup.has_label ? code : ask_label();
}

/* ---- Failures -------------------------------------------------------------------------------- */

static void ask_label_again(void)
{
    setup.has_label = false;
    setup.wants_label = true;
}

/* Explains the error, and forgets its value, so that it is asked for again. */
static int handle_failure(ardoq_err_t err)
{
    if (err == ARDOQ_ERR_INTERRUPTED) {
        return STOPPED;
    }
    explain(&client, err);
    setup.has_workspace = false;
    switch (err) {
    case ARDOQ_ERR_CERTIFICATE_UNTRUSTED:
    case ARDOQ_ERR_CERTIFICATE_SELF_SIGNED:
        say("  `ardoq setup --ca FILE` trusts the root certificates of a file");
        setup.has_host = false;
        break;
    case ARDOQ_ERR_UNAUTHORIZED:
        setup.has_token = false;
        setup.is_token_refused = true;
        break;
    case ARDOQ_ERR_FORBIDDEN:
        ask_label_again();
        setup.has_token = false;
        break;
    default:
        setup.has_host = false;
        break;
    }
    return GO_ON;
}

/* ---- The organisation ------------------------------------------------------------------------ */

/* Ardoq may answer despite a wrong label. False if the label is wrong. */
static bool check_label(void)
{
    if (config.org_label[0] == '\0' || me.org_label[0] == '\0' ||
        strcmp(config.org_label, me.org_label) == 0) {
        return true;
    }
    explain(NULL, ARDOQ_ERR_ORG_LABEL_DIFFERS);
    (void)assign("org_label", me.org_label);
    ask_label_again();
    return false;
}

static void say_account(void)
{
    const bool has_user = me.user_email[0] != '\0'; /* a gateway does not send it */
    say("Connected to ", me.org_name, " (", me.org_label, has_user ? ") as " : ")", me.user_email);
}

/* An error of ardoq_open() is not about an answer. */
static int open_again(void)
{
    ardoq_close(&client);
    const ardoq_err_t err = try_open_as_it_is();
    if (err) {
        explain(&client, err);
    }
    return err ? ardoq_console_exit_status(err) : GO_ON;
}

/* Asks until Ardoq answers. */
static int connect_account(void)
{
    int code = GO_ON;
    bool is_connected = false;
    while (code == GO_ON && !is_connected) {
        code = ask_account();
        code = code == GO_ON ? open_again() : code;
        if (code == GO_ON) {
            say("Connecting ...");
            const ardoq_err_t err = ardoq_me(&client, &me);
            code = err ? handle_failure(err) : GO_ON;
            is_connected = !err && check_label();
        }
    }
    if (is_connected) {
        say_account();
    }
    return code;
}

/* ---- Workspace and component type ------------------------------------------------------------ */

static ardoq_err_t add_choice(const choice_t *choice)
{
    return choices_add(&choices, choice) ? ARDOQ_OK : ARDOQ_ERR_OUT_OF_MEMORY;
}

static ardoq_err_t add_workspace(void *argument, const ardoq_json_document_t *element,
                                 uint32_t index)
{
    choice_t choice = {.id = ""};
    (void)argument;
    (void)index;
    progress_add();
    (void)ardoq_json_string(element, ARDOQ_JSON_ROOT, "_id", choice.id, sizeof choice.id);
    (void)ardoq_json_string(element, ARDOQ_JSON_ROOT, "name", choice.name, sizeof choice.name);
    return add_choice(&choice);
}

static ardoq_err_t add_type(void *argument, ardoq_context_kind_t kind,
                            const ardoq_context_entry_t *entry)
{
    choice_t choice;
    (void)argument;
    if (kind != ARDOQ_CONTEXT_TYPE) {
        return ARDOQ_OK;
    }
    snprintf(choice.id, sizeof choice.id, "%s", entry->id);
    snprintf(choice.name, sizeof choice.name, "%s", entry->name);
    return add_choice(&choice);
}

static ardoq_err_t read_workspaces(void)
{
    choices_free(&choices);
    progress_begin("workspaces", false);
    ardoq_err_t err =
        ardoq_list_each(&client, &list, "/api/v2/workspaces", NULL, 0, add_workspace, NULL);
    progress_end();
    if (err == ARDOQ_ERR_ELEMENT_TOO_LARGE) { /* the others are there */
        explain(&client, err);
        err = ARDOQ_OK;
    }
    choices_sort(&choices);
    return err;
}

static ardoq_err_t read_types(void)
{
    choices_free(&choices);
    const ardoq_err_t err = ardoq_context_each(&client, &context, config.workspace, add_type, NULL);
    choices_sort(&choices);
    return err;
}

/* Sets this setting from the list; the name is kept. */
static int take_choice(const char *what, const char *setting, const char *preset, char *name,
                       size_t size)
{
    ardoq_err_t err = ARDOQ_PENDING;
    while (err) {
        const choice_t *choice = choose(&choices, what, preset);
        if (!choice) {
            return STOPPED;
        }
        err = assign(setting, choice->id);
        snprintf(name, size, "%s", choice->name);
        if (err) {
            explain(NULL, err);
        }
    }
    return GO_ON;
}

/* If there is none, it is the wrong account, or it lacks rights. */
static int choose_workspace(void)
{
    const ardoq_err_t err = read_workspaces();
    if (err) {
        return handle_failure(err);
    }
    if (choices.count == 0) {
        say("this account sees no workspace: give it access in Ardoq, or use another token");
        setup.has_token = false;
        return GO_ON;
    }
    setup.has_workspace = true;
    return take_choice("workspace", "workspace", config.workspace, setup.workspace_name,
                       sizeof setup.workspace_name);
}

static int choose_type(bool *is_chosen)
{
    const ardoq_err_t err = read_types();
    if (err == ARDOQ_ERR_NOT_FOUND || err == ARDOQ_ERR_FORBIDDEN) {
        explain(&client, err);
        setup.has_workspace = false;
        return GO_ON;
    }
    if (err) {
        return handle_failure(err);
    }
    if (choices.count == 0) {
        say("this workspace has no component type: create one in Ardoq, or choose another "
            "workspace");
        setup.has_workspace = false;
        return GO_ON;
    }
    *is_chosen = true;
    return take_choice("component type", "component_type", config.component_type, setup.type_name,
                       sizeof setup.type_name);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static bool has_account(void)
{
    return setup.has_host && setup.has_token && setup.has_label;
}

static int compare_fields(bool *is_done)
{
    const ardoq_err_t err = setup_fields(&context, setup.type_name, setup.workspace_name);
    if (err == ARDOQ_PENDING) {
        return STOPPED;
    }
    *is_done = !err;
    return err ? handle_failure(err) : GO_ON;
}

static int next_step(bool *is_done)
{
    bool is_chosen = false;
    if (!has_account()) {
        return connect_account();
    }
    if (!setup.has_workspace) {
        return choose_workspace();
    }
    const int code = choose_type(&is_chosen);
    return code == GO_ON && is_chosen ? compare_fields(is_done) : code;
}

static int ask_all(void)
{
    bool is_done = false;
    int code = GO_ON;
    while (code == GO_ON && !is_done) {
        code = next_step(&is_done);
    }
    return code;
}

static int write_all(void)
{
    bool is_meant = false;
    setup_show(setup.is_new_token, setup.type_name, setup.workspace_name);
    if (!ask_yes("Write them?", true, &is_meant) || !is_meant) {
        return STOPPED;
    }
    const ardoq_err_t err = setup_write(setup.is_new_token);
    return err ? ardoq_console_exit_status(err) : GO_ON;
}

/* The commands load the new settings. */
static int run_again(const command_t *command)
{
    ardoq_close(&client);
    return command->run(0, NULL);
}

static int check_and_report(void)
{
    bool is_meant = false;
    say("");
    const int code = run_again(&command_check);
    say("");
    if (code != EXIT_SUCCESS) {
        say("The settings are written. After fixing what failed: `ardoq check`, then "
            "`ardoq report`");
        return code;
    }
    if (ask_yes("All is ready. Report this device now?", true, &is_meant) && is_meant) {
        return run_again(&command_report);
    }
    say("to do it later: `ardoq report`");
    return EXIT_SUCCESS;
}

static int set_up(void)
{
    int code = ardoq_console_exit_status(load_config());
    if (code != EXIT_SUCCESS) {
        return code;
    }
    snprintf(setup.token_host, sizeof setup.token_host, "%s", config.host);
    snprintf(setup.label_host, sizeof setup.label_host, "%s", config.host);
    say("An empty answer means the value in [ ]. Ctrl-C ends setup and changes nothing.");
    code = ask_all();
    code = code == GO_ON ? write_all() : code;
    choices_free(&choices);
    if (code != GO_ON) {
        say("setup has ended: the settings are as they were");
        return code;
    }
    return check_and_report();
}

static int run_setup(size_t count, char **words)
{
    (void)count;
    (void)words;
    if (!can_ask()) {
        return usage_error("setup needs a terminal: use `ardoq config set` instead");
    }
    return set_up();
}

const command_t command_setup = {
    .name = "setup",
    .summary = "Ask for all settings, check them, and make the first report",
    .arguments = "",
    .text = "It needs a terminal. It lists the workspaces and component types, and\n"
            "says which custom fields are still missing. The settings are written at the end,\n"
            "all at once.",
    .run = run_setup,
};
