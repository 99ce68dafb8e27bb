#include "batch.h"

#include <string.h>

#include "ardoq/json_write.h"
#include "report_private.h"

#if ARDOQ_MODEL

/* ---- Compose -------------------------------------------------------------------------------- */

static void write_escaped(ardoq_text_t *text, const char *before, const char *string)
{
    ardoq_text_append_string(text, before);
    ardoq_json_escape(text, string, strlen(string));
}

void ardoq_batch_write_upsert(ardoq_text_t *text, const ardoq_report_t *report)
{
    const ardoq_config_t *config = report->config;
    ardoq_field_t field = {.target = ""};
    (void)ardoq_field_find(config->fields, ARDOQ_IDENTITY_serial, &field);
    write_escaped(text, "\"uniqueBy\":[\"rootWorkspace\",\"customFields.", field.target);
    write_escaped(text, "\"],\"body\":{\"rootWorkspace\":\"", config->workspace);
    write_escaped(text, "\",\"typeId\":\"", config->component_type);
    write_escaped(text, "\",\"name\":\"", report->name);
    ardoq_text_append_string(text, "\",");
}

void ardoq_batch_write_custom_fields(ardoq_text_t *text, const ardoq_report_t *report)
{
    ardoq_field_t field;
    ardoq_text_append_string(text, "\"customFields\":{");
    ardoq_report_write_custom_fields(text, report, &field);
}

/* ---- Interpret ------------------------------------------------------------------------------ */

/* Depths in {"components":{"created":[{"id":...,"body":{"customFields":{...}}}]}}. */
enum {
    IN_RESULT = 4,
    IN_CUSTOM_FIELDS = 6,
};

void ardoq_batch_results_init(ardoq_batch_results_t *results, ardoq_json_document_t *document,
                              const ardoq_config_t *config, ardoq_on_result_t on_result,
                              void *context)
{
    ardoq_field_t field = {.target = ""};
    (void)ardoq_field_find(config->fields, ARDOQ_IDENTITY_serial, &field);
    memset(results, 0, sizeof *results);
    results->document = document;
    results->on_result = on_result;
    results->context = context;
    memcpy(results->serial_field, field.target, sizeof results->serial_field);
    ardoq_json_scan_init(&results->scan);
}

/* "" if it is not a string, or does not fit. */
static void read_result_text(ardoq_batch_results_t *results, char *text, size_t size)
{
    const ardoq_json_scan_t *scan = &results->scan;
    if (ardoq_json_parse_valid(results->document, scan->text, scan->length) ||
        ardoq_json_string(results->document, ARDOQ_JSON_ROOT, "", text, size)) {
        text[0] = '\0';
    }
}

static void take_result_value(ardoq_batch_results_t *results)
{
    const ardoq_json_scan_t *scan = &results->scan;
    ardoq_batch_result_t *result = &results->result;
    if (scan->length == 0) {
        return;
    }
    if (scan->depth == IN_RESULT && ardoq_json_scan_is_at(scan, IN_RESULT, "id")) {
        read_result_text(results, result->id, sizeof result->id);
        if (!ardoq_report_is_id(result->id)) {
            result->id[0] = '\0';
        }
    } else if (scan->depth == IN_CUSTOM_FIELDS && ardoq_json_scan_is_at(scan, IN_RESULT, "body") &&
               ardoq_json_scan_is_at(scan, IN_RESULT + 1, "customFields") &&
               ardoq_json_scan_is_at(scan, IN_CUSTOM_FIELDS, results->serial_field)) {
        read_result_text(results, result->serial, sizeof result->serial);
    }
}

static ardoq_err_t take_result_end(ardoq_batch_results_t *results)
{
    const ardoq_json_scan_t *scan = &results->scan;
    ardoq_batch_result_t *result = &results->result;
    if (scan->depth != IN_RESULT || !ardoq_json_scan_is_at(scan, IN_RESULT - 1, "")) {
        return ARDOQ_OK;
    }
    result->is_reference = ardoq_json_scan_is_at(scan, 1, "references");
    const bool is_result = result->is_reference || ardoq_json_scan_is_at(scan, 1, "components");
    const bool is_created = ardoq_json_scan_is_at(scan, 2, "created");
    const bool is_updated = ardoq_json_scan_is_at(scan, 2, "updated");
    ardoq_err_t err = ARDOQ_OK;
    if (is_result && (is_created || is_updated || ardoq_json_scan_is_at(scan, 2, "deleted"))) {
        result->outcome = is_created   ? ARDOQ_REPORT_CREATED
                          : is_updated ? ARDOQ_REPORT_UPDATED
                                       : ARDOQ_REPORT_NONE;
        err = results->on_result(results->context, result);
    }
    memset(result, 0, sizeof *result);
    return err;
}

ardoq_err_t ardoq_batch_results_feed(void *context, const char *data, size_t size)
{
    ardoq_batch_results_t *results = context;
    ardoq_err_t err = ARDOQ_OK;
    while (!err && size > 0) {
        size_t consumed = 0;
        ardoq_json_scan_event_t event = ARDOQ_JSON_SCAN_MORE;
        err = ardoq_json_scan_feed(&results->scan, data, size, &consumed, &event);
        if (event == ARDOQ_JSON_SCAN_VALUE) {
            take_result_value(results);
        } else if (event == ARDOQ_JSON_SCAN_END) {
            err = take_result_end(results);
        }
        data += consumed;
        size -= consumed;
    }
    return err;
}

#endif
