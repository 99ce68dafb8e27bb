#include "ardoq/client.h"

#include <string.h>

#include "ardoq/version.h"
#include "client_private.h"
#include "log.h"

/* An interrupt is checked for at least this often. */
enum { INTERRUPT_POLL_MS = 100 };

/* Between two requests of a call, because Ardoq's own clients make 10 to 20 a second. */
enum { PAUSE_MS = 50 };

/* ---- Opening and closing -------------------------------------------------------------------- */

ardoq_err_t ardoq_load_config(ardoq_client_t *client, ardoq_config_t *config)
{
    if (!client || !config) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    memset(client, 0, sizeof *client);
    return ardoq_config_load(config, &client->https.tls.detail.setting);
}

static ardoq_err_t open_connection(ardoq_client_t *client, const ardoq_config_t *config)
{
    const ardoq_tls_config_t tls_config = {
        .host = client->origin.host,
        .ca_pem = config->ca_pem,
        .certificate_pem = config->certificate_pem,
        .key_pem = config->key_pem,
#if ARDOQ_PINS
        .pins = {config->pin0, config->pin1},
#endif
    };
    return ardoq_https_open(&client->https, &client->origin, &tls_config);
}

ardoq_err_t ardoq_open(ardoq_client_t *client, const ardoq_config_t *config)
{
    if (!client || !config) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    memset(client, 0, sizeof *client);
    ardoq_err_t err =
        ardoq_config_check(config, &client->origin, &client->https.tls.detail.setting);
    client->json = (ardoq_json_document_t)ARDOQ_JSON_DOCUMENT(client->tokens);
    err = err ? err : open_connection(client, config);
    if (!err) {
        client->config = config;
    }
    return err;
}

void ardoq_close(ardoq_client_t *client)
{
    if (!client) {
        return;
    }
    if (client->config) {
        ardoq_https_close(&client->https);
    }
    ardoq_wipe(client, sizeof *client);
}

/* ---- The request head ----------------------------------------------------------------------- */

/* The token must never reach a log, so only these headers are shown. */
static bool may_be_logged(const char *name, size_t size)
{
    static const char *const names[] = {"user-agent", "accept", "accept-encoding", "content-type"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (ardoq_text_equal_ignoring_case(name, size, names[i])) {
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

static bool has_body(const ardoq_request_t *request)
{
    return request->write_body || request->body_size > 0;
}

/* Headers that Ardoq requires: developer portal, 'Making a request' and concepts/errors. */
static void write_head(void *context, ardoq_text_t *head)
{
    const ardoq_client_t *client = context;
    const ardoq_request_t *request = &client->request;
    const char *token = client->config->token;
    ardoq_http_write_request_line(head, request->method, request->path, request->query,
                                  request->query_count);
    if (!head->err) {
        /* A link from the server may contain anything that the server was sent. */
        log_info(request->method,
                 token[0] != '\0' && strstr(request->path, token) ? "(not shown)" : request->path);
    }
    ardoq_http_write_host(head, &client->origin);
    log_debug("Host", client->origin.host);
    write_header(head, "User-Agent", "ardoq-device/" ARDOQ_VERSION);
    write_header(head, "Accept", "application/json");
    write_header(head, "Accept-Encoding", "identity");
    ardoq_http_write_bearer(head, token);
    if (token[0] != '\0') {
        log_debug("Authorization", "(not shown)");
    }
    if (client->config->org_label[0] != '\0') {
        write_header(head, "X-org", client->config->org_label);
    }
    if (has_body(request)) {
        write_header(head, "Content-Type", "application/json");
    }
}

static ardoq_err_t write_body(void *context, uint32_t part, ardoq_text_t *text)
{
    const ardoq_request_t *request = &((const ardoq_client_t *)context)->request;
    if (request->write_body) {
        return request->write_body(request->context, part, text);
    }
    ardoq_text_append(text, request->body, request->body_size);
    return ARDOQ_OK;
}

/* ---- Interruption --------------------------------------------------------------------------- */

/* A load and a store instead of an atomic exchange, for which a processor without atomic
 * instructions, such as RV32IMC, needs library code. The store only after an interrupt, because it
 * would lose one that comes in between. */
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

/* ---- Calls ---------------------------------------------------------------------------------- */

static bool is_usable(const ardoq_request_t *request)
{
    return request->method && request->path && (request->body || request->body_size == 0) &&
           (request->query || request->query_count == 0);
}

static ardoq_err_t start_exchange(ardoq_client_t *client)
{
    const ardoq_request_t *request = &client->request;
    const ardoq_http_method_t method = ardoq_http_method(request->method);
    ardoq_https_exchange_t *exchange = &client->https.exchange; /* not in use now */
    exchange->write_head = write_head;
    exchange->write_body = has_body(request) ? write_body : NULL;
    exchange->write_context = client;
    exchange->on_body = request->on_body;
    exchange->on_body_context = request->context;
    exchange->needs_length = method.expects_body;
    exchange->is_head = strcmp(request->method, "HEAD") == 0;
    exchange->is_idempotent = method.is_idempotent;
    exchange->timeout_ms =
        request->timeout_ms > 0 ? request->timeout_ms : client->config->timeout_ms;
    return ardoq_https_start(&client->https);
}

ardoq_err_t ardoq_call_begin(ardoq_client_t *client, const void *result)
{
    if (!client || !client->config || !result) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    if (ardoq_https_is_busy(&client->https)) {
        return ARDOQ_ERR_BUSY;
    }
    (void)take_interruption(client); /* too late for the previous call */
    ardoq_response_init(&client->last);
    ardoq_https_forget(&client->https);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_call_start(ardoq_client_t *client, const ardoq_request_t *request,
                             ardoq_response_t *response, ardoq_next_t next)
{
    ardoq_response_init(response);
    client->request = *request;
    client->response = response;
    client->next = next;
    client->message[0] = '\0';
    ardoq_response_init(&client->last);
    return start_exchange(client);
}

ardoq_err_t ardoq_call_start_checked(ardoq_client_t *client, const ardoq_request_t *request,
                                     ardoq_response_t *response, ardoq_next_t next)
{
    if (!is_usable(request)) {
        ardoq_response_init(response);
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    return ardoq_call_start(client, request, response, next);
}

ardoq_err_t ardoq_request_start(ardoq_client_t *client, const ardoq_request_t *request,
                                ardoq_response_t *response)
{
    const ardoq_err_t err = ardoq_call_begin(client, request ? response : NULL);
    return err ? err : ardoq_call_start_checked(client, request, response, NULL);
}

/* After an exchange the call continues with the next one, or ends too. */
static ardoq_err_t end_exchange(ardoq_client_t *client, ardoq_err_t err, ardoq_wait_t *wait)
{
    if (!err) {
        err = ardoq_response_interpret(client);
        if (!err && client->next && !client->https.has_body) {
            err = ARDOQ_ERR_ANSWER_EMPTY;
        }
    } else if (client->https.parser.head_complete) {
        client->last.status = client->https.parser.head.status;
    }
    if (err) {
        log_error(ardoq_err_name(err), client->message);
    }
    *client->response = client->last;
    if (client->next) {
        err = client->next(client, client->request.context, err);
    }
    if (!err && ardoq_https_is_busy(&client->https)) {
        *wait = (ardoq_wait_t){.event = ARDOQ_PORT_EVENT_NONE, .timeout_ms = PAUSE_MS};
        return ARDOQ_PENDING;
    }
    return err;
}

ardoq_err_t ardoq_request_step(ardoq_client_t *client, ardoq_wait_t *wait)
{
    if (!client || !wait || !ardoq_https_is_busy(&client->https)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    if (take_interruption(client)) {
        ardoq_request_cancel(client);
        return ARDOQ_ERR_INTERRUPTED;
    }
    const ardoq_err_t err = ardoq_https_step(&client->https, wait);
    return err == ARDOQ_PENDING ? err : end_exchange(client, err, wait);
}

void ardoq_wait_for(const ardoq_wait_t *wait)
{
    if (wait->timeout_ms > 0) {
        ardoq_port_wait(wait->socket, wait->event,
                        wait->timeout_ms < INTERRUPT_POLL_MS ? wait->timeout_ms
                                                             : INTERRUPT_POLL_MS);
    }
}

ardoq_err_t ardoq_finish(ardoq_client_t *client, ardoq_on_wait_t on_wait, void *context)
{
    ardoq_wait_t wait;
    ardoq_err_t err;
    while ((err = ardoq_request_step(client, &wait)) == ARDOQ_PENDING) {
        if (on_wait) {
            on_wait(context);
        }
        ardoq_wait_for(&wait);
    }
    return err;
}

ardoq_err_t ardoq_request(ardoq_client_t *client, const ardoq_request_t *request,
                          ardoq_response_t *response)
{
    const ardoq_err_t err = ardoq_request_start(client, request, response);
    return err ? err : ardoq_finish(client, NULL, NULL);
}

void ardoq_request_cancel(ardoq_client_t *client)
{
    if (client && client->config) {
        ardoq_https_cancel(&client->https);
    }
}

/* ---- Details --------------------------------------------------------------------------------- */

const ardoq_detail_t *ardoq_detail(const ardoq_client_t *client)
{
    return &client->https.tls.detail;
}

const char *ardoq_phase_name(ardoq_phase_t phase)
{
    static const char *const names[] = {"idle",      "resolve", "connect",
                                        "handshake", "send",    "receive"};
    return (unsigned)phase < sizeof names / sizeof names[0] ? names[phase] : "unknown";
}
