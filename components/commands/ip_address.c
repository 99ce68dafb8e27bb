#include "console.h"

enum { GROUPS = 8 };

static void append_char(ardoq_text_t *text, char one)
{
    ardoq_text_append(text, &one, 1);
}

static void append_ipv4(ardoq_text_t *text, const uint8_t bytes[4])
{
    ardoq_decimal_t room;
    for (size_t i = 0; i < 4; i++) {
        if (i > 0) {
            append_char(text, '.');
        }
        ardoq_text_append_string(text, ardoq_decimal(bytes[i], &room));
    }
}

static unsigned group(const uint8_t *bytes, size_t index)
{
    return (unsigned)bytes[2 * index] << 8 | bytes[2 * index + 1];
}

/* Number of zero groups from @p start on. */
static size_t count_zeros(const uint8_t *bytes, size_t start)
{
    size_t count = 0;
    while (start + count < GROUPS && group(bytes, start + count) == 0) {
        count++;
    }
    return count;
}

/* The longest run of two or more zero groups, the first if several are equal (RFC 5952, 4.2).
 * *start is GROUPS if there is none. */
static size_t find_gap(const uint8_t *bytes, size_t *start)
{
    size_t longest = 1;
    *start = GROUPS;
    for (size_t i = 0; i < GROUPS; i++) {
        const size_t count = count_zeros(bytes, i);
        if (count > longest) {
            longest = count;
            *start = i;
        }
    }
    return longest;
}

static void append_group(ardoq_text_t *text, unsigned number)
{
    bool has_begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
        const unsigned digit = number >> shift & 0xf;
        has_begun = has_begun || digit != 0 || shift == 0;
        if (has_begun) {
            append_char(text, "0123456789abcdef"[digit]);
        }
    }
}

static void append_ipv6(ardoq_text_t *text, const uint8_t bytes[16])
{
    size_t gap;
    const size_t gap_size = find_gap(bytes, &gap);
    for (size_t i = 0; i < GROUPS; i++) {
        if (i == gap) {
            ardoq_text_append_string(text, "::");
            i += gap_size - 1;
            continue;
        }
        if (i > 0 && text->data[text->length - 1] != ':') {
            append_char(text, ':');
        }
        append_group(text, group(bytes, i));
    }
}

ardoq_ip_text_t ardoq_ip_text(const ardoq_port_address_t *address)
{
    ardoq_ip_text_t ip = {.text = ""};
    ardoq_text_t text;
    ardoq_text_init(&text, ip.text, sizeof ip.text, ARDOQ_ERR_INVALID_ARGUMENT);
    if (address->size == 4) {
        append_ipv4(&text, address->bytes);
    } else {
        append_ipv6(&text, address->bytes);
    }
    return ip;
}
