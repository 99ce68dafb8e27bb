/**
 * @file
 * The records in one sector of the store, private to the lwIP port.
 *
 * A record is a header and a payload, each filled up with 0xff to whole program units. The header
 * is programmed first:
 *
 *     2 bytes  size of the value        4 bytes  CRC-32 of the payload
 *     2 bytes  size of the key          4 bytes  CRC-32 of the eight bytes before
 *
 * The payload is the key, then the value, without NULs. Numbers have their lowest byte first. The
 * last record of a key holds. Behind the last record the sector is erased.
 *
 * A power cut can spoil only the last record: its header, and then nothing stands behind that; or
 * its payload, and then nothing stands behind the record. Such a record counts for nothing.
 * Whatever else does not match its checksums is damage.
 */
#ifndef ARDOQ_LWIP_STORE_LOG_H
#define ARDOQ_LWIP_STORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "store_flash.h"

/** The records of a sector. */
typedef struct {
    ardoq_store_flash_t *flash;
    uint32_t start;     /**< address of the first record */
    uint32_t end;       /**< address of the next one */
    uint32_t limit;     /**< address behind the sector */
    bool has_torn_tail; /**< units behind the end are not erased */
} ardoq_store_log_t;

/** Where a record stands. */
typedef struct {
    uint32_t start;
    uint32_t key;   /**< address of the payload */
    uint32_t value; /**< address, behind the key */
    uint32_t end;   /**< address behind the record */
    uint32_t key_size;
    uint32_t value_size;
    uint32_t crc; /**< of the payload */
} ardoq_store_record_t;

/**
 * Reads and checks all records, and finds end and tail. Damage sets ARDOQ_ERR_STORE_DAMAGED.
 * @param[out] found  the record that holds for @p key
 * @return true when there is one
 */
bool ardoq_store_log_scan(ardoq_store_log_t *log, const char *key, ardoq_store_record_t *found);

/** Takes the next record that holds, without those of the key @p except. @param record  the last
 * one; all zero but its end, the log's start, at first */
bool ardoq_store_log_next_live(const ardoq_store_log_t *log, const char *except,
                               ardoq_store_record_t *record);

/** Bytes of flash that a record takes. */
uint32_t ardoq_store_log_record_size(const ardoq_store_log_t *log, const char *key,
                                     const char *value);

/**
 * Appends those records that hold to another log, without that of the key @p except.
 * @param to  null to find out only what they take
 * @return bytes of flash
 */
uint32_t ardoq_store_log_copy_live(const ardoq_store_log_t *log, const char *except,
                                   ardoq_store_log_t *to);

/** Appends a record, for which there must be room. */
void ardoq_store_log_append(ardoq_store_log_t *log, const char *key, const char *value);

#endif
