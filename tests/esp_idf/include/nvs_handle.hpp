#ifndef TESTS_NVS_HANDLE_HPP
#define TESTS_NVS_HANDLE_HPP

#include <esp_err.h>
#include <memory>
#include <nvs.h>

namespace nvs
{

/* Closed when it is destroyed. */
class NVSHandle
{
  public:
    virtual ~NVSHandle() = default;

    virtual esp_err_t set_string(const char *key, const char *value) = 0;
    virtual esp_err_t commit() = 0;
};

/* Null when it fails. */
std::unique_ptr<NVSHandle> open_nvs_handle(const char *ns_name, nvs_open_mode_t open_mode,
                                           esp_err_t *err = nullptr);

} // namespace nvs

#endif
