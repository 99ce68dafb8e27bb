/* The store of the lwIP port on simulated flash that loses power at every step. */
#include "lwip_store_fixture.h"
#include "own_stack.h"

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
        assert_true(erasures() > CHANGES);
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
            const change_t change = script[dice(CHANGES)];
            flash.cut = (nor_flash_fault_t){1 + dice(dice(2) ? 8 : 80), tears[dice(TEARS)]};
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
        for (size_t tear = 0; tear < TEARS; tear++) {
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

enum { SMALL = 256, USED = 128 };

/* Sector 1 holds; the erasure of sector 0 has not begun. */
static void leave_both_sectors(void)
{
    open_blank(SMALL, UNIT);
    assert_set("token", SECRET);
    assert_set("host", DIGITS50);
    const change_t change = {0, DIGITS50 "2"};
    flash.cut = (nor_flash_fault_t){steps_of(change) - 1, NOR_FLASH_NOTHING};
    assert_int_equal(make_change(change), ARDOQ_ERR_STORE_UNAVAILABLE);
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
    assert_int_equal(flash.erasures[1], before.flash.erasures[1] + 1);
}

/* Whatever range of the old sector is erased, its header among what is left or not. */
static void test_half_erased_sector_is_not_believed(void **state)
{
    (void)state;
    for (uint32_t start = 0; start < SMALL; start += UNIT) {
        for (uint32_t end = start; end <= SMALL; end += UNIT) {
            leave_both_sectors();
            if (start == UNIT && end >= USED) {
                continue; /* all but the mark: nobody can tell */
            }
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
    static const struct {
        size_t at;
        uint8_t byte;
    } rows[] = {{0, 0xff}, {0, 0x10}, {UNIT - 1, 0x80}, {HEADER, 0xfe}, {SMALL - 1, 0x7f}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        leave_both_sectors();
        memset(memory, 0xff, SMALL);
        memset(memory, 0, UNIT);
        memory[rows[i].at] = rows[i].byte;
        open_flash(SMALL, UNIT);
        assert_second_sector_holds();
    }
    leave_both_sectors();
    memset(memory, 0xff, SMALL);
    memset(memory, 0, UNIT);
    open_flash(SMALL, UNIT);
    assert_set("pin0", "q");
    assert_int_equal(flash.erasures[0], 0);
}

/* The old values do not come back when the later header rots. */
static void test_retired_sector_is_not_believed(void **state)
{
    (void)state;
    leave_both_sectors();
    static const uint8_t mark[UNIT] = {0};
    assert_memory_equal(memory + RETIRED, mark, sizeof mark);
    memory[SMALL + 8] ^= 1;
    open_flash(SMALL, UNIT);
    assert_refused(ARDOQ_ERR_STORE_DAMAGED);
}

/* ---- Secrets --------------------------------------------------------------------------------- */

#define OLD SECRET " old"
#define NEW SECRET " new"

/* What is done again after a cut, until it succeeds, and what must be gone then. */
typedef struct {
    change_t cut;
    change_t then;
    const char *gone[2];
} removal_t;

static void cut_removal(const removal_t *removal)
{
    static snapshot_t before;
    save(&before);
    const unsigned steps = steps_of(removal->cut);
    assert_true(steps > 5);
    for (unsigned step = 1; step <= steps; step++) {
        for (size_t i = 0; i < TEARS; i++) {
            cut(removal->cut, step, tears[i]);
            assert_int_equal(make_change(removal->then), ARDOQ_OK);
            assert_false(flash_holds(removal->gone[0]));
            assert_false(flash_holds(removal->gone[1]));
            assert_value("host", "h");
            assert_value(keys[removal->then.key], removal->then.value);
            restore(&before);
        }
    }
}

/* After an OK they are nowhere, whatever happened before. */
static void test_old_values_are_gone_after_a_cut(void **state)
{
    (void)state;
    static const removal_t removals[] = {
        {{1, NULL}, {1, NULL}, {OLD, OLD}},       {{1, NEW}, {1, NEW}, {OLD, OLD}},
        {{1, NEW}, {1, NULL}, {OLD, NEW}},        {{1, NEW}, {1, "other"}, {OLD, NEW}},
        {{3, NEW}, {3, NULL}, {NEW, NEW}},        {{3, NEW}, {3, "other"}, {NEW, NEW}},
        {{1, "other"}, {1, "other"}, {OLD, OLD}},
    };
    for (size_t i = 0; i < COUNT(removals); i++) {
        open_blank(512, i % 2 ? 1 : 8);
        assert_set("token", OLD);
        assert_set("host", "h");
        cut_removal(&removals[i]);
    }
}

static ardoq_err_t last_err;

static void get_nothing(void)
{
    char value[8];
    last_err = ardoq_port_store_get("pin0", value, sizeof value);
}

static void erase_nothing(void)
{
    last_err = ardoq_port_store_erase("pin0");
}

/* Of a torn change only whether there is something is read, but that is read as well. */
static void test_torn_secret_is_wiped(void **state)
{
    (void)state;
    open_blank(512, 1);
    assert_set("host", "h");
    const change_t change = {1, MARKED};
    cut(change, strlen(MARKED), NOR_FLASH_NOTHING);
    assert_true(flash_holds(MARK));
    own_stack_run(get_nothing);
    assert_int_equal(last_err, ARDOQ_ERR_NOT_SET);
    assert_false(own_stack_holds(MARK));
    own_stack_run(erase_nothing);
    assert_int_equal(last_err, ARDOQ_OK);
    assert_false(own_stack_holds(MARK));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_power_cut_at_every_step),
        TEST(test_power_cut_in_the_recovery),
        TEST(test_power_cuts_without_end),
        TEST(test_power_cuts_in_the_first_headers),
        TEST(test_half_erased_sector_is_not_believed),
        TEST(test_sector_without_mark_is_erased),
        TEST(test_retired_sector_is_not_believed),
        TEST(test_old_values_are_gone_after_a_cut),
        TEST(test_torn_secret_is_wiped),
    };
    return cmocka_run_group_tests_name("lwip_store_cuts", tests, NULL, NULL);
}
