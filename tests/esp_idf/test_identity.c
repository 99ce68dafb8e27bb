/*
 * The identity from the ESP-IDF port. Chip and version are chosen at compile time, so this is
 * compiled for several. EXPECTED_CHIP is not for the simulator; EXPECTED_APPLICATION is for where
 * the application's description exists, WITHOUT_MAC for where no address can be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_app_desc.h>
#include <esp_chip_info.h>
#include <esp_flash.h>
#include <esp_flash_encrypt.h>
#include <esp_idf_version.h>
#include <esp_mac.h>
#include <esp_netif.h>
#include <esp_secure_boot.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/port.h"

/* An interface; what is in it is nobody's affair. */
struct esp_netif_obj {
    char nothing;
};

static struct {
    esp_err_t mac_code;
    size_t mac_size;
    const char *idf_version;
    esp_app_desc_t application;
    uint16_t revision;
    esp_err_t flash_code;
    uint32_t flash_size;
    bool secure_boot;
    esp_flash_enc_mode_t flash_mode;
    bool has_network;
    esp_err_t host_name_code;
    const char *host_name;
    esp_err_t ip_code;
    uint8_t ip4[4];
    esp_err_t ip6_code;
} script;

static esp_netif_t netif;
static ardoq_identity_t identity;

/* Bytes of the longest text that the port makes. */
enum { LONGEST = 95 };

/* ---- ESP-IDF --------------------------------------------------------------------------------- */

/* Eight bytes as on chips with IEEE 802.15.4: there a type of six could one day turn out to be of
 * eight. */
esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type)
{
    static const uint8_t address[8] = {0x02, 0x00, 0x5e, 0x10, 0xab, 0x01, 0xee, 0xff};
    assert_int_equal(type, ESP_MAC_EFUSE_FACTORY);
    memcpy(mac, address, script.mac_size);
    return script.mac_code;
}

const char *esp_get_idf_version(void)
{
    return script.idf_version;
}

const esp_app_desc_t *esp_app_get_description(void)
{
    return &script.application;
}

void esp_chip_info(esp_chip_info_t *out_info)
{
    out_info->revision = script.revision;
}

esp_err_t esp_flash_get_physical_size(esp_flash_t *chip, uint32_t *flash_size)
{
    assert_null(chip);
    *flash_size = script.flash_size;
    return script.flash_code;
}

bool esp_secure_boot_enabled(void)
{
    return script.secure_boot;
}

esp_flash_enc_mode_t esp_get_flash_encryption_mode(void)
{
    return script.flash_mode;
}

esp_netif_t *esp_netif_get_default_netif(void)
{
    return script.has_network ? &netif : NULL;
}

esp_err_t esp_netif_get_hostname(esp_netif_t *esp_netif, const char **hostname)
{
    assert_ptr_equal(esp_netif, &netif);
    *hostname = script.host_name;
    return script.host_name_code;
}

esp_err_t esp_netif_get_ip_info(esp_netif_t *esp_netif, esp_netif_ip_info_t *ip_info)
{
    assert_ptr_equal(esp_netif, &netif);
    memcpy(&ip_info->ip, script.ip4, sizeof script.ip4);
    return script.ip_code;
}

char *esp_ip4addr_ntoa(const esp_ip4_addr_t *addr, char *buf, int buflen)
{
    const uint8_t *bytes = (const void *)addr;
    snprintf(buf, (size_t)buflen, "%u.%u.%u.%u", bytes[0], bytes[1], bytes[2], bytes[3]);
    return buf;
}

#ifdef CONFIG_LWIP_IPV6
esp_err_t esp_netif_get_ip6_global(esp_netif_t *esp_netif, esp_ip6_addr_t *if_ip6)
{
    static const uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8, 0x00, 0x0a, 0x00, 0x00,
                                        0xff, 0xff, 0x00, 0x00, 0x12, 0x34, 0x00, 0x01};
    assert_ptr_equal(esp_netif, &netif);
    memcpy(if_ip6->addr, address, sizeof address);
    return script.ip6_code;
}
#endif

/* ---- Tests ----------------------------------------------------------------------------------- */

static int set_up(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    memset(&identity, 0, sizeof identity);
    script.mac_size = 6;
    script.idf_version = "v5.4-dirty";
    script.revision = 4;
    script.flash_size = 4 << 20;
    strcpy(script.application.project_name, "pump");
    strcpy(script.application.version, "1.2.3");
    return 0;
}

static void read_identity(void)
{
    memset(&identity, 0, sizeof identity);
    ardoq_port_identity(&identity);
}

#ifdef WITHOUT_MAC

static void test_mac_that_all_simulators_share(void **state)
{
    (void)state;
    script.mac_code = ESP_FAIL;
    read_identity();
    assert_string_equal(identity.mac, "02:12:34:56:78:ab");
    assert_string_equal(identity.serial, "0212345678ab");
}

#else

static void test_mac(void **state)
{
    (void)state;
    read_identity();
    assert_string_equal(identity.mac, "02:00:5e:10:ab:01");
    assert_string_equal(identity.serial, "02005e10ab01");
}

static void test_mac_of_eight_bytes(void **state)
{
    (void)state;
    script.mac_size = 8;
    read_identity();
    assert_string_equal(identity.mac, "02:00:5e:10:ab:01");
    assert_string_equal(identity.serial, "02005e10ab01");
}

static void test_no_mac(void **state)
{
    (void)state;
    script.mac_code = ESP_ERR_INVALID_STATE;
    read_identity();
    assert_null(identity.mac);
    assert_null(identity.serial);
}

#endif

static void test_sdk(void **state)
{
    (void)state;
    read_identity();
    assert_string_equal(identity.sdk_version, "ESP-IDF v5.4-dirty");
}

/* What does not fit is worse than nothing when it is cut off. */
static void test_sdk_with_a_long_version(void **state)
{
    (void)state;
    char version[LONGEST];
    memset(version, 'v', sizeof version);
    version[sizeof version - sizeof "ESP-IDF " + 1] = '\0';
    script.idf_version = version;
    read_identity();
    assert_int_equal(strlen(identity.sdk_version), LONGEST);
    version[sizeof version - sizeof "ESP-IDF " + 1] = 'v';
    version[sizeof version - sizeof "ESP-IDF " + 2] = '\0';
    read_identity();
    assert_null(identity.sdk_version);
}

/* What only production or the program knows is left as it is. */
static void test_other_fields(void **state)
{
    (void)state;
    identity.model = "kept";
    identity.hardware_revision = "kept too";
    ardoq_port_identity(&identity);
    assert_string_equal(identity.model, "kept");
    assert_string_equal(identity.hardware_revision, "kept too");
}

#ifdef EXPECTED_APPLICATION

static void test_application(void **state)
{
    (void)state;
    for (uint8_t i = 0; i < sizeof script.application.app_elf_sha256; i++) {
        script.application.app_elf_sha256[i] = (uint8_t)(0xf0 + i);
    }
    read_identity();
    assert_string_equal(identity.firmware_name, "pump");
    assert_string_equal(identity.firmware_version, "1.2.3");
#ifdef EXPECTED_CHIP
    assert_string_equal(identity.firmware_hash, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
                                                "000102030405060708090a0b0c0d0e0f");
#else
    assert_null(identity.firmware_hash); /* that of the simulator is made up */
#endif
}

/* ESP-IDF itself makes sure of the closing NUL. */
static void test_application_with_long_names(void **state)
{
    (void)state;
    memset(script.application.project_name, 'n', sizeof script.application.project_name - 1);
    memset(script.application.version, 'v', sizeof script.application.version - 1);
    read_identity();
    assert_string_equal(identity.firmware_name, script.application.project_name);
    assert_string_equal(identity.firmware_version, script.application.version);
}

#else

static void test_no_application(void **state)
{
    (void)state;
    read_identity();
    assert_null(identity.firmware_name);
    assert_null(identity.firmware_version);
    assert_null(identity.firmware_hash);
}

#endif

#ifdef EXPECTED_CHIP

static void assert_revision(uint16_t revision, const char *expected)
{
    script.revision = revision;
    read_identity();
    assert_string_equal(identity.chip_revision, expected);
}

static void test_chip(void **state)
{
    (void)state;
    read_identity();
    assert_string_equal(identity.chip, EXPECTED_CHIP);
    assert_revision(0, "v0.0");
    assert_revision(4, "v0.4");
    assert_revision(101, "v1.1");
    assert_revision(310, "v3.10");
    assert_revision(UINT16_MAX, "v655.35");
}

static void assert_flash_size(uint32_t size, const char *expected)
{
    script.flash_size = size;
    read_identity();
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_flash_size), expected);
}

static void test_flash_size(void **state)
{
    (void)state;
    assert_flash_size(1 << 20, "1 MB");
    assert_flash_size(16 << 20, "16 MB");
    assert_flash_size(UINT32_MAX, "4095 MB");
    script.flash_code = ESP_ERR_NOT_SUPPORTED;
    assert_flash_size(16 << 20, "");
}

static void test_protection(void **state)
{
    (void)state;
    static const struct {
        esp_flash_enc_mode_t mode;
        const char *expected;
    } rows[] = {
        {ESP_FLASH_ENC_MODE_DISABLED, "disabled"},
        {ESP_FLASH_ENC_MODE_DEVELOPMENT, "development"},
        {ESP_FLASH_ENC_MODE_RELEASE, "release"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        script.flash_mode = rows[i].mode;
        read_identity();
        assert_string_equal(identity.flash_encryption, rows[i].expected);
        assert_string_equal(identity.secure_boot, "disabled");
    }
    script.secure_boot = true;
    read_identity();
    assert_string_equal(identity.secure_boot, "enabled");
}

static void assert_network(const char *host_name, const char *ip_address)
{
    read_identity();
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_host_name), host_name);
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_ip_address), ip_address);
    assert_string_equal(identity.chip, EXPECTED_CHIP);
}

static void test_no_network(void **state)
{
    (void)state;
    script.host_name = "pump-17";
    memcpy(script.ip4, "\xc0\x00\x02\x0f", 4);
    assert_network("", "");
}

static void test_network_without_address(void **state)
{
    (void)state;
    script.has_network = true;
    script.ip6_code = ESP_FAIL;
    assert_network("", "");
    script.ip_code = ESP_FAIL;
    memcpy(script.ip4, "\xc0\x00\x02\x0f", 4);
    assert_network("", "");
}

static void test_ipv4(void **state)
{
    (void)state;
    script.has_network = true;
    memcpy(script.ip4, "\xc0\x00\x02\x0f", 4);
    assert_network("", "192.0.2.15");
    memset(script.ip4, 0xff, 4);
    assert_network("", "255.255.255.255");
}

static void test_ipv6(void **state)
{
    (void)state;
    script.has_network = true;
#ifdef CONFIG_LWIP_IPV6
    assert_network("", "2001:0db8:000a:0000:ffff:0000:1234:0001");
    script.ip_code = ESP_FAIL;
    assert_network("", "2001:0db8:000a:0000:ffff:0000:1234:0001");
#else
    assert_network("", "");
#endif
}

static void test_host_name(void **state)
{
    (void)state;
    char longest[LONGEST + 2];
    memset(longest, 'h', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    script.has_network = true;
    script.ip6_code = ESP_FAIL;
    script.host_name = "pump-17";
    assert_network("pump-17", "");
    script.host_name = longest;
    assert_network("", "");
    script.host_name = longest + 1;
    assert_network(longest + 1, "");
    script.host_name_code = ESP_ERR_INVALID_ARG;
    assert_network("", "");
}

#else

/* The simulator has neither a chip nor its own interface. */
static void test_no_chip(void **state)
{
    (void)state;
    read_identity();
    assert_null(identity.chip);
    assert_null(identity.chip_revision);
    assert_null(identity.flash_size);
    assert_null(identity.secure_boot);
    assert_null(identity.flash_encryption);
    assert_null(identity.host_name);
    assert_null(identity.ip_address);
}

#endif

#define TEST(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef WITHOUT_MAC
        TEST(test_mac_that_all_simulators_share),
#else
        TEST(test_mac),
        TEST(test_mac_of_eight_bytes),
        TEST(test_no_mac),
#endif
        TEST(test_sdk),
        TEST(test_sdk_with_a_long_version),
        TEST(test_other_fields),
#ifdef EXPECTED_APPLICATION
        TEST(test_application),
        TEST(test_application_with_long_names),
#else
        TEST(test_no_application),
#endif
#ifdef EXPECTED_CHIP
        TEST(test_chip),
        TEST(test_flash_size),
        TEST(test_protection),
        TEST(test_no_network),
        TEST(test_network_without_address),
        TEST(test_ipv4),
        TEST(test_ipv6),
        TEST(test_host_name),
#else
        TEST(test_no_chip),
#endif
    };
    return cmocka_run_group_tests_name("esp_idf_identity", tests, NULL, NULL);
}
