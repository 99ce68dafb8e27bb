#ifndef TESTS_ESP_LOG_H
#define TESTS_ESP_LOG_H

/* ESP-IDF puts its own text around the format, so it must be a literal: "" sees to that. */
#define ESP_LOGE(tag, format, ...) fake_log('E', tag, "" format, ##__VA_ARGS__)
#define ESP_LOGW(tag, format, ...) fake_log('W', tag, "" format, ##__VA_ARGS__)
#define ESP_LOGI(tag, format, ...) fake_log('I', tag, "" format, ##__VA_ARGS__)
#define ESP_LOGD(tag, format, ...) fake_log('D', tag, "" format, ##__VA_ARGS__)

void fake_log(char level, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
