/**
 * @file
 * What a board supplies to the lwIP port. The port itself brings sockets, name resolution, uptime
 * and the format of the store.
 *
 * Of ardoq/port.h the board implements, as they are described there:
 *
 *     ardoq_port_wall_time()  from SNTP or a real-time clock
 *     ardoq_port_random()     from the chip's true random number generator
 *     ardoq_port_trust()      the root certificates in the image, if there are any
 *     ardoq_port_identity()   serial number, model, chip, ...; ardoq_lwip_identity() helps
 *     ardoq_port_log()        a serial line, a trace buffer
 *
 * and, for the store, the functions below. A board that keeps settings in another way implements
 * ardoq_port_store_each(), ardoq_port_store_get(), ardoq_port_store_set() and
 * ardoq_port_store_erase() itself: the linker then leaves this port's store out, and no function
 * below is needed.
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

/** The store's two sectors of NOR flash. Erase them once before their first use: what is neither
 * erased nor the store's counts as damage, and is left alone. Each change of the store erases one
 * of them, in turns; a value takes its key and 3 bytes more. */
enum { ARDOQ_BOARD_FLASH_SECTORS = 2 };

/** Largest program unit that the store can serve, in bytes. */
#define ARDOQ_BOARD_FLASH_UNIT_MAX 32

/** Shape of the flash. */
typedef struct {
    /** Bytes that are erased at once, the same in both sectors: 256 to 1 GiB, whole units. Smaller
     * pages are grouped. */
    uint32_t sector_size;
    /** Bytes that are programmed at once: a power of two, at most ARDOQ_BOARD_FLASH_UNIT_MAX. 1 if
     * any byte can be programmed alone; 8 or more where the flash has error correction. */
    uint32_t unit_size;
} ardoq_board_flash_t;

/** Tells the shape of the flash; the same at every call. */
ardoq_board_flash_t ardoq_board_flash(void);

/**
 * Reads flash. A unit whose programming was cut short, or a sector whose erasure was, may fail its
 * error correction: then give any bytes, but no error, else one power cut makes the store useless.
 * @param sector       0 or 1
 * @param offset       in the sector, in bytes; any
 * @param[out] buffer  receives the bytes
 * @param size         at least 1; all of it lies in the sector
 * @return ARDOQ_OK or ARDOQ_ERR_STORE_UNAVAILABLE.
 */
ardoq_err_t ardoq_board_flash_read(unsigned sector, uint32_t offset, void *buffer, size_t size);

/**
 * Programs flash, the units in ascending order. The store programs each unit once after an erasure.
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

/** Keeps other tasks out of the store until the flash is unlocked. Nothing to do where only one
 * task uses the store. */
void ardoq_board_flash_lock(void);

/** Lets the next task in. */
void ardoq_board_flash_unlock(void);

/* ---- For the board's own use ---------------------------------------------------------------- */

/** Puts MAC address, IP address and host name of lwIP's default interface into @p identity. */
void ardoq_lwip_identity(ardoq_identity_t *identity);

#ifdef __cplusplus
}
#endif

#endif
