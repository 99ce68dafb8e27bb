#include <stdio.h>
#include <stdlib.h>

#include "ardoq/port_posix.h"
#include "ardoq/reporter.h"
#include "command.h"
#include "console.h"
#include "service.h"

static ardoq_reporter_t reporter; /* large */
static service_t service;

static void print_text(void *context, const char *text)
{
    (void)context;
    fputs(text, stdout);
}

static void print_service(ardoq_err_t err)
{
    if (err == ARDOQ_OK) {
        printf("service: runs, process %ld\n", service.process);
    } else {
        puts("service: does not run");
    }
}

static void print_places(void)
{
    char path[PATH_MAX];
    printf("state: %s\n",
           ardoq_posix_state_path(path, sizeof path) ? "there is no place for it" : path);
    printf("settings: %s\n", service.settings[0] ? service.settings : "there is no place for them");
    printf("token: %s\n", token_source_text(service.token));
}

/* The state belongs to another process, which has checked everything since it started. */
static void print_schedule(void)
{
    reporter.wait =
        ardoq_schedule_wait(&reporter.schedule, reporter.heartbeat, false, &reporter.reason);
    ardoq_reporter_status(&reporter, print_text, NULL);
}

static int print_status(void)
{
    const ardoq_err_t found = service_look(&service);
    (void)ardoq_reporter_open(&reporter);
    if (found < 0) {
        service_sources(&service);
    } else {
        reporter.heartbeat = service.heartbeat;
        reporter.err = (ardoq_err_t)service.last_err;
    }
    print_service(found);
    print_places();
    if (reporter.state_err) {
        ardoq_console_explain(&console, NULL, reporter.state_err, NULL);
        return ardoq_console_exit_status(reporter.state_err);
    }
    print_schedule();
    return EXIT_SUCCESS;
}

enum { OPTION_STATE = OPTION_FIRST };

static const struct argp_option options[] = {
    {"state", OPTION_STATE, "DIR", 0, "The state of a service, such as /var/lib/ardoq", 0},
    {0},
};

static int take_status_option(int key, char *value)
{
    (void)key; /* there is one */
    ardoq_posix_look_at_state(value);
    return GO_ON;
}

static int run_status(size_t count, char **words)
{
    (void)count;
    (void)words;
    return print_status();
}

const command_t command_status = {
    .name = "status",
    .summary = "Show the last and the next report, and why",
    .arguments = "",
    .text = "It reads the state of `ardoq run`, and connects to nobody. The result is lines for\n"
            "people.",
    .examples = "  sudo ardoq status --state /var/lib/ardoq\n",
    .options = options,
    .take = take_status_option,
    .run = run_status,
};
