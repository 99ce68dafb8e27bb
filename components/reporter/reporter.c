#include "ardoq/reporter.h"

#include <string.h>

#include "ardoq/port.h"
#include "ardoq/text.h"
#include "ardoq/tls_sha256.h"
#include "ardoq/utc.h"
#include "reporter_state.h"

enum {
    /* How often to check facts, and settings while a person must fix them. */
    CHECK_FACTS = 60 * 60,
    CHECK_SETTINGS = 60,
    SAVE = 24 * 60 * 60,
    /* More failures do not make the pause longer, so they are not saved. */
    COUNTED_ATTEMPTS = 11,
    /* How often ardoq_reporter_run() checks for calls from other tasks. */
    POLL_MS = 1000,
};

/* ---- Clocks, randomness and other tasks ------------------------------------------------------ */

static ardoq_moment_t now(void)
{
    return (ardoq_moment_t){.uptime = (uint32_t)(ardoq_port_uptime_ms() / 1000),
                            .wall = ardoq_report_time()};
}

/* Without random numbers the device still reports, but not spread. */
static uint32_t random_number(void)
{
    uint32_t number = 0;
    (void)ardoq_port_random(&number, sizeof number);
    return number;
}

/* Not an atomic exchange: see client.c. */
/* NOLINTNEXTLINE(readability-non-const-parameter): the flag is cleared */
static bool take_flag(uint32_t *flag)
{
    const bool is_set = __atomic_load_n(flag, __ATOMIC_ACQUIRE) != 0;
    if (is_set) {
        __atomic_store_n(flag, 0, __ATOMIC_RELAXED);
    }
    return is_set;
}

void ardoq_reporter_now(ardoq_reporter_t *reporter)
{
    __atomic_store_n(&reporter->asked, 1, __ATOMIC_RELEASE);
}

void ardoq_reporter_reload(ardoq_reporter_t *reporter)
{
    __atomic_store_n(&reporter->reloaded, 1, __ATOMIC_RELEASE);
}

void ardoq_reporter_stop(ardoq_reporter_t *reporter)
{
    __atomic_store_n(&reporter->stopped, 1, __ATOMIC_RELEASE);
}

/* ---- Saved state ----------------------------------------------------------------------------- */

static void save(ardoq_reporter_t *reporter)
{
    reporter->state_err = ardoq_reporter_write_state(reporter);
}

static void give(ardoq_reporter_t *reporter, ardoq_event_t event)
{
    if (reporter->on_event) {
        reporter->on_event(reporter->context, reporter, event);
    }
}

/* ---- Facts and settings --------------------------------------------------------------------- */

static ardoq_err_t write_part(ardoq_reporter_t *reporter, ardoq_text_t *text)
{
#if ARDOQ_MODEL
    if (reporter->model) {
        return ardoq_model_write_body(reporter->model, 0, text);
    }
#endif
    return ardoq_report_write_body(&reporter->report, 0, text);
}

static ardoq_err_t hash_report(ardoq_reporter_t *reporter, ardoq_tls_sha256_t *sha256)
{
    /* The client is not open, so its buffer is free; a report usually fits in it. */
    char *const part = reporter->client.https.buffer;
    ardoq_text_t text;
    size_t hashed = 0;
    const char *host = reporter->config.host;
    ardoq_tls_sha256_add(sha256, host, strlen(host) + 1);
    do {
        ardoq_text_init_window(&text, part, sizeof reporter->client.https.buffer, hashed);
        const ardoq_err_t err = write_part(reporter, &text);
        if (err) {
            return err;
        }
        ardoq_tls_sha256_add(sha256, part, text.length);
        hashed += text.length;
    } while (hashed < text.total);
    return ARDOQ_OK;
}

/* Hashes the report without values that change although the device does not. Not inlined, so that
 * the hash is off the stack when the report is sent. */
__attribute__((noinline)) static ardoq_err_t take_fingerprint(ardoq_reporter_t *reporter)
{
    ardoq_identity_t *identity = &reporter->reported;
    const char *const ip_address = identity->ip_address;
    const char *const host_name = identity->host_name;
    const char *const last_seen = identity->last_seen;
    unsigned char hash[ARDOQ_TLS_SHA256_SIZE] = {0};
    ardoq_tls_sha256_t sha256;
    identity->ip_address = identity->host_name = identity->last_seen = NULL;
    ardoq_tls_sha256_begin(&sha256);
    ardoq_err_t err = ardoq_report_compose(&reporter->config, identity, 0, &reporter->report);
#if ARDOQ_MODEL
    if (!err && reporter->model) {
        err = ardoq_model_compose(reporter->model, &reporter->report,
                                  &reporter->client.https.tls.detail.setting);
    }
#endif
    err = err ? err : hash_report(reporter, &sha256);
    if (!ardoq_tls_sha256_end(&sha256, hash) && !err) {
        err = ARDOQ_ERR_OUT_OF_MEMORY;
    }
    memcpy(reporter->current, hash, sizeof reporter->current);
    identity->ip_address = ip_address;
    identity->host_name = host_name;
    identity->last_seen = last_seen;
    return err;
}

/* The saved state may be among the settings; skip it. */
static ardoq_err_t add_setting(void *context, const char *key, const char *value)
{
    if (strcmp(key, ARDOQ_PORT_STATE_KEY) != 0) {
        ardoq_tls_sha256_add(context, key, strlen(key) + 1);
        ardoq_tls_sha256_add(context, value, value ? strlen(value) + 1 : 0);
    }
    return ARDOQ_OK;
}

/* A hash to detect changed settings, including certificates. */
static uint32_t hash_settings(ardoq_reporter_t *reporter)
{
    char *room = reporter->client.https.buffer; /* the client is not open */
    const size_t size = sizeof reporter->client.https.buffer;
    unsigned char hash[ARDOQ_TLS_SHA256_SIZE] = {0};
    uint32_t part;
    ardoq_tls_sha256_t sha256;
    ardoq_tls_sha256_begin(&sha256);
    (void)ardoq_port_store_each(room, size, add_setting, &sha256);
    (void)ardoq_tls_sha256_end(&sha256, hash);
    ardoq_wipe(room, size);
    memcpy(&part, hash, sizeof part);
    return part;
}

static ardoq_err_t load_settings(ardoq_reporter_t *reporter)
{
    ardoq_config_t *config = &reporter->config;
    ardoq_client_t *client = &reporter->client;
    const ardoq_err_t err = ardoq_load_config(client, config);
    if (err) {
        return err;
    }
    reporter->heartbeat = config->heartbeat;
    reporter->window = config->window;
    config->ca_pem = reporter->ca_pem;
    config->certificate_pem = reporter->certificate_pem;
    config->key_pem = reporter->key_pem;
    return ardoq_config_check(config, &client->origin, &client->https.tls.detail.setting);
}

_Static_assert(sizeof(ardoq_identity_texts_t) == ARDOQ_IDENTITY_COUNT * sizeof(const char *),
               "its members are an array of pointers");

static ardoq_err_t read_identity(ardoq_reporter_t *reporter)
{
    ardoq_identity_t *reported = &reporter->reported;
    const ardoq_err_t err =
        ardoq_identity_read(reported, &reporter->client.https.tls.detail.setting);
    const char *const *own = (const char *const *)&reporter->identity;
    for (unsigned i = 0; i < ARDOQ_IDENTITY_COUNT; i++) {
        if (own[i] && own[i][0] != '\0') {
            (void)ardoq_identity_set(reported, (ardoq_identity_field_t)i, own[i]);
        }
    }
    return err;
}

/* Everything before the network. The client is not open before and after. */
static ardoq_err_t prepare(ardoq_reporter_t *reporter)
{
    reporter->settings = hash_settings(reporter);
    ardoq_err_t err = load_settings(reporter);
    err = err ? err : read_identity(reporter);
    return err ? err : take_fingerprint(reporter);
}

/* ---- The end of an attempt ------------------------------------------------------------------ */

/* From here on no connection is open, no heap is used, and no secrets are in memory. */
static void end_call(ardoq_reporter_t *reporter)
{
    ardoq_close(&reporter->client);
    ardoq_config_wipe(&reporter->config);
    reporter->is_reporting = false;
    reporter->is_waiting = false;
}

static void check_again(ardoq_reporter_t *reporter, uint32_t seconds)
{
    reporter->check_at = reporter->schedule.at.uptime + seconds;
}

static void succeed(ardoq_reporter_t *reporter)
{
    ardoq_schedule_succeed(&reporter->schedule);
    memcpy(reporter->accepted, reporter->current, sizeof reporter->accepted);
    save(reporter);
    reporter->is_checked = true;
    check_again(reporter, CHECK_FACTS);
    give(reporter, ARDOQ_EVENT_REPORTED);
    end_call(reporter);
}

/* The event is only sent once. */
static void leave_unchanged(ardoq_reporter_t *reporter)
{
    const bool is_news = !reporter->is_checked;
    reporter->is_checked = true;
    check_again(reporter, CHECK_FACTS);
    if (is_news) {
        give(reporter, ARDOQ_EVENT_UNCHANGED);
    }
    end_call(reporter);
    reporter->is_waiting = !is_news;
}

/* The request may have reached Ardoq, but there was no answer. */
static bool may_have_arrived(const ardoq_reporter_t *reporter)
{
    return reporter->is_reporting && reporter->report.response.status == 0 &&
           ardoq_detail(&reporter->client)->phase >= ARDOQ_PHASE_SEND;
}

static void fail(ardoq_reporter_t *reporter, ardoq_err_t err)
{
    const bool had_person = reporter->schedule.needs_person;
    reporter->err = err;
    ardoq_schedule_fail(&reporter->schedule, err,
                        reporter->is_reporting ? &reporter->report.response : NULL,
                        may_have_arrived(reporter), reporter->window, random_number());
    if (reporter->schedule.needs_person != had_person) {
        save(reporter);
    }
    check_again(reporter, CHECK_SETTINGS);
    give(reporter, ARDOQ_EVENT_FAILED);
    end_call(reporter);
}

/* ---- The attempt ---------------------------------------------------------------------------- */

/* Saved before the attempt: a device that restarts during it must not try again immediately each
 * time. */
static void count_attempt(ardoq_reporter_t *reporter)
{
    ardoq_schedule_attempt(&reporter->schedule, random_number());
    if (reporter->schedule.attempts <= COUNTED_ATTEMPTS) {
        save(reporter);
    }
}

static ardoq_err_t start_report(ardoq_reporter_t *reporter)
{
    const ardoq_err_t err = ardoq_open(&reporter->client, &reporter->config);
#if ARDOQ_MODEL
    if (!err && reporter->model) {
        return ardoq_model_start(&reporter->client, &reporter->reported, reporter->model,
                                 &reporter->report);
    }
#endif
    return err ? err
               : ardoq_report_start(&reporter->client, &reporter->reported, &reporter->report);
}

static bool is_needed(ardoq_reporter_t *reporter)
{
    const bool has_changed =
        memcmp(reporter->current, reporter->accepted, sizeof reporter->accepted) != 0;
    return ardoq_schedule_is_needed(&reporter->schedule, reporter->heartbeat, reporter->is_asked,
                                    has_changed, &reporter->reason);
}

static void begin(ardoq_reporter_t *reporter)
{
    ardoq_err_t err = prepare(reporter);
    if (!err && !is_needed(reporter)) {
        leave_unchanged(reporter);
        return;
    }
    reporter->is_asked = false;
    reporter->is_waiting = false;
    count_attempt(reporter);
    err = err ? err : start_report(reporter);
    if (err) {
        fail(reporter, err);
    } else {
        reporter->is_reporting = true;
    }
}

static ardoq_wait_t step_report(ardoq_reporter_t *reporter)
{
    ardoq_wait_t wait = {.event = ARDOQ_PORT_EVENT_NONE};
    reporter->err = ardoq_request_step(&reporter->client, &wait);
    if (reporter->err == ARDOQ_PENDING) {
        return wait;
    }
    ardoq_schedule_advance(&reporter->schedule, now());
    if (reporter->err) {
        fail(reporter, reporter->err);
    } else {
        succeed(reporter);
    }
    return (ardoq_wait_t){.event = ARDOQ_PORT_EVENT_NONE};
}

/* ---- Waiting -------------------------------------------------------------------------------- */

static uint32_t until_check(const ardoq_reporter_t *reporter)
{
    const int32_t left = (int32_t)(reporter->check_at - reporter->schedule.at.uptime);
    return left > 0 ? (uint32_t)left : 0;
}

/* Whether to check facts or settings before the wait is over. */
static bool may_check(const ardoq_reporter_t *reporter)
{
    return reporter->schedule.needs_person ||
           (reporter->is_checked && reporter->schedule.attempts == 0);
}

/* Sets wait and reason. */
static void look_ahead(ardoq_reporter_t *reporter)
{
    const ardoq_schedule_t *schedule = &reporter->schedule;
    reporter->wait =
        ardoq_schedule_wait(schedule, reporter->heartbeat, reporter->is_asked, &reporter->reason);
    if (!reporter->is_checked && reporter->reason == ARDOQ_REASON_HEARTBEAT) {
        reporter->reason = ARDOQ_REASON_START;
        reporter->wait = schedule->pause;
    }
}

/* Ends a wait for a person if the settings have changed. */
static void check_settings(ardoq_reporter_t *reporter)
{
    if (hash_settings(reporter) != reporter->settings) {
        ardoq_schedule_settings_changed(&reporter->schedule);
    }
    check_again(reporter, CHECK_SETTINGS);
}

static bool is_due(ardoq_reporter_t *reporter)
{
    if (until_check(reporter) == 0 && reporter->schedule.needs_person) {
        check_settings(reporter);
    }
    look_ahead(reporter);
    return reporter->wait == 0 || (may_check(reporter) && until_check(reporter) == 0);
}

static ardoq_wait_t idle(ardoq_reporter_t *reporter)
{
    if (!reporter->is_waiting) {
        reporter->is_waiting = true;
        give(reporter, ARDOQ_EVENT_WAITING);
    }
    uint32_t seconds = reporter->wait;
    if (may_check(reporter) && until_check(reporter) < seconds) {
        seconds = until_check(reporter);
    }
    const uint32_t longest = UINT32_MAX / 1000;
    return (ardoq_wait_t){.event = ARDOQ_PORT_EVENT_NONE,
                          .timeout_ms = (seconds < longest ? seconds : longest) * 1000};
}

ardoq_wait_t ardoq_reporter_step(ardoq_reporter_t *reporter)
{
    if (reporter->is_reporting) {
        return step_report(reporter);
    }
    ardoq_schedule_advance(&reporter->schedule, now());
    if (take_flag(&reporter->asked)) {
        reporter->is_asked = true;
        reporter->is_waiting = false;
    }
    if (take_flag(&reporter->reloaded)) {
        check_settings(reporter);
        reporter->is_checked = false;
        reporter->is_waiting = false;
    }
    if (reporter->schedule.at.uptime - reporter->saved_at >= SAVE) {
        save(reporter);
    }
    if (is_due(reporter)) {
        begin(reporter);
        return (ardoq_wait_t){.event = ARDOQ_PORT_EVENT_NONE};
    }
    return idle(reporter);
}

bool ardoq_reporter_is_idle(const ardoq_reporter_t *reporter)
{
    return reporter->is_waiting;
}

/* ---- Open, run, close ------------------------------------------------------------------------ */

ardoq_err_t ardoq_reporter_open(ardoq_reporter_t *reporter)
{
    memset(reporter, 0, sizeof *reporter);
    /* Used until settings can be loaded. */
    reporter->heartbeat = ARDOQ_DEFAULT_HEARTBEAT;
    reporter->window = ARDOQ_DEFAULT_WINDOW;
    reporter->state_err = ardoq_reporter_read_state(reporter);
    const uint32_t settings = reporter->settings;
    const ardoq_err_t err = prepare(reporter);
    ardoq_schedule_start(&reporter->schedule, now(), reporter->window, random_number());
    reporter->saved_at = reporter->schedule.at.uptime;
    if (reporter->schedule.attempts > 0 && reporter->settings != settings) {
        ardoq_schedule_settings_changed(&reporter->schedule);
    }
    ardoq_config_wipe(&reporter->config);
    check_again(reporter, CHECK_SETTINGS);
    return err;
}

void ardoq_reporter_run(ardoq_reporter_t *reporter, ardoq_on_event_t on_event, void *context)
{
    reporter->on_event = on_event;
    reporter->context = context;
    while (!take_flag(&reporter->stopped)) {
        ardoq_wait_t wait = ardoq_reporter_step(reporter);
        if (!reporter->is_reporting && wait.timeout_ms > 0) {
            ardoq_port_wait(NULL, ARDOQ_PORT_EVENT_NONE,
                            wait.timeout_ms < POLL_MS ? wait.timeout_ms : POLL_MS);
        } else {
            ardoq_wait_for(&wait);
        }
    }
    ardoq_reporter_close(reporter);
}

static void close_and_save(ardoq_reporter_t *reporter, bool is_asleep)
{
    ardoq_request_cancel(&reporter->client);
    end_call(reporter);
    ardoq_schedule_advance(&reporter->schedule, now());
    look_ahead(reporter);
    reporter->schedule.is_asleep = is_asleep;
    if (is_asleep) {
        reporter->schedule.pause = reporter->wait;
    }
    save(reporter);
}

uint32_t ardoq_reporter_sleep(ardoq_reporter_t *reporter)
{
    close_and_save(reporter, true);
    return reporter->wait;
}

void ardoq_reporter_close(ardoq_reporter_t *reporter)
{
    close_and_save(reporter, false);
}

void ardoq_reporter_explain(const ardoq_reporter_t *reporter, ardoq_err_t err, ardoq_write_t write,
                            void *context)
{
    ardoq_explain(&reporter->client, err, write, context);
}

/* ---- For people ----------------------------------------------------------------------------- */

static void write_span(uint32_t seconds, ardoq_write_t write, void *context)
{
    static const struct {
        uint32_t seconds;
        char unit[9];
    } units[] = {{24 * 60 * 60, " days"}, {60 * 60, " hours"}, {60, " minutes"}, {1, " seconds"}};
    size_t i = 0;
    while (units[i].seconds > 1 && seconds < 2 * units[i].seconds) {
        i++;
    }
    /* Rounded: just after a report the next one is due in 30 days, not in 29. */
    const uint32_t unit = units[i].seconds;
    const uint32_t up = seconds % unit > unit / 2 ? 1 : 0;
    ardoq_decimal_t room;
    write(context, ardoq_decimal(seconds / unit + up, &room));
    write(context, units[i].unit);
}

void ardoq_reporter_status(const ardoq_reporter_t *reporter, ardoq_write_t write, void *context)
{
    const ardoq_schedule_t *schedule = &reporter->schedule;
    write(context, "last report: ");
    if (schedule->has_reported) {
        write_span(schedule->since_report, write, context);
        write(context, " ago\n");
    } else {
        write(context, "none yet\n");
    }
    if (schedule->attempts > 0) {
        ardoq_decimal_t room;
        write(context, "failed attempts since: ");
        write(context, ardoq_decimal(schedule->attempts, &room));
        write(context, ", the last with ");
        write(context,
              reporter->err ? ardoq_err_name(reporter->err) : "an error of an earlier run");
        write(context, "\n");
    }
    write(context, reporter->is_reporting ? "reporting now: " : "next report: in ");
    if (!reporter->is_reporting) {
        write_span(reporter->wait, write, context);
        write(context, ", ");
    }
    write(context, ardoq_reason_name(reporter->reason));
    write(context, "\n");
}
