#include "fake_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

static char logged[65536];
static size_t length;

void fake_log_reset(void)
{
    length = 0;
    logged[0] = '\0';
}

const char *fake_logged(void)
{
    return logged;
}

/* Moves the end after what was just printed there. */
static void move_end(int printed)
{
    assert_true(printed >= 0 && (size_t)printed < sizeof logged - length);
    length += (size_t)printed;
}

void fake_log(char level, const char *tag, const char *format, ...)
{
    move_end(snprintf(logged + length, sizeof logged - length, "%c %s: ", level, tag));
    va_list arguments;
    va_start(arguments, format);
    move_end(vsnprintf(logged + length, sizeof logged - length, format, arguments));
    va_end(arguments);
    move_end(snprintf(logged + length, sizeof logged - length, "\n"));
}
