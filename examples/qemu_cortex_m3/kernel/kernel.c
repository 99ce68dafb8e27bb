#include "kernel.h"

#include <errno.h>
#include <string.h>

#include "panic.h"
#include "timer.h"

/* ARMv7-M Architecture Reference Manual, B3.2: the system control space. */
#define INTERRUPT_CONTROL_STATE (*(volatile uint32_t *)0xe000ed04)
#define PENDSV_SET              (1u << 28)
#define PRIORITY_14_15          (*(volatile uint32_t *)0xe000ed20)
#define PRIORITY_LOWEST         0xffff0000u /* of PendSV and SysTick */
#define SYSTICK_CONTROL         (*(volatile uint32_t *)0xe000e010)
#define SYSTICK_ENABLE          7u /* processor clock, interrupt, counter */
#define SYSTICK_RELOAD          (*(volatile uint32_t *)0xe000e014)
#define SYSTICK_CURRENT         (*(volatile uint32_t *)0xe000e018)

enum {
    TICKS_PER_SECOND = 100, /* resolution of time limits, and time slice of round robin */
    IDLE_STACK = 256,
    THUMB = 1u << 24, /* the only bit set in a new program status register */
};

/* Registers that the processor pushes when an exception begins (B1.5.6), below those of
 * kernel_switch(). */
typedef struct {
    uint32_t r4_to_r11[8];
    uint32_t r0_to_r3[4];
    uint32_t r12;
    uint32_t return_address;
    uint32_t program_counter;
    uint32_t program_status;
} frame_t;

STACK(idle_stack, IDLE_STACK);
static thread_t idle = {
    .next = &idle,
    .name = "idle",
    .stack = idle_stack,
    .stack_words = STACK_WORDS(IDLE_STACK),
    .priority = PRIORITY_IDLE,
};
static thread_t *current = &idle;
static uint64_t idle_ticks;

thread_t *thread_current(void)
{
    return current;
}

/* ---- Switching ------------------------------------------------------------------------------- */

static void check_stack(const thread_t *thread)
{
    if (thread->stack_pointer < thread->stack || !stack_is_intact(thread->stack)) {
        panic("stack overflow of thread", thread->name);
    }
}

/* The barriers make the switch happen as soon as interrupts are on (B5.2.3). */
static void request_switch(void)
{
    INTERRUPT_CONTROL_STATE = PENDSV_SET;
    __asm volatile("dsb\n isb" ::: "memory");
}

/* The search starts after the current thread, for round robin. The idle thread is always ready. */
static thread_t *most_important(void)
{
    thread_t *best = &idle;
    thread_t *thread = current;
    do {
        thread = thread->next;
        if (!thread->awaited && thread->priority > best->priority) {
            best = thread;
        }
    } while (thread != current);
    return best;
}

/* Only called by kernel_switch(). */
uint32_t *kernel_choose(uint32_t *stack_pointer);
uint32_t *kernel_choose(uint32_t *stack_pointer)
{
    const uint32_t before = interrupts_off();
    current->stack_pointer = stack_pointer;
    check_stack(current);
    current = most_important();
    interrupts_restore(before);
    return current->stack_pointer;
}

/* PendSV has the lowest priority, so it never interrupts an interrupt: it runs between threads. */
__attribute__((naked)) void kernel_switch(void)
{
    __asm volatile("mrs r0, psp\n"
                   "stmdb r0!, {r4-r11}\n"
                   "push {r3, lr}\n"
                   "bl kernel_choose\n"
                   "pop {r3, lr}\n"
                   "ldmia r0!, {r4-r11}\n"
                   "msr psp, r0\n"
                   "bx lr\n");
}

/* ---- Threads --------------------------------------------------------------------------------- */

static void returned(void)
{
    panic("this thread must not return:", current->name);
}

static uint32_t *first_frame(uint32_t *stack, size_t words, void (*entry)(void *), void *argument)
{
    frame_t *frame = (frame_t *)(stack + words) - 1;
    memset(frame, 0, sizeof *frame);
    frame->r0_to_r3[0] = (uint32_t)argument;
    frame->return_address = (uint32_t)returned;
    frame->program_counter = (uint32_t)entry & ~1u;
    frame->program_status = THUMB;
    return (uint32_t *)frame;
}

void thread_start(thread_t *thread, const char *name, void (*entry)(void *), void *argument,
                  uint32_t *stack, size_t stack_size, uint8_t priority)
{
    thread->name = name;
    thread->stack = stack;
    thread->stack_words = stack_size / sizeof *stack;
    thread->priority = priority;
    stack_fill(stack, stack + thread->stack_words);
    thread->stack_pointer = first_frame(stack, thread->stack_words, entry, argument);
    const uint32_t before = interrupts_off();
    thread->next = idle.next;
    idle.next = thread;
    request_switch();
    interrupts_restore(before);
}

/* With interrupts off the processor still wakes up for one, but handles it only after the clock was
 * read: so the sleep is measured exactly, and interrupts count as work. */
static _Noreturn void run_idle(void)
{
    for (;;) {
        const uint32_t before = interrupts_off();
        const uint32_t start = timer_ticks();
        __asm volatile("dsb\n wfi" ::: "memory");
        idle_ticks += timer_ticks() - start;
        interrupts_restore(before);
    }
}

uint64_t kernel_idle_ticks(void)
{
    const uint32_t before = interrupts_off();
    const uint64_t ticks = idle_ticks;
    interrupts_restore(before);
    return ticks;
}

void kernel_start(void)
{
    stack_fill(idle_stack, idle_stack + idle.stack_words);
    PRIORITY_14_15 |= PRIORITY_LOWEST;
    SYSTICK_RELOAD = TIMER_TICKS_PER_SECOND / TICKS_PER_SECOND - 1;
    SYSTICK_CURRENT = 0;
    SYSTICK_CONTROL = SYSTICK_ENABLE;
    /* Threads use the process stack; the main stack is for interrupts. */
    __asm volatile("msr psp, %0\n"
                   "msr control, %1\n"
                   "isb\n"
                   "cpsie i\n"
                   "bx %2\n" ::"r"(idle_stack + idle.stack_words),
                   "r"(2), "r"(run_idle)
                   : "memory");
    __builtin_unreachable();
}

/* ---- Waiting --------------------------------------------------------------------------------- */

bool kernel_wait(const void *object, uint32_t limit_ms)
{
    thread_t *self = current;
    self->has_deadline = limit_ms != 0;
    self->deadline = timer_ms() + (limit_ms > INT32_MAX ? INT32_MAX : limit_ms);
    self->timed_out = false;
    self->awaited = object;
    request_switch();
    interrupts_restore(0); /* the thread switch happens here */
    interrupts_off();
    return !self->timed_out;
}

void kernel_wake(const void *object)
{
    const uint32_t before = interrupts_off();
    thread_t *best = NULL;
    thread_t *thread = current;
    do {
        thread = thread->next;
        if (thread->awaited == object && (!best || thread->priority > best->priority)) {
            best = thread;
        }
    } while (thread != current);
    if (best) {
        best->awaited = NULL;
        request_switch();
    }
    interrupts_restore(before);
}

static void end_waiting_when_due(thread_t *thread, uint32_t now)
{
    if (thread->awaited && thread->has_deadline && (int32_t)(now - thread->deadline) >= 0) {
        thread->awaited = NULL;
        thread->timed_out = true;
    }
}

/* Reads the time instead of counting ticks, which get lost when the emulator's host is busy. */
void kernel_tick(void)
{
    const uint32_t before = interrupts_off();
    const uint32_t now = timer_ms();
    thread_t *thread = current;
    do {
        thread = thread->next;
        end_waiting_when_due(thread, now);
    } while (thread != current);
    request_switch();
    interrupts_restore(before);
}

/* ---- Functions for the C library ------------------------------------------------------------- */

/* newlib's errno is *__errno(): one for each thread. */
int *__errno(void)
{
    return &current->error;
}
