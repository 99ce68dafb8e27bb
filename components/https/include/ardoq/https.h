/**
 * @file
 * HTTPS exchanges, one at a time, as a state machine: resolve, connect, handshake, send, receive.
 * No step waits for the network.
 *
 * Pointers must not be null, unless stated. A connection that is not open may only be opened or
 * closed.
 *
 * A connection is kept for the next exchange if the server allows it, but at most ten seconds,
 * because a router or firewall may drop it silently. Any error closes it, so that a late answer is
 * never mistaken for the next one.
 */
#ifndef ARDOQ_HTTPS_H
#define ARDOQ_HTTPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"
#include "ardoq/http_response.h"
#include "ardoq/http_url.h"
#include "ardoq/port.h"
#include "ardoq/text.h"
#include "ardoq/tls.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes the request line and the headers, except Content-Length and the blank line; called again
 * if the exchange is repeated.
 */
typedef void (*ardoq_write_head_t)(void *context, ardoq_text_t *head);

/**
 * Appends one part of a request's body to a text, which is a window: bytes that do not fit are
 * counted, and requested again. So a body of any length needs no extra memory.
 *
 * It is called for the parts in order, several times for each if needed, and may start again from
 * part 0; a part must always have the same bytes. So read anything that can change, such as the
 * clock, before the exchange. It must not call the client.
 * @param context  of the exchange
 * @param part     index of the part, from 0
 * @param text     receives the part; an error in it, or as the result, ends the exchange
 * @return ARDOQ_OK: this was the last part; ARDOQ_PENDING: more follow; otherwise an error.
 */
typedef ardoq_err_t (*ardoq_write_body_t)(void *context, uint32_t part, ardoq_text_t *text);

/** Receives a part of the body; anything other than ARDOQ_OK ends the exchange with that error. */
typedef ardoq_err_t (*ardoq_on_body_t)(void *context, const char *data, size_t size);

/** One exchange. Everything is borrowed until it ends. */
typedef struct {
    ardoq_write_head_t write_head; /**< writes the head into the buffer */
    ardoq_write_body_t write_body; /**< null: no body */
    void *write_context;           /**< passed to write_head and write_body */
    ardoq_on_body_t on_body;       /**< null: the body is kept in the buffer */
    void *on_body_context;         /**< passed to on_body */
    bool needs_length;             /**< sends Content-Length: 0 without a body (RFC 9110, 8.6) */
    bool is_head;                  /**< the method is HEAD: the response has no body */
    bool is_idempotent;  /**< may be sent again if a kept connection turns out to be dead */
    uint32_t timeout_ms; /**< for the whole exchange */
} ardoq_https_exchange_t;

/** What to wait for before the next step. */
typedef struct {
    const ardoq_port_socket_t *socket; /**< null if @p event is ARDOQ_PORT_EVENT_NONE */
    ardoq_port_event_t event;          /**< of the socket, or NONE for only the time */
    uint32_t timeout_ms;               /**< step again after this time at the latest; 0: at once */
} ardoq_wait_t;

/**
 * A connection and its exchange. Private, except @p parser.head, @p buffer, @p length, @p body_cut
 * and @p has_body after an exchange, @p tls.detail, and @p addresses once the name is resolved.
 * Members used most come first, because short instructions can only reach the beginning.
 */
typedef struct {
    size_t length; /**< bytes of the body in the buffer */
    bool body_cut; /**< the body of an error or a page was cut */
    bool has_body; /**< the response has a body, in the buffer or not */
    /** @cond private */
    bool is_busy;     /**< an exchange is in progress; see tls.detail.phase */
    bool is_kept;     /**< connected, without an exchange in progress */
    bool is_reused;   /**< the exchange started on a kept connection */
    bool has_answer;  /**< a byte of the response has arrived */
    bool is_writing;  /**< a write must be repeated */
    bool is_composed; /**< the rest of the request is in the buffer */
    size_t sent;      /**< bytes of the buffer */
    size_t filled;    /**< bytes of the request in the buffer */
    size_t head_size; /**< bytes of the buffer that contain the token */
    size_t body_left; /**< bytes of the body not composed yet */
    uint32_t part;    /**< next part of the body */
    size_t part_skip; /**< bytes of it that were composed */
    size_t address_count;
    size_t address_next;
    uint32_t next_address_ms; /**< time before the deadline at which to try the next address */
    ardoq_wait_t wait;        /**< what to wait for */
    /* Everything above is reset for each request. */
    /** @endcond */
    ardoq_https_exchange_t exchange; /**< set it while none is in progress */
    /** @cond private */
    const ardoq_http_origin_t *origin;
    ardoq_port_resolve_t resolve;
    uint64_t deadline; /**< of the exchange, or of the kept connection: uptime in ms */
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    /** @endcond */
    ardoq_http_parser_t parser;     /**< contains the response's head */
    ardoq_tls_t tls;                /**< the connection; tls.detail has the details of an error */
    char buffer[ARDOQ_BUFFER_SIZE]; /**< first the request, then the response body */
} ardoq_https_t;

/**
 * Prepares trust and everything else for TLS. Opens no connection.
 * @param[out] https  must not be open; nothing stays allocated after a failure
 * @param origin      host and port, borrowed until ardoq_https_close()
 * @param config      copied; the texts that it points to are borrowed
 * @return as ardoq_tls_open().
 */
ardoq_err_t ardoq_https_open(ardoq_https_t *https, const ardoq_http_origin_t *origin,
                             const ardoq_tls_config_t *config);

/**
 * Starts the exchange in @p https->exchange, on the kept connection if there is one and it is
 * alive. A request that cannot be sent fails here, before anything is sent.
 * @return ARDOQ_OK: call ardoq_https_step(); ARDOQ_ERR_BUSY; an error of the head or the body,
 *         among them ARDOQ_ERR_REQUEST_TOO_LARGE, also of a body over 2 GB, and ARDOQ_ERR_TIMEOUT
 *         if composing the body took too long; ARDOQ_ERR_CLOCK_UNKNOWN; an error of
 *         ardoq_port_resolve_start().
 */
ardoq_err_t ardoq_https_start(ardoq_https_t *https);

/**
 * Continues the exchange by one step.
 * @param https      open connection with an exchange in progress
 * @param[out] wait  set if the result is ARDOQ_PENDING
 * @return ARDOQ_PENDING; ARDOQ_OK: the response is complete, whatever its status;
 *         ARDOQ_ERR_INVALID_ARGUMENT if there is none, or if a callback returns ARDOQ_PENDING;
 *         ARDOQ_ERR_TIMEOUT; an error of the port, of ardoq/tls.h, of ardoq/http_request.h, of
 *         ardoq/http_response.h or of on_body; ARDOQ_ERR_RESPONSE_TOO_LARGE;
 *         ARDOQ_ERR_CONTENT_ENCODED for a success whose body has a Content-Encoding;
 *         ARDOQ_ERR_CONNECTION_CLOSED; ARDOQ_ERR_BODY_CHANGED if the body was different the second
 *         time; ARDOQ_ERR_HTTP_PROTOCOL also for a success before all of it was sent. Every failure
 *         closes the connection.
 */
ardoq_err_t ardoq_https_step(ardoq_https_t *https, ardoq_wait_t *wait);

/** Clears the details of an error, but not those of a kept connection. */
void ardoq_https_forget(ardoq_https_t *https);

/** True while an exchange is in progress. */
bool ardoq_https_is_busy(const ardoq_https_t *https);

/** Cancels the exchange, if any, and closes the connection. */
void ardoq_https_cancel(ardoq_https_t *https);

/**
 * Closes the connection and frees what mbedTLS has allocated. The owner must wipe the memory. May
 * also be called after a failed ardoq_https_open(), twice, and for zeroed memory.
 */
void ardoq_https_close(ardoq_https_t *https);

#ifdef __cplusplus
}
#endif

#endif
