#include "kept_console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct {
    char text[16384];
    char taken[16384];
} stream_t;

static stream_t result;
static stream_t people;

static void keep(void *context, ardoq_output_t output, const char *text, size_t size)
{
    stream_t *stream = output == ARDOQ_OUTPUT_RESULT ? &result : &people;
    const size_t length = strlen(stream->text);
    assert_ptr_equal(context, &result);
    assert_true(length + size < sizeof stream->text);
    assert_int_equal(strnlen(text, size), size);
    memcpy(stream->text + length, text, size);
    stream->text[length + size] = '\0';
}

const ardoq_console_t kept_console = {.write = keep, .context = &result};

static const char *take(stream_t *stream)
{
    memcpy(stream->taken, stream->text, sizeof stream->taken);
    memset(stream->text, 0, sizeof stream->text);
    return stream->taken;
}

const char *kept_result(void)
{
    return take(&result);
}

const char *kept_people(void)
{
    return take(&people);
}
