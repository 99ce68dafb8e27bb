#include "peer_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "ardoq/port_fake.h"

ardoq_config_t config;
ardoq_client_t client;
peer_script_t script;

/* ---- Texts that live as long as the test ---- */

typedef struct kept {
    struct kept *next;
    char text[];
} kept_t;

static kept_t *kept;

static char *keep(size_t size)
{
    kept_t *one = malloc(sizeof *one + size + 1);
    assert_non_null(one);
    one->next = kept;
    one->text[size] = '\0';
    kept = one;
    return one->text;
}

static void free_kept(void)
{
    while (kept) {
        kept_t *next = kept->next;
        free(kept);
        kept = next;
    }
}

char *text_of(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert_true(size >= 0);
    char *text = keep((size_t)size);
    va_start(arguments, format);
    vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *repeat(const char *text, size_t count)
{
    const size_t size = strlen(text);
    char *repeated = keep(size * count);
    for (size_t i = 0; i < count; i++) {
        memcpy(repeated + i * size, text, size);
    }
    return repeated;
}

const char *response_of(const char *status, const char *content_type, const char *body)
{
    return text_of("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", status,
                   content_type, strlen(body), body);
}

const char *json_of(const char *body)
{
    return response_of("200 OK", "application/json", body);
}

bool holds(const void *memory, size_t size, const char *text)
{
    return memmem(memory, size, text, strlen(text)) != NULL;
}

/* ---- Set-up ---- */

int peer_client_set_up(void **state)
{
    (void)state;
    ardoq_fake_reset();
    ardoq_fake.wall_time = time(NULL);
    assert_int_equal(ardoq_config_defaults(&config, NULL), ARDOQ_OK);
    strcpy(config.host, "localhost:8443");
    strcpy(config.token, TEST_TOKEN);
    config.ca_pem = certificate_file("ca.pem");
    script = (peer_script_t){.certificate = "server", .tls_1_2 = getenv("TEST_TLS_1_2") != NULL};
    return 0;
}

int peer_client_tear_down(void **state)
{
    (void)state;
    ardoq_close(&client);
    tls_peer_stop();
    free_kept();
    assert_int_equal(ardoq_fake.open_sockets, 0);
    assert_int_equal(ardoq_fake.resolving, 0);
    assert_null(strstr(ardoq_fake.log, TEST_TOKEN));
    assert_null(strstr(ardoq_fake.log, "Bearer"));
    return 0;
}

void peer_client_open(const peer_step_t *steps, size_t count)
{
    script.steps = steps;
    script.step_count = count;
    tls_peer_stop();
    tls_peer_start(&script);
    assert_int_equal(ardoq_open(&client, &config), ARDOQ_OK);
}

void peer_client_answer(const char *answer)
{
    static peer_step_t step;
    step = (peer_step_t){.answer = answer};
    if (!client.config) {
        peer_client_open(&step, 1);
    }
}
