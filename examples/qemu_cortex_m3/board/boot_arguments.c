#include "boot_arguments.h"

#include <string.h>

#include "semihosting.h"
#include "uart.h"

boot_arguments_t boot_arguments = {
    .flash = "flash.bin",
    .network_wait_ms = 5000,
};

static bool take_flash(const char *value)
{
    boot_arguments.flash = value;
    return value[0] != '\0';
}

/* (newlib's strtoul() is 370 bytes.) */
static bool take_number(const char *value, uint32_t max, uint32_t *number)
{
    *number = 0;
    while (*value >= '0' && *value <= '9' && *number <= max) {
        *number = *number * 10 + (uint32_t)(*value++ - '0');
    }
    return *value == '\0' && *number > 0 && *number <= max;
}

static bool take_dns_port(const char *value)
{
    uint32_t port = 0;
    const bool is_valid = take_number(value, UINT16_MAX, &port);
    boot_arguments.dns_port = (uint16_t)port;
    return is_valid;
}

static bool take_network_wait(const char *value)
{
    return take_number(value, 600000, &boot_arguments.network_wait_ms);
}

static const struct {
    const char *name;
    bool (*take)(const char *value);
} known[] = {
    {"flash=", take_flash},
    {"dns-port=", take_dns_port},
    {"network-wait=", take_network_wait},
};

static bool take_argument(const char *argument)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const size_t size = strlen(known[i].name);
        if (strncmp(argument, known[i].name, size) == 0) {
            return known[i].take(argument + size);
        }
    }
    return false;
}

static bool refuse(const char *argument)
{
    uart_print("error: wrong boot argument: ");
    uart_print(argument);
    uart_print("\n  known: flash=PATH dns-port=1..65535 network-wait=1..600000 (ms)\n");
    return false;
}

/* Removes and returns the next word; "" at the end. (newlib's strtok() would link stdio.) */
static const char *next_word(char **line)
{
    char *word = *line + strspn(*line, " ");
    char *end = word + strcspn(word, " ");
    *line = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

bool boot_arguments_read(void)
{
    static char line[384]; /* the path of the flash points into it */
    if (!semihosting_command_line(line, sizeof line)) {
        return refuse("the command line is too long");
    }
    char *at = line;
    next_word(&at); /* the program's name */
    const char *argument;
    while ((argument = next_word(&at))[0] != '\0') {
        if (!take_argument(argument)) {
            return refuse(argument);
        }
    }
    return true;
}
