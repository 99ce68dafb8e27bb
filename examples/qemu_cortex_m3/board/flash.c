/* The store's flash: a file on the emulator's host that behaves like NOR flash and survives a
 * reboot. A product programs its chip here. */
#include "ardoq/board.h"
#include "boot_arguments.h"
#include "flash_geometry.h"
#include "semihosting.h"

enum {
    FLASH_SIZE = ARDOQ_BOARD_FLASH_SECTORS * FLASH_SECTOR_SIZE,
    CHUNK = 64,
};

static int file = -1;

ardoq_board_flash_t ardoq_board_flash(void)
{
    return (ardoq_board_flash_t){.sector_size = FLASH_SECTOR_SIZE, .unit_size = FLASH_UNIT_SIZE};
}

/* ---- The file -------------------------------------------------------------------------------- */

static bool write_blank(uint32_t start, uint32_t end)
{
    uint8_t blank[CHUNK];
    for (size_t i = 0; i < sizeof blank; i++) {
        blank[i] = 0xff;
    }
    bool is_written = semihosting_seek(file, start);
    while (is_written && start < end) {
        const uint32_t size = end - start < sizeof blank ? end - start : sizeof blank;
        is_written = semihosting_write(file, blank, size);
        start += size;
    }
    return is_written;
}

/* A missing or short file is unwritten flash. */
static bool open_file(void)
{
    if (file < 0) {
        file = semihosting_open(boot_arguments.flash, SEMIHOSTING_UPDATE);
    }
    if (file < 0) {
        file = semihosting_open(boot_arguments.flash, SEMIHOSTING_CREATE);
    }
    const int32_t size = file < 0 ? -1 : semihosting_size(file);
    return size >= 0 && (size >= FLASH_SIZE || write_blank((uint32_t)size, FLASH_SIZE));
}

/* True if the file is open and at the right position. */
static bool go_to(unsigned sector, uint32_t offset, size_t size)
{
    return sector < ARDOQ_BOARD_FLASH_SECTORS && offset <= FLASH_SECTOR_SIZE &&
           size <= FLASH_SECTOR_SIZE - offset && open_file() &&
           semihosting_seek(file, sector * FLASH_SECTOR_SIZE + offset);
}

static ardoq_err_t result(bool is_done)
{
    return is_done ? ARDOQ_OK : ARDOQ_ERR_STORE_UNAVAILABLE;
}

/* ---- The rules of NOR ------------------------------------------------------------------------ */

ardoq_err_t ardoq_board_flash_read(unsigned sector, uint32_t offset, void *buffer, size_t size)
{
    return result(go_to(sector, offset, size) && semihosting_read(file, buffer, size));
}

/* Programming only clears bits; the store detects anything else by reading back. */
static bool program_unit(unsigned sector, uint32_t offset, const uint8_t *data)
{
    uint8_t unit[FLASH_UNIT_SIZE];
    if (!go_to(sector, offset, sizeof unit) || !semihosting_read(file, unit, sizeof unit)) {
        return false;
    }
    for (size_t i = 0; i < sizeof unit; i++) {
        unit[i] &= data[i];
    }
    return go_to(sector, offset, sizeof unit) && semihosting_write(file, unit, sizeof unit);
}

ardoq_err_t ardoq_board_flash_program(unsigned sector, uint32_t offset, const void *data,
                                      size_t size)
{
    const uint8_t *bytes = data;
    bool is_done = offset % FLASH_UNIT_SIZE == 0 && size % FLASH_UNIT_SIZE == 0;
    for (size_t i = 0; is_done && i < size; i += FLASH_UNIT_SIZE) {
        is_done = program_unit(sector, offset + (uint32_t)i, bytes + i);
    }
    return result(is_done);
}

ardoq_err_t ardoq_board_flash_erase(unsigned sector)
{
    return result(go_to(sector, 0, FLASH_SECTOR_SIZE) &&
                  write_blank(sector * FLASH_SECTOR_SIZE, (sector + 1) * FLASH_SECTOR_SIZE));
}

/* Only the main thread uses the store. */
void ardoq_board_flash_lock(void)
{
}

void ardoq_board_flash_unlock(void)
{
}
