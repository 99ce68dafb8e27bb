/* The store on NVS: one namespace, every value a string. Encryption is NVS's own affair. Nothing is
 * erased but the value that is asked for: what becomes of a partition that cannot be read is for
 * the application to decide. */
#include <esp_err.h>
#include <esp_partition.h>
#include <nvs.h>

#include "ardoq/port.h"
#include "nvs_write.h"

static const char name_space[] = "ardoq";

static bool has_partition(void)
{
    return esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_NVS,
                                    NVS_DEFAULT_PART_NAME) != NULL;
}

static ardoq_err_t unavailable(esp_err_t code)
{
    ardoq_port_log(ARDOQ_LOG_ERROR, "NVS failed", esp_err_to_name(code));
    return ARDOQ_ERR_STORE_UNAVAILABLE;
}

static ardoq_err_t store_error(esp_err_t code)
{
    switch (code) {
    case ESP_OK:
        return ARDOQ_OK;
    case ESP_ERR_NVS_NOT_FOUND: /* the value, or the whole namespace */
    case ESP_ERR_NVS_PART_NOT_FOUND:
        return ARDOQ_ERR_NOT_SET;
    case ESP_ERR_NVS_NOT_INITIALIZED:
        /* NVS says so too when there was no partition to initialise. */
        return has_partition() ? unavailable(code) : ARDOQ_ERR_NOT_SET;
    case ESP_ERR_NVS_INVALID_LENGTH:
    case ESP_ERR_NVS_VALUE_TOO_LONG:
        return ARDOQ_ERR_SETTING_TOO_LONG;
    case ESP_ERR_NVS_NOT_ENOUGH_SPACE:
        return ARDOQ_ERR_STORE_FULL;
    case ESP_ERR_NVS_TYPE_MISMATCH:
        return ARDOQ_ERR_STORE_DAMAGED;
    default:
        return unavailable(code);
    }
}

ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size)
{
    nvs_handle_t handle;
    esp_err_t code = nvs_open(name_space, NVS_READONLY, &handle);
    if (code == ESP_OK) {
        code = nvs_get_str(handle, key, value, &size);
        nvs_close(handle);
    }
    return store_error(code);
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    const ardoq_err_t err = store_error(ardoq_port_nvs_write(name_space, key, value));
    /* To write there must be a partition. */
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_ERR_STORE_UNAVAILABLE : err;
}

ardoq_err_t ardoq_port_store_erase(const char *key)
{
    nvs_handle_t handle;
    esp_err_t code = nvs_open(name_space, NVS_READWRITE, &handle);
    if (code == ESP_OK) {
        code = nvs_erase_key(handle, key);
        if (code == ESP_OK) {
            code = nvs_commit(handle);
        }
        nvs_close(handle);
    }
    const ardoq_err_t err = store_error(code);
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}
