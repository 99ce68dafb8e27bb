/*
 * Uses the library as a program does. Takes one command from each line of standard input, and
 * prints one JSON object for each.
 */
#include "platform.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ardoq/list.h"
#include "ardoq/port_posix.h"
#ifdef ARDOQ_SOCKETS_LWIP
#include "network.h"
#endif

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_me_t me;
static ardoq_list_t list;
static uint64_t interrupted_at;

/* ---- What was built -------------------------------------------------------------------------- */

static void features(const char *argument)
{
    (void)argument;
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
    const char *tls_1_3 = "true";
#else
    const char *tls_1_3 = "false";
#endif
    printf("{\"tls_1_3\": %s, \"refuses_pss\": %s}\n", tls_1_3,
           ARDOQ_SEAM_REFUSES_PSS ? "true" : "false");
}

/* ---- Calls that wait ------------------------------------------------------------------------- */

static void call_me(const char *argument)
{
    (void)argument;
    const ardoq_err_t err = ardoq_me(&client, &me);
    printf("{\"error\": \"%s\", \"label\": \"%s\"}\n", ardoq_err_name(err), me.org_label);
}

/* ---- Any request ----------------------------------------------------------------------------- */

static ardoq_err_t count_bytes(void *context, const char *data, size_t size)
{
    size_t *bytes = context;
    (void)data;
    *bytes += size;
    return ARDOQ_OK;
}

static void print_outcome(ardoq_err_t err, const ardoq_response_t *response, size_t streamed,
                          uint64_t began)
{
    printf("{\"error\": \"%s\", \"phase\": \"%s\", \"status\": %d, \"message\": \"%s\", ",
           ardoq_err_name(err), ardoq_phase_name(ardoq_detail(&client)->phase), response->status,
           response->message);
    printf("\"kept\": %u, \"cut\": %s, \"streamed\": %u, \"ms\": %u}\n",
           (unsigned)response->body_size, response->body_cut ? "true" : "false", (unsigned)streamed,
           (unsigned)(ardoq_port_uptime_ms() - began));
}

/* "POST PATH MS SIZE keep": a body of so many bytes; the answer is kept, or streamed. */
static void call(const char *argument)
{
    char method[8];
    char path[128];
    char how[8];
    unsigned timeout_ms;
    size_t size;
    size_t streamed = 0;
    if (sscanf(argument, "%7s %127s %u %zu %7s", method, path, &timeout_ms, &size, how) != 5) {
        return;
    }
    char *body = calloc(1, size + 1);
    const ardoq_request_t request = {
        .method = method,
        .path = path,
        .body = body,
        .body_size = size,
        .timeout_ms = timeout_ms,
        .on_body = strcmp(how, "stream") == 0 ? count_bytes : NULL,
        .context = &streamed,
    };
    ardoq_response_t response = {0};
    const uint64_t began = ardoq_port_uptime_ms();
    const ardoq_err_t err = ardoq_request(&client, &request, &response);
    print_outcome(err, &response, streamed, began);
    free(body);
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static ardoq_err_t print_element(void *context, const ardoq_json_document_t *element,
                                 uint32_t index)
{
    char name[64];
    (void)context;
    const ardoq_err_t err = ardoq_json_string(element, ARDOQ_JSON_ROOT, "name", name, sizeof name);
    printf("%s[%u, \"%s\"]", index > 0 ? ", " : "", (unsigned)index, name);
    return err;
}

static void read_list(const char *path)
{
    printf("{\"elements\": [");
    const ardoq_err_t err = ardoq_list_each(&client, &list, path, NULL, 0, print_element, NULL);
    printf("], \"error\": \"%s\", \"pages\": %u, \"skipped\": %u}\n", ardoq_err_name(err),
           (unsigned)list.pages, (unsigned)list.skipped);
}

/* ---- Interruption ---------------------------------------------------------------------------- */

/* The call is in progress when the next line of standard input comes. */
static void *interrupt_at_next_line(void *unused)
{
    char line[16];
    if (fgets(line, sizeof line, stdin)) {
        interrupted_at = ardoq_port_uptime_ms();
        ardoq_interrupt(&client);
    }
    return unused;
}

static void call_me_until_interrupted(const char *argument)
{
    pthread_t thread;
    (void)argument;
    pthread_create(&thread, NULL, interrupt_at_next_line, NULL);
    const ardoq_err_t err = ardoq_me(&client, &me);
    const uint64_t now = ardoq_port_uptime_ms();
    pthread_join(thread, NULL);
    printf("{\"error\": \"%s\", \"ms\": %u}\n", ardoq_err_name(err),
           (unsigned)(now - interrupted_at));
}

/* ---- Step by step, in a loop of our own ------------------------------------------------------ */

typedef struct {
    unsigned steps;
    unsigned longest_step_ms;
    ardoq_wait_t wait;
} loop_t;

static ardoq_err_t step(loop_t *loop)
{
    const uint64_t before = ardoq_port_uptime_ms();
    const ardoq_err_t err = ardoq_request_step(&client, &loop->wait);
    const unsigned duration = (unsigned)(ardoq_port_uptime_ms() - before);
    loop->steps++;
    if (duration > loop->longest_step_ms) {
        loop->longest_step_ms = duration;
    }
    return err;
}

static void wait_as_told(const ardoq_wait_t *wait)
{
    struct pollfd entry = {.fd = -1};
    if (wait->event != ARDOQ_PORT_EVENT_NONE) {
        entry.fd = wait->socket->descriptor;
        entry.events = wait->event == ARDOQ_PORT_EVENT_READABLE ? POLLIN : POLLOUT;
    }
    poll(&entry, 1, (int)wait->timeout_ms);
}

static const ardoq_request_t get_me = {.method = "GET", .path = ARDOQ_ME_PATH};

static void step_to_the_end(const char *argument)
{
    loop_t loop = {0};
    ardoq_response_t response = {0};
    (void)argument;
    ardoq_err_t err = ardoq_request_start(&client, &get_me, &response);
    err = err ? err : step(&loop);
    while (err == ARDOQ_PENDING) {
        wait_as_told(&loop.wait);
        err = step(&loop);
    }
    printf("{\"error\": \"%s\", \"status\": %d, \"steps\": %u, \"longest_step_ms\": %u}\n",
           ardoq_err_name(err), response.status, loop.steps, loop.longest_step_ms);
}

static void cancel_when_connected(const char *argument)
{
    loop_t loop = {0};
    ardoq_response_t response = {0};
    (void)argument;
    ardoq_err_t err = ardoq_request_start(&client, &get_me, &response);
    err = err ? err : step(&loop);
    while (err == ARDOQ_PENDING && loop.wait.event != ARDOQ_PORT_EVENT_READABLE) {
        wait_as_told(&loop.wait);
        err = step(&loop);
    }
    ardoq_request_cancel(&client);
    printf("{\"error\": \"%s\", \"after\": \"%s\"}\n", ardoq_err_name(err),
           ardoq_err_name(ardoq_request_step(&client, &loop.wait)));
}

/* ---- Shortages of lwIP ----------------------------------------------------------------------- */

#ifdef ARDOQ_SOCKETS_LWIP
static void take_sockets(const char *argument)
{
    (void)argument;
    network_take_sockets();
    printf("{}\n");
}

static ardoq_err_t take_buffers(void *context, const char *data, size_t size)
{
    (void)context;
    (void)data;
    (void)size;
    network_take_buffers();
    return ARDOQ_OK;
}

/* No frame gets through any more once the first piece of the response has. */
static void starve_in_response(const char *path)
{
    const ardoq_request_t request = {
        .method = "GET", .path = path, .timeout_ms = 5000, .on_body = take_buffers};
    ardoq_response_t response = {0};
    const ardoq_err_t err = ardoq_request(&client, &request, &response);
    printf("{\"error\": \"%s\", \"status\": %d}\n", ardoq_err_name(err), response.status);
}

static void give_back(const char *argument)
{
    (void)argument;
    network_give_back();
    printf("{}\n");
}
#endif

/* ---- Commands -------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*run)(const char *argument);
} commands[] = {
    {"features", features},
    {"me", call_me},
    {"call", call},
    {"list", read_list},
    {"interrupt", call_me_until_interrupted},
    {"steps", step_to_the_end},
    {"cancel", cancel_when_connected},
#ifdef ARDOQ_SOCKETS_LWIP
    {"take_sockets", take_sockets},
    {"starve", starve_in_response},
    {"give_back", give_back},
#endif
};

static void run(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    char *argument = strchr(line, ' ');
    if (argument) {
        *argument++ = '\0';
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(line, commands[i].name) == 0) {
            commands[i].run(argument ? argument : "");
        }
    }
    fflush(stdout);
}

int main(void)
{
    char line[256];
    ardoq_posix_set_log_level(ARDOQ_LOG_DEBUG);
    ardoq_err_t err = ardoq_config_load(&config, NULL);
    err = err ? err : ardoq_open(&client, &config);
    if (err) {
        fprintf(stderr, "%s\n", ardoq_err_name(err));
        return 1;
    }
    while (fgets(line, sizeof line, stdin)) {
        run(line);
    }
    ardoq_close(&client);
    ardoq_config_wipe(&config);
    return 0;
}
