/* The setting `fields`: which identity field is reported in which custom field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ardoq/settings.h"

/* What a list says, as one text. */
static const char *meaning_of(const char *fields)
{
    static char text[1024];
    size_t length = 0;
    ardoq_field_t field;
    memset(&field, '#', sizeof field);
    text[0] = '\0';
    while (ardoq_field_next(&fields, &field)) {
        static const char *const types[] = {"", ":number", ":boolean", ":time", ":list"};
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s>%s%s ",
                             ardoq_identity_name(field.source), field.target, types[field.type]);
    }
    snprintf(text + length, sizeof text - length, "|%s", fields);
    return text;
}

static ardoq_err_t check(const char *fields)
{
    return ardoq_setting_assign(ardoq_setting_find("fields"), NULL, fields);
}

static void assert_means(const char *fields, const char *expected)
{
    assert_string_equal(meaning_of(fields), expected);
    assert_int_equal(check(fields), ARDOQ_OK);
}

static void test_names_alone_and_names_with_a_target(void **state)
{
    (void)state;
    assert_means("serial", "serial>device_serial |");
    assert_means("serial=sn", "serial>sn |");
    assert_means("serial mac=MAC-1 last_seen",
                 "serial>device_serial mac>MAC-1 last_seen>device_last_seen |");
    assert_means("hardware_revision=device_rev", "hardware_revision>device_rev |");
    assert_means("serial=device_", "serial>device_ |");
    assert_means("serial=Device_serial mac=serial", "serial>Device_serial mac>serial |");
}

static void test_types(void **state)
{
    (void)state;
    assert_means("flash_size:number secure_boot:boolean",
                 "flash_size>device_flash_size:number secure_boot>device_secure_boot:boolean |");
    assert_means("serial=sn:text,last_seen=seen:time", "serial>sn last_seen>seen:time |");
    assert_means("chip:LIST model", "chip>device_chip:list model>device_model |");
    assert_int_equal(check("serial:number"), ARDOQ_ERR_FIELDS_INVALID);
    assert_int_equal(check("mac serial=sn:list"), ARDOQ_ERR_FIELDS_INVALID);
    assert_int_equal(check("mac=a:number chip=a"), ARDOQ_ERR_FIELDS_INVALID);
}

static void test_blanks_and_commas_separate(void **state)
{
    (void)state;
    assert_means("serial,mac", "serial>device_serial mac>device_mac |");
    assert_means("serial, mac=a", "serial>device_serial mac>a |");
    assert_means(" , serial=b,,mac ,", "serial>b mac>device_mac |");
    assert_means("", "|");
    assert_means(" ", "|");
}

/* Such are refused inside a list, but are around one that a file or a person gives. */
static void test_line_breaks_and_tabs_stand_only_around(void **state)
{
    (void)state;
    static const char *const inside[] = {"serial\tmac", "serial\nmac", "serial\r\nmac"};
    for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++) {
        assert_int_equal(check(inside[i]), ARDOQ_ERR_FIELDS_INVALID);
    }
    assert_int_equal(check("\n\tserial mac\t\r\n"), ARDOQ_OK);
    assert_int_equal(check("\xc2\xa0serial mac\xc2\xa0 "), ARDOQ_OK);
    assert_int_equal(check("serial\xc2\xa0mac"), ARDOQ_ERR_FIELDS_INVALID);
    assert_int_equal(check("serial mac serial\xc2\xa0"), ARDOQ_ERR_FIELDS_INVALID);
}

/* The whole list is refused; those that take it anyhow come as far as the wrong entry. */
static void test_entries_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        const char *meaning;
    } rows[] = {
        {"sn", "|sn"},
        {"serial seria", "serial>device_serial |seria"},
        {"serials", "|serials"},
        {"Serial", "|Serial"},
        {"device_serial", "|device_serial"},
        {"=a", "|=a"},
        {"serial=", "|serial="},
        {"serial= mac", "|serial= mac"},
        {"serial =sn", "serial>device_serial |=sn"},
        {"serial=a!b mac=c", "serial>a!b mac>c |"},
        {"mac:", "|mac:"},
        {"mac:txt", "|mac:txt"},
        {"mac:texts", "|mac:texts"},
        {"mac:text:text", "|mac:text:text"},
        {"mac:text=m", "|mac:text=m"},
        {"mac=:text", "|mac=:text"},
        {"mac= :text", "|mac= :text"},
        {":text", "|:text"},
        {"serial;mac", "|serial;mac"},
        {"chip=abcdefghijklmnopqrstuvwxyz012345", "|chip=abcdefghijklmnopqrstuvwxyz012345"},
        {"chip=device_hijklmnopqrstuvwxyz012345", "|chip=device_hijklmnopqrstuvwxyz012345"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(check(rows[i].fields), ARDOQ_ERR_FIELDS_INVALID);
        assert_string_equal(meaning_of(rows[i].fields), rows[i].meaning);
    }
}

static void test_longest_target(void **state)
{
    (void)state;
    assert_means("chip=abcdefghijklmnopqrstuvwxyz01234", "chip>abcdefghijklmnopqrstuvwxyz01234 |");
    assert_means("chip=device_hijklmnopqrstuvwxyz01234", "chip>device_hijklmnopqrstuvwxyz01234 |");
}

/* Every byte in a target, before and after one that it takes. */
static void test_targets_take_api_names(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const char inside[] = {'m', 'a', 'c', '=', 'a', (char)byte, 'b', '\0'};
        const char first[] = {'m', 'a', 'c', '=', (char)byte, 'b', '\0'};
        const bool is_taken =
            byte < 128 &&
            strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", byte);
        assert_int_equal(check(inside), is_taken ? ARDOQ_OK : ARDOQ_ERR_FIELDS_INVALID);
        assert_int_equal(check(first), is_taken ? ARDOQ_OK : ARDOQ_ERR_FIELDS_INVALID);
    }
}

static void test_no_name_and_no_target_comes_twice(void **state)
{
    (void)state;
    static const char *const lists[] = {
        "serial serial",
        "serial=a serial=b",
        "serial mac serial=sn",
        "serial=a mac=a",
        "serial=abcdefgh mac model=abcdefgh",
        "serial model=device_serial",
        "model=device_serial serial",
        "serial=device_a model=device_a",
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        assert_int_equal(check(lists[i]), ARDOQ_ERR_FIELDS_INVALID);
    }
    assert_int_equal(check("serial=a mac=b model=ab chip=A"), ARDOQ_OK);
    assert_int_equal(check("serial mac=serial model=device_ chip=device_m"), ARDOQ_OK);
    assert_int_equal(check("serial=device_mac mac=device_serial"), ARDOQ_OK);
}

/* The list that is as long as it can be without a name twice, and one more. */
static void test_every_field_may_be_listed(void **state)
{
    (void)state;
    char fields[512] = "";
    for (unsigned i = 0; i < ARDOQ_IDENTITY_COUNT; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "%s=%c ", ardoq_identity_name((ardoq_identity_field_t)i),
                 (char)('a' + i));
        strcat(fields, entry);
    }
    if (strlen(fields) >= ARDOQ_FIELDS_SIZE) {
        skip();
    }
    assert_int_equal(check(fields), ARDOQ_OK);
    strcat(fields, "mac=z");
    assert_int_equal(check(fields), ARDOQ_ERR_FIELDS_INVALID);
}

static void test_find(void **state)
{
    (void)state;
    static const char fields[] = "serial model=m last_seen";
    ardoq_field_t field;
    assert_true(ardoq_field_find(fields, ARDOQ_IDENTITY_serial, &field));
    assert_string_equal(field.target, "device_serial");
    assert_true(ardoq_field_find(fields, ARDOQ_IDENTITY_model, &field));
    assert_string_equal(field.target, "m");
    assert_int_equal(field.source, ARDOQ_IDENTITY_model);
    assert_true(ardoq_field_find(fields, ARDOQ_IDENTITY_last_seen, &field));
    assert_false(ardoq_field_find(fields, ARDOQ_IDENTITY_mac, &field));
    assert_false(ardoq_field_find("", ARDOQ_IDENTITY_serial, &field));
}

/* Those of a device that nobody configured, as an administrator makes them. */
static void test_default_list(void **state)
{
    (void)state;
    assert_means(ARDOQ_DEFAULT_FIELDS,
                 "serial>device_serial mac>device_mac model>device_model "
                 "hardware_revision>device_hardware_revision chip>device_chip "
                 "chip_revision>device_chip_revision firmware_name>device_firmware_name "
                 "firmware_version>device_firmware_version firmware_hash>device_firmware_hash "
                 "sdk_version>device_sdk_version flash_size>device_flash_size "
                 "host_name>device_host_name ip_address>device_ip_address |");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_alone_and_names_with_a_target),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_blanks_and_commas_separate),
        cmocka_unit_test(test_line_breaks_and_tabs_stand_only_around),
        cmocka_unit_test(test_entries_that_are_none),
        cmocka_unit_test(test_longest_target),
        cmocka_unit_test(test_targets_take_api_names),
        cmocka_unit_test(test_no_name_and_no_target_comes_twice),
        cmocka_unit_test(test_every_field_may_be_listed),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_default_list),
    };
    return cmocka_run_group_tests_name("settings_fields", tests, NULL, NULL);
}
