/*
 * What Ardoq answers: to a report, to the connection test, and when it refuses.
 *
 * Input: a line with a status and perhaps `json`, then the body.
 *
 * Properties:
 * - A report is confirmed just when the answer names a component, and only then there is its id.
 * - Texts of the server are NUL-terminated UTF-8 in their fields; those that are shown to people
 * have no character that a terminal acts on.
 * - An error's message is the server's own, printable, and never more than fits; 2xx has none.
 * - Results are those that the headers promise, and the pause is never longer than configured.
 */
#include "ardoq/client.h"
#include "ardoq/json_validate.h"
#include "ardoq/report.h"
#include "client_private.h"
#include "fuzz.h"

static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);

static void check_report(span_t body, ardoq_err_t verdict)
{
    static ardoq_report_t report;
    memset(&report, 0, sizeof report);
    const ardoq_err_t err = ardoq_report_interpret(body.at, body.size, &document, &report);
    CHECK(err == ARDOQ_OK || err == verdict || err == ARDOQ_ERR_JSON_TOO_MANY_TOKENS ||
          err == ARDOQ_ERR_REPORT_UNCONFIRMED);
    CHECK(!(verdict && !err));
    CHECK((err == ARDOQ_OK) == (report.outcome != ARDOQ_REPORT_NONE));
    CHECK((err == ARDOQ_OK) == (report.component_id[0] != '\0'));
    CHECK(is_text(report.component_id, sizeof report.component_id));
    CHECK(!has_control(report.component_id));
}

static void check_me(span_t body, ardoq_err_t verdict)
{
    static ardoq_me_t me;
    memset(&me, 0, sizeof me);
    const ardoq_err_t err = ardoq_me_interpret(body.at, body.size, &document, &me);
    CHECK(!(verdict && !err));
    CHECK(is_text(me.org_name, sizeof me.org_name) && !has_control(me.org_name));
    CHECK(is_text(me.org_label, sizeof me.org_label) && !has_control(me.org_label));
    CHECK(is_text(me.user_email, sizeof me.user_email) && !has_control(me.user_email));
    CHECK((err == ARDOQ_ERR_JSON_KEY_MISSING || err == ARDOQ_ERR_JSON_TYPE ||
           err == ARDOQ_ERR_JSON_UTF8) == (me.response.message[0] != '\0') ||
          err == verdict);
}

/* The client as it is after an exchange; of the body as much as a buffer holds. */
static void set_up(ardoq_client_t *client, span_t line, span_t body)
{
    char *status = text_of(line);
    ardoq_https_t *https = &client->https;
    static const ardoq_config_t config = {.token = "adq_0123456789"};
    client->config = &config;
    client->json = (ardoq_json_document_t)ARDOQ_JSON_DOCUMENT(client->tokens);
    ardoq_response_init(&client->last);
    client->message[0] = '\0';
    https->parser.head = (ardoq_http_head_t){
        .status = (uint16_t)(200 + strtoul(status, NULL, 10) % 400),
        .is_json = strstr(status, "json"),
        .has_retry_after = strstr(status, "after"),
        .retry_after_s = (uint32_t)strtoul(status, NULL, 10),
        .location_host = "login.example",
    };
    https->length = body.size < sizeof https->buffer ? body.size : sizeof https->buffer - 1;
    if (https->length > 0) {
        memcpy(https->buffer, body.at, https->length);
    }
    https->buffer[https->length] = '\0';
    free(status);
}

static void check_refusal(span_t line, span_t body)
{
    static ardoq_client_t client;
    set_up(&client, line, body);
    const ardoq_err_t err = ardoq_response_interpret(&client);
    const ardoq_response_t response = client.last;
    /* Neither was asked for: a part, or a difference. */
    const bool is_success =
        response.status < 300 && response.status != 206 && response.status != 226;
    CHECK(!err == (is_success && err != ARDOQ_ERR_CONTENT_ENCODED &&
                   (response.is_json || response.body_size == 0)));
    CHECK(err != ARDOQ_ERR_CONTENT_ENCODED || response.status < 300);
    CHECK(err != ARDOQ_ERR_NOT_JSON || is_success || response.status == 407 ||
          response.status == 511);
    CHECK(is_text(response.message, sizeof client.message));
    CHECK(!has_control(response.message));
    CHECK(!strstr(response.message, client.config->token));
    CHECK(err || response.message[0] == '\0');
    CHECK(err != ARDOQ_ERR_REDIRECTED || strcmp(response.message, "login.example") == 0);
    CHECK(response.retry_after_s <= ARDOQ_RETRY_AFTER_MAX);
    CHECK(response.retry_after_s == 0 || response.status >= 400);
    CHECK(response.body[response.body_size] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    span_t input = input_of(data, size);
    const span_t line = take_line(&input);
    const span_t body = {copy_of(input), input.size};
    const ardoq_err_t verdict = ardoq_json_validate(body.at, body.size);
    check_report(body, verdict);
    check_me(body, verdict);
    check_refusal(line, body);
    free((char *)body.at);
    return 0;
}
