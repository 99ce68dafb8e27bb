/* What several commands write in the same way. Private to this layer. */
#ifndef ARDOQ_COMMANDS_CONSOLE_H
#define ARDOQ_COMMANDS_CONSOLE_H

#include "ardoq/commands.h"

/* Organisation and user, and the end of the line. */
void ardoq_console_note_me(const ardoq_console_t *console, const ardoq_me_t *me);

/** Text of an IP address, without its scope. */
typedef struct {
    char text[40]; /**< NUL-terminated */
} ardoq_ip_text_t;

/* Writes an address as RFC 5952 has it, but for IPv4 addresses inside IPv6. */
ardoq_ip_text_t ardoq_ip_text(const ardoq_port_address_t *address);

#endif
