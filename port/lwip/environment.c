#include <stddef.h>

#include "ardoq/port.h"

/* Apart from the store, so that a board can bring its own store and keep this. */
const char *ardoq_port_environment(const char *name)
{
    (void)name;
    return NULL;
}
