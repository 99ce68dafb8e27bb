/*
 * Hosts, links and targets, ardoq/http_url.h, and the request that is made of them.
 *
 * Input: a line with an origin as a person writes it, a line with a link.
 *
 * Properties:
 * - An origin that is accepted is a name in lower case with a port, and reads back the same. As an
 * URL http_parser finds the same host and port in it.
 * - A link that is accepted leads to that origin, says http_parser, and its target is what
 * http_parser takes for path and query. Otherwise target and size stay as they were.
 * - With them a request head is one request, with that target and that host.
 * - The host of any URL, for messages, stands inside it and has only characters of hosts.
 */
#include "ardoq/http_url.h"

#include "ardoq/http_request.h"
#include "request_head.h"

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

static void check_link(span_t link, const ardoq_http_origin_t *origin, span_t target)
{
    const bool is_absolute = link.at[0] != '/';
    CHECK(target.at >= link.at && target.at + target.size <= link.at + link.size);
    CHECK(target.size == 0 || ardoq_http_target_is_valid(target.at, target.size));
    /* Without its fragment: http_parser demands a slash before one. */
    span_t rest = link;
    const theirs_t theirs = read_theirs(take_until(&rest, '#'));
    if (is_absolute) {
        check_authority(&theirs, origin);
    } else {
        /* Two slashes begin another host (RFC 3986, 4.2). */
        CHECK(link.size < 2 || link.at[1] != '/');
    }
    const span_t path = field(&theirs, UF_PATH);
    const span_t query = field(&theirs, UF_QUERY);
    CHECK(path.size == 0 || path.at == target.at);
    CHECK(path.size <= target.size);
    CHECK(query.size == 0 || query.at + query.size == target.at + target.size);
}

static void check_request(const ardoq_http_origin_t *origin, span_t target)
{
    char host[sizeof ":65535" + sizeof origin->host];
    const size_t size = target.size + sizeof origin->host + 64;
    char *path = text_of(target.size > 0 ? target : (span_t){"/", 1});
    char *buffer = allocate(size);
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, size, ARDOQ_ERR_REQUEST_TOO_LARGE);
    ardoq_http_write_request_line(&text, "GET", path, NULL, 0);
    ardoq_http_write_host(&text, origin);
    ardoq_text_append_string(&text, "\r\n");
    CHECK(!text.err);

    const request_head_t head = read_request_head((span_t){text.data, text.length});
    CHECK(span_is(head.url, path));
    CHECK(head.count == 1);
    snprintf(host, sizeof host, origin->port == ARDOQ_HTTP_DEFAULT_PORT ? "%s" : "%s:%u",
             origin->host, origin->port);
    CHECK(span_is(header_of(&head, "Host"), host));
    free(buffer);
    free(path);
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

static void check_target_of(span_t link, const ardoq_http_origin_t *origin)
{
    const char *const untouched = "";
    span_t target = {untouched, link.size + 1};
    const ardoq_err_t err =
        ardoq_http_link_target(link.at, link.size, origin, &target.at, &target.size);
    if (err) {
        CHECK(err == ARDOQ_ERR_LINK_REFUSED);
        CHECK(target.at == untouched && target.size == link.size + 1);
    } else {
        check_link(link, origin, target);
        check_request(origin, target);
    }
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
