#include "command_line.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/port_posix.h"
#include "ardoq/version.h"
#include "console.h"
#include "files.h"
#include "help.h"
#include "nearest.h"
#include "session.h"

/* What was read of the command line. */
static struct {
    const command_t *command; /* null: none yet */
    char **words;             /* its words, stored in argv */
    size_t word_count;
    bool wants_help;
    int code;   /* to end with; GO_ON: none */
    int taken;  /* words of argv that were taken so far */
    int failed; /* where argp gave up */
} line;

/* ---- What argp refuses ----------------------------------------------------------------------- */

/* argp would print the word unchanged: it may act on a terminal, or have a secret after the equals
 * sign. */

/* Those of every command come first. */
static const struct argp_option *option_at(size_t index)
{
    size_t count = 0;
    while (common_options[count].name) {
        count++;
    }
    if (index < count) {
        return &common_options[index];
    }
    const struct argp_option *own = line.command ? line.command->options : NULL;
    for (; own && own->name && count < index; count++) {
        own++;
    }
    return own && own->name ? own : NULL;
}

/* The option whose name is this or begins with it; null if none or several begin with it. */
static const struct argp_option *find_long(const char *name, size_t size, bool *is_ambiguous)
{
    const struct argp_option *found = NULL;
    const struct argp_option *option;
    *is_ambiguous = false;
    for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
        if (strncmp(option->name, name, size) != 0) {
            continue;
        }
        if (option->name[size] == '\0') {
            *is_ambiguous = false;
            return option;
        }
        *is_ambiguous = *is_ambiguous || found;
        found = option;
    }
    return *is_ambiguous ? NULL : found;
}

static int refuse_unknown(char *name, size_t size)
{
    nearest_t nearest = nearest_begin(name, size);
    const struct argp_option *option;
    for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
        nearest_try(&nearest, option->name);
    }
    name[size] = '\0';
    return nearest.name
               ? usage_error("there is no option --", name, "; did you mean --", nearest.name, "?")
               : usage_error("there is no option --", name);
}

static int refuse_long(char *name)
{
    const size_t size = strcspn(name, "=");
    bool is_ambiguous;
    const struct argp_option *option = find_long(name, size, &is_ambiguous);
    if (is_ambiguous) {
        name[size] = '\0';
        return usage_error("more than one option begins with --", name);
    }
    if (!option) {
        return refuse_unknown(name, size);
    }
    return option->arg
               ? usage_error("this option needs a value: --", option->name, "=", option->arg)
               : usage_error("this option takes no value: --", option->name);
}

static const struct argp_option *find_letter(char letter)
{
    const struct argp_option *option;
    for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
        if (option->key == letter) {
            return option;
        }
    }
    return NULL;
}

/* The first of several joined letters that is unknown, or that needs a value. */
static int refuse_letters(const char *letters)
{
    const struct argp_option *option = NULL;
    for (; *letters != '\0'; letters++) {
        option = find_letter(*letters);
        if (!option) {
            return usage_error("there is no option -", (const char[]){*letters, '\0'});
        }
        if (option->arg) {
            break;
        }
    }
    return usage_error("this option needs a value: --", option ? option->name : "");
}

/* argp stays at a word whose letters it has not all seen. */
static int refuse(char **argv)
{
    char *word = argv[line.failed > line.taken ? line.failed - 1 : line.failed];
    const int code = strncmp(word, "--", 2) == 0 ? refuse_long(word + 2) : refuse_letters(word + 1);
    if (line.word_count > 0) {
        say("  put a word that begins with - but is not an option after --");
    }
    return code;
}

/* ---- Parsing --------------------------------------------------------------------------------- */

/* All options are in our tables, so argp's own options and messages are not used. */
enum { PARSE_FLAGS = ARGP_SILENT | ARGP_IN_ORDER };

static int set_ca(const char *path)
{
    free((char *)config.ca_pem);
    config.ca_pem = read_file(path);
    return config.ca_pem ? GO_ON : reading_error(path);
}

static int take_common(int key, char *value)
{
    switch (key) {
    case OPTION_STORE:
        ardoq_posix_set_store_path(value);
        return GO_ON;
    case OPTION_CA:
        ca_path = value;
        return set_ca(value);
    case OPTION_JSON:
        wants_json = true;
        return GO_ON;
    case 'v':
        is_verbose = true;
        ardoq_posix_set_log_level(ARDOQ_LOG_DEBUG);
        return GO_ON;
    case 'h':
        line.wants_help = true;
        return GO_ON;
    default: /* OPTION_VERSION */
        puts("ardoq " ARDOQ_VERSION);
        return EXIT_SUCCESS;
    }
}

static error_t end_with(int code)
{
    line.code = code;
    return code == GO_ON ? 0 : ECANCELED;
}

/* Notes how far argp has read. False for one of argp's own keys, which have no word. */
static bool is_of_word(int key, const struct argp_state *state)
{
    if (key < ARGP_KEY_END) {
        line.taken = state->next;
    } else if (key == ARGP_KEY_ERROR) {
        line.failed = state->next;
    }
    return key < ARGP_KEY_END;
}

static error_t parse_common(int key, char *value, struct argp_state *state)
{
    if (!is_of_word(key, state) || key == ARGP_KEY_ARG) {
        return ARGP_ERR_UNKNOWN;
    }
    return end_with(take_common(key, value));
}

static error_t parse_own(int key, char *value, struct argp_state *state)
{
    if (!is_of_word(key, state)) {
        return ARGP_ERR_UNKNOWN;
    }
    if (key != ARGP_KEY_ARG) {
        return end_with(line.command->take(key, value));
    }
    line.words[line.word_count++] = value;
    return 0;
}

int refuse_command(const char *name)
{
    nearest_t nearest = nearest_begin(name, strlen(name));
    const command_t *command;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        nearest_try(&nearest, command->name);
    }
    return nearest.name ? usage_error("there is no command \"", name, "\"; did you mean \"",
                                      nearest.name, "\"?")
                        : usage_error("there is no command \"", name, "\"");
}

static const struct argp common = {common_options, parse_common, NULL, NULL, NULL, NULL, NULL};
const struct argp *common_argp(void)
{
    return &common;
}

static const struct argp_child children[] = {{&common, 0, "Options of every command:", 1}, {0}};

struct argp argp_of(const command_t *command)
{
    return (struct argp){
        .options = command->options,
        .parser = parse_own,
        .args_doc = command->arguments,
        .children = children,
    };
}

/* The first word is the command, and all words after it belong to the command. */
static error_t parse_command(int key, char *value, struct argp_state *state)
{
    if (!is_of_word(key, state) || key != ARGP_KEY_ARG) {
        return ARGP_ERR_UNKNOWN;
    }
    line.command = command_find(value);
    if (!line.command) {
        return end_with(refuse_command(value));
    }
    console_command = line.command->name;
    char **argv = state->argv + state->next - 1;
    const int argc = state->argc - state->next + 1;
    const struct argp argp = argp_of(line.command);
    line.words = argv;
    line.taken = 1;
    state->next = state->argc;
    if (argp_parse(&argp, argc, argv, PARSE_FLAGS, NULL, NULL) == 0) {
        return 0;
    }
    return end_with(line.code == GO_ON ? refuse(argv) : line.code);
}

/* ---- Running --------------------------------------------------------------------------------- */

static int run_command(void)
{
    const command_t *command = line.command;
    if (line.wants_help) {
        show_help(command);
        return EXIT_SUCCESS;
    }
    if (!command) {
        return usage_error("a command is missing");
    }
    if (line.word_count > command->words_max) {
        return usage_error(command->name, " does not take: ", line.words[command->words_max]);
    }
    return command->run(line.word_count, line.words);
}

int run_command_line(int argc, char **argv)
{
    static const struct argp argp = {NULL, parse_command, NULL, NULL, children, NULL, NULL};
    line.code = GO_ON;
    line.taken = 1;
    if (argp_parse(&argp, argc, argv, PARSE_FLAGS, NULL, NULL) != 0 && line.code == GO_ON) {
        line.code = refuse(argv);
    }
    return flush_results(line.code == GO_ON ? run_command() : line.code);
}
