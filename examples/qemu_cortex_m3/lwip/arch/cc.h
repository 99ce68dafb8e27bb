/**
 * @file
 * What lwIP needs to know about compiler and C library; little for gcc with newlib.
 */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <sys/time.h>
#include <sys/types.h>

#define LWIP_NO_UNISTD_H 1

/** Ends the program. The caller's address says where; the texts would cost 6 KB of flash. */
_Noreturn void lwip_assertion_failed(void);
#define LWIP_PLATFORM_ASSERT(message) lwip_assertion_failed()

/** There is no debug output, and so no printf(). */
#define LWIP_PLATFORM_DIAG(message)

#endif
