#include "store_log.h"

#include <string.h>

#include "ardoq/port.h"

/* The header's numbers: the size of the value with that of the key above it; the payload's CRC. */
enum { SIZES, PAYLOAD_CRC, NUMBERS };

#define KEY_SIZE_SHIFT 16

/* ---- Reading --------------------------------------------------------------------------------- */

/* A header with the right checksum was written, so senseless sizes are damage. */
static void check_sizes(const ardoq_store_log_t *log, const ardoq_store_record_t *record)
{
    if (record->key_size == 0 || record->key_size > ARDOQ_PORT_KEY_MAX ||
        record->end > log->limit) {
        ardoq_store_flash_fail(log->flash, ARDOQ_ERR_STORE_DAMAGED);
    }
}

/*
 * Reads the header of the record that begins at @p start.
 * @param[out] record  where there is none, its end is behind all that a torn header would touch
 */
static bool read_header(const ardoq_store_log_t *log, uint32_t start, ardoq_store_record_t *record)
{
    ardoq_store_flash_t *flash = log->flash;
    const uint32_t header_size = ardoq_store_header_size(flash, NUMBERS);
    uint32_t numbers[NUMBERS];
    record->start = record->end = start;
    if (header_size > log->limit - start) {
        return false;
    }
    record->key = record->end = start + header_size;
    if (!ardoq_store_get_header(flash, start, numbers, NUMBERS)) {
        return false;
    }
    record->key_size = numbers[SIZES] >> KEY_SIZE_SHIFT;
    record->value_size = numbers[SIZES] & UINT16_MAX;
    record->value = record->key + record->key_size;
    record->end += ardoq_store_flash_round(flash, record->key_size + record->value_size);
    record->crc = numbers[PAYLOAD_CRC];
    check_sizes(log, record);
    return !flash->err;
}

static bool is_whole(const ardoq_store_log_t *log, const ardoq_store_record_t *record)
{
    return ardoq_store_flash_crc32(log->flash, record->key,
                                   record->key_size + record->value_size) == record->crc;
}

static bool has_key(const ardoq_store_log_t *log, const ardoq_store_record_t *record,
                    const char *key)
{
    return record->key_size == strlen(key) &&
           ardoq_store_flash_equals(log->flash, record->key, key, record->key_size);
}

bool ardoq_store_log_scan(ardoq_store_log_t *log, const char *key, ardoq_store_record_t *found)
{
    ardoq_store_flash_t *flash = log->flash;
    ardoq_store_record_t record;
    bool is_found = false;
    log->end = log->start;
    while (read_header(log, log->end, &record) && is_whole(log, &record)) {
        if (has_key(log, &record, key)) {
            *found = record;
            is_found = true;
        }
        log->end = record.end;
    }
    if (!ardoq_store_flash_is_blank(flash, record.end, log->limit)) {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_DAMAGED);
    }
    log->has_torn_tail = !ardoq_store_flash_is_blank(flash, log->end, record.end);
    return is_found && !flash->err;
}

/* ---- Records that hold ----------------------------------------------------------------------- */

/* Takes the next record of a log that was scanned; it must still be as it was then. */
static bool next_record(const ardoq_store_log_t *log, ardoq_store_record_t *record)
{
    if (log->flash->err || record->end >= log->end) {
        return false;
    }
    const bool is_there = read_header(log, record->end, record);
    if (!is_there) {
        ardoq_store_flash_fail(log->flash, ARDOQ_ERR_STORE_DAMAGED);
    }
    return is_there;
}

static bool is_live(const ardoq_store_log_t *log, const ardoq_store_record_t *record,
                    const char *except)
{
    char key[ARDOQ_PORT_KEY_MAX + 1];
    ardoq_store_flash_read(log->flash, record->key, key, record->key_size);
    key[record->key_size] = '\0';
    bool is_last = strcmp(key, except) != 0;
    ardoq_store_record_t later = *record;
    while (is_last && next_record(log, &later)) {
        is_last = !has_key(log, &later, key);
    }
    return is_last;
}

bool ardoq_store_log_next_live(const ardoq_store_log_t *log, const char *except,
                               ardoq_store_record_t *record)
{
    bool is_there;
    do {
        is_there = next_record(log, record);
    } while (is_there && !is_live(log, record, except));
    return is_there;
}

uint32_t ardoq_store_log_copy_live(const ardoq_store_log_t *log, const char *except,
                                   ardoq_store_log_t *to)
{
    ardoq_store_record_t record = {.end = log->start};
    uint32_t all = 0;
    while (ardoq_store_log_next_live(log, except, &record)) {
        const uint32_t size = record.end - record.start;
        if (to) {
            ardoq_store_flash_copy(log->flash, record.start, to->end, size);
            to->end += size;
        }
        all += size;
    }
    return all;
}

/* ---- Writing --------------------------------------------------------------------------------- */

uint32_t ardoq_store_log_record_size(const ardoq_store_log_t *log, const char *key,
                                     const char *value)
{
    return ardoq_store_header_size(log->flash, NUMBERS) +
           ardoq_store_flash_round(log->flash, strlen(key) + strlen(value));
}

void ardoq_store_log_append(ardoq_store_log_t *log, const char *key, const char *value)
{
    const size_t key_size = strlen(key);
    const size_t value_size = strlen(value);
    const uint32_t numbers[NUMBERS] = {
        [SIZES] = (uint32_t)(key_size << KEY_SIZE_SHIFT | value_size),
        [PAYLOAD_CRC] = ardoq_store_crc32(ardoq_store_crc32(0, key, key_size), value, value_size),
    };
    ardoq_store_writer_t writer = {.flash = log->flash, .address = log->end};
    /* There is room, unless the flash was misread when that was found out. */
    if (ardoq_store_log_record_size(log, key, value) > log->limit - log->end) {
        ardoq_store_flash_fail(log->flash, ARDOQ_ERR_STORE_UNAVAILABLE);
    }
    ardoq_store_put_header(&writer, numbers, NUMBERS);
    ardoq_store_writer_put(&writer, key, key_size);
    ardoq_store_writer_put(&writer, value, value_size);
    ardoq_store_writer_flush(&writer);
    log->end = writer.address;
}
