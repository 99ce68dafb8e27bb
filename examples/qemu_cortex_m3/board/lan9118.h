/**
 * @file
 * Ethernet controller LAN9118 as a network interface of lwIP.
 */
#ifndef LAN9118_H
#define LAN9118_H

#include "lwip/err.h"

struct netif;

/** Initialises the interface, for netif_add(), and starts the thread that receives.
 * @return ERR_OK, or ERR_IF when there is no controller. */
err_t lan9118_init(struct netif *netif);

/** Interrupt handler. */
void lan9118_interrupt(void);

#endif
