/*
 * Two sectors of NOR flash in memory, behind the functions of ardoq/board.h. It is as strict as
 * flash with error correction: a unit is programmed once after an erasure. It can lose power at any
 * step, fail at any call, and wear out.
 */
#ifndef ARDOQ_NOR_FLASH_H
#define ARDOQ_NOR_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "ardoq/board.h"

enum { NOR_FLASH_UNITS_MAX = 2 * 8192 };

/* What is left of a step that does not come to its end. */
typedef enum {
    NOR_FLASH_NOTHING, /* it never began */
    NOR_FLASH_FRONT,   /* the first half of the unit or sector is done */
    NOR_FLASH_BACK,    /* the second half is done */
    NOR_FLASH_RANDOM,  /* of a unit some bits are done; of a sector some bytes, others are noise */
    NOR_FLASH_ZEROS,   /* of a unit some bits are done; a sector is all zeros: many chips program it
                          before they erase it */
    NOR_FLASH_WHOLE,   /* it is done, but nobody hears of it */
} nor_flash_tear_t;

/* A step that is hit: 0 for none, else counted from the last nor_flash_power_on(). */
typedef struct {
    unsigned at;
    nor_flash_tear_t tear;
} nor_flash_fault_t;

typedef struct {
    uint8_t *memory; /* of the caller: both sectors */
    ardoq_board_flash_t shape;

    nor_flash_fault_t cut;  /* step at which power fails: everything fails from then on */
    nor_flash_fault_t worn; /* step that is torn, and reported as done */
    nor_flash_fault_t fail; /* call that is torn and fails with fail_err, but for the functions that
                               cannot fail */
    ardoq_err_t fail_err;
    unsigned misread_at; /* call whose first byte is read with one wrong bit; 0 for none */

    unsigned steps; /* units programmed and sectors erased since power came on */
    unsigned calls; /* to read, program and erase */
    bool is_off;
    bool last_was_erasure; /* of the steps */
    unsigned erasures[ARDOQ_BOARD_FLASH_SECTORS];
    unsigned programmed; /* units */
    uint32_t random;
    bool is_locked;

    const char *misuse; /* first thing done that no flash allows, else null */
    uint8_t units[NOR_FLASH_UNITS_MAX];
} nor_flash_t;

/*
 * Takes memory as it is, blank (0xff) or not, for flash, and makes it the one that the board's
 * functions use. Memory: 2 * sector size bytes. A unit that is not 0xff counts as programmed.
 */
void nor_flash_open(nor_flash_t *flash, void *memory, uint32_t sector_size, uint32_t unit_size);

/* Power comes back: no fault is planned any more, steps and calls are counted again. */
void nor_flash_power_on(nor_flash_t *flash);

#endif
