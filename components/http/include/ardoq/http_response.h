/**
 * @file
 * Reads an HTTP/1.1 response (RFC 9112) from pieces of any size. Pure functions; the parser keeps
 * no pointer to what it was given.
 *
 * Bodies end by Content-Length, by the last chunk (extensions and trailers are read and dropped) or
 * by close; 204, 304 and answers to HEAD have none; 1xx answers are skipped. A status
 * from 600 to 999, which RFC 9110 does not have, is read as any other. Refused with
 * ARDOQ_ERR_HTTP_PROTOCOL: any version but 1.0 and 1.1, a status below 100, 101, Content-Length
 * together with Transfer-Encoding, unequal repeated Content-Length, a Transfer-Encoding other than
 * chunked or in an HTTP/1.0 answer, bare LF or CR, space before the colon, NUL and other control
 * bytes, and sizes that overflow. More than 16 KB of status lines, headers, trailers and the lines
 * around one chunk is ARDOQ_ERR_HEADERS_TOO_LARGE; the lines of a chunk that has brought data count
 * no more, so that a body of any length passes.
 *
 * What is refused is what could be read in two ways, or make one answer two. What only breaks the
 * form and is sent by real servers is taken: a folded header line counts as a blank (RFC 9112,
 * 5.2), blanks may follow the size of a chunk, and a status line without the space before an absent
 * reason is accepted, as many servers write it.
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

/** Most bytes that are read beside bodies in one exchange. */
#define ARDOQ_HTTP_HEADERS_MAX   16384

/** Bytes kept of a header's value; what is needed of longer ones stands at their start. */
#define ARDOQ_HTTP_VALUE_SIZE    96

/** Bytes kept of a Location's host, with its NUL. */
#define ARDOQ_HTTP_LOCATION_SIZE 64

/** What the head of a response says, complete when ardoq_http_parser_t.head_complete is true. */
typedef struct {
    uint16_t status;         /**< HTTP status */
    bool http_1_0;           /**< the version is HTTP/1.0, not 1.1 */
    bool is_json;            /**< Content-Type is application/json or application/...+json */
    bool is_encoded;         /**< Content-Encoding names any coding but identity */
    bool has_content_length; /**< Content-Length was given */
    bool has_retry_after;    /**< Retry-After was given as seconds */
    bool keep_alive;         /**< the connection may carry another exchange */
    uint32_t retry_after_s;  /**< seconds, cut to UINT32_MAX */
    size_t content_length;   /**< bytes; more than that says is refused */
    char location_host[ARDOQ_HTTP_LOCATION_SIZE]; /**< host of Location, "" if none; may be cut */
} ardoq_http_head_t;

/**
 * State of one response. Everything but @p request_sent, @p head, @p head_complete and @p is_early
 * is private. Large fields stand last, which makes for smaller code.
 */
typedef struct {
    bool request_sent; /**< for the caller to set, who wants is_early */
    /** @cond private */
    bool head_request;   /**< the request's method was HEAD */
    uint16_t head_bytes; /**< counted against ARDOQ_HTTP_HEADERS_MAX */
    /** @endcond */

    /* From here on all begins anew after an interim response. */
    bool head_complete; /**< the final head was read; a body may follow */
    bool is_early;      /**< it began before request_sent was set */

    /** @cond private */
    bool has_transfer_encoding;
    bool asks_close; /**< Connection holds "close" */
    bool text_cut;   /**< the current header's value was longer than text[] */
    uint8_t state;
    uint8_t before; /**< the state before this one, if that took a line further */
    char bad_byte;  /**< the one that made the answer invalid */
    uint8_t header; /**< which one the value belongs to */
    uint8_t text_length;
    uint16_t head_size; /**< head_bytes at the end of the head */
    size_t remaining;   /**< of the body or the chunk */
    /** @endcond */

    ardoq_http_head_t head; /**< what the head says */

    /** @cond private */
    char text[ARDOQ_HTTP_VALUE_SIZE]; /**< name, then value of the current header */
    /** @endcond */
} ardoq_http_parser_t;

/** Result of one ardoq_http_parse(). */
typedef struct {
    size_t consumed;  /**< bytes used up of the input */
    const char *body; /**< part of the body, inside the input; null if none */
    size_t body_size; /**< bytes of it */
} ardoq_http_piece_t;

/** Prepares for the response to a request; @p head_request is true when its method is HEAD. */
void ardoq_http_parser_init(ardoq_http_parser_t *parser, bool head_request);

/**
 * Reads on, up to the end of the input, one part of the body, or the end of the response.
 * The result is the same however the bytes are cut into calls.
 * @param parser      initialised for this response
 * @param data        @p size bytes, the first not yet consumed
 * @param size        in bytes
 * @param[out] piece  what was found, and how much of @p data it took
 * @return ARDOQ_PENDING: give it the rest of the input, or more of it when all is consumed;
 *         ARDOQ_OK: the response is complete, bytes after `consumed` do not belong to it;
 *         ARDOQ_ERR_HTTP_PROTOCOL or ARDOQ_ERR_HEADERS_TOO_LARGE: close the connection.
 */
ardoq_err_t ardoq_http_parse(ardoq_http_parser_t *parser, const char *data, size_t size,
                             ardoq_http_piece_t *piece);

/**
 * Tells the parser that the peer closed the connection in the proper way.
 * @return ARDOQ_OK if that ends the response, else ARDOQ_ERR_CONNECTION_CLOSED.
 */
ardoq_err_t ardoq_http_parse_end(ardoq_http_parser_t *parser);

/** Why an answer is ARDOQ_ERR_HTTP_PROTOCOL, in words for the owner of the server. */
typedef struct {
    const char *what;  /**< such as "LF without CR"; "" when the answer is not invalid */
    const char *where; /**< such as "a header's value" */
    unsigned at;       /**< bytes read beside the body, of which the last was refused */
} ardoq_http_fault_t;

/** Tells what is wrong with an answer, once ardoq_http_parse() has refused it. Static texts. */
ardoq_http_fault_t ardoq_http_parser_fault(const ardoq_http_parser_t *parser);

#ifdef __cplusplus
}
#endif

#endif
