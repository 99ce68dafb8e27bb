#include "ardoq/utc.h"

#include <stddef.h>

#include "ardoq/version.h"

/* Days fit in 32 bits, and a 32-bit processor needs library code to divide 64-bit numbers. They are
 * counted from 0000-03-01, and years begin in March, so that a leap day is the last day of a
 * year. */
enum { DAY_SECONDS = 86400, DAYS_TO_1970 = 719468 };

static int32_t days_to_year(int32_t year)
{
    return year * 365 + year / 4 - year / 100 + year / 400;
}

/* Months are counted from March too: five in a row have 153 days together. */
static int32_t days_to_month(int32_t month)
{
    return (153 * month + 2) / 5;
}

int64_t ardoq_utc_to_seconds(const ardoq_utc_t *utc)
{
    const int32_t year = utc->month <= 2 ? utc->year - 1 : utc->year;
    const int32_t month = utc->month <= 2 ? utc->month + 9 : utc->month - 3;
    const int32_t days = days_to_year(year) + days_to_month(month) + utc->day - 1 - DAYS_TO_1970;
    const int32_t of_day = (utc->hour * 60 + utc->minute) * 60 + utc->second;
    return (int64_t)days * DAY_SECONDS + of_day;
}

bool ardoq_utc_is_plausible(int64_t seconds)
{
    return seconds >= ARDOQ_RELEASE_TIME;
}

static void set_date(ardoq_utc_t *utc, int32_t days)
{
    int32_t year = days / 365;
    while (days_to_year(year) > days) {
        year--;
    }
    days -= days_to_year(year);
    const int32_t month = (5 * days + 2) / 153;
    utc->day = (int)(days - days_to_month(month) + 1);
    utc->month = (int)(month < 10 ? month + 3 : month - 9);
    utc->year = (int)(month < 10 ? year : year + 1);
}

static char *put_digits(char *out, int value, int width, char separator)
{
    for (int i = width - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    out[width] = separator;
    return out + width + 1;
}

const char *ardoq_utc_to_iso8601(int64_t seconds, ardoq_iso8601_t *iso)
{
    static const char separators[] = "--T::Z";
    /* A day is 675 times 128 seconds; in units of 128 seconds the year 9999 fits in 32 bits. */
    const int32_t days = (int32_t)(seconds >> 7) / 675;
    const int of_day = (int)(seconds - (int64_t)days * DAY_SECONDS);
    ardoq_utc_t utc;
    set_date(&utc, days + DAYS_TO_1970);

    const int parts[] = {utc.year,      utc.month,        utc.day,
                         of_day / 3600, of_day / 60 % 60, of_day % 60};
    char *out = iso->text;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        out = put_digits(out, parts[i], i == 0 ? 4 : 2, separators[i]);
    }
    *out = '\0';
    return iso->text;
}
