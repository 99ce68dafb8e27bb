#include "semihosting.h"

#include <string.h>

enum {
    OPEN = 0x01,
    CLOSE = 0x02,
    WRITE = 0x05,
    READ = 0x06,
    SEEK = 0x0a,
    FILE_LENGTH = 0x0c,
    TIME = 0x11,
    COMMAND_LINE = 0x15,
    EXIT_EXTENDED = 0x20,
    APPLICATION_EXIT = 0x20026,
};

static int32_t call(int32_t operation, const void *arguments)
{
    register int32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = arguments;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int semihosting_open(const char *path, semihosting_mode_t mode)
{
    const uint32_t arguments[] = {(uint32_t)path, mode, strlen(path)};
    return call(OPEN, arguments);
}

void semihosting_close(int file)
{
    const uint32_t arguments[] = {(uint32_t)file};
    call(CLOSE, arguments);
}

bool semihosting_seek(int file, uint32_t offset)
{
    const uint32_t arguments[] = {(uint32_t)file, offset};
    return call(SEEK, arguments) == 0;
}

int32_t semihosting_size(int file)
{
    const uint32_t arguments[] = {(uint32_t)file};
    return call(FILE_LENGTH, arguments);
}

/* Reading and writing return the number of bytes not transferred. */
static bool transfer(int32_t operation, int file, const void *memory, size_t size)
{
    const uint32_t arguments[] = {(uint32_t)file, (uint32_t)memory, size};
    return call(operation, arguments) == 0;
}

bool semihosting_read(int file, void *buffer, size_t size)
{
    return transfer(READ, file, buffer, size);
}

bool semihosting_write(int file, const void *data, size_t size)
{
    return transfer(WRITE, file, data, size);
}

uint32_t semihosting_time(void)
{
    return (uint32_t)call(TIME, NULL);
}

bool semihosting_command_line(char *buffer, size_t size)
{
    uint32_t arguments[] = {(uint32_t)buffer, size};
    return call(COMMAND_LINE, arguments) == 0;
}

void semihosting_exit(int status)
{
    const uint32_t arguments[] = {APPLICATION_EXIT, (uint32_t)status};
    for (;;) {
        call(EXIT_EXTENDED, arguments);
    }
}
