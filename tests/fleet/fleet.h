/*
 * Many devices and one service on a virtual clock of whole seconds. What a device does is the
 * business of its kind; an exchange takes no time, and only its outcome is told.
 */
#ifndef ARDOQ_FLEET_H
#define ARDOQ_FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLEET_NEVER UINT32_MAX

enum {
    FLEET_MINUTE = 60,
    FLEET_HOUR = 60 * FLEET_MINUTE,
    FLEET_DAY = 24 * FLEET_HOUR,
    /* Of the service. */
    FLEET_LIMIT = 50,
    FLEET_RETRY_AFTER = 30,
    /* Devices that get power at one moment are ready within so many seconds, and one that crashed
     * is back after so many. */
    FLEET_BOOT = 10,
    FLEET_BACK = 5,
};

/* What comes of a request. */
typedef enum {
    FLEET_ACCEPTED,
    FLEET_LATER,        /* 429 with Retry-After */
    FLEET_UNREACHABLE,  /* the service is down: the connection is refused */
    FLEET_UNAUTHORIZED, /* 401: the token has expired */
    FLEET_REFUSED,      /* 422: this device says what the service does not take */
    FLEET_CRASHED,      /* the device restarts in the middle of it */
} fleet_outcome_t;

/* A span of time, from and before. */
typedef struct {
    uint32_t from;
    uint32_t to;
} fleet_span_t;

/* What happens to the fleet. */
typedef struct {
    const char *name;
    uint32_t end;           /* of the simulation */
    uint32_t count_from;    /* what is before does not count */
    uint32_t time_from;     /* from here it is counted how long it takes; 0: likewise */
    fleet_span_t down;      /* the service is out */
    fleet_span_t dead;      /* the token has expired */
    fleet_span_t power_cut; /* half of the devices, those of a region, are without power */
    uint32_t firmware_at;   /* when it is new; FLEET_NEVER: it stays */
    bool is_new;            /* no device has reported yet */
    bool has_no_clock;      /* no device has a wall clock; else every second one */
    unsigned broken;        /* every so-many-th device is broken; 0: none */
} fleet_scenario_t;

struct fleet;

/* A kind of device. The functions run for the device @p i at fleet->now. */
typedef struct {
    size_t size;                                       /* of its state, zeros at first */
    void (*make)(struct fleet *fleet, uint32_t i);     /* as it leaves the factory, or later */
    void (*boot)(struct fleet *fleet, uint32_t i);     /* it has power */
    uint32_t (*wake)(struct fleet *fleet, uint32_t i); /* seconds until it wakes again */
} fleet_kind_t;

/* What the fleet knows of a device. */
typedef struct {
    uint32_t next;        /* device that wakes in the same second */
    uint32_t wake_at;     /* of a device that has power */
    uint32_t booted_at;   /* likewise */
    uint32_t draws;       /* random numbers so far */
    uint32_t requests;    /* that count */
    uint32_t reported_at; /* when the first one that counts was accepted */
    bool is_on;
    bool has_crashed;
} fleet_seat_t;

typedef struct fleet {
    /* Set by whoever makes it. */
    const fleet_kind_t *kind;
    const fleet_scenario_t *scenario;
    uint32_t devices;
    uint32_t window; /* for the kind */
    void (*on_request)(void *context, uint32_t now, uint32_t i, fleet_outcome_t outcome);
    void *context;

    uint32_t now;
    fleet_seat_t *seats;
    unsigned char *states;
    uint32_t *first; /* device that wakes in each second */
    uint32_t *last;
    uint32_t *requests; /* in each second */
    uint32_t *passed;   /* of them, those that the service looked at */
    uint64_t reports;   /* accepted, of those that count */
} fleet_t;

/* Runs the scenario from beginning to end. */
void fleet_run(fleet_t *fleet);

/* Frees what it holds. */
void fleet_free(fleet_t *fleet);

/* State of a device. */
void *fleet_state(fleet_t *fleet, uint32_t i);

/* What comes of a request that a device makes now, which is noted. */
fleet_outcome_t fleet_ask(fleet_t *fleet, uint32_t i);

/* The next random number of a device: the same in each run, whatever the others do. */
uint32_t fleet_random(fleet_t *fleet, uint32_t i);

/* Version of its firmware now. */
uint8_t fleet_firmware(const fleet_t *fleet);

/* Whether it is in the region that loses its power. */
bool fleet_is_in_region(uint32_t i);

/* Whether it is one of the broken ones. */
bool fleet_is_broken(const fleet_t *fleet, uint32_t i);

static inline bool fleet_is_within(fleet_span_t span, uint32_t now)
{
    return now >= span.from && now < span.to;
}

#endif
