#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/http_url.h"

/* Labels and host names, by their length. */
#define LABEL_62 "a23456789-123456789-123456789-123456789-123456789-123456789-12"
#define LABEL_63 LABEL_62 "3"
#define LABEL_64 LABEL_63 "4"
#define HOST_127 LABEL_63 "." LABEL_63
#define HOST_128 "a." LABEL_63 "." LABEL_62

/* The text alone in its memory and without a NUL, so that a sanitizer sees one byte too many. */
static char *bare_copy(const char *text, size_t size)
{
    char *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, text, size);
    return copy;
}

static ardoq_err_t parse_bytes(const char *text, size_t size, ardoq_http_origin_t *origin)
{
    char *copy = bare_copy(text, size);
    const ardoq_err_t err = ardoq_http_origin_parse(copy, size, origin);
    free(copy);
    return err;
}

static ardoq_err_t parse(const char *text, ardoq_http_origin_t *origin)
{
    return parse_bytes(text, strlen(text), origin);
}

static void reads_an_origin_as_a_person_writes_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *host;
        uint16_t port;
    } cases[] = {
        {"app.ardoq.com", "app.ardoq.com", 443},
        {"https://app.ardoq.com", "app.ardoq.com", 443},
        {"https://app.ardoq.com/", "app.ardoq.com", 443},
        {"app.ardoq.com/", "app.ardoq.com", 443},
        {"HttpS://ACME.Ardoq.COM", "acme.ardoq.com", 443},
        {"AZ.az", "az.az", 443},
        {"app.ardoq.com.", "app.ardoq.com", 443},
        {"https://app.ardoq.com./", "app.ardoq.com", 443},
        {"app.ardoq.com.:8443", "app.ardoq.com", 8443},
        {"app.ardoq.com:443", "app.ardoq.com", 443},
        {"app.ardoq.com:1", "app.ardoq.com", 1},
        {"https://app.ardoq.com:65535/", "app.ardoq.com", 65535},
        {"app.ardoq.com:08443", "app.ardoq.com", 8443},
        {"localhost", "localhost", 443},
        {"localhost:8443", "localhost", 8443},
        {"https", "https", 443},
        {"https:444", "https", 444},
        {"a", "a", 443},
        {"a-b--c.0-9", "a-b--c.0-9", 443},
        {"1.2.3.4a", "1.2.3.4a", 443},
        {"4.a", "4.a", 443},
        {"xn--bcher-kva.example", "xn--bcher-kva.example", 443},
        {LABEL_63, LABEL_63, 443},
        {HOST_127, HOST_127, 443},
        {"https://" HOST_127 ".:8443/", HOST_127, 8443},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ardoq_http_origin_t origin;
        memset(&origin, '#', sizeof origin);
        if (parse(cases[i].text, &origin)) {
            fail_msg("refused: %s", cases[i].text);
        }
        assert_string_equal(origin.host, cases[i].host);
        assert_int_equal(origin.port, cases[i].port);
    }
}

static void refuses_what_is_no_origin_and_leaves_the_result_alone(void **state)
{
    (void)state;
    static const char *const cases[] = {
        /* No host. */
        "", "/", ".", "..", ":443", "https://", "https:///", "https://.", "https://:443",
        /* Another scheme, or a broken one. */
        "http://app.ardoq.com", "HTTP://app.ardoq.com", "ftp://app.ardoq.com",
        "https:app.ardoq.com", "https:/app.ardoq.com", "//app.ardoq.com",
        "https://https://app.ardoq.com", "httpx://app.ardoq.com",
        /* More than an origin. */
        "https://app.ardoq.com/api", "app.ardoq.com//", "app.ardoq.com?x", "app.ardoq.com#x",
        "user@app.ardoq.com", "https://user:password@app.ardoq.com", "app.ardoq.com/?",
        /* Addresses. */
        "192.0.2.1", "https://192.0.2.1:8443/", "192.0.2.1.", "1", "example.123", "a.0", "[::1]",
        "[::1]:443", "https://[2001:db8::1]/", "::1",
        /* Labels. */
        "-a.example", "a-.example", "a.-example", "a.example-", "-", "a..example", ".example",
        "a.example..", "my_host.example", "a b.example", " app.ardoq.com", "app.ardoq.com ",
        "app.ardoq.com\n", "app\r\n.ardoq.com", "app,ardoq.com", "app.ardoq.com\\",
        "caf\xc3\xa9.fr", "a@b", "a`b", "a[b", "a{b", "a/b", "%61.example", LABEL_64, "a." LABEL_64,
        LABEL_64 ".example", HOST_127 "a", HOST_128, HOST_127 ".a",
        LABEL_63 "." LABEL_63 "." LABEL_63,
        /* Ports. */
        "app.ardoq.com:", "app.ardoq.com:/", "app.ardoq.com:0", "app.ardoq.com:65536",
        "app.ardoq.com:99999999999999999999", "app.ardoq.com:4294967739", "app.ardoq.com:-1",
        "app.ardoq.com:+443", "app.ardoq.com: 443", "app.ardoq.com:443 ", "app.ardoq.com:44a",
        "app.ardoq.com:443:443", "app.ardoq.com:https", "app.ardoq.com:4/3", "app.ardoq.com:4:3"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ardoq_http_origin_t origin;
        ardoq_http_origin_t untouched;
        memset(&origin, '#', sizeof origin);
        memset(&untouched, '#', sizeof untouched);
        if (parse(cases[i], &origin) != ARDOQ_ERR_HOST_INVALID) {
            fail_msg("accepted: %s", cases[i]);
        }
        assert_memory_equal(&origin, &untouched, sizeof origin);
    }
}

static void refuses_every_other_byte_in_a_host(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        const bool is_digit = byte >= '0' && byte <= '9';
        const bool is_allowed = is_letter || is_digit || byte == '-' || byte == '.';
        const char text[] = {'a', (char)byte, 'b'};
        ardoq_http_origin_t origin;
        const ardoq_err_t err = parse_bytes(text, sizeof text, &origin);
        assert_int_equal(err, is_allowed ? ARDOQ_OK : ARDOQ_ERR_HOST_INVALID);
    }
}

static void knows_the_first_label(void **state)
{
    (void)state;
    ardoq_http_origin_t origin;
    assert_int_equal(parse("https://App.ardoq.com", &origin), ARDOQ_OK);
    assert_true(ardoq_http_origin_first_label_is(&origin, "app"));
    assert_false(ardoq_http_origin_first_label_is(&origin, "ap"));
    assert_false(ardoq_http_origin_first_label_is(&origin, "apps"));
    assert_false(ardoq_http_origin_first_label_is(&origin, "ardoq"));
    assert_false(ardoq_http_origin_first_label_is(&origin, ""));
    assert_int_equal(parse("application.ardoq.com", &origin), ARDOQ_OK);
    assert_false(ardoq_http_origin_first_label_is(&origin, "app"));
    assert_int_equal(parse("app", &origin), ARDOQ_OK);
    assert_true(ardoq_http_origin_first_label_is(&origin, "app"));
}

/* ---- Links ----------------------------------------------------------------------------------- */

static const ardoq_http_origin_t usual = {"acme.ardoq.com", 443};
static const ardoq_http_origin_t other_port = {"acme.ardoq.com", 8443};

static void follows_links_on_the_same_origin(void **state)
{
    (void)state;
    static const struct {
        const ardoq_http_origin_t *origin;
        const char *link;
        const char *target;
    } cases[] = {
        {&usual, "https://acme.ardoq.com/api/v2/me", "/api/v2/me"},
        {&usual, "https://acme.ardoq.com/api/v2/x?cursor=a%2Fb&n=1", "/api/v2/x?cursor=a%2Fb&n=1"},
        {&usual, "https://acme.ardoq.com:443/x", "/x"},
        {&usual, "HTTPS://Acme.ARDOQ.com/X", "/X"},
        {&usual, "https://acme.ardoq.com./x", "/x"},
        {&usual, "https://acme.ardoq.com/", "/"},
        {&usual, "https://acme.ardoq.com", ""},
        {&usual, "https://acme.ardoq.com#top", ""},
        {&usual, "https://acme.ardoq.com/x#a#b <", "/x"},
        {&usual, "https://acme.ardoq.com//x", "//x"},
        {&usual, "https://acme.ardoq.com/x@y:z", "/x@y:z"},
        {&other_port, "https://acme.ardoq.com:8443/x", "/x"},
        {&usual, "/", "/"},
        {&usual, "/api/v2/x?y=/z", "/api/v2/x?y=/z"},
        {&other_port, "/x#y", "/x"},
        {&usual, "/x?y=https://evil.example/", "/x?y=https://evil.example/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = strlen(cases[i].link);
        char *link = bare_copy(cases[i].link, size);
        const char *target = NULL;
        size_t target_size = 0;
        if (ardoq_http_link_target(link, size, cases[i].origin, &target, &target_size)) {
            fail_msg("refused: %s", cases[i].link);
        }
        assert_in_range((uintptr_t)target, (uintptr_t)link, (uintptr_t)link + size);
        assert_int_equal(target_size, strlen(cases[i].target));
        assert_memory_equal(target, cases[i].target, target_size);
        free(link);
    }
}

static void refuses_links_to_anywhere_else(void **state)
{
    (void)state;
    static const struct {
        const ardoq_http_origin_t *origin;
        const char *link;
    } cases[] = {
        {&usual, ""},
        {&usual, "?page=2"},
        {&usual, "#x"},
        {&usual, "x"},
        {&usual, "../x"},
        {&usual, "//acme.ardoq.com/x"},
        {&usual, "//"},
        {&usual, "/\\evil.example/"},
        {&usual, "\\\\evil.example/"},
        {&usual, "https://"},
        {&usual, "https:///x"},
        {&usual, "https:/x"},
        {&usual, "https:acme.ardoq.com/x"},
        {&usual, "http://acme.ardoq.com/x"},
        {&usual, "wss://acme.ardoq.com/x"},
        {&usual, " https://acme.ardoq.com/x"},
        {&usual, "https://evil.example/x"},
        {&usual, "https://acme.ardoq.com.evil.example/x"},
        {&usual, "https://evilacme.ardoq.com/x"},
        {&usual, "https://acme.ardoq.co/x"},
        {&usual, "https://acme.ardoq.com../x"},
        {&usual, "https://.acme.ardoq.com/x"},
        {&usual, "https://acme.ardoq.com:8443/x"},
        {&usual, "https://acme.ardoq.com:44/x"},
        {&usual, "https://acme.ardoq.com:4430/x"},
        {&usual, "https://acme.ardoq.com:/x"},
        {&usual, "https://acme.ardoq.com:65979/x"},
        {&usual, "https://acme.ardoq.com:443x/x"},
        {&other_port, "https://acme.ardoq.com/x"},
        {&other_port, "https://acme.ardoq.com:443/x"},
        {&usual, "https://user@acme.ardoq.com/x"},
        {&usual, "https://user:password@acme.ardoq.com/x"},
        {&usual, "https://@acme.ardoq.com/x"},
        {&usual, "https://acme.ardoq.com@evil.example/x"},
        {&usual, "https://acme.ardoq.com:443@evil.example/x"},
        {&usual, "https://acme.ardoq.com?x"},
        {&usual, "https://acme.ardoq.com?"},
        {&usual, "https://acme.ardoq.com\\"},
        {&usual, "https://acme.ardoq.com\\@evil.example/x"},
        {&usual, "https://acme.ardoq.com/a b"},
        {&usual, "https://acme.ardoq.com/a\r\nX: y"},
        {&usual, "/a\r\nX: y"},
        {&usual, "/%"},
        {&usual, "/caf\xc3\xa9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = strlen(cases[i].link);
        char *link = bare_copy(cases[i].link, size);
        const char *target;
        size_t target_size;
        const ardoq_err_t err =
            ardoq_http_link_target(link, size, cases[i].origin, &target, &target_size);
        free(link);
        if (err != ARDOQ_ERR_LINK_REFUSED) {
            fail_msg("accepted: %s", cases[i].link);
        }
    }
    const char *target;
    size_t target_size;
    assert_int_equal(ardoq_http_link_target("/x", 0, &usual, &target, &target_size),
                     ARDOQ_ERR_LINK_REFUSED);
}

/* ---- Targets --------------------------------------------------------------------------------- */

static bool target_is_valid(const char *text, size_t size)
{
    char *copy = bare_copy(text, size);
    const bool is_valid = ardoq_http_target_is_valid(copy, size);
    free(copy);
    return is_valid;
}

static void judges_targets(void **state)
{
    (void)state;
    static const char *const valid[] = {"/", "//", "/a?b?c/d", "/?", "/%00%fF%Aa", "/a%2f", "/:@"};
    static const char *const invalid[] = {"",     "a",    "?a",     "*",    "%2f",  "https://a/",
                                          "/#",   "/%",   "/%2",    "/%g0", "/%0g", "/%%20",
                                          "/a%2", "/%/0", "/%2:%3", "/%@0", "/%0`"};
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        if (!target_is_valid(valid[i], strlen(valid[i]))) {
            fail_msg("refused: %s", valid[i]);
        }
    }
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        if (target_is_valid(invalid[i], strlen(invalid[i]))) {
            fail_msg("accepted: %s", invalid[i]);
        }
    }
}

static void lets_only_characters_of_rfc_3986_into_a_target(void **state)
{
    (void)state;
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-._~!$&'()*+,;=:@/?";
    for (int byte = 0; byte < 256; byte++) {
        const char text[] = {'/', (char)byte};
        const bool is_allowed = memchr(allowed, byte, sizeof allowed - 1) != NULL;
        assert_int_equal(target_is_valid(text, sizeof text), is_allowed);
    }
}

/* ---- The host of a message ------------------------------------------------------------------- */

static void finds_the_host_for_a_message(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *host;
    } cases[] = {
        {"https://login.example:8443/x?y", "login.example"},
        {"https://login.example", "login.example"},
        {"http://Login.Example/", "Login.Example"},
        {"https://login.example?x", "login.example"},
        {"https://login.example#x", "login.example"},
        {"https://login.example:", "login.example"},
        {"//login.example/x", "login.example"},
        {"https://user:password@login.example/", "login.example"},
        {"https://a@b@login.example/", "login.example"},
        {"https://login.example/x@y", "login.example"},
        {"https://login.example\\@other.example/", "login.example"},
        {"https://my_host~.test/", "my_host~.test"},
        {"https://192.0.2.1/", "192.0.2.1"},
        {"https://login.example:8443:x/", "login.example"},
        {"https://a\nb@login.example/", "login.example"},
        /* Cut to the 15 bytes that fit. */
        {"https://123456789.12345/", "123456789.12345"},
        {"https://123456789.123456:80/", "123456789.12345"},
        {"https://123456789.123456@login.example", "login.example"},
        /* No host at all. */
        {"", ""},
        {"/", ""},
        {"//", ""},
        {"/x//y", ""},
        {"/x?y=https://login.example/", ""},
        {"x//login.example", ""},
        {"login.example/x", ""},
        {"https:", ""},
        {"https:/", ""},
        {"https:/login.example", ""},
        {"https:x//login.example", ""},
        {"https://", ""},
        {"https:///x", ""},
        {"https://:8443/x", ""},
        {"https://user@/x", ""},
        {"mailto:a@b.example", ""},
        /* Nothing that could spoil a log. */
        {"https://a b/", ""},
        {"https://a\r\nb/", ""},
        {"https://caf\xc3\xa9/", ""},
        {"https://a%0a/", ""},
        {"https://[2001:db8::1]:8443/", ""},
        {"https://a]/", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t size = strlen(cases[i].url);
        char *url = bare_copy(cases[i].url, size);
        char host[16];
        memset(host, '#', sizeof host);
        ardoq_http_link_host(url, size, host, sizeof host);
        assert_string_equal(host, cases[i].host);
        free(url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_an_origin_as_a_person_writes_it),
        cmocka_unit_test(refuses_what_is_no_origin_and_leaves_the_result_alone),
        cmocka_unit_test(refuses_every_other_byte_in_a_host),
        cmocka_unit_test(knows_the_first_label),
        cmocka_unit_test(follows_links_on_the_same_origin),
        cmocka_unit_test(refuses_links_to_anywhere_else),
        cmocka_unit_test(judges_targets),
        cmocka_unit_test(lets_only_characters_of_rfc_3986_into_a_target),
        cmocka_unit_test(finds_the_host_for_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
