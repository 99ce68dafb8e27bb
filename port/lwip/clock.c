#include <lwip/sys.h>

#include "ardoq/port.h"

/* lwIP's counter overflows after 49.7 days. An overflow is missed if this is not called in between;
 * the core calls it often during a call, and the reporter at least once in 30 days. */
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
