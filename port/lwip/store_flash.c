#include "store_flash.h"

#include <string.h>

#include "ardoq/text.h"

_Static_assert(ARDOQ_STORE_CHUNK % ARDOQ_BOARD_FLASH_UNIT_MAX == 0, "a chunk is whole units");

/* Large enough for a small record with any unit, and an offset plus a record's size cannot
 * overflow. */
#define SECTOR_SIZE_MIN UINT32_C(256)
#define SECTOR_SIZE_MAX (UINT32_C(1) << 30)

static bool is_usable(ardoq_board_flash_t shape)
{
    const uint32_t unit = shape.unit_size;
    return unit > 0 && unit <= ARDOQ_BOARD_FLASH_UNIT_MAX && (unit & (unit - 1)) == 0 &&
           shape.sector_size % unit == 0 && shape.sector_size >= SECTOR_SIZE_MIN &&
           shape.sector_size <= SECTOR_SIZE_MAX;
}

void ardoq_store_flash_open(ardoq_store_flash_t *flash)
{
    flash->shape = ardoq_board_flash();
    flash->err = is_usable(flash->shape) ? ARDOQ_OK : ARDOQ_ERR_STORE_UNAVAILABLE;
}

void ardoq_store_flash_fail(ardoq_store_flash_t *flash, ardoq_err_t err)
{
    if (!flash->err) {
        flash->err = err;
    }
}

uint32_t ardoq_store_flash_round(const ardoq_store_flash_t *flash, size_t size)
{
    const uint32_t mask = flash->shape.unit_size - 1;
    return ((uint32_t)size + mask) & ~mask;
}

static unsigned sector_of(const ardoq_store_flash_t *flash, uint32_t address)
{
    return address >= flash->shape.sector_size ? 1 : 0;
}

static uint32_t offset_of(const ardoq_store_flash_t *flash, uint32_t address)
{
    return address - (sector_of(flash, address) ? flash->shape.sector_size : 0);
}

/* ---- Reading --------------------------------------------------------------------------------- */

void ardoq_store_flash_read(ardoq_store_flash_t *flash, uint32_t address, void *buffer, size_t size)
{
    if (!flash->err && size > 0) {
        flash->err = ardoq_board_flash_read(sector_of(flash, address), offset_of(flash, address),
                                            buffer, size);
    }
    if (flash->err) {
        memset(buffer, 0, size);
    }
}

/* Reads the next chunk. @return its size; 0 at the end and after an error, when the chunk is wiped.
 * Call it until then, because the chunk may contain a secret. */
static size_t next_chunk(ardoq_store_flash_t *flash, uint32_t *address, size_t *left,
                         ardoq_store_chunk_t *chunk)
{
    size_t size = *left < sizeof chunk->bytes ? *left : sizeof chunk->bytes;
    ardoq_store_flash_read(flash, *address, chunk->bytes, size);
    *address += (uint32_t)size;
    *left -= size;
    size = flash->err ? 0 : size;
    if (size == 0) {
        ardoq_wipe(chunk, sizeof *chunk);
    }
    return size;
}

bool ardoq_store_flash_is_blank(ardoq_store_flash_t *flash, uint32_t start, uint32_t end)
{
    ardoq_store_chunk_t chunk;
    size_t left = end - start;
    size_t size;
    uint8_t all = UINT8_MAX;
    while ((size = next_chunk(flash, &start, &left, &chunk)) > 0) {
        for (size_t i = 0; i < size; i++) {
            all &= chunk.bytes[i];
        }
    }
    return !flash->err && all == UINT8_MAX;
}

bool ardoq_store_flash_equals(ardoq_store_flash_t *flash, uint32_t address, const void *data,
                              size_t size)
{
    ardoq_store_chunk_t chunk;
    const uint8_t *bytes = data;
    size_t part;
    bool equal = true;
    while ((part = next_chunk(flash, &address, &size, &chunk)) > 0) {
        equal = equal && memcmp(chunk.bytes, bytes, part) == 0;
        bytes += part;
    }
    return !flash->err && equal;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* Worn flash may fail silently. Noticed immediately, the result is the same as after a power
 * cut. */
void ardoq_store_flash_program(ardoq_store_flash_t *flash, uint32_t address, const void *data,
                               size_t size)
{
    if (!flash->err) {
        flash->err = ardoq_board_flash_program(sector_of(flash, address), offset_of(flash, address),
                                               data, size);
    }
    if (!ardoq_store_flash_equals(flash, address, data, size)) {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_UNAVAILABLE);
    }
}

void ardoq_store_flash_erase(ardoq_store_flash_t *flash, uint32_t address)
{
    if (!flash->err) {
        flash->err = ardoq_board_flash_erase(sector_of(flash, address));
    }
    if (!ardoq_store_flash_is_blank(flash, address, address + flash->shape.sector_size)) {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_UNAVAILABLE);
    }
}

void ardoq_store_writer_flush(ardoq_store_writer_t *writer)
{
    const size_t size = ardoq_store_flash_round(writer->flash, writer->used);
    /* There is room, unless the flash was misread when that was checked. */
    if (size > writer->end - writer->address) {
        ardoq_store_flash_fail(writer->flash, ARDOQ_ERR_STORE_UNAVAILABLE);
    }
    if (size > 0) {
        memset(writer->chunk.bytes + writer->used, UINT8_MAX, size - writer->used);
        ardoq_store_flash_program(writer->flash, writer->address, writer->chunk.bytes, size);
    }
    writer->address += (uint32_t)size;
    writer->used = 0;
    ardoq_wipe(&writer->chunk, sizeof writer->chunk);
}

void ardoq_store_writer_put(ardoq_store_writer_t *writer, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    writer->crc = ardoq_store_crc32(writer->crc, data, size);
    writer->size += (uint32_t)size;
    for (size_t i = 0; i < size; i++) {
        writer->chunk.bytes[writer->used++] = bytes[i];
        if (writer->used == sizeof writer->chunk.bytes) {
            ardoq_store_writer_flush(writer);
        }
    }
}

uint32_t ardoq_store_flash_copy(ardoq_store_flash_t *flash, uint32_t address, size_t size,
                                ardoq_store_writer_t *writer, uint32_t crc)
{
    ardoq_store_chunk_t chunk;
    size_t part;
    while ((part = next_chunk(flash, &address, &size, &chunk)) > 0) {
        crc = ardoq_store_crc32(crc, chunk.bytes, part);
        if (writer) {
            ardoq_store_writer_put(writer, chunk.bytes, part);
        }
    }
    return crc;
}

/* ---- Numbers and checksums ------------------------------------------------------------------- */

void ardoq_store_put_number(uint8_t *at, size_t size, uint32_t number)
{
    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)(number >> (8 * i));
    }
}

uint32_t ardoq_store_get_number(const uint8_t *at, size_t size)
{
    uint32_t number = 0;
    while (size > 0) {
        number = number << 8 | at[--size];
    }
    return number;
}

/* Four bits at a time: twice as fast, with a table of 64 bytes. */
uint32_t ardoq_store_crc32(uint32_t crc, const void *data, size_t size)
{
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *bytes = data;
    crc = ~crc;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ table[crc & 0xf];
        crc = (crc >> 4) ^ table[crc & 0xf];
    }
    return ~crc;
}
