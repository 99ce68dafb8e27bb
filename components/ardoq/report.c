#include "ardoq/report.h"

#include <string.h>

#include "ardoq/json_write.h"
#include "ardoq/port.h"
#include "ardoq/typed_value.h"
#include "ardoq/utc.h"
#include "ardoq/value.h"
#include "client_private.h"
#include "report_private.h"

/* Without batches the compiler may inline these. */
#if ARDOQ_MODEL
#define SHARED
#else
#define SHARED static
#endif

/* ---- Compose -------------------------------------------------------------------------------- */

static const char *text_of(const ardoq_identity_t *identity, ardoq_identity_field_t field,
                           size_t *size)
{
    return ardoq_value_trim(ardoq_identity_get(identity, field), size);
}

static ardoq_err_t check(const ardoq_config_t *config, const ardoq_identity_t *identity)
{
    ardoq_field_t serial;
    size_t size;
    if (config->workspace[0] == '\0') {
        return ARDOQ_ERR_WORKSPACE_INVALID;
    }
    if (config->component_type[0] == '\0') {
        return ARDOQ_ERR_COMPONENT_TYPE_INVALID;
    }
    if (!ardoq_field_find(config->fields, ARDOQ_IDENTITY_serial, &serial)) {
        return ARDOQ_ERR_SERIAL_FIELD_MISSING;
    }
    (void)text_of(identity, ARDOQ_IDENTITY_serial, &size);
    return size > 0 ? ARDOQ_OK : ARDOQ_ERR_SERIAL_MISSING;
}

/* Removes the spaces around empty fields: at the ends, and double ones in between. */
static void squeeze_spaces(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        const bool is_first = to == text || to[-1] == ' ';
        if (*from != ' ' || !is_first) {
            *to++ = *from;
        }
    }
    if (to > text && to[-1] == ' ') {
        to--;
    }
    *to = '\0';
}

/* Keeps the first error. */
static void check_value(ardoq_text_t *text, ardoq_identity_field_t field, const char *value,
                        size_t size)
{
    const ardoq_err_t err = ardoq_value_check(value, size, ardoq_identity_name(field));
    if (!text->err) {
        text->err = err;
    }
}

static void append_field(ardoq_text_t *text, const ardoq_identity_t *identity,
                         ardoq_identity_field_t field)
{
    size_t size;
    const char *value = text_of(identity, field, &size);
    check_value(text, field, value, size);
    ardoq_text_append(text, value, size);
}

static ardoq_err_t write_name(const char *name_template, const ardoq_identity_t *identity,
                              char name[ARDOQ_NAME_SIZE])
{
    ardoq_template_piece_t piece;
    ardoq_text_t text;
    ardoq_text_init(&text, name, ARDOQ_NAME_SIZE, ARDOQ_ERR_NAME_TOO_LONG);
    while (ardoq_template_next(&name_template, &piece)) {
        const ardoq_identity_field_t field = ardoq_identity_find(piece.text, piece.size);
        if (!piece.is_field) {
            ardoq_text_append(&text, piece.text, piece.size);
        } else if (field < ARDOQ_IDENTITY_COUNT) {
            append_field(&text, identity, field);
        }
    }
    squeeze_spaces(name);
    if (!text.err && name[0] == '\0') {
        ardoq_text_init(&text, name, ARDOQ_NAME_SIZE, ARDOQ_ERR_NAME_TOO_LONG);
        append_field(&text, identity, ARDOQ_IDENTITY_serial);
    }
    return text.err;
}

static void write_string(ardoq_text_t *json, const char *before, const char *string, size_t size)
{
    ardoq_text_append_string(json, before);
    ardoq_json_escape(json, string, size);
}

static void write_text(ardoq_text_t *json, const char *before, const char *string)
{
    write_string(json, before, string, strlen(string));
}

/* The value of a field; empty if there is nothing to report. */
static const char *value_of(const ardoq_report_t *report, ardoq_identity_field_t field,
                            ardoq_iso8601_t *time, size_t *size)
{
    const char *value = text_of(report->identity, field, size);
    if (ARDOQ_LAST_SEEN && field == ARDOQ_IDENTITY_last_seen && *size == 0 &&
        report->unix_seconds > 0) {
        value = ardoq_utc_to_iso8601(report->unix_seconds, time);
        *size = strlen(value);
    }
    return value;
}

SHARED void ardoq_report_write_custom_fields(ardoq_text_t *json, const ardoq_report_t *report,
                                             ardoq_field_t *field)
{
    const char *fields = report->config->fields;
    const char *separator = "\"";
    while (ardoq_field_next(&fields, field)) {
        ardoq_iso8601_t time;
        size_t size;
        const char *value = value_of(report, field->source, &time, &size);
        if (size > 0) {
            check_value(json, field->source, value, size);
            write_text(json, separator, field->target);
#if ARDOQ_MODEL
            ardoq_text_append_string(json, "\":");
            ardoq_typed_value_write(json, field->type, value, size);
#else
            write_string(json, "\":\"", value, size);
            ardoq_text_append_string(json, "\"");
#endif
            separator = ",\"";
        }
    }
}

ardoq_err_t ardoq_report_compose(const ardoq_config_t *config, const ardoq_identity_t *identity,
                                 int64_t unix_seconds, ardoq_report_t *report)
{
    memset(report, 0, sizeof *report);
    ardoq_response_init(&report->response);
    report->config = config;
    report->identity = identity;
    report->unix_seconds = unix_seconds;
    const ardoq_err_t err = check(config, identity);
    return err ? err : write_name(config->name_template, identity, report->name);
}

/* Everything except the strings is fixed. The custom field of the serial number makes a component
 * unique in its workspace, as Ardoq recommends (developer portal, batch/operations/components). */
ardoq_err_t ardoq_report_write_body(void *context, uint32_t part, ardoq_text_t *text)
{
    (void)part; /* there is only one */
    const ardoq_report_t *report = context;
    const ardoq_config_t *config = report->config;
    ardoq_field_t field = {.target = ""};
    (void)ardoq_field_find(config->fields, ARDOQ_IDENTITY_serial, &field);
    write_text(text,
               "{\"components\":{\"upsert\":[{\"uniqueBy\":[\"rootWorkspace\",\"customFields.",
               field.target);
    write_text(text, "\"],\"body\":{\"rootWorkspace\":\"", config->workspace);
    write_text(text, "\",\"typeId\":\"", config->component_type);
    write_text(text, "\",\"name\":\"", report->name);
    ardoq_text_append_string(text, "\",\"customFields\":{");
    ardoq_report_write_custom_fields(text, report, &field);
    ardoq_text_append_string(text, "}}}]}}");
    return text->err;
}

/* ---- Interpret ------------------------------------------------------------------------------ */

/* Ardoq's ids consist of letters, digits, hyphen and underscore. */
static bool is_of_id(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

SHARED bool ardoq_report_is_id(const char *text)
{
    const char *end = text;
    while (is_of_id(*end)) {
        end++;
    }
    return end > text && *end == '\0';
}

static bool read_id(const ardoq_json_document_t *document, ardoq_json_value_t components,
                    const char *path, ardoq_report_t *report)
{
    char *id = report->component_id;
    const ardoq_err_t err =
        ardoq_json_string(document, components, path, id, sizeof report->component_id);
    if (err || !ardoq_report_is_id(id)) {
        id[0] = '\0';
    }
    return id[0] != '\0';
}

static size_t count_results(const ardoq_json_document_t *document, ardoq_json_value_t components,
                            const char *key)
{
    size_t count = 0;
    (void)ardoq_json_array_size(document, components, key, &count);
    return count;
}

/* One component was sent, so an answer with more than one confirms nothing. */
ardoq_err_t ardoq_report_interpret(const char *body, size_t body_size,
                                   ardoq_json_document_t *document, ardoq_report_t *report)
{
    const ardoq_err_t err =
        body_size > 0 ? ardoq_json_parse(document, body, body_size) : ARDOQ_ERR_REPORT_UNCONFIRMED;
    if (err) {
        return err;
    }
    ardoq_json_value_t components;
    if (ardoq_json_find(document, ARDOQ_JSON_ROOT, "components", &components)) {
        return ARDOQ_ERR_REPORT_UNCONFIRMED;
    }
    const size_t created = count_results(document, components, "created");
    if (created + count_results(document, components, "updated") != 1 ||
        !read_id(document, components, created > 0 ? "created.0.id" : "updated.0.id", report)) {
        return ARDOQ_ERR_REPORT_UNCONFIRMED;
    }
    report->outcome = created > 0 ? ARDOQ_REPORT_CREATED : ARDOQ_REPORT_UPDATED;
    return ARDOQ_OK;
}

const char *ardoq_report_outcome_name(ardoq_report_outcome_t outcome)
{
    static const char *const names[] = {"none", "created", "updated"};
    return (unsigned)outcome < sizeof names / sizeof names[0] ? names[outcome] : names[0];
}

/* ---- The call ------------------------------------------------------------------------------- */

int64_t ardoq_report_time(void)
{
    int64_t now = 0;
    return ardoq_port_wall_time(&now) && ardoq_utc_is_plausible(now) ? now : 0;
}

static ardoq_err_t end_report(ardoq_client_t *client, void *context, ardoq_err_t err)
{
    ardoq_report_t *report = context;
    const ardoq_response_t *response = &report->response;
    return err ? err
               : ardoq_report_interpret(response->body, response->body_size, &client->json, report);
}

ardoq_err_t ardoq_report_start(ardoq_client_t *client, const ardoq_identity_t *identity,
                               ardoq_report_t *report)
{
    const ardoq_request_t request = {
        .method = "POST",
        .path = ARDOQ_REPORT_PATH,
        .write_body = ardoq_report_write_body,
        .context = report,
    };
    if (!identity) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = ardoq_call_begin(client, report);
    if (err) {
        return err;
    }
    err = ardoq_report_compose(client->config, identity, ardoq_report_time(), report);
    return err ? err : ardoq_call_start(client, &request, &report->response, end_report);
}

ardoq_err_t ardoq_report_device(ardoq_client_t *client, const ardoq_identity_t *identity,
                                ardoq_report_t *report)
{
    const ardoq_err_t err = ardoq_report_start(client, identity, report);
    return err ? err : ardoq_finish(client, NULL, NULL);
}
