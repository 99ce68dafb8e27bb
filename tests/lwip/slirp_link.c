#include "slirp_link.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire_faults.h"

enum { FRAME_MAX = 1518, POLLED_MAX = 1024, DELAY_MS = 300, LONGEST_WAIT_MS = 1000 };

/* A timer of libslirp's. */
typedef struct timer {
    SlirpTimerCb run;
    void *context;
    int64_t due_ms; /* 0 for never */
    struct timer *next;
} timer_entry_t;

/* A frame that waits for its time. */
typedef struct late {
    wire_direction_t direction;
    int64_t due_ms;
    struct late *next;
    size_t size;
    unsigned char frame[];
} late_t;

/* All of it belongs to the thread. */
static struct {
    Slirp *slirp;
    int wire;
    struct pollfd polled[POLLED_MAX]; /* the first is the wire */
    int polled_count;
    timer_entry_t *timers;
    late_t *late;
} link_;

static int64_t now_ns(void *unused)
{
    struct timespec now;
    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int64_t now_ms(void)
{
    return now_ns(NULL) / 1000000;
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void deliver(wire_direction_t direction, const unsigned char *frame, size_t size)
{
    if (direction == WIRE_OUT) {
        slirp_input(link_.slirp, frame, (int)size);
    } else if (send(link_.wire, frame, size, MSG_DONTWAIT) < 0) {
        /* A full wire loses frames, as wires do. */
    }
}

static void delay(wire_direction_t direction, const unsigned char *frame, size_t size)
{
    late_t *late = malloc(sizeof *late + size);
    late_t **last = &link_.late;
    while (*last) {
        last = &(*last)->next;
    }
    *late = (late_t){.direction = direction, .due_ms = now_ms() + DELAY_MS, .size = size};
    memcpy(late->frame, frame, size);
    *last = late;
}

static void pass(wire_direction_t direction, const unsigned char *frame, size_t size)
{
    switch (wire_action(direction, frame, size)) {
    case WIRE_DROP:
        return;
    case WIRE_DELAY:
        delay(direction, frame, size);
        return;
    case WIRE_DUPLICATE:
        deliver(direction, frame, size);
        break;
    case WIRE_PASS:
        break;
    }
    deliver(direction, frame, size);
}

static void deliver_late(void)
{
    while (link_.late && link_.late->due_ms <= now_ms()) {
        late_t *late = link_.late;
        link_.late = late->next;
        deliver(late->direction, late->frame, late->size);
        free(late);
    }
}

static void take_frames(void)
{
    unsigned char frame[FRAME_MAX];
    ssize_t size;
    while ((size = recv(link_.wire, frame, sizeof frame, MSG_DONTWAIT)) > 0) {
        pass(WIRE_OUT, frame, (size_t)size);
    }
}

/* ---- What libslirp asks for ------------------------------------------------------------------ */

static ssize_t send_packet(const void *frame, size_t size, void *unused)
{
    (void)unused;
    pass(WIRE_IN, frame, size);
    return (ssize_t)size;
}

static void tell_error(const char *message, void *unused)
{
    (void)unused;
    fprintf(stderr, "slirp: %s\n", message);
}

static void *new_timer(SlirpTimerCb run, void *context, void *unused)
{
    timer_entry_t *timer = malloc(sizeof *timer);
    (void)unused;
    *timer = (timer_entry_t){.run = run, .context = context, .next = link_.timers};
    link_.timers = timer;
    return timer;
}

static void free_timer(void *timer, void *unused)
{
    timer_entry_t **at = &link_.timers;
    (void)unused;
    while (*at != timer) {
        at = &(*at)->next;
    }
    *at = (*at)->next;
    free(timer);
}

static void set_timer(void *timer, int64_t due_ms, void *unused)
{
    (void)unused;
    ((timer_entry_t *)timer)->due_ms = due_ms;
}

/* Everything happens in the thread's own loop, which looks again each time. */
static void ignore_descriptor(int descriptor, void *unused)
{
    (void)descriptor;
    (void)unused;
}

static void ignore(void *unused)
{
    (void)unused;
}

/* ---- The loop -------------------------------------------------------------------------------- */

static const struct {
    int slirp;
    short system;
} events[] = {
    {SLIRP_POLL_IN, POLLIN},   {SLIRP_POLL_OUT, POLLOUT}, {SLIRP_POLL_PRI, POLLPRI},
    {SLIRP_POLL_ERR, POLLERR}, {SLIRP_POLL_HUP, POLLHUP},
};

/* libslirp does not ask after what has no place (-1). */
static int add_polled(int descriptor, int wanted, void *unused)
{
    (void)unused;
    if (link_.polled_count == POLLED_MAX) {
        return -1;
    }
    struct pollfd *entry = &link_.polled[link_.polled_count];
    *entry = (struct pollfd){.fd = descriptor};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        entry->events |= wanted & events[i].slirp ? events[i].system : 0;
    }
    return link_.polled_count++;
}

static int events_of(int index, void *unused)
{
    int found = 0;
    (void)unused;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        found |= link_.polled[index].revents & events[i].system ? events[i].slirp : 0;
    }
    return found;
}

static int sooner(int64_t due_ms, int wait_ms)
{
    const int64_t left = due_ms - now_ms();
    return left < wait_ms ? (left > 0 ? (int)left : 0) : wait_ms;
}

static int next_wait(uint32_t wanted_ms)
{
    int wait_ms = wanted_ms < LONGEST_WAIT_MS ? (int)wanted_ms : LONGEST_WAIT_MS;
    for (const timer_entry_t *timer = link_.timers; timer; timer = timer->next) {
        wait_ms = timer->due_ms ? sooner(timer->due_ms, wait_ms) : wait_ms;
    }
    return link_.late ? sooner(link_.late->due_ms, wait_ms) : wait_ms;
}

static void run_timers(void)
{
    const int64_t now = now_ms();
    for (timer_entry_t *timer = link_.timers; timer; timer = timer->next) {
        if (timer->due_ms && timer->due_ms <= now) {
            timer->due_ms = 0;
            timer->run(timer->context);
        }
    }
}

static void turn(void)
{
    uint32_t wanted_ms = LONGEST_WAIT_MS;
    link_.polled[0] = (struct pollfd){.fd = link_.wire, .events = POLLIN};
    link_.polled_count = 1;
    slirp_pollfds_fill(link_.slirp, &wanted_ms, add_polled, NULL);
    const int ready = poll(link_.polled, (nfds_t)link_.polled_count, next_wait(wanted_ms));
    slirp_pollfds_poll(link_.slirp, ready < 0, events_of, NULL);
    take_frames();
    deliver_late();
    run_timers();
}

/* The signals are the program's; and libslirp writes to sockets that may be closed. */
static void *run(void *unused)
{
    sigset_t all;
    (void)unused;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (;;) {
        turn();
    }
    return NULL;
}

/* ---- Starting -------------------------------------------------------------------------------- */

static Slirp *new_slirp(void)
{
    static const SlirpCb callbacks = {
        .send_packet = send_packet,
        .guest_error = tell_error,
        .clock_get_ns = now_ns,
        .timer_new = new_timer,
        .timer_free = free_timer,
        .timer_mod = set_timer,
        .register_poll_fd = ignore_descriptor,
        .unregister_poll_fd = ignore_descriptor,
        .notify = ignore,
    };
    SlirpConfig config = {.version = 1, .in_enabled = true, .in6_enabled = true};
    config.vprefix_len = 64;
    inet_pton(AF_INET, "10.0.2.0", &config.vnetwork);
    inet_pton(AF_INET, "255.255.255.0", &config.vnetmask);
    inet_pton(AF_INET, "10.0.2.2", &config.vhost);
    inet_pton(AF_INET, "10.0.2.3", &config.vnameserver);
    inet_pton(AF_INET6, "fec0::", &config.vprefix_addr6);
    inet_pton(AF_INET6, "fec0::2", &config.vhost6);
    inet_pton(AF_INET6, "fec0::3", &config.vnameserver6);
    return slirp_new(&config, &callbacks, NULL);
}

int slirp_link_start(void)
{
    int ends[2];
    pthread_t thread;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0) {
        return -1;
    }
    link_.wire = ends[0];
    link_.slirp = new_slirp();
    if (!link_.slirp || pthread_create(&thread, NULL, run, NULL) != 0) {
        return -1;
    }
    return ends[1];
}
