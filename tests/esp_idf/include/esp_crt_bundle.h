#ifndef TESTS_ESP_CRT_BUNDLE_H
#define TESTS_ESP_CRT_BUNDLE_H

#include <esp_err.h>

/* Takes a mbedtls_ssl_config. */
esp_err_t esp_crt_bundle_attach(void *conf);

#endif
