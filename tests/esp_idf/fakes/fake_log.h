/*
 * ESP-IDF's log with every level of every tag, one message per line.
 */
#ifndef FAKE_LOG_H
#define FAKE_LOG_H

#include <esp_log.h>

void fake_log_reset(void);

/* All messages since then, such as "D nvs: nvs_close 1\n". */
const char *fake_logged(void);

#endif
