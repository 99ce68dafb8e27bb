/**
 * @file
 * The network: lwIP with this board's Ethernet interface.
 */
#ifndef NETWORK_H
#define NETWORK_H

/**
 * Starts lwIP, waits for addresses as long as the boot arguments say, and prints them. Without an
 * address the program still continues: the library reports what is missing.
 */
void network_start(void);

#endif
