/**
 * @file
 * Arm MPS2 with the FPGA image AN385, as in QEMU's machine mps2-an385: addresses and interrupts
 * (Arm DAI 0385, "Cortex-M3 SMM on V2M-MPS2").
 */
#ifndef MPS2_H
#define MPS2_H

#include <stdint.h>

/** A register of a device. */
#define MPS2_REGISTER(base, offset) (*(volatile uint32_t *)((base) + (offset)))

#define MPS2_TIMER0                 0x40000000u
#define MPS2_UART0                  0x40004000u
#define MPS2_FPGAIO                 0x40028000u
#define MPS2_SCC                    0x4002f000u
#define MPS2_ETHERNET               0x40200000u

enum {
    MPS2_CLOCK_HZ = 25000000,
    MPS2_ETHERNET_IRQ = 13,
    MPS2_IRQS = 32,
};

#endif
