#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ardoq/device_list.h"
#include "ardoq/utc.h"
#include "command.h"
#include "console.h"
#include "duplicates.h"
#include "duration.h"
#include "progress.h"
#include "session.h"
#include "table.h"

static ardoq_device_list_t devices; /* large */

typedef struct {
    const char *silent_for; /* as given; null: all */
    int64_t silent_seconds;
    bool has_exit_code;
    bool is_table;
    int64_t now;
    size_t listed;
    table_t table;
    duplicates_t duplicates;
} listing_t;

/* ---- The list -------------------------------------------------------------------------------- */

/* A device whose last report is unknown counts as silent. */
static bool is_listed(const listing_t *listing, const ardoq_listed_device_t *device)
{
    const int64_t age = ardoq_device_age(device, listing->now);
    return !listing->silent_for || age < 0 || age >= listing->silent_seconds;
}

static bool add_row(listing_t *listing, const ardoq_listed_device_t *device)
{
    const int64_t age = ardoq_device_age(device, listing->now);
    ardoq_iso8601_t time;
    span_text_t span;
    const char *const cells[TABLE_COLUMNS] = {
        device->name,
        device->serial,
        age < 0 ? "unknown" : ardoq_utc_to_iso8601(device->reported_at, &time),
        age < 0 ? "unknown" : span_text(age, &span),
    };
    return table_add(&listing->table, cells);
}

static ardoq_err_t take_device(void *context, const ardoq_listed_device_t *device)
{
    listing_t *listing = context;
    progress_add();
    if (!duplicates_add(&listing->duplicates, device->serial, device->id)) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    if (!is_listed(listing, device)) {
        return ARDOQ_OK;
    }
    listing->listed++;
    if (!listing->is_table) {
        ardoq_command_write_device(&console, device, listing->now);
        return ARDOQ_OK;
    }
    return add_row(listing, device) ? ARDOQ_OK : ARDOQ_ERR_OUT_OF_MEMORY;
}

static ardoq_err_t list_devices(listing_t *listing)
{
    static const char *const head[TABLE_COLUMNS] = {"NAME", "SERIAL", "LAST REPORT", "AGE"};
    if (listing->is_table && !table_add(&listing->table, head)) {
        return ARDOQ_ERR_OUT_OF_MEMORY;
    }
    progress_begin("devices", !listing->is_table);
    const ardoq_err_t err =
        ardoq_command_each_device(&console, &client, &config, &devices, take_device, listing);
    progress_end();
    if (listing->is_table && listing->listed > 0) {
        table_print(&listing->table, stdout, terminal_width());
    } else if (listing->is_table && !err) {
        say(listing->silent_for ? "no device is silent for " : "there are no devices",
            listing->silent_for ? listing->silent_for : "");
    }
    fflush(stdout); /* on a terminal the messages come after it */
    duplicates_print(&listing->duplicates);
    return err;
}

/* ---- The command line ------------------------------------------------------------------------ */

enum { OPTION_SILENT_FOR = OPTION_FIRST, OPTION_EXIT_CODE };

static const struct argp_option options[] = {
    {"silent-for", OPTION_SILENT_FOR, "TIME", 0,
     "Only those that have not reported for 36h, 90d or 12w", 0},
    {"exit-code", OPTION_EXIT_CODE, NULL, 0, "Exit with 1 if there are silent ones", 0},
    {0},
};

static listing_t asked;

static int take_devices_option(int key, char *value)
{
    if (key == OPTION_EXIT_CODE) {
        asked.has_exit_code = true;
        return GO_ON;
    }
    asked.silent_for = value;
    asked.silent_seconds = duration_seconds(value);
    return asked.silent_seconds > 0
               ? GO_ON
               : usage_error("--silent-for takes hours, days or weeks, such as 36h, 90d or 12w, "
                             "not: ",
                             value);
}

static ardoq_err_t read_clock(void)
{
    asked.now = ardoq_report_time();
    if (asked.now > 0 || !asked.silent_for) {
        return ARDOQ_OK;
    }
    ardoq_console_explain(&console, NULL, ARDOQ_ERR_CLOCK_UNKNOWN, NULL);
    return ARDOQ_ERR_CLOCK_UNKNOWN;
}

static int run_devices(size_t count, char **words)
{
    (void)count;
    (void)words;
    if (asked.has_exit_code && !asked.silent_for) {
        return usage_error("--exit-code needs --silent-for");
    }
    asked.is_table = shows_tables();
    ardoq_err_t err = open_client();
    err = err ? err : read_clock();
    err = err ? err : list_devices(&asked);
    table_free(&asked.table);
    duplicates_free(&asked.duplicates);
    return !err && asked.has_exit_code && asked.listed > 0 ? EXIT_FAILURE
                                                           : ardoq_console_exit_status(err);
}

const command_t command_devices = {
    .name = "devices",
    .summary = "List the devices and when each reported last",
    .arguments = "",
    .text = "A table on a terminal, otherwise one JSON object per line.",
    .examples = "  ardoq devices --silent-for 90d\n"
                "  ardoq devices --silent-for 36h --exit-code | jq -r .serial\n",
    .options = options,
    .take = take_devices_option,
    .run = run_devices,
};
