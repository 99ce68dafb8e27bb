/*
 * Settings, settings.h, and the requests that are made of them.
 *
 * Input: lines of KEY=VALUE. KEY is that of a setting; or `method`, `path`, `body`; or `query`,
 * whose value is NAME=VALUE; or an identity field behind an @.
 *
 * Properties:
 * - A value that is refused changes nothing, and one that is accepted reads back as it was given.
 * - A configuration that passes the check makes a request head that is one request to http_parser,
 * of printable ASCII: the given target, every query pair, each header once with the configured
 * value.
 * - What is logged does not depend on the token.
 * - A report made of it is valid JSON that says what was configured, and never more than its
 * buffer.
 */
#define _GNU_SOURCE /* memmem */

#include "ardoq/settings.h"
#include "ardoq/value.h"

#include "ardoq/client.h"
#include "ardoq/port_fake.h"
#include "ardoq/report.h"
#include "request_head.h"

enum { QUERY_MAX = 4, REPORT_TOKENS = 128 };

static ardoq_config_t config;
static ardoq_client_t client;

typedef struct {
    ardoq_identity_t identity;
    ardoq_request_t request;
    ardoq_query_t query[QUERY_MAX];
} case_t;

/* ---- The settings ------------------------------------------------------------------------------
 */

static void check_ranges(void)
{
#define ARDOQ_SETTING_NUMBER(member, min, max, name, default_value)                                \
    CHECK(config.member >= (min) && config.member <= (max));
#include "ardoq/settings.def"
}

static bool is_trimmed(const char *text, const char *value)
{
    size_t size;
    const char *start = ardoq_value_trim(value, &size);
    return strlen(text) == size && memcmp(text, start, size) == 0;
}

static void check_reads_back(const ardoq_setting_t *setting, const char *value)
{
    ardoq_decimal_t number;
    const char *text = ardoq_setting_text(setting, &config, &number);
    if (setting->kind == ARDOQ_SETTING_KIND_TEXT) {
        CHECK(is_trimmed(text, value));
        CHECK(!has_control(text));
    } else if (setting->kind == ARDOQ_SETTING_KIND_NUMBER) {
        CHECK(strtoul(text, NULL, 10) == strtoul(value, NULL, 10));
        check_ranges();
    } else {
        CHECK(text[0] == '\0');
    }
}

static void keep(case_t *input, ardoq_identity_field_t field, const char *text)
{
    const ardoq_identity_t before = input->identity;
    const ardoq_err_t err = ardoq_identity_keep(&input->identity, field, text);
    if (err) {
        CHECK(ardoq_identity_get(&input->identity, field) == ardoq_identity_get(&before, field));
    } else {
        CHECK(is_trimmed(ardoq_identity_get(&input->identity, field), text));
    }
}

static void assign(case_t *input, const ardoq_setting_t *setting, const char *value)
{
    const ardoq_config_t before = config;
    const ardoq_err_t err = ardoq_setting_assign(setting, &config, value);
    CHECK(ardoq_setting_assign(setting, NULL, value) == err);
    if (err) {
        CHECK(memcmp(&before, &config, sizeof config) == 0);
        return;
    }
    check_reads_back(setting, value);
    if (setting->kind == ARDOQ_SETTING_KIND_IDENTITY) {
        keep(input, (ardoq_identity_field_t)setting->offset, value);
    }
}

/* ---- The input ---------------------------------------------------------------------------------
 */

static void take_query(case_t *input, span_t value)
{
    ardoq_request_t *request = &input->request;
    if (request->query_count < QUERY_MAX) {
        input->query[request->query_count++] =
            (ardoq_query_t){text_of(take_until(&value, '=')), text_of(value)};
    }
}

static void replace(const char **text, span_t value)
{
    free((char *)*text);
    *text = text_of(value);
}

static void take_setting(case_t *input, span_t key, span_t value)
{
    char *name = text_of(key);
    char *text = text_of(value);
    const ardoq_setting_t *setting = ardoq_setting_find(name);
    if (setting) {
        assign(input, setting, text);
    } else if (name[0] == '@') {
        const ardoq_identity_field_t field = ardoq_identity_find(name + 1, strlen(name + 1));
        keep(input, field, text);
    }
    free(name);
    free(text);
}

static void take_pair(case_t *input, span_t line)
{
    const span_t key = take_until(&line, '=');
    if (span_is(key, "method")) {
        replace(&input->request.method, line);
    } else if (span_is(key, "path")) {
        replace(&input->request.path, line);
    } else if (span_is(key, "body")) {
        replace(&input->request.body, line);
        input->request.body_size = strlen(input->request.body);
    } else if (span_is(key, "query")) {
        take_query(input, line);
    } else {
        take_setting(input, key, line);
    }
}

static void take_input(case_t *input, span_t lines)
{
    memset(input, 0, sizeof *input);
    replace(&input->request.method, (span_t){"GET", 3});
    replace(&input->request.path, (span_t){"/api/v2/me", 10});
    input->request.query = input->query;
    while (lines.size > 0) {
        take_pair(input, take_line(&lines));
    }
}

static void forget(case_t *input)
{
    free((char *)input->request.method);
    free((char *)input->request.path);
    free((char *)input->request.body);
    for (size_t i = 0; i < input->request.query_count; i++) {
        free((char *)input->query[i].name);
        free((char *)input->query[i].value);
    }
}

/* ---- The request -------------------------------------------------------------------------------
 */

static ardoq_err_t trust_nobody(struct mbedtls_ssl_config *tls, struct mbedtls_x509_crt *roots)
{
    (void)tls;
    (void)roots;
    return ARDOQ_OK;
}

/* Opened once, for that takes long; each input then puts its own configuration in place. */
static void open_client(void)
{
    static ardoq_config_t usable;
    if (client.config) {
        return;
    }
    ardoq_fake_reset();
    ardoq_fake.trust = trust_nobody;
    CHECK(ardoq_config_defaults(&usable, NULL) == ARDOQ_OK);
    CHECK(ardoq_setting_assign(ardoq_setting_find("token"), &usable, "token") == ARDOQ_OK);
    CHECK(ardoq_setting_assign(ardoq_setting_find("org_label"), &usable, "acme") == ARDOQ_OK);
    CHECK(ardoq_open(&client, &usable) == ARDOQ_OK);
    client.config = &config;
}

static bool is_encoded(span_t text, const char *plain)
{
    size_t at = 0;
    for (; *plain != '\0'; plain++) {
        char code[4];
        const bool is_plain =
            strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", *plain);
        snprintf(code, sizeof code, is_plain ? "%c" : "%%%02X",
                 is_plain ? *plain : (unsigned char)*plain);
        if (text.size - at < strlen(code) || memcmp(text.at + at, code, strlen(code)) != 0) {
            return false;
        }
        at += strlen(code);
    }
    return at == text.size;
}

static void check_url(span_t url, const ardoq_request_t *request)
{
    const size_t path_size = strlen(request->path);
    CHECK(url.size >= path_size && memcmp(url.at, request->path, path_size) == 0);
    span_t rest = {url.at + path_size, url.size - path_size};
    CHECK((rest.size > 0) == (request->query_count > 0));
    char separator = strchr(request->path, '?') ? '&' : '?';
    for (size_t i = 0; i < request->query_count; i++) {
        CHECK(rest.size > 0 && rest.at[0] == separator);
        separator = '&';
        rest = (span_t){rest.at + 1, rest.size - 1};
        const char *next = memchr(rest.at, '&', rest.size);
        span_t pair = {rest.at, next ? (size_t)(next - rest.at) : rest.size};
        rest = (span_t){rest.at + pair.size, rest.size - pair.size};
        CHECK(is_encoded(take_until(&pair, '='), request->query[i].name));
        CHECK(is_encoded(pair, request->query[i].value));
    }
    CHECK(rest.size == 0);
}

static size_t check_body_headers(const request_head_t *head, const ardoq_request_t *request)
{
    char length[24];
    const bool has_body = request->body_size > 0;
    const bool has_length = has_body || ardoq_http_method(request->method).expects_body;
    snprintf(length, sizeof length, "%zu", request->body_size);
    CHECK(span_is(header_of(head, "Content-Length"), has_length ? length : ""));
    CHECK(span_is(header_of(head, "Content-Type"), has_body ? "application/json" : ""));
    return (has_body ? 1 : 0) + (has_length ? 1 : 0);
}

/* Before any connection it is in the buffer, with the body after it. */
static span_t composed_head(void)
{
    const char *end = memmem(client.https.buffer, client.https.filled, "\r\n\r\n", 4);
    CHECK(end);
    return (span_t){client.https.buffer, (size_t)(end - client.https.buffer) + 4};
}

static void check_head(const ardoq_request_t *request)
{
    char authorization[sizeof "Bearer " + sizeof config.token];
    const request_head_t head = read_request_head(composed_head());
    check_url(head.url, request);
    snprintf(authorization, sizeof authorization, "Bearer %s", config.token);
    CHECK(span_is(header_of(&head, "Authorization"), authorization));
    CHECK(span_is(header_of(&head, "X-org"), config.org_label));
    CHECK(!strpbrk(config.token, " \t") && !strpbrk(config.org_label, " \t"));
    CHECK(span_is(header_of(&head, "Accept"), "application/json"));
    CHECK(span_is(header_of(&head, "Accept-Encoding"), "identity"));
    CHECK(header_of(&head, "User-Agent").size > 0);
    CHECK(strncmp(header_of(&head, "Host").at, client.origin.host, strlen(client.origin.host)) ==
          0);
    const size_t own = config.org_label[0] != '\0' ? 6 : 5;
    CHECK(head.count == own + check_body_headers(&head, request));
}

/* http_parser knows methods by name, not by form. */
static bool is_known_method(const char *method)
{
    bool is_known = false;
#define METHOD(number, name, text) is_known = is_known || strcmp(method, #text) == 0;
    HTTP_METHOD_MAP(METHOD)
#undef METHOD
    return is_known && strcmp(method, "CONNECT") != 0;
}

static ardoq_err_t start(const ardoq_request_t *request, ardoq_response_t *response)
{
    ardoq_fake.log_length = 0;
    ardoq_fake.log[0] = '\0';
    return ardoq_request_start(&client, request, response);
}

static void check_log(const ardoq_request_t *request, ardoq_response_t *response)
{
    char *log = text_of((span_t){ardoq_fake.log, ardoq_fake.log_length});
    const bool is_hidden = strstr(request->path, config.token); /* in a path, it hides that */
    memset(config.token, '#', strlen(config.token));
    CHECK(start(request, response) == ARDOQ_OK);
    CHECK(is_hidden || strcmp(log, ardoq_fake.log) == 0);
    ardoq_request_cancel(&client);
    free(log);
}

static void check_request(const ardoq_request_t *request)
{
    ardoq_response_t response;
    const ardoq_err_t err = start(request, &response);
    CHECK(err == ARDOQ_OK || err == ARDOQ_ERR_REQUEST_INVALID ||
          err == ARDOQ_ERR_REQUEST_TOO_LARGE);
    if (!err) {
        if (is_known_method(request->method)) {
            check_head(request);
        } else {
            check_lines(composed_head());
        }
        ardoq_request_cancel(&client);
        check_log(request, &response);
    }
}

/* ---- The report --------------------------------------------------------------------------------
 */

/* More than any report here takes. */
enum { REPORT_SIZE = 16384 };

static void check_member(const ardoq_json_document_t *document, const char *path,
                         const char *expected)
{
    char text[REPORT_SIZE];
    CHECK(ardoq_json_string(document, ARDOQ_JSON_ROOT, path, text, sizeof text) == ARDOQ_OK);
    CHECK(strcmp(text, expected) == 0);
}

/* Each field of the list that has a value, once; a list that is valid names no custom field twice.
 */
static void check_fields(const ardoq_json_document_t *document, const ardoq_identity_t *identity)
{
    const char *fields = config.fields;
    ardoq_field_t field;
    while (ardoq_field_next(&fields, &field)) {
        char path[64 + sizeof field.target];
        const char *value = ardoq_identity_get(identity, field.source);
        snprintf(path, sizeof path, "components.upsert.0.body.customFields.%s", field.target);
        if (value[0] != '\0') {
            check_member(document, path, value);
        }
    }
    CHECK(*fields == '\0');
}

/* Piece by piece, as it is sent. */
static void check_windows(ardoq_report_t *report, const char *body, size_t size)
{
    char *window = allocate(size / 3 + 1);
    size_t shown = 0;
    while (shown < size) {
        ardoq_text_t text;
        ardoq_text_init_window(&text, window, size / 3 + 1, shown);
        CHECK(ardoq_report_write_body(report, 0, &text) == ARDOQ_OK);
        CHECK(text.total == size && text.length > 0);
        CHECK(memcmp(window, body + shown, text.length) == 0);
        shown += text.length;
    }
    free(window);
}

static void check_report(const ardoq_identity_t *identity)
{
    static ardoq_report_t report;
    static ardoq_json_token_t document_tokens[REPORT_TOKENS];
    static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);
    ardoq_field_t serial;
    char path[64 + sizeof serial.target];
    static char body[REPORT_SIZE];
    ardoq_text_t text;
    ardoq_text_init(&text, body, sizeof body, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_err_t err = ardoq_report_compose(&config, identity, 1700000000, &report);
    CHECK(memchr(report.name, '\0', sizeof report.name));
    err = err ? err : ardoq_report_write_body(&report, 0, &text);
    if (err) {
        return;
    }
    check_windows(&report, body, text.length);
    CHECK(ardoq_json_parse(&document, body, text.length) == ARDOQ_OK);
    check_member(&document, "components.upsert.0.body.rootWorkspace", config.workspace);
    check_member(&document, "components.upsert.0.body.typeId", config.component_type);
    check_member(&document, "components.upsert.0.body.name", report.name);
    CHECK(ardoq_field_find(config.fields, ARDOQ_IDENTITY_serial, &serial));
    snprintf(path, sizeof path, "customFields.%s", serial.target);
    check_member(&document, "components.upsert.0.uniqueBy.1", path);
    check_fields(&document, identity);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    case_t input;
    open_client();
    CHECK(ardoq_config_defaults(&config, NULL) == ARDOQ_OK);
    take_input(&input, input_of(data, size));
    check_report(&input.identity);
    if (ardoq_config_check(&config, &client.origin, NULL) == ARDOQ_OK) {
        check_request(&input.request);
    }
    forget(&input);
    return 0;
}
