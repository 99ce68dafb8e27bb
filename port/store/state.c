/* The saved state, on platforms where it is stored among the settings. */
#include "ardoq/port.h"

ardoq_err_t ardoq_port_state_read(char *state, size_t size)
{
    return ardoq_port_store_get(ARDOQ_PORT_STATE_KEY, state, size);
}

ardoq_err_t ardoq_port_state_write(const char *state)
{
    return ardoq_port_store_set(ARDOQ_PORT_STATE_KEY, state);
}
