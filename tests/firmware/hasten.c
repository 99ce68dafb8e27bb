/* Time flies on this board while a reporter waits for its next report, so that months pass in a
 * test. It stands still for nothing else: what is in progress has the time that it always has. */
#include "ardoq/port.h"

enum {
    LONG_WAIT_MS = 1000, /* no wait within a call is that long */
    LONGEST_STEP_MS = 60 * 60 * 1000,
};

static uint64_t skipped_ms;
static uint32_t step_ms = LONG_WAIT_MS;

/* The linker puts these in the place of the port's (--wrap). */
void __real_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms);
void __wrap_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms);
uint64_t __real_ardoq_port_uptime_ms(void);
uint64_t __wrap_ardoq_port_uptime_ms(void);

/* A wait that goes on takes longer steps. */
void __wrap_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms)
{
    if (timeout_ms < LONG_WAIT_MS) {
        step_ms = LONG_WAIT_MS;
        __real_ardoq_port_wait(socket, event, timeout_ms);
        return;
    }
    skipped_ms += step_ms;
    step_ms = step_ms < LONGEST_STEP_MS / 2 ? 2 * step_ms : LONGEST_STEP_MS;
}

uint64_t __wrap_ardoq_port_uptime_ms(void)
{
    return __real_ardoq_port_uptime_ms() + skipped_ms;
}
