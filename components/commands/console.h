/* Output shared by several commands. Private to this layer. */
#ifndef ARDOQ_COMMANDS_CONSOLE_H
#define ARDOQ_COMMANDS_CONSOLE_H

#include "ardoq/commands.h"

/* Part of an error message that comes from the user, and may contain anything. */
void ardoq_console_write_error(const ardoq_console_t *console, const char *text);

/* Organisation and user, and the end of the line. */
void ardoq_console_note_me(const ardoq_console_t *console, const ardoq_me_t *me);

/* ardoq_list_each() with the request's path and query; explains the error, and writes notes about
 * Ardoq's warnings and skipped elements. */
ardoq_err_t ardoq_console_list(const ardoq_console_t *console, ardoq_client_t *client,
                               ardoq_list_t *list, const ardoq_request_t *request,
                               ardoq_on_element_t on_element, void *context);

/** Text of an IP address, without its scope. */
typedef struct {
    char text[40]; /**< NUL-terminated */
} ardoq_ip_text_t;

/* Writes an address by RFC 5952, except IPv4 addresses inside IPv6. */
ardoq_ip_text_t ardoq_ip_text(const ardoq_port_address_t *address);

#endif
