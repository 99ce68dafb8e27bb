/* The TLS session on ESP-IDF: in RTC memory, for this image only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#ifndef CONFIG_IDF_TARGET_LINUX
#include <esp_app_desc.h>
#endif

#include "ardoq/build_config.h"
#include "ardoq/port.h"

static unsigned char data[ARDOQ_SESSION_SIZE + 1];
static size_t length;

#ifndef CONFIG_IDF_TARGET_LINUX
static esp_app_desc_t application = {.app_elf_sha256 = {1, 2, 3}};

const esp_app_desc_t *esp_app_get_description(void)
{
    return &application;
}

/* Where the linker puts it. */
extern unsigned char rtc_begin[] __asm__("__start_rtc_noinit");
extern unsigned char rtc_end[] __asm__("__stop_rtc_noinit");
#endif

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

static void test_a_session_is_kept_replaced_and_erased(void **state)
{
    (void)state;
    assert_nothing_kept();
    assert_int_equal(ardoq_port_session_write("first", 5), ARDOQ_OK);
    assert_kept("first");
    assert_int_equal(ardoq_port_session_write("next", 4), ARDOQ_OK);
    assert_kept("next");
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_nothing_kept();
}

static void test_sizes(void **state)
{
    (void)state;
    memset(data, 'x', sizeof data);
    assert_int_equal(ardoq_port_session_write(data, ARDOQ_SESSION_SIZE), ARDOQ_OK);
    assert_int_equal(ardoq_port_session_read(data, ARDOQ_SESSION_SIZE - 1, &length),
                     ARDOQ_ERR_NOT_SET);
    assert_int_equal(ardoq_port_session_read(data, ARDOQ_SESSION_SIZE, &length), ARDOQ_OK);
    assert_int_equal(length, ARDOQ_SESSION_SIZE);
    assert_int_equal(ardoq_port_session_write(data, sizeof data), ARDOQ_ERR_STORE_FULL);
    assert_nothing_kept();
}

#ifndef CONFIG_IDF_TARGET_LINUX
static void test_another_image(void **state)
{
    (void)state;
    assert_int_equal(ardoq_port_session_write("session", 7), ARDOQ_OK);
    application.app_elf_sha256[31] ^= 1;
    assert_nothing_kept();
    application.app_elf_sha256[31] ^= 1;
    assert_kept("session");
}

static void test_what_a_cold_start_leaves(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte <= UINT8_MAX; byte++) {
        memset(rtc_begin, (int)byte, (size_t)(rtc_end - rtc_begin));
        assert_nothing_kept();
    }
    /* The hash may match by any chance that there is: the size still bounds what is read. */
    memset(application.app_elf_sha256, 0x5a, sizeof application.app_elf_sha256);
    memset(rtc_begin, 0x5a, (size_t)(rtc_end - rtc_begin));
    assert_nothing_kept();
}

static void test_it_is_all_there_and_wiped(void **state)
{
    (void)state;
    assert_in_range(rtc_end - rtc_begin, ARDOQ_SESSION_SIZE, ARDOQ_SESSION_SIZE + 64);
    assert_int_equal(ardoq_port_session_write("secret", 6), ARDOQ_OK);
    assert_non_null(memmem(rtc_begin, (size_t)(rtc_end - rtc_begin), "secret", 6));
    assert_int_equal(ardoq_port_session_write(NULL, 0), ARDOQ_OK);
    assert_null(memmem(rtc_begin, (size_t)(rtc_end - rtc_begin), "secret", 6));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session_is_kept_replaced_and_erased),
        cmocka_unit_test(test_sizes),
#ifndef CONFIG_IDF_TARGET_LINUX
        cmocka_unit_test(test_another_image),
        cmocka_unit_test(test_what_a_cold_start_leaves),
        cmocka_unit_test(test_it_is_all_there_and_wiped),
#endif
    };
    return cmocka_run_group_tests_name("esp_idf_session", tests, NULL, NULL);
}
