#include <sys/time.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "ardoq/utc.h"

#ifdef CONFIG_IDF_TARGET_LINUX

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

/* The simulator declares esp_timer but does not implement it. Its tick counter is a long. */
uint64_t ardoq_port_uptime_ms(void)
{
    return (uint64_t)xTaskGetTickCount() * 1000 / configTICK_RATE_HZ;
}

#else

#include <esp_timer.h>

/* Continues during light sleep; restarts at each boot and each wake from deep sleep. */
uint64_t ardoq_port_uptime_ms(void)
{
    return (uint64_t)esp_timer_get_time() / 1000;
}

#endif

/* The system clock starts at 1970, so the core treats it as unknown until SNTP or the program has
 * set it. It continues during deep sleep and a restart. */
bool ardoq_port_wall_time(int64_t *unix_seconds)
{
    struct timeval now = {0};
    gettimeofday(&now, NULL);
    *unix_seconds = now.tv_sec;
    return ardoq_utc_is_plausible(*unix_seconds);
}
