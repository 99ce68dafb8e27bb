#include "ardoq/http_url.h"

#include <string.h>

#include "ardoq/text.h"
#include "http_chars.h"

static const char scheme[] = "https://";

enum { SCHEME_LENGTH = sizeof scheme - 1, LABEL_MAX = 63 };

/* Host and port as written. */
typedef struct {
    const char *host;
    size_t host_size; /* without a closing dot */
    uint16_t port;    /* 0 if it is invalid */
    bool is_absolute; /* there was one */
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
    authority_t authority = {text, size, ARDOQ_HTTP_DEFAULT_PORT, false};
    if (colon) {
        authority.host_size = (size_t)(colon - text);
        authority.port = read_port(colon + 1, size - authority.host_size - 1);
    }
    if (authority.host_size > 0 && text[authority.host_size - 1] == '.') {
        authority.host_size--;
        authority.is_absolute = true;
    }
    return authority;
}

/* Bytes before the path. A backslash ends it too, because browsers treat it as a slash. */
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

/* A name that ends in a decimal, octal or hexadecimal number is not valid: resolvers read it as a
 * notation of an IPv4 address (inet_aton(), and the URL standard's "ends in a number"). */
static bool is_number(const char *label, size_t size)
{
    const bool is_hex = size > 1 && label[0] == '0' && (label[1] | 0x20) == 'x';
    size_t digits = is_hex ? 2 : 0;
    while (digits < size && hex_value(label[digits]) < (is_hex ? 16 : 10)) {
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
    if (!origin) {
        return ARDOQ_OK;
    }
    for (size_t i = 0; i < authority.host_size; i++) {
        /* Sets the lower-case bit; digits, dot and hyphen have it anyway. */
        origin->host[i] = (char)(text[i] | 0x20);
    }
    origin->host[authority.host_size] = '\0';
    origin->port = authority.port;
    origin->is_absolute = authority.is_absolute;
    return ARDOQ_OK;
}

bool ardoq_http_origin_first_label_is(const ardoq_http_origin_t *origin, const char *label)
{
    const size_t size = strlen(label);
    return strncmp(origin->host, label, size) == 0 &&
           (origin->host[size] == '.' || origin->host[size] == '\0');
}

/* Unreserved, "/?:@" and the sub-delimiters of RFC 3986; percent signs are checked separately. */
static bool is_target_char(char c)
{
    static const uint32_t target[] = {0, 0xafffffd2, 0x87ffffff, 0x47fffffe};
    return is_in_set(c, target);
}

/* A percent sign must begin an encoded byte. @p left: bytes from there on */
static bool is_in_target(const char *at, size_t left)
{
    return *at == '%' ? left > 2 && hex_value(at[1]) < 16 && hex_value(at[2]) < 16
                      : is_target_char(*at);
}

bool ardoq_http_target_is_valid(const char *target, size_t size)
{
    bool is_valid = size > 0 && target[0] == '/';
    for (size_t i = 1; is_valid && i < size; i++) {
        is_valid = is_in_target(target + i, size - i);
    }
    return is_valid;
}

/* ---- Links (RFC 3986, 5.2) ------------------------------------------------------------------- */

void ardoq_http_append_byte(ardoq_text_t *text, char byte, bool is_plain)
{
    static const char digits[] = "0123456789ABCDEF";
    const char code[] = {'%', digits[(unsigned char)byte >> 4], digits[byte & 15]};
    ardoq_text_append(text, is_plain ? &byte : code, is_plain ? 1 : sizeof code);
}

static bool is_same_origin(const char *text, size_t size, const ardoq_http_origin_t *origin)
{
    /* An empty port is the default one (RFC 3986, 6.2.3). */
    if (size > 0 && text[size - 1] == ':') {
        size--;
    }
    const authority_t authority = split_authority(text, size);
    return authority.port == origin->port &&
           ardoq_text_equal_ignoring_case(authority.host, authority.host_size, origin->host);
}

/* Skips the origin of the link, if it has one and it is ours. */
static ardoq_err_t skip_origin(const char **link, const ardoq_http_origin_t *origin)
{
    const char *text = *link;
    const size_t first = strcspn(text, ":/?#");
    if (has_scheme(text, strlen(text))) {
        text += SCHEME_LENGTH;
    } else if (strspn(text, "/\\") >= 2) {
        text += 2; /* the same scheme; browsers treat a backslash as a slash */
    } else if (text[first] != ':') {
        return ARDOQ_OK;
    } else {
        /* A path cannot begin like this: it would be read as a scheme. */
        return !is_alphanumeric(*text) || ardoq_text_equal_ignoring_case(text, first, "https")
                   ? ARDOQ_ERR_LINK_MALFORMED
                   : ARDOQ_ERR_LINK_REFUSED;
    }
    const size_t size = authority_size(text, strlen(text));
    *link = text + size;
    return is_same_origin(text, size, origin) ? ARDOQ_OK : ARDOQ_ERR_LINK_REFUSED;
}

static void append_part(ardoq_text_t *target, const char *part, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)part[i] < ' ' || part[i] == 0x7f) {
            target->err = ARDOQ_ERR_LINK_MALFORMED;
        }
        ardoq_http_append_byte(target, part[i], is_in_target(part + i, size - i));
    }
}

/* Back to the slash before the last part of a path that ends with one. */
static void drop_part(ardoq_text_t *target)
{
    size_t length = target->length - 1;
    while (length > 0 && target->data[length - 1] != '/') {
        length--;
    }
    target->length = length > 0 ? length : 1;
    target->data[target->length] = '\0';
}

/* The target so far ends with a slash. */
static void append_path(ardoq_text_t *target, const char *path, size_t size)
{
    size_t end;
    for (size_t at = 0; at < size; at = end) {
        const char *slash = memchr(path + at, '/', size - at);
        const size_t part = slash ? (size_t)(slash - path) - at : size - at;
        end = at + part + (slash ? 1 : 0);
        if (part == 0 || part > 2 || memcmp(path + at, "..", part) != 0) {
            append_part(target, path + at, end - at);
        } else if (part == 2 && !target->err) {
            drop_part(target);
        }
    }
}

/* The part of the page's target that a link keeps: a path replaces its last part, a query only the
 * query, and a fragment nothing. */
static void append_base(ardoq_text_t *target, const char *base, const char *link)
{
    size_t size = strcspn(base, *link == '\0' || *link == '#' ? "" : "?");
    while (*link != '\0' && !is_one_of(*link, "?#") && base[size - 1] != '/') {
        size--;
    }
    ardoq_text_append(target, base, size);
}

ardoq_err_t ardoq_http_link_resolve(const char *link, const char *base,
                                    const ardoq_http_origin_t *origin, ardoq_text_t *target)
{
    const char *path = link;
    target->err = skip_origin(&path, origin);
    size_t size = strcspn(path, "?#");
    if (path == link && path[0] != '/') {
        append_base(target, base, path);
    } else {
        ardoq_text_append(target, "/", 1);
        if (size > 0 && *path++ != '/') {
            target->err = ARDOQ_ERR_LINK_MALFORMED;
        }
        size -= size > 0 ? 1 : 0;
    }
    append_path(target, path, size);
    append_part(target, path + size, strcspn(path + size, "#"));
    return target->err;
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
    /* Up to a port; anything else is not a host. */
    host[host[length] == ':' || host[length] == '\0' ? length : 0] = '\0';
}
