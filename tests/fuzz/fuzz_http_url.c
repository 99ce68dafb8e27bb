/*
 * Hosts, links and targets, ardoq/http_url.h, and the request that is made of them.
 *
 * Input: a line with an origin as a person writes it, a line with a link.
 *
 * Properties:
 * - An origin that is accepted is a name in lower case with a port, and reads back the same. As an
 * URL http_parser finds the same host and port in it.
 * - A link that is accepted leads to that origin, says http_parser, and its target is valid, has no
 * part that is dots, and fits thrice the link and the page it is in.
 * - With them a request head is one request, with that target and that host.
 * - The host of any URL, for messages, is inside it and has only characters of hosts.
 */
#include "ardoq/http_url.h"

#include "ardoq/http_request.h"
#include "request_head.h"

/* Of the page that links are in. */
#define BASE "/b/c/d;p?q"

static const char host_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";

typedef struct {
    struct http_parser_url url;
    span_t text;
} theirs_t;

static span_t field(const theirs_t *theirs, enum http_parser_url_fields number)
{
    const bool is_set = theirs->url.field_set & (1 << number);
    return is_set ? (span_t){theirs->text.at + theirs->url.field_data[number].off,
                             theirs->url.field_data[number].len}
                  : (span_t){NULL, 0};
}

/* Host and port are the origin's, but for case and a closing dot. */
static void check_authority(const theirs_t *theirs, const ardoq_http_origin_t *origin)
{
    span_t host = field(theirs, UF_HOST);
    const bool has_port = theirs->url.field_set & (1 << UF_PORT);
    if (host.size > 0 && host.at[host.size - 1] == '.') {
        host.size--;
    }
    CHECK(host.size == strlen(origin->host));
    CHECK(strncasecmp(host.at, origin->host, host.size) == 0);
    CHECK((has_port ? theirs->url.port : ARDOQ_HTTP_DEFAULT_PORT) == origin->port);
    CHECK(field(theirs, UF_USERINFO).size == 0);
}

static theirs_t read_theirs(span_t url)
{
    theirs_t theirs = {.text = url};
    http_parser_url_init(&theirs.url);
    CHECK(http_parser_parse_url(url.at, url.size, 0, &theirs.url) == 0);
    return theirs;
}

static void check_origin(span_t text, const ardoq_http_origin_t *origin)
{
    char url[sizeof "https://:65535" + sizeof origin->host];
    ardoq_http_origin_t again;
    const size_t length = strlen(origin->host);
    CHECK(length > 0 && length < sizeof origin->host);
    CHECK(strspn(origin->host, host_characters) == length);
    CHECK(origin->host[0] != '.' && origin->host[length - 1] != '.' && origin->port > 0);
    CHECK(text.size >= length);

    snprintf(url, sizeof url, "https://%s:%u", origin->host, origin->port);
    CHECK(ardoq_http_origin_parse(url, strlen(url), &again) == ARDOQ_OK);
    CHECK(strcmp(origin->host, again.host) == 0 && origin->port == again.port);
    const theirs_t theirs = read_theirs((span_t){url, strlen(url)});
    check_authority(&theirs, origin);
}

/* Where a link names an authority, it is the origin's. */
static void check_link(const char *link, const ardoq_http_origin_t *origin)
{
    char url[2048];
    const bool is_whole = strncasecmp(link, "https://", 8) == 0;
    if (is_whole || strspn(link, "/\\") >= 2) {
        const char *authority = link + (is_whole ? 8 : 2);
        const size_t size = strcspn(authority, "/?#\\");
        /* http_parser takes no empty port. */
        const size_t kept = size > 0 && authority[size - 1] == ':' ? size - 1 : size;
        snprintf(url, sizeof url, "https://%.*s/", (int)kept, authority);
        const theirs_t theirs = read_theirs((span_t){url, strlen(url)});
        check_authority(&theirs, origin);
    }
}

/* A path without dots, and nothing that a request line may not hold. */
static void check_target(const char *target)
{
    CHECK(ardoq_http_target_is_valid(target, strlen(target)));
    char *path = text_of((span_t){target, strcspn(target, "?")});
    for (char *part = path; part; part = strchr(part, '/')) {
        part++;
        CHECK(strcspn(part, "/") == 0 || strcspn(part, "/") > 2 ||
              strspn(part, ".") < strcspn(part, "/"));
    }
    free(path);
}

static void check_request(const ardoq_http_origin_t *origin, const char *target)
{
    char host[sizeof ":65535" + sizeof origin->host];
    const size_t size = strlen(target) + sizeof origin->host + 64;
    char *buffer = allocate(size);
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, size, ARDOQ_ERR_REQUEST_TOO_LARGE);
    ardoq_http_write_request_line(&text, "GET", target, NULL, 0);
    ardoq_http_write_host(&text, origin);
    ardoq_text_append_string(&text, "\r\n");
    CHECK(!text.err);

    const request_head_t head = read_request_head((span_t){text.data, text.length});
    CHECK(span_is(head.url, target));
    CHECK(head.count == 1);
    snprintf(host, sizeof host, origin->port == ARDOQ_HTTP_DEFAULT_PORT ? "%s" : "%s:%u",
             origin->host, origin->port);
    CHECK(span_is(header_of(&head, "Host"), host));
    free(buffer);
}

static void check_link_host(span_t link)
{
    char host[16];
    ardoq_http_link_host(link.at, link.size, host, sizeof host);
    CHECK(memchr(host, '\0', sizeof host));
    for (const char *c = host; *c != '\0'; c++) {
        CHECK(*c > ' ' && *c < 0x7f && !strchr("/?#\\@<>\":[]", *c));
    }
}

static void check_target_of(span_t link_line, const ardoq_http_origin_t *origin)
{
    char *link = text_of(link_line);
    const size_t size = 3 * strlen(link) + sizeof BASE;
    char *target = allocate(size);
    ardoq_text_t text;
    ardoq_text_init(&text, target, size, ARDOQ_ERR_PAGES_UNUSABLE);
    const ardoq_err_t err = ardoq_http_link_resolve(link, BASE, origin, &text);
    if (err) {
        CHECK(err == ARDOQ_ERR_LINK_REFUSED || err == ARDOQ_ERR_LINK_MALFORMED);
    } else {
        check_link(link, origin);
        check_target(target);
        check_request(origin, target);
    }
    free(target);
    free(link);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    span_t input = input_of(data, size);
    const span_t origin_line = take_line(&input);
    const span_t link_line = take_line(&input);
    const span_t text = {copy_of(origin_line), origin_line.size};
    const span_t link = {copy_of(link_line), link_line.size};
    ardoq_http_origin_t origin = {.host = "untouched", .port = 1};

    const ardoq_err_t err = ardoq_http_origin_parse(text.at, text.size, &origin);
    if (err) {
        CHECK(err == ARDOQ_ERR_HOST_INVALID);
        CHECK(strcmp(origin.host, "untouched") == 0 && origin.port == 1);
    } else {
        check_origin(text, &origin);
        check_target_of(link, &origin);
    }
    check_link_host(link);
    free((char *)text.at);
    free((char *)link.at);
    return 0;
}
