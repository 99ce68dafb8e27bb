/*
 * The other end of lwIP's wire: libslirp, which plays a router and turns the traffic into sockets
 * of this process. It has the host's headers, so it knows nothing of lwIP's.
 */
#ifndef SLIRP_LINK_H
#define SLIRP_LINK_H

/*
 * Starts libslirp in its own thread. 10.0.2.2 and fec0::2 are the host's loopback. Returns a
 * descriptor that carries one Ethernet frame with each read and write; -1 on failure.
 */
int slirp_link_start(void);

#endif
