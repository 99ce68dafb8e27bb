#include "fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What is known of a device -------------------------------------------------------------- */

void *fleet_state(fleet_t *fleet, uint32_t i)
{
    return fleet->states + i * fleet->kind->size;
}

/* SplitMix64: each number follows from the device and how many it has drawn. */
uint32_t fleet_random(fleet_t *fleet, uint32_t i)
{
    uint64_t mixed = ((uint64_t)i << 32 | ++fleet->seats[i].draws) * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((mixed ^ mixed >> 31) >> 32);
}

uint8_t fleet_firmware(const fleet_t *fleet)
{
    return fleet->now >= fleet->scenario->firmware_at ? 2 : 1;
}

bool fleet_is_in_region(uint32_t i)
{
    return i % 2 == 1;
}

bool fleet_is_broken(const fleet_t *fleet, uint32_t i)
{
    const unsigned every = fleet->scenario->broken;
    return every > 0 && i % every == every - 1;
}

/* ---- The service ---------------------------------------------------------------------------- */

/* Half of the broken ones crash. */
static fleet_outcome_t answer_to(const fleet_t *fleet, uint32_t i)
{
    if (fleet_is_within(fleet->scenario->dead, fleet->now)) {
        return FLEET_UNAUTHORIZED;
    }
    if (fleet_is_broken(fleet, i)) {
        return i / fleet->scenario->broken % 2 == 0 ? FLEET_CRASHED : FLEET_REFUSED;
    }
    return FLEET_ACCEPTED;
}

static fleet_outcome_t outcome_of(fleet_t *fleet, uint32_t i)
{
    if (fleet_is_within(fleet->scenario->down, fleet->now)) {
        return FLEET_UNREACHABLE;
    }
    if (fleet->passed[fleet->now] == FLEET_LIMIT) {
        return FLEET_LATER;
    }
    fleet->passed[fleet->now]++;
    return answer_to(fleet, i);
}

static void note(fleet_t *fleet, uint32_t i, fleet_outcome_t outcome)
{
    fleet_seat_t *seat = &fleet->seats[i];
    seat->requests++;
    if (outcome == FLEET_ACCEPTED) {
        fleet->reports++;
        seat->reported_at = seat->reported_at == FLEET_NEVER ? fleet->now : seat->reported_at;
    }
}

fleet_outcome_t fleet_ask(fleet_t *fleet, uint32_t i)
{
    const fleet_outcome_t outcome = outcome_of(fleet, i);
    fleet->requests[fleet->now]++;
    if (fleet->now >= fleet->scenario->count_from) {
        note(fleet, i, outcome);
    }
    if (fleet->on_request) {
        fleet->on_request(fleet->context, fleet->now, i, outcome);
    }
    fleet->seats[i].has_crashed = outcome == FLEET_CRASHED;
    return outcome;
}

/* ---- The clock ------------------------------------------------------------------------------ */

/* After those that wake in the same second already. */
static void put_down(fleet_t *fleet, uint32_t i, uint32_t at)
{
    if (at >= fleet->scenario->end) {
        return;
    }
    fleet->seats[i].next = FLEET_NEVER;
    if (fleet->first[at] == FLEET_NEVER) {
        fleet->first[at] = i;
    } else {
        fleet->seats[fleet->last[at]].next = i;
    }
    fleet->last[at] = i;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* When this device loses its power next. */
static uint32_t loses_power_at(const fleet_t *fleet, uint32_t i)
{
    const fleet_span_t cut = fleet->scenario->power_cut;
    return fleet_is_in_region(i) && cut.to > 0 && cut.from > fleet->now ? cut.from : FLEET_NEVER;
}

static void wake(fleet_t *fleet, uint32_t i)
{
    fleet_seat_t *seat = &fleet->seats[i];
    const uint32_t pause = fleet->kind->wake(fleet, i);
    if (seat->has_crashed) {
        seat->has_crashed = false;
        seat->is_on = false;
        seat->wake_at = fleet->now + FLEET_BACK;
    } else {
        seat->wake_at = pause < FLEET_NEVER - fleet->now ? fleet->now + pause : FLEET_NEVER;
    }
}

static void boot(fleet_t *fleet, uint32_t i)
{
    fleet->seats[i].booted_at = fleet->now;
    fleet->seats[i].is_on = true;
    fleet->kind->boot(fleet, i);
}

/* What is on loses its power, or wakes; what is off gets it. */
static void act(fleet_t *fleet, uint32_t i)
{
    fleet_seat_t *seat = &fleet->seats[i];
    const fleet_span_t cut = fleet->scenario->power_cut;
    if (fleet_is_in_region(i) && fleet_is_within(cut, fleet->now)) {
        seat->is_on = false;
        put_down(fleet, i, cut.to + i / 2 % FLEET_BOOT);
        return;
    }
    if (!seat->is_on) {
        boot(fleet, i);
    }
    wake(fleet, i);
    put_down(fleet, i, smaller(seat->wake_at, loses_power_at(fleet, i)));
}

/* ---- From beginning to end ------------------------------------------------------------------ */

static void *zeros(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory) {
        perror("fleet");
        exit(2);
    }
    return memory;
}

static void set_up(fleet_t *fleet)
{
    const uint32_t end = fleet->scenario->end;
    fleet->now = 0;
    fleet->reports = 0;
    fleet->seats = zeros(fleet->devices, sizeof *fleet->seats);
    fleet->states = zeros(fleet->devices, fleet->kind->size);
    fleet->first = zeros(end, sizeof *fleet->first);
    fleet->last = zeros(end, sizeof *fleet->last);
    fleet->requests = zeros(end, sizeof *fleet->requests);
    fleet->passed = zeros(end, sizeof *fleet->passed);
    memset(fleet->first, 0xff, end * sizeof *fleet->first);
    for (uint32_t i = 0; i < fleet->devices; i++) {
        fleet->seats[i].reported_at = FLEET_NEVER;
        fleet->kind->make(fleet, i);
        put_down(fleet, i, i % FLEET_BOOT);
    }
}

void fleet_run(fleet_t *fleet)
{
    set_up(fleet);
    for (; fleet->now < fleet->scenario->end; fleet->now++) {
        for (uint32_t i = fleet->first[fleet->now]; i != FLEET_NEVER;) {
            /* It may come next again, but only in a second to come. */
            const uint32_t next = fleet->seats[i].next;
            act(fleet, i);
            i = next;
        }
    }
}

void fleet_free(fleet_t *fleet)
{
    free(fleet->seats);
    free(fleet->states);
    free(fleet->first);
    free(fleet->last);
    free(fleet->requests);
    free(fleet->passed);
}
