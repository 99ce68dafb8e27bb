/**
 * @file
 * A client of the Ardoq REST API v2: open and close, general requests, explaining errors, the
 * connection test.
 *
 * A client is not open before ardoq_open(), if that has failed, and after ardoq_close(). With such
 * a client, or with a null pointer for a required client, memory, text or function, a call sends
 * nothing, changes no memory and returns ARDOQ_ERR_INVALID_ARGUMENT; with a busy client it returns
 * ARDOQ_ERR_BUSY in the same way. This is also true for reports, lists and contexts. Functions
 * documented as pure do not accept null pointers.
 *
 * The caller owns all memory. The core has no mutable global state. Use a client in one task at a
 * time, never in an interrupt handler; several clients may work in parallel (with PSA, mbedTLS then
 * needs MBEDTLS_THREADING_C).
 */
#ifndef ARDOQ_CLIENT_H
#define ARDOQ_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"
#include "ardoq/http_request.h"
#include "ardoq/https.h"
#include "ardoq/json_read.h"
#include "ardoq/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A pair of the query; both are NUL-terminated UTF-8 and are percent-encoded when sent. */
typedef ardoq_http_query_t ardoq_query_t;

/** A request. Everything is borrowed until the request ends. Zero-initialise, then fill. */
typedef struct {
    const char *method;            /**< such as "GET" */
    const char *path;              /**< such as "/api/v2/me"; percent-encoded, may contain a
                                        query */
    const ardoq_query_t *query;    /**< added to the path, percent-encoded by the client */
    size_t query_count;            /**< number of pairs */
    const char *body;              /**< JSON text; may be null */
    size_t body_size;              /**< in bytes */
    ardoq_write_body_t write_body; /**< writes the body instead of @p body, part by part; null:
                                        none */
    ardoq_on_body_t on_body;       /**< receives the response body in parts; null: it is kept in the
                                        client's buffer */
    void *context;                 /**< passed to write_body and on_body, which must not call the
                                        client */
    uint32_t timeout_ms;           /**< 0: the configuration's */
} ardoq_request_t;

/** Size of a message from the server, with the NUL. */
#define ARDOQ_MESSAGE_SIZE 160

/** The response. The texts are in the client until its next call; they are never null. */
typedef struct {
    int status;             /**< HTTP status; 0 if there was no response */
    bool is_json;           /**< the body is application/json */
    bool body_cut;          /**< the body of an error or a page was cut */
    uint32_t retry_after_s; /**< with a status from 400 on: pause that the server asks for, 0 if
                                 none; never 0 with 503 and ARDOQ_ERR_RATE_LIMITED */
    const char *body;       /**< NUL-terminated */
    size_t body_size;       /**< in bytes, without the NUL; 0 if it was passed to on_body */
    const char *message;    /**< the server's message about an error, "" if none; printable, may be
                                 cut; the token is replaced by stars */
} ardoq_response_t;

/** A client. */
typedef struct ardoq_client ardoq_client_t;

/** Continues a call after one of its requests has ended; private. */
typedef ardoq_err_t (*ardoq_next_t)(ardoq_client_t *client, void *context, ardoq_err_t err);

/**
 * A client with all its buffers; private. About 3.5 KB plus the contexts of mbedTLS.
 * Zero-initialise it; it must not be moved while open.
 */
struct ardoq_client {
    /** @cond private */
    const ardoq_config_t *config; /**< null: not open */
    ardoq_next_t next;
    ardoq_response_t *response; /**< the caller's */
    ardoq_response_t last;      /**< the last response */
    ardoq_request_t request;
    ardoq_http_origin_t origin;
    unsigned char interrupted;
    ardoq_https_t https;
    ardoq_json_document_t json;
    ardoq_json_token_t tokens[ARDOQ_JSON_TOKENS];
    char message[ARDOQ_MESSAGE_SIZE];
    /** @endcond */
};

/**
 * Calls ardoq_config_load() for a client that is not open, so that ardoq_explain() can name the
 * setting that an error is about.
 * @return as ardoq_config_load(), or ARDOQ_ERR_INVALID_ARGUMENT for a null pointer.
 */
ardoq_err_t ardoq_load_config(ardoq_client_t *client, ardoq_config_t *config);

/**
 * Opens a client. Nothing is sent yet.
 * @param[out] client  must not be open; nothing stays allocated after a failure
 * @param config       checked; borrowed until ardoq_close()
 * @return ARDOQ_OK; ARDOQ_ERR_INVALID_ARGUMENT for a null pointer; an error of ardoq_config_check()
 *         or ardoq_tls_open(), with the setting in ardoq_detail().
 */
ardoq_err_t ardoq_open(ardoq_client_t *client, const ardoq_config_t *config);

/**
 * Closes the connection, frees what mbedTLS has allocated and wipes the client. May also be called
 * after a failed ardoq_open(), twice, and with null.
 */
void ardoq_close(ardoq_client_t *client);

/* ---- Requests ------------------------------------------------------------------------------- */

/**
 * Sends a request and waits for its response, the general call of Ardoq's guide 'Making a request'.
 * @param client         opened client
 * @param request        what to send
 * @param[out] response  set also after a failure, as far as known; unchanged if the call cannot
 *                       start: null pointers, a client that is not open or is busy
 * @return ARDOQ_OK for status 2xx with JSON or without body; otherwise the error of the status
 *         (ARDOQ_ERR_BAD_REQUEST, ..._UNAUTHORIZED, ..._FORBIDDEN, ..._NOT_FOUND, ..._CONFLICT,
 *         ..._UNPROCESSABLE, ..._CONTENT_TOO_LARGE, ..._RATE_LIMITED, ..._SERVER_ERROR,
 *         ..._REDIRECTED, ..._STATUS_UNEXPECTED); ARDOQ_ERR_NOT_JSON for a 2xx that is a page;
 *         ARDOQ_ERR_INTERRUPTED; an error of ardoq_request_start() or ardoq_https_step().
 */
ardoq_err_t ardoq_request(ardoq_client_t *client, const ardoq_request_t *request,
                          ardoq_response_t *response);

/**
 * Starts a request without waiting. Every call has such a form, such as ardoq_me_start() or
 * ardoq_report_start(); then call ardoq_request_step() until it returns the result of the call. The
 * blocking form is just this and ardoq_finish().
 * @param client    opened client
 * @param request   what to send
 * @param response  borrowed until the request ends
 * @return ARDOQ_OK: call ardoq_request_step(); ARDOQ_ERR_INVALID_ARGUMENT for a null pointer, a
 *         client that is not open, or a request without method or path; ARDOQ_ERR_BUSY;
 *         ARDOQ_ERR_REQUEST_INVALID; ARDOQ_ERR_REQUEST_TOO_LARGE; an error of write_body;
 *         ARDOQ_ERR_CLOCK_UNKNOWN; an error of ardoq_port_resolve_start().
 */
ardoq_err_t ardoq_request_start(ardoq_client_t *client, const ardoq_request_t *request,
                                ardoq_response_t *response);

/**
 * Continues the current call by one step, without waiting for the network.
 * @param client     opened client
 * @param[out] wait  after ARDOQ_PENDING: the socket, event and time to wait for before the next
 *                   step
 * @return ARDOQ_PENDING, or the result of the call; ARDOQ_ERR_INVALID_ARGUMENT for a null pointer
 *         or if there is no current call.
 */
ardoq_err_t ardoq_request_step(ardoq_client_t *client, ardoq_wait_t *wait);

/** Waits as ardoq_request_step() says, but at most 100 ms, so that an interrupt is noticed.
 * @p wait is not null. */
void ardoq_wait_for(const ardoq_wait_t *wait);

/**
 * Called before each wait of ardoq_finish(), for example to show progress; must not call the client
 * except for ardoq_detail().
 */
typedef void (*ardoq_on_wait_t)(void *context);

/**
 * Steps and waits until the current call has ended.
 * @param client   with a current call
 * @param on_wait  may be null
 * @param context  passed to on_wait
 * @return as ardoq_request_step(), except ARDOQ_PENDING.
 */
ardoq_err_t ardoq_finish(ardoq_client_t *client, ardoq_on_wait_t on_wait, void *context);

/**
 * Cancels the current call, if any, and closes the connection. Does nothing with null or a client
 * that is not open.
 */
void ardoq_request_cancel(ardoq_client_t *client);

/**
 * Ends the current call with ARDOQ_ERR_INTERRUPTED, within 200 ms plus one step of a handshake: a
 * part of a public-key operation with MBEDTLS_ECP_RESTARTABLE and mbedtls_ecp_set_max_ops(),
 * otherwise one such operation for each certificate of the server (docs/performance.md). Does not
 * affect later calls. The only function that another task may call during a call. @p client is not
 * null; it need not be open.
 */
void ardoq_interrupt(ardoq_client_t *client);

/** Details of the last call's error; borrowed until the next call. @p client is not null; it need
 * not be open. */
const ardoq_detail_t *ardoq_detail(const ardoq_client_t *client);

/** Name of a phase, such as "handshake"; static text, never null. */
const char *ardoq_phase_name(ardoq_phase_t phase);

/** Receives a piece of text, NUL-terminated; a line may come in several pieces. */
typedef void (*ardoq_write_t)(void *context, const char *text);

/**
 * Writes everything that a person needs to know about an error, right after the call that returned
 * it: its name and who must act; then, in lines that begin with two blanks, the hint, the setting,
 * the status and the server's message, the phase, the codes of the platform and of mbedTLS, and the
 * certificate. It contains no secrets and no control characters.
 * @param client   of the call; null if there is none; it need not be open
 * @param err      what the call returned
 * @param write    receives the text; not null
 * @param context  passed to write
 */
void ardoq_explain(const ardoq_client_t *client, ardoq_err_t err, ardoq_write_t write,
                   void *context);

/**
 * Seconds that the server asked to wait, at most CONFIG_ARDOQ_RETRY_AFTER_MAX; 0 if it did not, or
 * without a response.
 */
uint32_t ardoq_retry_after(const ardoq_response_t *response);

/**
 * True for an error that lasts until a person fixes something: ARDOQ_CLASS_CONFIGURATION or
 * ARDOQ_CLASS_BUG.
 */
bool ardoq_needs_person(ardoq_err_t err);

/**
 * How long to wait before repeating a call. Never infinite: an error that a person must fix is
 * retried once a day, so that the device recovers once it is fixed. Pure.
 *
 * - 0 after a success, and the first time for errors where an immediate retry may help:
 *   REPEAT_REQUEST, CONFLICT.
 * - If the server asks for a pause, response->retry_after_s plus a random part of the pause below.
 * - For temporary errors, ARDOQ_CLASS_RETRY and ARDOQ_CLASS_WAIT, a random part of a pause that
 *   starts at 30 s and doubles up to 6 hours, at least 1 s.
 * - 24 hours for ARDOQ_CLASS_CONFIGURATION and ARDOQ_CLASS_BUG. If the settings have changed, try
 *   immediately.
 * @param err       what the call returned
 * @param response  of the call; null if there is none
 * @param failures  consecutive failures before this one: 0 after the first failure
 * @param random    a random number with all bits random, such as from ardoq_port_random()
 * @return seconds, at most 24 hours or CONFIG_ARDOQ_RETRY_AFTER_MAX plus 6 hours.
 */
uint32_t ardoq_retry_delay(ardoq_err_t err, const ardoq_response_t *response, uint32_t failures,
                           uint32_t random);

/* ---- The connection test -------------------------------------------------------------------- */

/**
 * The account behind the token. Missing texts are ""; control characters are replaced by spaces,
 * and ardoq_me() replaces the token by stars.
 */
typedef struct {
    char org_name[96];         /**< name of the organisation */
    char org_label[64];        /**< its label */
    char user_email[96];       /**< of the account */
    bool is_cut;               /**< a text was longer than its field */
    ardoq_response_t response; /**< the response */
} ardoq_me_t;

/** Path of the connection test. */
#define ARDOQ_ME_PATH "/api/v2/me"

/**
 * Asks Ardoq who we are: tests host, token and label, but not write permission.
 * @return as ardoq_request() and ardoq_me_interpret().
 */
ardoq_err_t ardoq_me(ardoq_client_t *client, ardoq_me_t *me);

/** Starts ardoq_me() without waiting. @return as ardoq_request_start(). */
ardoq_err_t ardoq_me_start(ardoq_client_t *client, ardoq_me_t *me);

/**
 * Parses the answer to GET /api/v2/me. Pure.
 * @param body       of the response
 * @param body_size  of @p body in bytes
 * @param document   for its tokens
 * @param me         me->response.message names a missing key
 * @return ARDOQ_OK, an error of ardoq_json_parse(), ARDOQ_ERR_JSON_KEY_MISSING if both org and user
 *         are missing or one of them is incomplete, or ARDOQ_ERR_JSON_TYPE.
 */
ardoq_err_t ardoq_me_interpret(const char *body, size_t body_size, ardoq_json_document_t *document,
                               ardoq_me_t *me);

#ifdef __cplusplus
}
#endif

#endif
