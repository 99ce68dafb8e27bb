#include <esp_idf_version.h>
#include <esp_mac.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"

#ifndef CONFIG_IDF_TARGET_LINUX
#define HAS_CHIP 1
#include <esp_chip_info.h>
#include <esp_flash.h>
#include <esp_flash_encrypt.h>
#include <esp_netif.h>
#include <esp_secure_boot.h>
#endif

/* The simulator lacked it in ESP-IDF 5.2 and 5.3. */
#if defined(HAS_CHIP) || ESP_IDF_VERSION < ESP_IDF_VERSION_VAL(5, 2, 0) ||                         \
    ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 4, 0)
#define HAS_APPLICATION 1
#include <esp_app_desc.h>
#endif

enum { TEXT_SIZE = 96 };

/* A text that does not fit is left out. */
static void keep(ardoq_identity_t *identity, ardoq_identity_field_t field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void keep(ardoq_identity_t *identity, ardoq_identity_field_t field, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0 && length < TEXT_SIZE) {
        ardoq_identity_keep(identity, field, text);
    }
}

#define KEEP(field, ...) keep(identity, ARDOQ_IDENTITY_##field, __VA_ARGS__)

#if defined(HAS_CHIP) || ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 2, 0)
static bool read_mac(uint8_t mac[8])
{
    return esp_read_mac(mac, ESP_MAC_EFUSE_FACTORY) == ESP_OK;
}
#else
/* The simulator of ESP-IDF 5.1 has no address yet. This is the fixed one of later versions. */
static bool read_mac(uint8_t mac[8])
{
    memcpy(mac, "\x02\x12\x34\x56\x78\xab", 6);
    return true;
}
#endif

/* Eight bytes, because chips with IEEE 802.15.4 have addresses of that size. Without a serial
 * number from production, the MAC address that Espressif has programmed is the serial number. */
static void put_mac(ardoq_identity_t *identity)
{
    uint8_t mac[8] = {0};
    if (read_mac(mac)) {
        KEEP(mac, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
        KEEP(serial, "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    }
}

static void put_sdk(ardoq_identity_t *identity)
{
    KEEP(sdk_version, "ESP-IDF %s", esp_get_idf_version());
}

#ifdef HAS_CHIP
/* Not with esp_app_get_elf_sha256(), which returns only nine digits by default. */
static void put_hash(ardoq_identity_t *identity, const uint8_t *hash, size_t size)
{
    char text[2 * 32 + 1];
    for (size_t i = 0; i < size; i++) {
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    }
    KEEP(firmware_hash, "%s", text);
}
#endif

#ifdef HAS_APPLICATION
static void put_application(ardoq_identity_t *identity)
{
    const esp_app_desc_t *application = esp_app_get_description();
    identity->firmware_name = application->project_name;
    identity->firmware_version = application->version;
#ifdef HAS_CHIP /* the simulator's is invented */
    put_hash(identity, application->app_elf_sha256, sizeof application->app_elf_sha256);
#endif
}
#endif

#ifdef HAS_CHIP

/* "esp32c3" becomes ESP32-C3. */
static void put_chip(ardoq_identity_t *identity)
{
    static const char family[] = "esp32";
    const char *variant = &CONFIG_IDF_TARGET[sizeof family - 1];
    char chip[sizeof "ESP32-" + sizeof CONFIG_IDF_TARGET];
    snprintf(chip, sizeof chip, "ESP32%s%s", variant[0] != '\0' ? "-" : "", variant);
    for (char *at = chip; *at != '\0'; at++) {
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
    KEEP(chip, "%s", chip);
    esp_chip_info_t info;
    esp_chip_info(&info);
    KEEP(chip_revision, "v%d.%d", info.revision / 100, info.revision % 100);
}

/* The size of the chip, not the one configured for the image. */
static void put_flash_size(ardoq_identity_t *identity)
{
    uint32_t bytes = 0;
    if (esp_flash_get_physical_size(NULL, &bytes) == ESP_OK) {
        KEEP(flash_size, "%u MB", (unsigned)(bytes >> 20));
    }
}

static const char *flash_encryption(void)
{
    switch (esp_get_flash_encryption_mode()) {
    case ESP_FLASH_ENC_MODE_DEVELOPMENT:
        return "development";
    case ESP_FLASH_ENC_MODE_RELEASE:
        return "release";
    default:
        return "disabled";
    }
}

static void put_protection(ardoq_identity_t *identity)
{
    identity->secure_boot = esp_secure_boot_enabled() ? "enabled" : "disabled";
    identity->flash_encryption = flash_encryption();
}

static void put_ip_address(ardoq_identity_t *identity, esp_netif_t *netif)
{
    esp_netif_ip_info_t info = {0};
    if (esp_netif_get_ip_info(netif, &info) == ESP_OK && info.ip.addr != 0) {
        char text[sizeof "255.255.255.255"];
        KEEP(ip_address, "%s", esp_ip4addr_ntoa(&info.ip, text, sizeof text));
        return;
    }
#ifdef CONFIG_LWIP_IPV6
    esp_ip6_addr_t address;
    if (esp_netif_get_ip6_global(netif, &address) == ESP_OK) {
        KEEP(ip_address, IPV6STR, IPV62STR(address));
    }
#endif
}

static void put_network(ardoq_identity_t *identity)
{
    esp_netif_t *netif = esp_netif_get_default_netif();
    const char *host_name = NULL;
    if (!netif) {
        return;
    }
    if (esp_netif_get_hostname(netif, &host_name) == ESP_OK && host_name) {
        KEEP(host_name, "%s", host_name);
    }
    put_ip_address(identity, netif);
}

#endif

void ardoq_port_identity(ardoq_identity_t *identity)
{
    put_mac(identity);
    put_sdk(identity);
#ifdef HAS_APPLICATION
    put_application(identity);
#endif
#ifdef HAS_CHIP
    put_chip(identity);
    put_flash_size(identity);
    put_protection(identity);
    put_network(identity);
#endif
}
