#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "ardoq/json_scan.h"
#include "ardoq/json_validate.h"
#include "ardoq/list.h"
#include "command.h"
#include "console.h"
#include "curl.h"
#include "files.h"
#include "progress.h"
#include "query.h"
#include "session.h"

typedef struct {
    query_t query;
    ardoq_request_t request;
    char *target; /* path, or absolute URL */
    char *body;
    bool all_pages;
    bool is_curl;
} request_arguments_t;

static void print_result_string(const char *text)
{
    console.write(console.context, ARDOQ_OUTPUT_RESULT, text, strlen(text));
}

static void explain_failure(ardoq_err_t err, const ardoq_response_t *response)
{
    ardoq_console_explain(&console, &client, err, NULL);
    print_error_body(response);
}

static void show_warnings(const char *text, size_t size)
{
    if (size > 0) {
        fputs("warning: Ardoq says: ", stderr);
        print_harmless(text, size);
        fputc('\n', stderr);
    }
}

/* ---- One answer ------------------------------------------------------------------------------ */

typedef struct {
    ardoq_json_scan_t json;
    cut_character_t cut;
    bool is_printed;
    char warnings[1024]; /* from Ardoq, each with its quotes */
    size_t warnings_size;
} printer_t;

/* Ardoq ignores an unknown filter, and says so only here. */
static void keep_warning(printer_t *printer)
{
    const ardoq_json_scan_t *json = &printer->json;
    const size_t room = sizeof printer->warnings - printer->warnings_size;
    if (json->depth < 2 || json->text[0] != '"' || json->length + 2 > room ||
        !ardoq_json_scan_is_at(json, 1, "_meta") || !ardoq_json_scan_is_at(json, 2, "warnings")) {
        return;
    }
    char *end = printer->warnings + printer->warnings_size;
    memcpy(end, json->text, json->length);
    end[json->length] = ' ';
    printer->warnings_size += json->length + 1;
}

/* Standard output must be JSON, so everything printed is checked. */
static ardoq_err_t print_body(void *context, const char *data, size_t size)
{
    printer_t *printer = context;
    ardoq_err_t err = ARDOQ_OK;
    printer->is_printed = true;
    print_json(&printer->cut, data, size);
    while (!err && size > 0) {
        size_t consumed = 0;
        ardoq_json_scan_event_t event = ARDOQ_JSON_SCAN_MORE;
        err = ardoq_json_scan_feed(&printer->json, data, size, &consumed, &event);
        if (event == ARDOQ_JSON_SCAN_VALUE) {
            keep_warning(printer);
        }
        data += consumed;
        size -= consumed;
    }
    return err;
}

static ardoq_err_t send_one(request_arguments_t *arguments)
{
    ardoq_response_t response = {0};
    printer_t printer = {0};
    ardoq_json_scan_init(&printer.json);
    arguments->request.on_body = print_body;
    arguments->request.context = &printer;
    ardoq_err_t err = ardoq_request(&client, &arguments->request, &response);
    if (!err && printer.is_printed) {
        err = ardoq_json_scan_end(&printer.json);
    }
    if (printer.is_printed) {
        print_result_string("\n");
    }
    show_warnings(printer.warnings, printer.warnings_size);
    if (err) {
        explain_failure(err, &response);
    }
    return err;
}

/* ---- All pages ------------------------------------------------------------------------------- */

static ardoq_err_t print_element(void *context, const ardoq_json_document_t *element,
                                 uint32_t index)
{
    (void)index;
    bool *has_begun = context;
    size_t size;
    const char *text = ardoq_json_raw(element, ARDOQ_JSON_ROOT, &size);
    const char *quote = ardoq_json_type(element, ARDOQ_JSON_ROOT) == ARDOQ_JSON_STRING ? "\"" : "";
    print_result_string(*has_begun ? "," : "{\"values\":[");
    print_result_string(quote);
    ardoq_console_write_json(&console, text, size);
    print_result_string(quote);
    *has_begun = true;
    progress_add();
    return ARDOQ_OK;
}

/* The value has the form of a page. After a failure it is not closed, so that nobody takes it for
 * the whole. */
static ardoq_err_t send_all(const request_arguments_t *arguments)
{
    static ardoq_list_t list; /* large */
    const ardoq_request_t *request = &arguments->request;
    bool has_begun = false;
    progress_begin("elements", true);
    const ardoq_err_t err = ardoq_list_each(&client, &list, request->path, request->query,
                                            request->query_count, print_element, &has_begun);
    progress_end();
    show_warnings(list.warnings, strlen(list.warnings));
    if (!err) {
        print_result_string(has_begun ? "]}\n" : "{\"values\":[]}\n");
        return err;
    }
    if (has_begun) {
        print_result_string("\n");
    }
    explain_failure(err, &list.response);
    return err;
}

/* ---- The command line ------------------------------------------------------------------------ */

/* Two slashes are also followed by a host (RFC 3986, 4.2). */
static bool is_url(const char *target)
{
    return strncmp(target, "//", 2) == 0 || (target[0] != '/' && strstr(target, "://"));
}

/* `_links.next.href` is a whole URL. The token is sent only to the configured host. */
static int take_path_of_url(request_arguments_t *arguments)
{
    static char path[ARDOQ_LINK_SIZE];
    ardoq_http_origin_t origin;
    ardoq_text_t target;
    ardoq_text_init(&target, path, sizeof path, ARDOQ_ERR_REQUEST_TOO_LARGE);
    if (ardoq_http_origin_parse(config.host, strlen(config.host), &origin) ||
        ardoq_http_link_resolve(arguments->target, "/", &origin, &target)) {
        say("the host is set to ", config.host);
        return usage_error("the token is not sent elsewhere: ", arguments->target);
    }
    arguments->target = path;
    return GO_ON;
}

static int send_request(request_arguments_t *arguments)
{
    ardoq_err_t err = arguments->is_curl ? load_config() : open_client();
    if (err) {
        return ardoq_console_exit_status(err);
    }
    const int code = is_url(arguments->target) ? take_path_of_url(arguments) : GO_ON;
    if (code != GO_ON) {
        return code;
    }
    arguments->request.path = arguments->target;
    err = arguments->is_curl     ? print_curl(&arguments->request)
          : arguments->all_pages ? send_all(arguments)
                                 : send_one(arguments);
    return ardoq_console_exit_status(err);
}

enum { OPTION_ALL = OPTION_FIRST, OPTION_CURL };

static const struct argp_option options[] = {
    {"query", 'q', "NAME=VALUE", 0, "Add a pair to the query, percent-encoded; may be repeated", 0},
    {"data", 'd', "JSON|@FILE|-", 0, "The body: JSON, a file with it, or - for standard input", 0},
    {"all", OPTION_ALL, NULL, 0, "Follow all pages, and print them as one", 0},
    {"curl", OPTION_CURL, NULL, 0,
     "Send nothing, but print the same call for curl, with the token as $ARDOQ_API_TOKEN", 0},
    {0},
};

static request_arguments_t arguments;

static int set_body(const char *value)
{
    free(arguments.body);
    arguments.body = read_value(value);
    if (!arguments.body) {
        return reading_error(value);
    }
    arguments.request.body = arguments.body;
    arguments.request.body_size = strlen(arguments.body);
    return GO_ON;
}

static int take_request_option(int key, char *value)
{
    switch (key) {
    case 'q':
        return add_query(&arguments.query, value);
    case 'd':
        return set_body(value);
    case OPTION_ALL:
        arguments.all_pages = true;
        return GO_ON;
    default:
        arguments.is_curl = true;
        return GO_ON;
    }
}

/* Anything a terminal may act on is printed as a JSON escape, so the body must be JSON. */
static int check_curl(void)
{
    if (arguments.all_pages) {
        return usage_error("--curl prints one call, so it cannot be used with --all");
    }
    const char *body = arguments.body;
    return body && body[0] != '\0' && ardoq_json_validate(body, strlen(body))
               ? usage_error("--curl needs a body that is JSON")
               : GO_ON;
}

/* [METHOD] PATH: as in Ardoq's guide, a request without a method is a GET. */
static int take_words(size_t count, char **words)
{
    ardoq_request_t *request = &arguments.request;
    if (count < 1) {
        return usage_error("request needs a path, and may have a method before it, such as: "
                           "GET /api/v2/me");
    }
    request->method = count == 2 ? words[0] : "GET";
    request->query = arguments.query.pairs;
    request->query_count = arguments.query.count;
    arguments.target = words[count - 1];
    if (count == 1 && arguments.body) {
        return usage_error("a request with a body needs a method, such as: POST");
    }
    if (arguments.all_pages && (strcmp(request->method, "GET") != 0 || arguments.body)) {
        return usage_error("--all takes only GET without a body, not: ", request->method);
    }
    return arguments.is_curl ? check_curl() : GO_ON;
}

static int run_request(size_t count, char **words)
{
    int code = take_words(count, words);
    if (code == GO_ON) {
        code = send_request(&arguments);
    }
    free(arguments.body);
    return code;
}

const command_t command_request = {
    .name = "request",
    .summary = "Send any request, and print the JSON that comes back",
    .arguments = "[METHOD] PATH",
    .text = "Without METHOD it is a GET. PATH may be a whole URL of the configured host.",
    .examples =
        "  ardoq request /api/v2/me\n"
        "  ardoq request --all /api/v2/references -q rootWorkspace=5e00000000000000000000aa\n"
        "  ardoq request POST /api/v2/batch -d @batch.json\n"
        "  ardoq request --curl /api/v2/me\n",
    .options = options,
    .words_max = 2,
    .take = take_request_option,
    .run = run_request,
};
