/* What a service tells systemd: sd_notify(3), without its library. */
#ifndef ARDOQ_NOTIFY_H
#define ARDOQ_NOTIFY_H

/* Sends assignments such as "READY=1\nSTATUS=waiting", as printf() writes them, to $NOTIFY_SOCKET.
 * Without that variable, or an ear at its other end, nothing happens. */
__attribute__((format(printf, 1, 2))) void notify(const char *format, ...);

#endif
