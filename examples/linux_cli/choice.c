#include "choice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "console.h"
#include "table.h"

/* The most shown at once. */
enum { SHOWN_MAX = 20 };

/* ---- The list -------------------------------------------------------------------------------- */

bool choices_add(choices_t *choices, const choice_t *choice)
{
    if (choices->count == choices->room) {
        const size_t room = choices->room > 0 ? choices->room * 2 : 16;
        choice_t *items = reallocarray(choices->items, room, sizeof *items);
        if (!items) {
            return false;
        }
        choices->items = items;
        choices->room = room;
    }
    choices->items[choices->count++] = *choice;
    return true;
}

static int compare(const void *a, const void *b)
{
    const choice_t *const one = a;
    const choice_t *const other = b;
    const int order = strcasecmp(one->name, other->name);
    return order != 0 ? order : strcmp(one->id, other->id);
}

void choices_sort(choices_t *choices)
{
    if (choices->count > 0) {
        qsort(choices->items, choices->count, sizeof choices->items[0], compare);
    }
}

void choices_free(choices_t *choices)
{
    free(choices->items);
    *choices = (choices_t){0};
}

/* ---- Showing it ------------------------------------------------------------------------------ */

static bool meets(const choice_t *choice, const char *part)
{
    return strcasestr(choice->name, part) || strcasecmp(choice->id, part) == 0;
}

static bool add_row(table_t *table, size_t number, const choice_t *choice)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%4zu", number);
    const char *const cells[TABLE_COLUMNS] = {digits, choice->name, choice->id};
    return table_add(table, cells);
}

static void say_more(size_t count)
{
    if (count > SHOWN_MAX) {
        char digits[24];
        snprintf(digits, sizeof digits, "%zu", count - SHOWN_MAX);
        say("  and ", digits, " more: type part of a name to see fewer");
    }
}

/* Shows those whose name has the part. Returns how many there are. */
static size_t show(const choices_t *choices, const char *part)
{
    table_t table = {0};
    size_t count = 0;
    bool has_room = table_add(&table, (const char *const[TABLE_COLUMNS]){"   #", "NAME", "ID"});
    for (size_t i = 0; i < choices->count; i++) {
        if (meets(&choices->items[i], part)) {
            has_room =
                has_room && (count >= SHOWN_MAX || add_row(&table, i + 1, &choices->items[i]));
            count++;
        }
    }
    if (count > 0 && has_room) {
        table_print(&table, stderr, terminal_width());
        say_more(count);
    }
    table_free(&table);
    return count;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

/* The only choice that contains the part; null if there are others. */
static const choice_t *only_one(const choices_t *choices, const char *part)
{
    const choice_t *found = NULL;
    for (size_t i = 0; i < choices->count; i++) {
        if (meets(&choices->items[i], part)) {
            if (found) {
                return NULL;
            }
            found = &choices->items[i];
        }
    }
    return found;
}

static const choice_t *find_id(const choices_t *choices, const char *id)
{
    for (size_t i = 0; i < choices->count; i++) {
        if (strcmp(choices->items[i].id, id) == 0) {
            return &choices->items[i];
        }
    }
    return NULL;
}

/* Null if the answer is not the number of a choice. */
static const choice_t *by_number(const choices_t *choices, const char *answer)
{
    const bool is_number = answer[strspn(answer, "0123456789")] == '\0';
    const unsigned long number = is_number ? strtoul(answer, NULL, 10) : 0;
    return number >= 1 && number <= choices->count ? &choices->items[number - 1] : NULL;
}

/* The choice that the answer selects; null: the answer is part of a name. */
static const choice_t *chosen_by(const choices_t *choices, const char *answer,
                                 const choice_t *preset)
{
    return answer[0] == '\0' ? preset : by_number(choices, answer);
}

const choice_t *choose(const choices_t *choices, const char *what, const char *preset_id)
{
    const choice_t *preset = find_id(choices, preset_id);
    char question[96];
    char answer[ANSWER_SIZE];
    preset = preset ? preset : only_one(choices, "");
    snprintf(question, sizeof question, "Which %s? Its number, or part of its name", what);
    (void)show(choices, "");
    while (ask_line(question, preset ? preset->name : "", answer)) {
        const choice_t *chosen = chosen_by(choices, answer, preset);
        if (chosen) {
            return chosen;
        }
        if (show(choices, answer) == 0) {
            say("no ", what, " has this in its name: ", answer);
        }
        const choice_t *only = only_one(choices, answer);
        preset = only ? only : preset;
    }
    return NULL;
}
