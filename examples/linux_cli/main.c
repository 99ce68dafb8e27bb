/* `ardoq`: reports this machine to Ardoq, and shows what the library can do. */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ardoq/commands.h"
#include "ardoq/json_validate.h"
#include "ardoq/port_posix.h"
#include "ardoq/version.h"
#include "console.h"
#include "files.h"
#include "help.h"
#include "look_up.h"
#include "provision.h"
#include "query.h"
#include "session.h"

static ardoq_report_t report;
static ardoq_me_t me;

/* ---- Commands: argv[0] is the command's name ------------------------------------------------ */

static int command_me(int argc, char **argv)
{
    if (argc > 1) {
        return usage_error("me takes no argument: ", argv[1]);
    }
    const ardoq_err_t err = open_client();
    return ardoq_console_exit_status(err ? err : ardoq_command_me(&console, &client, &me));
}

static ardoq_err_t read_identity(ardoq_identity_t *identity)
{
    const char *setting;
    const ardoq_err_t err = ardoq_identity_read(identity, &setting);
    if (err) {
        ardoq_console_explain(&console, NULL, err, setting);
    }
    return err;
}

/* The assignment has an equals sign. */
static ardoq_err_t override_field(ardoq_identity_t *identity, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    const ardoq_identity_field_t field =
        ardoq_identity_find(assignment, (size_t)(equals - assignment));
    const ardoq_err_t err = ardoq_identity_set(identity, field, equals + 1);
    if (err) {
        ardoq_console_explain(&console, NULL, err, NULL);
        fprintf(stderr, "  given: %s\n", assignment);
        help_identity_fields(stderr);
    }
    return err;
}

static ardoq_err_t report_device(const ardoq_identity_t *identity, bool dry_run)
{
    ardoq_err_t err = dry_run ? load_config() : open_client();
    if (err) {
        return err;
    }
    return dry_run ? ardoq_command_report_dry_run(&console, &config, identity, &report)
                   : ardoq_command_report(&console, &client, identity, &report);
}

static int command_report(int argc, char **argv)
{
    static const struct option options[] = {
        {"dry-run", no_argument, NULL, 'n'},
        {"set", required_argument, NULL, 's'},
        {0},
    };
    ardoq_identity_t identity;
    ardoq_err_t err = read_identity(&identity);
    bool dry_run = false;
    int option;
    optind = 0;
    while (!err && (option = getopt_long(argc, argv, "ns:", options, NULL)) != -1) {
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

typedef struct {
    ardoq_json_validator_t json;
    bool is_printed;
} printer_t;

/* Standard output promises JSON, so what is printed is checked on its way. */
static ardoq_err_t print_body(void *context, const char *data, size_t size)
{
    printer_t *printer = context;
    const ardoq_err_t err = ardoq_json_validator_feed(&printer->json, data, size);
    printer->is_printed = true;
    console.write(console.context, ARDOQ_OUTPUT_RESULT, data, size);
    return err;
}

/* The body of an error stands in the buffer, perhaps cut, perhaps no JSON at all. */
static void print_error_body(const ardoq_response_t *response)
{
    if (response->is_json && ardoq_json_validate(response->body, response->body_size) == ARDOQ_OK) {
        puts(response->body);
    }
}

static ardoq_err_t send_request(const ardoq_request_t *request)
{
    ardoq_response_t response = {0};
    printer_t printer = {0};
    ardoq_json_validator_init(&printer.json);
    ardoq_err_t err = open_client();
    if (err) {
        return err;
    }
    ardoq_request_t streamed = *request;
    streamed.on_body = print_body;
    streamed.context = &printer;
    err = ardoq_request(&client, &streamed, &response);
    if (!err && printer.is_printed) {
        err = ardoq_json_validator_end(&printer.json);
    }
    if (printer.is_printed) {
        puts("");
    }
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        print_error_body(&response);
    }
    return err;
}

typedef struct {
    query_t query;
    ardoq_request_t request;
    char *body;
} request_arguments_t;

static int set_body(request_arguments_t *arguments, const char *value)
{
    free(arguments->body);
    arguments->body = read_value(value);
    if (!arguments->body) {
        return reading_error(value);
    }
    arguments->request.body = arguments->body;
    arguments->request.body_size = strlen(arguments->body);
    return 0;
}

static int parse_request(int argc, char **argv, request_arguments_t *arguments)
{
    static const struct option options[] = {
        {"query", required_argument, NULL, 'q'},
        {"data", required_argument, NULL, 'd'},
        {0},
    };
    int option;
    int code = 0;
    optind = 0;
    while (!code && (option = getopt_long(argc, argv, "q:d:", options, NULL)) != -1) {
        code = option == 'q'   ? add_query(&arguments->query, optarg)
               : option == 'd' ? set_body(arguments, optarg)
                               : EXIT_USAGE;
    }
    if (!code && argc - optind != 2) {
        return usage_error("request needs a method and a path, such as: ", "GET /api/v2/me");
    }
    if (!code) {
        arguments->request.method = argv[optind];
        arguments->request.path = argv[optind + 1];
        arguments->request.query = arguments->query.pairs;
        arguments->request.query_count = arguments->query.count;
    }
    return code;
}

static int command_request(int argc, char **argv)
{
    request_arguments_t arguments = {0};
    int code = parse_request(argc, argv, &arguments);
    if (!code) {
        code = ardoq_console_exit_status(send_request(&arguments.request));
    }
    free(arguments.body);
    return code;
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
    const ardoq_err_t err = ardoq_command_config_set(&console, key, text);
    ardoq_wipe(text, strlen(text));
    free(text);
    return ardoq_console_exit_status(err);
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
    {"provision", command_provision},
};

/* Which line a person has to correct, who may have written it too. */
static void note_store_fault(void)
{
    const ardoq_posix_store_fault_t fault = ardoq_posix_store_fault();
    char path[PATH_MAX];
    if (!fault.what || ardoq_posix_store_path(path, sizeof path)) {
        return;
    }
    fprintf(stderr, "  file: %s\n  ", path);
    if (fault.line > 0) {
        fprintf(stderr, "line %u: ", fault.line);
    }
    fprintf(stderr, "%s\n", fault.what);
}

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
        ardoq_posix_set_log_level(ARDOQ_LOG_DEBUG);
        return GO_ON;
    case 'h':
        help(stdout);
        return EXIT_SUCCESS;
    case 'V':
        puts("ardoq " ARDOQ_VERSION);
        return EXIT_SUCCESS;
    default:
        return EXIT_USAGE; /* getopt has said why */
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
    while ((option = getopt_long(argc, argv, "+vh", options, NULL)) != -1) {
        const int code = take_option(option);
        if (code != GO_ON) {
            return flush_results(code);
        }
    }
    const int code = run_command(argc - optind, argv + optind);
    note_store_fault();
    ardoq_close(&client);
    free((char *)config.ca_pem);
    ardoq_config_wipe(&config);
    return code;
}
