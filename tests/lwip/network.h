/*
 * lwIP on this host. It starts by itself with the program, and reads from the environment:
 * TEST_DNS_PORT, the port of the name server on the host's loopback; TEST_NETWORK_DOWN, set for an
 * interface that stays down; and what wire_faults.h says.
 */
#ifndef NETWORK_H
#define NETWORK_H

/* Opens all sockets that are left. */
void network_take_sockets(void);

/* Takes all buffers that frames are received in, now and as soon as one becomes free. */
void network_take_buffers(void);

/* Gives back what was taken. */
void network_give_back(void);

#endif
