#include <esp_log.h>

#include "ardoq/port.h"

void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    static const char tag[] = "ardoq";
    const char *separator = detail[0] != '\0' ? ": " : "";
    switch (level) {
    case ARDOQ_LOG_ERROR:
        ESP_LOGE(tag, "%s%s%s", text, separator, detail);
        break;
    case ARDOQ_LOG_INFO:
        ESP_LOGI(tag, "%s%s%s", text, separator, detail);
        break;
    case ARDOQ_LOG_DEBUG:
        ESP_LOGD(tag, "%s%s%s", text, separator, detail);
        break;
    }
}
