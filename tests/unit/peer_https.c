#include "peer_https.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "ardoq/http_request.h"
#include "ardoq/port_fake.h"

ardoq_https_t https;
ardoq_http_origin_t origin;
ardoq_tls_config_t config;
ardoq_https_exchange_t exchange;
peer_script_t script;

void write_head(void *context, ardoq_text_t *head)
{
    ardoq_http_write_request_line(head, context, "/", NULL, 0);
    ardoq_http_write_host(head, &origin);
    ardoq_http_write_header(head, "Authorization", "Bearer secret-token");
}

static const char *body;
static size_t body_size;

static ardoq_err_t write_given_body(void *context, uint32_t part, ardoq_text_t *text)
{
    (void)context;
    assert_int_equal(part, 0);
    ardoq_text_append(text, body, body_size);
    return ARDOQ_OK;
}

void send_body(const char *text, size_t size)
{
    body = text;
    body_size = size;
    exchange.write_body = write_given_body;
}

int peer_https_set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    ardoq_fake.wall_time = time(NULL);
    origin = (ardoq_http_origin_t){.host = "localhost", .port = 8443};
    config = (ardoq_tls_config_t){
        .host = origin.host, .ca_pem = certificate_file("ca.pem"), .pins = {"", ""}};
    exchange = (ardoq_https_exchange_t){.write_head = write_head,
                                        .write_context = "GET",
                                        .is_idempotent = true,
                                        .timeout_ms = 30000};
    script = (peer_script_t){.certificate = "server", .tls_1_2 = getenv("TEST_TLS_1_2") != NULL};
    return 0;
}

int peer_https_tear_down(void **state)
{
    (void)state;
    ardoq_https_close(&https);
    tls_peer_stop();
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(ardoq_fake.resolving, 0);
    return 0;
}

void start_peer(const peer_step_t *steps, size_t count)
{
    script.steps = steps;
    script.step_count = count;
    tls_peer_start(&script);
}

void answer_with(const char *answer, peer_then_t then)
{
    static peer_step_t step;
    step = (peer_step_t){.answer = answer, .then = then};
    start_peer(&step, 1);
}

void open_https(void)
{
    assert_int_equal(ardoq_https_open(&https, &origin, &config), ARDOQ_OK);
}

ardoq_err_t start_exchange(void)
{
    if (!ardoq_https_is_busy(&https)) {
        https.exchange = exchange;
    }
    return ardoq_https_start(&https);
}

ardoq_err_t run(void)
{
    ardoq_wait_t wait;
    ardoq_err_t err = start_exchange();
    while (!err || err == ARDOQ_PENDING) {
        err = ardoq_https_step(&https, &wait);
        if (err != ARDOQ_PENDING) {
            return err;
        }
        ardoq_port_wait(wait.socket, wait.event, wait.timeout_ms);
    }
    return err;
}

void start_over(void)
{
    ardoq_https_close(&https);
    tls_peer_stop();
}

ardoq_err_t run_with(const char *answer, peer_then_t then)
{
    answer_with(answer, then);
    open_https();
    return run();
}

void assert_head_is_wiped(void)
{
    for (size_t i = 0; i + 6 < sizeof https.buffer; i++) {
        assert_memory_not_equal(https.buffer + i, "secret", 6);
    }
}

void assert_refused(const char *certificate, ardoq_err_t expected)
{
    script.certificate = certificate;
    assert_int_equal(run_with(JSON_OK, PEER_KEEP), expected);
    assert_string_equal(tls_peer_received(), "");
    assert_int_equal(https.tls.detail.phase, ARDOQ_PHASE_HANDSHAKE);
    assert_int_not_equal(https.tls.detail.verify_flags, 0);
    assert_int_not_equal(https.tls.detail.tls_code, 0);
}
