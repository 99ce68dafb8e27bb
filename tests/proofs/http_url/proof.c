#include "../../../components/http/http_url.c"

#include "../proof.h"

enum {
    HOST_MAX = 6,
    TARGET_MAX = 8,
    LINK_MAX = 6,
    REFERENCE_MAX = 4,
    ABSOLUTE_MAX = 5,
    HOST_SIZE_MAX = 4,
    TARGET_SIZE = 12
};

void prove_origin_parse(void)
{
    const size_t size = any_size_up_to(HOST_MAX);
    ardoq_http_origin_t origin = {.port = 0};
    const ardoq_err_t err = ardoq_http_origin_parse(any_bytes(size), size, &origin);
    PROVE(err == ARDOQ_OK || err == ARDOQ_ERR_HOST_INVALID);
    PROVE(!err || (origin.port == 0 && origin.host[0] == '\0'));
    if (!err) {
        const size_t i = any_size_up_to(HOST_MAX);
        const size_t length = strlen(origin.host);
        PROVE(origin.port > 0 && length > 0 && length <= size);
        PROVE(i >= length || origin.host[i] == '.' || origin.host[i] == '-' ||
              is_digit(origin.host[i]) || (origin.host[i] >= 'a' && origin.host[i] <= 'z'));
        if (origin.port == 80) {
            REACHED("a host with a port");
        }
    }
}

/* Any text behind "https://". */
static char *any_absolute(size_t size)
{
    static const char prefix[] = "https://";
    char *const link = any_bytes(sizeof prefix - 1 + size);
    memcpy(link, prefix, sizeof prefix - 1);
    return link;
}

void prove_absolute_origin(void)
{
    const size_t size = any_size_up_to(ABSOLUTE_MAX);
    ardoq_http_origin_t origin;
    if (ardoq_http_origin_parse(any_absolute(size), SCHEME_LENGTH + size, &origin) == ARDOQ_OK) {
        PROVE(strlen(origin.host) <= size);
        REACHED("a host");
    }
}

static ardoq_err_t parse_long_host(size_t size, ardoq_http_origin_t *origin)
{
    char text[ARDOQ_HTTP_HOST_SIZE];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i % 8 == 7 && i + 1 < size ? '.' : 'a';
    }
    return ardoq_http_origin_parse(text, size, origin);
}

/* A host as long as the struct holds, and a longer one. */
void prove_long_host(void)
{
    ardoq_http_origin_t origin;
    PROVE(parse_long_host(ARDOQ_HTTP_HOST_SIZE, &origin) == ARDOQ_ERR_HOST_INVALID);
    PROVE(parse_long_host(ARDOQ_HTTP_HOST_SIZE - 1, &origin) == ARDOQ_OK);
    PROVE(strlen(origin.host) == ARDOQ_HTTP_HOST_SIZE - 1);
    REACHED("the end");
}

void prove_port(void)
{
    const size_t size = any_size_up_to(12);
    const char *const text = any_bytes(size);
    if (read_port(text, size) == UINT16_MAX) {
        REACHED("the largest port");
    }
}

void prove_target_is_valid(void)
{
    const size_t size = any_size_up_to(TARGET_MAX);
    const char *const target = any_bytes(size);
    if (ardoq_http_target_is_valid(target, size)) {
        const size_t i = any_size_up_to(TARGET_MAX);
        PROVE(size > 0 && target[0] == '/');
        PROVE(i >= size || is_visible(target[i]));
        REACHED("a target");
    }
}

static void prove_target_of(const char *link)
{
    const ardoq_http_origin_t origin = {.host = "a.b", .port = 443};
    char target[TARGET_SIZE];
    ardoq_text_t text;
    ardoq_text_init(&text, target, sizeof target, ARDOQ_ERR_PAGES_UNUSABLE);
    if (ardoq_http_link_resolve(link, "/a/b", &origin, &text) == ARDOQ_OK) {
        PROVE(text.length > 0 && text.length < sizeof target);
        PROVE(target[0] == '/' && target[text.length] == '\0');
        /* Nothing that may not stand in a request line. */
        const size_t i = any_size_up_to(TARGET_SIZE);
        PROVE(i >= text.length || is_visible(target[i]));
        REACHED("a target");
    }
}

void prove_link_target(void)
{
    prove_target_of(any_text(any_size_up_to(REFERENCE_MAX)));
}

void prove_absolute_target(void)
{
    const size_t size = any_size_up_to(ABSOLUTE_MAX);
    char *const link = any_absolute(size + 1);
    link[SCHEME_LENGTH + size] = '\0';
    prove_target_of(link);
}

void prove_link_host(void)
{
    const size_t size = any_size_up_to(LINK_MAX);
    const size_t host_size = any_size_up_to(HOST_SIZE_MAX);
    ASSUME(host_size > 0);
    char *const host = any_bytes(host_size);
    ardoq_http_link_host(any_bytes(size), size, host, host_size);
    const size_t length = strlen(host);
    PROVE(length < host_size);
    const size_t i = any_size_up_to(HOST_SIZE_MAX);
    PROVE(i >= length || is_unreserved(host[i]));
    if (length + 1 == HOST_SIZE_MAX) {
        REACHED("a host that fills its memory");
    }
}
