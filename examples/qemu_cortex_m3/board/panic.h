/**
 * @file
 * Ends a program that cannot continue, with a message. A product would save the message and reset.
 */
#ifndef PANIC_H
#define PANIC_H

/** Exit statuses of the emulator; lower ones are the program's. */
enum {
    PANIC_STATUS = 97, /**< error detected by the program */
    FAULT_STATUS = 98, /**< error detected by the processor */
};

/** Ends the program with PANIC_STATUS. */
_Noreturn void panic(const char *what, const char *detail);

/** The same; @p place is an address for addr2line. */
_Noreturn void panic_at(const char *what, const void *place);

#endif
