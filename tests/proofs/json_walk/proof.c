#include "../../../components/json/json_walk.c"

#include "../proof.h"
#include "../walker_invariant.h"

enum { WORDS = 2 };

/* Induction: what holds at the beginning ... */
void prove_begin(void)
{
    ardoq_json_validator_t walker;
    ardoq_json_walk_init(&walker, nondet_uint8());
    PROVE(walker_invariant(&walker));
    PROVE(ardoq_json_validator_end(&walker) == ARDOQ_ERR_JSON_INVALID);
    REACHED("end");
}

static void prove_walk_of(size_t size)
{
    ardoq_json_validator_t walker;
    ASSUME(walker_invariant(&walker));
    const ardoq_json_validator_t before = walker;
    char data[size];
    const char *at = data;
    const ardoq_err_t err = ardoq_json_walk(&walker, &at, data + size);
    PROVE(walker_invariant(&walker));
    PROVE(at >= data && at <= data + size);
    PROVE(err == ARDOQ_OK || err == ARDOQ_ERR_JSON_INVALID || err == ARDOQ_ERR_JSON_UTF8 ||
          err == ARDOQ_ERR_JSON_TOO_DEEP);
    PROVE(!err || walker.state == FAILED);
    PROVE(before.state != FAILED || size == 0 || err == ARDOQ_ERR_JSON_INVALID);
    PROVE(err || at == data + size || walker.moment != NO_MOMENT);
    /* What begins has been begun within these bytes. */
    const bool begins = walker.moment == KEY_BEGINS || walker.moment == SCALAR_BEGINS ||
                        walker.moment == CONTAINER_BEGINS;
    PROVE(err || !begins || at > data);
    const ardoq_err_t end = ardoq_json_validator_end(&walker);
    PROVE(end == ARDOQ_OK || end == ARDOQ_ERR_JSON_INVALID);
    if (!err && end == ARDOQ_OK) {
        REACHED("a text can end here");
    }
    if (err == ARDOQ_ERR_JSON_TOO_DEEP) {
        REACHED("too deep");
    }
    if (!err && walker.moment == SCALAR_ENDS && at == data) {
        REACHED("the end of a number");
    }
}

/* ... and is kept by each byte holds after any number of them. */
void prove_walk(void)
{
    for (size_t size = 1; size <= 2; size++) {
        prove_walk_of(size);
    }
}

/* What stops it is no plain byte, and what it passes is UTF-8 that the walk takes. */
void prove_clean_end(void)
{
    char text[3];
    const size_t start = any_size_up_to(sizeof text);
    const char *const end = text + sizeof text;
    const char *const clean_end = ardoq_json_clean_end(text + start, end);
    PROVE(clean_end >= text + start && clean_end <= end);
    PROVE(clean_end == end || *clean_end < 0x20 || *clean_end == '"' || *clean_end == '\\');
    if (start == 0 && clean_end == end && (unsigned char)text[0] >= 0xE0) {
        REACHED("a character of three bytes");
    }
    if (clean_end < end && (unsigned char)*clean_end >= 0x80) {
        REACHED("no UTF-8");
    }
}

void prove_plain_end(void)
{
    char text[WORDS * sizeof(size_t)];
    const size_t start = any_size_up_to(sizeof text);
    const char *const end = text + sizeof text;
    const char *const plain_end = ardoq_json_plain_end(text + start, end);
    PROVE(plain_end >= text + start && plain_end <= end);
    for (const char *at = text + start; at < plain_end; at++) {
        PROVE(*at >= 0x20 && *at != '"' && *at != '\\');
    }
    PROVE(plain_end == end || *plain_end < 0x20 || *plain_end == '"' || *plain_end == '\\');
    if (start == 0 && plain_end == end) {
        REACHED("the end of the text");
    }
}
