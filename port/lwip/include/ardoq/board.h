/**
 * @file
 * What a board must supply for the lwIP port. The port itself has sockets, name resolution, uptime
 * and the format of the store.
 *
 * The board implements these functions of ardoq/port.h:
 *
 *     ardoq_port_wall_time()  from SNTP or a real-time clock
 *     ardoq_port_random()     from the chip's true random number generator
 *     ardoq_port_trust()      root certificates in the image, if any
 *     ardoq_port_identity()   serial number, model, chip, ...; ardoq_lwip_identity() helps
 *     ardoq_port_log()        serial line, trace buffer
 *
 * and, for the store, the functions below. A board that stores settings differently implements
 * ardoq_port_store_each(), ardoq_port_store_get(), ardoq_port_store_set() and
 * ardoq_port_store_erase() instead: the linker then leaves out this port's store, and the functions
 * below are not needed.
 */
#ifndef ARDOQ_BOARD_H
#define ARDOQ_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "ardoq/err.h"
#include "ardoq/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The store's two sectors of NOR flash. Erase them once before their first use: foreign content
 * counts as damage and is not overwritten. Each change of the store erases one of them,
 * alternately; a value takes its key and 3 more bytes.
 */
enum { ARDOQ_BOARD_FLASH_SECTORS = 2 };

/** Largest program unit that the store supports, in bytes. */
#define ARDOQ_BOARD_FLASH_UNIT_MAX 32

/** Geometry of the flash. */
typedef struct {
    /** Size of each of the two sectors: 256 bytes to 1 GiB, whole units. Group smaller pages. */
    uint32_t sector_size;
    /**
     * Bytes that are programmed at once: a power of two, at most ARDOQ_BOARD_FLASH_UNIT_MAX. 1 if
     * single bytes can be programmed; often 8 or more if the flash has error correction.
     */
    uint32_t unit_size;
} ardoq_board_flash_t;

/** Returns the geometry of the flash; the same at every call. */
ardoq_board_flash_t ardoq_board_flash(void);

/**
 * Reads flash. If programming or erasing was interrupted, error correction may fail: then return
 * any bytes, but no error, or one power cut makes the store unusable.
 * @param sector       0 or 1
 * @param offset       in the sector, in bytes; any
 * @param[out] buffer  receives the bytes
 * @param size         at least 1; not beyond the sector
 * @return ARDOQ_OK or ARDOQ_ERR_STORE_UNAVAILABLE.
 */
ardoq_err_t ardoq_board_flash_read(unsigned sector, uint32_t offset, void *buffer, size_t size);

/**
 * Programs flash, unit by unit in ascending order. The store programs each unit once after erasing.
 * @param sector  0 or 1
 * @param offset  in the sector, in bytes; a multiple of the unit
 * @param data    aligned to 4 bytes
 * @param size    in bytes; a multiple of the unit, at most 64
 * @return ARDOQ_OK or ARDOQ_ERR_STORE_UNAVAILABLE.
 */
ardoq_err_t ardoq_board_flash_program(unsigned sector, uint32_t offset, const void *data,
                                      size_t size);

/** Erases a sector: every byte becomes 0xff. @return as ardoq_board_flash_program(). */
ardoq_err_t ardoq_board_flash_erase(unsigned sector);

/** Locks the store for this task. May be empty if only one task uses the store. */
void ardoq_board_flash_lock(void);

/** Unlocks the store. */
void ardoq_board_flash_unlock(void);

/* ---- For use by the board -------------------------------------------------------------------- */

/** Sets MAC address, IP address and host name in @p identity from lwIP's default interface. */
void ardoq_lwip_identity(ardoq_identity_t *identity);

#ifdef __cplusplus
}
#endif

#endif
