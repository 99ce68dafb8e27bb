/**
 * @file
 * The two sectors of the store, private to the lwIP port: which one is active, and how they are
 * swapped.
 *
 * A sector, format 2. Numbers have the lowest byte first on every machine; `unit` is the flash's
 * program unit, and each line begins at a whole unit. Every unit is programmed once.
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
 * Each key occurs once. There are no NULs. Bytes after the values, and up to a whole unit within
 * them, are 0xff.
 */
#ifndef ARDOQ_LWIP_STORE_SECTOR_H
#define ARDOQ_LWIP_STORE_SECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store_flash.h"

/** The store during one call. */
typedef struct {
    ardoq_store_flash_t flash;
    uint32_t sector;   /**< address of the active sector */
    uint32_t sequence; /**< its sequence number */
    uint32_t size;     /**< of its values in bytes; 0 if no sector is active */
    uint32_t crc;      /**< of its values */
    bool is_formatted; /**< a sector is active */
} ardoq_store_t;

/**
 * Finds the active sector and checks its values. Sets ARDOQ_ERR_STORE_DAMAGED if the written data
 * is lost.
 */
void ardoq_store_open(ardoq_store_t *store);

/** Address of the first value. */
uint32_t ardoq_store_values(const ardoq_store_t *store);

/** Bytes for values in a sector. */
uint32_t ardoq_store_room(const ardoq_store_t *store);

/**
 * Erases the other sector, unless it is clean: this removes replaced values, and those of an
 * interrupted change.
 */
void ardoq_store_clean(ardoq_store_t *store);

/**
 * Formats a store that was never used, cleans the other sector, and returns a writer for its
 * values.
 */
ardoq_store_writer_t ardoq_store_begin(ardoq_store_t *store);

/** Makes the written values active, and erases the previous ones. */
void ardoq_store_commit(ardoq_store_t *store, ardoq_store_writer_t *writer);

#endif
