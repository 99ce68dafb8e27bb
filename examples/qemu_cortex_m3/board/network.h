/**
 * @file
 * The network: lwIP with the one Ethernet interface of this board.
 */
#ifndef NETWORK_H
#define NETWORK_H

/** Starts lwIP, waits for addresses as long as the boot arguments say, and prints them. Without an
 * address the program goes on all the same: the library says what is missing. */
void network_start(void);

#endif
