/* A request as a line of a shell, for curl. */
#ifndef CURL_H
#define CURL_H

#include "ardoq/client.h"

/* Prints the command that sends this request to the configured host. In place of the token it has
 * the variable ARDOQ_API_TOKEN. Nothing is sent. Returns an error, which is explained. */
ardoq_err_t print_curl(const ardoq_request_t *request);

#endif
