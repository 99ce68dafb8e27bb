/*
 * The store of the lwIP port, on simulated NOR flash that loses power at every step, fails at every
 * call, wears out and rots.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port.h"
#include "nor_flash.h"
#include "own_stack.h"

#define SECRET     "the-secret-token-of-the-device"
#define DIGITS50   "01234567890123456789012345678901234567890123456789"
#define DIGITS100  DIGITS50 DIGITS50
#define COUNT(all) (sizeof(all) / sizeof(all)[0])

enum { SECTOR_MAX = 128 * 1024, VALUE_MAX = 65536 };

static nor_flash_t flash;
static _Alignas(8) uint8_t memory[2 * SECTOR_MAX];
static char big_value[VALUE_MAX + 1];

/* ---- Set-up ---------------------------------------------------------------------------------- */

static size_t memory_size(void)
{
    return 2 * flash.shape.sector_size;
}

/* What stands in memory is the flash. */
static void open_flash(uint32_t sector_size, uint32_t unit_size)
{
    assert_null(flash.misuse);
    nor_flash_open(&flash, memory, sector_size, unit_size);
}

static void open_blank(uint32_t sector_size, uint32_t unit_size)
{
    memset(memory, 0xff, sizeof memory);
    open_flash(sector_size, unit_size);
}

static int set_up(void **state)
{
    (void)state;
    open_blank(512, 4);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_null(flash.misuse);
    assert_false(flash.is_locked);
    return 0;
}

/* Memory and what the flash knows of it. */
typedef struct {
    nor_flash_t flash;
    uint8_t memory[2 * 1024];
} snapshot_t;

static void save(snapshot_t *snapshot)
{
    assert_true(memory_size() <= sizeof snapshot->memory);
    snapshot->flash = flash;
    memcpy(snapshot->memory, memory, memory_size());
}

static void restore(const snapshot_t *snapshot)
{
    assert_null(flash.misuse);
    assert_false(flash.is_locked);
    flash = snapshot->flash;
    memcpy(memory, snapshot->memory, memory_size());
    nor_flash_power_on(&flash);
}

static bool is_unchanged(const snapshot_t *snapshot)
{
    return flash.programmed == snapshot->flash.programmed &&
           memcmp(flash.erasures, snapshot->flash.erasures, sizeof flash.erasures) == 0 &&
           memcmp(memory, snapshot->memory, memory_size()) == 0;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void assert_set(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

static void assert_erase(const char *key)
{
    assert_int_equal(ardoq_port_store_erase(key), ARDOQ_OK);
}

/* Null is a key that is not set. */
static bool has_value(const char *key, const char *expected)
{
    char value[512] = "untouched";
    const ardoq_err_t err = ardoq_port_store_get(key, value, sizeof value);
    if (err == ARDOQ_ERR_NOT_SET) {
        assert_string_equal(value, "untouched");
        return !expected;
    }
    assert_int_equal(err, ARDOQ_OK);
    return expected && strcmp(value, expected) == 0;
}

static void assert_value(const char *key, const char *expected)
{
    assert_true(has_value(key, expected));
}

/* All three functions give this error and change nothing. */
static void assert_refused(ardoq_err_t expected)
{
    static snapshot_t before;
    char value[64] = "untouched";
    save(&before);
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value), expected);
    assert_string_equal(value, "untouched");
    assert_int_equal(ardoq_port_store_set("host", "new"), expected);
    assert_int_equal(ardoq_port_store_erase("host"), expected);
    assert_true(is_unchanged(&before));
}

static bool flash_holds(const char *text)
{
    return memmem(memory, memory_size(), text, strlen(text)) != NULL;
}

static unsigned erasures(void)
{
    return flash.erasures[0] + flash.erasures[1];
}

static const struct {
    uint32_t sector_size;
    uint32_t unit_size;
} shapes[] = {{512, 1}, {512, 2}, {512, 4}, {512, 8}, {512, 16}, {1024, 32}, {256, 1}, {256, 32}};

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
    static const char *const keys[] = {
        "",     "a_key_of_16_char", "Host", "hosT", "a-b", "a.b", "a b", "a=b",
        "a\nb", "\xc3\xa6",         "`",    "{",    "/",   ":",
    };
    for (size_t i = 0; i < COUNT(keys); i++) {
        char value[8];
        assert_int_equal(ardoq_port_store_get(keys[i], value, sizeof value),
                         ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(ardoq_port_store_set(keys[i], "x"), ARDOQ_ERR_INVALID_ARGUMENT);
        assert_int_equal(ardoq_port_store_erase(keys[i]), ARDOQ_ERR_INVALID_ARGUMENT);
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

static void test_environment_is_empty(void **state)
{
    (void)state;
    assert_null(ardoq_port_environment("PATH"));
}

/* ---- What is written ------------------------------------------------------------------------- */

static void test_bytes_of_the_flash(void **state)
{
    (void)state;
    /* The checksums are those of zlib. */
    static const uint8_t expected[] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a',  'r',  'd',  'q',  0x01, 0x00,
        0x08, 0x00, 0x01, 0x00, 0x00, 0x00, 0x30, 0x9b, 0xfd, 0xc9, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0x0e, 0x00, 0x04, 0x00, 0x2b, 0x11, 0xf7, 0x00, 0x4f, 0x19,
        0x13, 0xda, 0xff, 0xff, 0xff, 0xff, 'h',  'o',  's',  't',  'a',  'c',  'm',  'e',
        '.',  'a',  'r',  'd',  'o',  'q',  '.',  'c',  'o',  'm',  0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0x00, 0x00, 0x05, 0x00, 0x3b, 0xa1, 0x37, 0x5f, 0x7c, 0xea, 0xac, 0xa1,
        0xff, 0xff, 0xff, 0xff, 't',  'o',  'k',  'e',  'n',  0xff, 0xff, 0xff,
    };
    static const uint8_t marked[8] = {0};
    open_blank(512, 8);
    assert_set("host", "acme.ardoq.com");
    assert_set("token", "");
    assert_memory_equal(memory, expected, sizeof expected);
    assert_memory_equal(memory + 512, marked, sizeof marked);
    for (size_t i = sizeof expected; i < memory_size(); i++) {
        assert_true(memory[i] == 0xff || (i >= 512 && i < 512 + sizeof marked));
    }
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

/* The formula of store.c. */
static void test_wear(void **state)
{
    (void)state;
    enum { SECTOR = 8192, SETS = 1000 };
    open_blank(SECTOR, 4);
    memset(big_value, 'v', 1000);
    big_value[1000] = '\0';
    assert_set("ca0", big_value);
    assert_int_equal(erasures(), 1);
    for (int i = 0; i < SETS; i++) {
        char token[80];
        snprintf(token, sizeof token, "%064d", i);
        assert_set("token", token);
    }
    const unsigned record = 12 + 72;
    const unsigned free_behind = SECTOR - 24 - (12 + 1004) - record;
    const unsigned sets_per_erasure = free_behind / record + 1;
    assert_int_equal(sets_per_erasure, 85);
    assert_int_equal(erasures() - 1, SETS / sets_per_erasure);
    assert_in_range(flash.erasures[1] - flash.erasures[0], 0, 1);
}

static void test_nothing_of_an_erased_value_is_left(void **state)
{
    (void)state;
    assert_set("host", "h");
    assert_set("token", SECRET " old");
    assert_set("token", SECRET);
    assert_true(flash_holds(SECRET " old"));
    const unsigned before = erasures();
    assert_erase("token");
    assert_int_equal(erasures(), before + 1);
    assert_false(flash_holds(SECRET));
    assert_value("token", NULL);
    assert_value("host", "h");
    assert_erase("host");
    assert_value("host", NULL);
    assert_set("host", "again");
    assert_value("host", "again");
}

/* ---- No room --------------------------------------------------------------------------------- */

/* Of a value that fills what 512 bytes with units of 4 have behind the head and `used` bytes. */
static const char *value_that_fills(size_t used)
{
    static char value[512];
    const size_t size = 512 - 24 - used - 12 - strlen("big");
    memset(value, 'b', size);
    value[size] = '\0';
    return value;
}

static void test_full(void **state)
{
    (void)state;
    static snapshot_t before;
    static char value[512];
    const size_t host = 12 + 8;
    assert_int_equal(ardoq_port_store_set("bigg", value_that_fills(0)), ARDOQ_ERR_STORE_FULL);
    assert_int_equal(flash.programmed + erasures(), 0);

    assert_set("host", "h2");
    save(&before);
    assert_set("big", value_that_fills(host));
    assert_int_equal(erasures(), 1);
    assert_int_equal(memory[511], 'b');

    restore(&before);
    assert_set("host", "h");
    assert_set("host", "h2");
    save(&before);
    assert_int_equal(ardoq_port_store_set("bigg", value_that_fills(host)), ARDOQ_ERR_STORE_FULL);
    assert_true(is_unchanged(&before));

    assert_set("big", value_that_fills(host));
    assert_value("host", "h2");
    save(&before);
    assert_int_equal(ardoq_port_store_set("host", "h23456789"), ARDOQ_ERR_STORE_FULL);
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

/* ---- A script of changes --------------------------------------------------------------------- */

static const char *const keys[] = {"host", "token", "a_key_of_15_cha", "0", "pin0"};

enum { KEYS = COUNT(keys), OTHER = KEYS - 1 };

typedef struct {
    size_t key;
    const char *value; /* null to erase */
} change_t;

/* The last key is left to those who look what can be done afterwards. */
static const change_t script[] = {
    {0, "https://acme.ardoq.com"},
    {1, SECRET},
    {2, ""},
    {0, "h"},
    {3, DIGITS50},
    {1, SECRET SECRET},
    {2, "\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
    {0, NULL},
    {1, SECRET},
    {3, DIGITS50 "0"},
    {0, DIGITS100},
    {1, "t"},
    {3, "0"},
    {1, "u"},
    {0, DIGITS50},
    {1, SECRET},
    {2, NULL},
    {3, NULL},
    {1, NULL},
    {0, NULL},
    {0, DIGITS50},
    {0, DIGITS100},
    {1, DIGITS100},
    {0, DIGITS50 "1"},
};

static ardoq_err_t make_change(change_t change)
{
    return change.value ? ardoq_port_store_set(keys[change.key], change.value)
                        : ardoq_port_store_erase(keys[change.key]);
}

/* What the store must hold; null is unset. */
typedef struct {
    const char *values[KEYS];
} model_t;

static void assert_model(const model_t *model)
{
    for (size_t i = 0; i < KEYS; i++) {
        assert_value(keys[i], model->values[i]);
    }
}

/* The changed key has its old value or the new one, and every other key its own. */
static void assert_old_or_new(model_t *model, change_t change)
{
    if (has_value(keys[change.key], change.value)) {
        model->values[change.key] = change.value;
    }
    assert_model(model);
}

static void assert_goes_on(model_t *model)
{
    const change_t next = {OTHER, model->values[OTHER] ? NULL : "next"};
    assert_int_equal(make_change(next), ARDOQ_OK);
    model->values[OTHER] = next.value;
    assert_model(model);
}

/* Calls `body` before each change of the script, with what the store holds then. */
static void for_each_change(void (*body)(const model_t *model, change_t change))
{
    model_t model = {{NULL}};
    for (size_t i = 0; i < COUNT(script); i++) {
        static snapshot_t before;
        save(&before);
        body(&model, script[i]);
        restore(&before);
        assert_int_equal(make_change(script[i]), ARDOQ_OK);
        model.values[script[i].key] = script[i].value;
        assert_model(&model);
    }
}

static unsigned steps_of(change_t change)
{
    static snapshot_t before;
    save(&before);
    nor_flash_power_on(&flash);
    assert_int_equal(make_change(change), ARDOQ_OK);
    const unsigned steps = flash.steps;
    restore(&before);
    return steps;
}

static unsigned calls_of(change_t change)
{
    static snapshot_t before;
    save(&before);
    nor_flash_power_on(&flash);
    assert_int_equal(make_change(change), ARDOQ_OK);
    const unsigned calls = flash.calls;
    restore(&before);
    return calls;
}

/* ---- Power cuts ------------------------------------------------------------------------------ */

static const nor_flash_tear_t tears[] = {NOR_FLASH_NOTHING, NOR_FLASH_RANDOM, NOR_FLASH_FRONT,
                                         NOR_FLASH_BACK, NOR_FLASH_ZEROS};

/* Of programming a tear of zeros is a random one; a single byte has no halves. */
static bool makes_a_difference(nor_flash_tear_t tear)
{
    return flash.last_was_erasure || tear == NOR_FLASH_NOTHING || tear == NOR_FLASH_RANDOM ||
           (tear != NOR_FLASH_ZEROS && flash.shape.unit_size > 1);
}

static void cut(change_t change, unsigned step, nor_flash_tear_t tear)
{
    nor_flash_power_on(&flash);
    flash.random = step * 7919 + (unsigned)tear;
    flash.cut = (nor_flash_fault_t){step, tear};
    assert_int_equal(make_change(change), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_true(flash.is_off);
    nor_flash_power_on(&flash);
}

/* Each change is cut at each step in each way. `after` looks at what is left. */
static void cut_everywhere(const model_t *model, change_t change,
                           void (*after)(model_t model, change_t change))
{
    static snapshot_t before;
    save(&before);
    const unsigned steps = steps_of(change);
    for (unsigned step = 1; step <= steps; step++) {
        for (size_t i = 0; i < COUNT(tears); i++) {
            cut(change, step, tears[i]);
            if (i > 0 && !makes_a_difference(tears[i])) {
                restore(&before);
                continue;
            }
            after(*model, change);
            restore(&before);
        }
    }
}

static void go_on(model_t model, change_t change)
{
    assert_old_or_new(&model, change);
    assert_goes_on(&model);
}

static void cut_once(const model_t *model, change_t change)
{
    cut_everywhere(model, change, go_on);
}

static void test_power_cut_at_every_step(void **state)
{
    (void)state;
    for (size_t shape = 0; shape < 6; shape++) {
        open_blank(shapes[shape].sector_size, shapes[shape].unit_size);
        for_each_change(cut_once);
        assert_true(erasures() >= 7);
    }
}

/* The change after the cut is cut as well. */
static void cut_again(model_t model, change_t change)
{
    static snapshot_t before;
    const change_t next = {OTHER, "next"};
    assert_old_or_new(&model, change);
    save(&before);
    const unsigned steps = steps_of(next);
    for (unsigned step = 1; step <= steps; step++) {
        model_t after = model;
        cut(next, step, NOR_FLASH_RANDOM);
        assert_old_or_new(&after, next);
        assert_goes_on(&after);
        restore(&before);
    }
}

static void cut_twice(const model_t *model, change_t change)
{
    cut_everywhere(model, change, cut_again);
}

static void test_power_cut_in_the_recovery(void **state)
{
    (void)state;
    open_blank(1024, 32);
    for_each_change(cut_twice);
    open_blank(512, 16);
    for_each_change(cut_twice);
}

static unsigned dice(unsigned sides)
{
    static uint32_t random = 1;
    random = random * 1664525 + 1013904223;
    return (random >> 16) % sides;
}

/* Power fails again and again; nothing ever comes to its end, but by luck. */
static void test_power_cuts_without_end(void **state)
{
    (void)state;
    unsigned cuts = 0;
    for (int round = 0; round < 200; round++) {
        model_t model = {{NULL}};
        const size_t shape = dice(6);
        open_blank(shapes[shape].sector_size, shapes[shape].unit_size);
        for (int i = 0; i < 20; i++) {
            const change_t change = script[dice(COUNT(script))];
            flash.cut = (nor_flash_fault_t){1 + dice(dice(2) ? 8 : 80), tears[dice(COUNT(tears))]};
            const ardoq_err_t err = make_change(change);
            assert_int_equal(err, flash.is_off ? ARDOQ_ERR_STORE_UNAVAILABLE : ARDOQ_OK);
            cuts += flash.is_off ? 1 : 0;
            nor_flash_power_on(&flash);
            assert_old_or_new(&model, change);
        }
        assert_goes_on(&model);
    }
    assert_true(cuts > 1000);
}

/* On blank flash each header is torn, until one is not. */
static void test_power_cuts_in_the_first_headers(void **state)
{
    (void)state;
    for (size_t shape = 0; shape < 6; shape++) {
        for (size_t tear = 0; tear < COUNT(tears); tear++) {
            model_t model = {{NULL}};
            open_blank(shapes[shape].sector_size, shapes[shape].unit_size);
            for (unsigned i = 0; i < 12; i++) {
                cut(script[0], 1 + i % 3, i % 4 == 0 ? NOR_FLASH_RANDOM : tears[tear]);
                assert_model(&model);
            }
            assert_goes_on(&model);
            assert_old_or_new(&model, script[0]);
        }
    }
}

/* ---- Half an erasure ------------------------------------------------------------------------- */

enum { SMALL = 256, UNIT = 4, RETIRED = 24 - UNIT };

/* Fills sector 0 and goes on in sector 1; its erasure has not begun. */
static void fill_both_sectors(void)
{
    open_blank(SMALL, UNIT);
    assert_set("token", SECRET);
    assert_set("host", DIGITS50);
    assert_set("host", DIGITS50 "1");
    flash.cut = (nor_flash_fault_t){steps_of((change_t){0, DIGITS50 "2"}) - 1, NOR_FLASH_NOTHING};
    assert_int_equal(ardoq_port_store_set("host", DIGITS50 "2"), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_true(flash.last_was_erasure);
    open_flash(SMALL, UNIT);
}

static void assert_second_sector_holds(void)
{
    static snapshot_t before;
    save(&before);
    assert_value("host", DIGITS50 "2");
    assert_value("token", SECRET);
    assert_true(is_unchanged(&before));
    assert_set("pin0", "p");
    assert_value("pin0", "p");
    assert_value("host", DIGITS50 "2");
    assert_value("token", SECRET);
    assert_int_equal(flash.erasures[0], before.flash.erasures[0] + 1);
}

/* Whatever range of the old sector is erased, its header among what is left or not. */
static void test_half_erased_sector_is_not_believed(void **state)
{
    (void)state;
    for (uint32_t start = 0; start < SMALL; start += UNIT) {
        for (uint32_t end = start; end <= SMALL; end += UNIT) {
            fill_both_sectors();
            memset(memory + start, 0xff, end - start);
            open_flash(SMALL, UNIT);
            assert_second_sector_holds();
        }
    }
}

/* It is erased again, though it seems to be erased. */
static void test_sector_without_mark_is_erased(void **state)
{
    (void)state;
    fill_both_sectors();
    memset(memory, 0xff, SMALL);
    open_flash(SMALL, UNIT);
    assert_second_sector_holds();
    memory[0] = 0x10;
    open_flash(SMALL, UNIT);
    assert_set("pin0", "q");
    assert_int_equal(flash.erasures[0], 1);
    memory[SMALL - 1] = 0x7f;
    open_flash(SMALL, UNIT);
    assert_set("pin0", "r");
    assert_int_equal(flash.erasures[0], 1);
    assert_value("pin0", "r");
}

/* The old values do not come back when the later header rots. */
static void test_retired_sector_is_not_believed(void **state)
{
    (void)state;
    fill_both_sectors();
    static const uint8_t mark[UNIT] = {0};
    assert_memory_equal(memory + RETIRED, mark, sizeof mark);
    memory[SMALL + 8] ^= 1;
    open_flash(SMALL, UNIT);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
}

/* ---- Sequence numbers ------------------------------------------------------------------------ */

static uint32_t crc32(const uint8_t *data, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < 8 * size; i++) {
        crc ^= i % 8 == 0 ? data[i / 8] : 0;
        crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320U : 0);
    }
    return ~crc;
}

static void put_number(uint8_t *at, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

/* Numbers and their checksum, as both kinds of headers have it. */
static void put_header(uint8_t *at, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_number(at + 4 * i, numbers[i]);
    }
    put_number(at + 4 * count, crc32(at, 4 * count));
}

static void put_sector_header(unsigned sector, uint32_t shape, uint32_t sequence)
{
    const uint32_t numbers[] = {0x71647261, shape, sequence};
    put_header(memory + sector * flash.shape.sector_size + UNIT, numbers, COUNT(numbers));
}

static void test_sequence_numbers_begin_anew(void **state)
{
    (void)state;
    for (unsigned sector = 0; sector < 2; sector++) {
        model_t model = {{NULL}};
        open_blank(512, UNIT);
        put_sector_header(sector, 1 | UNIT << 16, UINT32_MAX - 1);
        open_flash(512, UNIT);
        for (int i = 0; i < 4; i++) {
            assert_goes_on(&model);
        }
        for_each_change(cut_once);
    }
}

static void test_headers_that_do_not_follow(void **state)
{
    (void)state;
    static const struct {
        uint32_t sequences[2];
        bool is_right;
    } pairs[] = {
        {{1, 2}, true},           {{2, 1}, true},           {{UINT32_MAX, 0}, true},
        {{0, UINT32_MAX}, true},  {{1, 1}, false},          {{1, 3}, false},
        {{3, 1}, false},          {{0, 0x80000000}, false}, {{0x80000000, 0}, false},
        {{UINT32_MAX, 1}, false},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        open_blank(512, UNIT);
        put_sector_header(0, 1 | UNIT << 16, pairs[i].sequences[0]);
        put_sector_header(1, 1 | UNIT << 16, pairs[i].sequences[1]);
        open_flash(512, UNIT);
        if (pairs[i].is_right) {
            assert_value("host", NULL);
            assert_set("host", "h");
            assert_value("host", "h");
        } else {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        }
    }
}

/* ---- Damage ---------------------------------------------------------------------------------- */

static void test_flash_of_somebody_else(void **state)
{
    (void)state;
    static const size_t places[] = {0, 4, 100, 511, 512, 516, 600, 1023};
    memset(memory, 0x55, sizeof memory);
    open_flash(512, UNIT);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    memset(memory, 0, sizeof memory);
    open_flash(512, UNIT);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    for (size_t i = 2; i < COUNT(places); i++) {
        if (places[i] == 512 || places[i] == 516) {
            continue; /* as a mark and a torn header stand there */
        }
        open_blank(512, UNIT);
        memory[places[i]] = 0;
        open_flash(512, UNIT);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
}

static void test_other_formats(void **state)
{
    (void)state;
    static const uint32_t strange_shapes[] = {2 | UNIT << 16, 1 | 8 << 16, 0, 1};
    for (size_t i = 0; i < COUNT(strange_shapes); i++) {
        open_blank(512, UNIT);
        assert_set("host", "h");
        put_sector_header(0, strange_shapes[i], 1);
        open_flash(512, UNIT);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
    memory[UNIT] ^= 1; /* the magic number, with a checksum that fits */
    put_number(memory + UNIT + 12, crc32(memory + UNIT, 12));
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
}

static void test_senseless_records(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {
        0 << 16 | 5, 16 << 16 | 1, 0xffffU << 16 | 1, 4 << 16 | 600, 4 << 16 | 0xffff,
    };
    static const struct {
        uint32_t key;
        uint32_t value;
    } right[] = {{1, 0}, {15, 0}, {4, 512 - 24 - 12 - 12 - 4}};
    for (size_t i = 0; i < COUNT(sizes) + COUNT(right); i++) {
        const size_t wrong = i - COUNT(right);
        const uint32_t size = i < COUNT(right) ? right[i].key << 16 | right[i].value : sizes[wrong];
        uint8_t payload[512];
        memset(payload, 'x', sizeof payload);
        const size_t payload_size = (size >> 16) + (size & 0xffff);
        open_blank(512, UNIT);
        put_sector_header(0, 1 | UNIT << 16, 1);
        const size_t room = payload_size < 512 - 36 ? payload_size : 512 - 36;
        memcpy(memory + 36, payload, room);
        const uint32_t numbers[] = {size, crc32(payload, room)};
        put_header(memory + 24, numbers, COUNT(numbers));
        open_flash(512, UNIT);
        if (i < COUNT(right)) {
            assert_value("host", NULL);
        } else {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        }
    }
}

/* A record that ends one byte behind the sector is none. */
static void test_record_ends_with_the_sector(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 2; extra++) {
        const uint32_t size = 512 - 24 - 12 - 4 + extra;
        open_blank(512, UNIT);
        put_sector_header(0, 1 | UNIT << 16, 1);
        memset(memory + 36, 'x', 512 - 36);
        const uint32_t numbers[] = {4 << 16 | size, crc32(memory + 36, 512 - 36)};
        put_header(memory + 24, numbers, COUNT(numbers));
        open_flash(512, UNIT);
        if (extra) {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        } else {
            char value[512];
            assert_int_equal(ardoq_port_store_get("xxxx", value, sizeof value), ARDOQ_OK);
            assert_int_equal(strlen(value), size);
        }
    }
}

/* A torn record is told from a rotten one by what stands behind it. */
static void test_only_the_last_payload_may_be_wrong(void **state)
{
    (void)state;
    enum { HOST = 24, TOKEN = HOST + 12 + 8, TOKEN_PAYLOAD = TOKEN + 12, END = TOKEN_PAYLOAD + 6 };
    for (size_t at = HOST; at < END; at++) {
        open_blank(512, UNIT);
        assert_set("host", "1234");
        assert_set("token", "t");
        memory[at] ^= 0x40;
        open_flash(512, UNIT);
        if (at < TOKEN_PAYLOAD) {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        } else {
            assert_value("token", NULL);
            assert_value("host", "1234");
        }
    }
}

/* What is behind it is not blank, or might not be. */
static void test_torn_record_is_never_appended_to(void **state)
{
    (void)state;
    enum { END = 24 + 12 + 8, HEADER = 12 };
    for (size_t at = END; at < 512; at += UNIT) {
        open_blank(512, UNIT);
        assert_set("host", "1234");
        memory[at] = 0x7f;
        open_flash(512, UNIT);
        if (at >= END + HEADER) {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
            continue;
        }
        assert_value("host", "1234");
        assert_set("host", "1234");
        assert_int_equal(erasures(), 0);
        assert_set("token", "t");
        assert_int_equal(flash.erasures[0], 1);
        assert_value("host", "1234");
        assert_value("token", "t");
    }
}

/* ---- Rot ------------------------------------------------------------------------------------- */

/* Of a key whose record is the last one, the value before that may come back. */
static bool is_right_or_damaged(size_t key, const char *value, const char *before_last)
{
    char found[256] = "";
    const ardoq_err_t err = ardoq_port_store_get(keys[key], found, sizeof found);
    if (err == ARDOQ_ERR_STORE_DAMAGED) {
        return true;
    }
    assert_true(err == ARDOQ_OK || err == ARDOQ_ERR_NOT_SET);
    const bool is_value = err == ARDOQ_OK ? value && strcmp(found, value) == 0 : !value;
    const bool is_older =
        err == ARDOQ_OK ? before_last && strcmp(found, before_last) == 0 : !before_last;
    return is_value || is_older;
}

static void assert_sound_or_refused(const model_t *model, size_t last, const char *before_last)
{
    static snapshot_t before;
    char value[256];
    for (size_t key = 0; key < KEYS; key++) {
        const char *older = key == last ? before_last : model->values[key];
        assert_true(is_right_or_damaged(key, model->values[key], older));
    }
    if (ardoq_port_store_get("host", value, sizeof value) == ARDOQ_ERR_STORE_DAMAGED) {
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        return;
    }
    save(&before);
    const bool is_new = has_value(keys[last], model->values[last]);
    model_t found = *model;
    found.values[last] = is_new ? model->values[last] : before_last;
    assert_goes_on(&found);
}

static unsigned rot_everywhere(const model_t *model, size_t last, const char *before_last)
{
    static snapshot_t before;
    unsigned damaged = 0;
    save(&before);
    for (size_t bit = 0; bit < 8 * memory_size(); bit++) {
        char value[256];
        restore(&before);
        memory[bit / 8] ^= (uint8_t)(1U << bit % 8);
        open_flash(flash.shape.sector_size, flash.shape.unit_size);
        damaged += ardoq_port_store_get("host", value, sizeof value) == ARDOQ_ERR_STORE_DAMAGED;
        assert_sound_or_refused(model, last, before_last);
    }
    restore(&before);
    return damaged;
}

static void test_every_bit_that_rots(void **state)
{
    (void)state;
    static const uint32_t units[] = {1, 4, 32};
    for (size_t i = 0; i < COUNT(units); i++) {
        const model_t model = {{"h2", SECRET, "", NULL, NULL}};
        open_blank(units[i] < 32 ? SMALL : 2 * SMALL, units[i]);
        assert_set("host", "h");
        assert_set(keys[2], "");
        assert_set("token", "t");
        assert_set("host", "h2");
        assert_set("token", SECRET);
        assert_true(rot_everywhere(&model, 1, "t") > 100);
    }
}

/* While the old sector, retired, is still there. */
static void test_every_bit_that_rots_after_a_cut(void **state)
{
    (void)state;
    fill_both_sectors();
    const model_t model = {{DIGITS50 "2", SECRET, NULL, NULL, NULL}};
    assert_true(rot_everywhere(&model, 0, NULL) > 100);
}

/* ---- Failing flash --------------------------------------------------------------------------- */

static void fail_everywhere(const model_t *model, change_t change)
{
    static const nor_flash_tear_t ways[] = {NOR_FLASH_NOTHING, NOR_FLASH_RANDOM, NOR_FLASH_WHOLE};
    static snapshot_t before;
    save(&before);
    const unsigned calls = calls_of(change);
    for (unsigned call = 1; call <= calls; call++) {
        for (size_t i = 0; i < COUNT(ways); i++) {
            model_t after = *model;
            flash.fail = (nor_flash_fault_t){call, ways[i]};
            flash.fail_err = ARDOQ_ERR_NOT_SUPPORTED;
            assert_int_equal(make_change(change), ARDOQ_ERR_NOT_SUPPORTED);
            assert_int_equal(flash.calls, call);
            nor_flash_power_on(&flash);
            assert_old_or_new(&after, change);
            assert_goes_on(&after);
            restore(&before);
        }
    }
}

static void test_every_call_that_fails(void **state)
{
    (void)state;
    open_blank(512, 8);
    for_each_change(fail_everywhere);
    open_blank(1024, 32);
    for_each_change(fail_everywhere);
}

static void test_every_read_that_fails(void **state)
{
    (void)state;
    char value[64];
    assert_set("token", SECRET);
    assert_set("host", DIGITS50);
    nor_flash_power_on(&flash);
    assert_value("token", SECRET);
    const unsigned calls = flash.calls;
    for (unsigned call = 1; call <= calls; call++) {
        memset(value, '#', sizeof value);
        nor_flash_power_on(&flash);
        flash.fail = (nor_flash_fault_t){call, NOR_FLASH_NOTHING};
        flash.fail_err = ARDOQ_ERR_NOT_SUPPORTED;
        assert_int_equal(ardoq_port_store_get("token", value, sizeof value),
                         ARDOQ_ERR_NOT_SUPPORTED);
        assert_int_equal(flash.calls, call);
        /* What may have been read of the value is gone. */
        assert_int_equal(value[0], call < calls ? '#' : '\0');
        assert_int_equal(value[strlen(SECRET) - 1], call < calls ? '#' : '\0');
    }
    assert_true(calls > 10);
}

/* The flash says that it did what it did not do. */
static void wear_everywhere(const model_t *model, change_t change)
{
    static const nor_flash_tear_t ways[] = {NOR_FLASH_NOTHING, NOR_FLASH_RANDOM, NOR_FLASH_BACK};
    static snapshot_t before;
    save(&before);
    const unsigned steps = steps_of(change);
    for (unsigned step = 1; step <= steps; step++) {
        for (size_t i = 0; i < COUNT(ways); i++) {
            model_t after = *model;
            flash.random = step;
            flash.worn = (nor_flash_fault_t){step, ways[i]};
            const ardoq_err_t err = make_change(change);
            nor_flash_power_on(&flash);
            assert_old_or_new(&after, change);
            if (err) {
                assert_int_equal(err, ARDOQ_ERR_STORE_UNAVAILABLE);
            } else {
                assert_value(keys[change.key], change.value);
            }
            assert_goes_on(&after);
            restore(&before);
        }
    }
}

static void test_every_step_that_does_nothing(void **state)
{
    (void)state;
    open_blank(512, 8);
    for_each_change(wear_everywhere);
    open_blank(1024, 32);
    for_each_change(wear_everywhere);
}

/* The last record is that of the changed key: a last record with a wrong checksum counts for
 * nothing. */
static void misread_everywhere(change_t change)
{
    static snapshot_t before;
    unsigned changed = 0;
    assert_set("token", "t");
    assert_set("token", SECRET);
    assert_set(keys[2], DIGITS50);
    assert_set("host", DIGITS50);
    assert_set("host", DIGITS100 "0");
    save(&before);
    const unsigned calls = calls_of(change);
    for (unsigned call = 1; call <= calls; call++) {
        model_t model = {{DIGITS100 "0", SECRET, DIGITS50, NULL, NULL}};
        flash.misread_at = call;
        changed += make_change(change) == ARDOQ_OK;
        nor_flash_power_on(&flash);
        if (has_value("host", DIGITS50)) {
            model.values[0] = DIGITS50;
        }
        assert_old_or_new(&model, change);
        assert_set("host", "h");
        model.values[0] = "h";
        assert_goes_on(&model);
        restore(&before);
    }
    assert_in_range(changed, 1, calls - 40);
}

/* The lines to the flash are noisy, once. */
static void test_every_read_that_is_wrong(void **state)
{
    (void)state;
    static char fills[512 - 24 - (12 + 68) - (12 + 36) - (12 + 4) + 1];
    misread_everywhere((change_t){0, DIGITS100});
    open_blank(512, UNIT);
    misread_everywhere((change_t){0, NULL});
    open_blank(512, UNIT);
    memset(fills, 'f', sizeof fills - 1);
    misread_everywhere((change_t){0, fills});
}

/* ---- Secrets --------------------------------------------------------------------------------- */

static char secret[sizeof SECRET];
static ardoq_err_t last_err;

static void set_secret(void)
{
    last_err = ardoq_port_store_set("token", SECRET);
}

static void get_secret(void)
{
    last_err = ardoq_port_store_get("token", secret, sizeof secret);
}

static void compact_secret(void)
{
    last_err = ardoq_port_store_erase("host");
}

static void test_secrets_are_wiped(void **state)
{
    (void)state;
    static void (*const functions[])(void) = {set_secret, set_secret, get_secret, compact_secret};
    assert_set("host", "h");
    for (size_t i = 0; i < COUNT(functions); i++) {
        last_err = ARDOQ_PENDING;
        own_stack_run(functions[i]);
        assert_int_equal(last_err, ARDOQ_OK);
        assert_false(own_stack_holds(SECRET));
        assert_false(own_stack_holds("secret-token"));
    }
    assert_string_equal(secret, SECRET);
}

static void get_nothing(void)
{
    char value[8];
    last_err = ardoq_port_store_get("pin0", value, sizeof value);
}

/* Of a torn record only whether it is blank is read, but that is read as well. */
static void test_torn_secret_is_wiped(void **state)
{
    (void)state;
    open_blank(512, 1);
    assert_set("host", "h");
    const change_t change = {1, SECRET SECRET};
    cut(change, steps_of(change), NOR_FLASH_NOTHING);
    assert_true(flash_holds(SECRET));
    own_stack_run(get_nothing);
    assert_int_equal(last_err, ARDOQ_ERR_NOT_SET);
    assert_false(own_stack_holds("secret-token"));
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
        TEST(test_environment_is_empty),
        TEST(test_bytes_of_the_flash),
        TEST(test_reading_writes_nothing),
        TEST(test_wear),
        TEST(test_nothing_of_an_erased_value_is_left),
        TEST(test_full),
        TEST(test_largest_value),
        TEST(test_flash_of_the_wrong_shape),
        TEST(test_shapes_at_the_limits),
        TEST(test_power_cut_at_every_step),
        TEST(test_power_cut_in_the_recovery),
        TEST(test_power_cuts_without_end),
        TEST(test_power_cuts_in_the_first_headers),
        TEST(test_half_erased_sector_is_not_believed),
        TEST(test_sector_without_mark_is_erased),
        TEST(test_retired_sector_is_not_believed),
        TEST(test_sequence_numbers_begin_anew),
        TEST(test_headers_that_do_not_follow),
        TEST(test_flash_of_somebody_else),
        TEST(test_other_formats),
        TEST(test_senseless_records),
        TEST(test_record_ends_with_the_sector),
        TEST(test_only_the_last_payload_may_be_wrong),
        TEST(test_torn_record_is_never_appended_to),
        TEST(test_every_bit_that_rots),
        TEST(test_every_bit_that_rots_after_a_cut),
        TEST(test_every_call_that_fails),
        TEST(test_every_read_that_fails),
        TEST(test_every_step_that_does_nothing),
        TEST(test_every_read_that_is_wrong),
        TEST(test_secrets_are_wiped),
        TEST(test_torn_secret_is_wiped),
    };
    return cmocka_run_group_tests_name("lwip_store", tests, NULL, NULL);
}
