/*
 * The server at the other end of the fake port: a real mbedTLS server over two byte queues in
 * memory. It answers each complete request with the next step of its script.
 */
#ifndef ARDOQ_TLS_PEER_H
#define ARDOQ_TLS_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/ssl.h>

/* What the peer does after an answer. */
typedef enum {
    PEER_KEEP,         /* keeps the connection */
    PEER_CLOSE_NOTIFY, /* closes it as TLS wants */
    PEER_CUT,          /* closes it without close_notify, as anybody on the network can */
} peer_then_t;

typedef struct {
    const char *answer; /* bytes of the response; null: stays silent */
    peer_then_t then;
    bool waits;   /* answers only when it is asked again, so that something may come before */
    bool early;   /* answers as soon as the head is complete, and reads no further */
    size_t after; /* early: once this many bytes of the body have arrived */
    size_t first; /* bytes of the answer that get a TLS record of their own; 0: none */
} peer_step_t;

typedef struct {
    const char *certificate;  /* name in the folder of certificates */
    const char *client_ca;    /* asks for a client certificate of this CA; null: does not */
    bool tls_1_2;             /* speaks TLS 1.2 only */
    bool quick;               /* TLS 1.2 with the key exchange of RSA, whose handshakes are quick;
                                 looked at for each connection */
    uint32_t ticket_lifetime; /* gives tickets that are good for so many seconds; 0: none */
    size_t ticket_surplus;    /* bytes that each ticket is longer than it need be; SIZE_MAX: it
                                 cannot be made */
    const peer_step_t *steps; /* the last one is repeated */
    size_t step_count;
    peer_step_t (*step_for)(const char *request); /* decides instead, by the whole request, which is
                                                     then forgotten; null: does not */
} peer_script_t;

/* Connects the peer to the fake port. The script is borrowed. */
void tls_peer_start(const peer_script_t *script);

/* Disconnects it and frees its memory. */
void tls_peer_stop(void);

/* All that was received of requests, over all connections, NUL-terminated. */
const char *tls_peer_received(void);

/* Makes room for more; no request may be in progress. */
void tls_peer_forget_received(void);

/* Tickets that clients were given, those that they showed, and those that the peer took. */
unsigned tls_peer_tickets_given(void);
unsigned tls_peer_tickets_shown(void);
unsigned tls_peer_tickets_taken(void);

/* Makes what was given before worthless, as a server does that restarts. */
void tls_peer_forget_tickets(void);

/* Lets the peer also speak with who knows a key, without any certificate. */
void tls_peer_accept_psk(const unsigned char *key, size_t size, const char *name);

/* The first record of the last connection, as the client sent it: its ClientHello. */
const unsigned char *tls_peer_hello(size_t *size);

/* Requests that were answered. */
unsigned tls_peer_answered(void);

/* True when the handshake of the last connection came to its end. */
bool tls_peer_handshake_is_over(void);

typedef void (*tls_peer_act_t)(mbedtls_ssl_context *tls);

/* What the peer does when the client asks for bytes and there are none, once the handshake is over;
 * null: nothing. */
void tls_peer_when_idle(tls_peer_act_t act);

/* Sends bytes as one record with handshake messages, whatever they mean. */
void tls_peer_send_handshake(const void *messages, size_t size);

/* The certificate as it will be sent; the peer itself goes by what it was. */
unsigned char *tls_peer_certificate(size_t *size);

/* Bytes on the way to the client. */
size_t tls_peer_queued(void);

/* Ends the connection from the peer's side now. */
void tls_peer_close(peer_then_t how);

/* Text of a file of the folder of certificates, such as "ca.pem"; valid until the program ends. */
const char *certificate_file(const char *name);

#endif
