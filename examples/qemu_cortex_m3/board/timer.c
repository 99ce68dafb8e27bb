#include "timer.h"

#define COUNTER      MPS2_REGISTER(MPS2_FPGAIO, 0x18)
#define PRESCALE     MPS2_REGISTER(MPS2_FPGAIO, 0x1c)

/* CMSDK timer: counts down from its reload value. */
#define CONTROL      MPS2_REGISTER(MPS2_TIMER0, 0x0)
#define VALUE        MPS2_REGISTER(MPS2_TIMER0, 0x4)
#define RELOAD       MPS2_REGISTER(MPS2_TIMER0, 0x8)
#define TIMER_ENABLE 1u

void timer_start(void)
{
    PRESCALE = MPS2_CLOCK_HZ / 1000 - 1;
    COUNTER = 0;
    RELOAD = UINT32_MAX;
    VALUE = UINT32_MAX;
    CONTROL = TIMER_ENABLE;
}

uint32_t timer_ms(void)
{
    return COUNTER;
}

uint32_t timer_ticks(void)
{
    return UINT32_MAX - VALUE;
}
