#include "ardoq/list.h"

#include <string.h>

#include "ardoq/port.h"
#include "client_private.h"

/* ---- One page ------------------------------------------------------------------------------- */

static void skip_element(ardoq_list_t *list)
{
    if (list->skipped++ == 0) {
        list->first_skipped = list->count;
    }
    list->count++;
}

static ardoq_err_t take_element(ardoq_list_t *list)
{
    const ardoq_err_t err =
        ardoq_json_parse_valid(&list->document, list->buffer, list->stream.length);
    if (err == ARDOQ_ERR_JSON_TOO_MANY_TOKENS) {
        skip_element(list);
        return ARDOQ_OK;
    }
    return err ? err : list->on_element(list->context, &list->document, list->count++);
}

/* Reduces the link to its target; the token is only sent to the configured host. The buffer is
 * free: its part of the page has been read. */
static ardoq_err_t keep_target(ardoq_list_t *list)
{
    enum { ROOM = ARDOQ_LINK_SIZE < ARDOQ_ELEMENT_SIZE ? ARDOQ_LINK_SIZE : ARDOQ_ELEMENT_SIZE };

    ardoq_text_t target;
    ardoq_text_init(&target, list->buffer, ROOM, ARDOQ_ERR_PAGES_UNUSABLE);
    const ardoq_err_t err = ardoq_http_link_resolve(list->next_link, list->client->request.path,
                                                    &list->client->origin, &target);
    memcpy(list->next_link, list->buffer, target.length + 1);
    return err;
}

/* The link is opaque. Without a string as link this is the last page. */
static ardoq_err_t take_links(ardoq_list_t *list)
{
    const ardoq_json_document_t *document = &list->document;
    ardoq_err_t err = ardoq_json_parse_valid(&list->document, list->buffer, list->stream.length);
    ardoq_json_value_t link;
    if (err || ardoq_json_find(document, ARDOQ_JSON_ROOT, "next", &link) ||
        (ardoq_json_type(document, link) == ARDOQ_JSON_OBJECT &&
         ardoq_json_find(document, link, "href", &link)) ||
        ardoq_json_type(document, link) == ARDOQ_JSON_NULL) {
        return err;
    }
    err = ardoq_json_string(document, link, "", list->next_link, sizeof list->next_link);
    if (err == ARDOQ_ERR_JSON_TRUNCATED) {
        return ARDOQ_ERR_PAGES_UNUSABLE;
    }
    return err || list->next_link[0] == '\0' ? err : keep_target(list);
}

/* For people, so an unreadable warning is not an error. An empty array or object is not a
 * warning. */
static void take_warnings(ardoq_list_t *list)
{
    const ardoq_json_document_t *document = &list->document;
    ardoq_json_value_t warnings;
    size_t size;
    if (list->warnings[0] != '\0' ||
        ardoq_json_parse_valid(&list->document, list->buffer, list->stream.length) ||
        ardoq_json_find(document, ARDOQ_JSON_ROOT, "warnings", &warnings) ||
        ardoq_json_type(document, warnings) == ARDOQ_JSON_NULL) {
        return;
    }
    const char *text = ardoq_json_raw(document, warnings, &size);
    if (size <= 2) {
        return;
    }
    if (size >= sizeof list->warnings) {
        size = sizeof list->warnings - 1;
        while (((unsigned char)text[size] & 0xc0) == 0x80) { /* inside a character */
            size--;
        }
    }
    memcpy(list->warnings, text, size);
    ardoq_text_blank_controls(list->warnings);
}

static ardoq_err_t take_event(ardoq_list_t *list, ardoq_json_stream_event_t event)
{
    switch (event) {
    case ARDOQ_JSON_STREAM_ELEMENT:
        return take_element(list);
    case ARDOQ_JSON_STREAM_MEMBER:
        return take_links(list);
    case ARDOQ_JSON_STREAM_NOTE:
        take_warnings(list);
        return ARDOQ_OK;
    case ARDOQ_JSON_STREAM_TOO_LARGE:
        skip_element(list);
        return ARDOQ_OK;
    case ARDOQ_JSON_STREAM_MORE:
        break;
    }
    return ARDOQ_OK;
}

static ardoq_err_t on_list_body(void *context, const char *data, size_t size)
{
    ardoq_list_t *list = context;
    ardoq_err_t err = ARDOQ_OK;
    while (!err && size > 0) {
        size_t consumed = 0;
        ardoq_json_stream_event_t event = ARDOQ_JSON_STREAM_MORE;
        err = ardoq_json_stream_feed(&list->stream, data, size, &consumed, &event);
        if (!err) {
            err = take_event(list, event);
        }
        data += consumed;
        size -= consumed;
    }
    return err;
}

/* Brent's algorithm: each link is compared with one that is replaced at each power of two. */
static bool is_looping(ardoq_list_t *list)
{
    if (strcmp(list->next_link, list->landmark) == 0) {
        return true;
    }
    const bool is_power_of_two = (list->pages & (list->pages - 1)) == 0;
    if (is_power_of_two) {
        memcpy(list->landmark, list->next_link, sizeof list->landmark);
    }
    return false;
}

/* ---- All pages ------------------------------------------------------------------------------ */

static ardoq_err_t end_page(ardoq_client_t *client, void *context, ardoq_err_t err);

static ardoq_err_t start_page(ardoq_client_t *client, ardoq_list_t *list, ardoq_request_t request)
{
    request.method = "GET";
    request.on_body = on_list_body;
    request.context = list;
    list->next_link[0] = '\0';
    ardoq_json_stream_init(&list->stream, "values", "_links", list->buffer, sizeof list->buffer);
    list->stream.note = "_meta";
    return ardoq_call_start_checked(client, &request, &list->response, end_page);
}

/* A server could send new links to empty pages for ever. */
static bool has_stalled(ardoq_list_t *list)
{
    list->empty_pages = list->count == list->count_before ? list->empty_pages + 1 : 0;
    list->count_before = list->count;
    return list->empty_pages > ARDOQ_LIST_EMPTY_PAGES;
}

static ardoq_err_t start_next_page(ardoq_client_t *client, ardoq_list_t *list)
{
    const uint64_t now = ardoq_port_uptime_ms();
    if (has_stalled(list) || is_looping(list)) {
        return ARDOQ_ERR_PAGES_UNUSABLE;
    }
    if (now >= list->deadline) {
        return ARDOQ_ERR_TIMEOUT;
    }
    memcpy(list->link, list->next_link, sizeof list->link);
    ardoq_request_t request = {.path = list->link};
    if (list->deadline - now < client->config->timeout_ms) {
        request.timeout_ms = (uint32_t)(list->deadline - now);
    }
    return start_page(client, list, request);
}

static ardoq_err_t end_page(ardoq_client_t *client, void *context, ardoq_err_t err)
{
    ardoq_list_t *list = context;
    err = err ? err : ardoq_json_stream_end(&list->stream);
    if (err) {
        return err;
    }
    list->pages++;
    if (list->next_link[0] != '\0') {
        return start_next_page(client, list);
    }
    return list->skipped > 0 ? ARDOQ_ERR_ELEMENT_TOO_LARGE : ARDOQ_OK;
}

ardoq_err_t ardoq_list_start(ardoq_client_t *client, ardoq_list_t *list, const char *path,
                             const ardoq_query_t *query, size_t query_count,
                             ardoq_on_element_t on_element, void *context)
{
    if (!path || !on_element) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    const ardoq_err_t err = ardoq_call_begin(client, list);
    if (err) {
        return err;
    }
    memset(list, 0, sizeof *list);
    list->document = (ardoq_json_document_t)ARDOQ_JSON_DOCUMENT(list->tokens);
    list->client = client;
    list->on_element = on_element;
    list->context = context;
    list->deadline =
        ardoq_port_uptime_ms() + (uint64_t)client->config->timeout_ms * ARDOQ_LIST_TIMEOUTS;
    return start_page(client, list,
                      (ardoq_request_t){.path = path, .query = query, .query_count = query_count});
}

ardoq_err_t ardoq_list_each(ardoq_client_t *client, ardoq_list_t *list, const char *path,
                            const ardoq_query_t *query, size_t query_count,
                            ardoq_on_element_t on_element, void *context)
{
    const ardoq_err_t err =
        ardoq_list_start(client, list, path, query, query_count, on_element, context);
    return err ? err : ardoq_finish(client, NULL, NULL);
}
