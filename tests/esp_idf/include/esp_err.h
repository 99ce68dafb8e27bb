#ifndef TESTS_ESP_ERR_H
#define TESTS_ESP_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

typedef int esp_err_t;

#define ESP_OK                0
#define ESP_FAIL              -1
#define ESP_ERR_NO_MEM        0x101
#define ESP_ERR_INVALID_ARG   0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_NOT_SUPPORTED 0x106

const char *esp_err_to_name(esp_err_t code);

/* ESP-IDF also says where it happened. */
#define ESP_ERROR_CHECK(x)                                                                         \
    do {                                                                                           \
        if ((x) != ESP_OK) {                                                                       \
            __builtin_abort();                                                                     \
        }                                                                                          \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
