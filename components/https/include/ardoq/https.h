/**
 * @file
 * One HTTPS exchange at a time as a state machine: resolve, connect, handshake, send, receive. No
 * step waits for the network.
 *
 * No pointer is null, but where it is said. What is not open may only be opened or closed.
 *
 * A connection is kept for the next exchange when the server allows it, if that comes within ten
 * seconds: what lies between may drop it without a word. It is closed by any error, so that a late
 * answer is never taken for the next one.
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

/** Writes the request line and the headers, but for Content-Length and the blank line; called again
 * when the exchange is repeated. */
typedef void (*ardoq_write_head_t)(void *context, ardoq_text_t *head);

/**
 * Writes one part of a request's body to the end of a text, which is a window: what does not fit is
 * counted, and asked for again. So a body of any length needs no memory of its own.
 *
 * It is called for the parts in order, for each as often as needed: the same part always has the
 * same bytes, also when all begins again from part 0. Whatever can change, such as the clock, is
 * looked at before the exchange. It must not call the client.
 * @param context  of the exchange
 * @param part     number of the part, from 0
 * @param text     receives it; an error in it, or as the result, ends the exchange
 * @return ARDOQ_OK: this was the last part; ARDOQ_PENDING: more follow; else an error.
 */
typedef ardoq_err_t (*ardoq_write_body_t)(void *context, uint32_t part, ardoq_text_t *text);

/** Takes a part of the body; anything but ARDOQ_OK ends the exchange with that error. */
typedef ardoq_err_t (*ardoq_on_body_t)(void *context, const char *data, size_t size);

/** One exchange. Everything is borrowed until it ends. */
typedef struct {
    ardoq_write_head_t write_head; /**< writes the head into the buffer */
    ardoq_write_body_t write_body; /**< null: no body */
    void *write_context;           /**< given to write_head and write_body */
    ardoq_on_body_t on_body;       /**< null: the body is kept in the buffer */
    void *on_body_context;         /**< given to on_body */
    bool needs_length;   /**< states the length of a body that is not there (RFC 9110, 8.6) */
    bool is_head;        /**< the method is HEAD: the response has no body */
    bool is_idempotent;  /**< may be sent again when a kept connection turns out dead */
    uint32_t timeout_ms; /**< for the whole exchange */
} ardoq_https_exchange_t;

/** What to wait for before the next step. */
typedef struct {
    const ardoq_port_socket_t *socket; /**< null when @p event is ARDOQ_PORT_EVENT_NONE */
    ardoq_port_event_t event;          /**< of the socket, or only the time */
    uint32_t timeout_ms;               /**< step again after this time at the latest; 0: at once */
} ardoq_wait_t;

/**
 * A connection and its exchange. Private, but for @p parser.head, @p buffer, @p length, @p
 * body_cut and @p has_body after an exchange, @p tls.detail, and @p addresses once the name is
 * resolved. What is used most is first: processors reach what is near the beginning with shorter
 * instructions.
 */
typedef struct {
    size_t length; /**< bytes of the body in the buffer */
    bool body_cut; /**< the body of an error or page was cut */
    bool has_body; /**< the response has a body, wherever it went */
    /** @cond private */
    bool is_busy;     /**< an exchange is under way; tls.detail.phase says how far it is */
    bool is_kept;     /**< connected, and no exchange is under way */
    bool is_reused;   /**< the exchange began on a kept connection */
    bool has_answer;  /**< a byte of the response has arrived */
    bool is_writing;  /**< a write waits to be repeated */
    bool is_composed; /**< all that is left of the request is in the buffer */
    size_t sent;      /**< bytes of the buffer */
    size_t filled;    /**< bytes of the request in the buffer */
    size_t head_size; /**< bytes of the buffer that hold the token */
    size_t body_left; /**< bytes of the body that are yet to be composed */
    uint32_t part;    /**< the next of the body */
    size_t part_skip; /**< bytes of it that are composed */
    size_t address_count;
    size_t address_next;
    uint32_t next_address_ms; /**< before the deadline, when the next address is tried */
    ardoq_wait_t wait;        /**< what the step waits for */
    /* What is above begins anew with each request. */
    /** @endcond */
    ardoq_https_exchange_t exchange; /**< set it while none is under way */
    /** @cond private */
    const ardoq_http_origin_t *origin;
    ardoq_port_resolve_t resolve;
    uint64_t deadline; /**< of the exchange, or of the kept connection: uptime in ms */
    ardoq_port_address_t addresses[ARDOQ_PORT_ADDRESSES];
    /** @endcond */
    ardoq_http_parser_t parser;     /**< has the response's head */
    ardoq_tls_t tls;                /**< the connection; tls.detail has the causes of an error */
    char buffer[ARDOQ_BUFFER_SIZE]; /**< first what is sent, then the response body */
} ardoq_https_t;

/**
 * Prepares trust and what else TLS needs. Opens no connection.
 * @param[out] https  must not be open; on failure nothing is left allocated
 * @param origin      host and port, borrowed until ardoq_https_close()
 * @param config      copied; what it points to is borrowed
 * @return as ardoq_tls_open().
 */
ardoq_err_t ardoq_https_open(ardoq_https_t *https, const ardoq_http_origin_t *origin,
                             const ardoq_tls_config_t *config);

/**
 * Begins the exchange in @p https->exchange, on the kept connection if there is one and it is
 * alive. A request that cannot be sent fails here, before anything is.
 * @return ARDOQ_OK: step it; ARDOQ_ERR_BUSY; an error of the head or the body, among them
 *         ARDOQ_ERR_REQUEST_TOO_LARGE, also of a body over 2 GB, and ARDOQ_ERR_TIMEOUT when
 *         composing a body took that long; ARDOQ_ERR_CLOCK_UNKNOWN; an error of
 *         ardoq_port_resolve_start().
 */
ardoq_err_t ardoq_https_start(ardoq_https_t *https);

/**
 * Goes one step on.
 * @param https      opened connection with an exchange under way
 * @param[out] wait  set when the result is ARDOQ_PENDING
 * @return ARDOQ_PENDING; ARDOQ_OK: the response is complete, whatever its status;
 *         ARDOQ_ERR_INVALID_ARGUMENT when none is under way, or of a callback that is pending;
 *         ARDOQ_ERR_TIMEOUT; an error of the port, of ardoq/tls.h, of ardoq/http_request.h, of
 *         ardoq/http_response.h or of on_body; ARDOQ_ERR_RESPONSE_TOO_LARGE;
 *         ARDOQ_ERR_CONTENT_ENCODED for a success whose body has a Content-Encoding;
 *         ARDOQ_ERR_CONNECTION_CLOSED; ARDOQ_ERR_BODY_CHANGED when the body was not the same the
 *         second time; ARDOQ_ERR_HTTP_PROTOCOL also for a success before all of it was sent.
 *         Every failure closes the connection.
 */
ardoq_err_t ardoq_https_step(ardoq_https_t *https, ardoq_wait_t *wait);

/** Forgets the causes of an error; what is known of a kept connection stays. */
void ardoq_https_forget(ardoq_https_t *https);

/** True while an exchange is under way. */
bool ardoq_https_is_busy(const ardoq_https_t *https);

/** Gives up the exchange under way, if any, and closes the connection. */
void ardoq_https_cancel(ardoq_https_t *https);

/** Closes the connection and frees what mbedTLS allocated. The memory is the owner's to wipe. Also
 * after a failed ardoq_https_open(), twice, and of zeroed memory that was never opened. */
void ardoq_https_close(ardoq_https_t *https);

#ifdef __cplusplus
}
#endif

#endif
