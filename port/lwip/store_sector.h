/**
 * @file
 * The two sectors of the store, private to the lwIP port: which of them holds, and how the other
 * one takes its place.
 *
 * A sector, format 2. Numbers have their lowest byte first on every machine; `unit` is what the
 * flash programs at once, and each line begins at a whole one. Every unit is programmed once.
 *
 * | bytes | what | programmed |
 * |---|---|---|
 * | unit | erased: 0x00 | when the sector has been erased to the end |
 * | 4 | "ardq" | the header: after the values, as their commit mark |
 * | 2 | format: 2 | |
 * | 2 | unit | |
 * | 4 | sequence number, one more than that of the other sector | |
 * | 4 | size of the values in bytes | |
 * | 4 | CRC-32 of the values, as in Ethernet and zip | |
 * | 4 | CRC-32 of the 20 bytes before | |
 * | unit | retired: 0x00 | when the other sector holds |
 * | size | the values, one after the other | first |
 *
 * A value:
 *
 * | bytes | what |
 * |---|---|
 * | 1 | size of the key: 1 to 15 |
 * | 2 | size of the value |
 * | | key |
 * | | value |
 *
 * A key stands there once. There are no NULs. After the values, and up to a whole unit within them,
 * the bytes are 0xff.
 */
#ifndef ARDOQ_LWIP_STORE_SECTOR_H
#define ARDOQ_LWIP_STORE_SECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store_flash.h"

/** The store during one call. */
typedef struct {
    ardoq_store_flash_t flash;
    uint32_t sector;   /**< address of the sector that holds */
    uint32_t sequence; /**< its number */
    uint32_t size;     /**< of its values in bytes; 0 where no sector holds */
    uint32_t crc;      /**< of its values */
    bool is_formatted; /**< a sector holds */
} ardoq_store_t;

/** Finds the sector that holds and checks its values. ARDOQ_ERR_STORE_DAMAGED is set where what was
 * written is not there any more. */
void ardoq_store_open(ardoq_store_t *store);

/** Address of the first value. */
uint32_t ardoq_store_values(const ardoq_store_t *store);

/** Bytes that a sector has for values. */
uint32_t ardoq_store_room(const ardoq_store_t *store);

/** Erases the other sector, unless it is clean: a value that was replaced, or the new one of a
 * change that power cut short, is gone then. */
void ardoq_store_clean(ardoq_store_t *store);

/** Formats a store that was never used, if need be, cleans the other sector, and gives a writer of
 * values there. */
ardoq_store_writer_t ardoq_store_begin(ardoq_store_t *store);

/** Makes the written values those that hold, and erases the ones before. */
void ardoq_store_commit(ardoq_store_t *store, ardoq_store_writer_t *writer);

#endif
