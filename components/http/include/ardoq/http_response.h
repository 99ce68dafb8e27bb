/**
 * @file
 * Parses an HTTP/1.1 response (RFC 9112) in pieces of any size. Pure functions; the parser keeps no
 * pointer to its input.
 *
 * A body ends by Content-Length, with the last chunk (extensions and trailers are ignored) or when
 * the connection closes; 204, 304 and answers to HEAD have none; 1xx answers are skipped. A status
 * from 600 to 999, which RFC 9110 does not define, is read like any other. Rejected with
 * ARDOQ_ERR_HTTP_PROTOCOL: any version except 1.0 and 1.1, a status below 100, 101, Content-Length
 * together with Transfer-Encoding, unequal repeated Content-Length, a Transfer-Encoding other than
 * chunked or in an HTTP/1.0 answer, bare LF or CR, space before the colon, NUL and other control
 * bytes, and sizes that overflow. More than 16 KB of status lines, headers, trailers and the lines
 * around one chunk is ARDOQ_ERR_HEADERS_TOO_LARGE; the lines of a chunk no longer count once it has
 * delivered data, so a body can have any length.
 *
 * Anything ambiguous, or that could split one answer in two, is rejected. Harmless mistakes of real
 * servers are accepted: a folded header line counts as a blank (RFC 9112, 5.2), blanks may follow
 * the size of a chunk, and the space after a status without a reason may be missing.
 */
#ifndef ARDOQ_HTTP_RESPONSE_H
#define ARDOQ_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Most bytes of an exchange that are read in addition to bodies. */
#define ARDOQ_HTTP_HEADERS_MAX   16384

/** Bytes of a header's value that are kept; the relevant part of longer ones is at their start. */
#define ARDOQ_HTTP_VALUE_SIZE    96

/** Bytes of a Location's host that are kept, with the NUL. */
#define ARDOQ_HTTP_LOCATION_SIZE 64

/** The head of a response, complete when ardoq_http_parser_t.head_complete is true. */
typedef struct {
    uint16_t status;         /**< HTTP status */
    bool http_1_0;           /**< the version is HTTP/1.0, not 1.1 */
    bool is_json;            /**< Content-Type is application/json or application/...+json */
    bool is_encoded;         /**< Content-Encoding has any coding except identity */
    bool has_content_length; /**< there is a Content-Length */
    bool has_retry_after;    /**< there is a Retry-After in seconds */
    bool keep_alive;         /**< the connection can be reused */
    uint32_t retry_after_s;  /**< seconds, at most UINT32_MAX */
    size_t content_length;   /**< in bytes */
    char location_host[ARDOQ_HTTP_LOCATION_SIZE]; /**< host of Location, "" if none; may be cut */
} ardoq_http_head_t;

/**
 * State of one response. Everything except @p request_sent, @p head, @p head_complete and @p
 * is_early is private. Large fields come last, which makes the code smaller.
 */
typedef struct {
    bool request_sent; /**< set by the caller, for is_early */
    /** @cond private */
    bool head_request;   /**< the request's method was HEAD */
    uint16_t head_bytes; /**< counted against ARDOQ_HTTP_HEADERS_MAX */
    /** @endcond */

    /* Everything from here on is reset after an interim response. */
    bool head_complete; /**< the final head was read; a body may follow */
    bool is_early;      /**< it started before request_sent was set */

    /** @cond private */
    bool has_transfer_encoding;
    bool asks_close; /**< Connection contains "close" */
    bool text_cut;   /**< the current header's value was longer than text[] */
    uint8_t state;
    uint8_t before; /**< the previous state, if it continued a line */
    char bad_byte;  /**< the byte that made the answer invalid */
    uint8_t header; /**< which header the value belongs to */
    uint8_t text_length;
    uint16_t head_size; /**< head_bytes at the end of the head */
    size_t remaining;   /**< of the body or the chunk */
    /** @endcond */

    ardoq_http_head_t head; /**< the head */

    /** @cond private */
    char text[ARDOQ_HTTP_VALUE_SIZE]; /**< name, then value of the current header */
    /** @endcond */
} ardoq_http_parser_t;

/** Result of one ardoq_http_parse(). */
typedef struct {
    size_t consumed;  /**< bytes of the input that were consumed */
    const char *body; /**< part of the body, inside the input; null if none */
    size_t body_size; /**< bytes of it */
} ardoq_http_piece_t;

/** Prepares for the response to a request; @p head_request is true if its method is HEAD. */
void ardoq_http_parser_init(ardoq_http_parser_t *parser, bool head_request);

/**
 * Reads up to the end of the input, of one part of the body, or of the response. The result does
 * not depend on how the input is split.
 * @param parser      initialised for this response
 * @param data        @p size bytes, the first not yet consumed
 * @param size        in bytes
 * @param[out] piece  what was found, and how much of @p data was consumed
 * @return ARDOQ_PENDING: call again with the rest of the input, or with more input; ARDOQ_OK: the
 *         response is complete, bytes after `consumed` are not part of it; ARDOQ_ERR_HTTP_PROTOCOL
 *         or ARDOQ_ERR_HEADERS_TOO_LARGE: close the connection.
 */
ardoq_err_t ardoq_http_parse(ardoq_http_parser_t *parser, const char *data, size_t size,
                             ardoq_http_piece_t *piece);

/**
 * To be called when the peer has closed the connection properly.
 * @return ARDOQ_OK if that ends the response, otherwise ARDOQ_ERR_CONNECTION_CLOSED.
 */
ardoq_err_t ardoq_http_parse_end(ardoq_http_parser_t *parser);

/** Why an answer is ARDOQ_ERR_HTTP_PROTOCOL, for the owner of the server. */
typedef struct {
    const char *what;  /**< such as "LF without CR"; "" if the answer is valid */
    const char *where; /**< such as "a header's value" */
    unsigned at;       /**< bytes read in addition to the body; the last one was rejected */
} ardoq_http_fault_t;

/** Says what is wrong with an answer that ardoq_http_parse() has rejected. Static texts. */
ardoq_http_fault_t ardoq_http_parser_fault(const ardoq_http_parser_t *parser);

#ifdef __cplusplus
}
#endif

#endif
