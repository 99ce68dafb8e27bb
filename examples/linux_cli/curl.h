/* A request as a shell line for curl. */
#ifndef CURL_H
#define CURL_H

#include "ardoq/client.h"

/* Prints the command that sends this request to the configured host, with the variable
 * ARDOQ_API_TOKEN for the token. Sends nothing. Returns an error, which is explained. */
ardoq_err_t print_curl(const ardoq_request_t *request);

#endif
