#include "ardoq/build_config.h"
#include "ardoq/port.h"

#ifdef CONFIG_IDF_TARGET_LINUX

#include <unistd.h>

/* The host's own: esp_fill_random() of the simulator was rand() before ESP-IDF 5.3. */
static bool fill(unsigned char *buffer, size_t size)
{
    return getentropy(buffer, size) == 0;
}

#else

#include <esp_random.h>

/* Truly random while radio or internal entropy source run; a device on the network has the first.
 */
static bool fill(unsigned char *buffer, size_t size)
{
    esp_fill_random(buffer, size);
    return true;
}

#endif

/* getentropy() gives no more at once. */
enum { CHUNK = 256 };

ardoq_err_t ardoq_port_random(void *buffer, size_t size)
{
    unsigned char *at = buffer;
    while (size > 0) {
        const size_t part = size < CHUNK ? size : CHUNK;
        if (!fill(at, part)) {
            return ARDOQ_ERR_RANDOM_FAILED;
        }
        at += part;
        size -= part;
    }
    return ARDOQ_OK;
}
