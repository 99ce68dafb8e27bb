/* What several commands write in the same way. Private to this layer. */
#ifndef ARDOQ_COMMANDS_CONSOLE_H
#define ARDOQ_COMMANDS_CONSOLE_H

#include "ardoq/commands.h"

/* A part of an error that a person has given, and that may hold anything. */
void ardoq_console_write_error(const ardoq_console_t *console, const char *text);

/* Organisation and user, and the end of the line. */
void ardoq_console_note_me(const ardoq_console_t *console, const ardoq_me_t *me);

/* ardoq_list_each() of the request's path and query; explains the error, and notes what Ardoq warns
 * of and what was skipped. */
ardoq_err_t ardoq_console_list(const ardoq_console_t *console, ardoq_client_t *client,
                               ardoq_list_t *list, const ardoq_request_t *request,
                               ardoq_on_element_t on_element, void *context);

/** Text of an IP address, without its scope. */
typedef struct {
    char text[40]; /**< NUL-terminated */
} ardoq_ip_text_t;

/* Writes an address as RFC 5952 has it, but for IPv4 addresses inside IPv6. */
ardoq_ip_text_t ardoq_ip_text(const ardoq_port_address_t *address);

#endif
