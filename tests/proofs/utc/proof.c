#include "../../../components/base/utc.c"

#include "../proof.h"

enum { DAYS_TO_2100 = 47482 };

static int any_int(int min, int max)
{
    const int value = nondet_int();
    ASSUME(value >= min && value <= max);
    return value;
}

static ardoq_utc_t any_utc(int year_min)
{
    return (ardoq_utc_t){
        .year = any_int(year_min, 9999),
        .month = any_int(1, 12),
        .day = any_int(1, 31),
        .hour = any_int(0, 23),
        .minute = any_int(0, 59),
        .second = any_int(0, 60),
    };
}

/* The dates that a certificate can state (RFC 5280, 4.1.2.5), and more. */
void prove_to_seconds(void)
{
    const ardoq_utc_t utc = any_utc(0);
    const int64_t seconds = ardoq_utc_to_seconds(&utc);
    PROVE(seconds >= -62168515200 && seconds <= 253402300800 + 86400);
    if (utc.year == 9999) {
        REACHED("the end");
    }
}

/* What becomes of the days; the rest is their text. */
void prove_date(void)
{
    ardoq_utc_t utc;
    set_date(&utc, any_int(DAYS_TO_1970, DAYS_TO_1970 + DAYS_TO_2100 - 1));
    PROVE(utc.year >= 1970 && utc.year <= 2099);
    PROVE(utc.month >= 1 && utc.month <= 12);
    PROVE(utc.day >= 1 && utc.day <= 31);
    if (utc.year == 2099) {
        REACHED("the last year");
    }
}

/* Any number of up to four digits ends in front of its separator. */
void prove_digits(void)
{
    char text[6];
    const int width = any_int(1, 4);
    char *const end = put_digits(text, any_int(0, 9999), width, 'Z');
    PROVE(end == text + width + 1 && end[-1] == 'Z');
    for (int i = 0; i < width; i++) {
        PROVE(text[i] >= '0' && text[i] <= '9');
    }
    REACHED("the end");
}
