#include <string.h>

#include "command.h"

#define COMMAND_POINTER(name) &command_##name,
static const command_t *const commands[] = {COMMANDS(COMMAND_POINTER)};

const struct argp_option common_options[] = {
    {"store", OPTION_STORE, "FILE", 0,
     "The settings store (default: ardoq/store in $XDG_CONFIG_HOME, or in ~/.config)", 0},
    {"ca", OPTION_CA, "FILE", 0, "Trust the root certificates in this PEM file, and no others", 0},
    {"json", OPTION_JSON, NULL, 0, "Write JSON on a terminal too, where a table would be shown", 0},
    {"verbose", 'v', NULL, 0,
     "Show what happens on the way, and the whole body of an error; never the token", 0},
    {"help", 'h', NULL, 0, "Show help, of the command if there is one", 0},
    {"version", OPTION_VERSION, NULL, 0, "Show the version", 0},
    {0},
};

const command_t *command_at(size_t index)
{
    return index < sizeof commands / sizeof commands[0] ? commands[index] : NULL;
}

const command_t *command_find(const char *name)
{
    const command_t *command;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}
