/*
 * Retry-After, ardoq_http_retry_after() and the header of an answer.
 *
 * Input: the value.
 *
 * Properties:
 * - Digits between blanks are seconds, cut to UINT32_MAX; nothing else is.
 * - A failure leaves the seconds alone.
 * - An answer with this header says the same.
 */
#include "ardoq/http_response.h"

#include "fuzz.h"

enum { UNTOUCHED = 12345 };

static span_t without_blanks(span_t value)
{
    while (value.size > 0 && (value.at[0] == ' ' || value.at[0] == '\t')) {
        value = (span_t){value.at + 1, value.size - 1};
    }
    while (value.size > 0 &&
           (value.at[value.size - 1] == ' ' || value.at[value.size - 1] == '\t')) {
        value.size--;
    }
    return value;
}

/* By the C library, which the core does not use. */
static bool expect_seconds(span_t value, uint32_t *seconds)
{
    char *digits = text_of(without_blanks(value));
    const bool is_number = digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits) &&
                           strlen(digits) == without_blanks(value).size;
    const unsigned long long number = is_number ? strtoull(digits, NULL, 10) : 0;
    *seconds = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
    free(digits);
    return is_number;
}

static void check_in_answer(span_t value, bool is_valid, uint32_t seconds)
{
    static const char start[] = "HTTP/1.1 429 Wait\r\nRetry-After:";
    static const char end[] = "\r\nContent-Length: 0\r\n\r\n";
    ardoq_http_parser_t parser;
    ardoq_http_piece_t piece;
    ardoq_http_parser_init(&parser, false);
    CHECK(ardoq_http_parse(&parser, start, sizeof start - 1, &piece) == ARDOQ_PENDING);
    if (ardoq_http_parse(&parser, value.at, value.size, &piece) == ARDOQ_PENDING &&
        ardoq_http_parse(&parser, end, sizeof end - 1, &piece) == ARDOQ_OK) {
        CHECK(parser.head.has_retry_after == is_valid);
        CHECK(!is_valid || parser.head.retry_after_s == seconds);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const span_t value = input_of(data, size);
    uint32_t expected;
    uint32_t seconds = UNTOUCHED;
    char *copy = copy_of(value);
    const bool is_valid = ardoq_http_retry_after(copy, size, &seconds);
    CHECK(is_valid == expect_seconds(value, &expected));
    CHECK(seconds == (is_valid ? expected : UNTOUCHED));
    if (size > 0 && size <= ARDOQ_HTTP_VALUE_SIZE && !holds(value, '\r')) {
        check_in_answer(value, is_valid, expected);
    }
    free(copy);
    return 0;
}
