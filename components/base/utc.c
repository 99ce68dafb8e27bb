#include "ardoq/utc.h"

#include "ardoq/version.h"

enum { DAY_SECONDS = 86400, DAYS_TO_1970 = 719468, ERA_DAYS = 146097 };

/* Years are counted from March, so that a leap day ends a year: the algorithm is Howard Hinnant's
 * days_from_civil (howardhinnant.github.io/date_algorithms.html). */
static int64_t days_from_civil(int year, int month, int day)
{
    const int64_t y = month <= 2 ? year - 1 : year;
    const int64_t era = y / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

int64_t ardoq_utc_to_seconds(const ardoq_utc_t *utc)
{
    return days_from_civil(utc->year, utc->month, utc->day) * DAY_SECONDS + utc->hour * 3600 +
           utc->minute * 60 + utc->second;
}

bool ardoq_utc_is_plausible(int64_t seconds)
{
    return seconds >= ARDOQ_RELEASE_TIME;
}

static void civil_from_days(int64_t days, ardoq_utc_t *utc)
{
    days += DAYS_TO_1970;
    const int64_t era = days / ERA_DAYS;
    const int64_t day_of_era = days - era * ERA_DAYS;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153;
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
    ardoq_utc_t utc;
    civil_from_days(seconds / DAY_SECONDS, &utc);
    const int of_day = (int)(seconds % DAY_SECONDS);

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
