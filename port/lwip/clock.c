#include <lwip/sys.h>

#include "ardoq/port.h"

/* lwIP counts 49.7 days and begins anew. A turn during which nobody asks is lost; the core asks
 * often within a call, and the reporter at least once in 30 days. */
uint64_t ardoq_port_uptime_ms(void)
{
    static uint32_t turns;
    static uint32_t last;
    SYS_ARCH_DECL_PROTECT(level);
    SYS_ARCH_PROTECT(level);
    const uint32_t now = sys_now();
    if (now < last) {
        turns++;
    }
    last = now;
    const uint64_t uptime = ((uint64_t)turns << 32) | now;
    SYS_ARCH_UNPROTECT(level);
    return uptime;
}
