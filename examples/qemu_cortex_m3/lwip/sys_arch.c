/* lwIP's operating system layer over kernel.h: what doc/sys_arch.txt of lwIP describes. */
#include "kernel.h"
#include "lwip/opt.h"
#include "lwip/sys.h"
#include "panic.h"
#include "timer.h"

#if TCPIP_MBOX_SIZE > 8 || DEFAULT_TCP_RECVMBOX_SIZE > 8 || DEFAULT_UDP_RECVMBOX_SIZE > 8
#error "lwipopts.h asks for more room than SYS_MBOX_ROOM"
#endif
_Static_assert(TCPIP_THREAD_PRIO == PRIORITY_TCPIP, "lwipopts.h and kernel.h must agree");

void sys_init(void)
{
}

u32_t sys_now(void)
{
    return timer_ms();
}

sys_prot_t sys_arch_protect(void)
{
    return interrupts_off();
}

void sys_arch_unprotect(sys_prot_t before)
{
    interrupts_restore(before);
}

/* Waits once for the remaining time, 0: unlimited. @return false after the time limit */
static bool wait_on(const void *object, uint32_t start, uint32_t limit_ms)
{
    const uint32_t elapsed = timer_ms() - start;
    if (limit_ms == 0) {
        return kernel_wait(object, 0);
    }
    return elapsed < limit_ms && kernel_wait(object, limit_ms - elapsed);
}

/* ---- Semaphores ------------------------------------------------------------------------------ */

err_t sys_sem_new(sys_sem_t *semaphore, u8_t count)
{
    *semaphore = (sys_sem_t){.count = count, .is_valid = true};
    return ERR_OK;
}

void sys_sem_free(sys_sem_t *semaphore)
{
    semaphore->is_valid = false;
}

void sys_sem_signal(sys_sem_t *semaphore)
{
    const uint32_t before = interrupts_off();
    semaphore->count++;
    kernel_wake(semaphore);
    interrupts_restore(before);
}

u32_t sys_arch_sem_wait(sys_sem_t *semaphore, u32_t limit_ms)
{
    const uint32_t start = timer_ms();
    const uint32_t before = interrupts_off();
    while (semaphore->count == 0 && wait_on(semaphore, start, limit_ms)) {
    }
    const bool is_taken = semaphore->count > 0;
    if (is_taken) {
        semaphore->count--;
    }
    interrupts_restore(before);
    return is_taken ? timer_ms() - start : SYS_ARCH_TIMEOUT;
}

/* ---- Mailboxes: readers wait for `count`, writers for `first` -------------------------------- */

err_t sys_mbox_new(sys_mbox_t *mailbox, int room)
{
    (void)room;
    *mailbox = (sys_mbox_t){.is_valid = true};
    return ERR_OK;
}

void sys_mbox_free(sys_mbox_t *mailbox)
{
    mailbox->is_valid = false;
}

static bool put(sys_mbox_t *mailbox, void *message)
{
    if (mailbox->count == SYS_MBOX_ROOM) {
        return false;
    }
    mailbox->messages[(mailbox->first + mailbox->count) % SYS_MBOX_ROOM] = message;
    mailbox->count++;
    kernel_wake(&mailbox->count);
    return true;
}

static bool take(sys_mbox_t *mailbox, void **message)
{
    if (mailbox->count == 0) {
        return false;
    }
    if (message) {
        *message = mailbox->messages[mailbox->first];
    }
    mailbox->first = (uint8_t)((mailbox->first + 1) % SYS_MBOX_ROOM);
    mailbox->count--;
    kernel_wake(&mailbox->first);
    return true;
}

void sys_mbox_post(sys_mbox_t *mailbox, void *message)
{
    const uint32_t before = interrupts_off();
    while (!put(mailbox, message)) {
        kernel_wait(&mailbox->first, 0);
    }
    interrupts_restore(before);
}

err_t sys_mbox_trypost(sys_mbox_t *mailbox, void *message)
{
    const uint32_t before = interrupts_off();
    const bool is_put = put(mailbox, message);
    interrupts_restore(before);
    return is_put ? ERR_OK : ERR_MEM;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t *mailbox, void *message)
{
    return sys_mbox_trypost(mailbox, message);
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mailbox, void **message)
{
    const uint32_t before = interrupts_off();
    const bool is_taken = take(mailbox, message);
    interrupts_restore(before);
    return is_taken ? 0 : SYS_MBOX_EMPTY;
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mailbox, void **message, u32_t limit_ms)
{
    const uint32_t start = timer_ms();
    const uint32_t before = interrupts_off();
    while (mailbox->count == 0 && wait_on(&mailbox->count, start, limit_ms)) {
    }
    const bool is_taken = take(mailbox, message);
    interrupts_restore(before);
    return is_taken ? timer_ms() - start : SYS_ARCH_TIMEOUT;
}

/* ---- Threads --------------------------------------------------------------------------------- */

STACK(tcpip_stack, TCPIP_THREAD_STACKSIZE);

/* lwIP creates only one thread. */
sys_thread_t sys_thread_new(const char *name, lwip_thread_fn entry, void *argument, int stack_size,
                            int priority)
{
    static thread_t tcpip;
    if (tcpip.name || stack_size != TCPIP_THREAD_STACKSIZE) {
        panic("there is no stack for thread", name);
    }
    thread_start(&tcpip, name, entry, argument, tcpip_stack, sizeof tcpip_stack, (uint8_t)priority);
    return &tcpip;
}
