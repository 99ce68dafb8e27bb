#include "console.h"

#include <sdkconfig.h>

#ifdef CONFIG_ARDOQ_CONSOLE

#include <ardoq/esp_idf.h>
#include <esp_console.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

static esp_err_t open_console(const esp_console_repl_config_t *config, esp_console_repl_t **repl)
{
#if defined(CONFIG_ESP_CONSOLE_USB_CDC)
    const esp_console_dev_usb_cdc_config_t device = ESP_CONSOLE_DEV_CDC_CONFIG_DEFAULT();
    return esp_console_new_repl_usb_cdc(&device, config, repl);
#elif defined(CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG)
    const esp_console_dev_usb_serial_jtag_config_t device =
        ESP_CONSOLE_DEV_USB_SERIAL_JTAG_CONFIG_DEFAULT();
    return esp_console_new_repl_usb_serial_jtag(&device, config, repl);
#elif defined(CONFIG_ESP_CONSOLE_UART_DEFAULT) || defined(CONFIG_ESP_CONSOLE_UART_CUSTOM)
    const esp_console_dev_uart_config_t device = ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT();
    return esp_console_new_repl_uart(&device, config, repl);
#else
#error "CONFIG_ARDOQ_CONSOLE: choose a 'Channel for console output' other than None"
#endif
}

esp_err_t console_start(ardoq_describe_t describe, ardoq_reporter_t *reporter)
{
    enum { LONGEST_LINE = 2048 }; /* of `ardoq set ca0 ...` */
    esp_console_repl_config_t config = ESP_CONSOLE_REPL_CONFIG_DEFAULT();
    config.prompt = "ardoq>";
    config.max_cmdline_length = LONGEST_LINE;
    esp_console_repl_t *repl = NULL;
    esp_err_t err = open_console(&config, &repl);
    if (err == ESP_OK && ardoq_esp_idf_register_console(describe, reporter) != ARDOQ_OK) {
        err = ESP_FAIL;
    }
    return err == ESP_OK ? esp_console_start_repl(repl) : err;
}

#else

esp_err_t console_start(ardoq_describe_t describe, ardoq_reporter_t *reporter)
{
    (void)describe;
    (void)reporter;
    return ESP_OK;
}

#endif
