#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "ardoq/device_list.h"
#include "command.h"
#include "console.h"
#include "duration.h"
#include "field_values.h"
#include "session.h"

static ardoq_device_list_t devices; /* large */

typedef struct {
    const char *serial;
    field_values_t values;
    bool is_delete;
    bool is_meant; /* --yes */
    ardoq_listed_device_t device;
    char body[65536];
} retirement_t;

/* ---- The preview ----------------------------------------------------------------------------- */

static ardoq_err_t count_one(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)element;
    (void)index;
    ++*(uint32_t *)context;
    return ARDOQ_OK;
}

/* Only for people: if they cannot be counted, that is not a failure. */
static bool add_count(const char *path, const char *filter, const char *id, uint32_t *count)
{
    const ardoq_query_t query = {filter, id};
    return !ardoq_list_each(&client, &devices.list, path, &query, 1, count_one, count) &&
           devices.list.warnings[0] == '\0';
}

static void say_count(const char *what, bool is_known, uint32_t count)
{
    char number[16];
    snprintf(number, sizeof number, "%u", (unsigned)count);
    say("  ", what, ": ", is_known ? number : "unknown");
}

static void say_what_hangs_on_it(const char *id)
{
    static const char path[] = "/api/v2/references";
    uint32_t references = 0;
    uint32_t children = 0;
    const bool is_known =
        add_count(path, "source", id, &references) && add_count(path, "target", id, &references);
    say_count("references", is_known, references);
    const bool has_children = add_count("/api/v2/components", "parent", id, &children);
    say_count("components below it", has_children, children);
}

/* A device that still reports would come back. */
static void say_last_report(int64_t age)
{
    span_text_t span;
    say("  last report: ", age < 0 ? "unknown" : span_text(age, &span), age < 0 ? "" : " ago");
}

static int rehearse(const retirement_t *retirement)
{
    const ardoq_listed_device_t *device = &retirement->device;
    const field_values_t *values = &retirement->values;
    const int64_t now = ardoq_report_time();
    ardoq_command_write_device(&console, device, now);
    fflush(stdout); /* on a terminal the messages come after it */
    say(retirement->is_delete ? "this would delete the component "
                              : "this would change the component ",
        device->name);
    for (size_t i = 0; i < values->count; i++) {
        say("  set: ", values->values[i].field, "=", values->values[i].value);
    }
    say_last_report(ardoq_device_age(device, now));
    say_what_hangs_on_it(device->id);
    say("nothing was changed; add --yes to do it");
    return EXIT_FAILURE;
}

/* ---- Doing it -------------------------------------------------------------------------------- */

static void print_retired(const char *outcome, const char *id)
{
    printf("{\"outcome\":\"%s\",\"id\":\"%s\"}\n", outcome, id);
}

static ardoq_err_t explain_change(ardoq_err_t err, const ardoq_response_t *response)
{
    /* It existed a moment ago. */
    if (err == ARDOQ_ERR_CONFLICT || err == ARDOQ_ERR_NOT_FOUND) {
        err = ARDOQ_ERR_DEVICE_CHANGED;
    }
    if (err) {
        ardoq_console_explain(&console, &client, err, NULL);
        show_error_body(response);
    }
    return err;
}

/* Ardoq's statuses; 202 would come from something else and promise nothing. */
enum { DELETED = 204 };

static ardoq_err_t delete_component(const retirement_t *retirement)
{
    char path[64];
    ardoq_response_t response = {0};
    snprintf(path, sizeof path, "/api/v2/components/%s", retirement->device.id);
    const ardoq_request_t request = {.method = "DELETE", .path = path};
    ardoq_err_t err = ardoq_request(&client, &request, &response);
    if (!err && response.status != DELETED) {
        err = ARDOQ_ERR_ANSWER_EMPTY;
    }
    err = explain_change(err, &response);
    if (!err) {
        print_retired("deleted", retirement->device.id);
    }
    return err;
}

/* A batch, because Ardoq advises against the request for a single component. With the version no
 * change is lost: Ardoq refuses the batch if the stored version differs. */
static ardoq_err_t write_update(retirement_t *retirement)
{
    char version[24];
    ardoq_text_t text;
    snprintf(version, sizeof version, "%lld", (long long)retirement->device.version);
    ardoq_text_init(&text, retirement->body, sizeof retirement->body, ARDOQ_ERR_REQUEST_TOO_LARGE);
    ardoq_text_append_string(&text, "{\"components\":{\"update\":[{\"id\":\"");
    ardoq_text_append_string(&text, retirement->device.id);
    ardoq_text_append_string(&text, "\",\"ifVersionMatch\":");
    ardoq_text_append_string(&text, version);
    ardoq_text_append_string(&text, ",\"body\":{\"customFields\":{");
    const char *field = write_field_values(&retirement->values, &text);
    ardoq_text_append_string(&text, "}}}]}}");
    if (text.err) {
        ardoq_console_explain(&console, NULL, text.err, field);
    }
    return text.err;
}

/* An empty answer is a success only for HTTP. */
static ardoq_err_t confirm_update(const ardoq_response_t *response, const char *id)
{
    static ardoq_json_token_t tokens[256];
    ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(tokens);
    char updated[sizeof devices.device.id];
    const ardoq_err_t err = ardoq_json_parse(&document, response->body, response->body_size);
    if (err) {
        return err;
    }
    const bool is_named = !ardoq_json_string(&document, ARDOQ_JSON_ROOT, "components.updated.0.id",
                                             updated, sizeof updated) &&
                          strcmp(updated, id) == 0;
    return is_named ? ARDOQ_OK : ARDOQ_ERR_REPORT_UNCONFIRMED;
}

static ardoq_err_t update_component(const retirement_t *retirement)
{
    ardoq_response_t response = {0};
    const ardoq_request_t request = {.method = "POST",
                                     .path = ARDOQ_REPORT_PATH,
                                     .body = retirement->body,
                                     .body_size = strlen(retirement->body)};
    ardoq_err_t err = ardoq_request(&client, &request, &response);
    err = err ? err : confirm_update(&response, retirement->device.id);
    err = explain_change(err, &response);
    if (!err) {
        print_retired("updated", retirement->device.id);
    }
    return err;
}

/* The change needs a version, and an id that is safe in a path and in JSON. */
static ardoq_err_t check_device(const ardoq_listed_device_t *device)
{
    const bool is_id = strspn(device->id, "0123456789abcdef") == strlen(device->id);
    const ardoq_err_t err = !is_id                ? ARDOQ_ERR_JSON_TYPE
                            : device->version < 1 ? ARDOQ_ERR_JSON_KEY_MISSING
                                                  : ARDOQ_OK;
    if (err) {
        ardoq_console_explain(&console, NULL, err, is_id ? "_version" : "_id");
    }
    return err;
}

static int retire(retirement_t *retirement)
{
    ardoq_err_t err = open_client();
    err = err ? err
              : ardoq_command_find_device(&console, &client, &config, &devices, retirement->serial,
                                          &retirement->device);
    err = err ? err : check_device(&retirement->device);
    if (!err && !retirement->is_delete) {
        err = check_field_values(&retirement->values);
        err = err ? err : write_update(retirement);
    }
    if (err) {
        return ardoq_console_exit_status(err);
    }
    if (!retirement->is_meant) {
        return rehearse(retirement);
    }
    return ardoq_console_exit_status(retirement->is_delete ? delete_component(retirement)
                                                           : update_component(retirement));
}

/* ---- The command line ------------------------------------------------------------------------ */

enum { OPTION_DELETE = OPTION_FIRST, OPTION_YES };

static const struct argp_option options[] = {
    {"set", 's', "CUSTOM_FIELD=VALUE", 0, "Set a custom field, by its API name; may be repeated",
     0},
    {"delete", OPTION_DELETE, NULL, 0, "Delete the component", 0},
    {"yes", OPTION_YES, NULL, 0, "Do it; without this, only show what would be done", 0},
    {0},
};

static retirement_t retirement; /* large */

static int take_retire_option(int key, char *value)
{
    switch (key) {
    case OPTION_DELETE:
        retirement.is_delete = true;
        return GO_ON;
    case OPTION_YES:
        retirement.is_meant = true;
        return GO_ON;
    default:
        return add_field_value(&retirement.values, value);
    }
}

static int run_retire(size_t count, char **words)
{
    if (count < 1 || words[0][0] == '\0') {
        return usage_error("retire needs a serial number");
    }
    if (retirement.is_delete == (retirement.values.count > 0)) {
        return usage_error("retire needs either --set FIELD=VALUE or --delete");
    }
    retirement.serial = words[0];
    return retire(&retirement);
}

const command_t command_retire = {
    .name = "retire",
    .summary = "Give custom fields of one device a value, or delete it",
    .arguments = "SERIAL",
    .text = "Without --yes it only shows what it would do, and ends with exit code 1.",
    .examples = "  ardoq retire A-0043 --set lifecycle_phase=Retired --yes\n"
                "  ardoq retire A-0043 --delete\n",
    .options = options,
    .words_max = 1,
    .take = take_retire_option,
    .run = run_retire,
};
