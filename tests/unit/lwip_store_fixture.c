#include "lwip_store_fixture.h"

nor_flash_t flash;
_Alignas(16) uint8_t memory[2 * SECTOR_MAX];

/* ---- Set-up ---------------------------------------------------------------------------------- */

size_t memory_size(void)
{
    return 2 * flash.shape.sector_size;
}

void open_flash(uint32_t sector_size, uint32_t unit_size)
{
    assert_null(flash.misuse);
    nor_flash_open(&flash, memory, sector_size, unit_size);
}

void open_blank(uint32_t sector_size, uint32_t unit_size)
{
    memset(memory, 0xff, sizeof memory);
    open_flash(sector_size, unit_size);
}

int set_up(void **state)
{
    (void)state;
    open_blank(512, 4);
    return 0;
}

int tear_down(void **state)
{
    (void)state;
    assert_null(flash.misuse);
    assert_false(flash.is_locked);
    return 0;
}

void save(snapshot_t *snapshot)
{
    assert_true(memory_size() <= sizeof snapshot->memory);
    snapshot->flash = flash;
    memcpy(snapshot->memory, memory, memory_size());
}

void restore(const snapshot_t *snapshot)
{
    assert_null(flash.misuse);
    assert_false(flash.is_locked);
    flash = snapshot->flash;
    memcpy(memory, snapshot->memory, memory_size());
    nor_flash_power_on(&flash);
}

bool is_unchanged(const snapshot_t *snapshot)
{
    return flash.programmed == snapshot->flash.programmed &&
           memcmp(flash.erasures, snapshot->flash.erasures, sizeof flash.erasures) == 0 &&
           memcmp(memory, snapshot->memory, memory_size()) == 0;
}

/* ---- Values ---------------------------------------------------------------------------------- */

void assert_set(const char *key, const char *value)
{
    assert_int_equal(ardoq_port_store_set(key, value), ARDOQ_OK);
}

void assert_erase(const char *key)
{
    assert_int_equal(ardoq_port_store_erase(key), ARDOQ_OK);
}

bool has_value(const char *key, const char *expected)
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

void assert_value(const char *key, const char *expected)
{
    assert_true(has_value(key, expected));
}

static ardoq_err_t refuse_value(void *context, const char *key, const char *value)
{
    (void)context;
    (void)key;
    (void)value;
    fail();
    return ARDOQ_OK;
}

void assert_refused(ardoq_err_t expected)
{
    static snapshot_t before;
    char value[64] = "untouched";
    save(&before);
    assert_int_equal(ardoq_port_store_get("host", value, sizeof value), expected);
    assert_string_equal(value, "untouched");
    assert_int_equal(ardoq_port_store_each(value, sizeof value, refuse_value, NULL), expected);
    assert_string_equal(value, "untouched");
    assert_int_equal(ardoq_port_store_set("host", "new"), expected);
    assert_int_equal(ardoq_port_store_erase("host"), expected);
    assert_true(is_unchanged(&before));
}

bool flash_holds(const char *text)
{
    return memmem(memory, memory_size(), text, strlen(text)) != NULL;
}

unsigned erasures(void)
{
    return flash.erasures[0] + flash.erasures[1];
}

const shape_t shapes[8] = {{512, 1},  {512, 2},   {512, 4}, {512, 8},
                           {512, 16}, {1024, 32}, {256, 1}, {256, 32}};

/* ---- A script of changes --------------------------------------------------------------------- */

const char *const keys[KEYS] = {"host", "token", "a_key_of_15_cha", "0", "pin0"};

const change_t script[CHANGES] = {
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

ardoq_err_t make_change(change_t change)
{
    return change.value ? ardoq_port_store_set(keys[change.key], change.value)
                        : ardoq_port_store_erase(keys[change.key]);
}

void assert_model(const model_t *model)
{
    for (size_t i = 0; i < KEYS; i++) {
        assert_value(keys[i], model->values[i]);
    }
}

void assert_old_or_new(model_t *model, change_t change)
{
    if (has_value(keys[change.key], change.value)) {
        model->values[change.key] = change.value;
    }
    assert_model(model);
}

void assert_goes_on(model_t *model)
{
    const change_t next = {OTHER, model->values[OTHER] ? NULL : "next"};
    assert_int_equal(make_change(next), ARDOQ_OK);
    model->values[OTHER] = next.value;
    assert_model(model);
}

void for_each_change(void (*body)(const model_t *model, change_t change))
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

unsigned steps_of(change_t change)
{
    static snapshot_t before;
    save(&before);
    nor_flash_power_on(&flash);
    assert_int_equal(make_change(change), ARDOQ_OK);
    const unsigned steps = flash.steps;
    restore(&before);
    return steps;
}

unsigned calls_of(change_t change)
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

const nor_flash_tear_t tears[TEARS] = {NOR_FLASH_NOTHING, NOR_FLASH_RANDOM, NOR_FLASH_FRONT,
                                       NOR_FLASH_BACK, NOR_FLASH_ZEROS};

/* Of programming a tear of zeros is a random one; a single byte has no halves. */
static bool makes_a_difference(nor_flash_tear_t tear)
{
    return flash.last_was_erasure || tear == NOR_FLASH_NOTHING || tear == NOR_FLASH_RANDOM ||
           (tear != NOR_FLASH_ZEROS && flash.shape.unit_size > 1);
}

void cut(change_t change, unsigned step, nor_flash_tear_t tear)
{
    nor_flash_power_on(&flash);
    flash.random = step * 7919 + (unsigned)tear;
    flash.cut = (nor_flash_fault_t){step, tear};
    assert_int_equal(make_change(change), ARDOQ_ERR_STORE_UNAVAILABLE);
    assert_true(flash.is_off);
    nor_flash_power_on(&flash);
}

void cut_everywhere(const model_t *model, change_t change,
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
