/* Definitions shared by all layers: errors, identity, bounded text, UTC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"
#include "ardoq/identity.h"
#include "ardoq/text.h"
#include "ardoq/utc.h"
#include "ardoq/value.h"
#include "ardoq/version.h"

/* ---- Errors ---- */

static const struct {
    ardoq_err_t err;
    const char *name;
    ardoq_err_class_t err_class;
    const char *hint;
} errors[] = {
#define ARDOQ_ERROR(name, class_name, hint)                                                        \
    {ARDOQ_ERR_##name, #name, ARDOQ_CLASS_##class_name, hint},
#include "ardoq/errors.def"
};

enum { ERRORS = sizeof errors / sizeof errors[0] };

/* Without a macro defined by the user it is empty. */
#include "ardoq/errors.def"

static void test_errors_are_numbered_as_they_stand(void **state)
{
    (void)state;
    assert_int_equal(ARDOQ_OK, 0);
    assert_int_equal(ARDOQ_PENDING, 1);
    assert_int_equal(ARDOQ_ERR_INVALID_ARGUMENT, -1);
    assert_int_equal(ARDOQ_ERR_COUNT, ERRORS);
    for (size_t i = 0; i < ERRORS; i++) {
        assert_int_equal(errors[i].err, -1 - (int)i);
    }
}

/* A build without names shows numbers. */
static void assert_name(ardoq_err_t err, const char *name)
{
    char number[12];
    snprintf(number, sizeof number, "%d", err);
    assert_string_equal(ardoq_err_name(err), ARDOQ_ERROR_NAMES ? name : number);
}

static void test_errors_have_name_class_and_hint(void **state)
{
    (void)state;
    for (size_t i = 0; i < ERRORS; i++) {
        assert_name(errors[i].err, errors[i].name);
        assert_int_equal(ardoq_err_class(errors[i].err), errors[i].err_class);
        assert_int_not_equal(errors[i].err_class, ARDOQ_CLASS_NONE);
        assert_string_equal(ardoq_err_hint(errors[i].err), ARDOQ_HINTS ? errors[i].hint : "");
    }
}

static void test_hints_are_one_short_sentence_without_a_full_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < ERRORS; i++) {
        const char *hint = errors[i].hint;
        const size_t length = strlen(hint);
        assert_in_range(length, 1, 70);
        assert_int_not_equal(hint[length - 1], '.');
        assert_int_not_equal(hint[length - 1], ' ');
        assert_null(strchr(hint, '\n'));
        assert_null(strstr(hint, "  "));
        assert_null(strstr(hint, ". "));
    }
}

static void test_results_that_are_no_errors(void **state)
{
    (void)state;
    assert_name(ARDOQ_OK, "OK");
    assert_name(ARDOQ_PENDING, "PENDING");
    assert_int_equal(ardoq_err_class(ARDOQ_OK), ARDOQ_CLASS_NONE);
    assert_int_equal(ardoq_err_class(ARDOQ_PENDING), ARDOQ_CLASS_NONE);
    assert_string_equal(ardoq_err_hint(ARDOQ_OK), "");
    assert_string_equal(ardoq_err_hint(ARDOQ_PENDING), "");
}

static void test_unknown_numbers(void **state)
{
    (void)state;
    static const int unknown[] = {2, -1 - ARDOQ_ERR_COUNT, -1000, INT_MIN, INT_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        const ardoq_err_t err = (ardoq_err_t)unknown[i];
        assert_string_equal(ardoq_err_name(err), "UNKNOWN");
        assert_int_equal(ardoq_err_class(err), ARDOQ_CLASS_BUG);
        assert_string_equal(ardoq_err_hint(err), "");
    }
}

static void test_class_names(void **state)
{
    (void)state;
    assert_string_equal(ardoq_err_class_name(ARDOQ_CLASS_NONE), "nothing to do");
    assert_string_equal(ardoq_err_class_name(ARDOQ_CLASS_CONFIGURATION), "fix the configuration");
    assert_string_equal(ardoq_err_class_name(ARDOQ_CLASS_WAIT), "wait");
    assert_string_equal(ardoq_err_class_name(ARDOQ_CLASS_RETRY), "try again later");
    assert_string_equal(ardoq_err_class_name(ARDOQ_CLASS_BUG), "report a bug");
    assert_string_equal(ardoq_err_class_name((ardoq_err_class_t)99), "report a bug");
}

/* ---- Identity ---- */

static const struct {
    ardoq_identity_field_t field;
    const char *name;
    size_t offset;
} fields[] = {
#define ARDOQ_IDENTITY_FIELD(name, what)                                                           \
    {ARDOQ_IDENTITY_##name, #name, offsetof(ardoq_identity_t, name)},
#include "ardoq/identity.def"
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

/* The member of a field. */
static const char **member_of(ardoq_identity_t *identity, size_t field)
{
    return (const char **)((char *)identity + fields[field].offset);
}

static void test_identity_fields(void **state)
{
    (void)state;
    ardoq_identity_t identity = {0};
    assert_int_equal(FIELDS, ARDOQ_IDENTITY_COUNT);
    for (size_t i = 0; i < FIELDS; i++) {
        assert_string_equal(ardoq_identity_name(fields[i].field), fields[i].name);
        assert_string_equal(ardoq_identity_get(&identity, fields[i].field), "");
        *member_of(&identity, i) = fields[i].name;
        assert_ptr_equal(ardoq_identity_get(&identity, fields[i].field), fields[i].name);
        assert_int_equal(ardoq_identity_find(fields[i].name, strlen(fields[i].name)),
                         fields[i].field);
    }
    assert_null(ardoq_identity_name(ARDOQ_IDENTITY_COUNT));
    assert_null(ardoq_identity_get(&identity, ARDOQ_IDENTITY_COUNT));
}

static void test_identity_find_takes_the_whole_name(void **state)
{
    (void)state;
    assert_int_equal(ardoq_identity_find("serial}", 6), ARDOQ_IDENTITY_serial);
    assert_int_equal(ardoq_identity_find("serial}", 7), ARDOQ_IDENTITY_COUNT);
    assert_int_equal(ardoq_identity_find("serial\0}", 8), ARDOQ_IDENTITY_COUNT);
    assert_int_equal(ardoq_identity_find("seria", 5), ARDOQ_IDENTITY_COUNT);
    assert_int_equal(ardoq_identity_find("chip_revision", 4), ARDOQ_IDENTITY_chip);
    assert_int_equal(ardoq_identity_find("SERIAL", 6), ARDOQ_IDENTITY_COUNT);
    assert_int_equal(ardoq_identity_find("", 0), ARDOQ_IDENTITY_COUNT);
}

static void test_identity_set_borrows(void **state)
{
    (void)state;
    ardoq_identity_t identity = {0};
    static const char name[] = "Gateway";
    for (size_t i = 0; i < FIELDS; i++) {
        ardoq_identity_t expected = identity;
        *member_of(&expected, i) = name;
        assert_int_equal(ardoq_identity_set(&identity, fields[i].field, name), ARDOQ_OK);
        assert_memory_equal(&identity, &expected, sizeof expected);
    }
    assert_int_equal(ardoq_identity_set(&identity, ARDOQ_IDENTITY_model, NULL), ARDOQ_OK);
    assert_string_equal(ardoq_identity_get(&identity, ARDOQ_IDENTITY_model), "");
}

static void test_identity_keeps_copies(void **state)
{
    (void)state;
    ardoq_identity_t identity = {0};
    char text[] = "Gateway";
    assert_int_equal(ardoq_identity_keep(&identity, ARDOQ_IDENTITY_model, text), ARDOQ_OK);
    memcpy(text, "Hub", sizeof "Hub");
    assert_int_equal(ardoq_identity_keep(&identity, ARDOQ_IDENTITY_chip, text), ARDOQ_OK);
    memset(text, '#', sizeof text - 1);
    assert_string_equal(identity.model, "Gateway");
    assert_string_equal(identity.chip, "Hub");
}

/* The storage takes as much as it has; after the first text that does not fit it takes no more. */
static void test_identity_that_is_full(void **state)
{
    (void)state;
    struct {
        ardoq_identity_t identity;
        char after[8];
    } memory = {.after = "#######"};
    ardoq_identity_t *identity = &memory.identity;
    char text[ARDOQ_IDENTITY_SIZE + 1];
    memset(text, 'x', sizeof text);
    text[sizeof identity->storage - 4] = '\0';
    assert_int_equal(ardoq_identity_keep(identity, ARDOQ_IDENTITY_model, text), ARDOQ_OK);
    assert_int_equal(ardoq_identity_keep(identity, ARDOQ_IDENTITY_chip, "ab"), ARDOQ_OK);
    assert_int_equal(identity->used, sizeof identity->storage);
    assert_int_equal(ardoq_identity_keep(identity, ARDOQ_IDENTITY_chip, ""),
                     ARDOQ_ERR_IDENTITY_FULL);
    assert_string_equal(identity->model, text);
    assert_string_equal(identity->chip, "ab");
    assert_string_equal(memory.after, "#######");
    memset(identity, 0, sizeof *identity);
    text[sizeof text - 1] = '\0';
    text[sizeof identity->storage - 4] = 'x';
    assert_int_equal(ardoq_identity_keep(identity, ARDOQ_IDENTITY_model, text),
                     ARDOQ_ERR_IDENTITY_FULL);
    assert_int_equal(ardoq_identity_keep(identity, ARDOQ_IDENTITY_chip, "a"),
                     ARDOQ_ERR_IDENTITY_FULL);
    assert_null(identity->model);
    assert_null(identity->chip);
}

static void test_identity_has_no_other_field(void **state)
{
    (void)state;
    ardoq_identity_t identity = {0};
    assert_int_equal(ardoq_identity_set(&identity, ARDOQ_IDENTITY_COUNT, "x"),
                     ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN);
    assert_int_equal(ardoq_identity_keep(&identity, ARDOQ_IDENTITY_COUNT, "x"),
                     ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN);
    for (size_t i = 0; i < FIELDS; i++) {
        assert_null(*member_of(&identity, i));
    }
}

/* ---- Text ---- */

static void test_text_fills_its_buffer_but_for_the_nul(void **state)
{
    (void)state;
    char buffer[8] = "#######";
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, 6, ARDOQ_ERR_REQUEST_TOO_LARGE);
    assert_string_equal(buffer, "");
    assert_int_equal(text.length, 0);
    ardoq_text_append(&text, "abcXX", 3);
    assert_string_equal(buffer, "abc");
    ardoq_text_append(&text, "de", 2);
    ardoq_text_append(&text, "", 0);
    assert_int_equal(text.err, ARDOQ_OK);
    assert_int_equal(text.length, 5);
    assert_memory_equal(buffer, "abcde\0#", 8);
}

static void test_text_takes_all_or_nothing(void **state)
{
    (void)state;
    char buffer[8] = "#######";
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, 6, ARDOQ_ERR_REQUEST_TOO_LARGE);
    ardoq_text_append(&text, "abc", 3);
    ardoq_text_append(&text, "def", 3);
    assert_int_equal(text.err, ARDOQ_ERR_REQUEST_TOO_LARGE);
    assert_int_equal(text.length, 3);
    assert_memory_equal(buffer, "abc\0##", 6);
}

static void test_text_keeps_its_first_error(void **state)
{
    (void)state;
    char buffer[4];
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, sizeof buffer, ARDOQ_ERR_JSON_BUFFER_FULL);
    ardoq_text_append(&text, "abcd", 4);
    ardoq_text_append(&text, "x", 1);
    text.full = ARDOQ_ERR_REQUEST_TOO_LARGE;
    ardoq_text_append(&text, "too long", 8);
    assert_int_equal(text.err, ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_int_equal(text.total, 0);
    assert_string_equal(buffer, "");
}

static void test_window_shows_its_part_and_counts_the_rest(void **state)
{
    (void)state;
    static const char whole[] = "abcdefghijklmno";
    for (size_t skip = 0; skip <= sizeof whole; skip++) {
        for (size_t size = 0; size <= sizeof whole; size++) {
            char buffer[sizeof whole + 2];
            memset(buffer, '#', sizeof buffer);
            ardoq_text_t text;
            ardoq_text_init_window(&text, buffer, size, skip);
            ardoq_text_append(&text, whole, 1);
            ardoq_text_append(&text, whole + 1, 9);
            ardoq_text_append(&text, whole + 10, 0);
            ardoq_text_append_string(&text, whole + 10);
            const size_t after = strlen(whole) > skip ? strlen(whole) - skip : 0;
            const size_t shown = after < size ? after : size;
            assert_int_equal(text.err, ARDOQ_OK);
            assert_int_equal(text.total, strlen(whole));
            assert_int_equal(text.length, shown);
            if (shown > 0) {
                assert_memory_equal(buffer, whole + skip, shown);
            }
            assert_int_equal(buffer[shown], '#');
        }
    }
}

static void test_window_of_no_size_only_counts(void **state)
{
    (void)state;
    char none[1] = {'#'};
    ardoq_text_t text;
    ardoq_text_init_window(&text, none, 0, 0);
    ardoq_text_append_string(&text, "abc");
    text.err = ARDOQ_ERR_JSON_UTF8;
    ardoq_text_append_string(&text, "def");
    assert_int_equal(text.total, 3);
    assert_int_equal(text.length, 0);
    assert_int_equal(none[0], '#');
}

static void test_text_of_one_byte_holds_only_the_nul(void **state)
{
    (void)state;
    char buffer[1] = {'#'};
    ardoq_text_t text;
    ardoq_text_init(&text, buffer, sizeof buffer, ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_string_equal(buffer, "");
    ardoq_text_append(&text, "x", 1);
    assert_int_equal(text.err, ARDOQ_ERR_JSON_BUFFER_FULL);
    assert_string_equal(buffer, "");
}

static ardoq_decimal_t decimal;

static void assert_decimal(uint64_t value)
{
    char expected[24];
    snprintf(expected, sizeof expected, "%" PRIu64, value);
    assert_string_equal(ardoq_decimal(value, &decimal), expected);
}

static void test_decimal(void **state)
{
    (void)state;
    assert_string_equal(ardoq_decimal(0, &decimal), "0");
    assert_string_equal(ardoq_decimal(UINT64_MAX, &decimal), "18446744073709551615");
    for (uint64_t power = 1; power <= UINT64_MAX / 10; power *= 10) {
        assert_decimal(power - 1);
        assert_decimal(power);
        assert_decimal(power * 10 - 1);
    }
    assert_decimal((uint64_t)UINT32_MAX + 1);
}

static int ascii_lower(int byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
}

/* ---- Controls ---- */

static size_t put_character(char *text, uint32_t code)
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    const size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size; i-- > 1; code >>= 6) {
        text[i] = (char)(0x80 | (code & 0x3f));
    }
    text[0] = (char)(leads[size] | code);
    return size;
}

static bool is_blanked(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || (code >= 0xd800 && code <= 0xdfff) ||
           code > 0x10ffff;
}

static void test_every_character_that_a_terminal_acts_on_is_blanked(void **state)
{
    (void)state;
    for (uint32_t code = 1; code < 0x200000; code++) {
        char text[8] = "a";
        char expected[8] = "a";
        const size_t size = put_character(text + 1, code);
        strcpy(text + 1 + size, "z");
        strcpy(expected, text);
        if (is_blanked(code)) {
            memset(expected + 1, ' ', size);
        }
        ardoq_text_blank_controls(text);
        if (strcmp(text, expected) != 0) {
            fail_msg("U+%04x", (unsigned)code);
        }
    }
}

static void test_what_is_not_utf_8_is_blanked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
    } cases[] = {
        {"a\x80z", "a z"},
        {"a\xbf\xbfz", "a  z"},
        {"a\xc0\xafz", "a  z"},
        {"a\xc1\xbfz", "a  z"},
        {"a\xe0\x80\xafz", "a   z"},
        {"a\xe0\x9f\xbfz", "a   z"},
        {"a\xf0\x8f\xbf\xbfz", "a    z"},
        {"a\xf8\x88\x80\x80\x80z", "a     z"},
        {"a\xfc\x80\x80\x80z", "a    z"},
        {"a\xff", "a "},
        {"\xc3", " "},
        {"\xe2\x82", "  "},
        {"\xf0\x9f\x98", "   "},
        {"\xc3\xc3\xa9", " \xc3\xa9"},
        {"\xe2\x82z", "  z"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[16];
        strcpy(text, cases[i].text);
        ardoq_text_blank_controls(text);
        assert_string_equal(text, cases[i].shown);
    }
}

static void test_only_ascii_letters_have_a_case(void **state)
{
    (void)state;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            const char text_a[] = {(char)a, 'X', (char)a};
            const char lower[] = {(char)b, 'x', (char)b, '\0'};
            const bool is_equal = ascii_lower(a) == b && b != 0;
            assert_int_equal(ardoq_text_equal_ignoring_case(text_a, 3, lower), is_equal);
            assert_int_equal(ardoq_text_equal_ignoring_case(text_a + 1, 2, lower + 1), is_equal);
        }
    }
}

static void test_texts_of_unequal_length_differ(void **state)
{
    (void)state;
    assert_true(ardoq_text_equal_ignoring_case("", 0, ""));
    assert_true(ardoq_text_equal_ignoring_case("HosTX", 4, "host"));
    assert_false(ardoq_text_equal_ignoring_case("Host", 4, "hosts"));
    assert_false(ardoq_text_equal_ignoring_case("Hosts", 5, "host"));
    assert_false(ardoq_text_equal_ignoring_case("", 0, "x"));
    static const char unended[] = {'H', 'o', 's', 't'};
    assert_false(ardoq_text_equal_ignoring_case(unended, sizeof unended, "hosts"));
}

static void test_wipe(void **state)
{
    (void)state;
    char memory[] = "<secret>";
    ardoq_wipe(memory + 1, 0);
    assert_string_equal(memory, "<secret>");
    ardoq_wipe(memory + 1, 6);
    assert_memory_equal(memory, "<\0\0\0\0\0\0>", sizeof memory);
}

/* ---- UTC ---- */

enum { DAY_SECONDS = 86400 };

static ardoq_iso8601_t iso;

static void assert_moment(int64_t seconds)
{
    const time_t moment = (time_t)seconds;
    struct tm tm;
    char expected[32];
    gmtime_r(&moment, &tm);
    strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm);
    assert_string_equal(ardoq_utc_to_iso8601(seconds, &iso), expected);
    const ardoq_utc_t utc = {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                             tm.tm_hour,        tm.tm_min,     tm.tm_sec};
    assert_int_equal(timegm(&tm), seconds);
    assert_int_equal(ardoq_utc_to_seconds(&utc), seconds);
    int64_t read = -1;
    assert_true(ardoq_utc_from_iso8601(iso.text, &read));
    assert_int_equal(read, seconds);
}

/* Every day of 1970 to 2200, each at another time of the day. */
static void test_days_agree_with_the_c_library(void **state)
{
    (void)state;
    enum { DAYS_TO_2201 = 84371 };
    for (int64_t day = 0; day < DAYS_TO_2201; day++) {
        assert_moment(day * DAY_SECONDS + day % DAY_SECONDS);
    }
    assert_string_equal(ardoq_utc_to_iso8601((int64_t)DAYS_TO_2201 * DAY_SECONDS, &iso),
                        "2201-01-01T00:00:00Z");
}

static void test_seconds_of_a_day_agree_with_the_c_library(void **state)
{
    (void)state;
    const int64_t midnight = ARDOQ_RELEASE_TIME - ARDOQ_RELEASE_TIME % DAY_SECONDS;
    for (int64_t second = 0; second < DAY_SECONDS; second += 7) {
        assert_moment(midnight + second);
    }
    assert_moment(midnight + DAY_SECONDS - 1);
}

static void test_leap_days(void **state)
{
    (void)state;
    static const struct {
        ardoq_utc_t utc;
        int64_t seconds;
        const char *iso;
    } moments[] = {
        {{1970, 1, 1, 0, 0, 0}, 0, "1970-01-01T00:00:00Z"},
        {{1972, 2, 29, 12, 0, 0}, 68212800, "1972-02-29T12:00:00Z"},
        {{2000, 2, 29, 0, 0, 0}, 951782400, "2000-02-29T00:00:00Z"},
        {{2000, 12, 31, 0, 0, 0}, 978220800, "2000-12-31T00:00:00Z"},
        {{2100, 2, 28, 23, 59, 59}, 4107542399, "2100-02-28T23:59:59Z"},
        {{2100, 3, 1, 0, 0, 0}, 4107542400, "2100-03-01T00:00:00Z"},
        {{2400, 2, 29, 0, 0, 0}, 13574563200, "2400-02-29T00:00:00Z"},
        {{9999, 12, 31, 23, 59, 59}, 253402300799, "9999-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        assert_int_equal(ardoq_utc_to_seconds(&moments[i].utc), moments[i].seconds);
        assert_string_equal(ardoq_utc_to_iso8601(moments[i].seconds, &iso), moments[i].iso);
    }
}

/* A leap second, which certificates may name, is the midnight that follows it. */
static void test_leap_second(void **state)
{
    (void)state;
    const ardoq_utc_t leap_second = {2016, 12, 31, 23, 59, 60};
    assert_int_equal(ardoq_utc_to_seconds(&leap_second), 1483228800);
}

static void test_times_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } times[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01", 0},
        {"2026-11-23T09:30:07Z", 1795426207},
        {"2026-11-23T09:30:07.123Z", 1795426207},
        {"2026-11-23t09:30:07,987654321z", 1795426207},
        {"2026-11-23 09:30Z", 1795426200},
        {"2026-11-23", 1795392000},
        {"2026-11-23T10:30:07+01:00", 1795426207},
        {"2026-11-23T10:30:07+01", 1795426207},
        {"2026-11-23T15:15:07.5+0545", 1795426207},
        {"2026-11-22T22:00:07-11:30", 1795426207},
        {"2000-02-29T00:00:00Z", 951782400},
        {"2016-12-31T23:59:60Z", 1483228800},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        int64_t seconds = -1;
        assert_true(ardoq_utc_from_iso8601(times[i].text, &seconds));
        assert_int_equal(seconds, times[i].seconds);
    }
}

static void test_what_is_no_time_is_not_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "yesterday",
        "2026",
        "2026-11",
        "2026-11-2",
        "2026/11/23",
        "2026-11/23",
        "1969-12-31",
        "2026-00-01",
        "2026-13-01",
        "2026-11-00",
        "2026-11-31",
        "2026-02-29",
        "2100-02-29T00:00:00Z",
        "2026-12-32",
        "2026-11-23T",
        "2026-11-23x",
        "2026-11-23T09",
        "2026-11-23T0930Z",
        "2026-11-23T24:00Z",
        "2026-11-23T09:60Z",
        "2026-11-23T09:30:61Z",
        "2026-11-23T09:30:0Z",
        "2026-11-23T09:30:000Z",
        "2026-11-23T09:30:00.Z",
        "2026-11-23T09:30:00.",
        "2026-11-23T09:30",
        "2026-11-23T09:30:00",
        "2026-11-23T09:30:00.123",
        "2026-11-23T09:30:00Z ",
        "2026-11-23T09:30:00ZZ",
        "2026-11-23T09:30:00+",
        "2026-11-23T09:30:00+1",
        "2026-11-23T09:30:00+24:00",
        "2026-11-23T09:30:00+01:",
        "2026-11-23T09:30:00+01:60",
        "2026-11-23T09:30:00+01:000",
        "+026-11-23",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t seconds = -1;
        assert_false(ardoq_utc_from_iso8601(texts[i], &seconds));
        assert_int_equal(seconds, -1);
    }
}

static void test_clock_before_the_release_was_never_set(void **state)
{
    (void)state;
    assert_false(ardoq_utc_is_plausible(0));
    assert_false(ardoq_utc_is_plausible(-1));
    assert_false(ardoq_utc_is_plausible(ARDOQ_RELEASE_TIME - 1));
    assert_true(ardoq_utc_is_plausible(ARDOQ_RELEASE_TIME));
    assert_true(ardoq_utc_is_plausible(INT64_MAX));
}

/* ---- Values ---- */

static size_t next_is(const char *text, size_t size, uint32_t expected)
{
    uint32_t code = 0;
    const size_t step = ardoq_utf8_next(text, size, &code);
    assert_int_equal(code, step > 0 ? expected : 0);
    return step;
}

static void test_characters_of_utf8(void **state)
{
    (void)state;
    assert_int_equal(next_is("a", 1, 'a'), 1);
    assert_int_equal(next_is("\x7f", 1, 0x7f), 1);
    assert_int_equal(next_is("\xc2\x80", 2, 0x80), 2);
    assert_int_equal(next_is("\xdf\xbf", 2, 0x7ff), 2);
    assert_int_equal(next_is("\xe0\xa0\x80", 3, 0x800), 3);
    assert_int_equal(next_is("\xed\x9f\xbf", 3, 0xd7ff), 3);
    assert_int_equal(next_is("\xee\x80\x80", 3, 0xe000), 3);
    assert_int_equal(next_is("\xef\xbf\xbf", 3, 0xffff), 3);
    assert_int_equal(next_is("\xf0\x90\x80\x80", 4, 0x10000), 4);
    assert_int_equal(next_is("\xf4\x8f\xbf\xbf", 4, 0x10ffff), 4);
}

static void test_what_is_no_utf8(void **state)
{
    (void)state;
    static const char *const texts[] = {"\x80",
                                        "\xbf",
                                        "\xc0\xaf",
                                        "\xc1\xbf",
                                        "\xc2",
                                        "\xc2 ",
                                        "\xc2\xc2",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xe1\x80",
                                        "\xe1\x80 ",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xf1\x80\x80",
                                        "\xf1\x80\x80 ",
                                        "\xf8\x88\x80\x80",
                                        "\xff"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(next_is(texts[i], SIZE_MAX, 0), 0);
    }
    assert_int_equal(next_is("\xc2\x80", 1, 0), 0);
    assert_int_equal(next_is("\xf4\x8f\xbf\xbf", 3, 0), 0);
}

static void assert_trims(const char *value, const char *expected)
{
    size_t size;
    const char *start = ardoq_value_trim(value, &size);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(start, expected, size);
    assert_in_range(start - value, 0, strlen(value));
}

static void test_ends_of_a_value(void **state)
{
    (void)state;
    assert_trims("", "");
    assert_trims(" ", "");
    assert_trims("\xef\xbb\xbf\r\n", "");
    assert_trims("a", "a");
    assert_trims(" \t\r\na b\n\r\t ", "a b");
    assert_trims("\xc2\xa0\xc3\xa9\xc2\xa0", "\xc3\xa9");
    assert_trims("\xef\xbb\xbf"
                 "a\xef\xbb\xbf"
                 "b",
                 "a\xef\xbb\xbf"
                 "b");
    assert_trims("\xa0 \xff ", "\xa0 \xff");
    assert_trims(" \x0b ", "\x0b");
}

/* With no byte after it, which the sanitizer watches. */
static void test_value_of_no_byte_is_fine(void **state)
{
    (void)state;
    char *byte = malloc(1);
    assert_non_null(byte);
    assert_int_equal(ardoq_value_check(byte + 1, 0, "serial"), ARDOQ_OK);
    free(byte);
}

static void test_copies_of_an_identity_are_trimmed(void **state)
{
    (void)state;
    ardoq_identity_t identity = {0};
    assert_int_equal(ardoq_identity_keep(&identity, ARDOQ_IDENTITY_serial, " SN-1\r\n"), ARDOQ_OK);
    assert_string_equal(identity.serial, "SN-1");
    assert_int_equal(identity.used, sizeof "SN-1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_numbered_as_they_stand),
        cmocka_unit_test(test_errors_have_name_class_and_hint),
        cmocka_unit_test(test_hints_are_one_short_sentence_without_a_full_stop),
        cmocka_unit_test(test_results_that_are_no_errors),
        cmocka_unit_test(test_unknown_numbers),
        cmocka_unit_test(test_class_names),
        cmocka_unit_test(test_identity_fields),
        cmocka_unit_test(test_identity_find_takes_the_whole_name),
        cmocka_unit_test(test_identity_set_borrows),
        cmocka_unit_test(test_identity_keeps_copies),
        cmocka_unit_test(test_characters_of_utf8),
        cmocka_unit_test(test_what_is_no_utf8),
        cmocka_unit_test(test_ends_of_a_value),
        cmocka_unit_test(test_value_of_no_byte_is_fine),
        cmocka_unit_test(test_copies_of_an_identity_are_trimmed),
        cmocka_unit_test(test_identity_that_is_full),
        cmocka_unit_test(test_identity_has_no_other_field),
        cmocka_unit_test(test_text_fills_its_buffer_but_for_the_nul),
        cmocka_unit_test(test_text_takes_all_or_nothing),
        cmocka_unit_test(test_text_keeps_its_first_error),
        cmocka_unit_test(test_window_shows_its_part_and_counts_the_rest),
        cmocka_unit_test(test_window_of_no_size_only_counts),
        cmocka_unit_test(test_text_of_one_byte_holds_only_the_nul),
        cmocka_unit_test(test_decimal),
        cmocka_unit_test(test_every_character_that_a_terminal_acts_on_is_blanked),
        cmocka_unit_test(test_what_is_not_utf_8_is_blanked),
        cmocka_unit_test(test_only_ascii_letters_have_a_case),
        cmocka_unit_test(test_texts_of_unequal_length_differ),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_days_agree_with_the_c_library),
        cmocka_unit_test(test_seconds_of_a_day_agree_with_the_c_library),
        cmocka_unit_test(test_leap_days),
        cmocka_unit_test(test_leap_second),
        cmocka_unit_test(test_times_are_read),
        cmocka_unit_test(test_what_is_no_time_is_not_read),
        cmocka_unit_test(test_clock_before_the_release_was_never_set),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
