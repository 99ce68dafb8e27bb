/**
 * @file
 * Arguments from the emulator's command line, for the tests. All are optional.
 */
#ifndef BOOT_ARGUMENTS_H
#define BOOT_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *flash;        /**< flash=PATH: the file used as flash */
    uint16_t dns_port;        /**< dns-port=N: a name server on the emulator's host; 0 for none */
    uint32_t network_wait_ms; /**< network-wait=MS: how long to wait for an address */
} boot_arguments_t;

/** The arguments; boot_arguments_read() fills them. */
extern boot_arguments_t boot_arguments;

/** Reads the command line. @return false after printing a wrong argument */
bool boot_arguments_read(void);

#endif
