/**
 * @file
 * The end of a program that cannot go on: it says why and leaves. A product would keep the message
 * through a reset, and reset.
 */
#ifndef PANIC_H
#define PANIC_H

/** Exit statuses of the emulator; lower ones are the program's. */
enum {
    PANIC_STATUS = 97, /**< the program has found itself out */
    FAULT_STATUS = 98, /**< the processor has */
};

/** Ends the program with PANIC_STATUS. */
_Noreturn void panic(const char *what, const char *detail);

/** The same; @p place is an address for addr2line. */
_Noreturn void panic_at(const char *what, const void *place);

#endif
