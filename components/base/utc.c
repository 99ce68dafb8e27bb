#include "ardoq/utc.h"

#include "ardoq/version.h"

/* Days fit 32 bits, and a processor that has no more needs a library to divide 64. */
enum { DAY_SECONDS = 86400, DAYS_TO_1970 = 719468, ERA_DAYS = 146097 };

/* Years are counted from March, so that a leap day ends a year: the algorithm is Howard Hinnant's
 * days_from_civil (howardhinnant.github.io/date_algorithms.html). */
static int32_t days_from_civil(int32_t year, int32_t month, int32_t day)
{
    const int32_t y = month <= 2 ? year - 1 : year;
    const int32_t era = y / 400;
    const int32_t year_of_era = y - era * 400;
    const int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int32_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

int64_t ardoq_utc_to_seconds(const ardoq_utc_t *utc)
{
    const int32_t of_day = (utc->hour * 60 + utc->minute) * 60 + utc->second;
    return (int64_t)days_from_civil(utc->year, utc->month, utc->day) * DAY_SECONDS + of_day;
}

bool ardoq_utc_is_plausible(int64_t seconds)
{
    return seconds >= ARDOQ_RELEASE_TIME;
}

static void civil_from_days(int32_t days, ardoq_utc_t *utc)
{
    days += DAYS_TO_1970;
    const int32_t era = days / ERA_DAYS;
    const int32_t day_of_era = days - era * ERA_DAYS;
    const int32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int32_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int32_t month = (5 * day_of_year + 2) / 153;
    utc->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    utc->month = (int)(month < 10 ? month + 3 : month - 9);
    utc->year = (int)(year_of_era + era * 400 + (utc->month <= 2 ? 1 : 0));
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

ardoq_iso8601_t ardoq_utc_to_iso8601(int64_t seconds)
{
    /* A day is 675 times 128 seconds; counted in these, the year 9999 fits 32 bits. */
    const int32_t days = (int32_t)(seconds >> 7) / 675;
    const int of_day = (int)(seconds - (int64_t)days * DAY_SECONDS);
    ardoq_utc_t utc;
    civil_from_days(days, &utc);

    ardoq_iso8601_t iso;
    char *out = put_digits(iso.text, utc.year, 4, '-');
    out = put_digits(out, utc.month, 2, '-');
    out = put_digits(out, utc.day, 2, 'T');
    out = put_digits(out, of_day / 3600, 2, ':');
    out = put_digits(out, of_day / 60 % 60, 2, ':');
    out = put_digits(out, of_day % 60, 2, 'Z');
    *out = '\0';
    return iso;
}
