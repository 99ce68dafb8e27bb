#include <sys/time.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "ardoq/utc.h"

#ifdef CONFIG_IDF_TARGET_LINUX

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

/* The simulator declares esp_timer but does not have it. Its ticks are counted in a long. */
uint64_t ardoq_port_uptime_ms(void)
{
    return (uint64_t)xTaskGetTickCount() * 1000 / configTICK_RATE_HZ;
}

#else

#include <esp_timer.h>

/* Counts on in light sleep, and begins anew with each boot and each wake from deep sleep. */
uint64_t ardoq_port_uptime_ms(void)
{
    return (uint64_t)esp_timer_get_time() / 1000;
}

#endif

/* The system's clock starts at 1970, so it is known once SNTP, or a program with a clock of its
 * own, has set it. It counts on in deep sleep and over a restart. */
bool ardoq_port_wall_time(int64_t *unix_seconds)
{
    struct timeval now = {0};
    gettimeofday(&now, NULL);
    *unix_seconds = now.tv_sec;
    return ardoq_utc_is_plausible(*unix_seconds);
}
