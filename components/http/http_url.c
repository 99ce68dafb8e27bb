#include "ardoq/http_url.h"

#include <string.h>

#include "ardoq/text.h"
#include "http_chars.h"

static const char scheme[] = "https://";

enum { SCHEME_LENGTH = sizeof scheme - 1, LABEL_MAX = 63 };

/* Host and port as written. */
typedef struct {
    const char *host;
    size_t host_size;
    uint16_t port; /* 0 if it is none */
} authority_t;

static bool has_scheme(const char *text, size_t size)
{
    return size >= SCHEME_LENGTH && ardoq_text_equal_ignoring_case(text, SCHEME_LENGTH, scheme);
}

static uint16_t read_port(const char *text, size_t size)
{
    uint32_t port = 0;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i])) {
            return 0;
        }
        port = port * 10 + (uint32_t)(text[i] - '0');
        if (port > UINT16_MAX) {
            return 0;
        }
    }
    return (uint16_t)port;
}

static authority_t split_authority(const char *text, size_t size)
{
    const char *colon = memchr(text, ':', size);
    authority_t authority = {text, size, ARDOQ_HTTP_DEFAULT_PORT};
    if (colon) {
        authority.host_size = (size_t)(colon - text);
        authority.port = read_port(colon + 1, size - authority.host_size - 1);
    }
    if (authority.host_size > 0 && text[authority.host_size - 1] == '.') {
        authority.host_size--;
    }
    return authority;
}

/* Bytes before the path. A backslash ends it too, because browsers take it for a slash. */
static size_t authority_size(const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && !is_one_of(text[length], "/?#\\")) {
        length++;
    }
    return length;
}

static bool is_label(const char *label, size_t size)
{
    if (size == 0 || size > LABEL_MAX || label[0] == '-' || label[size - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (!is_alphanumeric(label[i]) && label[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_number(const char *label, size_t size)
{
    size_t digits = 0;
    while (digits < size && is_digit(label[digits])) {
        digits++;
    }
    return digits == size;
}

static bool is_host_name(const char *host, size_t size)
{
    const char *const end = host + size;
    const char *label = host;
    const char *dot;
    while ((dot = memchr(label, '.', (size_t)(end - label)))) {
        if (!is_label(label, (size_t)(dot - label))) {
            return false;
        }
        label = dot + 1;
    }
    const size_t last_size = (size_t)(end - label);
    return is_label(label, last_size) && !is_number(label, last_size);
}

ardoq_err_t ardoq_http_origin_parse(const char *text, size_t size, ardoq_http_origin_t *origin)
{
    if (has_scheme(text, size)) {
        text += SCHEME_LENGTH;
        size -= SCHEME_LENGTH;
    }
    if (size > 0 && text[size - 1] == '/') {
        size--;
    }
    const authority_t authority = split_authority(text, size);
    if (authority.port == 0 || authority.host_size >= sizeof origin->host ||
        !is_host_name(text, authority.host_size)) {
        return ARDOQ_ERR_HOST_INVALID;
    }
    for (size_t i = 0; i < authority.host_size; i++) {
        /* Sets the bit that tells lower case from upper; digits, dot and hyphen have it anyway. */
        origin->host[i] = (char)(text[i] | 0x20);
    }
    origin->host[authority.host_size] = '\0';
    origin->port = authority.port;
    return ARDOQ_OK;
}

bool ardoq_http_origin_first_label_is(const ardoq_http_origin_t *origin, const char *label)
{
    const size_t size = strlen(label);
    return strncmp(origin->host, label, size) == 0 &&
           (origin->host[size] == '.' || origin->host[size] == '\0');
}

static bool is_same_origin(const authority_t *authority, const ardoq_http_origin_t *origin)
{
    return authority->port == origin->port &&
           ardoq_text_equal_ignoring_case(authority->host, authority->host_size, origin->host);
}

/* Finds where the target begins; false when it is not on our own origin. */
static bool skip_origin(const char *link, size_t size, const ardoq_http_origin_t *origin,
                        size_t *start)
{
    *start = 0;
    if (size > 0 && link[0] == '/') {
        /* After two slashes comes another host (RFC 3986, 4.2). */
        return size == 1 || link[1] != '/';
    }
    if (!has_scheme(link, size)) {
        return false;
    }
    const size_t length = authority_size(link + SCHEME_LENGTH, size - SCHEME_LENGTH);
    const authority_t authority = split_authority(link + SCHEME_LENGTH, length);
    *start = SCHEME_LENGTH + length;
    return is_same_origin(&authority, origin);
}

ardoq_err_t ardoq_http_link_target(const char *link, size_t size, const ardoq_http_origin_t *origin,
                                   const char **target, size_t *target_size)
{
    size_t start;
    if (!skip_origin(link, size, origin, &start)) {
        return ARDOQ_ERR_LINK_REFUSED;
    }
    const char *fragment = memchr(link + start, '#', size - start);
    const size_t length = fragment ? (size_t)(fragment - link) - start : size - start;
    if (length > 0 && !ardoq_http_target_is_valid(link + start, length)) {
        return ARDOQ_ERR_LINK_REFUSED;
    }
    *target = link + start;
    *target_size = length;
    return ARDOQ_OK;
}

/* Unreserved, "/?:@" and the sub-delimiters of RFC 3986; a percent sign is looked at on its own. */
static bool is_target_char(char c)
{
    static const uint32_t target[] = {0, 0xafffffd2, 0x87ffffff, 0x47fffffe};
    return is_in_set(c, target);
}

bool ardoq_http_target_is_valid(const char *target, size_t size)
{
    if (size == 0 || target[0] != '/') {
        return false;
    }
    for (size_t i = 1; i < size; i++) {
        const bool is_encoding = target[i] == '%' && size - i > 2 &&
                                 hex_value(target[i + 1]) < 16 && hex_value(target[i + 2]) < 16;
        if (!is_encoding && !is_target_char(target[i])) {
            return false;
        }
    }
    return true;
}

void ardoq_http_link_host(const char *url, size_t size, char *host, size_t host_size)
{
    size_t length = 0;
    size_t i = authority_size(url, size);
    const bool follows_scheme = i == 0 || url[i - 1] == ':';
    if (follows_scheme && size - i >= 2 && url[i] == '/' && url[i + 1] == '/') {
        const size_t end = i + 2 + authority_size(url + i + 2, size - i - 2);
        for (i += 2; i < end; i++) {
            if (url[i] == '@') {
                length = 0;
            } else if (length < host_size - 1) {
                host[length++] = url[i];
            }
        }
    }
    host[length] = '\0';
    length = 0;
    while (is_unreserved(host[length])) {
        length++;
    }
    /* Before a port; anything else is no host. */
    host[host[length] == ':' || host[length] == '\0' ? length : 0] = '\0';
}
