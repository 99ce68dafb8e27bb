/* The README's program with a console. It is linked to be measured, and never run. */
#define main report_once
#include "readme_program.c"
#undef main

#include "ardoq/commands.h"

static ardoq_device_t device;

static void write_text(void *context, ardoq_output_t output, const char *text, size_t size)
{
    (void)context;
    (void)output;
    (void)fwrite(text, 1, size, stdout);
}

int main(int argc, char **argv)
{
    static const ardoq_console_t console = {.write = write_text};
    const int status = report_once();
    return status ? status : ardoq_command_line(&console, &device, NULL, NULL, argc, argv);
}
