/*
 * A client and the TLS peer: shared by the tests of the layers above an exchange.
 */
#ifndef ARDOQ_PEER_CLIENT_H
#define ARDOQ_PEER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/client.h"
#include "tls_peer.h"

/* In the format of Ardoq's tokens. */
#define TEST_TOKEN "adq_0f1e2d3c4b5a69788796a5b4c3d2e1f0"

extern ardoq_config_t config;
extern ardoq_client_t client;

/* The peer that peer_client_open() starts; its steps are set there. */
extern peer_script_t script;

/* A working platform, and a configuration for the peer. The client is not open. */
int peer_client_set_up(void **state);

/* Closes the client. Nothing may stay open, and no log message may contain the token. */
int peer_client_tear_down(void **state);

#define PEER_CLIENT_TEST(function)                                                                 \
    cmocka_unit_test_setup_teardown(function, peer_client_set_up, peer_client_tear_down)

/* Starts the peer with these steps, which are borrowed, and opens the client. */
void peer_client_open(const peer_step_t *steps, size_t count);

/* Answers every request with this from now on, borrowed; opens the client if it is not open. */
void peer_client_answer(const char *answer);

/* Text as printf() makes it, of any length; kept until the test ends. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* @p count times @p text; kept until the test ends. */
char *repeat(const char *text, size_t count);

/* A response with its Content-Length; kept until the test ends. */
const char *response_of(const char *status, const char *content_type, const char *body);

/* A response of status 200 with JSON; kept until the test ends. */
const char *json_of(const char *body);

/* True if @p text is anywhere in the @p size bytes of @p memory. */
bool holds(const void *memory, size_t size, const char *text);

#endif
