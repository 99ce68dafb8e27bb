#include "ardoq/build_config.h"
#include "ardoq/port.h"

#ifdef CONFIG_IDF_TARGET_LINUX

#include <unistd.h>

/* From the host: esp_fill_random() of the simulator was rand() before ESP-IDF 5.3. */
static bool fill(unsigned char *buffer, size_t size)
{
    return getentropy(buffer, size) == 0;
}

#else

#include <esp_random.h>

/* Truly random while the radio or an internal entropy source is on; on a network device the radio
 * is. */
static bool fill(unsigned char *buffer, size_t size)
{
    esp_fill_random(buffer, size);
    return true;
}

#endif

/* The limit of getentropy(). */
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
