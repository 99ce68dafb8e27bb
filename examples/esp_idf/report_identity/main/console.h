/* The command `ardoq` on the device's console, with CONFIG_ARDOQ_CONSOLE. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <ardoq/commands.h>
#include <ardoq/reporter.h>
#include <esp_err.h>

/* Starts a console on the channel of ESP-IDF's log, with the commands of docs/esp-idf.md,
 * section 6. Without CONFIG_ARDOQ_CONSOLE it does nothing. */
esp_err_t console_start(ardoq_describe_t describe, ardoq_reporter_t *reporter);

#endif
