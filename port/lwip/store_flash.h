/**
 * @file
 * The store's access to the board's flash, private to the lwIP port.
 *
 * Addresses are bytes from the start of sector 0, followed by sector 1. The first error is kept:
 * after it nothing is read, programmed or erased, so callers check once, at the end.
 */
#ifndef ARDOQ_LWIP_STORE_FLASH_H
#define ARDOQ_LWIP_STORE_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/board.h"

/** The flash during one call of the store. */
typedef struct {
    ardoq_board_flash_t shape;
    ardoq_err_t err; /**< first error */
} ardoq_store_flash_t;

/** Reads the flash's geometry; one that cannot be used sets ARDOQ_ERR_STORE_UNAVAILABLE. */
void ardoq_store_flash_open(ardoq_store_flash_t *flash);

/** Sets an error, unless there is one already. */
void ardoq_store_flash_fail(ardoq_store_flash_t *flash, ardoq_err_t err);

/** Rounds @p size up to whole program units. */
uint32_t ardoq_store_flash_round(const ardoq_store_flash_t *flash, size_t size);

/** Reads @p size bytes; zeros after an error. */
void ardoq_store_flash_read(ardoq_store_flash_t *flash, uint32_t address, void *buffer,
                            size_t size);

/** True if everything from @p start up to @p end is erased; false after an error. */
bool ardoq_store_flash_is_blank(ardoq_store_flash_t *flash, uint32_t start, uint32_t end);

/** True if @p size bytes of the flash equal @p data; false after an error. */
bool ardoq_store_flash_equals(ardoq_store_flash_t *flash, uint32_t address, const void *data,
                              size_t size);

/** Programs whole units and reads them back. @param data  aligned to 4 bytes */
void ardoq_store_flash_program(ardoq_store_flash_t *flash, uint32_t address, const void *data,
                               size_t size);

/** Erases the sector that begins at @p address and reads it back. */
void ardoq_store_flash_erase(ardoq_store_flash_t *flash, uint32_t address);

/* ---- Piece by piece ------------------------------------------------------------------------- */

/** Largest piece in bytes that is read or programmed at once; a multiple of any unit. */
#define ARDOQ_STORE_CHUNK 64

/** Bytes with the alignment that the board requires. They may be secret: wipe them. */
typedef union {
    uint32_t alignment;
    uint8_t bytes[ARDOQ_STORE_CHUNK];
} ardoq_store_chunk_t;

/** Programs bytes one after the other. */
typedef struct {
    ardoq_store_flash_t *flash;
    uint32_t address; /**< of the next unit */
    uint32_t end;     /**< address after the last unit that may be programmed */
    size_t used;      /**< of the chunk */
    uint32_t size;    /**< of all bytes so far */
    uint32_t crc;     /**< of all bytes so far */
    ardoq_store_chunk_t chunk;
} ardoq_store_writer_t;

/** Appends bytes. */
void ardoq_store_writer_put(ardoq_store_writer_t *writer, const void *data, size_t size);

/** Programs the rest, filled up with 0xff to a whole unit, and wipes the chunk. */
void ardoq_store_writer_flush(ardoq_store_writer_t *writer);

/**
 * Reads @p size bytes of the flash.
 * @param writer  receives them; null: only checksum
 * @param crc     checksum of the previous bytes; 0 at first
 * @return the checksum including these.
 */
uint32_t ardoq_store_flash_copy(ardoq_store_flash_t *flash, uint32_t address, size_t size,
                                ardoq_store_writer_t *writer, uint32_t crc);

/* ---- Numbers and checksums ------------------------------------------------------------------ */

/** CRC-32 as in Ethernet and zip, piece by piece. @param crc of the previous pieces; 0 at first */
uint32_t ardoq_store_crc32(uint32_t crc, const void *data, size_t size);

/** Writes a number of @p size bytes, its lowest byte first. */
void ardoq_store_put_number(uint8_t *at, size_t size, uint32_t number);

/** Reads such a number. */
uint32_t ardoq_store_get_number(const uint8_t *at, size_t size);

#endif
