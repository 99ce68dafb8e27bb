/* The TLS session in RAM, until the next reset. */
#include <string.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "ardoq/text.h"

static struct {
    size_t size; /* 0: none */
    unsigned char data[ARDOQ_SESSION_SIZE];
} kept;

ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    if (kept.size == 0 || kept.size > size) {
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
    kept.size = size;
    return ARDOQ_OK;
}
