/* What the calls of this layer are made of. Private to it. */
#ifndef ARDOQ_CLIENT_PRIVATE_H
#define ARDOQ_CLIENT_PRIVATE_H

#include "ardoq/client.h"

/* An empty response: no status, no body. */
void ardoq_response_init(ardoq_response_t *response);

/* Begins a call that fills @p result: forgets what is known of the one before. @return ARDOQ_OK,
 * ARDOQ_ERR_INVALID_ARGUMENT or ARDOQ_ERR_BUSY, after which @p result must stay as it is. */
ardoq_err_t ardoq_call_begin(ardoq_client_t *client, const void *result);

/* As ardoq_request_start(), for a client that may start a call and a request without faults. When
 * the request has ended, next() gets the request's context and its result, and gives that of the
 * call; it may begin another request, and then gives the result of its start: ARDOQ_OK makes the
 * call go on. Null: the call is this request. */
ardoq_err_t ardoq_call_start(ardoq_client_t *client, const ardoq_request_t *request,
                             ardoq_response_t *response, ardoq_next_t next);

/* The same for a request of the program's: ARDOQ_ERR_INVALID_ARGUMENT when something is missing. */
ardoq_err_t ardoq_call_start_checked(ardoq_client_t *client, const ardoq_request_t *request,
                                     ardoq_response_t *response, ardoq_next_t next);

/* Fills client->last from the exchange that has ended, and judges its status. */
ardoq_err_t ardoq_response_interpret(ardoq_client_t *client);

#endif
