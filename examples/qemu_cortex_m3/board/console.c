#include "console.h"

#include "uart.h"

static void write_output(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)context;
    (void)output;
    uart_write(text, size);
}

const ardoq_console_t console = {.write = write_output};
