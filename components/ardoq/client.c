#include "ardoq/client.h"

#include <string.h>

#include "ardoq/version.h"
#include "log.h"
#include "response.h"

/* An interruption is seen at least this often. */
enum { INTERRUPT_POLL_MS = 100 };

/* ---- Opening and closing -------------------------------------------------------------------- */

ardoq_err_t ardoq_open(ardoq_client_t *client, ardoq_config_t *config)
{
    memset(client, 0, sizeof *client);
    client->config = config;
    const ardoq_err_t err = ardoq_config_check(config, &client->origin);
    if (err) {
        client->config = NULL;
        return err;
    }
    const ardoq_https_config_t https_config = {
        .origin = &client->origin,
        .ca_pem = config->ca_pem,
        .certificate_pem = config->certificate_pem,
        .key_pem = config->key_pem,
        .pins = {config->pin0, config->pin1},
    };
    const ardoq_err_t https_err = ardoq_https_open(&client->https, &https_config);
    if (https_err) {
        client->config = NULL;
    }
    return https_err;
}

void ardoq_close(ardoq_client_t *client)
{
    if (client->config) {
        ardoq_https_close(&client->https);
    }
    ardoq_wipe(client, sizeof *client);
}

/* ---- The request head ----------------------------------------------------------------------- */

/* The token must never reach a log, so only what is named here is shown. */
static bool may_be_logged(const char *name, size_t size)
{
    static const char *const names[] = {"User-Agent", "Accept", "Content-Type", "Content-Length"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ardoq_text_equal_ignoring_case(name, size, names[i], strlen(names[i]))) {
            return true;
        }
    }
    return false;
}

static void write_header(ardoq_text_t *head, const char *name, const char *value)
{
    ardoq_http_write_header(head, name, value);
    log_debug(name, may_be_logged(name, strlen(name)) ? value : "(not shown)");
}

static void write_body_headers(const ardoq_request_t *request, ardoq_text_t *head)
{
    if (request->body_size > 0) {
        write_header(head, "Content-Type", "application/json");
    }
    if (request->body_size > 0 || ardoq_http_method_expects_body(request->method)) {
        write_header(head, "Content-Length", ardoq_decimal(request->body_size).digits);
    }
}

/* Headers that Ardoq demands: developer portal, 'Making a request' and concepts/errors. */
static void write_head(void *context, ardoq_text_t *head)
{
    const ardoq_client_t *client = context;
    const ardoq_request_t *request = &client->request;
    ardoq_http_write_request_line(head, request->method, request->path, request->query,
                                  request->query_count);
    if (!head->err) {
        log_info(request->method, request->path);
    }
    ardoq_http_write_host(head, &client->origin);
    log_debug("Host", client->origin.host);
    write_header(head, "User-Agent", "ardoq-device/" ARDOQ_VERSION);
    write_header(head, "Accept", "application/json");
    ardoq_http_write_bearer(head, client->config->token);
    log_debug("Authorization", "(not shown)");
    if (client->config->org_label[0] != '\0') {
        write_header(head, "X-org", client->config->org_label);
    }
    write_body_headers(request, head);
    ardoq_http_write_end(head);
}

/* ---- The exchange --------------------------------------------------------------------------- */

/* Two steps and no exchange, which a processor without atomic instructions, such as RV32IMC, would
 * call a library for. What is set in between has been set while this request was there to end. */
static bool take_interruption(ardoq_client_t *client)
{
    const bool is_interrupted = __atomic_load_n(&client->interrupted, __ATOMIC_ACQUIRE) != 0;
    if (is_interrupted) {
        __atomic_store_n(&client->interrupted, 0, __ATOMIC_RELAXED);
    }
    return is_interrupted;
}

void ardoq_interrupt(ardoq_client_t *client)
{
    __atomic_store_n(&client->interrupted, 1, __ATOMIC_RELEASE);
}

static bool is_usable(const ardoq_request_t *request)
{
    return request->method && request->path && (request->body || request->body_size == 0) &&
           (request->query || request->query_count == 0);
}

ardoq_err_t ardoq_request_start(ardoq_client_t *client, const ardoq_request_t *request,
                                ardoq_response_t *response)
{
    if (!response) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    if (client && ardoq_https_is_busy(&client->https)) {
        return ARDOQ_ERR_BUSY;
    }
    ardoq_response_init(response);
    if (!client || !client->config || !request || !is_usable(request)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    client->request = *request;
    client->response = response;
    const ardoq_https_exchange_t exchange = {
        .write_head = write_head,
        .on_body = request->on_body,
        .write_head_context = client,
        .on_body_context = request->context,
        .body = request->body,
        .body_size = request->body_size,
        .is_head = strcmp(request->method, "HEAD") == 0,
        .is_idempotent = ardoq_http_method_is_idempotent(request->method),
        .timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : client->config->timeout_ms,
    };
    return ardoq_https_start(&client->https, &exchange);
}

ardoq_err_t ardoq_request_step(ardoq_client_t *client, ardoq_wait_t *wait)
{
    if (!client || !client->config || !wait || !ardoq_https_is_busy(&client->https)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    if (take_interruption(client)) {
        ardoq_https_cancel(&client->https);
        return ARDOQ_ERR_INTERRUPTED;
    }
    ardoq_err_t err = ardoq_https_step(&client->https, wait);
    if (err == ARDOQ_PENDING) {
        return err;
    }
    if (!err) {
        err = ardoq_response_interpret(client);
    } else if (client->https.parser.head_complete) {
        client->response->status = client->https.parser.head.status;
    }
    if (err) {
        log_info(ardoq_err_name(err), client->response->message);
    }
    return err;
}

void ardoq_wait_for(const ardoq_wait_t *wait)
{
    if (wait->timeout_ms > 0) {
        ardoq_port_wait(wait->socket, wait->what,
                        wait->timeout_ms < INTERRUPT_POLL_MS ? wait->timeout_ms
                                                             : INTERRUPT_POLL_MS);
    }
}

ardoq_err_t ardoq_request(ardoq_client_t *client, const ardoq_request_t *request,
                          ardoq_response_t *response)
{
    ardoq_wait_t wait = {0};
    ardoq_err_t err = ardoq_request_start(client, request, response);
    if (err) {
        return err;
    }
    while ((err = ardoq_request_step(client, &wait)) == ARDOQ_PENDING) {
        ardoq_wait_for(&wait);
    }
    return err;
}

void ardoq_request_cancel(ardoq_client_t *client)
{
    if (client->config) {
        ardoq_https_cancel(&client->https);
    }
}

const ardoq_detail_t *ardoq_detail(const ardoq_client_t *client)
{
    return &client->https.detail;
}

const char *ardoq_phase_name(ardoq_phase_t phase)
{
    static const char *const names[] = {"idle",      "resolve", "connect",
                                        "handshake", "send",    "receive"};
    return (unsigned)phase < sizeof names / sizeof names[0] ? names[phase] : "unknown";
}
