#ifndef TESTS_ESP_CONSOLE_H
#define TESTS_ESP_CONSOLE_H

#include <esp_err.h>

typedef int (*esp_console_cmd_func_t)(int argc, char **argv);

/* The texts must live as long as the console; the structure itself need not. */
typedef struct {
    const char *command;
    const char *help;
    const char *hint;
    esp_console_cmd_func_t func;
} esp_console_cmd_t;

esp_err_t esp_console_cmd_register(const esp_console_cmd_t *cmd);

#endif
