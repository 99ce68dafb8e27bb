/* Lists: pages, links, and elements one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ardoq/list.h"
#include "ardoq/port_fake.h"
#include "heap.h"
#include "peer_client.h"
#include "pipe_faults.h"

#define PATH   "/api/v2/components"
#define ORIGIN "https://localhost:8443"

static ardoq_list_t list;

/* What the callback was given, and what it does. */
static struct {
    uint32_t calls;
    uint32_t last_index;
    char log[256];        /* "index=id " for each of the first elements */
    uint32_t fails_at;    /* number of the call that fails, from 1; 0: none */
    ardoq_err_t fails_by; /* its result */
} seen;

static int set_up(void **state)
{
    memset(&list, '#', sizeof list);
    memset(&seen, 0, sizeof seen);
    return peer_client_set_up(state);
}

static ardoq_err_t take_element(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    assert_ptr_equal(context, &seen);
    int64_t id = -1;
    assert_int_equal(ardoq_json_int64(element, ARDOQ_JSON_ROOT, "id", &id), ARDOQ_OK);
    const size_t length = strlen(seen.log);
    snprintf(seen.log + length, sizeof seen.log - length, "%u=%d ", index, (int)id);
    seen.last_index = index;
    seen.calls++;
    return seen.calls == seen.fails_at ? seen.fails_by : ARDOQ_OK;
}

static ardoq_err_t run(void)
{
    return ardoq_list_each(&client, &list, PATH, NULL, 0, take_element, &seen);
}

/* The result for these pages, one after the other. */
static ardoq_err_t run_pages(const char *const *answers, size_t count)
{
    static peer_step_t steps[4];
    assert_true(count <= 4);
    for (size_t i = 0; i < count; i++) {
        steps[i] = (peer_step_t){.answer = answers[i]};
    }
    peer_client_open(steps, count);
    return run();
}

/* The result for one page, given to every request. */
static ardoq_err_t run_page(const char *body)
{
    memset(&seen, 0, sizeof seen);
    peer_client_answer(json_of(body));
    return run();
}

/* A page whose link is before or after its elements. */
static const char *page_of(const char *values, const char *href, bool link_first)
{
    const char *links = text_of("\"_links\":{\"next\":{\"href\":\"%s\"}}", href);
    return link_first ? json_of(text_of("{%s,\"values\":[%s]}", links, values))
                      : json_of(text_of("{\"values\":[%s],%s}", values, links));
}

static const char *last_page_of(const char *values)
{
    return json_of(text_of("{\"values\":[%s],\"_links\":{}}", values));
}

/* ---- Pages ---- */

static void test_one_page(void **state)
{
    (void)state;
    assert_int_equal(
        run_page("{\"values\":[{\"id\":7},{\"id\":8}],\"_links\":{},\"_meta\":{\"id\":9}}"),
        ARDOQ_OK);
    assert_string_equal(seen.log, "0=7 1=8 ");
    assert_int_equal(list.count, 2);
    assert_int_equal(list.pages, 1);
    assert_int_equal(list.skipped, 0);
    assert_int_equal(list.response.status, 200);
    assert_int_equal(tls_peer_answered(), 1);
}

static void test_empty_page(void **state)
{
    (void)state;
    assert_int_equal(run_page("{\"values\":[]}"), ARDOQ_OK);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.pages, 1);
}

static const char *request_line(unsigned number)
{
    const char *line = tls_peer_received();
    for (; number > 0; number--) {
        line = strstr(line, "\r\n\r\n") + 4;
    }
    return text_of("%.*s", (int)strcspn(line, "\r"), line);
}

static void test_three_pages(void **state)
{
    (void)state;
    const char *const pages[] = {
        page_of("{\"id\":1},{\"id\":2}", ORIGIN PATH "?cursor=b%2B", false),
        page_of("{\"id\":3}", PATH "?cursor=c", true),
        last_page_of("{\"id\":4}"),
    };
    assert_int_equal(run_pages(pages, 3), ARDOQ_OK);
    assert_string_equal(seen.log, "0=1 1=2 2=3 3=4 ");
    assert_int_equal(list.count, 4);
    assert_int_equal(list.pages, 3);
    assert_int_equal(tls_peer_answered(), 3);
    assert_int_equal(ardoq_fake.connects, 1);
    assert_string_equal(request_line(0), "GET " PATH " HTTP/1.1");
    assert_string_equal(request_line(1), "GET " PATH "?cursor=b%2B HTTP/1.1");
    assert_string_equal(request_line(2), "GET " PATH "?cursor=c HTTP/1.1");
}

/* The link is opaque: it holds the query already. */
static void test_query_is_sent_with_the_first_page_only(void **state)
{
    (void)state;
    static const ardoq_query_t query[] = {{"name", "a b"}, {"typeId", "p1"}};
    const peer_step_t steps[] = {{.answer = page_of("", PATH "?cursor=2", false)},
                                 {.answer = last_page_of("")}};
    peer_client_open(steps, 2);
    assert_int_equal(ardoq_list_each(&client, &list, PATH, query, 2, take_element, &seen),
                     ARDOQ_OK);
    assert_string_equal(request_line(0), "GET " PATH "?name=a%20b&typeId=p1 HTTP/1.1");
    assert_string_equal(request_line(1), "GET " PATH "?cursor=2 HTTP/1.1");
}

static void test_list_may_be_used_again(void **state)
{
    (void)state;
    assert_int_equal(run_page("{\"values\":[{\"id\":1}]}"), ARDOQ_OK);
    assert_int_equal(run_page("{\"values\":[{\"id\":2}]}"), ARDOQ_OK);
    assert_string_equal(seen.log, "0=2 ");
    assert_int_equal(list.count, 1);
    assert_int_equal(list.pages, 1);
}

/* ---- Links ---- */

static void assert_follows(const char *href, const char *target)
{
    const char *const pages[] = {page_of("", href, false), last_page_of("")};
    assert_int_equal(run_pages(pages, 2), ARDOQ_OK);
    assert_string_equal(request_line(1), text_of("GET %s HTTP/1.1", target));
    assert_int_equal(list.pages, 2);
    ardoq_close(&client);
}

static void test_links_on_the_configured_host(void **state)
{
    (void)state;
    assert_follows(ORIGIN "/x", "/x");
    assert_follows("HTTPS://LOCALHOST:8443/X?Y=Z", "/X?Y=Z");
    assert_follows("\\/x\\/y?a=\\u0062", "/x/y?a=b");
    assert_follows("/x#fragment", "/x");
    assert_follows("/", "/");
    assert_follows(ORIGIN, "/");
    assert_follows(ORIGIN "#fragment", "/");
    assert_follows("//localhost:8443/x", "/x");
    assert_follows("?cursor=2", PATH "?cursor=2");
    assert_follows("components/2", PATH "/2");
    assert_follows("../x", "/api/x");
    assert_follows("?page[cursor]=a b\\u00e9", PATH "?page%5Bcursor%5D=a%20b%C3%A9");
}

/* Nothing goes elsewhere: neither a request nor a lookup of the name. */
static void assert_refused(const char *href, ardoq_err_t expected, bool link_first)
{
    const char *const pages[] = {page_of("{\"id\":1}", href, link_first)};
    memset(&seen, 0, sizeof seen);
    const unsigned connects = ardoq_fake.connects;
    assert_int_equal(run_pages(pages, 1), expected);
    assert_int_equal(tls_peer_answered(), 1);
    assert_int_equal(ardoq_fake.connects, connects + 1);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_string_equal(ardoq_fake.resolved_host, "localhost");
    assert_int_equal(seen.calls, link_first ? 0 : 1);
    assert_int_equal(list.pages, 0);
    ardoq_close(&client);
}

static void test_links_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const links[] = {
        "https://evil.example" PATH,
        "https://evil.example:8443" PATH,
        "https://localhost" PATH,
        "https://localhost:8444" PATH,
        "https://localhost.evil.example:8443" PATH,
        "https://localhost:8443@evil.example" PATH,
        "http://localhost:8443" PATH,
        "//evil.example" PATH,
        "ftp://localhost:8443" PATH,
        "localhost:8443" PATH,
        "\\\\\\\\evil.example",
    };
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        assert_refused(links[i], ARDOQ_ERR_LINK_REFUSED, i % 2 == 0);
    }
    assert_refused("/a\\r\\nX-Evil: 1", ARDOQ_ERR_LINK_MALFORMED, true);
    assert_refused("https:/x", ARDOQ_ERR_LINK_MALFORMED, false);
}

/* A query replaces that of the page it is in, also of a later page. */
static void test_links_are_relative_to_their_page(void **state)
{
    (void)state;
    const char *const pages[] = {page_of("", "/x/y?cursor=2", false),
                                 page_of("", "?cursor=3", true), page_of("", "z", false),
                                 last_page_of("")};
    assert_int_equal(run_pages(pages, 4), ARDOQ_OK);
    assert_string_equal(request_line(2), "GET /x/y?cursor=3 HTTP/1.1");
    assert_string_equal(request_line(3), "GET /x/z HTTP/1.1");
}

static void test_link_to_the_same_page(void **state)
{
    (void)state;
    const char *const pages[] = {
        page_of("{\"id\":1}", PATH "?cursor=2", false),
        page_of("{\"id\":2}", ORIGIN PATH "?cursor=2", false),
    };
    assert_int_equal(run_pages(pages, 2), ARDOQ_ERR_PAGES_UNUSABLE);
    assert_string_equal(seen.log, "0=1 1=2 ");
    assert_int_equal(tls_peer_answered(), 2);
}

static void test_pages_that_go_in_a_circle(void **state)
{
    (void)state;
    const char *const pages[] = {
        page_of("{\"id\":1}", PATH "?cursor=2", false),
        page_of("{\"id\":2}", PATH "?cursor=3", false),
        page_of("{\"id\":3}", PATH "?cursor=2", false),
        page_of("{\"id\":2}", PATH "?cursor=3", false),
    };
    assert_int_equal(run_pages(pages, 4), ARDOQ_ERR_PAGES_UNUSABLE);
    assert_string_equal(seen.log, "0=1 1=2 2=3 3=2 ");
}

/* The set-up looks for the token in the log. */
static void test_link_that_holds_the_token(void **state)
{
    (void)state;
    assert_follows("?cursor=" TEST_TOKEN, PATH "?cursor=" TEST_TOKEN);
    const bool is_logged = (int)ARDOQ_LOG_LEVEL >= (int)ARDOQ_LOG_INFO;
    assert_int_equal(strstr(ardoq_fake.log, "GET: (not shown)") != NULL, is_logged);
    assert_null(strstr(ardoq_fake.log, TEST_TOKEN));
}

/* The link of each page leads to another one, for ever. */
static const char *endless(const char *values)
{
    return page_of(values, "x/", false);
}

static void test_pages_without_anything_end(void **state)
{
    (void)state;
    peer_client_answer(endless(""));
    assert_int_equal(run(), ARDOQ_ERR_PAGES_UNUSABLE);
    assert_int_equal(tls_peer_answered(), ARDOQ_LIST_EMPTY_PAGES + 1);
}

/* Filters may leave some of them empty. */
static void test_some_pages_may_be_empty(void **state)
{
    (void)state;
    peer_step_t steps[2 * ARDOQ_LIST_EMPTY_PAGES + 2];
    for (size_t i = 0; i < 2 * ARDOQ_LIST_EMPTY_PAGES + 1; i++) {
        steps[i] =
            (peer_step_t){.answer = endless(i == ARDOQ_LIST_EMPTY_PAGES ? "{\"id\":1}" : "")};
    }
    steps[2 * ARDOQ_LIST_EMPTY_PAGES + 1] = (peer_step_t){.answer = last_page_of("{\"id\":2}")};
    peer_client_open(steps, 2 * ARDOQ_LIST_EMPTY_PAGES + 2);
    assert_int_equal(run(), ARDOQ_OK);
    assert_string_equal(seen.log, "0=1 1=2 ");
}

enum { PAUSE = 50, TIMEOUT = 1000, PAGES = ARDOQ_LIST_TIMEOUTS * TIMEOUT / PAUSE };

static void assert_ends_in_time(const peer_step_t *steps, size_t count)
{
    config.timeout_ms = TIMEOUT;
    peer_client_open(steps, count);
    const uint64_t start = ardoq_fake.uptime_ms;
    assert_int_equal(run(), ARDOQ_ERR_TIMEOUT);
    assert_int_equal(ardoq_fake.uptime_ms - start, ARDOQ_LIST_TIMEOUTS * TIMEOUT);
}

static void test_endless_list_ends_by_its_deadline(void **state)
{
    (void)state;
    static peer_step_t steps[PAGES + 1];
    for (int i = 0; i <= PAGES; i++) {
        steps[i] = (peer_step_t){.answer = page_of("{\"id\":1}", text_of("?%d", i), false)};
    }
    assert_ends_in_time(steps, PAGES + 1);
    assert_in_range(tls_peer_answered(), PAGES - 1, PAGES);
    ardoq_close(&client);

    /* The last page does not come, and has no more time than the list. */
    steps[PAGES - 5].answer = NULL;
    assert_ends_in_time(steps, PAGES + 1);
}

static void test_longest_link(void **state)
{
    (void)state;
    /* The link must fit the element's buffer and the request's head as well. */
    if (ARDOQ_LINK_SIZE + 64 > ARDOQ_ELEMENT_SIZE || ARDOQ_LINK_SIZE + 300 > ARDOQ_BUFFER_SIZE) {
        skip();
    }
    char *link = repeat("/", ARDOQ_LINK_SIZE);
    link[1] = 'x';
    const char *const too_long[] = {page_of("{\"id\":1}", link, false)};
    assert_int_equal(run_pages(too_long, 1), ARDOQ_ERR_PAGES_UNUSABLE);
    assert_int_equal(tls_peer_answered(), 1);
    ardoq_close(&client);
    link[ARDOQ_LINK_SIZE - 1] = '\0';
    assert_follows(link, link);
}

static void test_links_that_are_absent(void **state)
{
    (void)state;
    static const char *const links[] = {"null",
                                        "{}",
                                        "[]",
                                        "\"next\"",
                                        "{\"next\":null}",
                                        "{\"prev\":{\"href\":\"/x\"}}",
                                        "{\"next\":{}}",
                                        "{\"next\":\"\"}",
                                        "{\"next\":{\"href\":null}}",
                                        "{\"next\":{\"href\":\"\"}}"};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        const char *page = text_of("{\"_links\":%s,\"values\":[{\"id\":1}]}", links[i]);
        assert_int_equal(run_page(page), ARDOQ_OK);
        assert_int_equal(list.pages, 1);
        assert_int_equal(list.count, 1);
    }
    assert_int_equal(tls_peer_answered(), sizeof links / sizeof links[0]);
}

/* ---- Warnings ---- */

static void assert_warnings(const char *meta, const char *expected)
{
    for (int first = 0; first < 2; first++) {
        const char *page = text_of(first ? "{\"_meta\":%s,\"values\":[{\"id\":1}],\"_links\":{}}"
                                         : "{\"values\":[{\"id\":1}],\"_meta\":%s}",
                                   meta);
        assert_int_equal(run_page(page), ARDOQ_OK);
        assert_string_equal(list.warnings, expected);
        assert_int_equal(seen.calls, 1);
    }
}

static void test_warnings(void **state)
{
    (void)state;
    assert_warnings("{\"warnings\":[\"no such filter: nam\"],\"query\":{\"raw\":{}}}",
                    "[\"no such filter: nam\"]");
    assert_warnings("{\"warnings\":{\"nam\":[\"unknown\"]}}", "{\"nam\":[\"unknown\"]}");
    assert_warnings("{\"warnings\":\"\\u001b[31m \xc2\x9b\"}", "\\u001b[31m   ");
    static const char *const none[] = {"{}",
                                       "null",
                                       "[\"warnings\"]",
                                       "{\"warnings\":null}",
                                       "{\"warnings\":[]}",
                                       "{\"warnings\":{}}",
                                       "{\"a\":{\"warnings\":[\"b\"]}}"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_warnings(none[i], "");
    }
}

static void test_warnings_that_are_long(void **state)
{
    (void)state;
    const char *whole = text_of("[\"%s\"]", repeat("y", ARDOQ_MESSAGE_SIZE - 5));
    assert_warnings(text_of("{\"warnings\":%s}", whole), whole);
    char cut[ARDOQ_MESSAGE_SIZE] = {0};
    memcpy(cut, text_of("[\"%s", repeat("y", ARDOQ_MESSAGE_SIZE - 5)), sizeof cut - 3);
    /* Two bytes are left for a character of three. */
    assert_warnings(text_of("{\"warnings\":%s\xe2\x98\x83\"]}", cut), cut);
    const char *larger = repeat("y", ARDOQ_ELEMENT_SIZE);
    assert_warnings(text_of("{\"warnings\":[\"%s\"]}", larger), "");
}

static void test_the_first_warnings_stay(void **state)
{
    (void)state;
    const char *const pages[] = {
        json_of("{\"_meta\":{\"warnings\":[\"one\"]},\"_links\":{\"next\":{\"href\":\"/2\"}},"
                "\"values\":[]}"),
        json_of("{\"_meta\":{\"warnings\":[\"two\"]},\"values\":[]}"),
    };
    assert_int_equal(run_pages(pages, 2), ARDOQ_OK);
    assert_string_equal(list.warnings, "[\"one\"]");
}

/* ---- Links that are of no use ---- */

/* Not as Ardoq has it, but no less clear. */
static void test_link_without_an_object(void **state)
{
    (void)state;
    const char *const pages[] = {json_of("{\"values\":[],\"_links\":{\"next\":\"?x\"}}"),
                                 last_page_of("")};
    assert_int_equal(run_pages(pages, 2), ARDOQ_OK);
    assert_string_equal(request_line(1), "GET " PATH "?x HTTP/1.1");
}

static void test_links_that_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(run_page("{\"values\":[],\"_links\":{\"next\":{\"href\":false}}}"),
                     ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(run_page("{\"values\":[],\"_links\":{\"next\":[\"/x\"]}}"),
                     ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(run_page(text_of("{\"_links\":{\"x\":\"%s\"},\"values\":[]}",
                                      repeat("y", ARDOQ_ELEMENT_SIZE))),
                     ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_int_equal(list.pages, 0);
}

/* An object of @p parts tokens. */
static const char *element_of_parts(int id, size_t parts)
{
    return text_of("{\"id\":%d,\"x\":[0%s]}", id, repeat(",0", parts - 6));
}

static void test_links_of_too_many_parts(void **state)
{
    (void)state;
    const char *links = element_of_parts(1, ARDOQ_ELEMENT_TOKENS + 1);
    if (strlen(links) > ARDOQ_ELEMENT_SIZE) {
        skip();
    }
    assert_int_equal(run_page(text_of("{\"_links\":%s,\"values\":[{\"id\":1}]}", links)),
                     ARDOQ_ERR_JSON_TOO_MANY_TOKENS);
    assert_int_equal(seen.calls, 0);
}

/* ---- Elements that do not fit ---- */

/* An element of @p size bytes. */
static const char *element_of_size(int id, size_t size)
{
    const size_t frame = strlen(text_of("{\"id\":%d,\"x\":\"\"}", id));
    return text_of("{\"id\":%d,\"x\":\"%s\"}", id, repeat("y", size - frame));
}

static void test_largest_element(void **state)
{
    (void)state;
    const char *element = element_of_size(1, ARDOQ_ELEMENT_SIZE);
    assert_int_equal(run_page(text_of("{\"values\":[%s]}", element)), ARDOQ_OK);
    assert_string_equal(seen.log, "0=1 ");
    element = element_of_size(1, ARDOQ_ELEMENT_SIZE + 1);
    assert_int_equal(run_page(text_of("{\"values\":[%s]}", element)), ARDOQ_ERR_ELEMENT_TOO_LARGE);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.skipped, 1);
    assert_int_equal(list.first_skipped, 0);
}

static void test_element_of_most_parts(void **state)
{
    (void)state;
    if (strlen(element_of_parts(1, ARDOQ_ELEMENT_TOKENS + 1)) > ARDOQ_ELEMENT_SIZE) {
        skip();
    }
    const char *element = element_of_parts(1, ARDOQ_ELEMENT_TOKENS);
    assert_int_equal(run_page(text_of("{\"values\":[%s]}", element)), ARDOQ_OK);
    assert_string_equal(seen.log, "0=1 ");
    element = element_of_parts(1, ARDOQ_ELEMENT_TOKENS + 1);
    assert_int_equal(run_page(text_of("{\"values\":[%s]}", element)), ARDOQ_ERR_ELEMENT_TOO_LARGE);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(list.skipped, 1);
}

/* The others are given, under their own numbers, over all pages. */
static void test_elements_that_do_not_fit_are_skipped(void **state)
{
    (void)state;
    const char *large = element_of_size(0, ARDOQ_ELEMENT_SIZE + 100);
    const char *many = element_of_parts(0, ARDOQ_ELEMENT_TOKENS + 1);
    const char *const pages[] = {
        page_of(text_of("{\"id\":1},%s,{\"id\":2},%s", large, many), PATH "?cursor=2", false),
        last_page_of(text_of("%s,{\"id\":3}", large)),
    };
    assert_int_equal(run_pages(pages, 2), ARDOQ_ERR_ELEMENT_TOO_LARGE);
    assert_string_equal(seen.log, "0=1 2=2 5=3 ");
    assert_int_equal(list.count, 6);
    assert_int_equal(list.skipped, 3);
    assert_int_equal(list.first_skipped, 1);
    assert_int_equal(list.pages, 2);
}

/* A later error counts more than a skipped element. */
static void test_error_after_a_skipped_element(void **state)
{
    (void)state;
    const char *large = element_of_size(0, ARDOQ_ELEMENT_SIZE + 1);
    assert_int_equal(run_page(text_of("{\"values\":[%s,{\"id\":1}", large)),
                     ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(list.skipped, 1);
    assert_string_equal(seen.log, "1=1 ");
}

/* ---- The callback ---- */

static void test_error_of_the_callback_ends_the_list(void **state)
{
    (void)state;
    const char *const pages[] = {
        page_of("{\"id\":1},{\"id\":2},{\"id\":3}", PATH "?cursor=2", true)};
    seen.fails_at = 2;
    seen.fails_by = ARDOQ_ERR_JSON_RANGE;
    assert_int_equal(run_pages(pages, 1), ARDOQ_ERR_JSON_RANGE);
    assert_string_equal(seen.log, "0=1 1=2 ");
    assert_int_equal(tls_peer_answered(), 1);
    assert_int_equal(list.pages, 0);
    assert_int_equal(ardoq_fake.open_sockets, 0);
}

static ardoq_err_t call_the_client(void *context, const ardoq_json_document_t *element,
                                   uint32_t index)
{
    (void)element;
    (void)index;
    static ardoq_list_t inner;
    return *(ardoq_err_t *)context =
               ardoq_list_each(&client, &inner, PATH, NULL, 0, take_element, &seen);
}

static void test_callback_must_not_call_the_client(void **state)
{
    (void)state;
    ardoq_err_t inner = ARDOQ_OK;
    peer_client_answer(json_of("{\"values\":[{\"id\":1}]}"));
    assert_int_equal(ardoq_list_each(&client, &list, PATH, NULL, 0, call_the_client, &inner),
                     ARDOQ_ERR_BUSY);
    assert_int_equal(inner, ARDOQ_ERR_BUSY);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(tls_peer_answered(), 1);
}

static ardoq_err_t count_type(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    unsigned *counts = context;
    assert_int_equal(ardoq_json_type(element, ARDOQ_JSON_ROOT), index);
    counts[index]++;
    return ARDOQ_OK;
}

static void test_elements_of_every_type(void **state)
{
    (void)state;
    unsigned counts[6] = {0};
    peer_client_answer(json_of("{\"values\":[null,true , 1,\"]}\",[{}],{\"values\":[1]}]}"));
    assert_int_equal(ardoq_list_each(&client, &list, PATH, NULL, 0, count_type, counts), ARDOQ_OK);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(counts[i], 1);
    }
}

/* ---- Between two pages ---- */

static ardoq_err_t take_and_interrupt(void *context, const ardoq_json_document_t *element,
                                      uint32_t index)
{
    ardoq_interrupt(&client);
    return take_element(context, element, index);
}

static void assert_ends_after_the_first_page(ardoq_err_t err, ardoq_on_element_t on_element)
{
    assert_int_equal(ardoq_list_each(&client, &list, PATH, NULL, 0, on_element, &seen), err);
    assert_string_equal(seen.log, "0=1 ");
    assert_int_equal(list.pages, 1);
    assert_int_equal(tls_peer_answered(), 1);
    /* Of the page that did not come. */
    assert_int_equal(list.response.status, 0);
    assert_string_equal(list.response.body, "");
    assert_int_not_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_IDLE);
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_false(holds(&client, sizeof client, TEST_TOKEN));
}

static void test_interrupted_between_pages(void **state)
{
    (void)state;
    const peer_step_t steps[] = {{.answer = page_of("{\"id\":1}", PATH "?cursor=2", false)},
                                 {.answer = last_page_of("{\"id\":2}")}};
    peer_client_open(steps, 2);
    assert_ends_after_the_first_page(ARDOQ_ERR_INTERRUPTED, take_and_interrupt);
    assert_int_equal(run(), ARDOQ_OK);
}

static void test_network_that_is_lost_between_pages(void **state)
{
    (void)state;
    const char *body = "{\"values\":[{\"id\":1}],\"_links\":{\"next\":{\"href\":\"/2\"}}}";
    const peer_step_t steps[] = {
        {.answer = text_of("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                           "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
                           strlen(body), body)},
        {.answer = last_page_of("")}};
    peer_client_open(steps, 2);
    ardoq_fake_fail(ARDOQ_FAKE_RESOLVE_START, 2, ARDOQ_ERR_NETWORK_DOWN);
    assert_ends_after_the_first_page(ARDOQ_ERR_NETWORK_DOWN, take_element);
    assert_int_equal(ardoq_detail(&client)->phase, ARDOQ_PHASE_RESOLVE);
    assert_int_equal(ardoq_detail(&client)->platform_code, ARDOQ_ERR_NETWORK_DOWN);
}

static void keep_text(void *context, const char *text)
{
    strncat(context, text, 512 - strlen(context) - 1);
}

/* What is said of it is about the page that did not come. */
static void test_second_page_that_is_not_answered(void **state)
{
    (void)state;
    const peer_step_t steps[] = {{.answer = page_of("{\"id\":1}", PATH "?cursor=2", false)},
                                 {.answer = "", .then = PEER_CUT}};
    char said[512] = "";
    peer_client_open(steps, 2);
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_string_equal(seen.log, "0=1 ");
    assert_int_equal(list.response.status, 0);
    assert_string_equal(list.response.body, "");
    ardoq_explain(&client, ARDOQ_ERR_CONNECTION_CLOSED, keep_text, said);
    assert_non_null(strstr(said, "failed in phase: receive"));
    assert_null(strstr(said, "HTTP status"));
}

/* ---- Answers that are no page ---- */

static void test_error_on_the_second_page(void **state)
{
    (void)state;
    const char *const pages[] = {
        page_of("{\"id\":1}", PATH "?cursor=2", false),
        text_of("HTTP/1.1 429 Slow\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n",
                ARDOQ_RETRY_AFTER_MAX),
    };
    assert_int_equal(run_pages(pages, 2), ARDOQ_ERR_RATE_LIMITED);
    assert_int_equal(list.response.status, 429);
    assert_int_equal(list.response.retry_after_s, ARDOQ_RETRY_AFTER_MAX);
    assert_string_equal(seen.log, "0=1 ");
    assert_int_equal(list.pages, 1);
}

static void test_answers_that_are_no_page(void **state)
{
    (void)state;
    assert_int_equal(run_page("{\"values\":[{\"id\":1},{\"id\":"), ARDOQ_ERR_JSON_INVALID);
    assert_string_equal(seen.log, "0=1 ");
    assert_int_equal(list.pages, 0);
    assert_int_equal(run_page("{\"values\":[{\"id\":1}]"), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(run_page(""), ARDOQ_ERR_ANSWER_EMPTY);
    assert_int_equal(run_page("{\"values\":[{\"id\":1},]}"), ARDOQ_ERR_JSON_INVALID);
    assert_int_equal(run_page("{\"_links\":{}}"), ARDOQ_ERR_JSON_KEY_MISSING);
    assert_int_equal(run_page("{\"values\":{\"id\":1}}"), ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(run_page("[{\"id\":1}]"), ARDOQ_ERR_JSON_TYPE);
    assert_int_equal(seen.calls, 0);
}

static void test_page_of_html(void **state)
{
    (void)state;
    peer_client_answer(response_of("200 OK", "text/html", "<html>"));
    assert_int_equal(run(), ARDOQ_ERR_NOT_JSON);
    assert_int_equal(seen.calls, 0);
}

static void test_page_that_is_encoded(void **state)
{
    (void)state;
    peer_client_answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b");
    assert_int_equal(run(), ARDOQ_ERR_CONTENT_ENCODED);
    assert_int_equal(seen.calls, 0);
}

static void test_connection_cut_in_the_middle_of_a_page(void **state)
{
    (void)state;
    const peer_step_t step = {.answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                        "Content-Length: 100\r\n\r\n{\"values\":[{\"id\":1}]}",
                              .then = PEER_CLOSE_NOTIFY};
    peer_client_open(&step, 1);
    assert_int_equal(run(), ARDOQ_ERR_CONNECTION_CLOSED);
    assert_string_equal(seen.log, "0=1 ");
    assert_int_equal(list.pages, 0);
}

static void test_client_that_is_not_open(void **state)
{
    (void)state;
    assert_int_equal(run(), ARDOQ_ERR_INVALID_ARGUMENT);
}

/* ---- A large page ---- */

enum { MANY = 3000 };

/* More than the client's buffer and the list's together, if each element fits. */
static char *large_page(void)
{
    size_t padding = 2 * (ARDOQ_BUFFER_SIZE + ARDOQ_ELEMENT_SIZE) / MANY + 1;
    padding = padding + 32 < ARDOQ_ELEMENT_SIZE ? padding : ARDOQ_ELEMENT_SIZE - 32;
    const char *filler = repeat("z", padding);
    char *page = repeat(" ", MANY * (padding + 32));
    size_t length = (size_t)sprintf(page, "{\"values\":[");
    for (int i = 0; i < MANY; i++) {
        length += (size_t)sprintf(page + length, "%s{\"id\":%d,\"x\":\"%s\"}", i > 0 ? "," : "", i,
                                  filler);
    }
    strcpy(page + length, "]}");
    return page;
}

/* Chunks of many sizes, with what else may be between them. */
static const char *chunked(const char *body)
{
    size_t left = strlen(body);
    char *answer = repeat(" ", left * 4 + 256);
    size_t length = (size_t)sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                            "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t number = 0; left > 0; number++) {
        const size_t wanted = 1 + number * 37 % 101;
        const size_t size = wanted < left ? wanted : left;
        length += (size_t)sprintf(answer + length, "%zx%s\r\n%.*s\r\n", size,
                                  number % 10 == 0 ? ";a=b" : "", (int)size, body);
        body += size;
        left -= size;
    }
    strcpy(answer + length, "0\r\nTrailer: x\r\n\r\n");
    return answer;
}

static void test_thousands_of_elements_in_one_page(void **state)
{
    (void)state;
    peer_client_answer(chunked(large_page()));
    assert_int_equal(run(), ARDOQ_OK);
    assert_int_equal(seen.calls, MANY);
    assert_int_equal(seen.last_index, MANY - 1);
    assert_int_equal(list.count, MANY);
    assert_memory_equal(seen.log, "0=0 1=1 2=2 ", 12);
    assert_int_equal(ardoq_fake.open_sockets, 1);
}

/* ---- Memory ---- */

static size_t blocks_at[4];

static ardoq_err_t note_heap(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)context;
    (void)element;
    blocks_at[index] = heap_blocks();
    return ARDOQ_OK;
}

static void test_more_pages_take_no_more_heap(void **state)
{
    (void)state;
    const peer_step_t steps[] = {
        {.answer = page_of("{\"id\":1}", PATH "?cursor=b", false)},
        {.answer = page_of("{\"id\":2}", PATH "?cursor=c", false)},
        {.answer = page_of("{\"id\":3}", PATH "?cursor=d", false)},
        {.answer = last_page_of("{\"id\":4}")},
    };
    peer_client_open(steps, 4);
    pipe_plug();
    heap_reset();
    heap_is_clients = true;
    const ardoq_err_t err = ardoq_list_each(&client, &list, PATH, NULL, 0, note_heap, NULL);
    heap_is_clients = false;
    assert_int_equal(err, ARDOQ_OK);
    assert_int_equal(list.pages, 4);
    assert_true(blocks_at[0] > 0);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(blocks_at[i], blocks_at[0]);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, peer_client_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_page),
        TEST(test_empty_page),
        TEST(test_three_pages),
        TEST(test_query_is_sent_with_the_first_page_only),
        TEST(test_list_may_be_used_again),
        TEST(test_links_on_the_configured_host),
        TEST(test_links_elsewhere_are_refused),
        TEST(test_links_are_relative_to_their_page),
        TEST(test_link_to_the_same_page),
        TEST(test_pages_that_go_in_a_circle),
        TEST(test_link_that_holds_the_token),
        TEST(test_pages_without_anything_end),
        TEST(test_some_pages_may_be_empty),
        TEST(test_endless_list_ends_by_its_deadline),
        TEST(test_longest_link),
        TEST(test_links_that_are_absent),
        TEST(test_warnings),
        TEST(test_warnings_that_are_long),
        TEST(test_the_first_warnings_stay),
        TEST(test_link_without_an_object),
        TEST(test_links_that_cannot_be_read),
        TEST(test_links_of_too_many_parts),
        TEST(test_largest_element),
        TEST(test_element_of_most_parts),
        TEST(test_elements_that_do_not_fit_are_skipped),
        TEST(test_error_after_a_skipped_element),
        TEST(test_error_of_the_callback_ends_the_list),
        TEST(test_callback_must_not_call_the_client),
        TEST(test_elements_of_every_type),
        TEST(test_interrupted_between_pages),
        TEST(test_network_that_is_lost_between_pages),
        TEST(test_second_page_that_is_not_answered),
        TEST(test_error_on_the_second_page),
        TEST(test_answers_that_are_no_page),
        TEST(test_page_of_html),
        TEST(test_page_that_is_encoded),
        TEST(test_connection_cut_in_the_middle_of_a_page),
        TEST(test_client_that_is_not_open),
        TEST(test_thousands_of_elements_in_one_page),
        TEST(test_more_pages_take_no_more_heap),
    };
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
