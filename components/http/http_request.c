#include "ardoq/http_request.h"

#include <string.h>

#include "http_chars.h"

static void require(ardoq_text_t *head, bool is_valid)
{
    if (!is_valid && !head->err) {
        head->err = ARDOQ_ERR_REQUEST_INVALID;
    }
}

static bool is_method(const char *text)
{
    size_t length = 0;
    while (text[length] >= 'A' && text[length] <= 'Z') {
        length++;
    }
    return length > 0 && text[length] == '\0';
}

static void put_encoded(ardoq_text_t *head, const char *text)
{
    for (; *text != '\0'; text++) {
        ardoq_http_append_byte(head, *text, is_unreserved(*text));
    }
}

void ardoq_http_write_request_line(ardoq_text_t *head, const char *method, const char *target,
                                   const ardoq_http_query_t *query, size_t query_count)
{
    require(head, is_method(method) && ardoq_http_target_is_valid(target, strlen(target)));
    ardoq_text_append_string(head, method);
    ardoq_text_append_string(head, " ");
    ardoq_text_append_string(head, target);
    const char *separator = strchr(target, '?') ? "&" : "?";
    for (size_t i = 0; i < query_count; i++) {
        ardoq_text_append_string(head, separator);
        put_encoded(head, query[i].name);
        ardoq_text_append_string(head, "=");
        put_encoded(head, query[i].value);
        separator = "&";
    }
    ardoq_text_append_string(head, " HTTP/1.1\r\n");
}

void ardoq_http_write_host(ardoq_text_t *head, const ardoq_http_origin_t *origin)
{
    ardoq_text_append_string(head, "Host: ");
    ardoq_text_append_string(head, origin->host);
    if (origin->port != ARDOQ_HTTP_DEFAULT_PORT) {
        ardoq_text_append_string(head, ":");
        ardoq_decimal_t room;
        ardoq_text_append_string(head, ardoq_decimal(origin->port, &room));
    }
    ardoq_text_append_string(head, "\r\n");
}

/* Everything before the value is a constant, so only the value is checked. */
static void put_line(ardoq_text_t *head, const char *name, const char *separator, const char *value)
{
    require(head, ardoq_http_value_is_valid(value));
    ardoq_text_append_string(head, name);
    ardoq_text_append_string(head, separator);
    ardoq_text_append_string(head, value);
    ardoq_text_append_string(head, "\r\n");
}

void ardoq_http_write_header(ardoq_text_t *head, const char *name, const char *value)
{
    put_line(head, name, ": ", value);
}

void ardoq_http_write_bearer(ardoq_text_t *head, const char *token)
{
    if (token[0] != '\0') {
        put_line(head, "Authorization", ": Bearer ", token);
    }
}

bool ardoq_http_value_is_valid(const char *value)
{
    bool may_end = true;
    for (size_t i = 0; value[i] != '\0'; i++) {
        may_end = is_visible(value[i]);
        if (!may_end && (i == 0 || !is_blank(value[i]))) {
            return false;
        }
    }
    return may_end;
}

/* Methods up to PUT are idempotent; those from PUT on expect a body. */
enum { METHOD_PUT = 5, METHOD_COUNT = 8 };

ardoq_http_method_t ardoq_http_method(const char *method)
{
    static const char methods[METHOD_COUNT][sizeof "OPTIONS"] = {
        "GET", "HEAD", "OPTIONS", "TRACE", "DELETE", [METHOD_PUT] = "PUT", "POST", "PATCH"};
    unsigned i = 0;
    while (i < METHOD_COUNT && strcmp(method, methods[i]) != 0) {
        i++;
    }
    return (ardoq_http_method_t){
        .is_idempotent = i <= METHOD_PUT,
        .expects_body = i >= METHOD_PUT && i < METHOD_COUNT,
    };
}
