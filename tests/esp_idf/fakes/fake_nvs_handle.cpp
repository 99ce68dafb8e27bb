#include <nvs_handle.hpp>

#include "fake_nvs.h"

namespace
{

class Handle : public nvs::NVSHandle
{
  public:
    explicit Handle(nvs_handle_t opened) : number(opened)
    {
    }

    ~Handle() override
    {
        fake_nvs_close(number);
    }

    esp_err_t set_string(const char *key, const char *value) override
    {
        return fake_nvs_set(number, key, value);
    }

    esp_err_t commit() override
    {
        return nvs_commit(number);
    }

  private:
    const nvs_handle_t number;
};

} // namespace

std::unique_ptr<nvs::NVSHandle> nvs::open_nvs_handle(const char *ns_name, nvs_open_mode_t open_mode,
                                                     esp_err_t *err)
{
    nvs_handle_t number = 0;
    const esp_err_t code = fake_nvs_open(ns_name, open_mode, &number);
    if (err) {
        *err = code;
    }
    return code == ESP_OK ? std::make_unique<Handle>(number) : nullptr;
}
