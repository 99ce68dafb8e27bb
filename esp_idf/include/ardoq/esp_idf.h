/**
 * @file
 * Additional functions of the ESP-IDF component.
 */
#ifndef ARDOQ_ESP_IDF_H
#define ARDOQ_ESP_IDF_H

#include "ardoq/commands.h"
#include "ardoq/err.h"
#include "ardoq/reporter.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Stack of a task that talks to Ardoq, in bytes (see docs/esp-idf.md, 7). The TLS handshake needs
 * most of it; ESP-IDF's main task has only 3584.
 */
#define ARDOQ_TASK_STACK_SIZE 8192

/**
 * Priority of the reporter's task: the lowest, because a handshake takes a second or more of
 * processor time, and nothing waits for it.
 */
#define ARDOQ_TASK_PRIORITY   1

/**
 * Starts a task that runs ardoq_reporter_run() for ever, with ARDOQ_TASK_STACK_SIZE and
 * ARDOQ_TASK_PRIORITY. NVS must be initialised. Network and time need not be available yet: without
 * them an attempt fails, and another follows.
 * @param reporter  opened, static; from now on used by the task, except for ardoq_reporter_now(),
 *                  _stop() and _status()
 * @param on_event  called with events in that task; may be null
 * @param context   passed to on_event
 * @return ARDOQ_OK, or ARDOQ_ERR_OUT_OF_MEMORY.
 */
ardoq_err_t ardoq_reporter_start_task(ardoq_reporter_t *reporter, ardoq_on_event_t on_event,
                                      void *context);

/**
 * Adds the command `ardoq` to esp_console: see ardoq_command_line(). Needs CONFIG_ARDOQ_CONSOLE.
 * Each command runs in its own task with ARDOQ_TASK_STACK_SIZE, so the console's stack does not
 * matter, and uses heap memory while it runs.
 *
 * Call it once, after esp_console_init() or esp_console_new_repl_...().
 * @param describe  adds what the program knows; may be null
 * @param reporter  of ardoq_reporter_start_task(), for `ardoq status`; null if there is none
 * @return ARDOQ_OK; ARDOQ_ERR_OUT_OF_MEMORY; ARDOQ_ERR_INVALID_ARGUMENT if esp_console rejects the
 *         command.
 */
ardoq_err_t ardoq_esp_idf_register_console(ardoq_describe_t describe, ardoq_reporter_t *reporter);

#ifdef __cplusplus
}
#endif

#endif
