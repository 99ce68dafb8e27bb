/* How long the client sleeps on after the resolver has answered: virtual time, in tenths of a
 * millisecond. */
#include <stdio.h>
#include <string.h>

#include "ardoq/port.h"
#include "ardoq/port_fake.h"
#include "sample.h"

enum { TENTHS = 10, LOCAL_ANSWER = 14 };

static unsigned now;
static unsigned answer_at;
static unsigned asleep;

uint64_t __wrap_ardoq_port_uptime_ms(void);
uint64_t __wrap_ardoq_port_uptime_ms(void)
{
    return now / TENTHS;
}

void __wrap_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms);
void __wrap_ardoq_port_wait(const ardoq_port_socket_t *socket, ardoq_port_event_t event,
                            uint32_t timeout_ms)
{
    (void)socket;
    (void)event;
    now += timeout_ms * TENTHS;
}

/* The answer is that there is no such host, which ends the call. */
ardoq_err_t __wrap_ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                           ardoq_port_address_t *addresses, size_t *count);
ardoq_err_t __wrap_ardoq_port_resolve_poll(ardoq_port_resolve_t *resolve,
                                           ardoq_port_address_t *addresses, size_t *count)
{
    (void)addresses;
    (void)count;
    if (now < answer_at) {
        return ARDOQ_PENDING;
    }
    asleep = now - answer_at;
    ardoq_port_resolve_abandon(resolve);
    return ARDOQ_ERR_HOST_NOT_FOUND;
}

static ardoq_err_t trust_nobody(struct mbedtls_ssl_config *config, struct mbedtls_x509_crt *roots)
{
    (void)config;
    (void)roots;
    return ARDOQ_OK;
}

/* Tenths of a millisecond asleep when the answer comes at this time. */
static unsigned asleep_after(ardoq_client_t *client, unsigned tenths)
{
    const ardoq_request_t request = {.method = "GET", .path = ARDOQ_ME_PATH};
    ardoq_response_t response;
    answer_at = tenths;
    now = 0;
    asleep = 0;
    (void)ardoq_request(client, &request, &response);
    return asleep;
}

int main(void)
{
    static ardoq_config_t config;
    static ardoq_client_t client;
    ardoq_fake_reset();
    ardoq_fake.trust = trust_nobody;
    ardoq_err_t err = sample_config(&config);
    strcpy(config.host, "acme.ardoq.com");
    if (!err) {
        err = ardoq_open(&client, &config);
    }
    if (err) {
        printf("%s\n", ardoq_err_name(err));
        return 1;
    }
    /* As fast as a resolver on the local network may be. */
    printf("asleep %u\n", asleep_after(&client, LOCAL_ANSWER));
    ardoq_close(&client);
    return 0;
}
