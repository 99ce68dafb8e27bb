/* The store of the lwIP port on simulated flash: values, what is written, and how much fits. */
#include <stdio.h>

#include "ardoq/text.h"
#include "lwip_store_fixture.h"
#include "own_stack.h"

enum { VALUE_MAX = 65536 };

static char big_value[VALUE_MAX + 1];

/* ---- Values ---------------------------------------------------------------------------------- */

static void test_values_come_back(void **state)
{
    (void)state;
    static const char *const values[] = {
        "",
        "1",
        "plain",
        "two\nlines\r\n",
        "Bj\xc3\xb8rnstjerne",
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        DIGITS50 "01234567",
        DIGITS50 "012345678", /* with its key it fills a chunk */
        DIGITS50 "0123456789",
        DIGITS100,
    };
    for (size_t shape = 0; shape < COUNT(shapes); shape++) {
        open_blank(shapes[shape].sector_size, shapes[shape].unit_size);
        for (size_t i = 0; i < 3 * COUNT(values); i++) {
            const char *value = values[i % COUNT(values)];
            assert_set("value", value);
            assert_value("value", value);
            assert_value("valu", NULL);
            assert_value("value2", NULL);
        }
    }
}

static void test_each_key_has_its_value(void **state)
{
    (void)state;
    assert_value("host", NULL);
    assert_set("token", "t");
    assert_set("host", "h");
    assert_set("a_key_of_15_cha", "15");
    assert_set("hos", "prefix");
    assert_set("0", "digit");
    assert_set("host", "h2");
    for (int i = 0; i < 40; i++) {
        assert_set("a", i % 2 ? "odd" : "even");
        assert_value("a", i % 2 ? "odd" : "even");
        assert_value("token", "t");
        assert_value("host", "h2");
        assert_value("a_key_of_15_cha", "15");
        assert_value("hos", "prefix");
        assert_value("0", "digit");
    }
    assert_erase("host");
    assert_value("host", NULL);
    assert_value("hos", "prefix");
    assert_value("token", "t");
    assert_set("host", "h3");
    assert_value("host", "h3");
}

static void test_value_must_fit(void **state)
{
    (void)state;
    assert_set("key", "abcd");
    char value[8] = "untouch";
    assert_int_equal(ardoq_port_store_get("key", value, 0), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_int_equal(ardoq_port_store_get("key", value, 4), ARDOQ_ERR_SETTING_TOO_LONG);
    assert_string_equal(value, "untouch");
    assert_int_equal(ardoq_port_store_get("key", value, 5), ARDOQ_OK);
    assert_string_equal(value, "abcd");
    assert_memory_equal(value + 5, "ch", 3);
}

static void test_key_must_be_one(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",     "a_key_of_16_char", "Host", "hosT", "a-b", "a.b", "a b", "a=b",
        "a\nb", "\xc3\xa6",         "`",    "{",    "/",   ":",
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char value[8];
        assert_int_equal(ardoq_port_store_get(wrong[i], value, sizeof value),
                         ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(ardoq_port_store_set(wrong[i], "x"), ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(ardoq_port_store_erase(wrong[i]), ARDOQ_ERR_INVALID_ARGUMENT);
    }
    assert_int_equal(flash.calls, 0);
    assert_set("az09_", "x");
    assert_value("az09_", "x");
}

/* ---- All values ------------------------------------------------------------------------------ */

/* "key=value;" of each; a value that does not fit is "?". */
static ardoq_err_t note_value(void *context, const char *key, const char *value)
{
    char *noted = context;
    strcat(strcat(strcat(noted, key), "="), value ? value : "?");
    strcat(noted, ";");
    return strcmp(key, "last") == 0 ? ARDOQ_ERR_SETTING_INVALID : ARDOQ_OK;
}

static void assert_each(ardoq_err_t expected, const char *values)
{
    char buffer[8] = "";
    char noted[256] = "";
    assert_int_equal(ardoq_port_store_each(buffer, sizeof buffer, note_value, noted), expected);
    assert_string_equal(noted, values);
}

static void test_each(void **state)
{
    (void)state;
    assert_each(ARDOQ_OK, "");
    assert_set("host", "old");
    assert_set("ca0", "12345678");
    assert_set("host", "1234567");
    assert_set("empty", "");
    assert_each(ARDOQ_OK, "ca0=?;host=1234567;empty=;");
    assert_set("last", "l");
    assert_set("pin0", "p");
    assert_each(ARDOQ_ERR_SETTING_INVALID, "ca0=?;host=1234567;empty=;last=l;");
}

/* ---- What is written ------------------------------------------------------------------------- */

/* A store as each build writes it, whatever the machine, so that any other reads it. The checksums
 * are those of zlib. */
static const uint8_t first_sector[] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 'a',  'r',  'd',  'q',  0x02, 0x00, 0x08,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x1d, 0x00, 0x00, 0x00, 0x93, 0xb8, 0x30, 0x22, 0xdd, 0xb6,
    0xfa, 0x0c, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x04, 0x0e, 0x00, 'h',  'o',
    's',  't',  'a',  'c',  'm',  'e',  '.',  'a',  'r',  'd',  'o',  'q',  '.',  'c',  'o',
    'm',  0x05, 0x00, 0x00, 't',  'o',  'k',  'e',  'n',  0xff, 0xff, 0xff,
};
static const uint8_t second_sector[8] = {0};

static void test_bytes_of_the_flash(void **state)
{
    (void)state;
    open_blank(512, 8);
    assert_set("host", "acme.ardoq.com");
    assert_set("token", "");
    assert_memory_equal(memory, first_sector, sizeof first_sector);
    assert_memory_equal(memory + 512, second_sector, sizeof second_sector);
    for (size_t i = sizeof first_sector; i < memory_size(); i++) {
        assert_true(memory[i] == 0xff || (i >= 512 && i < 512 + sizeof second_sector));
    }
}

static void test_flash_of_another_machine(void **state)
{
    (void)state;
    memset(memory, 0xff, sizeof memory);
    memcpy(memory, first_sector, sizeof first_sector);
    memcpy(memory + 512, second_sector, sizeof second_sector);
    open_flash(512, 8);
    assert_value("host", "acme.ardoq.com");
    assert_value("token", "");
    assert_set("token", "new");
    assert_value("host", "acme.ardoq.com");
    assert_value("token", "new");
}

static void test_reading_writes_nothing(void **state)
{
    (void)state;
    assert_value("host", NULL);
    assert_erase("host");
    assert_int_equal(flash.programmed + erasures(), 0);

    static snapshot_t before;
    assert_set("host", "h");
    assert_set("token", "t");
    save(&before);
    assert_value("host", "h");
    assert_value("pin0", NULL);
    assert_set("host", "h");
    assert_set("token", "t");
    assert_erase("pin0");
    assert_true(is_unchanged(&before));

    assert_set("pin0", DIGITS100 "a" DIGITS100);
    save(&before);
    assert_set("pin0", DIGITS100 "a" DIGITS100);
    assert_true(is_unchanged(&before));
    assert_set("pin0", DIGITS100 "b" DIGITS100);
    assert_value("pin0", DIGITS100 "b" DIGITS100);
    assert_set("token", "");
    assert_false(is_unchanged(&before));
    assert_value("token", "");
    assert_set("token", "t");
    assert_set("token", "u");
    assert_value("token", "u");
}

static unsigned calls_to_read(const char *key)
{
    nor_flash_power_on(&flash);
    has_value(key, NULL);
    return flash.calls;
}

/* What is free after the values is not looked at. */
static void test_reading_does_not_depend_on_the_size_of_sectors(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {512, 4096, SECTOR_MAX};
    unsigned calls[COUNT(sizes)][3];
    for (size_t i = 0; i < COUNT(sizes); i++) {
        open_blank(sizes[i], 32);
        calls[i][0] = calls_to_read("host");
        assert_set("token", DIGITS100);
        assert_set("host", DIGITS50);
        calls[i][1] = calls_to_read("host");
        calls[i][2] = calls_to_read("pin0");
        assert_memory_equal(calls[i], calls[0], sizeof calls[0]);
    }
    assert_in_range(calls[0][1], 5, 20);
}

/* One erasure each, in turns. */
static void test_wear(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_int_equal(erasures(), 2);
    for (unsigned i = 1; i < 100; i++) {
        ardoq_decimal_t room;
        assert_set("token", ardoq_decimal(i, &room));
        assert_int_equal(erasures(), 2 + i);
    }
    assert_in_range(flash.erasures[1], 50, 51);
}

static void test_nothing_of_an_old_value_is_left(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_set("token", SECRET " old");
    assert_set("token", SECRET " new");
    assert_false(flash_holds(SECRET " old"));
    assert_true(flash_holds(SECRET " new"));
    assert_erase("token");
    assert_false(flash_holds(SECRET));
    assert_value("token", NULL);
    assert_value("host", "h");
    assert_erase("host");
    assert_value("host", NULL);
    assert_set("host", "again");
    assert_value("host", "again");
}

/* ---- No room --------------------------------------------------------------------------------- */

enum { HEAD_OF_VALUE = 3 };

/* A value of the key "big" that fills what 512 bytes have after the head and `used` bytes. */
static const char *value_that_fills(size_t used)
{
    static char value[512];
    const size_t size = 512 - VALUES - used - HEAD_OF_VALUE - strlen("big");
    memset(value, 'b', size);
    value[size] = '\0';
    return value;
}

static void test_full(void **state)
{
    (void)state;
    static snapshot_t before;
    static char value[512];
    const size_t host = HEAD_OF_VALUE + 6;
    assert_int_equal(ardoq_port_store_set("bigg", value_that_fills(0)), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(flash.programmed + erasures(), 0);

    assert_set("host", "h");
    assert_set("host", "h2");
    save(&before);
    assert_int_equal(ardoq_port_store_set("bigg", value_that_fills(host)), ARDOQ_ERR_STORE_FULL);
    assert_true(is_unchanged(&before));
    assert_set("big", value_that_fills(host));
    assert_int_equal(memory[511] == 'b', memory[1023] != 'b');
    assert_value("host", "h2");

    save(&before);
    assert_int_equal(ardoq_port_store_set("host", "h23"), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(ardoq_port_store_set("a", ""), ARDOQ_ERR_STORE_FULL);
    assert_true(is_unchanged(&before));
    assert_set("host", "h3");
    assert_value("host", "h3");
    assert_int_equal(ardoq_port_store_get("big", value, sizeof value), ARDOQ_OK);
    assert_string_equal(value, value_that_fills(host));
    assert_erase("big");
    assert_set("a", "");
    assert_value("a", "");
    assert_value("host", "h3");
}

static void test_largest_value(void **state)
{
    (void)state;
    static char value[VALUE_MAX];
    open_blank(SECTOR_MAX, 32);
    memset(big_value, 'v', VALUE_MAX);
    big_value[VALUE_MAX] = '\0';
    assert_int_equal(ardoq_port_store_set("ca0", big_value), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(flash.calls, 0);
    big_value[VALUE_MAX - 1] = '\0';
    assert_set("ca0", big_value);
    assert_set("host", "h");
    for (int i = 0; i < 2; i++) {
        big_value[0] = (char)('0' + i);
        assert_set("ca0", big_value);
        assert_int_equal(ardoq_port_store_get("ca0", value, sizeof value), ARDOQ_OK);
        assert_string_equal(value, big_value);
    }
    assert_int_equal(ardoq_port_store_get("ca0", value, sizeof value - 1),
                     ARDOQ_ERR_SETTING_TOO_LONG);
    assert_value("host", "h");
}

static void test_flash_of_the_wrong_shape(void **state)
{
    (void)state;
    static const struct {
        uint32_t sector_size;
        uint32_t unit_size;
    } wrong[] = {
        {0, 0},    {512, 0},   {0, 4},   {512, 3},  {512, 24},
        {512, 64}, {514, 4},   {255, 1}, {128, 32}, {UINT32_C(1) << 31, 4},
        {512, 33}, {512, 256}, {8, 8},   {252, 4},  {520, 16},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char value[8];
        memset(memory, 0xff, sizeof memory);
        flash.shape = (ardoq_board_flash_t){wrong[i].sector_size, wrong[i].unit_size};
        assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                         ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_ERR_STORE_UNAVAILABLE);
        assert_int_equal(flash.calls, 0);
    }
}

static void test_shapes_at_the_limits(void **state)
{
    (void)state;
    static const ardoq_board_flash_t right[] = {{256, 1}, {256, 32}, {UINT32_C(1) << 30, 4}};
    for (size_t i = 0; i < COUNT(right); i++) {
        char value[8];
        nor_flash_power_on(&flash);
        flash.shape = right[i];
        flash.fail = (nor_flash_fault_t){1, NOR_FLASH_NOTHING};
        flash.fail_err = ARDOQ_ERR_NOT_SUPPORTED;
        assert_int_equal(ardoq_port_store_get("host", value, sizeof value),
                         ARDOQ_ERR_NOT_SUPPORTED);
    }
}

/* ---- Secrets --------------------------------------------------------------------------------- */

static char secret[sizeof MARKED];
static ardoq_err_t last_err;

static void set_secret(void)
{
    last_err = ardoq_port_store_set("token", MARKED);
}

static void get_secret(void)
{
    last_err = ardoq_port_store_get("token", secret, sizeof secret);
}

static void copy_secret(void)
{
    last_err = ardoq_port_store_erase("host");
}

static void test_secrets_are_wiped(void **state)
{
    (void)state;
    static void (*const functions[])(void) = {set_secret, set_secret, get_secret, copy_secret};
    assert_set("host", "h");
    for (size_t i = 0; i < COUNT(functions); i++) {
        last_err = ARDOQ_PENDING;
        own_stack_run(functions[i]);
        assert_int_equal(last_err, ARDOQ_OK);
        assert_false(own_stack_holds(MARK));
    }
    assert_string_equal(secret, MARKED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values_come_back),
        TEST(test_each_key_has_its_value),
        TEST(test_value_must_fit),
        TEST(test_key_must_be_one),
        TEST(test_each),
        TEST(test_bytes_of_the_flash),
        TEST(test_flash_of_another_machine),
        TEST(test_reading_writes_nothing),
        TEST(test_reading_does_not_depend_on_the_size_of_sectors),
        TEST(test_wear),
        TEST(test_nothing_of_an_old_value_is_left),
        TEST(test_full),
        TEST(test_largest_value),
        TEST(test_flash_of_the_wrong_shape),
        TEST(test_shapes_at_the_limits),
        TEST(test_secrets_are_wiped),
    };
    return cmocka_run_group_tests_name("lwip_store", tests, NULL, NULL);
}
