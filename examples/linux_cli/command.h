/* The commands of the tool. Parsing, help, the man page and shell completion all use these
 * tables. */
#ifndef COMMAND_H
#define COMMAND_H

#include <argp.h>
#include <stddef.h>

/* Keys of the options of every command. Those of a command are letters, or begin at OPTION_FIRST
 * for options without one. */
enum {
    OPTION_STORE = 0x100,
    OPTION_CA,
    OPTION_JSON,
    OPTION_VERSION,
    OPTION_FIRST = 0x200,
};

/* A command takes any number of words. */
#define WORDS_ANY ((size_t)-1)

typedef struct {
    const char *name;
    const char *summary; /* one line, without a full stop */
    /* Its words, one line for each form; "" for none. Lower case is literal; complete.c has what a
     * word in capitals means for shell completion. */
    const char *arguments;
    const char *text;                  /* details after the summary; line breaks are kept */
    const char *examples;              /* shell lines, each with its line break */
    const struct argp_option *options; /* its own; the last one is zeroed; null: none */
    size_t words_max;                  /* more are refused */
    /* Handles one of its options. GO_ON, or the exit code to end with. Null if it has none. */
    int (*take)(int key, char *value);
    /* Runs it with the words after its name. Returns the exit code of the tool. */
    int (*run)(size_t count, char **words);
} command_t;

/* All commands, in the order in which they are listed. A new one is one row here, and
 * `const command_t command_NAME` in a file of its own. */
#define COMMANDS(ROW)                                                                              \
    ROW(setup)                                                                                     \
    ROW(check)                                                                                     \
    ROW(me)                                                                                        \
    ROW(report)                                                                                    \
    ROW(run)                                                                                       \
    ROW(status)                                                                                    \
    ROW(devices)                                                                                   \
    ROW(retire)                                                                                    \
    ROW(workspaces)                                                                                \
    ROW(context)                                                                                   \
    ROW(components)                                                                                \
    ROW(request)                                                                                   \
    ROW(config)                                                                                    \
    ROW(csr)                                                                                       \
    ROW(provision)                                                                                 \
    ROW(help)

#define COMMAND_DECLARATION(name) extern const command_t command_##name;
COMMANDS(COMMAND_DECLARATION)

/* Null past the last one. */
const command_t *command_at(size_t index);

/* Null if there is none. */
const command_t *command_find(const char *name);

/* The options that go before and after any command. */
extern const struct argp_option common_options[];

#endif
