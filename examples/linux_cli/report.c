/* The command `report`. */
#include <stdbool.h>
#include <string.h>

#include "answer.h"
#include "ardoq/commands.h"
#include "assignments.h"
#include "command.h"
#include "console.h"
#include "identity_option.h"
#include "report_from.h"
#include "session.h"

static ardoq_model_t model;
static ardoq_report_t report;

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
    if (err) {
        show_error_body(&report.response);
    }
    return err;
}

/* ---- The command line ------------------------------------------------------------------------ */

enum { OPTION_FROM = OPTION_FIRST, OPTION_FROM_LINE, OPTION_EXPAND };

static const struct argp_option options[] = {
    {"set", 's', "FIELD=VALUE", 0,
     "Set an identity field; an empty value leaves it out; may be repeated", 0},
    {"dry-run", 'n', NULL, 0, "Show what would be sent, and send nothing", 0},
    {"from", OPTION_FROM, "FILE", 0,
     "Report the devices of a file, or for - of standard input: CSV whose first line names "
     "identity fields, or one JSON object per line",
     0},
    {"from-line", OPTION_FROM_LINE, "NUMBER", 0, "Begin at this line of the file", 0},
    {"expand", OPTION_EXPAND, NULL, 0,
     "With --from: ask Ardoq what it would do, and change nothing", 0},
    {0},
};

static assignments_t assignments;
static from_arguments_t from;

static int take_report_option(int key, char *value)
{
    switch (key) {
    case 's':
        return add_assignment(&assignments, value);
    case 'n':
        from.is_dry_run = true;
        return GO_ON;
    case OPTION_FROM:
        from.file = value;
        return GO_ON;
    case OPTION_FROM_LINE:
        return take_line(value, &from.line);
    default:
        from.is_expansion = true;
        return GO_ON;
    }
}

static int report_devices(void)
{
    if (assignments.count > 0) {
        return usage_error("with --from, the file has all fields of a device, so not: --set ",
                           assignments.texts[0]);
    }
    if (from.is_dry_run && from.is_expansion) {
        return usage_error("--dry-run sends nothing, so it cannot be used with --expand");
    }
    return report_from(&from);
}

static int report_this_device(void)
{
    ardoq_identity_t identity;
    ardoq_err_t err = read_identity(&identity);
    for (size_t i = 0; !err && i < assignments.count; i++) {
        if (!strchr(assignments.texts[i], '=')) {
            return usage_error("a field needs the form FIELD=VALUE: ", assignments.texts[i]);
        }
        err = override_field(&identity, assignments.texts[i]);
    }
    return ardoq_console_exit_status(err ? err : report_device(&identity, from.is_dry_run));
}

static int run_report(size_t count, char **words)
{
    (void)count;
    (void)words;
    if (from.file) {
        return report_devices();
    }
    if (from.is_expansion || from.line > 0) {
        return usage_error(from.is_expansion ? "--expand" : "--from-line", " needs --from");
    }
    return report_this_device();
}

const command_t command_report = {
    .name = "report",
    .summary = "Create or update this device's component, or with --from those of many",
    .arguments = "",
    .text = NULL,
    .examples = "  ardoq report --set model=\"Pump controller\" --set firmware_version=1.4.0\n"
                "  ardoq report --dry-run\n"
                "  ardoq report --from devices.csv\n",
    .options = options,
    .take = take_report_option,
    .run = run_report,
};
