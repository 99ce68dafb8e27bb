#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "ardoq/port.h"

/* Unlike CLOCK_MONOTONIC it counts during sleep. */
#ifdef CLOCK_BOOTTIME
#define UPTIME_CLOCK CLOCK_BOOTTIME
#else
#define UPTIME_CLOCK CLOCK_MONOTONIC
#endif

uint64_t ardoq_port_uptime_ms(void)
{
    struct timespec now = {0};
    clock_gettime(UPTIME_CLOCK, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool ardoq_port_wall_time(int64_t *unix_seconds)
{
    struct timespec now = {0};
    const bool known = clock_gettime(CLOCK_REALTIME, &now) == 0;
    *unix_seconds = now.tv_sec;
    return known;
}

ardoq_err_t ardoq_port_random(void *buffer, size_t size)
{
    unsigned char *bytes = buffer;
    while (size > 0) {
        /* Early during boot the kernel may have no randomness yet, and this must not block. */
        const ssize_t got = getrandom(bytes, size, GRND_NONBLOCK);
        if (got >= 0) {
            bytes += got;
            size -= (size_t)got;
        } else if (errno != EINTR) {
            return ARDOQ_ERR_RANDOM_FAILED;
        }
    }
    return ARDOQ_OK;
}
