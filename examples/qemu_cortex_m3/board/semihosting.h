/**
 * @file
 * Calls to the emulator (Arm's "Semihosting for AArch32 and AArch64"): files of its host, the wall
 * clock, the command line, the end. Only emulators and debuggers support this; each caller says
 * what a product uses instead.
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How a file is opened; the modes of fopen(). */
typedef enum {
    SEMIHOSTING_READ = 1,   /**< "rb" */
    SEMIHOSTING_UPDATE = 3, /**< "r+b" */
    SEMIHOSTING_CREATE = 7, /**< "w+b" */
} semihosting_mode_t;

/** Opens a file. @return its handle, or -1 */
int semihosting_open(const char *path, semihosting_mode_t mode);

void semihosting_close(int file);

/** Sets the position in the file. @return false on failure */
bool semihosting_seek(int file, uint32_t offset);

/** Size of the file in bytes, or -1. */
int32_t semihosting_size(int file);

/** Reads exactly @p size bytes. @return false on failure and at the end of the file */
bool semihosting_read(int file, void *buffer, size_t size);

/** Writes exactly @p size bytes. @return false on failure */
bool semihosting_write(int file, const void *data, size_t size);

/** Seconds since 1970. */
uint32_t semihosting_time(void);

/** The command line, the program's name first. @return false if it is longer than @p size */
bool semihosting_command_line(char *buffer, size_t size);

/** Ends the emulator with an exit status. */
_Noreturn void semihosting_exit(int status);

#endif
