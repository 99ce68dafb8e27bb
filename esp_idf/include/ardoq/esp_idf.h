/**
 * @file
 * What the component for ESP-IDF offers beside the library.
 */
#ifndef ARDOQ_ESP_IDF_H
#define ARDOQ_ESP_IDF_H

#include "ardoq/commands.h"
#include "ardoq/err.h"
#include "ardoq/reporter.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of stack of a task that talks to Ardoq: docs/esp-idf.md, 7, says what they are for. The
 * TLS handshake needs most of it; the main task of ESP-IDF has only 3584. */
#define ARDOQ_TASK_STACK_SIZE 8192

/** Priority of the reporter's task: the lowest, because a handshake computes for a second or more,
 * and nothing waits for it. */
#define ARDOQ_TASK_PRIORITY   1

/**
 * Starts a task that reports for ever: ardoq_reporter_run() with ARDOQ_TASK_STACK_SIZE and
 * ARDOQ_TASK_PRIORITY. NVS must be initialised. The network and the time need not be there yet:
 * without them an attempt fails, and another follows.
 * @param reporter  opened, static; from now on the task's, but for ardoq_reporter_now(), _stop()
 * and _status()
 * @param on_event  takes what happens, in that task; null: nobody
 * @param context   given to it
 * @return ARDOQ_OK, or ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_reporter_start_task(ardoq_reporter_t *reporter, ardoq_on_event_t on_event,
                                      void *context);

/**
 * Adds the command `ardoq` to esp_console: see ardoq_command_line(). It is there with
 * CONFIG_ARDOQ_CONSOLE. Each command runs in a task of its own with ARDOQ_TASK_STACK_SIZE, so the
 * console's stack does not matter, and takes its memory from the heap while it runs.
 *
 * Call it once, after esp_console_init() or esp_console_new_repl_...().
 * @param describe  adds what the program knows; null if nothing
 * @param reporter  of ardoq_reporter_start_task(), for `ardoq status`; null if none runs
 * @return ARDOQ_OK; ARDOQ_ERR_OUT_OF_MEMORY; ARDOQ_ERR_INVALID_ARGUMENT when esp_console refuses
 * the command.
 */
ardoq_err_t ardoq_esp_idf_register_console(ardoq_describe_t describe, ardoq_reporter_t *reporter);

#ifdef __cplusplus
}
#endif

#endif
