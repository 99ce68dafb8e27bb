#include "nor_flash.h"

#include <string.h>

/* What may be programmed: an unclear unit was in a sector whose erasure did not end, and may look
 * erased. */
enum { ERASED, PROGRAMMED, UNCLEAR };

enum { MISREAD_BIT = 1 };

static nor_flash_t *flash;

/* ---- Rules ----------------------------------------------------------------------------------- */

static bool misuse(const char *what)
{
    if (!flash->misuse) {
        flash->misuse = what;
    }
    return false;
}

static bool is_range(unsigned sector, uint32_t offset, size_t size)
{
    if (!flash->is_locked) {
        return misuse("used without the lock");
    }
    if (sector >= ARDOQ_BOARD_FLASH_SECTORS || offset > flash->shape.sector_size ||
        size > flash->shape.sector_size - offset) {
        return misuse("out of range");
    }
    return size > 0 ? true : misuse("nothing to read or program");
}

static bool may_program(unsigned sector, uint32_t offset, const void *data, size_t size)
{
    if (!is_range(sector, offset, size)) {
        return false;
    }
    if (offset % flash->shape.unit_size != 0 || size % flash->shape.unit_size != 0) {
        return misuse("programmed in parts of units");
    }
    return (uintptr_t)data % 4 == 0 ? true : misuse("data is not aligned");
}

/* ---- Faults ---------------------------------------------------------------------------------- */

static uint32_t next_random(void)
{
    flash->random = flash->random * 1664525 + 1013904223;
    return flash->random >> 16;
}

/* True when this step or call is the one that is hit. */
static bool is_hit(nor_flash_fault_t fault, unsigned count)
{
    return fault.at != 0 && fault.at == count;
}

typedef struct {
    bool is_torn;
    nor_flash_tear_t tear;
    ardoq_err_t err;
} outcome_t;

static const outcome_t done = {false, NOR_FLASH_WHOLE, ARDOQ_OK};

/* What becomes of a call to read, program or erase. */
static outcome_t begin_call(void)
{
    if (flash->is_off) {
        return (outcome_t){true, NOR_FLASH_NOTHING, ARDOQ_ERR_STORE_UNAVAILABLE};
    }
    flash->calls++;
    if (is_hit(flash->fail, flash->calls)) {
        return (outcome_t){true, flash->fail.tear, flash->fail_err};
    }
    return done;
}

/* What becomes of a step in a call that is not hit itself. */
static outcome_t begin_step(bool is_erasure)
{
    flash->steps++;
    flash->last_was_erasure = is_erasure;
    if (is_hit(flash->cut, flash->steps)) {
        flash->is_off = true;
        return (outcome_t){true, flash->cut.tear, ARDOQ_ERR_STORE_UNAVAILABLE};
    }
    if (is_hit(flash->worn, flash->steps)) {
        return (outcome_t){true, flash->worn.tear, ARDOQ_OK};
    }
    return done;
}

/* ---- Programming ----------------------------------------------------------------------------- */

/* Bits of byte number i that are programmed. */
static uint8_t reached_bits(nor_flash_tear_t tear, uint32_t i)
{
    const bool is_front = i < flash->shape.unit_size / 2;
    switch (tear) {
    case NOR_FLASH_NOTHING:
        return 0;
    case NOR_FLASH_FRONT:
        return is_front ? UINT8_MAX : 0;
    case NOR_FLASH_BACK:
        return is_front ? 0 : UINT8_MAX;
    case NOR_FLASH_RANDOM:
    case NOR_FLASH_ZEROS:
        return (uint8_t)next_random();
    case NOR_FLASH_WHOLE:
        break;
    }
    return UINT8_MAX;
}

static bool is_erased(const uint8_t *memory, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if (memory[i] != UINT8_MAX) {
            return false;
        }
    }
    return true;
}

static ardoq_err_t program_unit(uint32_t address, const uint8_t *data, outcome_t outcome)
{
    const uint32_t size = flash->shape.unit_size;
    uint8_t *state = &flash->units[address / size];
    uint8_t *memory = flash->memory + address;
    if (*state != ERASED) {
        misuse(*state == PROGRAMMED ? "a unit is programmed twice"
                                    : "a unit is programmed after half an erasure");
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    for (uint32_t i = 0; i < size; i++) {
        memory[i] &= (uint8_t)(data[i] | (uint8_t)~reached_bits(outcome.tear, i));
    }
    /* One that lost power before a bit changed cannot be told from one that was never touched. */
    *state = outcome.is_torn && is_erased(memory, size) ? ERASED : PROGRAMMED;
    flash->programmed++;
    return outcome.err;
}

ardoq_err_t ardoq_board_flash_program(unsigned sector, uint32_t offset, const void *data,
                                      size_t size)
{
    if (!may_program(sector, offset, data, size)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    const uint32_t address = sector * flash->shape.sector_size + offset;
    const uint8_t *bytes = data;
    const outcome_t call = begin_call();
    if (call.is_torn) {
        const bool is_untouched = call.tear == NOR_FLASH_NOTHING;
        return is_untouched ? call.err : program_unit(address, bytes, call);
    }
    ardoq_err_t err = ARDOQ_OK;
    for (uint32_t i = 0; !err && i < size; i += flash->shape.unit_size) {
        err = program_unit(address + i, bytes + i, begin_step(false));
    }
    return err;
}

/* ---- Erasing --------------------------------------------------------------------------------- */

static void tear_sector(uint8_t *memory, nor_flash_tear_t tear)
{
    const uint32_t size = flash->shape.sector_size;
    switch (tear) {
    case NOR_FLASH_NOTHING:
        break;
    case NOR_FLASH_FRONT:
        memset(memory, UINT8_MAX, size / 2);
        break;
    case NOR_FLASH_BACK:
        memset(memory + size / 2, UINT8_MAX, size - size / 2);
        break;
    case NOR_FLASH_RANDOM:
        for (uint32_t i = 0; i < size; i++) {
            const uint32_t random = next_random();
            memory[i] |= random & 0x100 ? UINT8_MAX : 0;
            memory[i] = random & 0x200 ? (uint8_t)random : memory[i];
        }
        break;
    case NOR_FLASH_ZEROS:
        memset(memory, 0, size);
        break;
    case NOR_FLASH_WHOLE:
        memset(memory, UINT8_MAX, size);
        break;
    }
}

ardoq_err_t ardoq_board_flash_erase(unsigned sector)
{
    if (!is_range(sector, 0, flash->shape.sector_size)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    outcome_t outcome = begin_call();
    if (!outcome.is_torn) {
        outcome = begin_step(true);
    }
    if (outcome.is_torn && outcome.tear == NOR_FLASH_NOTHING) {
        return outcome.err;
    }
    const uint32_t size = flash->shape.sector_size;
    const uint32_t units = size / flash->shape.unit_size;
    uint8_t *memory = flash->memory + sector * size;
    tear_sector(memory, outcome.tear);
    /* Of worn flash nothing more can be known than what it looks like. */
    const bool is_clear = !outcome.is_torn || (!outcome.err && is_erased(memory, size));
    memset(flash->units + sector * units, is_clear ? ERASED : UNCLEAR, units);
    flash->erasures[sector]++;
    return outcome.err;
}

/* ---- The rest of the board ------------------------------------------------------------------- */

ardoq_board_flash_t ardoq_board_flash(void)
{
    return flash->shape;
}

ardoq_err_t ardoq_board_flash_read(unsigned sector, uint32_t offset, void *buffer, size_t size)
{
    if (!is_range(sector, offset, size)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    const outcome_t outcome = begin_call();
    if (!outcome.err) {
        memcpy(buffer, flash->memory + sector * flash->shape.sector_size + offset, size);
        *(uint8_t *)buffer ^= flash->calls == flash->misread_at ? MISREAD_BIT : 0;
    }
    return outcome.err;
}

void ardoq_board_flash_lock(void)
{
    if (flash->is_locked) {
        misuse("locked twice");
    }
    flash->is_locked = true;
}

void ardoq_board_flash_unlock(void)
{
    if (!flash->is_locked) {
        misuse("unlocked twice");
    }
    flash->is_locked = false;
}

/* ---- For tests ------------------------------------------------------------------------------- */

void nor_flash_power_on(nor_flash_t *opened)
{
    flash = opened;
    flash->cut = flash->worn = flash->fail = (nor_flash_fault_t){0};
    flash->misread_at = flash->steps = flash->calls = 0;
    flash->is_off = false;
}

void nor_flash_open(nor_flash_t *opened, void *memory, uint32_t sector_size, uint32_t unit_size)
{
    *opened = (nor_flash_t){.memory = memory, .shape = {sector_size, unit_size}};
    nor_flash_power_on(opened);
    const uint32_t units = unit_size > 0 ? 2 * sector_size / unit_size : 0;
    for (uint32_t i = 0; i < units && i < NOR_FLASH_UNITS_MAX; i++) {
        opened->units[i] =
            is_erased(opened->memory + i * unit_size, unit_size) ? ERASED : PROGRAMMED;
    }
}
