/**
 * @file
 * Lists of any length in constant memory: page after page, one element at a time.
 */
#ifndef ARDOQ_LIST_H
#define ARDOQ_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "ardoq/client.h"
#include "ardoq/json_stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Called with one element of a list. Must not call the client. Anything other than ARDOQ_OK ends
 * the list with that error.
 * @param context  as passed to ardoq_list_each()
 * @param element  valid until the function returns
 * @param index    index of the element in the whole list, from 0
 */
typedef ardoq_err_t (*ardoq_on_element_t)(void *context, const ardoq_json_document_t *element,
                                          uint32_t index);

/** Time limit of a whole list, in timeouts of one request. */
#define ARDOQ_LIST_TIMEOUTS    20

/** The most consecutive empty pages. */
#define ARDOQ_LIST_EMPTY_PAGES 10

/** Memory of a list; only the first members may be read. */
typedef struct {
    uint32_t count;                    /**< elements read, including skipped ones */
    uint32_t pages;                    /**< pages read */
    uint32_t skipped;                  /**< elements that were too large */
    uint32_t first_skipped;            /**< index of the first of them */
    ardoq_response_t response;         /**< of the last page */
    char warnings[ARDOQ_MESSAGE_SIZE]; /**< JSON text of the first `_meta.warnings`, "" if none:
                                            Ardoq ignores an unknown filter and returns more; may be
                                            cut, control characters are replaced by spaces */

    /** @cond private */
    const ardoq_client_t *client;
    ardoq_on_element_t on_element;
    void *context;
    uint64_t deadline;     /**< of the whole list; uptime in ms */
    uint32_t count_before; /**< elements of the pages before the last one */
    uint32_t empty_pages;  /**< in a row */
    ardoq_json_stream_t stream;
    ardoq_json_document_t document;
    ardoq_json_token_t tokens[ARDOQ_ELEMENT_TOKENS];
    char link[ARDOQ_LINK_SIZE];      /**< target of the current page */
    char next_link[ARDOQ_LINK_SIZE]; /**< target of the next page, "" after the last */
    char landmark[ARDOQ_LINK_SIZE];  /**< an earlier link, to detect a loop */
    char buffer[ARDOQ_ELEMENT_SIZE];
    /** @endcond */
} ardoq_list_t;

/**
 * Reads a list, such as /api/v2/components, to its end. Each page is a request with its own
 * deadline, with a short pause between two pages; the list has a deadline too. `_links.next.href`
 * is only followed on the configured host and port.
 * @param client                    opened client
 * @param list                      the caller's memory, for this call
 * @param path, query, query_count  as in ardoq_request_t; Ardoq recommends to always use filters
 * @param on_element                called for each element
 * @param context                   passed to @p on_element
 * @return ARDOQ_OK; an error of ardoq_request() or of on_element; ARDOQ_ERR_ELEMENT_TOO_LARGE at
 * the end if elements were skipped; ARDOQ_ERR_LINK_REFUSED; ARDOQ_ERR_LINK_MALFORMED;
 * ARDOQ_ERR_PAGES_UNUSABLE; an error of ardoq_json_stream_feed() or ardoq_json_stream_end().
 */
ardoq_err_t ardoq_list_each(ardoq_client_t *client, ardoq_list_t *list, const char *path,
                            const ardoq_query_t *query, size_t query_count,
                            ardoq_on_element_t on_element, void *context);

/** Starts ardoq_list_each() without waiting. @return as ardoq_request_start(). */
ardoq_err_t ardoq_list_start(ardoq_client_t *client, ardoq_list_t *list, const char *path,
                             const ardoq_query_t *query, size_t query_count,
                             ardoq_on_element_t on_element, void *context);

#ifdef __cplusplus
}
#endif

#endif
