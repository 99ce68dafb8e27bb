#include "../../../components/base/utc.c"

#include "../proof.h"

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

void prove_to_iso8601(void)
{
    const int64_t seconds = nondet_int64();
    ASSUME(seconds >= 0 && seconds <= 253402300799);
    const ardoq_iso8601_t iso = ardoq_utc_to_iso8601(seconds);
    PROVE(iso.text[4] == '-' && iso.text[10] == 'T' && iso.text[19] == 'Z' && iso.text[20] == '\0');
    PROVE(iso.text[5] == '0' || iso.text[5] == '1');
    PROVE(iso.text[11] >= '0' && iso.text[11] <= '2');
    if (iso.text[0] == '9') {
        REACHED("the end");
    }
}
