#include "duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, WEEK = 7 * DAY };

/* That many digits of weeks are 1,900 years. */
enum { DIGITS_MAX = 5 };

int64_t duration_seconds(const char *text)
{
    int64_t number = 0;
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX) {
        return 0;
    }
    for (size_t i = 0; i < digits; i++) {
        number = number * 10 + (text[i] - '0');
    }
    const char *unit = text + digits;
    if (strcmp(unit, "h") == 0) {
        return number * HOUR;
    }
    if (strcmp(unit, "d") == 0) {
        return number * DAY;
    }
    return strcmp(unit, "w") == 0 ? number * WEEK : 0;
}

/* Each unit is used up to twice the next one: within two days the hours still matter. */
const char *span_text(int64_t seconds, span_text_t *room)
{
    static const struct {
        int below;
        int seconds;
        const char *name;
    } units[] = {
        {2 * MINUTE, 1, "s"},
        {2 * HOUR, MINUTE, "min"},
        {2 * DAY, HOUR, "h"},
        {0, DAY, "d"},
    };
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof units[0] && seconds >= units[i].below) {
        i++;
    }
    snprintf(room->text, sizeof room->text, "%" PRId64 " %s", seconds / units[i].seconds,
             units[i].name);
    return room->text;
}
