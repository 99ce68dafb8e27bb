/*
 * The store of the lwIP port, on two sectors of raw NOR flash.
 *
 * One sector is active: it has a header, and the records of store_log.h. A value is set by a record
 * behind the others. When there is no room, what still holds is copied to the other sector, and the
 * header of that one, programmed last, makes it the active one. A sector begins with
 *
 *     1 unit    erased: 0x00, programmed when the sector has been erased to the end
 *     16 bytes  header, filled up to whole units: "ardq", 2 bytes format, 2 bytes unit size,
 *               4 bytes sequence number, 4 bytes CRC-32 of the twelve before
 *     1 unit    retired: 0x00, programmed when the other sector has become the active one
 *
 * and then the records. Numbers have their lowest byte first. Each unit is programmed once.
 *
 * Power may fail at any moment, and an erasure that did not end may leave any bytes, even those of
 * a valid header. That does no harm:
 *
 * - A sector is only erased while the other one has a valid header with a later sequence number. Of
 *   two valid headers the later one counts.
 * - Before it is erased a sector is retired: should the later header get lost, the old values must
 *   not come back as if they were true.
 * - A sector that looks erased may be so only just. It is not used without its mark.
 * - While the very first header is written there is no other sector yet. It goes to sector 0; if
 *   power failed, to sector 1; if power failed again, sector 0 is erased and takes it, and sector 1
 *   tells what has happened: it holds a bad header and nothing behind it.
 *
 * Whatever else is found is damage, and is left alone.
 *
 * Wear. A record takes R = round(12) + round(key + value) bytes, where round() fills up to whole
 * units. Behind the records that hold, F bytes of a sector are free. So one sector is erased every
 * F / R + 1 sets, in turns: flash that stands C erasures takes 2 * C * (F / R + 1) sets. With
 * sectors of 8 KiB, units of 4 bytes, 1 KiB of other values and a token of 64 characters that is
 * one erasure every 85 sets, and 1.7 million sets where C is 10,000. ardoq_port_store_erase() costs
 * one erasure each time, the first set of all one more. To set what is there already, or to erase
 * what is not, costs nothing.
 *
 * Secrets. A value that was replaced stays readable in flash until the next erasure, at the latest
 * F / R + 1 sets later. That is why ardoq_port_store_erase() erases a sector at once: of the value,
 * and of those that the key had before, nothing is left.
 */
#include <string.h>

#include "ardoq/port.h"
#include "ardoq/text.h"
#include "store_log.h"

/* The header's numbers: "ardq"; the format with the unit's size above it; the sequence number. */
enum { MAGIC, SHAPE, SEQUENCE, NUMBERS };

#define MAGIC_NUMBER    UINT32_C(0x71647261)
#define FORMAT          1
#define UNIT_SIZE_SHIFT 16

#define FIRST_SEQUENCE  1

typedef struct {
    ardoq_store_flash_t flash;
    ardoq_store_log_t log; /* of the active sector */
    uint32_t active;       /* address of that sector */
    uint32_t sequence;     /* its number */
    bool is_formatted;     /* there is one */
} store_t;

/* ---- The head of a sector: each function takes the sector's address -------------------------- */

static uint32_t header_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return sector + flash->shape.unit_size;
}

static uint32_t retired_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return header_of(flash, sector) + ardoq_store_header_size(flash, NUMBERS);
}

static uint32_t records_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return retired_of(flash, sector) + flash->shape.unit_size;
}

static uint32_t end_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return sector + flash->shape.sector_size;
}

static uint32_t other_than(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return flash->shape.sector_size - sector;
}

static uint32_t shape_number(const ardoq_store_flash_t *flash)
{
    return FORMAT | flash->shape.unit_size << UNIT_SIZE_SHIFT;
}

static bool read_header(ardoq_store_flash_t *flash, uint32_t sector, uint32_t *sequence)
{
    uint32_t numbers[NUMBERS];
    const bool is_valid = ardoq_store_get_header(flash, header_of(flash, sector), numbers, NUMBERS);
    *sequence = numbers[SEQUENCE];
    return is_valid && numbers[MAGIC] == MAGIC_NUMBER && numbers[SHAPE] == shape_number(flash);
}

static void write_header(ardoq_store_flash_t *flash, uint32_t sector, uint32_t sequence)
{
    const uint32_t numbers[NUMBERS] = {
        [MAGIC] = MAGIC_NUMBER,
        [SHAPE] = shape_number(flash),
        [SEQUENCE] = sequence,
    };
    ardoq_store_writer_t writer = {.flash = flash, .address = header_of(flash, sector)};
    ardoq_store_put_header(&writer, numbers, NUMBERS);
}

/* Words, because what is programmed is aligned to 4 bytes. */
static const uint32_t mark[ARDOQ_BOARD_FLASH_UNIT_MAX / sizeof(uint32_t)];

static void write_mark(ardoq_store_flash_t *flash, uint32_t address)
{
    ardoq_store_flash_program(flash, address, mark, flash->shape.unit_size);
}

static bool has_blank_header(ardoq_store_flash_t *flash, uint32_t sector)
{
    return ardoq_store_flash_is_blank(flash, header_of(flash, sector), retired_of(flash, sector));
}

static bool is_retired(ardoq_store_flash_t *flash, uint32_t sector)
{
    return !ardoq_store_flash_is_blank(flash, retired_of(flash, sector), records_of(flash, sector));
}

static bool has_nothing_behind_header(ardoq_store_flash_t *flash, uint32_t sector)
{
    return ardoq_store_flash_is_blank(flash, retired_of(flash, sector), end_of(flash, sector));
}

/* ---- Sectors that are not active ------------------------------------------------------------- */

static bool is_clean(ardoq_store_flash_t *flash, uint32_t sector)
{
    return ardoq_store_flash_equals(flash, sector, mark, flash->shape.unit_size) &&
           has_blank_header(flash, sector) && has_nothing_behind_header(flash, sector);
}

/* Retires a sector and erases it. The other one must have a later header. */
static void discard(ardoq_store_flash_t *flash, uint32_t sector)
{
    uint32_t sequence;
    if (read_header(flash, sector, &sequence) && !is_retired(flash, sector)) {
        write_mark(flash, retired_of(flash, sector));
    }
    ardoq_store_flash_erase(flash, sector);
    write_mark(flash, sector);
}

/* Undoes what a power cut has left. */
static void make_clean(ardoq_store_flash_t *flash, uint32_t sector)
{
    if (!is_clean(flash, sector)) {
        discard(flash, sector);
    }
}

/* ---- Opening --------------------------------------------------------------------------------- */

static ardoq_store_log_t empty_log(ardoq_store_flash_t *flash, uint32_t sector)
{
    const uint32_t start = records_of(flash, sector);
    return (ardoq_store_log_t){
        .flash = flash, .start = start, .end = start, .limit = end_of(flash, sector)};
}

static void activate(store_t *store, uint32_t sector, uint32_t sequence)
{
    store->log = empty_log(&store->flash, sector);
    store->active = sector;
    store->sequence = sequence;
}

/* True when no header was ever completed. Only sector 1 is believed to hold a torn one: sector 0
 * may be half erased. */
static bool is_unused(ardoq_store_flash_t *flash)
{
    const uint32_t sector_1 = flash->shape.sector_size;
    return has_nothing_behind_header(flash, sector_1) &&
           (!has_blank_header(flash, sector_1) || has_nothing_behind_header(flash, 0));
}

/* Of two headers one must be the successor of the other, also where the numbers begin anew. */
static void choose_sector(store_t *store)
{
    ardoq_store_flash_t *flash = &store->flash;
    const uint32_t sector_1 = flash->shape.sector_size;
    uint32_t sequence_0;
    uint32_t sequence_1;
    const bool has_0 = read_header(flash, 0, &sequence_0);
    const bool has_1 = read_header(flash, sector_1, &sequence_1);
    const bool is_1 = has_1 && (!has_0 || sequence_1 == sequence_0 + 1);
    const bool are_strange = has_0 && has_1 && !is_1 && sequence_0 != sequence_1 + 1;
    store->is_formatted = has_0 || has_1;
    activate(store, is_1 ? sector_1 : 0, is_1 ? sequence_1 : sequence_0);
    const bool is_damaged =
        store->is_formatted ? are_strange || is_retired(flash, store->active) : !is_unused(flash);
    if (is_damaged) {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_DAMAGED);
    }
}

/*
 * Opens the store and looks for a key.
 * @param[out] found  the record that holds for it
 * @return true when there is one
 */
static bool find(store_t *store, const char *key, ardoq_store_record_t *found)
{
    ardoq_store_flash_open(&store->flash);
    choose_sector(store);
    return store->is_formatted && ardoq_store_log_scan(&store->log, key, found);
}

/* ---- Changing -------------------------------------------------------------------------------- */

/* Makes a sector of blank flash the active one. */
static void format(store_t *store)
{
    ardoq_store_flash_t *flash = &store->flash;
    const uint32_t sector_1 = flash->shape.sector_size;
    const bool is_1_torn = !has_blank_header(flash, sector_1);
    if (is_1_torn) {
        make_clean(flash, 0);
    }
    activate(store, has_blank_header(flash, 0) ? 0 : sector_1, FIRST_SEQUENCE);
    write_header(flash, store->active, FIRST_SEQUENCE);
}

/* What was copied is read once more from flash, before the only other copy goes. */
static void check_copy(ardoq_store_log_t *log, const char *key)
{
    ardoq_store_record_t found;
    const uint32_t end = log->end;
    ardoq_store_log_scan(log, key, &found);
    if (log->end != end) {
        ardoq_store_flash_fail(log->flash, ARDOQ_ERR_STORE_UNAVAILABLE);
    }
}

/* Copies what holds to the other sector, which is clean, and makes that the active one. A value of
 * null removes the key. */
static void compact(store_t *store, const char *key, const char *value)
{
    ardoq_store_flash_t *flash = &store->flash;
    const uint32_t sector = other_than(flash, store->active);
    ardoq_store_log_t copy = empty_log(flash, sector);
    ardoq_store_log_copy_live(&store->log, key, &copy);
    if (value) {
        ardoq_store_log_append(&copy, key, value);
    }
    check_copy(&copy, key);
    write_header(flash, sector, store->sequence + 1);
    discard(flash, store->active);
}

static bool has_value(store_t *store, const ardoq_store_record_t *record, const char *value)
{
    return record->value_size == strlen(value) &&
           ardoq_store_flash_equals(&store->flash, record->value, value, record->value_size);
}

/* Whether there is room is known before anything is erased. A value of null removes the key. */
static void change(store_t *store, const char *key, const char *value)
{
    ardoq_store_flash_t *flash = &store->flash;
    const ardoq_store_log_t *log = &store->log;
    const uint32_t room = log->limit - log->start;
    const uint32_t size = value ? ardoq_store_log_record_size(log, key, value) : 0;
    const bool fits = value && !log->has_torn_tail && size <= log->limit - log->end;
    if (!fits && (size > room || ardoq_store_log_copy_live(log, key, NULL) > room - size)) {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_FULL);
        return;
    }
    if (!store->is_formatted) {
        format(store);
    }
    make_clean(flash, other_than(flash, store->active));
    if (fits) {
        ardoq_store_log_append(&store->log, key, value);
    } else {
        compact(store, key, value);
    }
}

static ardoq_err_t change_locked(const char *key, const char *value)
{
    store_t store;
    ardoq_store_record_t found;
    const bool is_there = find(&store, key, &found);
    const bool is_done = value ? is_there && has_value(&store, &found, value) : !is_there;
    if (!store.flash.err && !is_done) {
        change(&store, key, value);
    }
    return store.flash.err;
}

/* ---- The contract ---------------------------------------------------------------------------- */

static bool is_key(const char *key)
{
    const size_t size = strlen(key);
    for (size_t i = 0; i < size; i++) {
        const char c = key[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_') {
            return false;
        }
    }
    return size > 0 && size <= ARDOQ_PORT_KEY_MAX;
}

static ardoq_err_t get_locked(const char *key, char *value, size_t size)
{
    store_t store;
    ardoq_store_record_t found;
    if (!find(&store, key, &found)) {
        return store.flash.err ? store.flash.err : ARDOQ_ERR_NOT_SET;
    }
    if (found.value_size >= size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    ardoq_store_flash_read(&store.flash, found.value, value, found.value_size);
    value[found.value_size] = '\0';
    return store.flash.err;
}

static ardoq_err_t give_value(store_t *store, const ardoq_store_record_t *record, char *buffer,
                              size_t size, ardoq_port_store_value_t on_value, void *context)
{
    char key[ARDOQ_PORT_KEY_MAX + 1] = "";
    const bool fits = record->value_size < size;
    ardoq_store_flash_read(&store->flash, record->key, key, record->key_size);
    if (fits) {
        ardoq_store_flash_read(&store->flash, record->value, buffer, record->value_size);
        buffer[record->value_size] = '\0';
    }
    return store->flash.err ? store->flash.err : on_value(context, key, fits ? buffer : NULL);
}

static ardoq_err_t each_locked(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                               void *context)
{
    store_t store;
    ardoq_store_record_t record;
    find(&store, "", &record);
    record = (ardoq_store_record_t){.end = store.log.start};
    ardoq_err_t err = store.flash.err;
    while (!err && store.is_formatted && ardoq_store_log_next_live(&store.log, "", &record)) {
        err = give_value(&store, &record, buffer, size, on_value, context);
    }
    return err ? err : store.flash.err;
}

ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context)
{
    ardoq_board_flash_lock();
    const ardoq_err_t err = each_locked(buffer, size, on_value, context);
    ardoq_board_flash_unlock();
    return err;
}

ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size)
{
    if (!is_key(key)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_board_flash_lock();
    const ardoq_err_t err = get_locked(key, value, size);
    ardoq_board_flash_unlock();
    return err;
}

static ardoq_err_t checked_change(const char *key, const char *value)
{
    if (!is_key(key)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_board_flash_lock();
    const ardoq_err_t err = change_locked(key, value);
    ardoq_board_flash_unlock();
    return err;
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    return strlen(value) > UINT16_MAX ? ARDOQ_ERR_STORE_FULL : checked_change(key, value);
}

ardoq_err_t ardoq_port_store_erase(const char *key)
{
    return checked_change(key, NULL);
}
