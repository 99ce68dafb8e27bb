/**
 * @file
 * A small preemptive kernel: fixed priorities, round robin among equals, waiting with a time limit.
 * Only what lwIP's sys_arch needs; a product uses an RTOS instead.
 *
 * The caller owns a thread's memory, so that the linker checks that all stacks fit.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack.h"

/** A thread; private except name and next. */
typedef struct thread {
    uint32_t *stack_pointer; /**< saved here while it does not run */
    struct thread *next;     /**< all threads in a circle */
    const char *name;
    uint32_t *stack; /**< lowest word */
    size_t stack_words;
    const void *awaited; /**< object that it waits for; null if it is ready */
    uint32_t deadline;   /**< timer_ms() at the end of the wait */
    bool has_deadline;
    bool timed_out;
    uint8_t priority;
    int error; /**< its errno */
} thread_t;

/** Priorities, the highest last. */
enum {
    PRIORITY_IDLE,
    PRIORITY_MAIN,
    PRIORITY_ETHERNET,
    /**
     * Above the driver: each frame is processed before the next one is read, so that a burst fills
     * the controller's FIFO and not the heap.
     */
    PRIORITY_TCPIP,
};

/**
 * Adds a thread. It starts at once if kernel_start() has run.
 * @param thread  zeroed; not to be changed afterwards
 * @param entry   must not return
 * @param stack   of STACK(), @p stack_size in bytes
 */
void thread_start(thread_t *thread, const char *name, void (*entry)(void *), void *argument,
                  uint32_t *stack, size_t stack_size, uint8_t priority);

/** The current thread. */
thread_t *thread_current(void);

/** Makes the caller the idle thread, and starts the others. */
_Noreturn void kernel_start(void);

/** Turns off interrupts and thus thread switches. @return the state to restore */
static inline uint32_t interrupts_off(void)
{
    uint32_t before;
    __asm volatile("mrs %0, primask\n cpsid i" : "=r"(before)::"memory");
    return before;
}

static inline void interrupts_restore(uint32_t before)
{
    __asm volatile("msr primask, %0\n isb" ::"r"(before) : "memory");
}

/**
 * Waits for kernel_wake() of the same object. To be called with interrupts off; they are on while
 * the thread waits, and off again on return.
 * @param object    any address, as for kernel_wake()
 * @param limit_ms  0 waits for ever
 * @return false after the time limit
 */
bool kernel_wait(const void *object, uint32_t limit_ms);

/**
 * Makes the thread of highest priority that waits for @p object ready. Callable from an interrupt.
 */
void kernel_wake(const void *object);

/** Interrupt handlers: PendSV and SysTick. */
void kernel_switch(void);
void kernel_tick(void);

/** Total ticks of timer_ticks() that the processor was asleep. */
uint64_t kernel_idle_ticks(void);

#endif
