/*
 * One request of a client to the TLS peer: shared by the tests of the general request.
 */
#ifndef ARDOQ_PEER_REQUEST_H
#define ARDOQ_PEER_REQUEST_H

#include "peer_client.h"

extern ardoq_request_t request;
extern ardoq_response_t response;

/* As peer_client_set_up(), with a request: GET. */
int peer_request_set_up(void **state);

#define PEER_REQUEST_TEST(function)                                                                \
    cmocka_unit_test_setup_teardown(function, peer_request_set_up, peer_client_tear_down)

ardoq_err_t run(void);

/* The result of the request for this answer. */
ardoq_err_t run_with(const char *answer);

void assert_no_token_in_client(void);

#endif
