/* The store of the lwIP port on simulated flash that is damaged, fails, is worn out or has foreign
 * content. */
#include "lwip_store_fixture.h"

/* ---- Made by hand ---------------------------------------------------------------------------- */

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

enum { FORMAT = 2, NUMBERS = 5 };

#define RIGHT_SHAPE (FORMAT | UNIT << 16)

/* The header of a sector whose values are in memory. */
static void put_header(unsigned sector, uint32_t shape, uint32_t sequence, uint32_t size)
{
    uint8_t *start = memory + sector * flash.shape.sector_size;
    const size_t room = flash.shape.sector_size - VALUES;
    const uint32_t numbers[NUMBERS] = {0x71647261, shape, sequence, size,
                                       crc32(start + VALUES, size < room ? size : room)};
    for (size_t i = 0; i < NUMBERS; i++) {
        put_number(start + HEADER + 4 * i, numbers[i]);
    }
    put_number(start + HEADER + 4 * NUMBERS, crc32(start + HEADER, 4 * NUMBERS));
}

/* ---- Sequence numbers ------------------------------------------------------------------------ */

static void go_on(model_t model, change_t change)
{
    assert_old_or_new(&model, change);
    assert_goes_on(&model);
}

static void cut_once(const model_t *model, change_t change)
{
    cut_everywhere(model, change, go_on);
}

static void test_sequence_numbers_begin_anew(void **state)
{
    (void)state;
    for (unsigned sector = 0; sector < 2; sector++) {
        model_t model = {{NULL}};
        open_blank(512, UNIT);
        put_header(sector, RIGHT_SHAPE, UINT32_MAX - 1, 0);
        open_flash(512, UNIT);
        for (int i = 0; i < 4; i++) {
            assert_goes_on(&model);
        }
        for_each_change(cut_once);
    }
}

/* The store then looks as if it had never been used; an erasure that succeeds still leaves nothing.
 */
static void test_a_torn_header_beside_one_that_has_rotted(void **state)
{
    (void)state;
    assert_set("host", "");
    assert_set("host", SECRET);
    cut((change_t){.key = 0}, 1, NOR_FLASH_FRONT);
    memory[HEADER] ^= 1;
    open_flash(512, UNIT);
    assert_value("host", NULL);
    assert_erase("host");
    assert_false(flash_holds(SECRET));
    assert_set("host", "h");
    assert_value("host", "h");
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
        put_header(0, RIGHT_SHAPE, pairs[i].sequences[0], 0);
        put_header(1, RIGHT_SHAPE, pairs[i].sequences[1], 0);
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

/* Nothing is read there, and nothing is written: it may be another program's. */
static void test_flash_of_somebody_else(void **state)
{
    (void)state;
    static snapshot_t before;
    static const size_t places[] = {VALUES, 100, 511, 512 + VALUES, 600, 1023};
    static const uint8_t bytes[] = {0x55, 0};
    for (size_t i = 0; i < COUNT(bytes); i++) {
        memset(memory, bytes[i], sizeof memory);
        open_flash(512, UNIT);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
    for (size_t i = 0; i < COUNT(places); i++) {
        open_blank(512, UNIT);
        memory[places[i]] = 0;
        open_flash(512, UNIT);
        save(&before);
        if (places[i] % 512 == VALUES) {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        } else {
            assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_DAMAGED);
        }
        assert_true(is_unchanged(&before));
    }
}

static void test_other_formats(void **state)
{
    (void)state;
    static const uint32_t strange_shapes[] = {1 | UNIT << 16, 3 | UNIT << 16, 2 | 8 << 16, 0, 2};
    open_blank(512, UNIT);
    assert_set("host", "h");
    assert_int_equal(memory[512 + HEADER], 'a');
    for (size_t i = 0; i < COUNT(strange_shapes); i++) {
        put_header(1, strange_shapes[i], 2, 8);
        open_flash(512, UNIT);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
    put_header(1, RIGHT_SHAPE, 2, 8);
    open_flash(512, UNIT);
    assert_value("host", "h");
    memory[512 + HEADER] ^= 1; /* the magic number, with a checksum that fits */
    put_number(memory + 512 + HEADER + 20, crc32(memory + 512 + HEADER, 20));
    open_flash(512, UNIT);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
}

/* As a version before the first release wrote it: "host" is "acme.ardoq.com". */
static void test_format_1_is_left_alone(void **state)
{
    (void)state;
    static const uint8_t old[] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a',  'r',  'd',  'q',  0x01, 0x00,
        0x08, 0x00, 0x01, 0x00, 0x00, 0x00, 0x30, 0x9b, 0xfd, 0xc9, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0x0e, 0x00, 0x04, 0x00, 0x2b, 0x11, 0xf7, 0x00, 0x4f, 0x19,
        0x13, 0xda, 0xff, 0xff, 0xff, 0xff, 'h',  'o',  's',  't',  'a',  'c',  'm',  'e',
        '.',  'a',  'r',  'd',  'o',  'q',  '.',  'c',  'o',  'm',
    };
    for (size_t sector = 0; sector < 2; sector++) {
        open_blank(512, 8);
        memcpy(memory + 512 * sector, old, sizeof old);
        memset(memory + 512 * (1 - sector), 0, 8);
        open_flash(512, 8);
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    }
}

/* Values with the right checksum whose sizes make no sense. */
static void test_senseless_values(void **state)
{
    (void)state;
    enum { ALL = 20 };
    static const struct {
        uint8_t head[3];
        bool is_right;
    } rows[] = {
        {{1, ALL - 4, 0}, true},    {{15, ALL - 18, 0}, true}, {{0, ALL - 3, 0}, false},
        {{16, ALL - 19, 0}, false}, {{255, 0, 0}, false},      {{1, ALL - 3, 0}, false},
        {{1, ALL - 4, 1}, false},   {{1, 255, 255}, false},    {{1, ALL - 5, 0}, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_blank(512, UNIT);
        memset(memory + VALUES, 'x', ALL);
        memcpy(memory + VALUES, rows[i].head, sizeof rows[i].head);
        put_header(0, RIGHT_SHAPE, 1, ALL);
        open_flash(512, UNIT);
        if (rows[i].is_right) {
            assert_value("host", NULL);
        } else {
            assert_int_equal(ardoq_port_store_set("host", "h"), ARDOQ_ERR_STORE_DAMAGED);
            assert_int_equal(ardoq_port_store_erase("host"), ARDOQ_ERR_STORE_DAMAGED);
        }
    }
}

/* Values that end one byte behind the sector are none. */
static void test_values_end_with_the_sector(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 2; extra++) {
        const uint32_t size = 512 - VALUES;
        open_blank(512, UNIT);
        memset(memory + VALUES, 'x', size);
        memory[VALUES] = 4;
        put_number(memory + VALUES + 1, (size - 3 - 4) | 0x78780000);
        put_header(0, RIGHT_SHAPE, 1, size + extra);
        open_flash(512, UNIT);
        if (extra) {
            assert_refused(ARDOQ_ERR_STORE_DAMAGED);
        } else {
            char value[512];
            assert_int_equal(ardoq_port_store_get("xxxx", value, sizeof value), ARDOQ_OK);
            assert_int_equal(strlen(value), size - 3 - 4);
        }
    }
}

/* ---- Rot ------------------------------------------------------------------------------------- */

/* Every value is right, or every call an error. @return true for the error */
static bool is_right_or_refused(const model_t *model)
{
    char value[256];
    model_t found = *model;
    const bool is_damaged =
        ardoq_port_store_get("host", value, sizeof value) == ARDOQ_ERR_STORE_DAMAGED;
    if (is_damaged) {
        assert_refused(ARDOQ_ERR_STORE_DAMAGED);
    } else {
        assert_model(&found);
        assert_goes_on(&found);
    }
    return is_damaged;
}

static void rot_everywhere(const model_t *model, unsigned damaged_bits)
{
    static snapshot_t before;
    unsigned damaged = 0;
    save(&before);
    for (size_t bit = 0; bit < 8 * memory_size(); bit++) {
        restore(&before);
        memory[bit / 8] ^= (uint8_t)(1U << bit % 8);
        open_flash(flash.shape.sector_size, flash.shape.unit_size);
        damaged += is_right_or_refused(model);
    }
    assert_int_equal(damaged, damaged_bits);
    restore(&before);
}

static void test_every_bit_that_rots(void **state)
{
    (void)state;
    static const uint32_t units[] = {1, 4, 32};
    const unsigned values = (3 + 4 + 2) + (3 + 5 + sizeof SECRET - 1) + (3 + 15);
    for (size_t i = 0; i < COUNT(units); i++) {
        const model_t model = {{"h2", SECRET, "", NULL, NULL}};
        open_blank(units[i] < 32 ? 256 : 512, units[i]);
        assert_set("host", "h");
        assert_set(keys[2], "");
        assert_set("token", "t");
        assert_set("host", "h2");
        assert_set("token", SECRET);
        /* header, mark and values */
        rot_everywhere(&model, 8 * (24 + units[i] + values));
    }
}

/* While the old sector, retired, is still there: its header may become one that does not follow. */
static void test_every_bit_that_rots_after_a_cut(void **state)
{
    (void)state;
    const model_t model = {{DIGITS50 "2", SECRET, NULL, NULL, NULL}};
    const change_t last = {0, DIGITS50 "2"};
    open_blank(256, UNIT);
    assert_set("token", SECRET);
    assert_set("host", DIGITS50);
    cut(last, steps_of(last) - 1, NOR_FLASH_NOTHING);
    rot_everywhere(&model, 8 * (24 + UNIT + (3 + 4 + 51) + (3 + 5 + sizeof SECRET - 1)));
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
    assert_true(calls > 5);
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

static void misread_everywhere(change_t change)
{
    static snapshot_t before;
    unsigned changed = 0;
    open_blank(512, UNIT);
    assert_set("token", SECRET);
    assert_set(keys[2], DIGITS50);
    assert_set("host", DIGITS100 "0");
    save(&before);
    const unsigned calls = calls_of(change);
    for (unsigned call = 1; call <= calls; call++) {
        model_t model = {{DIGITS100 "0", SECRET, DIGITS50, NULL, NULL}};
        flash.misread_at = call;
        changed += make_change(change) == ARDOQ_OK;
        nor_flash_power_on(&flash);
        assert_old_or_new(&model, change);
        assert_goes_on(&model);
        restore(&before);
    }
    assert_in_range(changed, 1, calls - 10);
}

/* Even if another key seems to be this one, so that its value seems to make room. */
static void test_every_wrong_read_of_what_does_not_fit(void **state)
{
    (void)state;
    static snapshot_t before;
    static char value[512 - VALUES - 20];
    static char other[sizeof value];
    model_t model = {{value, "t", NULL, NULL, NULL}};
    memset(value, 'v', sizeof value - 1);
    memset(other, 'o', sizeof other - 1);
    assert_set("host", value);
    assert_set("token", "t");
    save(&before);
    nor_flash_power_on(&flash);
    assert_int_equal(ardoq_port_store_set("iost", other), ARDOQ_ERR_STORE_FULL);
    const unsigned calls = flash.calls;
    assert_true(calls > 5);
    for (unsigned call = 1; call <= calls; call++) {
        restore(&before);
        flash.misread_at = call;
        assert_true(ardoq_port_store_set("iost", other) != ARDOQ_OK);
        nor_flash_power_on(&flash);
        assert_model(&model);
    }
}

/* The lines to the flash are noisy, once: what is read wrongly is never written. */
static void test_every_read_that_is_wrong(void **state)
{
    (void)state;
    misread_everywhere((change_t){0, DIGITS100});
    misread_everywhere((change_t){0, NULL});
    misread_everywhere((change_t){3, DIGITS50});
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sequence_numbers_begin_anew),
        TEST(test_a_torn_header_beside_one_that_has_rotted),
        TEST(test_headers_that_do_not_follow),
        TEST(test_flash_of_somebody_else),
        TEST(test_other_formats),
        TEST(test_format_1_is_left_alone),
        TEST(test_senseless_values),
        TEST(test_values_end_with_the_sector),
        TEST(test_every_bit_that_rots),
        TEST(test_every_bit_that_rots_after_a_cut),
        TEST(test_every_call_that_fails),
        TEST(test_every_read_that_fails),
        TEST(test_every_step_that_does_nothing),
        TEST(test_every_wrong_read_of_what_does_not_fit),
        TEST(test_every_read_that_is_wrong),
    };
    return cmocka_run_group_tests_name("lwip_store_damage", tests, NULL, NULL);
}
