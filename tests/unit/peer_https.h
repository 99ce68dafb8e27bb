/*
 * One exchange with the TLS peer: shared by the tests of the exchange and of TLS.
 */
#ifndef ARDOQ_PEER_HTTPS_H
#define ARDOQ_PEER_HTTPS_H

#include <stddef.h>

#include "ardoq/https.h"
#include "tls_peer.h"

#define JSON_OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

extern ardoq_https_t https;
extern ardoq_http_origin_t origin;
extern ardoq_tls_config_t config;
extern ardoq_https_exchange_t exchange;

/* The peer that start_peer() starts; its steps are set there. */
extern peer_script_t script;

/* A working platform, and an exchange with the peer: GET. Nothing is open. */
int peer_https_set_up(void **state);

/* Closes everything. Nothing may stay open. */
int peer_https_tear_down(void **state);

#define PEER_HTTPS_TEST(function)                                                                  \
    cmocka_unit_test_setup_teardown(function, peer_https_set_up, peer_https_tear_down)

/* Writes the head of the exchange, whose method is write_context. */
void write_head(void *context, ardoq_text_t *head);

/* Gives the exchange a body of one part, borrowed. */
void send_body(const char *text, size_t size);

/* Starts the peer with these steps, which are borrowed. */
void start_peer(const peer_step_t *steps, size_t count);

/* Starts it with one step. */
void answer_with(const char *answer, peer_then_t then);

void open_https(void);

/* Begins the exchange, unless one is in progress. */
ardoq_err_t start_exchange(void);

/* Runs the exchange to its end. */
ardoq_err_t run(void);

/* Opens, runs an exchange with an answer, and returns its result. */
ardoq_err_t run_with(const char *answer, peer_then_t then);

/* For another server in the same test. */
void start_over(void);

void assert_head_is_wiped(void);

/* A server with this certificate is rejected before anything is sent. */
void assert_refused(const char *certificate, ardoq_err_t expected);

#endif
