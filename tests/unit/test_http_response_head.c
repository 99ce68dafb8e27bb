#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http_answer.h"

static void reads_status_lines(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("HTTP/1.1 200\r\n\r\n"), .ends_by_close = true, .head = {.status = 200}},
        {INPUT("HTTP/1.1 200 \r\n\r\n"), .ends_by_close = true, .head = {.status = 200}},
        {INPUT("HTTP/1.1 200  a\tb  caf\xc3\xa9 \r\n\r\n"), .ends_by_close = true,
         .head = {.status = 200}},
        {INPUT("HTTP/1.0 599 ~\r\n\r\n"), .ends_by_close = true, .head = {.status = 599}},
        {INPUT("HTTP/1.1 200 \x80\xff!\r\n\r\n"), .ends_by_close = true, .head = {.status = 200}},
        {INPUT("HTTP/1.1 307 x\r\n\r\n"), .ends_by_close = true, .head = {.status = 307}},
        {INPUT("HTTP/1.1 429 x\r\n\r\n"), .ends_by_close = true, .head = {.status = 429}},
    };
    CHECK_ALL(responses);
}

static void skips_interim_responses(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("HTTP/1.1 100 Continue\r\n\r\n"
               "HTTP/1.1 204 No Content\r\n\r\n"),
         .head = {.status = 204, .keep_alive = true}},
        {INPUT("HTTP/1.1 100\r\n\r\nHTTP/1.1 199 x\r\n\r\nHTTP/1.1 102 \r\nA: b\r\n\r\n" OK_1_1
               "Content-Length: 2\r\n\r\nhi"),
         .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        /* Nothing of them remains. */
        {INPUT("HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\nConnection: close\r\n"
               "Content-Type: application/json\r\nRetry-After: 5\r\nContent-Encoding: br\r\n"
               "Location: https://other.example/\r\n\r\n" OK_1_1 "Content-Length: 2\r\n\r\nhi"),
         .body = "hi",
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT("HTTP/1.0 103 Early Hints\r\nConnection: keep-alive\r\n\r\n" OK_1_0
               "Content-Length: 2\r\n\r\nhi"),
         .body = "hi", .head = {.status = 200, .has_content_length = true, .content_length = 2}},
        {INPUT("HTTP/1.1 103 x\r\nTransfer-Encoding: chunked\r\n\r\n" OK_1_1
               "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         .head = {.status = 200, .keep_alive = true}},
        {INPUT("HTTP/1.1 100 Continue\r\n\r\n" OK_1_1 "Content-Length: 2\r\n\r\nhi"), .surplus = 2,
         .head_request = true,
         .head =
             {.status = 200, .keep_alive = true, .has_content_length = true, .content_length = 2}},
        {INPUT("HTTP/1.1 100 Continue\r\n\r\n"), .err = ARDOQ_ERR_CONNECTION_CLOSED},
        {INPUT("HTTP/1.1 100 Continue\r\n\r\nhello"), .err = ARDOQ_ERR_HTTP_PROTOCOL},
        {INPUT("HTTP/1.1 101 Switching Protocols\r\n\r\n"), .err = ARDOQ_ERR_HTTP_PROTOCOL},
    };
    CHECK_ALL(responses);
}

static void tells_whether_the_connection_stays(void **state)
{
    (void)state;
    static const struct {
        const char *status_line;
        const char *lines;
        bool keep_alive;
    } cases[] = {
        {OK_1_1, "", true},
        {OK_1_1, "Connection: close\r\n", false},
        {OK_1_1, "connection:CLOSE\r\n", false},
        {OK_1_1, "Connection: keep-alive\r\n", true},
        {OK_1_1, "Connection: upgrade\r\n", true},
        {OK_1_1, "Connection: keep-alive, close\r\n", false},
        {OK_1_1, "Connection: close, keep-alive\r\n", false},
        {OK_1_1, "Connection: a ,\tClose\t, b\r\n", false},
        {OK_1_1, "Connection: ,close,\r\n", false},
        {OK_1_1, "Connection: close\r\nConnection: keep-alive\r\n", false},
        {OK_1_1, "Connection: keep-alive\r\nConnection: close\r\n", false},
        {OK_1_1, "Connection: closed\r\n", true},
        {OK_1_1, "Connection: not close\r\n", true},
        {OK_1_1, "Connection: close;x\r\n", true},
        {OK_1_1, "Connection:\r\n", true},
        {OK_1_1, "Connections: close\r\n", true},
        {OK_1_1, "X-Connection: close\r\n", true},
        /* Of a value 96 bytes are kept, blanks after them not missed. */
        {OK_1_1, "Connection: a," FIFTY_BLANKS FIFTY_BLANKS "\r\n", true},
        {OK_1_1, "Connection: a," FIFTY_BLANKS FIFTY_BLANKS "close\r\n", false},
        {OK_1_0, "Connection: keep-alive," FIFTY_BLANKS FIFTY_BLANKS "close\r\n", false},
        {OK_1_0, "", false},
        {OK_1_0, "Connection: close\r\n", false},
        {OK_1_0, "Connection: Keep-Alive\r\n", true},
        {OK_1_0, "Connection: a, keep-alive\r\n", true},
        {OK_1_0, "Connection: keep-alive, close\r\n", false},
        {OK_1_0, "Connection: close, keep-alive\r\n", false},
        {OK_1_0, "Connection: close\r\nConnection: keep-alive\r\n", false},
        {OK_1_0, "Connection: keep-alives\r\n", false},
        {OK_1_0, "Keep-Alive: timeout=5\r\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(cases[i].status_line, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = cases[i].keep_alive});
    }
}

static void tells_whether_the_body_is_json(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool is_json;
    } cases[] = {
        {"Content-Type: application/json\r\n", true},
        {"Content-Type: Application/JSON\r\n", true},
        {"Content-Type:application/json;charset=utf-8\r\n", true},
        {"Content-Type: application/json ; charset=\"utf-8\"\r\n", true},
        {"Content-Type: application/problem+json\r\n", true},
        {"Content-Type: application/hal+JSON; profile=x\r\n", true},
        {"Content-Type: application/x+json;" FIFTY_BLANKS FIFTY_BLANKS "a=b\r\n", true},
        {"Content-Type: text/html\r\nContent-Type: application/json\r\n", true},
        {"Content-Type: application/json\r\nContent-Type: text/html\r\n", false},
        {"Content-Type: text/html\r\n", false},
        {"Content-Type: text/html; charset=application/json\r\n", false},
        {"Content-Type: text/html; x+json\r\n", false},
        {"Content-Type: application/javascript\r\n", false},
        {"Content-Type: application/jsonp\r\n", false},
        {"Content-Type: application/json-seq\r\n", false},
        {"Content-Type: application/xjson\r\n", false},
        {"Content-Type: application/json+xml\r\n", false},
        {"Content-Type: application/jso\r\n", false},
        {"Content-Type: applications/json\r\n", false},
        {"Content-Type: application+json\r\n", false},
        {"X-Name-That-Is-+json: application/\r\nContent-Type:\r\n", false},
        {"Content-Type: applicatiom/json\r\n", false},
        {"Content-Type: text/plain+json\r\n", false},
        {"Content-Type: xapplication/json\r\n", false},
        {"Content-Type: application/json, text/html\r\n", false},
        {"Content-Type: json\r\n", false},
        {"Content-Type: +json\r\n", false},
        {"Content-Type: ;application/json\r\n", false},
        {"Content-Type:\r\n", false},
        {"Content-Typ: application/json\r\n", false},
        {"Content-Types: application/json\r\n", false},
        {"Content-Type-Of-The-Answer: application/json\r\n", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(OK_1_1, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = true, .is_json = cases[i].is_json});
    }
}

static void tells_whether_the_body_is_encoded(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool is_encoded;
    } cases[] = {
        {"Content-Encoding: gzip\r\n", true},
        {"content-encoding:GZIP\r\n", true},
        {"Content-Encoding: x-unknown\r\n", true},
        {"Content-Encoding: br, identity\r\n", true},
        {"Content-Encoding: identity,\tzstd\r\n", true},
        {"Content-Encoding: identity\r\nContent-Encoding: deflate\r\n", true},
        {"Content-Encoding: deflate\r\nContent-Encoding: identity\r\n", true},
        {"Content-Encoding: identity;x\r\n", true},
        {"Content-Encoding: identit\r\n", true},
        {"Content-Encoding: identitys\r\n", true},
        {"Content-Encoding: identity," FIFTY_BLANKS FIFTY_BLANKS "gzip\r\n", true},
        {"Content-Encoding: identity," FIFTY_BLANKS FIFTY_BLANKS "\r\n", false},
        {"Content-Encoding: Identity\r\n", false},
        {"Content-Encoding: identity , IDENTITY\r\n", false},
        {"Content-Encoding:\r\n", false},
        {"Content-Encoding: , \r\n", false},
        {"Content-Encodings: gzip\r\n", false},
        {"X-Content-Encoding: gzip\r\n", false},
        {"Content-Encodinh: gzip\r\n", false},
        {"Accept-Encoding: gzip\r\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(OK_1_1, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = true, .is_encoded = cases[i].is_encoded});
    }
}

static void names_the_host_of_a_location(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        const char *host;
    } cases[] = {
        {"Location: https://login.example:8443/x?y\r\n", "login.example"},
        {"location:\thttps://a:b@login.example \r\n", "login.example"},
        {"Location: //login.example/x\r\n", "login.example"},
        {"Location: https://one.example/\r\nLocation: https://two.example/\r\n", "two.example"},
        {"Location: https://one.example/\r\nLocation: /x\r\n", ""},
        {"Location: https://login.example/" FIFTY_BLANKS FIFTY_BLANKS "x\r\n", "login.example"},
        {"Location: /login\r\n", ""},
        {"Location: https://caf\xc3\xa9/\r\n", ""},
        {"Location:\r\n", ""},
        {"Content-Location: https://login.example/\r\n", ""},
        /* 63 bytes fit, the 64th does not; nor is there more in the value than 96 bytes. */
        {"Location: https://"
         "123456789.123456789.123456789.123456789.123456789.123456789.123/\r\n",
         "123456789.123456789.123456789.123456789.123456789.123456789.123"},
        {"Location: https://"
         "123456789.123456789.123456789.123456789.123456789.123456789.1234/\r\n",
         "123456789.123456789.123456789.123456789.123456789.123456789.123"},
        {"Location: https://"
         "123456789.123456789.123456789.123456789.123456789."
         "123456789.123456789.123456789.123456789.123456789./\r\n",
         "123456789.123456789.123456789.123456789.123456789.123456789.123"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ardoq_http_head_t expected = {.keep_alive = true};
        strcpy(expected.location_host, cases[i].host);
        check_lines(OK_1_1, cases[i].lines, expected);
    }
}

static void reads_a_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        bool has_retry_after;
        uint32_t retry_after_s;
    } cases[] = {
        {"Retry-After: 120\r\n", true, 120},
        {"retry-after:0\t\r\n", true, 0},
        {"Retry-After: 1\r\n", true, 1},
        {"Retry-After: \t42\t \r\n", true, 42},
        {"Retry-After: 0000000000000000000000042\r\n", true, 42},
        {"Retry-After: 4294967294\r\n", true, UINT32_MAX - 1},
        {"Retry-After: 4294967295\r\n", true, UINT32_MAX},
        {"Retry-After: 4294967296\r\n", true, UINT32_MAX},
        {"Retry-After: 42949672950\r\n", true, UINT32_MAX},
        {"Retry-After: 18446744073709551617\r\n", true, UINT32_MAX},
        {"Retry-After: 340282366920938463463374607431768211456\r\n", true, UINT32_MAX},
        {"Retry-After: 1\r\nRetry-After: 2\r\n", true, 2},
        {"Retry-After: 1\r\nRetry-After: x\r\n", false, 0},
        /* As long as its name: after it still stands what the value before left. */
        {"Retry-After: 111111111111111111111\r\nRetry-After: 00000000042\r\n", true, 42},
        {"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", false, 0},
        {"Retry-After:\r\n", false, 0},
        {"Retry-After: \t \r\n", false, 0},
        {"Retry-After: -1\r\n", false, 0},
        {"Retry-After: +1\r\n", false, 0},
        {"Retry-After: 1.5\r\n", false, 0},
        {"Retry-After: 1e3\r\n", false, 0},
        {"Retry-After: 0x10\r\n", false, 0},
        {"Retry-After: 1 2\r\n", false, 0},
        {"Retry-After: 12a\r\n", false, 0},
        {"Retry-After: a12\r\n", false, 0},
        {"Retry-After: 1, 2\r\n", false, 0},
        {"Retry-After: 1;x\r\n", false, 0},
        {"Retry-After: 99999999999x\r\n", false, 0},
        {"Retry-After: 1/\r\n", false, 0},
        {"Retry-After: 1:\r\n", false, 0},
        {"X-Retry-After: 1\r\n", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_lines(OK_1_1, cases[i].lines,
                    (ardoq_http_head_t){.keep_alive = true,
                                        .has_retry_after = cases[i].has_retry_after,
                                        .retry_after_s = cases[i].retry_after_s});
    }
}

static void drops_headers_that_it_does_not_need(void **state)
{
    (void)state;
    check_lines(OK_1_1,
                "Server: x\r\nX-Empty:\r\nX-Blank: \t \r\n!#$%&'*+-.^_`|~09azAZ: x\r\n"
                "X-Text: caf\xc3\xa9 \x80\xff\ta:b, \"c\" !~\r\n"
                "A-Name-Much-Longer-Than-Those-That-Are-Kept-In-The-Parser: x\r\n"
                "Set-Cookie: 0123456789012345678901234567890123456789012345678901234567890123456"
                "78901234567890123456789012345678901234567890123456789\r\n",
                (ardoq_http_head_t){.keep_alive = true});
}

/* A line break and blanks count as one blank, in a value that is read and in any other. */
static void unfolds_values(void **state)
{
    (void)state;
    check_lines(OK_1_1, "Content-Security-Policy: a;\r\n   b;\r\n\tc\r\n",
                (ardoq_http_head_t){.keep_alive = true});
    check_lines(OK_1_1, "X:\r\n \r\n \r\nConnection: close\r\n", (ardoq_http_head_t){0});
    check_lines(OK_1_1, "Connection: a,\r\n close\r\n", (ardoq_http_head_t){0});
    check_lines(OK_1_1, "Connection: clo\r\n se\r\n", (ardoq_http_head_t){.keep_alive = true});
    check_lines(OK_1_1, "X: y\r\n Connection: close\r\n", (ardoq_http_head_t){.keep_alive = true});
    check_lines(OK_1_1, "Content-Type:\r\n application/json;\r\n charset=utf-8\r\n",
                (ardoq_http_head_t){.keep_alive = true, .is_json = true});
    check_lines(
        OK_1_1, "Content-Length: \r\n \t7\r\n \r\n",
        (ardoq_http_head_t){.keep_alive = true, .has_content_length = true, .content_length = 7});
    check(&(response_t){INPUT(OK_1_1 "Transfer-Encoding:\r\n chunked\r\n\r\n"
                                     "2\r\nhi\r\n0\r\nA: b\r\n c\r\n\r\n"),
                        .body = "hi", .head = {.status = 200, .keep_alive = true}});
}

/* Where, what, and after how many bytes of the head. */
static void names_the_fault(void **state)
{
    (void)state;
    static const char value[] = "a header's value";
    static const char name[] = "a header's name";
    static const char line[] = "the status line";
    static const char end[] = "the end of the headers";
    static const char chunk[] = "the lines around a chunk";
    static const char no_lf[] = "CR without LF";
    static const char no_cr[] = "LF without CR";
    static const char blank[] = "a blank that is not allowed";
    static const char control[] = "a control character";
    static const char wrong[] = "a wrong character";
    static const struct {
        const char *answer;
        const char *what;
        const char *where;
        unsigned at; /* 0: it does not matter */
    } cases[] = {
        {"<html>", wrong, line, 1},
        {"\r\n", control, line, 1},
        {"HTTP/1.1 200\n", no_cr, line, 13},
        {"HTTP/1.1 200 OK\n", no_cr, line, 16},
        {"HTTP/1.1 200 OK\rX", no_lf, line, 17},
        {"HTTP/1.1 200 \x01", control, line, 14},
        {"HTTP/1.1  200", blank, line, 10},
        {OK_1_1 "A: b\n", no_cr, value, 22},
        {OK_1_1 "A: b\r\r", no_lf, value, 23},
        {OK_1_1 "A: b\x7f", control, value, 22},
        {OK_1_1 "A: b\r\n\n", no_cr, name, 24},
        {OK_1_1 "A : b", blank, name, 19},
        {OK_1_1 " A: b", blank, name, 18},
        {OK_1_1 "A(: b", wrong, name, 19},
        {OK_1_1 "\r\r", no_lf, end, 19},
        {OK_1_1 "Content-Length: x\r\n\r\n", "an impossible length or coding", value, 0},
        {OK_1_1 "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "Content-Length together with Transfer-Encoding", end, 0},
        {OK_1_1 "Transfer-Encoding: chunked\r\n\r\n2\n", no_cr, chunk, 0},
        {OK_1_1 "Transfer-Encoding: chunked\r\n\r\nx", wrong, chunk, 0},
        {OK_1_1 "Transfer-Encoding: chunked\r\n\r\n2\r\nhiX", wrong, chunk, 0},
        {OK_1_1 "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\rX", no_lf, chunk, 0},
        {OK_1_1 "Transfer-Encoding: chunked\r\n\r\n2\rX", no_lf, chunk, 0},
        {OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n", no_cr, value, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        result_t result;
        begin_answer(&result, false);
        feed_answer(&result, cases[i].answer, strlen(cases[i].answer));
        finish_answer(&result);
        assert_int_equal(result.err, ARDOQ_ERR_HTTP_PROTOCOL);
        const ardoq_http_fault_t fault = ardoq_http_parser_fault(&result.parser);
        if (strcmp(fault.what, cases[i].what) != 0 || strcmp(fault.where, cases[i].where) != 0) {
            fail_msg("%s: %s in %s", cases[i].answer, fault.what, fault.where);
        }
        assert_true(cases[i].at == 0 || fault.at == cases[i].at);
    }
    result_t result;
    begin_answer(&result, false);
    feed_answer(&result, OK_1_1, sizeof OK_1_1 - 1);
    assert_string_equal(ardoq_http_parser_fault(&result.parser).what, "");
}

static void refuses_bad_status_lines(void **state)
{
    (void)state;
    static const response_t responses[] = {
        {INPUT("\r\n" OK_1_1)},
        {INPUT(" " OK_1_1)},
        {INPUT("\n")},
        {INPUT("X")},
        {INPUT("http/1.1 200 OK\r\n")},
        {INPUT("HTTPS/1.1 200 OK\r\n")},
        {INPUT("HTTP 1.1 200 OK\r\n")},
        {INPUT("HTTP/0.9 200 OK\r\n")},
        {INPUT("HTTP/1.2 200 OK\r\n")},
        {INPUT("HTTP/1./ 200 OK\r\n")},
        {INPUT("HTTP/2 200 OK\r\n")},
        {INPUT("HTTP/2.0 200 OK\r\n")},
        {INPUT("HTTP/1.10 200 OK\r\n")},
        {INPUT("HTTP/1.1  200 OK\r\n")},
        {INPUT("HTTP/1.1\t200 OK\r\n")},
        {INPUT("HTTP/1.1 20\r\n")},
        {INPUT("HTTP/1.1 2000 OK\r\n")},
        {INPUT("HTTP/1.1 20x OK\r\n")},
        {INPUT("HTTP/1.1 2/0 OK\r\n")},
        {INPUT("HTTP/1.1 2:0 OK\r\n")},
        {INPUT("HTTP/1.1 -20 OK\r\n")},
        {INPUT("HTTP/1.1 200\tOK\r\n")},
        {INPUT("HTTP/1.1 200OK\r\n")},
        {INPUT("HTTP/1.1 000 OK\r\n")},
        {INPUT("HTTP/1.1 099 OK\r\n")},
        {INPUT("HTTP/1.1 101 OK\r\n")},
        {INPUT("HTTP/1.1 200\n")},
        {INPUT("HTTP/1.1 200 \n")},
        {INPUT("HTTP/1.1 200 OK\n\r\n")},
        {INPUT("HTTP/1.1 200 OK\rX")},
        {INPUT("HTTP/1.1 200 OK\r\r\n")},
        {INPUT("HTTP/1.1 200 a\0b\r\n")},
        {INPUT("HTTP/1.1 200 a\x1f\x62\r\n")},
        {INPUT("HTTP/1.1 200 a\x7f\x62\r\n")},
        {INPUT("HTTP/1.1 200\rX")},
        {INPUT("<html>")},
    };
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        response_t response = responses[i];
        response.err = ARDOQ_ERR_HTTP_PROTOCOL;
        check(&response);
    }
}

/* Also those that RFC 9110 does not have (section 15): a proxy may have made them up. */
static void reads_every_status_of_three_digits(void **state)
{
    (void)state;
    for (unsigned status = 0; status < 1000; status++) {
        char input[] = "HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n";
        input[9] = (char)('0' + status / 100);
        input[10] = (char)('0' + status / 10 % 10);
        input[11] = (char)('0' + status % 10);
        result_t result;
        begin_answer(&result, false);
        feed_answer(&result, input, sizeof input - 1);
        const bool is_refused = status < 100 || status == 101;
        const ardoq_err_t otherwise = status < 200 ? ARDOQ_PENDING : ARDOQ_OK;
        assert_int_equal(result.err, is_refused ? ARDOQ_ERR_HTTP_PROTOCOL : otherwise);
        if (result.err == ARDOQ_OK) {
            assert_int_equal(result.parser.head.status, status);
        }
        finish_answer(&result);
    }
}

static void refuses_bad_headers(void **state)
{
    (void)state;
    static const response_t responses[] = {
        /* Lines. */
        {INPUT(OK_1_1 "A: b\n\r\n")},
        {INPUT(OK_1_1 "A: b\r\r\n")},
        {INPUT(OK_1_1 "A: b\rc\r\n")},
        {INPUT(OK_1_1 "A: b\r\n\n")},
        {INPUT(OK_1_1 "\n")},
        {INPUT(OK_1_1 "\r\r")},
        {INPUT(OK_1_1 "A: b\r\n \n\r\n")},
        {INPUT(OK_1_1 "A: b\r\n \x01\r\n\r\n")},
        {INPUT(OK_1_1 " A: b\r\n\r\n")},
        /* Names. */
        {INPUT(OK_1_1 "A : b\r\n\r\n")},
        {INPUT(OK_1_1 "A\t: b\r\n\r\n")},
        {INPUT(OK_1_1 ": b\r\n\r\n")},
        {INPUT(OK_1_1 "A\r\n\r\n")},
        {INPUT(OK_1_1 "A b: c\r\n\r\n")},
        {INPUT(OK_1_1 "A(: c\r\n\r\n")},
        {INPUT(OK_1_1 "\xc3\xa9: c\r\n\r\n")},
        {INPUT(OK_1_1 "A\0: c\r\n\r\n")},
        {INPUT(OK_1_1 "A\x7f: c\r\n\r\n")},
        /* Values. */
        {INPUT(OK_1_1 "A: b\0c\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\x01\x63\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\x1f\x63\r\n\r\n")},
        {INPUT(OK_1_1 "A: b\x7f\x63\r\n\r\n")},
        {INPUT(OK_1_1 "A: \x0b\r\n\r\n")},
        {INPUT(OK_1_1 "A:\n\r\n")},
        /* Lengths. */
        {INPUT(OK_1_1 "Content-Length:\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: -1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: +1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0x1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: a\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1a\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1 1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length:1 1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1.0\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1,\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: ,1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1,,1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1;1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1, 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1, 1, 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1\r\nContent-Length: 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0\r\nContent-Length: 2\r\n\r\n")},
#if SIZE_MAX == UINT32_MAX
        {INPUT(OK_1_1 "Content-Length: 4294967295\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 4294967296\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 4294967300\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 42949672950\r\n\r\n")},
#endif
        {INPUT(OK_1_1 "Content-Length: 18446744073709551615\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 18446744073709551616\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 18446744073709551620\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 184467440737095516150\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 99999999999999999999\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1" HUNDRED_BLANKS "0\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0000000000000000000000000000000000000000000000000000000000"
                      "000000000000000000000000000000000000001\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1\r\n 2\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 1\r\n , 2\r\n\r\n")},
        /* Codings. */
        {INPUT(OK_1_1 "Transfer-Encoding: chun\r\n ked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\n\t, gzip\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding:\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: gzip\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: identity\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: gzip, chunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked, chunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked,\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked;x\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: xchunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked" HUNDRED_BLANKS "x\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")},
        {INPUT(OK_1_0 "Transfer-Encoding: chunked\r\n\r\n")},
        {INPUT(OK_1_1 "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n")},
        {INPUT(OK_1_1 "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n")},
    };
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        response_t response = responses[i];
        response.err = ARDOQ_ERR_HTTP_PROTOCOL;
        check(&response);
        response.head_request = true;
        check(&response);
    }
}

static void takes_only_tokens_as_names(void **state)
{
    (void)state;
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char before[] = OK_1_1 "X";
    for (int byte = 0; byte < 256; byte++) {
        const char c = (char)byte;
        const bool is_taken = memchr(token, byte, sizeof token - 1) != NULL || byte == ':';
        result_t result;
        begin_answer(&result, false);
        feed_answer(&result, before, sizeof before - 1);
        feed_answer(&result, &c, 1);
        assert_int_equal(result.err, is_taken ? ARDOQ_PENDING : ARDOQ_ERR_HTTP_PROTOCOL);
    }
}

static void refuses_control_bytes_wherever_they_stand(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "HTTP/1.1 200 @",
        OK_1_1 "A: @",
        OK_1_1 "A: b@",
        OK_1_1 "Transfer-Encoding: chunked\r\n\r\n5;@",
        OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\nA: @",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        const char *at = strrchr(inputs[i], '@');
        for (int byte = 0; byte < 256; byte++) {
            const char c = (char)byte;
            const bool is_text = byte == '\t' || (byte >= ' ' && byte != 0x7f);
            result_t result;
            begin_answer(&result, false);
            feed_answer(&result, inputs[i], (size_t)(at - inputs[i]));
            assert_int_equal(result.err, ARDOQ_PENDING);
            feed_answer(&result, &c, 1);
            assert_int_equal(result.err,
                             is_text || byte == '\r' ? ARDOQ_PENDING : ARDOQ_ERR_HTTP_PROTOCOL);
        }
    }
}

static void a_close_before_any_byte_is_an_error(void **state)
{
    (void)state;
    check(&(response_t){INPUT(""), .err = ARDOQ_ERR_CONNECTION_CLOSED});
    check(&(response_t){INPUT("HTTP/1.1 "), .err = ARDOQ_ERR_CONNECTION_CLOSED});
}

typedef struct {
    const char *before;
    const char *after;
} frame_t;

/* Feeds a response that has @p count bytes beside its body, @p filler between the frame's parts. */
static void feed_filled(result_t *result, const frame_t *frame, char filler, size_t count)
{
    const size_t before = strlen(frame->before);
    const size_t after = strlen(frame->after);
    char *input = malloc(count);
    assert_non_null(input);
    memset(input, filler, count);
    memcpy(input, frame->before, before);
    memcpy(input + count - after, frame->after, after);
    begin_answer(result, false);
    feed_answer(result, input, count);
    free(input);
}

static void reads_16_kb_beside_the_body_and_no_more(void **state)
{
    (void)state;
    static const struct {
        frame_t frame;
        char filler;
    } cases[] = {
        {{"HTTP/1.1 204 ", "\r\n\r\n"}, 'x'},
        {{"HTTP/1.1 204 No Content\r\nA", ": b\r\n\r\n"}, 'x'},
        {{"HTTP/1.1 204 No Content\r\nA:", "\r\n\r\n"}, 'x'},
        {{"HTTP/1.1 204 No Content\r\nA:", "\r\n\r\n"}, ' '},
        {{"HTTP/1.1 100 ", "\r\n\r\nHTTP/1.1 204 \r\n\r\n"}, 'x'},
        {{OK_1_1 "Transfer-Encoding: chunked\r\n\r\n", "\r\n\r\n"}, '0'},
        {{OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0;", "\r\n\r\n"}, 'x'},
        {{OK_1_1 "Transfer-Encoding: chunked\r\n\r\n0\r\nA:", "\r\n\r\n"}, 'x'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        result_t result;
        feed_filled(&result, &cases[i].frame, cases[i].filler, ARDOQ_HTTP_HEADERS_MAX);
        assert_int_equal(result.err, ARDOQ_OK);
        finish_answer(&result);
        feed_filled(&result, &cases[i].frame, cases[i].filler, ARDOQ_HTTP_HEADERS_MAX + 1);
        assert_int_equal(result.err, ARDOQ_ERR_HEADERS_TOO_LARGE);
        finish_answer(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_status_lines),
        cmocka_unit_test(skips_interim_responses),
        cmocka_unit_test(tells_whether_the_connection_stays),
        cmocka_unit_test(tells_whether_the_body_is_json),
        cmocka_unit_test(tells_whether_the_body_is_encoded),
        cmocka_unit_test(names_the_host_of_a_location),
        cmocka_unit_test(reads_a_retry_after),
        cmocka_unit_test(drops_headers_that_it_does_not_need),
        cmocka_unit_test(unfolds_values),
        cmocka_unit_test(names_the_fault),
        cmocka_unit_test(refuses_bad_status_lines),
        cmocka_unit_test(reads_every_status_of_three_digits),
        cmocka_unit_test(refuses_bad_headers),
        cmocka_unit_test(takes_only_tokens_as_names),
        cmocka_unit_test(refuses_control_bytes_wherever_they_stand),
        cmocka_unit_test(a_close_before_any_byte_is_an_error),
        cmocka_unit_test(reads_16_kb_beside_the_body_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
