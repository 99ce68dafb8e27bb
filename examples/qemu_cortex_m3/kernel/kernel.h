/**
 * @file
 * A small preemptive kernel: fixed priorities, round robin among equals, waiting with a time limit.
 * It is what lwIP's sys_arch needs and no more; a product has an RTOS in its place.
 *
 * The memory of a thread is its maker's, so that the linker says whether all stacks fit.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack.h"

/** A thread; private but for name and next. */
typedef struct thread {
    uint32_t *stack_pointer; /**< while it does not run; the switch saves and finds it here */
    struct thread *next;     /**< all threads in a circle */
    const char *name;
    uint32_t *stack; /**< lowest word */
    size_t stack_words;
    const void *awaited; /**< what it waits for, or null while it is ready */
    uint32_t deadline;   /**< timer_ms() at which the waiting ends */
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
    /** Above the driver: each frame is worked off before the next leaves the controller's FIFO, so
     * that a burst fills the FIFO and not the heap. */
    PRIORITY_TCPIP,
};

/**
 * Adds a thread. It starts at once if kernel_start() has run.
 * @param thread  zeroed; not to be touched afterwards
 * @param entry   may not return
 * @param stack   of STACK(), @p stack_size in bytes
 */
void thread_start(thread_t *thread, const char *name, void (*entry)(void *), void *argument,
                  uint32_t *stack, size_t stack_size, uint8_t priority);

/** The thread that runs; any of the circle. */
thread_t *thread_current(void);

/** Turns the caller into the idle thread; the others run from now on. */
_Noreturn void kernel_start(void);

/** Switches interrupts off, and with them all other threads. @return what to restore */
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
 * @param object    any address that both sides know
 * @param limit_ms  0 waits for ever
 * @return false when the time was over
 */
bool kernel_wait(const void *object, uint32_t limit_ms);

/** Makes the most important thread that waits for @p object ready. Also from an interrupt. */
void kernel_wake(const void *object);

/** Interrupt handlers: PendSV and SysTick. */
void kernel_switch(void);
void kernel_tick(void);

/** Ticks of timer_ticks() that the processor has slept so far. */
uint64_t kernel_idle_ticks(void);

#endif
