/**
 * @file
 * Types of lwIP's operating system layer, over kernel.h.
 */
#ifndef ARCH_SYS_ARCH_H
#define ARCH_SYS_ARCH_H

#include <stdbool.h>
#include <stdint.h>

/** Counting semaphore; also lwIP's mutex (LWIP_COMPAT_MUTEX). */
typedef struct {
    uint16_t count;
    bool is_valid;
} sys_sem_t;

#define sys_sem_valid(semaphore)       ((semaphore)->is_valid)
#define sys_sem_set_invalid(semaphore) ((semaphore)->is_valid = false)

/** Size of every mailbox: the largest in lwipopts.h. */
enum { SYS_MBOX_ROOM = 8 };

/** Queue of pointers, stored inside, so that creating one cannot fail. */
typedef struct {
    void *messages[SYS_MBOX_ROOM];
    uint8_t first;
    uint8_t count;
    bool is_valid;
} sys_mbox_t;

#define sys_mbox_valid(mailbox)       ((mailbox)->is_valid)
#define sys_mbox_set_invalid(mailbox) ((mailbox)->is_valid = false)

typedef struct thread *sys_thread_t;
typedef uint32_t sys_prot_t;

#endif
