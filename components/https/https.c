#include "ardoq/https.h"

#include <string.h>

/* While sending, the server may answer early; a full send queue must not hide that. */
enum { SEND_POLL_MS = 100 };

/* A resolver has nothing to wait on. It is asked often at first, and less often the longer it
 * takes: about a thirtieth of that time may pass after it has its answer. */
enum { RESOLVE_POLL_SHARE = 32 };

/* A kept connection may have been dropped on the way, without a word, after longer than this. */
enum { KEPT_MS = 10 * 1000 };

/* ---- Phases --------------------------------------------------------------------------------- */

/* 0 once the deadline has passed. At most a timeout_ms, so it fits. */
static uint32_t remaining_ms(const ardoq_https_t *https)
{
    const uint64_t now = ardoq_port_uptime_ms();
    return now < https->deadline ? (uint32_t)(https->deadline - now) : 0;
}

/* Goes on at once with another phase. */
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

/* Passes a result of the connection on; of one that is pending it notes what to wait for. */
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

/* Each address gets an equal share of the time that remains.
 * err: of the address before, returned when no other is left */
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

/* The next address is tried when this one fails, or once its share of the time is over. */
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

/* Much takes connections for a server that is not there. So until one has shown a certificate,
 * silence and the connection's end count as they do while connecting. What it says in TLS holds. */
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

/* What was asked for. The bodies of errors and pages are only for people: they never reach on_body,
 * and what does not fit the buffer is dropped. */
static bool is_data(const ardoq_https_t *https)
{
    enum { STATUS_PARTIAL_CONTENT = 206 };

    const ardoq_http_head_t *head = &https->parser.head;
    return head->status / 100 == 2 && head->status != STATUS_PARTIAL_CONTENT && head->is_json;
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
    https->has_body = true;
    if (https->parser.head.is_encoded) {
        /* Nobody can read it, and no screen should show it. */
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

/* The response is complete. Whatever came after it belongs to nobody. */
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

/* The head holds the token: it does not stay in memory longer than it must. */
static void wipe_head(ardoq_https_t *https)
{
    ardoq_wipe(https->buffer, https->head_size);
    https->head_size = 0;
}

/* From here on the buffer belongs to the response. */
static ardoq_err_t end_request(ardoq_https_t *https)
{
    wipe_head(https);
    return enter(https, ARDOQ_PHASE_RECEIVE);
}

/* A server may refuse a request before it has read it all, but not have carried it out. */
static ardoq_err_t end_request_early(ardoq_https_t *https)
{
    return https->parser.head.status / 100 == 2 ? ARDOQ_ERR_HTTP_PROTOCOL : end_request(https);
}

/* ARDOQ_OK: the response is complete. ARDOQ_PENDING: all of data is used up. */
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
    /* A full buffer may still be followed by the end of a chunked body, or by an error's rest. */
    char spill[32];
    const size_t room = sizeof https->buffer - 1 - https->length;
    char *into = room > 0 ? https->buffer + https->length : spill;
    size_t size = 0;
    ardoq_err_t err = ardoq_tls_read(&https->tls, into, room > 0 ? room : sizeof spill, &size);
    err = wait_for_tls(https, err, UINT32_MAX);
    return err ? err : take_received(https, into, size);
}

/* ---- Composing the request ------------------------------------------------------------------ */

/* What comes next of the body, as far as the text shows it. */
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
    /* Empty parts could go on for ever. */
    return err == ARDOQ_PENDING && remaining_ms(https) == 0 ? ARDOQ_ERR_TIMEOUT : err;
}

/* Fills the rest of the buffer. ARDOQ_OK: the body has come to its end, ARDOQ_PENDING: at least one
 * byte is left of it. */
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

/* Counts what the buffer has no room for. */
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

/* Ends the head with the length of the body, part of which is already in the buffer. It is written
 * where its digits certainly fit; now it moves down to them. */
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
    enum { LENGTH_ROOM = sizeof "4294967295\r\n\r\n" }; /* count() allows no longer one */

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

/* Writes the request, or as much of it as the buffer holds. So a request that cannot be sent fails
 * before any connection, and a short one leaves in one piece. */
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

/* Composes the next piece of a body that is longer than the buffer. It must be of the length that
 * the head has promised; nothing of one that is not is sent. */
static ardoq_err_t compose_next(ardoq_https_t *https)
{
    wipe_head(https);
    https->sent = 0;
    https->filled = 0;
    const ardoq_err_t err = fill(https);
    if (err < 0) {
        return err;
    }
    /* Nothing is left of it when, and only when, it has come to its end. */
    https->body_left -= https->filled;
    const bool is_same =
        https->body_left <= INT32_MAX && https->is_composed == (https->body_left == 0);
    return is_same ? ARDOQ_OK : ARDOQ_ERR_BODY_CHANGED;
}

/* ---- Sending it ----------------------------------------------------------------------------- */

/* A server may answer before it has read all, and then stop reading or close (RFC 9112, 9.3). What
 * there is of its head is read, so that what follows is not sent. */
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

/* What the buffer holds, up to one record. */
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
    /* What was dropped, because the server took nothing more, was not sent. */
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

/* To an absolute name no resolver may add a domain; it has a dot at its end, which is no part of it
 * in TLS and HTTP. */
static ardoq_err_t start_resolve(ardoq_https_t *https)
{
    char name[ARDOQ_HTTP_HOST_SIZE + 1];
    ardoq_text_t text;
    ardoq_text_init(&text, name, sizeof name, ARDOQ_ERR_HOST_INVALID);
    ardoq_text_append_string(&text, https->origin->host);
    ardoq_text_append_string(&text, https->origin->is_absolute ? "." : "");
    return ardoq_port_resolve_start(&https->resolve, name);
}

/* Begins the request, also when it is repeated. */
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

/* A server may close a kept connection at any moment, with status 408 or without a word, or say
 * with 421 that it is not for this request. */
static bool is_lost(const ardoq_https_t *https, ardoq_err_t err)
{
    enum { STATUS_REQUEST_TIMEOUT = 408, STATUS_MISDIRECTED = 421 };

    const uint16_t status = https->parser.head.status;
    return https->has_answer ? err == ARDOQ_OK && (status == STATUS_REQUEST_TIMEOUT ||
                                                   status == STATUS_MISDIRECTED)
                             : err == ARDOQ_ERR_CONNECTION_CLOSED;
}

/* A request that was lost so, and may be repeated, is sent again on a new connection, once (RFC
 * 9110, 9.2.2, 15.5.9 and 15.5.20). */
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
    /* A connection is kept after a success only, which has no cause of an error. */
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
