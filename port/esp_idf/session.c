/* The TLS session in RTC memory, which survives deep sleep and a software reset; in RAM on a chip
 * without RTC memory, and in the simulator. Not in flash, from which it could be read out:
 * session_nvs.c is for encrypted flash. */
#include <string.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "ardoq/text.h"

/* ESP-IDF defines a chip's capabilities in sdkconfig.h. */
#ifdef CONFIG_SOC_RTC_MEM_SUPPORTED
#include <esp_attr.h>
#define PLACE RTC_NOINIT_ATTR
#else
#define PLACE
#endif

enum { IMAGE_HASH_SIZE = 32 };

/* The certificate bundle is part of the image, so an image must not use a session of another one.
 * After a cold start the content is random and does not match. */
static PLACE struct {
    uint8_t image[IMAGE_HASH_SIZE];
    uint32_t size; /* 0: none */
    unsigned char data[ARDOQ_SESSION_SIZE];
} kept;

#ifdef CONFIG_IDF_TARGET_LINUX
/* The simulator's RAM does not survive its image. */
static const uint8_t *image_hash(void)
{
    static const uint8_t only_one[IMAGE_HASH_SIZE];
    return only_one;
}
#else
#include <esp_app_desc.h>

static const uint8_t *image_hash(void)
{
    return esp_app_get_description()->app_elf_sha256;
}
#endif

ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    if (kept.size == 0 || kept.size > sizeof kept.data || kept.size > size ||
        memcmp(kept.image, image_hash(), sizeof kept.image) != 0) {
        return ARDOQ_ERR_NOT_SET;
    }
    memcpy(data, kept.data, kept.size);
    *length = kept.size;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    ardoq_wipe(&kept, sizeof kept);
    if (size > sizeof kept.data) {
        return ARDOQ_ERR_STORE_FULL;
    }
    if (size > 0) {
        memcpy(kept.data, data, size);
    }
    memcpy(kept.image, image_hash(), sizeof kept.image);
    kept.size = (uint32_t)size;
    return ARDOQ_OK;
}
