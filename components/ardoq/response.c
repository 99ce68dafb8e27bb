#include <string.h>

#include "client_private.h"

/* ---- Statuses ------------------------------------------------------------------------------- */

static const uint16_t statuses[] = {
#define ARDOQ_STATUS(status, error, what) status,
#include "statuses.def"
};

static const int8_t status_errors[] = {
#define ARDOQ_STATUS(status, error, what) ARDOQ_##error,
#include "statuses.def"
};

/* The row of the status, or else of its class, or else the last one. */
static ardoq_err_t status_error(uint16_t status)
{
    size_t row = 0;
    while (row < sizeof statuses / sizeof statuses[0] - 1 && statuses[row] != status &&
           statuses[row] != status / 100) {
        row++;
    }
    return (ardoq_err_t)status_errors[row];
}

/* ---- The server's message -------------------------------------------------------------------- */

/* Copies text of unknown encoding, cut to fit and made printable. */
static void set_message(ardoq_client_t *client, const char *text, size_t size)
{
    const size_t room = sizeof client->message - 1;
    const size_t length = size < room ? size : room;
    memcpy(client->message, text, length);
    client->message[length] = '\0';
    ardoq_text_blank_controls(client->message);
}

void ardoq_response_init(ardoq_response_t *response)
{
    *response = (ardoq_response_t){.body = "", .message = ""};
}

/* The text of a string; for an object or array the JSON, which is better than nothing. */
static void set_json_message(ardoq_client_t *client, ardoq_json_value_t value)
{
    const ardoq_json_document_t *document = &client->json;
    const ardoq_json_type_t type = ardoq_json_type(document, value);
    size_t size;
    const char *raw = ardoq_json_raw(document, value, &size);
    if (type == ARDOQ_JSON_STRING) {
        (void)ardoq_json_string(document, value, "", client->message, sizeof client->message);
        ardoq_text_blank_controls(client->message);
    } else if (type >= ARDOQ_JSON_ARRAY && size > sizeof "{}" - 1) {
        set_message(client, raw, size);
    }
}

/* The format of error bodies is not documented; all of these occur in practice. The last ones come
 * from reitit, which rejects a request before Ardoq sees it. */
static bool read_json_message(ardoq_client_t *client)
{
    static const char places[] = "message\0error.message\0error\0title\0detail\0description\0"
                                 "humanized\0problems\0errors\0";
    if (ardoq_json_parse(&client->json, client->last.body, client->last.body_size)) {
        return false;
    }
    const char *place = places;
    while (place < places + sizeof places - 1 && client->message[0] == '\0') {
        ardoq_json_value_t value;
        if (ardoq_json_find(&client->json, ARDOQ_JSON_ROOT, place, &value) == ARDOQ_OK) {
            set_json_message(client, value);
        }
        place += strlen(place) + 1;
    }
    return client->message[0] != '\0';
}

static bool looks_like_a_page(const ardoq_response_t *response)
{
    return response->body[strspn(response->body, " \t\r\n")] == '<';
}

static void read_message(ardoq_client_t *client)
{
    static const char page[] = "the server answered with an HTML page";
    static const char encoded[] = "the server's message is compressed, although not requested";
    const ardoq_response_t *response = &client->last;
    if (response->body_cut && response->body_size == 0) {
        set_message(client, encoded, sizeof encoded - 1);
        return;
    }
    if (response->is_json && read_json_message(client)) {
        return;
    }
    if (looks_like_a_page(response)) {
        set_message(client, page, sizeof page - 1);
    } else {
        set_message(client, response->body, response->body_size);
    }
}

/* ---- Interpret ------------------------------------------------------------------------------ */

/* 0 does not count: obeying it would make a tight loop. */
static uint32_t retry_after(const ardoq_http_head_t *head, ardoq_err_t err)
{
    enum { STATUS_FAILURE = 400, STATUS_UNAVAILABLE = 503 };

    if (head->status < STATUS_FAILURE) {
        return 0;
    }
    if (head->has_retry_after && head->retry_after_s > 0) {
        return head->retry_after_s < ARDOQ_RETRY_AFTER_MAX ? head->retry_after_s
                                                           : ARDOQ_RETRY_AFTER_MAX;
    }
    return err == ARDOQ_ERR_RATE_LIMITED || head->status == STATUS_UNAVAILABLE
               ? ARDOQ_RETRY_AFTER_DEFAULT
               : 0;
}

ardoq_err_t ardoq_response_interpret(ardoq_client_t *client)
{
    const ardoq_https_t *https = &client->https;
    const ardoq_http_head_t *head = &https->parser.head;
    ardoq_response_t *response = &client->last;
    response->status = head->status;
    response->is_json = head->is_json;
    response->body_cut = https->body_cut;
    response->body = https->buffer;
    response->body_size = https->length;
    response->message = client->message;

    ardoq_err_t err = status_error(head->status);
    response->retry_after_s = retry_after(head, err);
    if (!err && !head->is_json && response->body_size > 0) {
        err = ARDOQ_ERR_NOT_JSON;
    }
    if (err == ARDOQ_ERR_REDIRECTED) {
        set_message(client, head->location_host, strlen(head->location_host));
    } else if (err) {
        read_message(client);
    }
    ardoq_text_hide(client->message, client->config->token);
    return err;
}
