#include "../../../components/base/text.c"

#include "../proof.h"
#include "../text_invariant.h"

enum { CAPACITY_MAX = 16, SIZE_MAX_APPENDED = 20, CHARACTER_MAX = 4, BLANKED_MAX = 3 };

void prove_init(void)
{
    const size_t size = any_size_up_to(CAPACITY_MAX);
    ASSUME(size > 0);
    const ardoq_err_t full = nondet_int();
    ASSUME(full < 0);
    ardoq_text_t text;
    ardoq_text_init(&text, any_bytes(size), size, full);
    PROVE(text_invariant(&text) && text.length == 0 && text.err == ARDOQ_OK && text.size == size);
    REACHED("end");
}

/* One append to any text: thus any number of them. */
void prove_append(void)
{
    ardoq_text_t text = any_written_text(CAPACITY_MAX);
    const ardoq_text_t before = text;
    const size_t size = any_size_up_to(SIZE_MAX_APPENDED);
    const char *const data = any_bytes(size);
    const size_t kept = any_size_up_to(CAPACITY_MAX);
    const char kept_byte = kept < text.length ? text.data[kept] : '\0';
    ardoq_text_append(&text, data, size);

    PROVE(text_invariant(&text));
    PROVE(text.data == before.data && text.size == before.size);
    PROVE(kept >= before.length || text.data[kept] == kept_byte);
    if (before.err) {
        PROVE(text.err == before.err && text.length == before.length);
        REACHED("an error sticks");
    } else if (text.err) {
        PROVE(text.err == text.full && text.length == before.length);
        PROVE(before.length + size >= before.size);
        REACHED("full");
    } else {
        PROVE(text.length == before.length + size && text.length < text.size);
        const size_t i = any_size_up_to(SIZE_MAX_APPENDED);
        PROVE(i >= size || text.data[before.length + i] == data[i]);
        REACHED("appended");
    }
}

/* One append to any window: thus any number of them. */
void prove_append_to_window(void)
{
    const size_t room = any_size_up_to(CAPACITY_MAX);
    ardoq_text_t text;
    ardoq_text_init_window(&text, any_bytes(room), room, any_size_up_to(SIZE_MAX_APPENDED));
    text.length = any_size_up_to(room);
    const ardoq_text_t before = text;
    const size_t size = any_size_up_to(SIZE_MAX_APPENDED);
    const char *const data = any_bytes(size);
    ardoq_text_append(&text, data, size);
    PROVE(text.err == ARDOQ_OK && text.total == before.total + size);
    PROVE(text.length >= before.length && text.length <= room);
    const size_t left_out = before.skip - text.skip;
    PROVE(left_out <= size && (left_out == size || text.skip == 0));
    const size_t i = any_size_up_to(CAPACITY_MAX);
    PROVE(i >= text.length - before.length || text.data[before.length + i] == data[left_out + i]);
    if (text.length == room && text.length - before.length < size - left_out) {
        REACHED("past the window");
    }
}

void prove_decimal(void)
{
    const uint64_t value = nondet_uint64();
    ardoq_decimal_t room;
    const char *const digits = ardoq_decimal(value, &room);
    const size_t length = strlen(digits);
    PROVE(length >= 1 && length <= 20);
    const size_t i = any_size_up_to(19);
    PROVE(i >= length || (digits[i] >= '0' && digits[i] <= '9'));
    PROVE(digits[0] != '0' || length == 1);
    if (length == 20) {
        REACHED("the longest number");
    }
}

void prove_equal_ignoring_case(void)
{
    const size_t size = any_size_up_to(CAPACITY_MAX);
    const size_t lower_size = any_size_up_to(CAPACITY_MAX);
    const char *const text = any_bytes(size);
    char *const lower = any_bytes(lower_size + 1);
    lower[lower_size] = '\0';
    const bool equal = ardoq_text_equal_ignoring_case(text, size, lower);
    PROVE(!equal || size == strlen(lower));
    const size_t i = any_size_up_to(CAPACITY_MAX);
    if (equal && i < size) {
        PROVE(text[i] == lower[i] || (text[i] ^ lower[i]) == 0x20);
        REACHED("equal");
    }
}

void prove_wipe(void)
{
    const size_t size = any_size_up_to(CAPACITY_MAX);
    char *const data = any_bytes(size);
    ardoq_wipe(data, size);
    const size_t i = any_size_up_to(CAPACITY_MAX);
    PROVE(i >= size || data[i] == 0);
    REACHED("end");
}

/* Never more bytes than there are, and at least one. */
void prove_begins_with_control(void)
{
    const size_t size = any_size_up_to(CHARACTER_MAX);
    ASSUME(size > 0);
    const char *const text = any_bytes(size);
    size_t used;
    uint32_t code;
    const bool is_control = ardoq_text_begins_with_control(text, size, &used, &code);
    PROVE(used >= 1 && used <= size && code <= 0x10ffff);
    PROVE(is_control || (text[0] & 0xff) >= ' ');
    if (!is_control && used == CHARACTER_MAX) {
        REACHED("a character of four bytes");
    }
}

/* The text keeps its length. */
void prove_blank_controls(void)
{
    const size_t size = any_size_up_to(BLANKED_MAX);
    char *const text = any_text(size);
    const size_t i = any_size_up_to(BLANKED_MAX);
    ASSUME(i < size);
    const char before = text[i];
    ardoq_text_blank_controls(text);
    PROVE(strlen(text) == size);
    PROVE(text[i] == before || text[i] == ' ');
    PROVE((text[i] & 0xff) >= ' ' && text[i] != 0x7f);
    if (before == '\n') {
        REACHED("a blank for a line break");
    }
}
