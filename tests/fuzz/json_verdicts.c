/*
 * Prints what the validator and the reader make of documents, for compare_json.py.
 *
 * Standard input: documents, each after its size in four bytes, the highest first. Standard output:
 * a line for each. OK and its values in the order of the text, or the name of the error.
 *
 *     o  object     sHEX  string or key, its bytes      iNUMBER  integer      t f z  true, false,
 * null a  array      s!    one that C text cannot hold   r        too large    n      any other
 * number
 *
 * A document with more values than there are tokens is OK and a plus sign.
 */
#include <inttypes.h>

#include "ardoq/json_read.h"
#include "fuzz.h"

enum { SIZE_BYTES = 4 };

static ardoq_json_token_t document_tokens[ARDOQ_JSON_TOKENS];
static ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(document_tokens);

static void print_string(ardoq_json_value_t value)
{
    size_t size;
    ardoq_json_raw(&document, value, &size);
    char *string = allocate(size + 1);
    const ardoq_err_t err = ardoq_json_string(&document, value, "", string, size + 1);
    printf(err ? " s!" : " s");
    for (const char *byte = string; *byte != '\0'; byte++) {
        printf("%02x", (unsigned)(unsigned char)*byte);
    }
    free(string);
}

static void print_number(ardoq_json_value_t value)
{
    int64_t number = 0;
    const ardoq_err_t err = ardoq_json_int64(&document, value, "", &number);
    if (err) {
        printf(err == ARDOQ_ERR_JSON_RANGE ? " r" : " n");
    } else {
        printf(" i%" PRId64, number);
    }
}

static void print_value(ardoq_json_value_t value)
{
    bool boolean = false;
    switch (ardoq_json_type(&document, value)) {
    case ARDOQ_JSON_STRING:
        print_string(value);
        break;
    case ARDOQ_JSON_NUMBER:
        print_number(value);
        break;
    case ARDOQ_JSON_BOOLEAN:
        CHECK(ardoq_json_boolean(&document, value, "", &boolean) == ARDOQ_OK);
        printf(boolean ? " t" : " f");
        break;
    case ARDOQ_JSON_NULL:
        printf(" z");
        break;
    case ARDOQ_JSON_ARRAY:
        printf(" a");
        break;
    case ARDOQ_JSON_OBJECT:
        printf(" o");
        break;
    }
}

static void print_verdict(span_t text)
{
    const ardoq_err_t err = ardoq_json_parse(&document, text.at, text.size);
    if (err == ARDOQ_ERR_JSON_TOO_MANY_TOKENS) {
        printf("OK +\n");
        return;
    }
    printf("%s", err ? ardoq_err_name(err) : "OK");
    for (ardoq_json_value_t value = 0; value < document.count; value++) {
        print_value(value);
    }
    printf("\n");
}

int main(void)
{
    unsigned char bytes[SIZE_BYTES];
    while (fread(bytes, 1, sizeof bytes, stdin) == sizeof bytes) {
        const size_t size = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 |
                            (size_t)bytes[2] << 8 | (size_t)bytes[3];
        char *text = allocate(size);
        CHECK(fread(text, 1, size, stdin) == size);
        print_verdict((span_t){text, size});
        free(text);
    }
    return 0;
}
