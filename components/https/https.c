#include "ardoq/https.h"

#include <string.h>

#include "ardoq/http_request.h"
#include "tls.h"

enum {
    STATE_DISCONNECTED,
    STATE_KEPT, /* connected, no exchange under way */
    STATE_RESOLVE,
    STATE_CONNECT,
    STATE_HANDSHAKE,
    STATE_SEND_HEAD,
    STATE_SEND_BODY,
    STATE_RECEIVE,
};

/* A resolver has nothing to wait on, so it is asked this often. */
enum { RESOLVE_POLL_MS = 10 };

/* While sending, the server may answer early; a full send queue must not hide that. */
enum { SEND_POLL_MS = 100 };

/* ---- Connection ----------------------------------------------------------------------------- */

static void disconnect(ardoq_https_t *https)
{
    ardoq_port_resolve_abandon(&https->resolve);
    ardoq_tls_end(https);
    ardoq_port_close(&https->socket);
    https->state = STATE_DISCONNECTED;
}

/* Goes on at once with another state. */
static ardoq_err_t enter(ardoq_https_t *https, uint8_t state, ardoq_https_wait_t *wait)
{
    https->state = state;
    https->sent = 0;
    wait->timeout_ms = 0;
    return ARDOQ_PENDING;
}

static ardoq_err_t wait_for(ardoq_https_t *https, ardoq_port_wait_t what, uint32_t at_most_ms,
                            ardoq_https_wait_t *wait)
{
    wait->what = what;
    wait->socket = what == ARDOQ_PORT_WAIT_TIME ? NULL : &https->socket;
    if (at_most_ms < wait->timeout_ms) {
        wait->timeout_ms = at_most_ms;
    }
    return ARDOQ_PENDING;
}

static ardoq_err_t wait_for_tls(ardoq_https_t *https, uint32_t at_most_ms, ardoq_https_wait_t *wait)
{
    const ardoq_port_wait_t what = https->tls_waits_for;
    return wait_for(https, what, what == ARDOQ_PORT_WAIT_TIME ? 0 : at_most_ms, wait);
}

/* Begins a connection. Certificates are judged by the time at which it is made. */
static ardoq_err_t begin_connection(ardoq_https_t *https)
{
    memset(&https->detail, 0, sizeof https->detail);
    https->is_reused = false;
    https->address_count = 0;
    https->address_next = 0;
    if (!ardoq_tls_clock_is_usable(https)) {
        return ARDOQ_ERR_CLOCK_UNKNOWN;
    }
    https->state = STATE_RESOLVE;
    const ardoq_err_t err = ardoq_port_resolve_start(&https->resolve, https->config.origin->host);
    https->detail.platform_code = https->resolve.platform_code;
    return err;
}

/* Each address gets an equal share of the time that remains. */
static ardoq_err_t connect_next(ardoq_https_t *https)
{
    ardoq_err_t err = ARDOQ_ERR_HOST_UNREACHABLE;
    while (https->address_next < https->address_count) {
        const size_t left = https->address_count - https->address_next;
        const uint64_t now = ardoq_port_uptime_ms();
        /* At most a timeout_ms, so it fits. */
        const uint32_t remaining = https->deadline > now ? (uint32_t)(https->deadline - now) : 0;
        https->connect_deadline = now + remaining / left;
        const ardoq_port_address_t *address = &https->addresses[https->address_next++];
        err = ardoq_port_connect_start(&https->socket, address, https->config.origin->port);
        https->detail.platform_code = https->socket.platform_code;
        if (!err) {
            return ARDOQ_OK;
        }
    }
    return err;
}

static ardoq_err_t step_resolve(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    ardoq_err_t err =
        ardoq_port_resolve_poll(&https->resolve, https->addresses, &https->address_count);
    if (err == ARDOQ_PENDING) {
        return wait_for(https, ARDOQ_PORT_WAIT_TIME, RESOLVE_POLL_MS, wait);
    }
    https->detail.platform_code = https->resolve.platform_code;
    if (!err) {
        https->state = STATE_CONNECT;
        err = connect_next(https);
    }
    return err ? err : enter(https, STATE_CONNECT, wait);
}

static ardoq_err_t step_connect(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    ardoq_err_t err = ardoq_port_connect_poll(&https->socket);
    const uint64_t now = ardoq_port_uptime_ms();
    if (err == ARDOQ_PENDING && now < https->connect_deadline) {
        return wait_for(https, ARDOQ_PORT_WAIT_WRITABLE, (uint32_t)(https->connect_deadline - now),
                        wait);
    }
    if (!err) {
        https->detail.platform_code = 0;
        err = ardoq_tls_begin(https);
        return err ? err : enter(https, STATE_HANDSHAKE, wait);
    }
    https->detail.platform_code = https->socket.platform_code;
    ardoq_port_close(&https->socket);
    const bool is_last = https->address_next == https->address_count;
    if (is_last) {
        return err == ARDOQ_PENDING ? ARDOQ_ERR_TIMEOUT : err;
    }
    err = connect_next(https);
    return err ? err : enter(https, STATE_CONNECT, wait);
}

static ardoq_err_t step_handshake(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    const ardoq_err_t err = ardoq_tls_handshake_step(https);
    if (err == ARDOQ_PENDING) {
        return wait_for_tls(https, UINT32_MAX, wait);
    }
    return err ? err : enter(https, STATE_SEND_HEAD, wait);
}

/* ---- Response ------------------------------------------------------------------------------- */

/* What was asked for. The bodies of errors and pages are only for people: they never reach on_body,
 * and what does not fit the buffer is dropped. */
static bool is_data(const ardoq_https_t *https)
{
    return https->parser.head.status / 100 == 2 && https->parser.head.is_json;
}

static ardoq_err_t keep_body(ardoq_https_t *https, const char *data, size_t size)
{
    /* One byte stays for the closing NUL. */
    const size_t room = sizeof https->buffer - 1 - https->length;
    if (size > room) {
        if (is_data(https)) {
            return ARDOQ_ERR_RESPONSE_TOO_LARGE;
        }
        https->body_cut = true;
        size = room;
    }
    memmove(https->buffer + https->length, data, size);
    https->length += size;
    return ARDOQ_OK;
}

static ardoq_err_t take_body(ardoq_https_t *https, const ardoq_http_piece_t *piece)
{
    if (piece->body_size == 0) {
        return ARDOQ_OK;
    }
    if (is_data(https) && https->exchange.on_body) {
        const ardoq_err_t err =
            https->exchange.on_body(https->exchange.on_body_context, piece->body, piece->body_size);
        return err > 0 ? ARDOQ_ERR_INVALID_ARGUMENT : err;
    }
    return keep_body(https, piece->body, piece->body_size);
}

/* The response is complete. Whatever came behind it belongs to nobody. */
static ardoq_err_t complete(ardoq_https_t *https, bool has_surplus)
{
    const bool is_sent = https->state == STATE_RECEIVE;
    const bool can_keep = https->parser.head.keep_alive && is_sent && !has_surplus &&
                          !https->has_unsent && mbedtls_ssl_get_bytes_avail(&https->tls) == 0;
    https->buffer[https->length] = '\0';
    if (can_keep) {
        https->state = STATE_KEPT;
    } else {
        disconnect(https);
    }
    return ARDOQ_OK;
}

/* ARDOQ_OK: the response is complete. ARDOQ_PENDING: all of data is used up. */
static ardoq_err_t parse(ardoq_https_t *https, const char *data, size_t size)
{
    ardoq_err_t err = ARDOQ_PENDING;
    while (err == ARDOQ_PENDING && size > 0) {
        ardoq_http_piece_t piece;
        err = ardoq_http_parse(&https->parser, data, size, &piece);
        const ardoq_err_t body_err = err < 0 ? err : take_body(https, &piece);
        if (body_err) {
            return body_err;
        }
        data += piece.consumed;
        size -= piece.consumed;
    }
    return err == ARDOQ_OK ? complete(https, size > 0) : err;
}

static ardoq_err_t receive(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    /* A full buffer may still be followed by the end of a chunked body, or by an error's rest. */
    char spill[64];
    const size_t room = sizeof https->buffer - 1 - https->length;
    char *into = room > 0 ? https->buffer + https->length : spill;
    size_t size = 0;
    ardoq_err_t err = ardoq_tls_read(https, into, room > 0 ? room : sizeof spill, &size);
    if (err == ARDOQ_PENDING) {
        return wait_for_tls(https, UINT32_MAX, wait);
    }
    if (err) {
        return err;
    }
    if (size == 0) {
        err = ardoq_http_parse_end(&https->parser);
        return err ? err : complete(https, false);
    }
    https->has_answer = true;
    wait->timeout_ms = 0;
    return parse(https, into, size);
}

/* ---- Request -------------------------------------------------------------------------------- */

/* The buffer now belongs to the response. */
static void begin_response(ardoq_https_t *https)
{
    ardoq_http_parser_init(&https->parser, https->exchange.is_head);
    https->length = 0;
    https->body_cut = false;
    https->has_answer = false;
    https->is_writing = false;
}

/* Written at the start, so that a request that cannot be sent fails before any connection, and
 * again for a replay. */
static ardoq_err_t write_head(ardoq_https_t *https)
{
    ardoq_text_t head;
    ardoq_text_init(&head, https->buffer, sizeof https->buffer, ARDOQ_ERR_REQUEST_TOO_LARGE);
    https->exchange.write_head(https->exchange.write_head_context, &head);
    https->head_length = head.length;
    return head.err;
}

/* The head holds the token: it does not stay in memory longer than it must. */
static void wipe_head(ardoq_https_t *https)
{
    ardoq_wipe(https->buffer, https->head_length);
    https->head_length = 0;
}

static ardoq_err_t step_send_head(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    ardoq_err_t err = https->head_length == 0 ? write_head(https) : ARDOQ_OK;
    size_t written = 0;
    if (!err) {
        err = ardoq_tls_write(https, https->buffer + https->sent, https->head_length - https->sent,
                              &written);
    }
    if (err == ARDOQ_PENDING) {
        return wait_for_tls(https, UINT32_MAX, wait);
    }
    https->sent += written;
    if (!err && https->sent < https->head_length) {
        wait->timeout_ms = 0;
        return ARDOQ_PENDING;
    }
    wipe_head(https);
    if (err) {
        return err;
    }
    begin_response(https);
    return enter(https, https->exchange.body_size > 0 ? STATE_SEND_BODY : STATE_RECEIVE, wait);
}

/* In TLS 1.3 a session ticket may arrive while a write is under way. mbedTLS 4 then finishes that
 * write by itself, so the next one would send the same text again. */
static bool may_read(const ardoq_https_t *https)
{
    return !https->is_writing || strcmp(mbedtls_ssl_get_version(&https->tls), "TLSv1.2") == 0;
}

/* A server may answer before it has read all, and then stop reading or close (RFC 9112, 9.3).
 * False if nothing has arrived. */
static bool receive_early(ardoq_https_t *https, ardoq_https_output_t output,
                          ardoq_https_wait_t *wait, ardoq_err_t *err)
{
    ardoq_https_wait_t early_wait = *wait;
    https->output = output;
    *err = receive(https, &early_wait);
    https->output = ARDOQ_HTTPS_OUTPUT_SENT;
    const bool has_nothing = *err == ARDOQ_PENDING && early_wait.timeout_ms > 0;
    if (!has_nothing) {
        *wait = early_wait;
    }
    return !has_nothing;
}

static ardoq_err_t step_send_body(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    const ardoq_https_exchange_t *exchange = &https->exchange;
    const ardoq_https_output_t output =
        https->is_writing ? ARDOQ_HTTPS_OUTPUT_HELD : ARDOQ_HTTPS_OUTPUT_SENT;
    size_t written = 0;
    ardoq_err_t err;
    if (may_read(https) && receive_early(https, output, wait, &err)) {
        return err;
    }
    err = ardoq_tls_write(https, exchange->body + https->sent, exchange->body_size - https->sent,
                          &written);
    https->is_writing = err == ARDOQ_PENDING;
    if (err == ARDOQ_PENDING) {
        return wait_for_tls(https, SEND_POLL_MS, wait);
    }
    if (err) {
        return err;
    }
    https->sent += written;
    wait->timeout_ms = 0;
    return https->sent < exchange->body_size ? ARDOQ_PENDING : enter(https, STATE_RECEIVE, wait);
}

/* ---- The state machine ---------------------------------------------------------------------- */

static ardoq_err_t step_state(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    switch (https->state) {
    case STATE_RESOLVE:
        return step_resolve(https, wait);
    case STATE_CONNECT:
        return step_connect(https, wait);
    case STATE_HANDSHAKE:
        return step_handshake(https, wait);
    case STATE_SEND_HEAD:
        return step_send_head(https, wait);
    case STATE_SEND_BODY:
        return step_send_body(https, wait);
    case STATE_RECEIVE:
        return receive(https, wait);
    default:
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
}

/* A server may close a kept connection at any moment. If no byte came back, a request that may be
 * repeated is sent again on a new connection, once (RFC 9110, 9.2.2). */
static bool may_replay(const ardoq_https_t *https, ardoq_err_t err)
{
    return err == ARDOQ_ERR_CONNECTION_CLOSED && https->is_reused && !https->has_answer &&
           https->exchange.is_idempotent;
}

static ardoq_err_t fail(ardoq_https_t *https, ardoq_err_t err)
{
    https->detail.phase =
        https->deaf_since ? (ardoq_phase_t)https->deaf_since : ardoq_https_phase(https);
    wipe_head(https);
    https->length = 0;
    https->buffer[0] = '\0';
    disconnect(https);
    return err;
}

ardoq_err_t ardoq_https_open(ardoq_https_t *https, const ardoq_https_config_t *config)
{
    memset(https, 0, sizeof *https);
    https->config = *config;
    https->socket.descriptor = ARDOQ_PORT_NO_SOCKET;
    const ardoq_err_t err = ardoq_tls_open(https);
    if (err) {
        ardoq_tls_close(https);
    }
    return err;
}

ardoq_err_t ardoq_https_start(ardoq_https_t *https, const ardoq_https_exchange_t *exchange)
{
    if (ardoq_https_is_busy(https)) {
        return ARDOQ_ERR_BUSY;
    }
    https->exchange = *exchange;
    https->step_bytes = ARDOQ_TLS_STEP_BYTES;
    https->deadline = ardoq_port_uptime_ms() + exchange->timeout_ms;
    https->head_length = 0;
    https->sent = 0;
    begin_response(https);
    if (https->state == STATE_KEPT && ardoq_tls_is_alive(https)) {
        https->is_reused = true;
        https->state = STATE_SEND_HEAD;
    } else {
        disconnect(https);
    }
    ardoq_err_t err = write_head(https);
    if (!err && https->state == STATE_DISCONNECTED) {
        err = begin_connection(https);
    }
    return err ? fail(https, err) : ARDOQ_OK;
}

ardoq_err_t ardoq_https_step(ardoq_https_t *https, ardoq_https_wait_t *wait)
{
    if (!ardoq_https_is_busy(https)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    const uint64_t now = ardoq_port_uptime_ms();
    if (now >= https->deadline) {
        return fail(https, ARDOQ_ERR_TIMEOUT);
    }
    *wait = (ardoq_https_wait_t){.what = ARDOQ_PORT_WAIT_TIME,
                                 .timeout_ms = (uint32_t)(https->deadline - now)};
    https->step_bytes = ARDOQ_TLS_STEP_BYTES;
    ardoq_err_t err = step_state(https, wait);
    if (may_replay(https, err)) {
        wipe_head(https);
        disconnect(https);
        wait->timeout_ms = 0;
        err = begin_connection(https);
        err = err ? err : ARDOQ_PENDING;
    }
    return err < 0 ? fail(https, err) : err;
}

bool ardoq_https_is_busy(const ardoq_https_t *https)
{
    return https->state >= STATE_RESOLVE;
}

ardoq_phase_t ardoq_https_phase(const ardoq_https_t *https)
{
    switch (https->state) {
    case STATE_RESOLVE:
        return ARDOQ_PHASE_RESOLVE;
    case STATE_CONNECT:
        return ARDOQ_PHASE_CONNECT;
    case STATE_HANDSHAKE:
        return ARDOQ_PHASE_HANDSHAKE;
    case STATE_SEND_HEAD:
    case STATE_SEND_BODY:
        return ARDOQ_PHASE_SEND;
    case STATE_RECEIVE:
        return ARDOQ_PHASE_RECEIVE;
    default:
        return ARDOQ_PHASE_IDLE;
    }
}

void ardoq_https_cancel(ardoq_https_t *https)
{
    wipe_head(https);
    disconnect(https);
}

void ardoq_https_close(ardoq_https_t *https)
{
    disconnect(https);
    ardoq_tls_close(https);
    ardoq_wipe(https, sizeof *https);
}
