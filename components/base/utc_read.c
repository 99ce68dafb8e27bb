#include "ardoq/utc.h"

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool take_digits(const char **at, int count, int max, int *number)
{
    *number = 0;
    for (; count > 0; count--, (*at)++) {
        if (!is_digit(**at)) {
            return false;
        }
        *number = *number * 10 + (**at - '0');
    }
    return *number <= max;
}

static bool take_one(const char **at, const char *choice)
{
    for (; *choice != '\0'; choice++) {
        if (**at == *choice) {
            (*at)++;
            return true;
        }
    }
    return false;
}

static int days_of_month(int year, int month)
{
    const ardoq_utc_t first = {year, month, 1, 0, 0, 0};
    const ardoq_utc_t next = {month < 12 ? year : year + 1, month % 12 + 1, 1, 0, 0, 0};
    return (int)(ardoq_utc_to_seconds(&next) - ardoq_utc_to_seconds(&first)) / 86400;
}

static bool take_date(const char **at, ardoq_utc_t *utc)
{
    return take_digits(at, 4, 9999, &utc->year) && take_one(at, "-") &&
           take_digits(at, 2, 12, &utc->month) && take_one(at, "-") &&
           take_digits(at, 2, 31, &utc->day) && utc->year >= 1970 && utc->month >= 1 &&
           utc->day >= 1 && utc->day <= days_of_month(utc->year, utc->month);
}

/* A fraction has at least one digit. */
static bool take_seconds(const char **at, ardoq_utc_t *utc)
{
    if (!take_digits(at, 2, 60, &utc->second)) {
        return false;
    }
    if (!take_one(at, ".,")) {
        return true;
    }
    const char *fraction = *at;
    while (is_digit(**at)) {
        (*at)++;
    }
    return *at > fraction;
}

static bool take_clock(const char **at, ardoq_utc_t *utc)
{
    return take_digits(at, 2, 23, &utc->hour) && take_one(at, ":") &&
           take_digits(at, 2, 59, &utc->minute) && (!take_one(at, ":") || take_seconds(at, utc));
}

/* Minutes that local time is ahead of UTC. */
static bool take_offset(const char **at, int *minutes)
{
    const bool is_behind = **at == '-';
    int hours;
    int rest = 0;
    *minutes = 0;
    if (take_one(at, "Zz")) {
        return true;
    }
    if (!take_one(at, "+-") || !take_digits(at, 2, 23, &hours)) {
        return false;
    }
    if ((take_one(at, ":") || **at != '\0') && !take_digits(at, 2, 59, &rest)) {
        return false;
    }
    *minutes = (is_behind ? -1 : 1) * (hours * 60 + rest);
    return true;
}

bool ardoq_utc_from_iso8601(const char *text, int64_t *seconds)
{
    ardoq_utc_t utc = {0};
    int minutes = 0;
    if (!take_date(&text, &utc)) {
        return false;
    }
    if (*text != '\0' && (!take_one(&text, "Tt ") || !take_clock(&text, &utc) ||
                          !take_offset(&text, &minutes) || *text != '\0')) {
        return false;
    }
    *seconds = ardoq_utc_to_seconds(&utc) - (int64_t)minutes * 60;
    return true;
}
