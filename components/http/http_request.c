#include "ardoq/http_request.h"

#include <string.h>

#include "http_chars.h"

static void require(ardoq_text_t *head, bool is_valid)
{
    if (!is_valid && !head->err) {
        head->err = ARDOQ_ERR_REQUEST_INVALID;
    }
}

static bool is_token(const char *text)
{
    size_t length = 0;
    while (is_token_char(text[length])) {
        length++;
    }
    return length > 0 && text[length] == '\0';
}

static void put_encoded(ardoq_text_t *head, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        const char code[] = {'%', digits[byte >> 4], digits[byte & 15]};
        if (is_unreserved(*text)) {
            ardoq_text_append(head, text, 1);
        } else {
            ardoq_text_append(head, code, sizeof code);
        }
    }
}

void ardoq_http_write_request_line(ardoq_text_t *head, const char *method, const char *target,
                                   const ardoq_http_query_t *query, size_t query_count)
{
    require(head, is_token(method) && ardoq_http_target_is_valid(target, strlen(target)));
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
        ardoq_text_append_string(head, ardoq_decimal(origin->port).digits);
    }
    ardoq_text_append_string(head, "\r\n");
}

void ardoq_http_write_header(ardoq_text_t *head, const char *name, const char *value)
{
    require(head, is_token(name) && ardoq_http_value_is_valid(value));
    ardoq_text_append_string(head, name);
    ardoq_text_append_string(head, ": ");
    ardoq_text_append_string(head, value);
    ardoq_text_append_string(head, "\r\n");
}

void ardoq_http_write_bearer(ardoq_text_t *head, const char *token)
{
    require(head, token[0] != '\0' && ardoq_http_value_is_valid(token));
    ardoq_text_append_string(head, "Authorization: Bearer ");
    ardoq_text_append_string(head, token);
    ardoq_text_append_string(head, "\r\n");
}

void ardoq_http_write_end(ardoq_text_t *head)
{
    ardoq_text_append_string(head, "\r\n");
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

static bool is_in(const char *method, const char *const *methods, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(method, methods[i]) != 0) {
        i++;
    }
    return i < count;
}

bool ardoq_http_method_is_idempotent(const char *method)
{
    static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    return is_in(method, methods, sizeof methods / sizeof methods[0]);
}

bool ardoq_http_method_expects_body(const char *method)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH"};
    return is_in(method, methods, sizeof methods / sizeof methods[0]);
}
