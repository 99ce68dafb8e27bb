#include "complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/settings.h"
#include "command.h"
#include "command_line.h"
#include "help.h"

/* The words before the last one. */
typedef struct {
    const command_t *command; /* null: none yet */
    char **words;             /* of the command */
    size_t count;
    const struct argp_option *option; /* whose value is the last word; null: none */
    bool has_ended;                   /* after --, there are no options */
} context_t;

/* ---- Offers ---------------------------------------------------------------------------------- */

static void offer(const char *begin, const char *name, const char *end, const char *meaning)
{
    if (strncmp(name, begin, strlen(begin)) == 0) {
        printf("%s%s\t%s\n", name, end, meaning);
    }
}

static void offer_commands(const char *begin, const char *end)
{
    const command_t *command;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        offer(begin, command->name, end, command->summary);
    }
}

static void offer_settings(const char *begin, const char *end)
{
    const ardoq_setting_t *setting;
    variable_t room;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        offer(begin, setting->name, end, setting_meaning(setting, &room));
    }
}

static void offer_fields(const char *begin, const char *end)
{
#define ARDOQ_IDENTITY_FIELD(name, what) offer(begin, #name, end, what);
#include "ardoq/identity.def"
}

static void offer_files(const char *begin, const char *end)
{
    (void)begin;
    (void)end;
    puts(":files");
}

/* Offers depend on what the help calls a value or a word; there are none for other names. */
static void offer_kind(const char *name, const char *begin)
{
    static const struct {
        const char *name;
        void (*offer)(const char *begin, const char *end);
        const char *end;
    } kinds[] = {
        {"FILE", offer_files, ""},       {"DIR", offer_files, ""},
        {"FIELD=", offer_fields, "="},   {"SETTING=", offer_settings, "="},
        {"SETTING", offer_settings, ""}, {"[COMMAND]", offer_commands, ""},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncmp(name, kinds[i].name, strlen(kinds[i].name)) == 0) {
            kinds[i].offer(begin, kinds[i].end);
            return;
        }
    }
}

static void offer_options(const struct argp_option *options, const char *begin)
{
    for (; options && options->name; options++) {
        if ((options->flags & OPTION_HIDDEN) == 0) {
            char name[64];
            snprintf(name, sizeof name, "--%s", options->name);
            offer(begin, name, options->arg ? "=" : "", options->doc);
        }
    }
}

/* ---- Words of a command ---------------------------------------------------------------------- */

static bool is_literal(const char *word)
{
    return word[0] >= 'a' && word[0] <= 'z';
}

/* Compares with one form of the words; offers the next one if all before it fit. */
static void offer_word(const context_t *context, const char *line, const char *begin)
{
    for (size_t i = 0; i < context->count; i++) {
        const size_t size = strcspn(line, " \n");
        const bool is_same =
            strncmp(line, context->words[i], size) == 0 && context->words[i][size] == '\0';
        if ((is_literal(line) && !is_same) || line[size] != ' ') {
            return;
        }
        line += size + 1;
    }
    if (is_literal(line)) {
        char word[32];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(line, " \n"), line);
        offer(begin, word, "", "");
    } else {
        offer_kind(line, begin);
    }
}

static void offer_words(const context_t *context, const char *begin)
{
    const char *line = context->command->arguments;
    while (*line != '\0') {
        offer_word(context, line, begin);
        line += strcspn(line, "\n");
        line += *line != '\0' ? 1 : 0;
    }
}

/* ---- What came before ------------------------------------------------------------------------ */

static const struct argp_option *find_in(const struct argp_option *options, const char *word)
{
    for (; options && options->name; options++) {
        const bool is_letter = word[1] == options->key && word[2] == '\0';
        if (is_letter || (word[1] == '-' && strcmp(word + 2, options->name) == 0)) {
            return options;
        }
    }
    return NULL;
}

static void take_word(context_t *context, char *word)
{
    if (context->option) {
        context->option = NULL; /* this is its value */
    } else if (strcmp(word, "--") == 0) {
        context->has_ended = true;
    } else if (word[0] == '-' && word[1] != '\0' && !context->has_ended) {
        const struct argp_option *option = find_in(common_options, word);
        option = option || !context->command ? option : find_in(context->command->options, word);
        context->option = option && option->arg ? option : NULL;
    } else if (!context->command) {
        context->command = command_find(word);
    } else {
        context->words[context->count++] = word;
    }
}

/* --NAME=VALUE: the option, and the value instead of the word. */
static void split_option(context_t *context, char **last)
{
    char *equals = strchr(*last, '=');
    if (!context->option && !context->has_ended && strncmp(*last, "--", 2) == 0 && equals) {
        *equals = '\0';
        take_word(context, *last);
        *last = equals + 1;
    }
}

void complete(size_t count, char **words)
{
    context_t context = {.words = words};
    char nothing[] = "";
    char *last = count > 0 ? words[count - 1] : nothing;
    for (size_t i = 0; i + 1 < count; i++) {
        take_word(&context, words[i]);
    }
    split_option(&context, &last);
    if (context.option) {
        offer_kind(context.option->arg, last);
    } else if (last[0] == '-' && !context.has_ended) {
        offer_options(context.command ? context.command->options : NULL, last);
        offer_options(common_options, last);
    } else if (context.command) {
        offer_words(&context, last);
    } else {
        offer_commands(last, "");
    }
}
