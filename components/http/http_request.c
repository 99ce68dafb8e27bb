#include "ardoq/http_request.h"

#include <string.h>

#include "http_chars.h"

static void append(ardoq_text_t *head, const char *text, size_t size)
{
    ardoq_text_append(head, text, size, ARDOQ_ERR_REQUEST_TOO_LARGE);
}

static void put(ardoq_text_t *head, const char *text)
{
    append(head, text, strlen(text));
}

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
            append(head, text, 1);
        } else {
            append(head, code, sizeof code);
        }
    }
}

void ardoq_http_write_request_line(ardoq_text_t *head, const char *method, const char *target,
                                   const ardoq_http_query_t *query, size_t query_count)
{
    require(head, is_token(method) && ardoq_http_target_is_valid(target, strlen(target)));
    put(head, method);
    put(head, " ");
    put(head, target);
    const char *separator = strchr(target, '?') ? "&" : "?";
    for (size_t i = 0; i < query_count; i++) {
        put(head, separator);
        put_encoded(head, query[i].name);
        put(head, "=");
        put_encoded(head, query[i].value);
        separator = "&";
    }
    put(head, " HTTP/1.1\r\n");
}

void ardoq_http_write_host(ardoq_text_t *head, const ardoq_http_origin_t *origin)
{
    put(head, "Host: ");
    put(head, origin->host);
    if (origin->port != ARDOQ_HTTP_DEFAULT_PORT) {
        put(head, ":");
        put(head, ardoq_decimal(origin->port).digits);
    }
    put(head, "\r\n");
}

void ardoq_http_write_header(ardoq_text_t *head, const char *name, const char *value)
{
    require(head, is_token(name) && ardoq_http_value_is_valid(value));
    put(head, name);
    put(head, ": ");
    put(head, value);
    put(head, "\r\n");
}

void ardoq_http_write_bearer(ardoq_text_t *head, const char *token)
{
    require(head, token[0] != '\0' && ardoq_http_value_is_valid(token));
    put(head, "Authorization: Bearer ");
    put(head, token);
    put(head, "\r\n");
}

void ardoq_http_write_end(ardoq_text_t *head)
{
    put(head, "\r\n");
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
