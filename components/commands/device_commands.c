#include "ardoq/commands.h"

#include <string.h>

#include "ardoq/text.h"
#include "ardoq/value.h"
#include "console.h"

enum { EXIT_USAGE = 2 };

typedef struct {
    const ardoq_console_t *console;
    ardoq_device_t *device;
    ardoq_describe_t describe;
    ardoq_reporter_t *reporter; /* null if there is none */
} call_t;

/* ---- Opening --------------------------------------------------------------------------------- */

static ardoq_err_t load_config(const call_t *call)
{
    ardoq_device_t *device = call->device;
    const ardoq_err_t err = ardoq_load_config(&device->client, &device->config);
    if (err) {
        ardoq_console_explain(call->console, &device->client, err, NULL);
    }
    return err;
}

/* Loads settings and identity, adds what the program knows, and opens the client if asked to. */
static ardoq_err_t prepare(const call_t *call, bool opens)
{
    ardoq_device_t *device = call->device;
    ardoq_err_t err = ardoq_load_config(&device->client, &device->config);
    err = err ? err
              : ardoq_identity_read(&device->identity, &device->client.https.tls.detail.setting);
    if (!err && call->describe) {
        err = call->describe(&device->config, &device->identity);
    }
    return err || !opens ? err : ardoq_open(&device->client, &device->config);
}

static ardoq_err_t open_client(const call_t *call)
{
    ardoq_device_t *device = call->device;
    const ardoq_err_t err = prepare(call, true);
    if (err) {
        ardoq_console_explain(call->console, &device->client, err, NULL);
    }
    return err;
}

/* ---- The commands ---------------------------------------------------------------------------- */

static ardoq_model_t *model_of(ardoq_device_t *device)
{
#if ARDOQ_MODEL
    return &device->model;
#else
    (void)device;
    return NULL;
#endif
}

static ardoq_err_t run_check(const call_t *call, char **arguments)
{
    (void)arguments;
    ardoq_device_t *device = call->device;
    const ardoq_err_t err = prepare(call, true);
    return ardoq_command_check(call->console, &device->config, &device->client, &device->identity,
                               model_of(device), err, &device->result.check);
}

static ardoq_err_t run_me(const call_t *call, char **arguments)
{
    (void)arguments;
    ardoq_device_t *device = call->device;
    const ardoq_err_t err = open_client(call);
    return err ? err : ardoq_command_me(call->console, &device->client, &device->result.me);
}

/* A second connection would need as much heap again as the reporter's. */
static ardoq_err_t ask_reporter(const call_t *call)
{
    ardoq_reporter_now(call->reporter);
    ardoq_console_write(call->console, ARDOQ_OUTPUT_NOTE,
                        "the reporter was asked to: `ardoq status` shows the result\n");
    return ARDOQ_OK;
}

static ardoq_err_t run_report(const call_t *call, char **arguments)
{
    (void)arguments;
    if (call->reporter) {
        return ask_reporter(call);
    }
    ardoq_device_t *device = call->device;
    const ardoq_err_t err = open_client(call);
    return err ? err
               : ardoq_command_report(call->console, &device->client, &device->identity,
                                      model_of(device), &device->result.report);
}

static void write_status(void *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, text);
}

static ardoq_err_t run_status(const call_t *call, char **arguments)
{
    (void)arguments;
    if (call->reporter) {
        ardoq_reporter_status(call->reporter, write_status, (void *)call->console);
    } else {
        write_status((void *)call->console, "no reporter is running\n");
    }
    return ARDOQ_OK;
}

static ardoq_err_t run_list(const call_t *call, char **arguments)
{
    (void)arguments;
    const ardoq_err_t err = load_config(call);
    return err ? err : ardoq_command_config_list(call->console, &call->device->config);
}

static ardoq_err_t run_get(const call_t *call, char **arguments)
{
    const ardoq_err_t err = load_config(call);
    return err ? err : ardoq_command_config_get(call->console, &call->device->config, arguments[0]);
}

/* The only way to type line breaks in a console. */
static void replace_escapes(char *pem)
{
    char *to = pem;
    for (const char *from = pem; *from != '\0'; from++) {
        const bool is_escape = from[0] == '\\' && from[1] == 'n';
        from += is_escape ? 1 : 0;
        *to++ = is_escape ? '\n' : *from;
    }
    *to = '\0';
}

static ardoq_err_t report_change(const call_t *call, ardoq_err_t err)
{
    if (!err && call->reporter) {
        ardoq_reporter_now(call->reporter);
    }
    return err;
}

static ardoq_err_t run_set(const call_t *call, char **arguments)
{
    const ardoq_setting_t *setting = ardoq_setting_find(arguments[0]);
    size_t size;
    char *value = (char *)ardoq_value_trim(arguments[1], &size);
    value[size] = '\0';
    if (setting && setting->kind == ARDOQ_SETTING_KIND_PEM) {
        replace_escapes(value);
    }
    return report_change(call, ardoq_command_config_set(call->console, arguments[0], value));
}

static ardoq_err_t run_unset(const call_t *call, char **arguments)
{
    return report_change(call, ardoq_command_config_unset(call->console, arguments[0]));
}

static ardoq_err_t write_csr(const call_t *call, bool is_new)
{
    ardoq_device_t *device = call->device;
    ardoq_https_t *https = &device->client.https;
    const ardoq_err_t err = prepare(call, false);
    if (err) {
        ardoq_console_explain(call->console, &device->client, err, NULL);
        return err;
    }
    /* Nothing is open, so the buffer is free. */
    return ardoq_command_csr(call->console, device->identity.serial, is_new, https->buffer,
                             sizeof https->buffer);
}

static ardoq_err_t run_csr(const call_t *call, char **arguments)
{
    (void)arguments;
    return write_csr(call, false);
}

static ardoq_err_t run_csr_of_new_key(const call_t *call, char **arguments)
{
    (void)arguments;
    return write_csr(call, true);
}

/* ---- The command line ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int arguments;
    ardoq_err_t (*run)(const call_t *call, char **arguments);
    const char *option; /* the only argument allowed; null: any */
} commands[] = {
    {"check", 0, run_check, NULL},   {"me", 0, run_me, NULL},
    {"report", 0, run_report, NULL}, {"status", 0, run_status, NULL},
    {"get", 0, run_list, NULL},      {"get", 1, run_get, NULL},
    {"set", 2, run_set, NULL},       {"unset", 1, run_unset, NULL},
    {"csr", 0, run_csr, NULL},       {"csr", 1, run_csr_of_new_key, "--new-key"},
};

/* The most arguments that a command has. */
static const char *const argument_names[] = {"NAME", "VALUE"};

/* False if no command has this name; if two have, the later one needs more arguments. */
static bool find_arguments(const char *name, int *arguments)
{
    bool is_found = false;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            *arguments = commands[i].arguments;
            is_found = true;
        }
    }
    return is_found;
}

static int usage_error(const ardoq_console_t *console, int argc, char **argv)
{
    int arguments = 0;
    const char *what = "there is no command ";
    const char *which = argc > 1 ? argv[1] : "";
    if (argc <= 1) {
        what = "a command is missing";
    } else if (find_arguments(argv[1], &arguments) && argc - 2 == arguments) {
        what = "there is no option ";
        which = argv[2];
    } else if (find_arguments(argv[1], &arguments)) {
        const bool is_missing = argc - 2 < arguments;
        what = is_missing ? "an argument is missing: " : "there is an argument too many: ";
        which = is_missing ? argument_names[argc - 2] : argv[2 + arguments];
    }
    if (arguments == 2 && argc > 4) { /* it may be the rest of a secret */
        what = "a value with spaces must be in quotes";
        which = "";
    }
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, "error: ");
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, what);
    ardoq_console_write_error(console, which);
    ardoq_console_write(
        console, ARDOQ_OUTPUT_NOTE,
        "\n  ardoq check | me | report | status | get [NAME] | set NAME VALUE | unset NAME\n"
        "  ardoq csr [--new-key]\n");
    return EXIT_USAGE;
}

/* The client must be closed whether or not the command has opened it. */
static int run(const call_t *call, size_t command, char **arguments)
{
    memset(call->device, 0, sizeof *call->device);
    const ardoq_err_t err = commands[command].run(call, arguments);
    ardoq_close(&call->device->client);
    ardoq_wipe(call->device, sizeof *call->device);
    return ardoq_console_exit_status(err);
}

int ardoq_command_line(const ardoq_console_t *console, ardoq_device_t *device,
                       ardoq_describe_t describe, ardoq_reporter_t *reporter, int argc, char **argv)
{
    const call_t call = {
        .console = console, .device = device, .describe = describe, .reporter = reporter};
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++) {
        const char *option = commands[i].option;
        if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 == commands[i].arguments &&
            (!option || strcmp(argv[2], option) == 0)) {
            return run(&call, i, argv + 2);
        }
    }
    return usage_error(console, argc, argv);
}
