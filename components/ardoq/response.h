/* From a finished exchange to a response and its error. Private to this layer. */
#ifndef ARDOQ_RESPONSE_H
#define ARDOQ_RESPONSE_H

#include "ardoq/client.h"

/* An empty response: no status, no body. */
void ardoq_response_init(ardoq_response_t *response);

/* Fills client->response from the exchange that has ended, and judges its status. */
ardoq_err_t ardoq_response_interpret(ardoq_client_t *client);

/* Makes spaces of the characters that a terminal may act on: C0, DEL and, as UTF-8, C1. */
void ardoq_response_blank_controls(char *text);

/* Copies text of unknown encoding for people: cut to fit, all but printable ASCII a space. */
void ardoq_response_set_message(ardoq_response_t *response, const char *text, size_t size);

#endif
