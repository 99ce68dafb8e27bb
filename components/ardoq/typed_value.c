#include "ardoq/typed_value.h"

#include <string.h>

#include "ardoq/json_write.h"

#if ARDOQ_MODEL

static void refuse(ardoq_text_t *json)
{
    if (!json->err) {
        json->err = ARDOQ_ERR_VALUE_TYPE;
    }
}

static void write_quoted(ardoq_text_t *json, const char *value, size_t size)
{
    ardoq_text_append_string(json, "\"");
    ardoq_json_escape(json, value, size);
    ardoq_text_append_string(json, "\"");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- Numbers -------------------------------------------------------------------------------- */

/* Leading characters that are a JSON number; the grammar forbids 007, .5 and 1. */
static size_t number_span(const char *value, size_t size)
{
    size_t length = 0;
    ardoq_json_validator_t validator;
    while (length < size && (is_digit(value[length]) || strchr("+-.eE", value[length]))) {
        length++;
    }
    ardoq_json_validator_init(&validator);
    return ardoq_json_validator_feed(&validator, value, length) ||
                   ardoq_json_validator_end(&validator)
               ? 0
               : length;
}

/* Bits that a unit of memory shifts a number by; 0 if it is not a unit. */
static unsigned unit_bits(const char *unit, size_t size)
{
    static const char *const units[] = {"kb", "mb", "gb"};
    for (unsigned i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (ardoq_text_equal_ignoring_case(unit, size, units[i])) {
            return (i + 1) * 10;
        }
    }
    return 0;
}

/* Such as 4 MB: whole numbers only, up to what a double in JSON represents exactly. */
static void write_bytes(ardoq_text_t *json, const char *value, size_t digits, const char *unit,
                        size_t unit_size)
{
    const unsigned bits = unit_bits(unit, unit_size);
    const uint64_t limit = (uint64_t)1 << 53;
    ardoq_decimal_t room;
    uint64_t number = 0;
    size_t i = 0;
    while (i < digits && is_digit(value[i]) && number < limit) {
        number = number * 10 + (uint64_t)(value[i++] - '0');
    }
    if (bits == 0 || i < digits || number > limit >> bits) {
        refuse(json);
        return;
    }
    ardoq_text_append_string(json, ardoq_decimal(number << bits, &room));
}

static void write_number(ardoq_text_t *json, const char *value, size_t size)
{
    const size_t length = number_span(value, size);
    size_t unit = length;
    while (unit < size && value[unit] == ' ') {
        unit++;
    }
    if (length == 0) {
        refuse(json);
    } else if (unit < size) {
        write_bytes(json, value, length, value + unit, size - unit);
    } else {
        ardoq_text_append(json, value, length);
    }
}

/* ---- Others --------------------------------------------------------------------------------- */

static void write_boolean(ardoq_text_t *json, const char *value, size_t size)
{
    static const char *const words[] = {"false",   "true", "no", "yes", "disabled",
                                        "enabled", "off",  "on", "0",   "1"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (ardoq_text_equal_ignoring_case(value, size, words[i])) {
            ardoq_text_append_string(json, words[i & 1]);
            return;
        }
    }
    refuse(json);
}

/* A date with or without a time; Ardoq checks which is allowed. */
static void write_time(ardoq_text_t *json, const char *value, size_t size)
{
    static const char pattern[] = "0000-00-00";
    size_t i = 0;
    while (i < size && pattern[i] != '\0' &&
           (pattern[i] == '0' ? is_digit(value[i]) : value[i] == pattern[i])) {
        i++;
    }
    if (pattern[i] != '\0' || (i < size && value[i] != 'T')) {
        refuse(json);
        return;
    }
    write_quoted(json, value, size);
}

/* Empty entries are skipped. */
static void write_list(ardoq_text_t *json, const char *value, size_t size)
{
    const char *const end = value + size;
    const char *separator = "";
    ardoq_text_append_string(json, "[");
    while (value < end) {
        const char *const comma = memchr(value, ',', (size_t)(end - value));
        const char *entry_end = comma ? comma : end;
        const char *const next = comma ? comma + 1 : end;
        while (value < entry_end && *value == ' ') {
            value++;
        }
        while (entry_end > value && entry_end[-1] == ' ') {
            entry_end--;
        }
        if (entry_end > value) {
            ardoq_text_append_string(json, separator);
            write_quoted(json, value, (size_t)(entry_end - value));
            separator = ",";
        }
        value = next;
    }
    ardoq_text_append_string(json, "]");
}

void ardoq_typed_value_write(ardoq_text_t *json, ardoq_value_type_t type, const char *value,
                             size_t size)
{
    switch (type) {
    case ARDOQ_TYPE_TEXT:
        write_quoted(json, value, size);
        break;
    case ARDOQ_TYPE_NUMBER:
        write_number(json, value, size);
        break;
    case ARDOQ_TYPE_BOOLEAN:
        write_boolean(json, value, size);
        break;
    case ARDOQ_TYPE_TIME:
        write_time(json, value, size);
        break;
    case ARDOQ_TYPE_LIST:
        write_list(json, value, size);
        break;
    }
}

#endif
