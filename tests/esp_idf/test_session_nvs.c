/* The TLS session on ESP-IDF in encrypted NVS: for this image only, beside the settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <esp_app_desc.h>

#include "ardoq/build_config.h"
#include "ardoq/port.h"
#include "fake_log.h"
#include "fake_nvs.h"

static unsigned char data[ARDOQ_SESSION_SIZE];
static size_t length;

static esp_app_desc_t application;

const esp_app_desc_t *esp_app_get_description(void)
{
    return &application;
}

static int set_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof application.app_elf_sha256; i++) {
        application.app_elf_sha256[i] = (uint8_t)(i * 17);
    }
    fake_nvs_reset();
    fake_log_reset();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(fake_nvs.open_handles, 0);
    return 0;
}

static void keep(const char *text)
{
    assert_int_equal(ardoq_port_session_write(text, strlen(text)), ARDOQ_OK);
}

static void assert_nothing_kept(void)
{
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_ERR_NOT_SET);
}

static void assert_kept(const char *text)
{
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(data, text, length);
}

static unsigned count_entries(const char *name_space)
{
    unsigned count = 0;
    for (size_t i = 0; i < FAKE_NVS_ENTRIES; i++) {
        const fake_nvs_entry_t *entry = &fake_nvs.entries[i];
        count += entry->key[0] != '\0' && strcmp(entry->name_space, name_space) == 0;
    }
    return count;
}

static void test_it_is_kept_replaced_and_erased(void **state)
{
    (void)state;
    assert_nothing_kept();
    keep("first");
    assert_kept("first");
    keep("next");
    assert_kept("next");
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_nothing_kept();
}

static void test_sizes(void **state)
{
    (void)state;
    memset(data, 'x', sizeof data);
    assert_int_equal(ardoq_port_session_write(data, sizeof data), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, sizeof data - 1, &length), ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_session_read(data, sizeof data, &length), ARDOQ_OK);
    assert_int_equal(length, sizeof data);
}

/* Each bit of what its key is made of tells images apart, as far as a key has room. */
static void test_another_image(void **state)
{
    (void)state;
    keep("session");
    for (unsigned byte = 0; byte < NVS_KEY_NAME_MAX_SIZE - 1; byte++) {
        for (unsigned bit = 0; bit < 6; bit++) {
            application.app_elf_sha256[byte] ^= (uint8_t)(1 << bit);
            assert_nothing_kept();
            application.app_elf_sha256[byte] ^= (uint8_t)(1 << bit);
        }
    }
    assert_kept("session");
}

static void test_what_earlier_images_have_left_goes(void **state)
{
    (void)state;
    keep("of the first image");
    application.app_elf_sha256[0] ^= 1;
    keep("of the second");
    assert_kept("of the second");
    assert_int_equal(count_entries("ardoq_session"), 1);
    application.app_elf_sha256[0] ^= 1;
    assert_nothing_kept();
}

static void test_settings_stay(void **state)
{
    (void)state;
    fake_nvs_store("ardoq", "host", "acme.ardoq.com");
    keep("session");
    assert_int_equal(count_entries("ardoq"), 1);
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_string_equal(fake_nvs_stored("ardoq", "host"), "acme.ardoq.com");
}

static void test_nothing_of_it_is_logged(void **state)
{
    (void)state;
    keep("secret");
    assert_kept("secret");
    assert_non_null(strstr(fake_logged(), "nvs_set_blob"));
    assert_null(strstr(fake_logged(), "secret"));
}

static void test_nothing_is_written_by_reading(void **state)
{
    (void)state;
    assert_nothing_kept();
    assert_int_equal(fake_nvs.mode, NVS_READONLY);
    keep("session");
    assert_kept("session");
    assert_int_equal(fake_nvs.mode, NVS_READONLY);
}

static void test_no_nvs(void **state)
{
    (void)state;
    fake_nvs.is_initialised = false;
    assert_nothing_kept();
    assert_int_equal(ardoq_port_session_write("session", 7), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_ERR_STORE_UNAVAILABLE);
}

static void test_failures_of_each_call(void **state)
{
    (void)state;
    static const fake_nvs_call_t calls[] = {FAKE_NVS_OPEN, FAKE_NVS_ERASE, FAKE_NVS_SET,
                                            FAKE_NVS_COMMIT};
    keep("session");
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        fake_nvs.failures[calls[i]] = ESP_FAIL;
        assert_int_equal(ardoq_port_session_write("other", 5), ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_int_equal(fake_nvs.open_handles, 0);
        assert_kept("session");
    }
    fake_nvs.failures[FAKE_NVS_OPEN] = ESP_FAIL;
    assert_nothing_kept();
    fake_nvs.failures[FAKE_NVS_GET] = ESP_FAIL;
    assert_nothing_kept();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_is_kept_replaced_and_erased),
        TEST(test_sizes),
        TEST(test_another_image),
        TEST(test_what_earlier_images_have_left_goes),
        TEST(test_settings_stay),
        TEST(test_nothing_of_it_is_logged),
        TEST(test_nothing_is_written_by_reading),
        TEST(test_no_nvs),
        TEST(test_failures_of_each_call),
    };
    return cmocka_run_group_tests_name("esp_idf_session_nvs", tests, NULL, NULL);
}
