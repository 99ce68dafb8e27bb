/* `ardoq`: reports this machine to Ardoq, and shows what the library can do. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "ardoq/commands.h"
#include "ardoq/port_posix.h"
#include "ardoq/version.h"
#include "console.h"
#include "csr.h"
#include "devices.h"
#include "files.h"
#include "help.h"
#include "identity_option.h"
#include "look_up.h"
#include "provision.h"
#include "reference_types.h"
#include "report_from.h"
#include "request.h"
#include "retire.h"
#include "run.h"
#include "session.h"
#include "status.h"
#include "store_names.h"

static ardoq_model_t model;
static ardoq_report_t report;
static ardoq_me_t me;

/* ---- Commands: argv[0] is the command's name ------------------------------------------------ */

static void show_failure(ardoq_err_t err, const ardoq_response_t *response)
{
    if (err) {
        show_error_body(response);
    }
}

static int command_me(int argc, char **argv)
{
    if (argc > 1) {
        return usage_error("me takes no argument: ", argv[1]);
    }
    ardoq_err_t err = open_client();
    if (!err) {
        err = ardoq_command_me(&console, &client, &me);
        show_failure(err, &me.response);
    }
    return ardoq_console_exit_status(err);
}

static ardoq_err_t report_device(const ardoq_identity_t *identity, bool dry_run)
{
    ardoq_err_t err = dry_run ? load_config() : open_client();
    if (err) {
        return err;
    }
    if (dry_run) {
        return ardoq_command_report_dry_run(&console, &config, identity, &model, &report);
    }
    err = ardoq_command_report(&console, &client, identity, &model, &report);
    show_failure(err, &report.response);
    return err;
}

static int command_report(int argc, char **argv)
{
    static const struct option options[] = {
        {"dry-run", no_argument, NULL, 'n'},
        {"set", required_argument, NULL, 's'},
        {0},
    };
    if (reports_from_file(argc, argv)) {
        return command_report_from(argc, argv);
    }
    ardoq_identity_t identity;
    ardoq_err_t err = read_identity(&identity);
    bool dry_run = false;
    int option;
    optind = 0;
    while (!err && (option = next_option(argc, argv, "ns:", options)) != -1) {
        if (option == 'n') {
            dry_run = true;
        } else if (option == 's' && !strchr(optarg, '=')) {
            return usage_error("a field needs the form FIELD=VALUE: ", optarg);
        } else if (option == 's') {
            err = override_field(&identity, optarg);
        } else {
            return EXIT_USAGE;
        }
    }
    if (!err && optind < argc) {
        return usage_error("report does not take: ", argv[optind]);
    }
    return ardoq_console_exit_status(err ? err : report_device(&identity, dry_run));
}

static int config_set(const char *key, const char *value)
{
    if (strcmp(key, "token") == 0 && value[0] != '-' && value[0] != '@') {
        fputs("note: the token now stands in your shell's history; `ardoq config set token -` "
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

static int config_show(const char *key)
{
    const ardoq_err_t err = load_config();
    if (err) {
        return ardoq_console_exit_status(err);
    }
    return ardoq_console_exit_status(key ? ardoq_command_config_get(&console, &config, key)
                                         : ardoq_command_config_list(&console, &config));
}

static int command_config(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "list") == 0 && argc == 2) {
        return config_show(NULL);
    }
    if (strcmp(verb, "get") == 0 && argc == 3) {
        return config_show(argv[2]);
    }
    if (strcmp(verb, "set") == 0 && argc == 4) {
        return config_set(argv[2], argv[3]);
    }
    if (strcmp(verb, "unset") == 0 && argc == 3) {
        return ardoq_console_exit_status(ardoq_command_config_unset(&console, argv[2]));
    }
    return usage_error("config takes: ", "list | get NAME | set NAME VALUE | unset NAME");
}

/* ---- The command line ----------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"check", command_check},         {"me", command_me},
    {"report", command_report},       {"workspaces", command_workspaces},
    {"context", command_context},     {"components", command_components},
    {"request", command_request},     {"config", command_config},
    {"provision", command_provision}, {"run", command_run},
    {"status", command_status},       {"devices", command_devices},
    {"retire", command_retire},       {"csr", command_csr},
};

static int run_command(int argc, char **argv)
{
    for (size_t i = 0; argc > 0 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[0], commands[i].name) == 0) {
            return flush_results(commands[i].run(argc, argv));
        }
    }
    return argc > 0 ? usage_error("there is no command ", argv[0])
                    : usage_error("a command is missing", "");
}

static int set_ca(const char *path)
{
    config.ca_pem = read_file(path);
    if (!config.ca_pem) {
        return reading_error(path);
    }
    return GO_ON;
}

/* Options before the command: GO_ON, or the exit code to end with. */
static int take_option(int option)
{
    switch (option) {
    case 's':
        ardoq_posix_set_store_path(optarg);
        return GO_ON;
    case 'c':
        return set_ca(optarg);
    case 'v':
        is_verbose = true;
        ardoq_posix_set_log_level(ARDOQ_LOG_DEBUG);
        return GO_ON;
    case 'h':
        help(stdout);
        return EXIT_SUCCESS;
    case 'V':
        puts("ardoq " ARDOQ_VERSION);
        return EXIT_SUCCESS;
    default:
        return EXIT_USAGE; /* it was refused */
    }
}

/* Else a connection could take the place of a closed stream, and what is written to that would be
 * sent. Reading only, so that writing still fails. */
static void occupy_closed_streams(void)
{
    int descriptor = 0;
    while (descriptor >= 0 && descriptor <= STDERR_FILENO) {
        descriptor = open("/dev/null", O_RDONLY);
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"store", required_argument, NULL, 's'}, {"ca", required_argument, NULL, 'c'},
        {"verbose", no_argument, NULL, 'v'},     {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},     {0},
    };
    int option;
    occupy_closed_streams();
    /* Errors are explained once, by the commands. */
    ardoq_posix_set_log_level(0);
    ardoq_posix_set_credential("token");
    while ((option = next_option(argc, argv, "+vh", options)) != -1) {
        const int code = take_option(option);
        if (code != GO_ON) {
            return flush_results(code);
        }
    }
    const int code = run_command(argc - optind, argv + optind);
    if (code != EXIT_SUCCESS) {
        note_store_fault();
    }
    ardoq_close(&client);
    free((char *)config.ca_pem);
    ardoq_config_wipe(&config);
    return code;
}
