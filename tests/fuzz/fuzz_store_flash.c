/*
 * The store of the lwIP port on simulated flash, port/lwip/store.c and what is below it.
 *
 * Input: lines. The first ones build what is in flash when the device starts, with checksums that
 * fit: `hSECTOR SEQUENCE` a sector's header; `rKEYSIZE VALUESIZE PAYLOAD` a value after it,
 * whatever its sizes say. Then `sKEY=VALUE` sets, `eKEY` erases, `gKEY` reads; `cSTEP TEAR` lets
 * power fail in the next change, and come back; `bNUMBER` turns a bit over.
 *
 * Properties:
 * - Nothing is read beyond the flash, and nothing is done to it that no flash allows; but where
 * bits have turned over, a sector whose erasure was cut short may look like one that was never
 * used.
 * - A value that was set is there; after a change that succeeded the other sector is erased, so
 * that nothing is left of what was there before.
 * - As long as only the store has written to the flash: each key has the value that a model says; a
 *   change in which power failed was made or not; nothing is damaged.
 */
#include <ardoq/port.h>

#include "fuzz.h"
#include "nor_flash.h"

enum { SECTOR_SIZE = 256, UNIT_SIZE = 4, KEYS = 16, VALUE_SIZE = 2 * SECTOR_SIZE };

static nor_flash_t flash;
static uint8_t memory[2 * SECTOR_SIZE];

/* ---- The model: null is no value ---------------------------------------------------------------
 */

typedef struct {
    char *keys[KEYS];
    char *values[KEYS];
    bool is_foreign; /* others wrote to the flash: it may hold anything */
    bool has_rot;    /* a bit has turned over */
} model_t;

/* Number of a key, which gets one if it has none yet; KEYS if there is no room. */
static size_t number_of(model_t *model, const char *key)
{
    size_t i = 0;
    while (i < KEYS && model->keys[i] && strcmp(model->keys[i], key) != 0) {
        i++;
    }
    if (i < KEYS && !model->keys[i]) {
        model->keys[i] = text_of((span_t){key, strlen(key)});
    }
    return i;
}

/* ---- Building the flash ------------------------------------------------------------------------
 */

static void put_number(uint8_t *at, uint32_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

enum { HEADER = UNIT_SIZE, HEADER_SIZE = 24, VALUES = HEADER + HEADER_SIZE + UNIT_SIZE };

/* The sector that is being built: its values, and what the header says besides. */
typedef struct {
    size_t start;
    uint32_t sequence;
    size_t size; /* of its values */
    bool is_begun;
} sector_t;

static void begin_sector(sector_t *sector, span_t line)
{
    char *text = text_of(line);
    char *rest = text;
    sector->start = strtoul(text, &rest, 10) % 2 * SECTOR_SIZE;
    sector->sequence = (uint32_t)strtoul(rest, NULL, 10);
    sector->size = 0;
    sector->is_begun = true;
    free(text);
}

/* A value as far as the sector has room for it. */
static void add_value(sector_t *sector, span_t line)
{
    char *text = text_of(line);
    char *rest = text;
    uint8_t *at = memory + sector->start + VALUES + sector->size;
    const uint32_t key_size = (uint32_t)strtoul(text, &rest, 10);
    const uint32_t value_size = (uint32_t)strtoul(rest, &rest, 10);
    const char *payload = rest[0] == ' ' ? rest + 1 : rest;
    if (sector->is_begun && 3 + strlen(payload) <= SECTOR_SIZE - VALUES - sector->size) {
        put_number(at, key_size, 1);
        put_number(at + 1, value_size, 2);
        memcpy(at + 3, payload, strlen(payload));
        sector->size += 3 + strlen(payload);
    }
    free(text);
}

static void end_sector(const sector_t *sector)
{
    uint8_t *start = memory + sector->start;
    uint8_t *header = start + HEADER;
    if (!sector->is_begun) {
        return;
    }
    memset(start, 0, UNIT_SIZE);
    memcpy(header, "ardq", 4);
    put_number(header + 4, 2, 2);
    put_number(header + 6, UNIT_SIZE, 2);
    put_number(header + 8, sector->sequence, 4);
    put_number(header + 12, (uint32_t)sector->size, 4);
    put_number(header + 16, crc32_of(start + VALUES, sector->size), 4);
    put_number(header + 20, crc32_of(header, 20), 4);
}

static void build_flash(model_t *model, span_t *input)
{
    sector_t sector = {0};
    memset(memory, UINT8_MAX, sizeof memory);
    while (input->size > 0 && (input->at[0] == 'h' || input->at[0] == 'r')) {
        const char kind = input->at[0];
        span_t line = take_line(input);
        line = (span_t){line.at + 1, line.size - 1};
        if (kind == 'h') {
            end_sector(&sector);
            begin_sector(&sector, line);
        } else {
            add_value(&sector, line);
        }
        model->is_foreign = true;
    }
    end_sector(&sector);
    nor_flash_open(&flash, memory, SECTOR_SIZE, UNIT_SIZE);
}

/* ---- Calls -------------------------------------------------------------------------------------
 */

/* The value, null if there is none or it cannot be had. */
static char *get(const model_t *model, const char *key)
{
    char *value = allocate(VALUE_SIZE);
    const ardoq_err_t err = ardoq_port_store_get(key, value, VALUE_SIZE);
    CHECK(!err || err == ARDOQ_ERR_NOT_SET || err == ARDOQ_ERR_INVALID_ARGUMENT ||
          (model->is_foreign &&
           (err == ARDOQ_ERR_STORE_DAMAGED || err == ARDOQ_ERR_SETTING_TOO_LONG)));
    if (err) {
        free(value);
        return NULL;
    }
    const size_t length = strlen(value);
    CHECK(length < VALUE_SIZE);
    return value;
}

static void check_value(model_t *model, const char *key)
{
    const size_t number = number_of(model, key);
    char *value = get(model, key);
    CHECK(number == KEYS || model->is_foreign || same_value(value, model->values[number]));
    free(value);
}

static void check_all(model_t *model)
{
    for (size_t i = 0; i < KEYS && model->keys[i]; i++) {
        check_value(model, model->keys[i]);
    }
}

/* After power has failed the key may have either value; the model takes the one that is there. */
static void settle(model_t *model, size_t number, const char *key, const char *wanted)
{
    char *value = get(model, key);
    CHECK(model->is_foreign || same_value(value, model->values[number]) ||
          same_value(value, wanted));
    free(model->values[number]);
    model->values[number] = value;
}

static bool is_expected(const model_t *model, ardoq_err_t err, bool was_cut)
{
    switch (err) {
    case ARDOQ_OK:
    case ARDOQ_ERR_STORE_FULL:
    case ARDOQ_ERR_INVALID_ARGUMENT:
        return true;
    case ARDOQ_ERR_STORE_DAMAGED:
        return model->is_foreign;
    default:
        return was_cut || model->is_foreign;
    }
}

static bool is_erased(size_t sector)
{
    for (size_t i = UNIT_SIZE; i < SECTOR_SIZE; i++) {
        if (memory[sector * SECTOR_SIZE + i] != UINT8_MAX) {
            return false;
        }
    }
    return true;
}

/* A value of null erases. */
static void change(model_t *model, const char *key, const char *value)
{
    const size_t number = number_of(model, key);
    if (number == KEYS) {
        return;
    }
    const ardoq_err_t err = value ? ardoq_port_store_set(key, value) : ardoq_port_store_erase(key);
    const bool was_cut = flash.is_off;
    nor_flash_power_on(&flash);
    CHECK(is_expected(model, err, was_cut));
    const bool is_nothing = !value && !model->values[number]; /* perhaps never anything at all */
    CHECK(err || is_nothing || is_erased(0) || is_erased(1));
    if (was_cut) {
        settle(model, number, key, value);
    } else if (!err) {
        free(model->values[number]);
        model->values[number] = value ? text_of((span_t){value, strlen(value)}) : NULL;
        char *there = get(model, key);
        CHECK(same_value(there, value));
        free(there);
    }
}

static void plan_cut(const char *text)
{
    char *rest;
    const unsigned long step = strtoul(text, &rest, 10);
    flash.cut = (nor_flash_fault_t){
        .at = (unsigned)step,
        .tear = (nor_flash_tear_t)(strtoul(rest, NULL, 10) % (NOR_FLASH_WHOLE + 1))};
}

static void turn_bit(model_t *model, const char *text)
{
    const unsigned long bit = strtoul(text, NULL, 10) % (8 * sizeof memory);
    memory[bit / 8] = (uint8_t)(memory[bit / 8] ^ 1 << (bit % 8));
    model->is_foreign = model->has_rot = true;
}

static void run_line(model_t *model, span_t line)
{
    if (line.size == 0) {
        return;
    }
    const char call = line.at[0];
    line = (span_t){line.at + 1, line.size - 1};
    char *key = text_of(take_until(&line, call == 's' ? '=' : '\n'));
    char *value = text_of(line);
    switch (call) {
    case 's':
        change(model, key, value);
        break;
    case 'e':
        change(model, key, NULL);
        break;
    case 'g':
        check_value(model, key);
        break;
    case 'c':
        plan_cut(key);
        break;
    case 'b':
        turn_bit(model, key);
        break;
    default:
        break;
    }
    free(key);
    free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    span_t input = input_of(data, size);
    model_t model = {.is_foreign = false};
    build_flash(&model, &input);
    while (input.size > 0) {
        run_line(&model, take_line(&input));
        CHECK(!flash.misuse || model.has_rot);
    }
    nor_flash_power_on(&flash);
    check_all(&model);
    CHECK(!flash.misuse || model.has_rot);
    for (size_t i = 0; i < KEYS; i++) {
        free(model.keys[i]);
        free(model.values[i]);
    }
    return 0;
}
