/*
 * The store of the lwIP port on simulated flash: shared by its tests.
 */
#ifndef ARDOQ_LWIP_STORE_FIXTURE_H
#define ARDOQ_LWIP_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ardoq/port.h"
#include "nor_flash.h"

#define SECRET     "the-secret-token-of-the-device"
/* Any ten bytes of it show that it was there. */
#define MARKED     "s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-s3cret-"
#define MARK       "cret"
#define DIGITS50   "01234567890123456789012345678901234567890123456789"
#define DIGITS100  DIGITS50 DIGITS50
#define COUNT(all) (sizeof(all) / sizeof(all)[0])

enum {
    SECTOR_MAX = 128 * 1024,
    UNIT = 4,
    HEADER = UNIT,         /* its position with units of 4 bytes */
    RETIRED = HEADER + 24, /* and the mark */
    VALUES = RETIRED + UNIT,
};

extern nor_flash_t flash;
extern uint8_t memory[2 * SECTOR_MAX];

size_t memory_size(void);

/* The memory is the flash. */
void open_flash(uint32_t sector_size, uint32_t unit_size);
void open_blank(uint32_t sector_size, uint32_t unit_size);

/* For each test: blank flash of 512 bytes per sector, with units of 4. */
int set_up(void **state);
int tear_down(void **state);

/* Memory and what the flash knows of it. */
typedef struct {
    nor_flash_t flash;
    uint8_t memory[2 * 1024];
} snapshot_t;

void save(snapshot_t *snapshot);
void restore(const snapshot_t *snapshot);
bool is_unchanged(const snapshot_t *snapshot);

void assert_set(const char *key, const char *value);
void assert_erase(const char *key);

/* Null is a key that is not set. */
bool has_value(const char *key, const char *expected);
void assert_value(const char *key, const char *expected);

/* All functions give this error and change nothing. */
void assert_refused(ardoq_err_t expected);

bool flash_holds(const char *text);
unsigned erasures(void);

typedef struct {
    uint32_t sector_size;
    uint32_t unit_size;
} shape_t;

extern const shape_t shapes[8];

/* ---- A script of changes --------------------------------------------------------------------- */

enum { KEYS = 5, OTHER = KEYS - 1, CHANGES = 24 };

extern const char *const keys[KEYS];

typedef struct {
    size_t key;
    const char *value; /* null to erase */
} change_t;

/* The last key is for tests of changes afterwards. */
extern const change_t script[CHANGES];

ardoq_err_t make_change(change_t change);

/* Expected content of the store; null is unset. */
typedef struct {
    const char *values[KEYS];
} model_t;

void assert_model(const model_t *model);

/* The changed key has its old value or the new one, and every other key its own. */
void assert_old_or_new(model_t *model, change_t change);

/* The store can be changed, and holds what it must. */
void assert_goes_on(model_t *model);

/* Calls `body` before each change of the script, with the store's content. */
void for_each_change(void (*body)(const model_t *model, change_t change));

/* Programmed units and erasures, and calls, that the change takes. */
unsigned steps_of(change_t change);
unsigned calls_of(change_t change);

/* ---- Power cuts ------------------------------------------------------------------------------ */

enum { TEARS = 5 };

extern const nor_flash_tear_t tears[TEARS];

/* Power fails in a step of the change. */
void cut(change_t change, unsigned step, nor_flash_tear_t tear);

/* Interrupts each change at each step in each way. `after` checks the result. */
void cut_everywhere(const model_t *model, change_t change,
                    void (*after)(model_t model, change_t change));

#endif
