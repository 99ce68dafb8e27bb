#define _POSIX_C_SOURCE 200809L

#include "facts.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *root = "";

void ardoq_facts_set_root(const char *path)
{
    root = path;
}

/* ---- Text ------------------------------------------------------------------------------------ */

/* Bytes of the character at @p text; 0 if it is a control character or invalid UTF-8. */
static size_t character_size(const unsigned char *text)
{
    /* Table 3-7 of the Unicode standard, without U+0000 to U+001F and U+007F to U+009F. */
    static const struct {
        unsigned char first_low, first_high, second_low, second_high, size;
    } rows[] = {
        {0x20, 0x7e, 0x00, 0xff, 1}, {0xc2, 0xc2, 0xa0, 0xbf, 2}, {0xc3, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    size_t row = 0;
    while (text[0] < rows[row].first_low || text[0] > rows[row].first_high) {
        if (++row == sizeof rows / sizeof rows[0]) {
            return 0;
        }
    }
    if (text[1] < rows[row].second_low || text[1] > rows[row].second_high) {
        return 0;
    }
    for (size_t i = 2; i < rows[row].size; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return rows[row].size;
}

void ardoq_fact_put(char *field, size_t size, const char *text)
{
    const unsigned char *from = (const unsigned char *)text;
    size_t length = 0;
    while (*from) {
        const size_t step = character_size(from);
        if (length + step >= size) {
            break;
        }
        memcpy(field + length, from, step);
        length += step;
        from += step > 0 ? step : 1;
    }
    if (length > 0) {
        field[length] = '\0';
    }
}

/* Removes blanks at both ends. */
static void trim(char *text)
{
    const size_t start = strspn(text, " \t");
    memmove(text, text + start, strlen(text + start) + 1);
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1])) {
        length--;
    }
    text[length] = '\0';
}

bool ardoq_fact_is_junk(const char *text)
{
    static const char *const junk[] = {
        "(none)",
        "0123456789",
        "123456789",
        "1234567890",
        "Base Board Serial Number",
        "Chassis Serial Number",
        "Default",
        "Default string",
        "Empty",
        "Invalid",
        "N/A",
        "NA",
        "None",
        "Not Applicable",
        "Not Available",
        "Not Specified",
        "O.E.M.",
        "OEM",
        "System Manufacturer",
        "System Product Name",
        "System Serial Number",
        "System Version",
        "To be filled by O.E.M.",
        "To be filled by OEM",
        "Undefined",
        "Unknown",
    };
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        if (strcasecmp(text, junk[i]) == 0) {
            return true;
        }
    }
    return text[strspn(text, "0xX.-_* ")] == '\0';
}

/* ---- Files ----------------------------------------------------------------------------------- */

FILE *ardoq_fact_open(const char *path)
{
    char full[PATH_MAX];
    const int length = snprintf(full, sizeof full, "%s%s", root, path);
    return length < (int)sizeof full ? fopen(full, "re") : NULL;
}

bool ardoq_fact_read(const char *path, ardoq_fact_t *fact)
{
    FILE *file = ardoq_fact_open(path);
    if (!file) {
        return false;
    }
    char content[sizeof fact->text] = {0};
    size_t start = fread(content, 1, sizeof content - 1, file);
    fclose(file);
    while (start > 0 && content[start - 1] == '\0') {
        start--;
    }
    while (start > 0 && content[start - 1] != '\0') {
        start--;
    }
    memcpy(fact->text, content + start, sizeof content - start);
    trim(fact->text);
    return !ardoq_fact_is_junk(fact->text);
}

static bool take_value(const char *line, const char *key, char separator, ardoq_fact_t *fact)
{
    const size_t length = strlen(key);
    if (strncmp(line, key, length) != 0) {
        return false;
    }
    const char *at = line + length + strspn(line + length, " \t");
    if (*at != separator) {
        return false;
    }
    snprintf(fact->text, sizeof fact->text, "%s", at + 1);
    trim(fact->text);
    return !ardoq_fact_is_junk(fact->text);
}

bool ardoq_fact_read_entry(const char *path, const char *key, char separator, ardoq_fact_t *fact)
{
    FILE *file = ardoq_fact_open(path);
    if (!file) {
        return false;
    }
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    while (!found && getline(&line, &size, file) > 0) {
        found = take_value(line, key, separator, fact);
    }
    free(line);
    fclose(file);
    return found;
}
