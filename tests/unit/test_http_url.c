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
        {"0x7g", "0x7g", 443},
        {"1.0xg", "1.0xg", 443},
        {"7fx0", "7fx0", 443},
        {"0x7f.example", "0x7f.example", 443},
        {"127.1.f", "127.1.f", 443},
        {"0y1", "0y1", 443},
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
        "[::1]:443", "https://[2001:db8::1]/", "::1", "0x7f000001", "0X7F000001", "0x7f.1",
        "127.0x1", "1.0x7f", "127.0.0.0x1", "0177.1", "127.1", "017700000001", "2130706433",
        "127.1.", "0x7f000001.", "example.0xff", "0x", "0X", "a.0x", "0xABCDEF", "0xabcdef:443",
        "https://0x7f.0.0.1/", "08", "1.09", "0x0x1.0x1", "00000000000000000000000000000001",
        "99999999999",
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

static void knows_an_absolute_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_absolute;
    } cases[] = {
        {"acme.ardoq.example", false},          {"acme.ardoq.example.", true},
        {"https://acme.ardoq.example./", true}, {"https://acme.ardoq.example/", false},
        {"acme.ardoq.example.:8443", true},     {"localhost.", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ardoq_http_origin_t origin;
        memset(&origin, '#', sizeof origin);
        assert_int_equal(parse(cases[i].text, &origin), ARDOQ_OK);
        assert_int_equal(origin.is_absolute, cases[i].is_absolute);
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

static const ardoq_http_origin_t usual = {"acme.ardoq.com", 443, false};
static const ardoq_http_origin_t other_port = {"acme.ardoq.com", 8443, false};

#define BASE "/b/c/d;p?q"

/* The target of a link that is in the page BASE; the link alone in its memory. */
static ardoq_err_t resolve(const ardoq_http_origin_t *origin, const char *link, char *target,
                           size_t size)
{
    ardoq_text_t text;
    char *copy = bare_copy(link, strlen(link) + 1);
    ardoq_text_init(&text, target, size, ARDOQ_ERR_PAGES_UNUSABLE);
    const ardoq_err_t err = ardoq_http_link_resolve(copy, BASE, origin, &text);
    free(copy);
    assert_int_equal(text.err, err);
    assert_true(err || strlen(target) == text.length);
    return err;
}

typedef struct {
    const char *link;
    const char *target;
} link_case_t;

static void assert_leads_to(const ardoq_http_origin_t *origin, const link_case_t *cases,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char target[256];
        const ardoq_err_t err = resolve(origin, cases[i].link, target, sizeof target);
        if (err || strcmp(target, cases[i].target) != 0) {
            fail_msg("%s: %s, %s", cases[i].link, ardoq_err_name(err), target);
        }
        assert_true(ardoq_http_target_is_valid(target, strlen(target)));
    }
}

#define ASSERT_LEADS_TO(origin, cases)                                                             \
    assert_leads_to(origin, cases, sizeof(cases) / sizeof(cases)[0])

static void follows_links_on_the_same_origin(void **state)
{
    (void)state;
    static const link_case_t cases[] = {
        {"https://acme.ardoq.com/api/v2/me", "/api/v2/me"},
        {"https://acme.ardoq.com/api/v2/x?cursor=a%2Fb&n=1", "/api/v2/x?cursor=a%2Fb&n=1"},
        {"https://acme.ardoq.com:443/x", "/x"},
        {"https://acme.ardoq.com:/x", "/x"},
        {"HTTPS://Acme.ARDOQ.com/X", "/X"},
        {"https://acme.ardoq.com./x", "/x"},
        {"https://acme.ardoq.com/", "/"},
        {"https://acme.ardoq.com", "/"},
        {"https://acme.ardoq.com#top", "/"},
        {"https://acme.ardoq.com?x", "/?x"},
        {"https://acme.ardoq.com?", "/?"},
        {"https://acme.ardoq.com/x#a#b <", "/x"},
        {"https://acme.ardoq.com//x", "//x"},
        {"https://acme.ardoq.com/x@y:z", "/x@y:z"},
        {"https://acme.ardoq.com/a/./b/../c", "/a/c"},
        {"//acme.ardoq.com/x", "/x"},
        {"//ACME.ardoq.com:443?y", "/?y"},
        {"/", "/"},
        {"/api/v2/x?y=/z/../", "/api/v2/x?y=/z/../"},
        {"/x?y=https://evil.example/", "/x?y=https://evil.example/"},
        {"?y=https://evil.example/", "/b/c/d;p?y=https://evil.example/"},
        {"x/https://evil.example/", "/b/c/x/https://evil.example/"},
    };
    ASSERT_LEADS_TO(&usual, cases);
    static const link_case_t others[] = {
        {"https://acme.ardoq.com:8443/x", "/x"},
        {"//acme.ardoq.com:8443/x", "/x"},
        {"/x#y", "/x"},
    };
    ASSERT_LEADS_TO(&other_port, others);
}

/* Those of RFC 3986, 5.4, whose scheme and host stay. */
static void follows_relative_references(void **state)
{
    (void)state;
    static const link_case_t cases[] = {
        {"g", "/b/c/g"},
        {"./g", "/b/c/g"},
        {"g/", "/b/c/g/"},
        {"/g", "/g"},
        {"?y", "/b/c/d;p?y"},
        {"g?y", "/b/c/g?y"},
        {"#s", "/b/c/d;p?q"},
        {"g#s", "/b/c/g"},
        {"g?y#s", "/b/c/g?y"},
        {";x", "/b/c/;x"},
        {"g;x", "/b/c/g;x"},
        {"g;x?y#s", "/b/c/g;x?y"},
        {"", "/b/c/d;p?q"},
        {".", "/b/c/"},
        {"./", "/b/c/"},
        {"..", "/b/"},
        {"../", "/b/"},
        {"../g", "/b/g"},
        {"../..", "/"},
        {"../../", "/"},
        {"../../g", "/g"},
        {"../../../g", "/g"},
        {"../../../../g", "/g"},
        {"/./g", "/g"},
        {"/../g", "/g"},
        {"g.", "/b/c/g."},
        {".g", "/b/c/.g"},
        {"g..", "/b/c/g.."},
        {"..g", "/b/c/..g"},
        {"./../g", "/b/g"},
        {"./g/.", "/b/c/g/"},
        {"g/./h", "/b/c/g/h"},
        {"g/../h", "/b/c/h"},
        {"g;x=1/./y", "/b/c/g;x=1/y"},
        {"g;x=1/../y", "/b/c/y"},
        {"g?y/./x", "/b/c/g?y/./x"},
        {"g?y/../x", "/b/c/g?y/../x"},
        {"g#s/../x", "/b/c/g"},
        {"...", "/b/c/..."},
        {"g//../h", "/b/c/g/h"},
        {"?", "/b/c/d;p?"},
    };
    ASSERT_LEADS_TO(&usual, cases);
}

static void encodes_what_a_target_may_not_hold(void **state)
{
    (void)state;
    static const link_case_t cases[] = {
        {"/x?page[cursor]=a b", "/x?page%5Bcursor%5D=a%20b"},
        {"?page[cursor]=x", "/b/c/d;p?page%5Bcursor%5D=x"},
        {"https://acme.ardoq.com/caf\xc3\xa9?\xff", "/caf%C3%A9?%FF"},
        {"/\"<>^`{|}", "/%22%3C%3E%5E%60%7B%7C%7D"},
        {"/a\\b?\\", "/a%5Cb?%5C"},
        {"a\\..\\b", "/b/c/a%5C..%5Cb"},
        {"/%", "/%25"},
        {"/%4", "/%254"},
        {"/%4g%41%fF", "/%254g%41%fF"},
        {"/%%20", "/%25%20"},
        {"/x?q=100%", "/x?q=100%25"},
    };
    ASSERT_LEADS_TO(&usual, cases);
    for (int byte = 1; byte < 256; byte++) {
        char target[16];
        const char link[] = {'/', (char)byte, 'x', '\0'};
        const ardoq_err_t err = resolve(&usual, link, target, sizeof target);
        if (byte < ' ' || byte == 0x7f) {
            assert_int_equal(err, ARDOQ_ERR_LINK_MALFORMED);
        } else if (byte == '/' || byte == '\\') {
            assert_int_equal(err, ARDOQ_ERR_LINK_REFUSED);
        } else {
            assert_int_equal(err, ARDOQ_OK);
            assert_true(ardoq_http_target_is_valid(target, strlen(target)));
        }
    }
}

/* Cut nowhere: what does not fit is an error. */
static void notices_a_target_that_does_not_fit(void **state)
{
    (void)state;
    static const char *const links[] = {"/12345678", "xxx", "?345", "/[][", "123/../xxx"};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        char target[16];
        assert_int_equal(resolve(&usual, links[i], target, sizeof target), ARDOQ_OK);
        const size_t length = strlen(target);
        assert_true(length > 1);
        const size_t longest = i == 4 ? strlen("/b/c/123/") : length;
        assert_int_equal(resolve(&usual, links[i], target, longest + 1), ARDOQ_OK);
        for (size_t size = 1; size <= longest; size++) {
            assert_int_equal(resolve(&usual, links[i], target, size), ARDOQ_ERR_PAGES_UNUSABLE);
        }
    }
}

static void assert_refused(const ardoq_http_origin_t *origin, const char *link,
                           ardoq_err_t expected)
{
    char target[256];
    const ardoq_err_t err = resolve(origin, link, target, sizeof target);
    if (err != expected) {
        fail_msg("%s: %s", link, ardoq_err_name(err));
    }
}

static void refuses_links_to_anywhere_else(void **state)
{
    (void)state;
    static const char *const links[] = {"//",
                                        "/\\evil.example/",
                                        "\\\\evil.example/",
                                        "\\/evil.example/",
                                        "///x",
                                        "https://",
                                        "https:///x",
                                        "http://acme.ardoq.com/x",
                                        "wss://acme.ardoq.com/x",
                                        "ftp:x",
                                        "a:b",
                                        "HTTP:/x",
                                        "httpsx:/x",
                                        "acme.ardoq.com:443/x",
                                        "https://evil.example/x",
                                        "https://acme.ardoq.com.evil.example/x",
                                        "https://evilacme.ardoq.com/x",
                                        "https://acme.ardoq.co/x",
                                        "https://acme.ardoq.com../x",
                                        "https://.acme.ardoq.com/x",
                                        "https://acme.ardoq.com:8443/x",
                                        "https://acme.ardoq.com:44/x",
                                        "https://acme.ardoq.com:4430/x",
                                        "https://acme.ardoq.com::/x",
                                        "https://acme.ardoq.com:65979/x",
                                        "https://acme.ardoq.com:443x/x",
                                        "https://user@acme.ardoq.com/x",
                                        "https://user:password@acme.ardoq.com/x",
                                        "https://@acme.ardoq.com/x",
                                        "https://acme.ardoq.com@evil.example/x",
                                        "https://acme.ardoq.com:443@evil.example/x",
                                        "//evil.example/x",
                                        "//evil.example/x/../../y",
                                        "https://acme.ardoq.com\t/x",
                                        "https://acme.ardoq.com /x",
                                        "https://caf\xc3\xa9.fr/"};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        assert_refused(&usual, links[i], ARDOQ_ERR_LINK_REFUSED);
    }
    assert_refused(&other_port, "https://acme.ardoq.com/x", ARDOQ_ERR_LINK_REFUSED);
    assert_refused(&other_port, "https://acme.ardoq.com:/x", ARDOQ_ERR_LINK_REFUSED);
    assert_refused(&other_port, "//acme.ardoq.com:443/x", ARDOQ_ERR_LINK_REFUSED);
}

static void refuses_what_is_no_url(void **state)
{
    (void)state;
    static const char *const links[] = {"https:",
                                        "https:/x",
                                        "https:acme.ardoq.com/x",
                                        "HTTPS:x",
                                        ":",
                                        ":x",
                                        ":443/x",
                                        " https://acme.ardoq.com/x",
                                        "https://acme.ardoq.com/a\r\nX: y",
                                        "/a\r\nX: y",
                                        "/a\tb",
                                        "?a\x7f",
                                        "a\nb",
                                        "https://acme.ardoq.com\\",
                                        "https://acme.ardoq.com\\@evil.example/x"};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        assert_refused(&usual, links[i], ARDOQ_ERR_LINK_MALFORMED);
    }
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
    assert_false(ardoq_http_target_is_valid("/", 0));
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
        cmocka_unit_test(knows_an_absolute_name),
        cmocka_unit_test(knows_the_first_label),
        cmocka_unit_test(follows_links_on_the_same_origin),
        cmocka_unit_test(follows_relative_references),
        cmocka_unit_test(encodes_what_a_target_may_not_hold),
        cmocka_unit_test(notices_a_target_that_does_not_fit),
        cmocka_unit_test(refuses_links_to_anywhere_else),
        cmocka_unit_test(refuses_what_is_no_url),
        cmocka_unit_test(judges_targets),
        cmocka_unit_test(lets_only_characters_of_rfc_3986_into_a_target),
        cmocka_unit_test(finds_the_host_for_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
