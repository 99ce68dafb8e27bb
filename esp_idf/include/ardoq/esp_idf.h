/**
 * @file
 * What the component for ESP-IDF offers beside the library.
 */
#ifndef ARDOQ_ESP_IDF_H
#define ARDOQ_ESP_IDF_H

#include "ardoq/commands.h"
#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of stack of a task that talks to Ardoq. The TLS handshake needs most of it; the main task
 * of ESP-IDF has only 3584. */
#define ARDOQ_TASK_STACK_SIZE 8192

/**
 * Adds the command `ardoq` to esp_console: see ardoq_command_line(). It is there with
 * CONFIG_ARDOQ_CONSOLE. Each command runs in a task of its own with ARDOQ_TASK_STACK_SIZE, so the
 * console's stack does not matter, and takes its memory from the heap while it runs.
 *
 * Call it once, after esp_console_init() or esp_console_new_repl_...().
 * @param describe  adds what the program knows; null if nothing
 * @return ARDOQ_OK; ARDOQ_ERR_OUT_OF_MEMORY; ARDOQ_ERR_INVALID_ARGUMENT when esp_console refuses
 * the command.
 */
ardoq_err_t ardoq_esp_idf_register_console(ardoq_describe_t describe);

#ifdef __cplusplus
}
#endif

#endif
