#ifndef TESTS_ESP_CONSOLE_H
#define TESTS_ESP_CONSOLE_H

#include <esp_err.h>
#include <stddef.h>
#include <stdint.h>

typedef int (*esp_console_cmd_func_t)(int argc, char **argv);

/* The texts must live as long as the console; the structure itself need not. */
typedef struct {
    const char *command;
    const char *help;
    const char *hint;
    esp_console_cmd_func_t func;
} esp_console_cmd_t;

esp_err_t esp_console_cmd_register(const esp_console_cmd_t *cmd);

/* What reads lines and runs the commands. */
typedef struct esp_console_repl_s esp_console_repl_t;

typedef struct {
    uint32_t max_history_len;
    const char *history_save_path;
    uint32_t task_stack_size;
    uint32_t task_priority;
    const char *prompt;
    size_t max_cmdline_length;
} esp_console_repl_config_t;

#define ESP_CONSOLE_REPL_CONFIG_DEFAULT()                                                          \
    {                                                                                              \
        .max_history_len = 32                                                                      \
    }

/* Each channel is there with its option alone. */
typedef struct {
    int channel;
} esp_console_dev_uart_config_t;

#define ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT()                                                      \
    {                                                                                              \
        .channel = 0                                                                               \
    }

esp_err_t esp_console_new_repl_uart(const esp_console_dev_uart_config_t *dev_config,
                                    const esp_console_repl_config_t *repl_config,
                                    esp_console_repl_t **ret_repl);
esp_err_t esp_console_start_repl(esp_console_repl_t *repl);

#endif
