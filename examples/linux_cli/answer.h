/* The body of an answer that is an error, for people. */
#ifndef ANSWER_H
#define ANSWER_H

#include "ardoq/client.h"

/* With --verbose: prints the body on standard error, line by line, with control bytes made harmless
 * and the token made unreadable. */
void show_error_body(const ardoq_response_t *response);

/* Prints a body that is JSON on standard output, and shows any other one. */
void print_error_body(const ardoq_response_t *response);

#endif
