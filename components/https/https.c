#include "ardoq/https.h"

#include <string.h>

/* While sending, the server may answer early; a full send queue must not hide that. */
enum { SEND_POLL_MS = 100 };

/* A resolver has no socket to wait on, so it is polled: often at first, then less often, so that
 * the delay is at most about a thirtieth of the time that it took. */
enum { RESOLVE_POLL_SHARE = 32 };

/* After longer than this, a router or firewall may have dropped a kept connection silently. */
enum { KEPT_MS = 10 * 1000 };

/* ---- Phases --------------------------------------------------------------------------------- */

/* 0 once the deadline has passed. At most a timeout_ms, so it fits. */
static uint32_t remaining_ms(const ardoq_https_t *https)
{
    const uint64_t now = ardoq_port_uptime_ms();
    return now < https->deadline ? (uint32_t)(https->deadline - now) : 0;
}

/* Continues immediately with another phase. */
static ardoq_err_t enter(ardoq_https_t *https, ardoq_phase_t phase)
{
    https->tls.detail.phase = phase;
    https->wait.timeout_ms = 0;
    return ARDOQ_PENDING;
}

static ardoq_err_t wait_at_most(ardoq_https_t *https, uint32_t at_most_ms)
{
    if (at_most_ms < https->wait.timeout_ms) {
        https->wait.timeout_ms = at_most_ms;
    }
    return ARDOQ_PENDING;
}

/* Returns the result of the connection; if it is pending, sets what to wait for. */
static ardoq_err_t wait_for_tls(ardoq_https_t *https, ardoq_err_t err, uint32_t at_most_ms)
{
    if (err != ARDOQ_PENDING) {
        return err;
    }
    https->wait.event = https->tls.waits_for;
    return wait_at_most(https, https->wait.event == ARDOQ_PORT_EVENT_NONE ? 0 : at_most_ms);
}

/* ---- Connection ----------------------------------------------------------------------------- */

static void disconnect(ardoq_https_t *https)
{
    ardoq_port_resolve_abandon(&https->resolve);
    ardoq_tls_disconnect(&https->tls);
    https->is_kept = false;
}

static ardoq_err_t step_resolve(ardoq_https_t *https)
{
    const ardoq_err_t err =
        ardoq_port_resolve_poll(&https->resolve, https->addresses, &https->address_count);
    if (err == ARDOQ_PENDING) {
        const uint32_t elapsed_ms = https->exchange.timeout_ms - https->wait.timeout_ms;
        return wait_at_most(https, 1 + elapsed_ms / RESOLVE_POLL_SHARE);
    }
    return err ? err : enter(https, ARDOQ_PHASE_CONNECT);
}

/* Each address gets an equal share of the remaining time. err: of the previous address, returned if
 * there is no other */
static ardoq_err_t connect_next(ardoq_https_t *https, ardoq_err_t err)
{
    while (https->address_next < https->address_count) {
        const uint32_t left = (uint32_t)(https->address_count - https->address_next);
        /* The last one may wait until the deadline. */
        https->next_address_ms = https->wait.timeout_ms - https->wait.timeout_ms / left;
        const ardoq_port_address_t *address = &https->addresses[https->address_next++];
        err = ardoq_tls_connect(&https->tls, address, https->origin->port);
        if (!err) {
            return enter(https, ARDOQ_PHASE_CONNECT);
        }
    }
    return err;
}

/* The next address is tried if this one fails, or when its share of the time is over. */
static ardoq_err_t wait_or_connect_next(ardoq_https_t *https, ardoq_err_t err)
{
    if (err == ARDOQ_PENDING && https->wait.timeout_ms > https->next_address_ms) {
        return wait_for_tls(https, err, https->wait.timeout_ms - https->next_address_ms);
    }
    return connect_next(https, err);
}

static ardoq_err_t step_connect(ardoq_https_t *https)
{
    ardoq_err_t err = ARDOQ_ERR_HOST_UNREACHABLE;
    if (https->address_next > 0) {
        err = ardoq_tls_connect_poll(&https->tls);
    }
    return err ? wait_or_connect_next(https, err) : enter(https, ARDOQ_PHASE_HANDSHAKE);
}

/* Proxies and the like accept connections for servers that are down. So before the certificate,
 * silence or a closed connection leads to the next address, as while connecting; a TLS error does
 * not. */
static ardoq_err_t step_handshake(ardoq_https_t *https)
{
    const ardoq_err_t err = ardoq_tls_handshake(&https->tls);
    const bool is_unanswered = err == ARDOQ_PENDING || err == ARDOQ_ERR_CONNECTION_CLOSED ||
                               err == ARDOQ_ERR_NETWORK_FAILED;
    if (!is_unanswered || https->tls.detail.certificate_end != 0) {
        https->next_address_ms = 0;
        https->address_next = https->address_count;
    }
    return err ? wait_or_connect_next(https, err) : enter(https, ARDOQ_PHASE_SEND);
}

/* ---- Response ------------------------------------------------------------------------------- */

/* Whether the body is the requested data. Bodies of errors and pages are only for people: they are
 * not passed to on_body, and what does not fit in the buffer is dropped. */
static bool is_data(const ardoq_https_t *https)
{
    enum { STATUS_PARTIAL_CONTENT = 206 };

    const ardoq_http_head_t *head = &https->parser.head;
    return head->status / 100 == 2 && head->status != STATUS_PARTIAL_CONTENT && head->is_json;
}

static ardoq_err_t keep_body(ardoq_https_t *https, const char *data, size_t size)
{
    /* One byte is for the NUL. */
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
    https->has_body = true;
    if (https->parser.head.is_encoded) {
        /* It is compressed, so not readable or printable. */
        https->body_cut = true;
        return https->parser.head.status / 100 == 2 ? ARDOQ_ERR_CONTENT_ENCODED : ARDOQ_OK;
    }
    if (is_data(https) && https->exchange.on_body) {
        const ardoq_err_t err =
            https->exchange.on_body(https->exchange.on_body_context, piece->body, piece->body_size);
        return err > 0 ? ARDOQ_ERR_INVALID_ARGUMENT : err;
    }
    return keep_body(https, piece->body, piece->body_size);
}

/* The response is complete; extra bytes after it make the connection unusable. */
static ardoq_err_t complete(ardoq_https_t *https, bool has_surplus)
{
    https->buffer[https->length] = '\0';
    https->is_kept = https->parser.head.keep_alive && !https->parser.is_early && !has_surplus &&
                     ardoq_tls_is_clean(&https->tls);
    if (!https->is_kept) {
        disconnect(https);
    }
    https->deadline = ardoq_port_uptime_ms() + KEPT_MS;
    https->tls.detail.phase = ARDOQ_PHASE_IDLE;
    https->is_busy = false;
    return ARDOQ_OK;
}

/* The head contains the token, so it must not stay in memory. */
static void wipe_head(ardoq_https_t *https)
{
    ardoq_wipe(https->buffer, https->head_size);
    https->head_size = 0;
}

/* From here on the buffer is used for the response. */
static ardoq_err_t end_request(ardoq_https_t *https)
{
    wipe_head(https);
    return enter(https, ARDOQ_PHASE_RECEIVE);
}

/* A server may reject a request before it has read all of it, but cannot have carried it out. */
static ardoq_err_t end_request_early(ardoq_https_t *https)
{
    return https->parser.head.status / 100 == 2 ? ARDOQ_ERR_HTTP_PROTOCOL : end_request(https);
}

/* ARDOQ_OK: the response is complete. ARDOQ_PENDING: all of data is consumed. */
static ardoq_err_t parse(ardoq_https_t *https, const char *data, size_t size)
{
    ardoq_err_t err = ARDOQ_PENDING;
    https->wait.timeout_ms = 0;
    https->has_answer = true;
    while (err == ARDOQ_PENDING && size > 0) {
        ardoq_http_piece_t piece;
        err = ardoq_http_parse(&https->parser, data, size, &piece);
        ardoq_err_t other = ARDOQ_OK;
        if (https->parser.head_complete && https->parser.is_early) {
            other = end_request_early(https);
        }
        other = other < 0 ? other : take_body(https, &piece);
        if (other) {
            return other;
        }
        data += piece.consumed;
        size -= piece.consumed;
    }
    return err == ARDOQ_OK ? complete(https, size > 0) : err;
}

static ardoq_err_t take_received(ardoq_https_t *https, const char *data, size_t size)
{
    if (size > 0) {
        return parse(https, data, size);
    }
    const ardoq_err_t err = ardoq_http_parse_end(&https->parser);
    return err ? err : complete(https, false);
}

static ardoq_err_t step_receive(ardoq_https_t *https)
{
    /* When the buffer is full, the end of a chunked body or the rest of an error may still
     * follow. */
    char spill[32];
    const size_t room = sizeof https->buffer - 1 - https->length;
    char *into = room > 0 ? https->buffer + https->length : spill;
    size_t size = 0;
    ardoq_err_t err = ardoq_tls_read(&https->tls, into, room > 0 ? room : sizeof spill, &size);
    err = wait_for_tls(https, err, UINT32_MAX);
    return err ? err : take_received(https, into, size);
}

/* ---- Composing the request ------------------------------------------------------------------ */

/* Appends the next part of the body, as far as it is inside the window. */
static ardoq_err_t write_part(const ardoq_https_t *https, uint32_t part, ardoq_text_t *text)
{
    const ardoq_https_exchange_t *exchange = &https->exchange;
    if (!exchange->write_body) {
        return ARDOQ_OK;
    }
    const ardoq_err_t err = exchange->write_body(exchange->write_context, part, text);
    if (err > ARDOQ_PENDING) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    if (text->err) {
        return text->err;
    }
    /* There could be empty parts for ever. */
    return err == ARDOQ_PENDING && remaining_ms(https) == 0 ? ARDOQ_ERR_TIMEOUT : err;
}

/* Fills the rest of the buffer. ARDOQ_OK: the body is complete, ARDOQ_PENDING: at least one more
 * byte. */
static ardoq_err_t fill(ardoq_https_t *https)
{
    ardoq_err_t err = ARDOQ_PENDING;
    while (err == ARDOQ_PENDING) {
        ardoq_text_t text;
        ardoq_text_init_window(&text, https->buffer + https->filled,
                               sizeof https->buffer - https->filled, https->part_skip);
        err = write_part(https, https->part, &text);
        https->filled += text.length;
        https->part_skip += text.length;
        if (err >= 0 && https->part_skip < text.total) {
            return ARDOQ_PENDING;
        }
        https->part++;
        https->part_skip = 0;
    }
    https->is_composed = err == ARDOQ_OK;
    return err;
}

/* Counts the bytes that do not fit in the buffer. */
static ardoq_err_t count(ardoq_https_t *https)
{
    ardoq_err_t err = ARDOQ_PENDING;
    size_t skip = https->part_skip;
    for (uint32_t part = https->part; err == ARDOQ_PENDING; part++) {
        ardoq_text_t text;
        ardoq_text_init_window(&text, https->buffer, 0, 0);
        err = write_part(https, part, &text);
        if (err >= 0 && text.total < skip) {
            return ARDOQ_ERR_BODY_CHANGED;
        }
        https->body_left += text.total - skip;
        if (err >= 0 && https->body_left > INT32_MAX) {
            return ARDOQ_ERR_REQUEST_TOO_LARGE;
        }
        skip = 0;
    }
    return err;
}

/* Ends the head with the length of the body. The part of the body in the buffer starts where any
 * length fits; it is now moved down to the actual length. */
static void end_head(ardoq_https_t *https, ardoq_text_t *head, size_t body_at)
{
    const size_t written = https->filled - body_at;
    ardoq_decimal_t room;
    ardoq_text_append_string(head, ardoq_decimal(written + https->body_left, &room));
    ardoq_text_append_string(head, "\r\n\r\n");
    memmove(https->buffer + head->length, https->buffer + body_at, written);
    https->filled = head->length + written;
}

static ardoq_err_t compose_body(ardoq_https_t *https, ardoq_text_t *head)
{
    enum { LENGTH_ROOM = sizeof "4294967295\r\n\r\n" }; /* the longest that count() allows */

    const size_t body_at = head->length + LENGTH_ROOM;
    if (head->err || body_at > sizeof https->buffer) {
        return ARDOQ_ERR_REQUEST_TOO_LARGE;
    }
    https->filled = body_at;
    ardoq_err_t err = fill(https);
    if (err == ARDOQ_PENDING) {
        err = count(https);
    }
    if (!err) {
        end_head(https, head, body_at);
    }
    return err;
}

/* Writes the request, or as much as fits in the buffer. So a request that cannot be sent fails
 * before connecting, and a short one is sent in one piece. */
static ardoq_err_t compose(ardoq_https_t *https)
{
    const ardoq_https_exchange_t *exchange = &https->exchange;
    ardoq_text_t head;
    ardoq_text_init(&head, https->buffer, sizeof https->buffer, ARDOQ_ERR_REQUEST_TOO_LARGE);
    exchange->write_head(exchange->write_context, &head);
    https->head_size = head.length;
    if (head.err) {
        return head.err;
    }
    if (exchange->write_body || exchange->needs_length) {
        ardoq_text_append_string(&head, "Content-Length: ");
        return compose_body(https, &head);
    }
    ardoq_text_append_string(&head, "\r\n");
    https->filled = head.length;
    https->is_composed = true;
    return head.err;
}

/* Composes the next piece of a body that is longer than the buffer. If the body does not have the
 * length in the head, the piece is not sent. */
static ardoq_err_t compose_next(ardoq_https_t *https)
{
    wipe_head(https);
    https->sent = 0;
    https->filled = 0;
    const ardoq_err_t err = fill(https);
    if (err < 0) {
        return err;
    }
    /* It must end exactly when no bytes are left. */
    https->body_left -= https->filled;
    const bool is_same =
        https->body_left <= INT32_MAX && https->is_composed == (https->body_left == 0);
    return is_same ? ARDOQ_OK : ARDOQ_ERR_BODY_CHANGED;
}

/* ---- Sending it ----------------------------------------------------------------------------- */

/* A server may answer before it has read everything, and then stop reading or close (RFC 9112,
 * 9.3). The head of such an answer is read, so that the rest is not sent. */
static ardoq_err_t receive_early(ardoq_https_t *https)
{
    char answer[32];
    size_t size = 0;
    ardoq_err_t err;
    do {
        err = ardoq_tls_read_early(&https->tls, answer, sizeof answer, &size, https->is_writing);
        if (err == ARDOQ_PENDING && https->tls.waits_for == ARDOQ_PORT_EVENT_NONE) {
            https->wait.timeout_ms = 0;
        }
        if (err) {
            return err;
        }
        err = take_received(https, answer, size);
    } while (err == ARDOQ_PENDING && https->tls.detail.phase == ARDOQ_PHASE_SEND);
    return err;
}

/* Sends the buffer, up to one record. */
static ardoq_err_t write_record(ardoq_https_t *https)
{
    size_t written = 0;
    const ardoq_err_t err = ardoq_tls_write(&https->tls, https->buffer + https->sent,
                                            https->filled - https->sent, &written);
    https->is_writing = err == ARDOQ_PENDING;
    https->sent += written;
    if (!err) {
        https->wait.timeout_ms = 0;
    }
    return wait_for_tls(https, err, SEND_POLL_MS);
}

static ardoq_err_t step_send(ardoq_https_t *https)
{
    ardoq_err_t err = https->sent == https->filled ? compose_next(https) : ARDOQ_OK;
    err = err ? err : write_record(https);
    if (err < 0) {
        return err;
    }
    if (https->sent < https->filled || !https->is_composed) {
        return receive_early(https);
    }
    /* Data dropped because the server accepted no more was not sent. */
    https->parser.request_sent = !https->tls.deaf_since;
    return end_request(https);
}

/* ---- The state machine ---------------------------------------------------------------------- */

static ardoq_err_t step_phase(ardoq_https_t *https)
{
    switch (https->tls.detail.phase) {
    case ARDOQ_PHASE_RESOLVE:
        return step_resolve(https);
    case ARDOQ_PHASE_CONNECT:
        return step_connect(https);
    case ARDOQ_PHASE_HANDSHAKE:
        return step_handshake(https);
    case ARDOQ_PHASE_SEND:
        return step_send(https);
    case ARDOQ_PHASE_RECEIVE:
        return step_receive(https);
    default:
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
}

/* The dot at the end of an absolute name stops the resolver from adding a domain; in TLS and HTTP
 * the name has no dot. */
static ardoq_err_t start_resolve(ardoq_https_t *https)
{
    char name[ARDOQ_HTTP_HOST_SIZE + 1];
    ardoq_text_t text;
    ardoq_text_init(&text, name, sizeof name, ARDOQ_ERR_HOST_INVALID);
    ardoq_text_append_string(&text, https->origin->host);
    ardoq_text_append_string(&text, https->origin->is_absolute ? "." : "");
    return ardoq_port_resolve_start(&https->resolve, name);
}

/* Starts the request, also when it is repeated. */
static ardoq_err_t begin(ardoq_https_t *https, bool is_reused)
{
    wipe_head(https);
    memset(https, 0, offsetof(ardoq_https_t, exchange));
    https->is_busy = true;
    https->is_reused = is_reused;
    ardoq_http_parser_init(&https->parser, https->exchange.is_head);
    ardoq_err_t err = ARDOQ_OK;
    if (!is_reused) {
        disconnect(https);
        err = ardoq_tls_begin(&https->tls);
    }
    err = err ? err : compose(https);
    if (err || is_reused) {
        return err ? err : enter(https, ARDOQ_PHASE_SEND);
    }
    (void)enter(https, ARDOQ_PHASE_RESOLVE);
    err = start_resolve(https);
    return err ? err : ARDOQ_PENDING;
}

/* A server may close a kept connection at any moment, with status 408 or silently, or reject it for
 * this request with 421. */
static bool is_lost(const ardoq_https_t *https, ardoq_err_t err)
{
    enum { STATUS_REQUEST_TIMEOUT = 408, STATUS_MISDIRECTED = 421 };

    const uint16_t status = https->parser.head.status;
    return https->has_answer ? err == ARDOQ_OK && (status == STATUS_REQUEST_TIMEOUT ||
                                                   status == STATUS_MISDIRECTED)
                             : err == ARDOQ_ERR_CONNECTION_CLOSED;
}

/* Such a lost request is sent again on a new connection, once, if that is allowed (RFC 9110, 9.2.2,
 * 15.5.9 and 15.5.20). */
static bool may_replay(const ardoq_https_t *https, ardoq_err_t err)
{
    return https->is_reused && https->exchange.is_idempotent && is_lost(https, err);
}

static ardoq_err_t fail(ardoq_https_t *https, ardoq_err_t err)
{
    ardoq_detail_t *detail = &https->tls.detail;
    detail->platform_code = detail->phase == ARDOQ_PHASE_RESOLVE ? https->resolve.platform_code
                                                                 : https->tls.socket.platform_code;
    if (https->tls.deaf_since) {
        detail->phase = (ardoq_phase_t)https->tls.deaf_since;
    }
    ardoq_https_cancel(https);
    return err;
}

ardoq_err_t ardoq_https_open(ardoq_https_t *https, const ardoq_http_origin_t *origin,
                             const ardoq_tls_config_t *config)
{
    memset(https, 0, sizeof *https);
    https->origin = origin;
    return ardoq_tls_open(&https->tls, config, https->buffer, sizeof https->buffer);
}

ardoq_err_t ardoq_https_start(ardoq_https_t *https)
{
    if (ardoq_https_is_busy(https)) {
        return ARDOQ_ERR_BUSY;
    }
    const uint64_t now = ardoq_port_uptime_ms();
    const bool is_fresh = https->is_kept && now < https->deadline;
    https->deadline = now + https->exchange.timeout_ms;
    ardoq_tls_begin_step(&https->tls);
    const ardoq_err_t err = begin(https, is_fresh && ardoq_tls_is_alive(&https->tls));
    return err < 0 ? fail(https, err) : ARDOQ_OK;
}

ardoq_err_t ardoq_https_step(ardoq_https_t *https, ardoq_wait_t *wait)
{
    if (!ardoq_https_is_busy(https)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = ARDOQ_ERR_TIMEOUT;
    https->wait = (ardoq_wait_t){.timeout_ms = remaining_ms(https)};
    if (https->wait.timeout_ms > 0) {
        ardoq_tls_begin_step(&https->tls);
        err = step_phase(https);
        if (may_replay(https, err)) {
            err = begin(https, false);
        }
        https->wait.socket = https->wait.event == ARDOQ_PORT_EVENT_NONE ? NULL : &https->tls.socket;
        *wait = https->wait;
    }
    return err < 0 ? fail(https, err) : err;
}

void ardoq_https_forget(ardoq_https_t *https)
{
    /* A connection is only kept after a success, which has no error details. */
    if (!https->is_kept) {
        memset(&https->tls.detail, 0, sizeof https->tls.detail);
    }
}

bool ardoq_https_is_busy(const ardoq_https_t *https)
{
    return https->is_busy;
}

void ardoq_https_cancel(ardoq_https_t *https)
{
    wipe_head(https);
    https->length = 0;
    https->buffer[0] = '\0';
    https->is_busy = false;
    disconnect(https);
}

void ardoq_https_close(ardoq_https_t *https)
{
    if (https->origin) {
        ardoq_https_cancel(https);
        ardoq_tls_close(&https->tls);
    }
}
