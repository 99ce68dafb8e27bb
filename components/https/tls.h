/* TLS over the port's socket: the part of the exchange that knows mbedTLS. Private to this layer.
 */
#ifndef ARDOQ_TLS_H
#define ARDOQ_TLS_H

#include "ardoq/https.h"

/* What one step sends and receives at most, so that it stays short whatever the peer does. */
#define ARDOQ_TLS_STEP_BYTES 4096

/* Prepares configuration, trust and client certificate; see ardoq_https_open(). */
ardoq_err_t ardoq_tls_open(ardoq_https_t *https);

/* Frees what ardoq_tls_open() made. */
void ardoq_tls_close(ardoq_https_t *https);

/* Reads the wall clock. False when it is unknown and this build does not accept that. */
bool ardoq_tls_clock_is_usable(ardoq_https_t *https);

/* Sets a new session up over https->socket. */
ardoq_err_t ardoq_tls_begin(ardoq_https_t *https);

/* With ARDOQ_PENDING the functions below set tls_waits_for. */

/* One step of the handshake: ARDOQ_OK when it is over. */
ardoq_err_t ardoq_tls_handshake_step(ardoq_https_t *https);

/* Ends the session; says so to the peer if the session stood. */
void ardoq_tls_end(ardoq_https_t *https);

/* ARDOQ_OK with 1 or more bytes, ARDOQ_PENDING, or an error. */
ardoq_err_t ardoq_tls_write(ardoq_https_t *https, const char *data, size_t size, size_t *written);

/* As ardoq_tls_write(); *read is 0 with ARDOQ_OK when the peer has closed in the proper way. */
ardoq_err_t ardoq_tls_read(ardoq_https_t *https, char *buffer, size_t size, size_t *read);

/* True when the kept session stands and nothing has arrived on it. */
bool ardoq_tls_is_alive(ardoq_https_t *https);

#endif
