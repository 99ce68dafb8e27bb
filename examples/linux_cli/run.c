#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "ardoq/reporter.h"
#include "command.h"
#include "console.h"
#include "identity_option.h"
#include "notify.h"
#include "service.h"
#include "session.h"
#include "store_names.h"

/* The clock of the wait stops while the machine sleeps, so the time is checked now and then. */
enum { LONGEST_WAIT_MS = 5 * 60 * 1000 };

static ardoq_reporter_t reporter; /* large, so static */
static service_t service;
static bool is_stopped;
static bool is_reloading;

/* ---- What is said ---------------------------------------------------------------------------- */

typedef struct {
    char text[256];
    size_t size;
} line_t;

/* Text that does not fit is left out. */
static void add_text(void *context, const char *text)
{
    line_t *line = context;
    const int size = snprintf(line->text + line->size, sizeof line->text - line->size, "%s", text);
    line->size += (size_t)size;
    line->size = line->size < sizeof line->text ? line->size : sizeof line->text - 1;
}

static void print_line(const char *line)
{
    fprintf(stderr, "%s\n", line);
    notify("STATUS=%s", line);
}

static void say_reported(void)
{
    const ardoq_report_t *report = &reporter.report;
    line_t line = {.size = 0};
    add_text(&line, "reported: ");
    add_text(&line, ardoq_report_outcome_name(report->outcome));
    add_text(&line, ", component ");
    add_text(&line, report->component_id);
    print_line(line.text);
}

static void write_message(void *context, const char *text)
{
    (void)context;
    console.write(console.context, ARDOQ_OUTPUT_NOTE, text, strlen(text));
}

static void say_failed(ardoq_err_t err)
{
    fputs("failed: ", stderr);
    ardoq_reporter_explain(&reporter, err, write_message, NULL);
    note_store_fault();
    notify("STATUS=failed: %s", ardoq_err_name(err));
}

/* The last line of the status: how long, and why. */
static void say_waiting(void)
{
    line_t status = {.size = 0};
    ardoq_reporter_status(&reporter, add_text, &status);
    char *next = strstr(status.text, "next report: ");
    if (next) {
        next[strcspn(next, "\n")] = '\0';
        print_line(next);
    }
    if (is_reloading) {
        notify("READY=1");
        is_reloading = false;
    }
}

static void say_state_fault(void)
{
    static ardoq_err_t said;
    if (reporter.state_err && reporter.state_err != said) {
        fprintf(stderr, "warning: the state cannot be saved: %s\n",
                ardoq_err_name(reporter.state_err));
    }
    said = reporter.state_err;
}

/* For `status` of another process. */
static void note_service(void)
{
    service.heartbeat = reporter.heartbeat;
    service.last_err = reporter.err;
    service_sources(&service);
    service_note(&service);
}

static void on_event(void *context, const ardoq_reporter_t *of, ardoq_event_t event)
{
    (void)context;
    (void)of;
    switch (event) {
    case ARDOQ_EVENT_REPORTED:
        say_reported();
        break;
    case ARDOQ_EVENT_UNCHANGED:
        print_line("unchanged: Ardoq has this report already");
        break;
    case ARDOQ_EVENT_FAILED:
        say_failed(reporter.err);
        break;
    case ARDOQ_EVENT_WAITING:
        say_waiting();
        break;
    }
    say_state_fault();
    note_service();
}

/* ---- Signals --------------------------------------------------------------------------------- */

/* They are blocked, and accepted only where the program waits. */
static void block_signals(sigset_t *signals)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    sigemptyset(signals);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaddset(signals, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void notify_reloading(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify("RELOADING=1\nMONOTONIC_USEC=%lld",
           (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

static void obey(int number)
{
    switch (number) {
    case SIGHUP:
        notify_reloading();
        is_reloading = true;
        ardoq_reporter_reload(&reporter);
        break;
    case SIGUSR1:
        ardoq_reporter_now(&reporter);
        break;
    default:
        is_stopped = true;
        break;
    }
}

static void wait_for_signal(const sigset_t *signals, uint32_t timeout_ms)
{
    const uint32_t ms = timeout_ms < LONGEST_WAIT_MS ? timeout_ms : LONGEST_WAIT_MS;
    const struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    const int number = sigtimedwait(signals, NULL, &timeout);
    if (number > 0) {
        obey(number);
    }
}

static void wait_for(const sigset_t *signals, const ardoq_wait_t *wait)
{
    if (wait->event == ARDOQ_PORT_EVENT_NONE) {
        wait_for_signal(signals, wait->timeout_ms);
    } else {
        ardoq_wait_for(wait);
        wait_for_signal(signals, 0);
    }
}

/* ---- From beginning to end ------------------------------------------------------------------- */

/* Two reporters would create two components of a new device. */
static int take_place(void)
{
    const ardoq_err_t err = service_begin();
    if (err == ARDOQ_PENDING) {
        fputs("error: another `ardoq run` is using the same state\n", stderr);
        return EXIT_FAILURE;
    }
    if (err) {
        fprintf(stderr, "warning: the state folder: %s\n", ardoq_err_name(err));
    }
    return GO_ON;
}

static void open_reporter(const ardoq_identity_t *known)
{
    const ardoq_err_t err = ardoq_reporter_open(&reporter);
    memcpy(&reporter.identity, known, sizeof reporter.identity); /* these texts override others */
    reporter.ca_pem = config.ca_pem;
    reporter.on_event = on_event;
    service.process = (long)getpid();
    note_service();
    note_unknown_names();
    say_state_fault();
    if (err && !(err == ARDOQ_ERR_SERIAL_MISSING && known->serial)) {
        say_failed(err);
    }
}

static int run_service(const ardoq_identity_t *known)
{
    sigset_t signals;
    block_signals(&signals);
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
    const int code = take_place();
    if (code != GO_ON) {
        return code;
    }
    open_reporter(known);
    notify("READY=1");
    while (!is_stopped) {
        const ardoq_wait_t wait = ardoq_reporter_step(&reporter);
        wait_for(&signals, &wait);
    }
    notify("STOPPING=1\nSTATUS=stopping");
    ardoq_reporter_close(&reporter);
    return EXIT_SUCCESS;
}

/* ---- The command line ------------------------------------------------------------------------ */

#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value)                                \
    enum { LEAST_##member = (min), MOST_##member = (max) };
#include "ardoq/settings.def"

/* An option overrides the settings, as the environment does. */
static int take_seconds(const char *variable, const char *text, uint32_t least, uint32_t most)
{
    char *end;
    const unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number < least || number > most) {
        fprintf(stderr, "this takes %lu to %lu seconds\n", (unsigned long)least,
                (unsigned long)most);
        return usage_error("not a valid number of seconds: ", text);
    }
    (void)setenv(variable, text, 1);
    return GO_ON;
}

static int take_identity(char *assignment, ardoq_identity_t *identity)
{
    const char *value = strchr(assignment, '=');
    if (!value || value[1] == '\0') {
        return usage_error("a field needs the form FIELD=VALUE: ", assignment);
    }
    const ardoq_err_t err = override_field(identity, assignment);
    return err ? ardoq_console_exit_status(err) : GO_ON;
}

enum { OPTION_WINDOW = OPTION_FIRST, OPTION_HEARTBEAT };

static const struct argp_option options[] = {
    {"window", OPTION_WINDOW, "SECONDS", 0,
     "The first report after a boot comes after a random part of it: 0 to 86400", 0},
    {"heartbeat", OPTION_HEARTBEAT, "SECONDS", 0,
     "Longest time between two reports: 3600 to 2592000", 0},
    {"set", 's', "FIELD=VALUE", 0, "Set an identity field", 0},
    {0},
};

static ardoq_identity_t given;

static int take_run_option(int key, char *value)
{
    switch (key) {
    case OPTION_WINDOW:
        return take_seconds("ARDOQ_WINDOW", value, LEAST_window, MOST_window);
    case OPTION_HEARTBEAT:
        return take_seconds("ARDOQ_HEARTBEAT", value, LEAST_heartbeat, MOST_heartbeat);
    default:
        return take_identity(value, &given);
    }
}

static int run_run(size_t count, char **words)
{
    (void)count;
    (void)words;
    return run_service(&given);
}

const command_t command_run = {
    .name = "run",
    .summary = "Keep reporting: changes, and the heartbeat",
    .arguments = "",
    .text =
        "It tries again after a failure and never gives up. SIGHUP makes it read the settings\n"
        "again, SIGUSR1 report at once, SIGTERM and SIGINT stop. It is meant to run as a service.",
    .examples = "  ardoq run --set firmware_version=1.4.0\n",
    .options = options,
    .take = take_run_option,
    .run = run_run,
};
