#include "../../../components/http/http_url.c"

#include "../proof.h"

enum {
    HOST_MAX = 6,
    TARGET_MAX = 8,
    LINK_MAX = 6,
    REFERENCE_MAX = 2,
    PATH_MAX = 3,
    PATH_ROOM = 6,
    ABSOLUTE_MAX = 5,
    REST_MAX = 2,
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
        /* Nothing that may not be in a request line. */
        const size_t i = any_size_up_to(TARGET_SIZE);
        PROVE(i >= text.length || is_visible(target[i]));
        REACHED("a target");
    }
}

/* One size at a time is much less work for CBMC. */
void prove_link_target(void)
{
    for (size_t size = 0; size <= REFERENCE_MAX; size++) {
        prove_target_of(any_text(size));
    }
}

/* Longer links, part by part. First what names the origin: what follows it lies inside the link. */
static void prove_skip_of(const char *link, size_t size)
{
    const ardoq_http_origin_t origin = {.host = "a.b", .port = 443};
    const char *rest = link;
    const ardoq_err_t err = skip_origin(&rest, &origin);
    PROVE(err == ARDOQ_OK || err == ARDOQ_ERR_LINK_REFUSED || err == ARDOQ_ERR_LINK_MALFORMED);
    PROVE(rest >= link && rest <= link + size);
    PROVE(err || rest == link || is_one_of(*rest, "/?#\\") || *rest == '\0');
    if (!err && rest > link && rest < link + size) {
        REACHED("a target after the origin");
    }
}

void prove_skip_origin(void)
{
    const size_t size = any_size_up_to(LINK_MAX);
    prove_skip_of(any_text(size), size);
}

void prove_absolute_skip_origin(void)
{
    const size_t size = any_size_up_to(ABSOLUTE_MAX);
    char *const link = any_absolute(size + 1);
    link[SCHEME_LENGTH + size] = '\0';
    prove_skip_of(link, SCHEME_LENGTH + size);
}

/* A target in progress: it begins with a slash, and so far ends with one. */
static ardoq_text_t any_folder(char memory[PATH_ROOM])
{
    ardoq_text_t target;
    ardoq_text_init(&target, memory, PATH_ROOM, ARDOQ_ERR_PAGES_UNUSABLE);
    target.length = any_size_up_to(PATH_ROOM - 1);
    ASSUME(target.length > 0);
    memory[0] = '/';
    ASSUME(memory[target.length - 1] == '/');
    memory[target.length] = '\0';
    for (size_t i = 0; i < target.length; i++) {
        ASSUME(is_visible(memory[i]));
    }
    return target;
}

static void prove_folder(const ardoq_text_t *target)
{
    PROVE(target->length > 0 && target->length < target->size && target->data[0] == '/');
    PROVE(target->data[target->length] == '\0');
    const size_t i = any_size_up_to(PATH_ROOM);
    PROVE(i >= target->length || is_visible(target->data[i]));
}

void prove_drop_part(void)
{
    char memory[PATH_ROOM];
    ardoq_text_t target = any_folder(memory);
    const size_t length = target.length;
    drop_part(&target);
    prove_folder(&target);
    PROVE(target.data[target.length - 1] == '/' && (target.length < length || length == 1));
    if (length == PATH_ROOM - 1 && target.length == 2) {
        REACHED("a longer part");
    }
}

/* What is appended is encoded, and a path may go back, but not past the first slash. One part at a
 * time: between them the target ends with a slash again. */
void prove_path(void)
{
    char memory[PATH_ROOM];
    ardoq_text_t target = any_folder(memory);
    const size_t length = target.length;
    char path[PATH_MAX];
    const size_t size = any_size_up_to(sizeof path);
    ASSUME(size > 0 && memchr(path, '/', size - 1) == NULL);
    append_path(&target, path, size);
    if (!target.err) {
        prove_folder(&target);
        PROVE(path[size - 1] != '/' || target.data[target.length - 1] == '/');
        if (target.length < length) {
            REACHED("back");
        }
    }
}

void prove_part(void)
{
    char memory[PATH_ROOM];
    ardoq_text_t target = any_folder(memory);
    const size_t size = any_size_up_to(2);
    append_part(&target, any_bytes(size), size);
    PROVE(!target.err || target.err == ARDOQ_ERR_LINK_MALFORMED ||
          target.err == ARDOQ_ERR_PAGES_UNUSABLE);
    if (!target.err) {
        prove_folder(&target);
        REACHED("a part");
    }
}

/* What is kept of the page's own target begins with a slash, and before a path ends with one. */
void prove_base(void)
{
    const size_t size = any_size_up_to(PATH_ROOM - 2);
    const char *const base = any_text(size);
    ASSUME(ardoq_http_target_is_valid(base, size));
    const char *const link = any_text(any_size_up_to(1));
    char memory[PATH_ROOM];
    ardoq_text_t target;
    ardoq_text_init(&target, memory, PATH_ROOM, ARDOQ_ERR_PAGES_UNUSABLE);
    append_base(&target, base, link);
    PROVE(!target.err);
    prove_folder(&target);
    PROVE(*link == '\0' || is_one_of(*link, "?#") || target.data[target.length - 1] == '/');
    if (target.length == 1 && size == 4) {
        REACHED("a base that loses its last part");
    }
}

/* The origin is ours, so that the rest counts. */
void prove_absolute_target(void)
{
    static const char origin[] = "https://a.b";
    for (size_t size = 0; size <= REST_MAX; size++) {
        char link[sizeof origin + REST_MAX];
        memcpy(link, origin, sizeof origin - 1);
        for (size_t k = 0; k < size; k++) {
            ASSUME(link[sizeof origin - 1 + k] != '\0');
        }
        link[sizeof origin - 1 + size] = '\0';
        prove_target_of(link);
    }
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
