/* Shared by the calls of this layer, and private to it. */
#ifndef ARDOQ_CLIENT_PRIVATE_H
#define ARDOQ_CLIENT_PRIVATE_H

#include "ardoq/client.h"

/* An empty response: no status, no body. */
void ardoq_response_init(ardoq_response_t *response);

/* Begins a call that fills @p result, and forgets the previous one. @return ARDOQ_OK; or
 * ARDOQ_ERR_INVALID_ARGUMENT or ARDOQ_ERR_BUSY, after which @p result must stay unchanged. */
ardoq_err_t ardoq_call_begin(ardoq_client_t *client, const void *result);

/* As ardoq_request_start(), for a checked client and request. When the request has ended, next()
 * gets the request's context and result, and returns the call's result; it may start another
 * request and then returns the result of that start: ARDOQ_OK continues the call. Null: the call is
 * just this request. */
ardoq_err_t ardoq_call_start(ardoq_client_t *client, const ardoq_request_t *request,
                             ardoq_response_t *response, ardoq_next_t next);

/* The same for a request from the program: ARDOQ_ERR_INVALID_ARGUMENT if something is missing. */
ardoq_err_t ardoq_call_start_checked(ardoq_client_t *client, const ardoq_request_t *request,
                                     ardoq_response_t *response, ardoq_next_t next);

/* Fills client->last from the exchange that has ended, and returns the error of its status. */
ardoq_err_t ardoq_response_interpret(ardoq_client_t *client);

#endif
