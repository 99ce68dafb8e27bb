/**
 * @file
 * A client of the Ardoq REST API v2: opening it, the general request, errors explained, the
 * connection test.
 *
 * A client is not open before ardoq_open(), when that has failed, and after ardoq_close(). A call
 * that is given such a client, or a null pointer where it needs a client, memory, a text or a
 * function, sends nothing, leaves the memory as it is and returns ARDOQ_ERR_INVALID_ARGUMENT; one
 * that is given a busy client returns ARDOQ_ERR_BUSY in the same way. This holds for reports, lists
 * and contexts too. Nothing that is said to be pure takes a null pointer.
 *
 * All memory is the caller's. The core has no mutable global state: one client belongs to one task
 * at a time, never to an interrupt handler; several clients may work in parallel (with PSA, mbedTLS
 * then needs MBEDTLS_THREADING_C).
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
    const char *path;              /**< such as "/api/v2/me"; percent-encoded, may hold a query */
    const ardoq_query_t *query;    /**< added to the path, percent-encoded by the client */
    size_t query_count;            /**< number of pairs */
    const char *body;              /**< JSON text; null for none */
    size_t body_size;              /**< in bytes */
    ardoq_write_body_t write_body; /**< writes the body instead, part by part; null: @p body */
    ardoq_on_body_t on_body;       /**< takes the parts of a response's body; null: it is kept in
                                        the client's buffer */
    void *context;                 /**< given to write_body and on_body, neither of which may call
                                        the client */
    uint32_t timeout_ms;           /**< 0: the configuration's */
} ardoq_request_t;

/** Bytes of a message from the server, with the NUL. */
#define ARDOQ_MESSAGE_SIZE 160

/** What came back. The texts are in the client until its next call; they are never null. */
typedef struct {
    int status;             /**< HTTP status; 0 when no response came */
    bool is_json;           /**< the body is application/json */
    bool body_cut;          /**< the body of an error or page was cut */
    uint32_t retry_after_s; /**< with a status from 400 on: pause that the server asks for, 0 if
                                 none; with 503 and ARDOQ_ERR_RATE_LIMITED never 0 */
    const char *body;       /**< NUL-terminated */
    size_t body_size;       /**< in bytes, without the NUL; 0 when on_body took it */
    const char *message;    /**< what the server says of an error, "" if nothing; printable, may be
                                 cut; stars where it says the token */
} ardoq_response_t;

/** A client. */
typedef struct ardoq_client ardoq_client_t;

/** Goes on after a request of a call has ended; private. */
typedef ardoq_err_t (*ardoq_next_t)(ardoq_client_t *client, void *context, ardoq_err_t err);

/**
 * A client with all its buffers; private but for what the functions below give. About 3.5 KB beside
 * the contexts of mbedTLS. Zero-initialise it; it may not be moved while open.
 */
struct ardoq_client {
    /** @cond private */
    const ardoq_config_t *config; /**< null: it is not open */
    ardoq_next_t next;
    ardoq_response_t *response; /**< the caller's */
    ardoq_response_t last;      /**< what came back last */
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
 * Loads the configuration as ardoq_config_load() does, for a client that is not open: what an error
 * is about is then known to ardoq_explain().
 * @return as ardoq_config_load(), or ARDOQ_ERR_INVALID_ARGUMENT for a null pointer.
 */
ardoq_err_t ardoq_load_config(ardoq_client_t *client, ardoq_config_t *config);

/**
 * Opens a client. Nothing is sent yet.
 * @param[out] client  must not be open; on failure nothing is left allocated
 * @param config       checked; borrowed until ardoq_close()
 * @return ARDOQ_OK; ARDOQ_ERR_INVALID_ARGUMENT for a null pointer; an error of ardoq_config_check()
 * or ardoq_tls_open(), with the setting in ardoq_detail().
 */
ardoq_err_t ardoq_open(ardoq_client_t *client, const ardoq_config_t *config);

/** Closes the connection, frees what mbedTLS allocated and wipes the client. Also after a failed
 * ardoq_open(), twice, and with null. */
void ardoq_close(ardoq_client_t *client);

/* ---- Requests ------------------------------------------------------------------------------- */

/**
 * Sends a request and waits for its response, the general call of Ardoq's guide 'Making a request'.
 * @param client         opened client
 * @param request        what to send
 * @param[out] response  also after a failure: what is known of the response; untouched when the
 *                       call may not start: null pointers, a client that is not open or is busy
 * @return ARDOQ_OK for status 2xx with JSON or without body; the error of the status otherwise
 *         (ARDOQ_ERR_BAD_REQUEST, ..._UNAUTHORIZED, ..._FORBIDDEN, ..._NOT_FOUND, ..._CONFLICT,
 *         ..._UNPROCESSABLE, ..._CONTENT_TOO_LARGE, ..._RATE_LIMITED, ..._SERVER_ERROR,
 *         ..._REDIRECTED, ..._STATUS_UNEXPECTED); ARDOQ_ERR_NOT_JSON for a 2xx that is a page;
 *         ARDOQ_ERR_INTERRUPTED; an error of ardoq_request_start() or ardoq_https_step().
 */
ardoq_err_t ardoq_request(ardoq_client_t *client, const ardoq_request_t *request,
                          ardoq_response_t *response);

/**
 * Begins a request without waiting. Every call has such a form, ardoq_me_start() or
 * ardoq_report_start(): after it ardoq_request_step() goes on, up to the result of the call. The
 * form that waits is nothing but this and ardoq_finish().
 * @param client    opened client
 * @param request   what to send
 * @param response  borrowed until the request ends
 * @return ARDOQ_OK: step it; ARDOQ_ERR_INVALID_ARGUMENT for a null pointer, a client that is not
 *         open, or a request without method or path; ARDOQ_ERR_BUSY; ARDOQ_ERR_REQUEST_INVALID;
 *         ARDOQ_ERR_REQUEST_TOO_LARGE; an error of write_body; ARDOQ_ERR_CLOCK_UNKNOWN; an error of
 *         ardoq_port_resolve_start().
 */
ardoq_err_t ardoq_request_start(ardoq_client_t *client, const ardoq_request_t *request,
                                ardoq_response_t *response);

/**
 * Goes one step on with the call under way, never waiting for the network.
 * @param client     opened client
 * @param[out] wait  with ARDOQ_PENDING: socket, event and time to wait for before the next step
 * @return ARDOQ_PENDING, or the result of the call; ARDOQ_ERR_INVALID_ARGUMENT for a null pointer
 *         or when none is under way.
 */
ardoq_err_t ardoq_request_step(ardoq_client_t *client, ardoq_wait_t *wait);

/** Waits for what ardoq_request_step() says: 100 ms at most, so that an interruption is seen.
 * @p wait is not null. */
void ardoq_wait_for(const ardoq_wait_t *wait);

/** Called before each wait of ardoq_finish(), such as to show progress; it must not call the
 * client but for ardoq_detail(). */
typedef void (*ardoq_on_wait_t)(void *context);

/**
 * Steps and waits until the call under way has ended.
 * @param client   with a call under way
 * @param on_wait  null for none
 * @param context  given to on_wait
 * @return as ardoq_request_step(), but ARDOQ_PENDING.
 */
ardoq_err_t ardoq_finish(ardoq_client_t *client, ardoq_on_wait_t on_wait, void *context);

/** Gives up the call under way, if any, and closes the connection. Does nothing with null or a
 * client that is not open. */
void ardoq_request_cancel(ardoq_client_t *client);

/**
 * Ends the call under way with ARDOQ_ERR_INTERRUPTED, within 200 ms and one step of a handshake:
 * a piece of a public-key operation with MBEDTLS_ECP_RESTARTABLE and mbedtls_ecp_set_max_ops(),
 * else one such operation for each certificate of the server (docs/performance.md). Does nothing to
 * a later call. The only function that another task may call meanwhile. @p client is not null; it
 * need not be open.
 */
void ardoq_interrupt(ardoq_client_t *client);

/** The causes of the last call's error; borrowed until the next call. @p client is not null; it
 * need not be open. */
const ardoq_detail_t *ardoq_detail(const ardoq_client_t *client);

/** Name of a phase, such as "handshake"; static text, never null. */
const char *ardoq_phase_name(ardoq_phase_t phase);

/** Takes a piece of text, NUL-terminated; lines come in pieces. */
typedef void (*ardoq_write_t)(void *context, const char *text);

/**
 * Writes what a person needs about an error, right after the call that returned it: its name and
 * who must act; in lines that begin with two blanks the hint, the setting that it is about, status
 * and words of the server, the phase, the codes of the platform and of mbedTLS, the certificate.
 * No secret is among it, and no control character.
 * @param client   of the call; null when there is none; it need not be open
 * @param err      what the call returned
 * @param write    takes the text; not null
 * @param context  given to write
 */
void ardoq_explain(const ardoq_client_t *client, ardoq_err_t err, ardoq_write_t write,
                   void *context);

/** Seconds that the server asked to wait, CONFIG_ARDOQ_RETRY_AFTER_MAX at most; 0 without a
 * response, or when it asked for nothing. */
uint32_t ardoq_retry_after(const ardoq_response_t *response);

/** True for an error that lasts until a person mends something: of ARDOQ_CLASS_CONFIGURATION or
 * ARDOQ_CLASS_BUG. */
bool ardoq_needs_person(ardoq_err_t err);

/**
 * How long to wait after a call before it is made again. It is never for ever: what a person must
 * mend is tried once a day, so that a device comes back when it is mended. Pure.
 *
 * - 0 after a success, and the first time where a second try may help at once: REPEAT_REQUEST,
 *   CONFLICT.
 * - What the server asks for, response->retry_after_s, and up to as much more as there would be
 *   without.
 * - A random part of a pause that begins with 30 s and doubles up to 6 hours, at least 1 s, for
 *   what may go away by itself: ARDOQ_CLASS_RETRY and ARDOQ_CLASS_WAIT.
 * - 24 hours for ARDOQ_CLASS_CONFIGURATION and ARDOQ_CLASS_BUG. Try at once when the settings have
 *   changed.
 * @param err       what the call returned
 * @param response  of the call; null if there is none
 * @param failures  calls that failed in a row before this one: 0 after the first failure
 * @param random    any random number, of which all bits are used, such as by ardoq_port_random()
 * @return seconds, 24 hours at most, or 6 hours more than CONFIG_ARDOQ_RETRY_AFTER_MAX.
 */
uint32_t ardoq_retry_delay(ardoq_err_t err, const ardoq_response_t *response, uint32_t failures,
                           uint32_t random);

/* ---- The connection test -------------------------------------------------------------------- */

/** Whom the token belongs to. Texts that the server left out are ""; control characters in one are
 * spaces, and ardoq_me() makes stars of the token. */
typedef struct {
    char org_name[96];         /**< name of the organisation */
    char org_label[64];        /**< its label */
    char user_email[96];       /**< of the account that the token is for */
    bool is_cut;               /**< a text was longer than its field */
    ardoq_response_t response; /**< what came back */
} ardoq_me_t;

/** Path of the connection test. */
#define ARDOQ_ME_PATH "/api/v2/me"

/**
 * Asks Ardoq who we are: proves host, token and label, not the right to write.
 * @return as ardoq_request() and ardoq_me_interpret().
 */
ardoq_err_t ardoq_me(ardoq_client_t *client, ardoq_me_t *me);

/** Begins ardoq_me() without waiting. @return as ardoq_request_start(). */
ardoq_err_t ardoq_me_start(ardoq_client_t *client, ardoq_me_t *me);

/**
 * Reads the answer to GET /api/v2/me. Pure.
 * @param body       of the response, as it came
 * @param body_size  of @p body in bytes
 * @param document   room for its tokens
 * @param me         me->response.message names a key that is missing
 * @return ARDOQ_OK, an error of ardoq_json_parse(), ARDOQ_ERR_JSON_KEY_MISSING when neither
 *         org nor user is there or one of them lacks what it must have, or ARDOQ_ERR_JSON_TYPE.
 */
ardoq_err_t ardoq_me_interpret(const char *body, size_t body_size, ardoq_json_document_t *document,
                               ardoq_me_t *me);

#ifdef __cplusplus
}
#endif

#endif
