#include "ardoq/context.h"

#include <stddef.h>
#include <string.h>

#include "client_private.h"

static const char fields[] = "customFields";

/* Depth of the members of an element of one of these arrays. */
enum { IN_ELEMENT = 3 };

/* What is being read, if the scan is in an element or at its end; ARDOQ_CONTEXT_TYPE_FIELD if it
 * does not matter. */
static ardoq_context_kind_t kind_of(const ardoq_json_scan_t *scan)
{
    static const char *const arrays[] = {
        [ARDOQ_CONTEXT_TYPE] = "componentTypes",
        [ARDOQ_CONTEXT_FIELD] = fields,
        [ARDOQ_CONTEXT_REFERENCE_TYPE] = "referenceTypes",
    };
    unsigned kind = sizeof arrays / sizeof arrays[0] - 1;
    while (kind > ARDOQ_CONTEXT_TYPE_FIELD && !ardoq_json_scan_is_at(scan, 1, arrays[kind])) {
        kind--;
    }
    return ardoq_json_scan_is_at(scan, 2, "") ? (ardoq_context_kind_t)kind
                                              : ARDOQ_CONTEXT_TYPE_FIELD;
}

/* Decodes a string, or copies a number; anything else, or too long, leaves the text unchanged. */
static void read_text(ardoq_context_t *context, char *text, size_t size)
{
    ardoq_json_document_t *document = &context->client->json;
    const ardoq_json_scan_t *scan = &context->scan;
    if (scan->text[0] <= '9' && scan->text[0] != '"') {
        if (scan->length < size) {
            memcpy(text, scan->text, scan->length);
            text[scan->length] = '\0';
        }
    } else if (scan->length > 0 &&
               ardoq_json_parse_valid(document, scan->text, scan->length) == ARDOQ_OK) {
        (void)ardoq_json_string(document, ARDOQ_JSON_ROOT, "", text, size);
        ardoq_text_blank_controls(text);
    }
}

static void read_member(ardoq_context_t *context, ardoq_context_kind_t kind)
{
    static const struct {
        uint8_t kind, size, offset;
        bool is_text;
        const char *key;
    } members[] = {
#define MEMBER(kind, key, member, is_text)                                                         \
    {kind, sizeof context->entry.member, offsetof(ardoq_context_entry_t, member), is_text, key}
        MEMBER(ARDOQ_CONTEXT_TYPE, "typeId", id, true),
        MEMBER(ARDOQ_CONTEXT_TYPE, "name", name, true),
        MEMBER(ARDOQ_CONTEXT_FIELD, "apiKey", id, true),
        MEMBER(ARDOQ_CONTEXT_FIELD, "label", name, true),
        MEMBER(ARDOQ_CONTEXT_FIELD, "type", type, true),
        MEMBER(ARDOQ_CONTEXT_REFERENCE_TYPE, "type", id, false),
        MEMBER(ARDOQ_CONTEXT_REFERENCE_TYPE, "name", name, true),
#undef MEMBER
    };
    const ardoq_json_scan_t *scan = &context->scan;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (members[i].kind == kind && members[i].is_text == (scan->text[0] == '"') &&
            ardoq_json_scan_is_at(scan, IN_ELEMENT, members[i].key)) {
            read_text(context, (char *)&context->entry + members[i].offset, members[i].size);
        }
    }
    if (kind == ARDOQ_CONTEXT_FIELD && scan->text[0] == 't' &&
        (ardoq_json_scan_is_at(scan, IN_ELEMENT, "readOnly") ||
         ardoq_json_scan_is_at(scan, IN_ELEMENT, "calculated"))) {
        context->entry.is_read_only = true;
    }
}

static ardoq_err_t take_value(ardoq_context_t *context)
{
    const ardoq_json_scan_t *scan = &context->scan;
    const ardoq_context_kind_t kind = kind_of(scan);
    if (scan->depth == IN_ELEMENT) {
        read_member(context, kind);
    }
    const bool is_type_field = scan->depth == IN_ELEMENT + 1 && kind == ARDOQ_CONTEXT_TYPE &&
                               ardoq_json_scan_is_at(scan, IN_ELEMENT, fields) &&
                               ardoq_json_scan_is_at(scan, IN_ELEMENT + 1, "");
    if (!is_type_field) {
        return ARDOQ_OK;
    }
    context->entry.field[0] = '\0';
    read_text(context, context->entry.field, sizeof context->entry.field);
    return context->on_entry(context->argument, ARDOQ_CONTEXT_TYPE_FIELD, &context->entry);
}

static ardoq_err_t take_end(ardoq_context_t *context)
{
    const ardoq_context_kind_t kind = kind_of(&context->scan);
    if (context->scan.depth != IN_ELEMENT || kind == ARDOQ_CONTEXT_TYPE_FIELD) {
        return ARDOQ_OK;
    }
    const ardoq_err_t err = context->on_entry(context->argument, kind, &context->entry);
    memset(&context->entry, 0, sizeof context->entry);
    return err;
}

static ardoq_err_t on_context_body(void *argument, const char *data, size_t size)
{
    ardoq_context_t *context = argument;
    ardoq_err_t err = ARDOQ_OK;
    while (!err && size > 0) {
        size_t consumed = 0;
        ardoq_json_scan_event_t event = ARDOQ_JSON_SCAN_MORE;
        err = ardoq_json_scan_feed(&context->scan, data, size, &consumed, &event);
        if (event == ARDOQ_JSON_SCAN_VALUE) {
            err = take_value(context);
        } else if (event == ARDOQ_JSON_SCAN_END) {
            err = take_end(context);
        }
        data += consumed;
        size -= consumed;
    }
    return err;
}

static ardoq_err_t write_path(ardoq_context_t *context, const char *workspace)
{
    const ardoq_err_t err = ardoq_setting_assign(ardoq_setting_find("workspace"), NULL, workspace);
    if (err || workspace[0] == '\0') {
        return ARDOQ_ERR_WORKSPACE_INVALID;
    }
    ardoq_text_t text;
    ardoq_text_init(&text, context->path, sizeof context->path, ARDOQ_ERR_WORKSPACE_INVALID);
    ardoq_text_append_string(&text, "/api/v2/workspaces/");
    ardoq_text_append_string(&text, workspace);
    ardoq_text_append_string(&text, "/context");
    return text.err;
}

static ardoq_err_t end_context(ardoq_client_t *client, void *argument, ardoq_err_t err)
{
    (void)client;
    const ardoq_context_t *context = argument;
    return err ? err : ardoq_json_scan_end(&context->scan);
}

ardoq_err_t ardoq_context_start(ardoq_client_t *client, ardoq_context_t *context,
                                const char *workspace, ardoq_on_entry_t on_entry, void *argument)
{
    ardoq_request_t request = {.method = "GET", .on_body = on_context_body, .context = context};
    if (!workspace || !on_entry) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = ardoq_call_begin(client, context);
    if (err) {
        return err;
    }
    memset(context, 0, sizeof *context);
    ardoq_response_init(&context->response);
    context->client = client;
    context->on_entry = on_entry;
    context->argument = argument;
    ardoq_json_scan_init(&context->scan);
    request.path = context->path;
    err = write_path(context, workspace);
    return err ? err : ardoq_call_start(client, &request, &context->response, end_context);
}

ardoq_err_t ardoq_context_each(ardoq_client_t *client, ardoq_context_t *context,
                               const char *workspace, ardoq_on_entry_t on_entry, void *argument)
{
    const ardoq_err_t err = ardoq_context_start(client, context, workspace, on_entry, argument);
    return err ? err : ardoq_finish(client, NULL, NULL);
}
