#include "store_sector.h"

#include "ardoq/text.h"

/* The header's numbers. SHAPE has the format in its low half and the unit's size in its high
 * half. */
enum { MAGIC, SHAPE, SEQUENCE, SIZE, VALUES_CRC, HEADER_CRC, NUMBERS };

enum {
    NUMBER_SIZE = 4,
    CHECKED_SIZE = HEADER_CRC * NUMBER_SIZE,
    HEADER_SIZE = NUMBERS * NUMBER_SIZE
};

#define MAGIC_NUMBER    UINT32_C(0x71647261) /* "ardq" */
#define FORMAT          2
#define UNIT_SIZE_SHIFT 16

#define FIRST_SEQUENCE  1

/* ---- The head of a sector: each function gets the sector's address --------------------------- */

static uint32_t header_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return sector + flash->shape.unit_size;
}

static uint32_t retired_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return header_of(flash, sector) + ardoq_store_flash_round(flash, HEADER_SIZE);
}

static uint32_t values_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return retired_of(flash, sector) + flash->shape.unit_size;
}

static uint32_t end_of(const ardoq_store_flash_t *flash, uint32_t sector)
{
    return sector + flash->shape.sector_size;
}

static uint32_t shape_number(const ardoq_store_flash_t *flash)
{
    return FORMAT | flash->shape.unit_size << UNIT_SIZE_SHIFT;
}

static bool read_header(ardoq_store_flash_t *flash, uint32_t sector, uint32_t numbers[NUMBERS])
{
    uint8_t bytes[HEADER_SIZE];
    ardoq_store_flash_read(flash, header_of(flash, sector), bytes, sizeof bytes);
    for (size_t i = 0; i < NUMBERS; i++) {
        numbers[i] = ardoq_store_get_number(bytes + i * NUMBER_SIZE, NUMBER_SIZE);
    }
    return numbers[MAGIC] == MAGIC_NUMBER && numbers[SHAPE] == shape_number(flash) &&
           numbers[HEADER_CRC] == ardoq_store_crc32(0, bytes, CHECKED_SIZE);
}

static void write_header(ardoq_store_flash_t *flash, uint32_t sector, uint32_t numbers[NUMBERS])
{
    uint8_t bytes[HEADER_SIZE];
    numbers[MAGIC] = MAGIC_NUMBER;
    numbers[SHAPE] = shape_number(flash);
    for (size_t i = 0; i < HEADER_CRC; i++) {
        ardoq_store_put_number(bytes + i * NUMBER_SIZE, NUMBER_SIZE, numbers[i]);
    }
    ardoq_store_put_number(bytes + CHECKED_SIZE, NUMBER_SIZE,
                           ardoq_store_crc32(0, bytes, CHECKED_SIZE));
    ardoq_store_writer_t writer = {
        .flash = flash,
        .address = header_of(flash, sector),
        .end = retired_of(flash, sector),
    };
    ardoq_store_writer_put(&writer, bytes, sizeof bytes);
    ardoq_store_writer_flush(&writer);
}

/* Words, because programmed data must be aligned to 4 bytes. */
static const uint32_t mark[ARDOQ_BOARD_FLASH_UNIT_MAX / sizeof(uint32_t)];

static void write_mark(ardoq_store_flash_t *flash, uint32_t address)
{
    ardoq_store_flash_program(flash, address, mark, flash->shape.unit_size);
}

static bool has_blank_header(ardoq_store_flash_t *flash, uint32_t sector)
{
    return ardoq_store_flash_is_blank(flash, header_of(flash, sector), retired_of(flash, sector));
}

static bool is_retired(ardoq_store_flash_t *flash, uint32_t sector)
{
    return !ardoq_store_flash_is_blank(flash, retired_of(flash, sector), values_of(flash, sector));
}

static bool is_clean(ardoq_store_flash_t *flash, uint32_t sector)
{
    return ardoq_store_flash_equals(flash, sector, mark, flash->shape.unit_size) &&
           ardoq_store_flash_is_blank(flash, header_of(flash, sector), end_of(flash, sector));
}

/* Retires and erases a sector. The other one must have a later header. */
static void discard(ardoq_store_flash_t *flash, uint32_t sector)
{
    uint32_t numbers[NUMBERS];
    if (read_header(flash, sector, numbers) && !is_retired(flash, sector)) {
        write_mark(flash, retired_of(flash, sector));
    }
    ardoq_store_flash_erase(flash, sector);
    write_mark(flash, sector);
}

static void make_clean(ardoq_store_flash_t *flash, uint32_t sector)
{
    if (!is_clean(flash, sector)) {
        discard(flash, sector);
    }
}

/* ---- A store that was never used ------------------------------------------------------------- */

/* Values are programmed first and do not begin with 0xff, so reading their beginning is enough. */
static bool has_values(ardoq_store_flash_t *flash, uint32_t sector, uint32_t size)
{
    const uint32_t start = retired_of(flash, sector);
    return !ardoq_store_flash_is_blank(flash, start, size ? start + size : end_of(flash, sector));
}

/* True if no header was ever completed. Only an interrupted header in sector 1 counts as one:
 * sector 0 may be partly erased. @param size bytes to check; 0 for the whole sectors */
static bool is_unused(ardoq_store_flash_t *flash, uint32_t size)
{
    const uint32_t sector_1 = flash->shape.sector_size;
    return !has_values(flash, sector_1, size) &&
           (!has_blank_header(flash, sector_1) || !has_values(flash, 0, size));
}

/* If sector 1 has an interrupted header, sector 0 may be partly erased or, if it is damaged too,
 * have values that cannot be read any more. */
static void clean_unused(ardoq_store_flash_t *flash)
{
    if (!has_blank_header(flash, flash->shape.sector_size)) {
        make_clean(flash, 0);
    }
}

/* Makes one sector active, without values. */
static void format(ardoq_store_t *store)
{
    ardoq_store_flash_t *flash = &store->flash;
    const uint32_t sector_1 = flash->shape.sector_size;
    if (!is_unused(flash, 0)) {
        ardoq_store_flash_fail(flash, ARDOQ_ERR_STORE_DAMAGED);
    }
    clean_unused(flash);
    uint32_t numbers[NUMBERS] = {[SEQUENCE] = FIRST_SEQUENCE};
    store->sector = has_blank_header(flash, 0) ? 0 : sector_1;
    store->sequence = FIRST_SEQUENCE;
    write_header(flash, store->sector, numbers);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void take_header(ardoq_store_t *store, uint32_t sector, const uint32_t numbers[NUMBERS])
{
    store->sector = sector;
    store->sequence = numbers[SEQUENCE];
    store->size = numbers[SIZE];
    store->crc = numbers[VALUES_CRC];
    store->is_formatted = true;
}

/* If both have headers, one must be the successor of the other, also when the numbers wrap
 * around. */
static bool choose_sector(ardoq_store_t *store)
{
    ardoq_store_flash_t *flash = &store->flash;
    const uint32_t sector_1 = flash->shape.sector_size;
    uint32_t numbers_0[NUMBERS];
    uint32_t numbers_1[NUMBERS];
    const bool has_0 = read_header(flash, 0, numbers_0);
    const bool has_1 = read_header(flash, sector_1, numbers_1);
    const uint32_t lead = numbers_1[SEQUENCE] - numbers_0[SEQUENCE];
    if (has_1 && (!has_0 || lead == 1)) {
        take_header(store, sector_1, numbers_1);
    } else if (has_0) {
        take_header(store, 0, numbers_0);
    } else {
        return is_unused(flash, ARDOQ_STORE_CHUNK);
    }
    const bool are_strange = has_0 && has_1 && lead != 1 && lead != UINT32_MAX;
    return !are_strange && !is_retired(flash, store->sector);
}

static bool has_right_values(ardoq_store_t *store)
{
    return store->size <= ardoq_store_room(store) &&
           ardoq_store_flash_copy(&store->flash, ardoq_store_values(store), store->size, NULL, 0) ==
               store->crc;
}

void ardoq_store_open(ardoq_store_t *store)
{
    *store = (ardoq_store_t){0};
    ardoq_store_flash_open(&store->flash);
    if (!choose_sector(store) || !has_right_values(store)) {
        ardoq_store_flash_fail(&store->flash, ARDOQ_ERR_STORE_DAMAGED);
    }
}

uint32_t ardoq_store_values(const ardoq_store_t *store)
{
    return values_of(&store->flash, store->sector);
}

uint32_t ardoq_store_room(const ardoq_store_t *store)
{
    return end_of(&store->flash, store->sector) - ardoq_store_values(store);
}

/* ---- Changing -------------------------------------------------------------------------------- */

static uint32_t other_sector(const ardoq_store_t *store)
{
    return store->flash.shape.sector_size - store->sector;
}

void ardoq_store_clean(ardoq_store_t *store)
{
    if (store->is_formatted) {
        make_clean(&store->flash, other_sector(store));
    } else {
        clean_unused(&store->flash);
    }
}

ardoq_store_writer_t ardoq_store_begin(ardoq_store_t *store)
{
    if (!store->is_formatted) {
        format(store);
    }
    make_clean(&store->flash, other_sector(store));
    return (ardoq_store_writer_t){
        .flash = &store->flash,
        .address = values_of(&store->flash, other_sector(store)),
        .end = end_of(&store->flash, other_sector(store)),
    };
}

void ardoq_store_commit(ardoq_store_t *store, ardoq_store_writer_t *writer)
{
    uint32_t numbers[NUMBERS] = {
        [SEQUENCE] = store->sequence + 1,
        [SIZE] = writer->size,
        [VALUES_CRC] = writer->crc,
    };
    ardoq_store_writer_flush(writer);
    write_header(&store->flash, other_sector(store), numbers);
    discard(&store->flash, store->sector);
}
