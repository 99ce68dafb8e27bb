/**
 * @file
 * Hosts, request targets and links (RFC 3986, RFC 9110 section 4). Pure functions.
 */
#ifndef ARDOQ_HTTP_URL_H
#define ARDOQ_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"
#include "ardoq/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Size of the longest host name, NUL included. DNS allows 253 bytes; Ardoq's have about 30. */
#define ARDOQ_HTTP_HOST_SIZE    128

/** Port of https (RFC 9110, 4.2.2). */
#define ARDOQ_HTTP_DEFAULT_PORT 443

/** Host and port of an https origin. */
typedef struct {
    char host[ARDOQ_HTTP_HOST_SIZE]; /**< lower case, without a closing dot, NUL-terminated */
    uint16_t port;                   /**< 1 to 65535 */
    bool is_absolute;                /**< there was a closing dot: look up the name unchanged */
} ardoq_http_origin_t;

/**
 * Parses an origin as typed by a person: a host name, with or without "https://", an optional port
 * and an optional closing slash. Rejected: any other scheme, user information, a path, a query, IP
 * addresses in any notation (a name whose last label is a number, such as 0x7f, or anything in
 * brackets), an underscore, labels that are empty, longer than 63 or begin or end with a hyphen,
 * and a port outside 1 to 65535.
 * @param text         @p size bytes
 * @param size         in bytes
 * @param[out] origin  unchanged on failure; null to check only
 * @return ARDOQ_OK or ARDOQ_ERR_HOST_INVALID.
 */
ardoq_err_t ardoq_http_origin_parse(const char *text, size_t size, ardoq_http_origin_t *origin);

/** True if the first label of the host is @p label (lower case). */
bool ardoq_http_origin_first_label_is(const ardoq_http_origin_t *origin, const char *label);

/**
 * Resolves a link to a request target (RFC 3986, 5.2). The link may be an absolute https URL on the
 * same host and port, with or without its scheme, or relative to the page that contains it. A
 * fragment is dropped. Characters not allowed in a target, such as a blank, a bracket or a
 * non-ASCII letter, are percent-encoded (RFC 9112, 3.2.1).
 * @param link        NUL-terminated
 * @param base        target of the page with the link, as ardoq_http_target_is_valid() requires
 * @param origin      the only host and port that the link may have
 * @param[out] target  an empty text, whose error is set if the target does not fit
 * @return ARDOQ_OK; ARDOQ_ERR_LINK_REFUSED for another scheme, host or port and for user
 *         information; ARDOQ_ERR_LINK_MALFORMED for a control character, a colon without a scheme,
 *         or https without a host; the error of the text.
 */
ardoq_err_t ardoq_http_link_resolve(const char *link, const char *base,
                                    const ardoq_http_origin_t *origin, ardoq_text_t *target);

/**
 * True for a target in origin form (RFC 9112, 3.2.1): a path that begins with a slash, with an
 * optional query; only the characters of RFC 3986, percent signs followed by two hex digits, no
 * fragment.
 */
bool ardoq_http_target_is_valid(const char *target, size_t size);

/**
 * Copies the host of a URL for a message, such as "login.example" from
 * "https://login.example:8443/x?y"; "" if there is no host name or IPv4 address.
 * @param url        any text, such as a Location header
 * @param size       of @p url in bytes
 * @param[out] host  NUL-terminated, cut if it does not fit
 * @param host_size  of @p host in bytes, at least 1
 */
void ardoq_http_link_host(const char *url, size_t size, char *host, size_t host_size);

#ifdef __cplusplus
}
#endif

#endif
