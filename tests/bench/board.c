/* The pieces of work on the board: a line NAME INSTRUCTIONS for each. They mean something under
 * -icount shift=0 only, where each takes a nanosecond. */
#include <stdbool.h>
#include <string.h>

#include "ardoq/board.h"
#include "ardoq/port.h"
#include "output.h"
#include "sample.h"
#include "timer.h"
#include "uart.h"
#include "work.h"

/* So often that a tick of the timer, 40 instructions, does not matter. */
enum { RUNS = 20, NANOSECONDS_PER_TICK = 1000000000 / TIMER_TICKS_PER_SECOND };

static bool has_failed;

static void fail(const char *name)
{
    uart_print("failed: ");
    uart_print(name);
    uart_print("\n");
    has_failed = true;
}

static void measure(const char *name, int (*work)(void))
{
    const uint32_t start = timer_ticks();
    int failures = 0;
    for (unsigned i = 0; i < RUNS; i++) {
        failures |= work();
    }
    const uint32_t ticks = timer_ticks() - start;
    if (failures) {
        fail(name);
    }
    print_value(name, (uint64_t)ticks * NANOSECONDS_PER_TICK / RUNS);
}

/* ---- A flash of any size, written at the start of its sectors only -----------------------------
 */

enum { WRITTEN_SIZE = 4096 };

static uint8_t written[ARDOQ_BOARD_FLASH_SECTORS][WRITTEN_SIZE] __attribute__((aligned(4)));
static uint32_t sector_size;

ardoq_board_flash_t __wrap_ardoq_board_flash(void);
ardoq_board_flash_t __wrap_ardoq_board_flash(void)
{
    return (ardoq_board_flash_t){.sector_size = sector_size, .unit_size = 4};
}

ardoq_err_t __wrap_ardoq_board_flash_read(unsigned sector, uint32_t offset, void *buffer,
                                          size_t size);
/* By words, which the C library's memcpy() and memset() of this board do not. */
static void read_words(uint32_t *to, const uint32_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = from ? from[i] : UINT32_MAX;
    }
}

ardoq_err_t __wrap_ardoq_board_flash_read(unsigned sector, uint32_t offset, void *buffer,
                                          size_t size)
{
    const uint8_t *from = written[sector] + offset;
    const bool is_written = offset + size <= WRITTEN_SIZE;
    const bool is_whole = is_written || offset >= WRITTEN_SIZE;
    const size_t words = is_whole && ((uintptr_t)buffer | offset) % 4 == 0 ? size / 4 : 0;
    read_words(buffer, is_written ? (const uint32_t *)(const void *)from : NULL, words);
    for (size_t i = words * 4; i < size; i++) {
        ((uint8_t *)buffer)[i] = offset + i < WRITTEN_SIZE ? from[i] : 0xff;
    }
    return ARDOQ_OK;
}

ardoq_err_t __wrap_ardoq_board_flash_program(unsigned sector, uint32_t offset, const void *data,
                                             size_t size);
ardoq_err_t __wrap_ardoq_board_flash_program(unsigned sector, uint32_t offset, const void *data,
                                             size_t size)
{
    if (offset + size > WRITTEN_SIZE) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    for (size_t i = 0; i < size; i++) {
        written[sector][offset + i] &= ((const uint8_t *)data)[i];
    }
    return ARDOQ_OK;
}

ardoq_err_t __wrap_ardoq_board_flash_erase(unsigned sector);
ardoq_err_t __wrap_ardoq_board_flash_erase(unsigned sector)
{
    memset(written[sector], 0xff, sizeof written[sector]);
    return ARDOQ_OK;
}

/* ---- Settings -------------------------------------------------------------------------------- */

/* As long as the PEM of a root with a key on P-256. */
#define PEM_LINE  "MIIBtjCCAVugAwIBAgIUYf0n1pYk0v6mE1u8j2cT4sH7xk0wCgYIKoZIzj0EAwIw\n"
#define PEM_LINES PEM_LINE PEM_LINE PEM_LINE PEM_LINE PEM_LINE PEM_LINE PEM_LINE PEM_LINE

static ardoq_config_t loaded;

static void write_settings(uint32_t size)
{
    static const char *const settings[][2] = {
        {"host", "acme.ardoq.com"},
        {"token", SAMPLE_TOKEN},
        {"workspace", SAMPLE_WORKSPACE},
        {"component_type", SAMPLE_TYPE},
        {"serial", "52540012ab34"},
        {"ca0", "-----BEGIN CERTIFICATE-----\n" PEM_LINES "-----END CERTIFICATE-----\n"},
    };
    sector_size = size;
    memset(written, 0xff, sizeof written);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (ardoq_port_store_set(settings[i][0], settings[i][1])) {
            fail(settings[i][0]);
        }
    }
}

static int load_settings(void)
{
    return ardoq_config_load(&loaded, NULL) || strcmp(loaded.token, SAMPLE_TOKEN) != 0;
}

/* ---------------------------------------------------------------------------------------------- */

int main(void)
{
    if (work_prepare()) {
        return 1;
    }
    measure("compose", work_compose);
    measure("compose_cjson", work_compose_cjson);
    measure("http", work_http);
    measure("http_parser", work_http_parser);
    measure("json", work_json);
    measure("json_cjson", work_json_cjson);
    measure("json_jsmn", work_json_jsmn);
    write_settings(4096);
    measure("load_4", load_settings);
    write_settings(128 * 1024);
    measure("load_128", load_settings);
    return has_failed ? 1 : 0;
}
