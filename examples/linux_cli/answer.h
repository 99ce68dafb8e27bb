/* The body of an answer that is an error, for people. */
#ifndef ANSWER_H
#define ANSWER_H

#include "ardoq/client.h"

/* Writes text of unknown encoding to standard error: controls are blanks, what is no UTF-8 is a
 * question mark. After the text comes a NUL. */
void print_harmless(const char *text, size_t size);

/* With --verbose: prints the body on standard error, line by line, where no control byte of it does
 * any harm. The token is made unreadable. */
void show_error_body(const ardoq_response_t *response);

/* Prints a body that is JSON on standard output, and shows any other one. */
void print_error_body(const ardoq_response_t *response);

#endif
