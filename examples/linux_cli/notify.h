/* Messages of a service to systemd: sd_notify(3), without its library. */
#ifndef ARDOQ_NOTIFY_H
#define ARDOQ_NOTIFY_H

/* Sends assignments such as "READY=1\nSTATUS=waiting", as printf() writes them, to $NOTIFY_SOCKET.
 * Does nothing without that variable, or if nobody listens. */
__attribute__((format(printf, 1, 2))) void notify(const char *format, ...);

#endif
