/**
 * @file
 * What lwIP asks of a compiler and its library; gcc with newlib needs little.
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
