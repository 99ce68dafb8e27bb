#include <string.h>

#include "console.h"

static void result(const ardoq_console_t *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, text);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static void note_skipped(const ardoq_console_t *console, const ardoq_list_t *list)
{
    ardoq_decimal_t room;
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, "  skipped: ");
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, ardoq_decimal(list->skipped, &room));
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, ", the first is number ");
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE,
                        ardoq_decimal((uint64_t)list->first_skipped + 1, &room));
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, "\n");
}

static void note_warnings(const ardoq_console_t *console, const ardoq_list_t *list)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, "warning: Ardoq says: ");
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, list->warnings);
    ardoq_console_write(console, ARDOQ_OUTPUT_NOTE, "\n");
}

ardoq_err_t ardoq_console_list(const ardoq_console_t *console, ardoq_client_t *client,
                               ardoq_list_t *list, const ardoq_request_t *request,
                               ardoq_on_element_t on_element, void *context)
{
    const ardoq_err_t err = ardoq_list_each(client, list, request->path, request->query,
                                            request->query_count, on_element, context);
    if (err) {
        ardoq_console_explain(console, client, err, NULL);
    }
    if (list->warnings[0] != '\0') {
        note_warnings(console, list);
    }
    if (list->skipped > 0) {
        note_skipped(console, list);
    }
    return err;
}

/* A string is copied unchanged from one JSON text to the other, with its escapes. */
static void write_member(const ardoq_console_t *console, const char *label,
                         const ardoq_json_document_t *element, const char *key)
{
    ardoq_json_value_t value;
    size_t size;
    result(console, label);
    if (ardoq_json_find(element, ARDOQ_JSON_ROOT, key, &value) ||
        ardoq_json_type(element, value) != ARDOQ_JSON_STRING) {
        result(console, "null");
        return;
    }
    const char *text = ardoq_json_raw(element, value, &size);
    result(console, "\"");
    ardoq_console_write_json(console, text, size);
    result(console, "\"");
}

static ardoq_err_t write_workspace(void *context, const ardoq_json_document_t *element,
                                   uint32_t index)
{
    (void)index;
    write_member(context, "{\"id\":", element, "_id");
    write_member(context, ",\"name\":", element, "name");
    result(context, "}\n");
    return ARDOQ_OK;
}

ardoq_err_t ardoq_command_workspaces(const ardoq_console_t *console, ardoq_client_t *client,
                                     ardoq_list_t *list)
{
    const ardoq_request_t request = {.path = "/api/v2/workspaces"};
    return ardoq_console_list(console, client, list, &request, write_workspace, (void *)console);
}

/* Removes the white space between the parts, especially line breaks. */
static void write_compact(const ardoq_console_t *console, const char *text, size_t size)
{
    bool in_string = false;
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"') {
            in_string = !in_string;
        } else if (in_string && text[i] == '\\') {
            i++;
        } else if (!in_string && strchr(" \t\r\n", text[i])) {
            ardoq_console_write_json(console, text + start, i - start);
            start = i + 1;
        }
    }
    ardoq_console_write_json(console, text + start, size - start);
    result(console, "\n");
}

static ardoq_err_t write_component(void *context, const ardoq_json_document_t *element,
                                   uint32_t index)
{
    (void)index;
    size_t size;
    const char *text = ardoq_json_raw(element, ARDOQ_JSON_ROOT, &size);
    if (ardoq_json_type(element, ARDOQ_JSON_ROOT) != ARDOQ_JSON_OBJECT) {
        return ARDOQ_ERR_JSON_TYPE;
    }
    write_compact(context, text, size);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_command_components(const ardoq_console_t *console, ardoq_client_t *client,
                                     ardoq_list_t *list, const ardoq_query_t *query,
                                     size_t query_count)
{
    const ardoq_request_t request = {
        .path = "/api/v2/components", .query = query, .query_count = query_count};
    return ardoq_console_list(console, client, list, &request, write_component, (void *)console);
}

/* ---- The context ----------------------------------------------------------------------------- */

/* Text from JSON, with control characters replaced by spaces (RFC 8259, 7). */
static void write_text(const ardoq_console_t *console, const char *label, const char *text)
{
    result(console, label);
    result(console, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            result(console, "\\");
        }
        console->write(console->context, ARDOQ_OUTPUT_RESULT, text, 1);
    }
    result(console, "\"");
}

static ardoq_err_t write_entry(void *console, ardoq_context_kind_t kind,
                               const ardoq_context_entry_t *entry)
{
    switch (kind) {
    case ARDOQ_CONTEXT_TYPE_FIELD:
        return ARDOQ_OK;
    case ARDOQ_CONTEXT_TYPE:
        write_text(console, "{\"componentType\":", entry->id);
        write_text(console, ",\"name\":", entry->name);
        break;
    case ARDOQ_CONTEXT_FIELD:
        write_text(console, "{\"customField\":", entry->id);
        write_text(console, ",\"type\":", entry->type);
        write_text(console, ",\"label\":", entry->name);
        break;
    case ARDOQ_CONTEXT_REFERENCE_TYPE:
        result(console, "{\"referenceType\":");
        result(console, entry->id[0] != '\0' ? entry->id : "null");
        write_text(console, ",\"name\":", entry->name);
        break;
    }
    result(console, entry->is_read_only ? ",\"readOnly\":true}\n" : "}\n");
    return ARDOQ_OK;
}

ardoq_err_t ardoq_command_context(const ardoq_console_t *console, ardoq_client_t *client,
                                  ardoq_context_t *context, const char *workspace)
{
    const ardoq_err_t err =
        ardoq_context_each(client, context, workspace, write_entry, (void *)console);
    if (err) {
        ardoq_console_explain(console, client, err, NULL);
    }
    return err;
}
