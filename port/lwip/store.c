/*
 * The store of the lwIP port, on two sectors of raw NOR flash; store_sector.h describes the format.
 *
 * One sector is active and has all values. To set or erase one, the values are copied to the other
 * sector, and its header, programmed last, makes it active; then the old sector is erased. So after
 * every successful change, old values and remains of an interrupted change are gone from the flash.
 *
 * Power may fail at any moment, and interrupted erasing may leave any bytes, even a valid header.
 * This does no harm:
 *
 * - A sector is only erased while the other one has a valid header with a later sequence number. If
 *   both headers are valid the later one counts.
 * - Values without a header were interrupted and do not count: the other sector is still active.
 * - Before it is erased a sector is retired, so that old values cannot come back if the later
 *   header is lost. A wrong checksum is therefore an error, and never leads to older values.
 * - A sector that looks erased may be only partly erased. It is not used without its mark.
 * - The very first header has no other sector as a backup. It is written to sector 0; if power
 *   fails, to sector 1; if power fails again, sector 0 is erased and used, and sector 1 shows what
 *   has happened: it has a bad header and no values.
 *
 * Anything else is damage and not overwritten; neither is format 1, which was never released.
 *
 * Reading takes two headers and the values, twice: for their checksum first. The free space after
 * them is not read, because nothing is ever added there, so the size of the sectors does not
 * matter.
 *
 * Wear: each change erases one sector, alternately, so flash with an endurance of C erase cycles
 * allows 2 * C changes. The very first change costs one more. Setting the same value again, or
 * erasing a missing one, costs nothing.
 */
#include <string.h>

#include "ardoq/port.h"
#include "ardoq/text.h"
#include "store_sector.h"

enum { KEY_SIZE_SIZE = 1, VALUE_SIZE_SIZE = 2, HEAD_SIZE = KEY_SIZE_SIZE + VALUE_SIZE_SIZE };

/* Position of a value. */
typedef struct {
    uint32_t start;
    uint32_t value; /* address */
    uint32_t end;
    uint32_t size; /* of the value */
    char key[ARDOQ_PORT_KEY_MAX + 1];
} record_t;

/* ---- Reading --------------------------------------------------------------------------------- */

static record_t before_first(const ardoq_store_t *store)
{
    return (record_t){.end = ardoq_store_values(store)};
}

/* The checksum of the values was right, so bad sizes were written like this, or are misread now. */
static bool is_sensible(const ardoq_store_t *store, const record_t *record, uint32_t key_size)
{
    return key_size > 0 && key_size <= ARDOQ_PORT_KEY_MAX &&
           record->end <= ardoq_store_values(store) + store->size;
}

/* @param record  the previous one */
static bool next_record(ardoq_store_t *store, record_t *record)
{
    ardoq_store_flash_t *flash = &store->flash;
    uint8_t head[HEAD_SIZE];
    if (flash->err || record->end >= ardoq_store_values(store) + store->size) {
        return false;
    }
    ardoq_store_flash_read(flash, record->end, head, sizeof head);
    const uint32_t key_size = head[0];
    record->start = record->end;
    record->value = record->start + HEAD_SIZE + key_size;
    record->size = ardoq_store_get_number(head + KEY_SIZE_SIZE, VALUE_SIZE_SIZE);
    record->end = record->value + record->size;
    if (is_sensible(store, record, key_size)) {
        ardoq_store_flash_read(flash, record->start + HEAD_SIZE, record->key, key_size);
        record->key[key_size] = '\0';
    } else {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_DAMAGED);
    }
    return !flash->err;
}

static bool find_record(ardoq_store_t *store, const char *key, record_t *record)
{
    bool is_there;
    *record = before_first(store);
    do {
        is_there = next_record(store, record);
    } while (is_there && strcmp(record->key, key) != 0);
    return is_there;
}

/* @return false if the value does not fit */
static bool read_value(ardoq_store_t *store, const record_t *record, char *value, size_t size)
{
    if (record->size >= size) {
        return false;
    }
    ardoq_store_flash_read(&store->flash, record->value, value, record->size);
    value[record->size] = '\0';
    return true;
}

/* ---- Changing -------------------------------------------------------------------------------- */

static void write_record(ardoq_store_writer_t *writer, const char *key, const char *value)
{
    const size_t key_size = strlen(key);
    const size_t value_size = strlen(value);
    uint8_t head[HEAD_SIZE] = {(uint8_t)key_size};
    ardoq_store_put_number(head + KEY_SIZE_SIZE, VALUE_SIZE_SIZE, (uint32_t)value_size);
    ardoq_store_writer_put(writer, head, sizeof head);
    ardoq_store_writer_put(writer, key, key_size);
    ardoq_store_writer_put(writer, value, value_size);
}

/* Copies all values except that of one key. */
static void copy_others(ardoq_store_t *store, const char *key, ardoq_store_writer_t *writer)
{
    record_t record = before_first(store);
    uint32_t crc = 0;
    while (next_record(store, &record)) {
        ardoq_store_writer_t *to = strcmp(record.key, key) == 0 ? NULL : writer;
        crc =
            ardoq_store_flash_copy(&store->flash, record.start, record.end - record.start, to, crc);
    }
    /* It was right when the store was opened, so the values were misread now. */
    if (crc != store->crc) {
        ardoq_store_flash_fail(&store->flash, ARDOQ_ERR_STORE_UNAVAILABLE);
    }
}

/* Checks for room before erasing anything.
 * @param value     null removes the key
 * @param old_size  of the key's record */
static void change(ardoq_store_t *store, const char *key, const char *value, uint32_t old_size)
{
    const size_t new_size = value ? HEAD_SIZE + strlen(key) + strlen(value) : 0;
    if (new_size > ardoq_store_room(store) - (store->size - old_size)) {
        ardoq_store_flash_fail(&store->flash, ARDOQ_ERR_STORE_FULL);
        return;
    }
    ardoq_store_writer_t writer = ardoq_store_begin(store);
    copy_others(store, key, &writer);
    if (value) {
        write_record(&writer, key, value);
    }
    ardoq_store_commit(store, &writer);
}

static bool has_value(ardoq_store_t *store, const record_t *record, const char *value)
{
    return record->size == strlen(value) &&
           ardoq_store_flash_equals(&store->flash, record->value, value, record->size);
}

static ardoq_err_t change_locked(const char *key, const char *value)
{
    ardoq_store_t store;
    record_t record;
    ardoq_store_open(&store);
    const bool is_there = find_record(&store, key, &record);
    const bool is_done = value ? is_there && has_value(&store, &record, value) : !is_there;
    if (store.flash.err) {
        return store.flash.err;
    }
    if (is_done) {
        ardoq_store_clean(&store);
    } else {
        change(&store, key, value, is_there ? record.end - record.start : 0);
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
    ardoq_store_t store;
    record_t record;
    ardoq_store_open(&store);
    const bool is_there = find_record(&store, key, &record);
    if (!is_there) {
        return store.flash.err ? store.flash.err : ARDOQ_ERR_NOT_SET;
    }
    return read_value(&store, &record, value, size) ? store.flash.err : ARDOQ_ERR_SETTING_TOO_LONG;
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

static ardoq_err_t each_locked(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                               void *context)
{
    ardoq_store_t store;
    ardoq_err_t err = ARDOQ_OK;
    ardoq_store_open(&store);
    record_t record = before_first(&store);
    while (!err && next_record(&store, &record)) {
        const bool fits = read_value(&store, &record, buffer, size);
        err =
            store.flash.err ? store.flash.err : on_value(context, record.key, fits ? buffer : NULL);
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
