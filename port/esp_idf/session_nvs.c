/* The TLS session in NVS, with CONFIG_ARDOQ_SESSION_IN_NVS, which needs encrypted NVS. It survives
 * a power cut. It has its own namespace, because it is not a setting. */
#include <esp_app_desc.h>
#include <nvs.h>

#include "ardoq/port.h"

static const char name_space[] = "ardoq_session";

/* The certificate bundle is part of the image, so an image must not use a session of another one:
 * each has its own key, from the first bytes of its hash. */
static const char *key_of_image(char key[NVS_KEY_NAME_MAX_SIZE])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    const uint8_t *hash = esp_app_get_description()->app_elf_sha256;
    for (size_t i = 0; i < NVS_KEY_NAME_MAX_SIZE - 1; i++) {
        key[i] = digits[hash[i] & 0x3f];
    }
    key[NVS_KEY_NAME_MAX_SIZE - 1] = '\0';
    return key;
}

ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    nvs_handle_t handle;
    esp_err_t code = nvs_open(name_space, NVS_READONLY, &handle);
    if (code == ESP_OK) {
        char key[NVS_KEY_NAME_MAX_SIZE];
        *length = size;
        code = nvs_get_blob(handle, key_of_image(key), data, length);
        nvs_close(handle);
    }
    return code == ESP_OK ? ARDOQ_OK : ARDOQ_ERR_NOT_SET;
}

/* Sessions of earlier images are erased too. */
static esp_err_t replace_session(nvs_handle_t handle, const void *data, size_t size)
{
    esp_err_t code = nvs_erase_all(handle);
    if (code == ESP_OK && size > 0) {
        char key[NVS_KEY_NAME_MAX_SIZE];
        /* This logs the size, but not the content. */
        code = nvs_set_blob(handle, key_of_image(key), data, size);
    }
    return code == ESP_OK ? nvs_commit(handle) : code;
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    nvs_handle_t handle;
    esp_err_t code = nvs_open(name_space, NVS_READWRITE, &handle);
    if (code == ESP_OK) {
        code = replace_session(handle, data, size);
        nvs_close(handle);
    }
    return code == ESP_OK ? ARDOQ_OK : ARDOQ_ERR_STORE_UNAVAILABLE;
}
