/* nvs_set_str() logs key and value at debug level, the token too. NVS's handle in C++ writes the
 * same string and logs nothing.
 *
 * To quieten the tag "nvs" meanwhile is not safe. The log caches a level for each address of a tag,
 * "nvs" may have several, and esp_log_level_set() changes the first that it finds there. It needs
 * memory, does nothing without CONFIG_LOG_DYNAMIC_LEVEL_CONTROL, and another task can undo it. */
#include "nvs_write.h"

#include <nvs_handle.hpp>

esp_err_t ardoq_port_nvs_write(const char *name_space, const char *key, const char *value)
{
    esp_err_t code = ESP_FAIL;
    const auto handle = nvs::open_nvs_handle(name_space, NVS_READWRITE, &code);
    if (handle) {
        code = handle->set_string(key, value);
        if (code == ESP_OK) {
            code = handle->commit();
        }
    }
    return code;
}
