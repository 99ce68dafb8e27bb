/* The TLS session in RTC memory, which deep sleep and a software reset leave alone; in RAM on a
 * chip that has none. Never in flash: what is written there stays for whoever takes the chip apart.
 */
#include <string.h>

#include <esp_app_desc.h>
#include <esp_attr.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "ardoq/text.h"

#ifndef CONFIG_IDF_TARGET_LINUX
#include <soc/soc_caps.h>
#endif

#if defined(SOC_RTC_MEM_SUPPORTED) && SOC_RTC_MEM_SUPPORTED
#define PLACE RTC_NOINIT_ATTR
#else
#define PLACE
#endif

/* The certificate bundle is part of the image, so another image does not take over what this one
 * has trusted. What is left at a cold start is random, and does not match. */
static PLACE struct {
    unsigned char image[32];
    uint32_t size; /* 0: none */
    unsigned char data[ARDOQ_SESSION_SIZE];
} kept;

static const uint8_t *image_hash(void)
{
    return esp_app_get_description()->app_elf_sha256;
}

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
