/**
 * @file
 * Writes the head of an HTTP/1.1 request (RFC 9112) to the caller's buffer, without the blank line
 * at its end. Pure functions.
 *
 * The text keeps the first error, so the caller checks `head.err` once, at the end:
 * ARDOQ_ERR_REQUEST_INVALID for a byte that HTTP does not allow there, ARDOQ_ERR_REQUEST_TOO_LARGE
 * if the buffer is full.
 */
#ifndef ARDOQ_HTTP_REQUEST_H
#define ARDOQ_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/http_url.h"
#include "ardoq/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A pair of the query; both are NUL-terminated UTF-8, percent-encoded when written. */
typedef struct {
    const char *name;  /**< before the equals sign */
    const char *value; /**< after it */
} ardoq_http_query_t;

/**
 * Writes the request line.
 * @param head         text under construction; keeps its first error
 * @param method       upper-case letters, such as "GET"
 * @param target       as ardoq_http_target_is_valid() requires; may already have a query, to which
 *                     the pairs are added
 * @param query        @p query_count pairs; all except unreserved characters (RFC 3986, 2.3) are
 *                     encoded
 * @param query_count  number of pairs
 */
void ardoq_http_write_request_line(ardoq_text_t *head, const char *method, const char *target,
                                   const ardoq_http_query_t *query, size_t query_count);

/** Writes the Host header; the port only if it is not the default (RFC 9110, 7.2). */
void ardoq_http_write_host(ardoq_text_t *head, const ardoq_http_origin_t *origin);

/**
 * Writes a header.
 * @param head   text under construction; keeps its first error
 * @param name   a constant of the caller, not checked
 * @param value  visible ASCII, inner spaces and tabs; nothing else, to prevent injection
 */
void ardoq_http_write_header(ardoq_text_t *head, const char *name, const char *value);

/**
 * Writes the Authorization header (RFC 6750, 2.1), so that no copy of the token is needed.
 * @param head   text under construction; keeps its first error
 * @param token  same rules as a header's value; "": no header is written
 */
void ardoq_http_write_bearer(ardoq_text_t *head, const char *token);

/** True if every byte of @p value is allowed in a header that we send; "" is. */
bool ardoq_http_value_is_valid(const char *value);

/** Properties of a method. */
typedef struct {
    bool is_idempotent; /**< it may be sent again after a lost answer (RFC 9110, 9.2.2) */
    bool expects_body;  /**< the request has a Content-Length even without a body (RFC 9110, 8.6) */
} ardoq_http_method_t;

/** Looks up a method; all properties of an unknown one are false. */
ardoq_http_method_t ardoq_http_method(const char *method);

#ifdef __cplusplus
}
#endif

#endif
