/* The store on NVS: one namespace, every value a string. NVS handles encryption. Only requested
 * values are erased: the application decides what to do with an unreadable partition. */
#include <esp_err.h>
#include <esp_partition.h>
#include <nvs.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "nvs_write.h"

#ifdef CONFIG_IDF_TARGET_LINUX
/* From port/posix/environment.c, which is part of the port in the simulator. */
ardoq_err_t ardoq_posix_environment_each(ardoq_port_store_value_t on_value, void *context);
#endif

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
    case ESP_ERR_NVS_NOT_FOUND: /* the value or the namespace */
    case ESP_ERR_NVS_PART_NOT_FOUND:
        return ARDOQ_ERR_NOT_SET;
    case ESP_ERR_NVS_NOT_INITIALIZED:
        /* NVS also returns this if there is no partition to initialise. */
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

/* A number is not a text; only the caller knows whether that matters. */
static ardoq_err_t give_value(nvs_handle_t handle, const char *key, char *buffer, size_t size,
                              ardoq_port_store_value_t on_value, void *context)
{
    const esp_err_t code = nvs_get_str(handle, key, buffer, &size);
    const ardoq_err_t err = store_error(code);
    const bool is_unfit = err == ARDOQ_ERR_SETTING_TOO_LONG || code == ESP_ERR_NVS_TYPE_MISMATCH;
    return err && !is_unfit ? err : on_value(context, key, err ? NULL : buffer);
}

static ardoq_err_t give_values(nvs_handle_t handle, char *buffer, size_t size,
                               ardoq_port_store_value_t on_value, void *context)
{
    nvs_iterator_t at = NULL;
    ardoq_err_t err = ARDOQ_OK;
    esp_err_t code = nvs_entry_find(NVS_DEFAULT_PART_NAME, name_space, NVS_TYPE_ANY, &at);
    while (!err && code == ESP_OK) {
        nvs_entry_info_t info;
        code = nvs_entry_info(at, &info);
        if (code == ESP_OK) {
            err = give_value(handle, info.key, buffer, size, on_value, context);
            code = nvs_entry_next(&at);
        }
    }
    nvs_release_iterator(at);
    return err ? err : store_error(code);
}

ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context)
{
    nvs_handle_t handle;
    /* Only opening shows the difference between a missing initialisation and an empty namespace. */
    ardoq_err_t err = store_error(nvs_open(name_space, NVS_READONLY, &handle));
    if (!err) {
        err = give_values(handle, buffer, size, on_value, context);
        nvs_close(handle);
    }
    err = err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
#ifdef CONFIG_IDF_TARGET_LINUX
    err = err ? err : ardoq_posix_environment_each(on_value, context);
#endif
    return err;
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    const ardoq_err_t err = store_error(ardoq_port_nvs_write(name_space, key, value));
    /* Writing needs a partition. */
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
