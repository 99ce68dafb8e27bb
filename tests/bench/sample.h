/*
 * The work that is measured, the same for the library and for what it is compared with, on every
 * machine.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "ardoq/report.h"

/* What one device says of itself: the field of the identity, its custom field, the value. */
#define SAMPLE_FIELDS(FIELD)                                                                       \
    FIELD(serial, "device_serial", "52540012ab34")                                                 \
    FIELD(mac, "device_mac", "52:54:00:12:ab:34")                                                  \
    FIELD(model, "device_model", "Pump 2")                                                         \
    FIELD(chip, "device_chip", "Arm Cortex-M3")                                                    \
    FIELD(chip_revision, "device_chip_revision", "r2p1")                                           \
    FIELD(sdk_version, "device_sdk_version", "lwIP 2.1.3, mbed TLS 2.28.3")                        \
    FIELD(ip_address, "device_ip_address", "10.0.2.15")

#define SAMPLE_TOKEN     "adq_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
#define SAMPLE_WORKSPACE "5e00000000000000000000aa"
#define SAMPLE_TYPE      "p1700000000000"
#define SAMPLE_NAME      "Pump 2 52540012ab34"

/* An answer of 555 bytes with 12 headers beside those that matter. */
#define SAMPLE_HTTP                                                                                \
    "HTTP/1.1 200 OK\r\n"                                                                          \
    "Date: Sat, 28 Nov 2026 12:00:00 GMT\r\n"                                                      \
    "Server: nginx\r\n"                                                                            \
    "Content-Type: application/json\r\n"                                                           \
    "Content-Length: 56\r\n"                                                                       \
    "Connection: keep-alive\r\n"                                                                   \
    "Vary: Accept-Encoding\r\n"                                                                    \
    "Cache-Control: no-store\r\n"                                                                  \
    "Pragma: no-cache\r\n"                                                                         \
    "X-Frame-Options: DENY\r\n"                                                                    \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "Referrer-Policy: no-referrer\r\n"                                                             \
    "Strict-Transport-Security: max-age=31536000;preload\r\n"                                      \
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"                      \
    "X-Request-Id: 7b1f0c5e-3d9a-4c1e-9a57-0d6f2b8e1c4\r\n"                                        \
    "X-RateLimit-Remaining: 99\r\n"                                                                \
    "\r\n"                                                                                         \
    "{\"components\":[{\"id\":\"5e00000000000000000000bb\"}],\"n\":1}"

/* A component of 757 bytes, as a list has them. */
#define SAMPLE_COMPONENT                                                                           \
    "{\"_id\":\"5e00000000000000000000bb\",\"rootWorkspace\":\"5e00000000000000000000aa\","        \
    "\"name\":\"Pump controller 2 52540012ab34\","                                                 \
    "\"description\":\"In the pump house, behind \\\"gate 3\\\"; the key is at the porter's "      \
    "until 5, on Fridays too.\\n\","                                                               \
    "\"typeId\":\"p1700000000000\",\"type\":\"Device\",\"parent\":null,\"_version\":17,"           \
    "\"customFields\":{\"device_serial\":\"52540012ab34\",\"device_mac\":\"52:54:00:12:ab:34\","   \
    "\"device_model\":\"Pump controller 2\",\"device_chip\":\"Arm Cortex-M3\","                    \
    "\"device_sdk_version\":\"lwIP 2.1.3, mbed TLS 2.28.3\","                                      \
    "\"device_firmware_version\":\"1.0.0\","                                                       \
    "\"device_host_name\":\"ardoq-device\",\"device_ip_address\":\"10.0.2.15\"},"                  \
    "\"_meta\":{\"created\":\"2026-11-28T12:00:00.000Z\","                                         \
    "\"lastUpdated\":\"2026-11-28T12:00:00.000Z\","                                                \
    "\"createdBy\":\"5e00000000000000000000cc\",\"createdByName\":\"Ada from operations\"}}"

/* Fills in the sample's identity. */
void sample_identity(ardoq_identity_t *identity);

/* Fills in Kconfig's defaults and the sample's settings; the host stays the default. */
ardoq_err_t sample_config(ardoq_config_t *config);

#endif
