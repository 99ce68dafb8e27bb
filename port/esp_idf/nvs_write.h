#ifndef ARDOQ_NVS_WRITE_H
#define ARDOQ_NVS_WRITE_H

#include <esp_err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opens the namespace, writes one string, commits and closes. The value is never logged. */
esp_err_t ardoq_port_nvs_write(const char *name_space, const char *key, const char *value);

#ifdef __cplusplus
}
#endif

#endif
