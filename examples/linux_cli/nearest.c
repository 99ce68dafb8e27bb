#include "nearest.h"

#include <ctype.h>
#include <string.h>

#include "ardoq/settings.h"
#include "console.h"

/* Longer words are not typing mistakes. */
enum { LENGTH_MAX = 31 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Number of characters to add, remove, replace or swap with a neighbour (optimal string
 * alignment). Both are at most LENGTH_MAX long. */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t cost[LENGTH_MAX + 1][LENGTH_MAX + 1];
    for (size_t i = 0; i <= a_size; i++) {
        for (size_t j = 0; j <= b_size; j++) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const size_t change = is_same(a[i - 1], b[j - 1]) ? 0 : 1;
            cost[i][j] =
                least(least(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) && is_same(a[i - 2], b[j - 1])) {
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a_size][b_size];
}

nearest_t nearest_begin(const char *word, size_t size)
{
    /* One mistake in a short word, more in a long one. */
    return (nearest_t){.word = word, .size = size, .distance = size / 4 + 2};
}

void nearest_try(nearest_t *nearest, const char *name)
{
    const size_t size = strlen(name);
    if (nearest->size > LENGTH_MAX || size > LENGTH_MAX) {
        return;
    }
    const bool is_beginning = nearest->size > 2 && strncmp(name, nearest->word, nearest->size) == 0;
    const size_t distance =
        is_beginning ? 1 : edit_distance(nearest->word, nearest->size, name, size);
    /* If no character stays, it is a different word. */
    if (distance < nearest->distance && distance < nearest->size) {
        nearest->distance = distance;
        nearest->name = name;
    }
}

const char *nearest_setting(const char *word)
{
    nearest_t nearest = nearest_begin(word, strlen(word));
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        nearest_try(&nearest, setting->name);
    }
    return nearest.name;
}

const char *nearest_field(const char *word, size_t size)
{
    nearest_t nearest = nearest_begin(word, size);
    for (int i = 0; i < ARDOQ_IDENTITY_COUNT; i++) {
        nearest_try(&nearest, ardoq_identity_name((ardoq_identity_field_t)i));
    }
    return nearest.name;
}

void say_nearest(const char *name)
{
    if (name) {
        say("  did you mean ", name, "?");
    }
}
