/*
 * Runs the scenarios, and fails when a goal is missed:
 *
 *     fleet DEVICES [SERIES]
 *
 * Prints a row for each, with tabs; writes the requests of each ten seconds to the file SERIES.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds.h"

/* JUST_ENOUGH: for 100,000 devices. */
enum {
    PEAK_SPAN = 10,
    WIDE = FLEET_HOUR,
    JUST_ENOUGH = 2000,
    NARROW = 300,
    SERIES_END = 2 * FLEET_HOUR
};

enum { LEAST_DEVICES = 100, MOST_DEVICES = 1000000 };

/* What came of a run. Shares in hundredths, so that the table is the same everywhere. */
typedef struct {
    uint32_t peak;     /* percent of what the service takes, in the worst ten seconds */
    uint32_t until_99; /* seconds until so many percent have reported; FLEET_NEVER: not within it */
    uint32_t until_100;
    uint64_t requests;
    uint64_t reports;
    uint64_t dead;      /* requests while the token was dead, in all */
    uint64_t of_broken; /* requests of broken devices */
    uint32_t broken;    /* devices */
    uint32_t counted;   /* seconds that count */
} result_t;

/* ---- What came of it ------------------------------------------------------------------------ */

static uint32_t peak_of(const fleet_t *fleet)
{
    uint64_t in_span = 0;
    uint64_t most = 0;
    for (uint32_t at = fleet->scenario->count_from; at < fleet->scenario->end; at++) {
        in_span += fleet->requests[at];
        if (at >= fleet->scenario->count_from + PEAK_SPAN) {
            in_span -= fleet->requests[at - PEAK_SPAN];
        }
        most = in_span > most ? in_span : most;
    }
    return (uint32_t)((most * 100 + PEAK_SPAN * FLEET_LIMIT - 1) / (PEAK_SPAN * FLEET_LIMIT));
}

static int by_time(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* None if it was before. */
static uint32_t since(const fleet_scenario_t *scenario, uint32_t at)
{
    const uint32_t from = scenario->time_from > 0 ? scenario->time_from : scenario->count_from;
    if (at == FLEET_NEVER) {
        return FLEET_NEVER;
    }
    return at > from ? at - from : 0;
}

/* Broken devices never report, so nobody waits for them. */
static void measure_times(const fleet_t *fleet, result_t *result)
{
    uint32_t *times = malloc(fleet->devices * sizeof *times);
    uint32_t count = 0;
    if (!times) {
        perror("fleet");
        exit(2);
    }
    for (uint32_t i = 0; i < fleet->devices; i++) {
        if (!fleet_is_broken(fleet, i)) {
            times[count++] = fleet->seats[i].reported_at;
        }
    }
    qsort(times, count, sizeof *times, by_time);
    result->until_99 = since(fleet->scenario, times[((uint64_t)count * 99 + 99) / 100 - 1]);
    result->until_100 = since(fleet->scenario, times[count - 1]);
    free(times);
}

static void measure_requests(const fleet_t *fleet, result_t *result)
{
    for (uint32_t at = 0; at < fleet->scenario->end; at++) {
        result->dead += fleet_is_within(fleet->scenario->dead, at) ? fleet->requests[at] : 0;
    }
    for (uint32_t i = 0; i < fleet->devices; i++) {
        const bool is_broken = fleet_is_broken(fleet, i);
        result->requests += is_broken ? 0 : fleet->seats[i].requests;
        result->of_broken += is_broken ? fleet->seats[i].requests : 0;
        result->broken += is_broken;
    }
}

static result_t measure(const fleet_t *fleet)
{
    result_t result = {.peak = peak_of(fleet),
                       .reports = fleet->reports,
                       .counted = fleet->scenario->end - fleet->scenario->count_from};
    measure_times(fleet, &result);
    measure_requests(fleet, &result);
    return result;
}

/* ---- Goals ---------------------------------------------------------------------------------- */

/* Hundredths of parts / whole. */
static uint64_t ratio(uint64_t parts, uint64_t whole)
{
    return whole > 0 ? (parts * 100 + whole / 2) / whole : 0;
}

typedef struct {
    uint32_t peak;       /* percent; 0: any */
    uint32_t within;     /* seconds until all have reported; 0: any */
    uint32_t per_report; /* hundredths, to stay below; 0: any */
    uint32_t per_day; /* hundredths of a request a device a day while the token is dead; 0: any */
} goals_t;

static bool is_missed(const char *what, uint64_t is, uint64_t most)
{
    const bool is_above = most > 0 && is > most;
    if (is_above) {
        fprintf(stderr, "fleet: %s is %" PRIu64 ", and may be %" PRIu64 " at most\n", what, is,
                most);
    }
    return is_above;
}

static uint64_t per_day(const fleet_t *fleet, const result_t *result)
{
    const fleet_span_t dead = fleet->scenario->dead;
    return ratio(result->dead * FLEET_DAY, (uint64_t)fleet->devices * (dead.to - dead.from));
}

static bool misses(const fleet_t *fleet, const result_t *result, const goals_t *goals)
{
    bool missed = is_missed("percent of the limit in ten seconds", result->peak, goals->peak);
    missed |= is_missed("seconds until all have reported", result->until_100, goals->within);
    missed |= is_missed("hundredths of requests a report", ratio(result->requests, result->reports),
                        goals->per_report > 0 ? goals->per_report - 1 : 0);
    missed |= is_missed("hundredths of requests a device a day without a token",
                        per_day(fleet, result), goals->per_day);
    return missed;
}

/* ---- Scenarios ------------------------------------------------------------------------------ */

typedef struct {
    fleet_scenario_t scenario;
    goals_t goals; /* with the wide window */
} part_t;

static const part_t parts[] = {
    {{.name = "All return at once with new firmware", .end = 2 * FLEET_DAY},
     {.peak = 150, .within = WIDE + WIDE / 10, .per_report = 120}},
    {{.name = "The same, 1 % are broken", .end = 2 * FLEET_DAY, .broken = 100},
     {.peak = 150, .within = WIDE + WIDE / 10, .per_report = 120}},
    {{.name = "The same, and the service is out for a day",
      .end = 3 * FLEET_DAY,
      .count_from = FLEET_DAY,
      .down = {0, FLEET_DAY}},
     {.peak = 150, .within = 6 * FLEET_HOUR, .per_report = 150}},
    {{.name = "The same, and the token is dead for a week",
      .end = 9 * FLEET_DAY,
      .count_from = 7 * FLEET_DAY,
      .dead = {0, 7 * FLEET_DAY}},
     {.peak = 150, .within = FLEET_DAY, .per_report = 120, .per_day = 100}},
    {{.name = "Half lose their power for an hour, nothing is new",
      .end = 3 * FLEET_DAY,
      .count_from = FLEET_DAY * 3 / 2,
      .power_cut = {FLEET_DAY * 3 / 2, FLEET_DAY * 3 / 2 + FLEET_HOUR},
      .firmware_at = FLEET_NEVER},
     {.peak = 150, .per_report = 120}},
    {{.name = "The same while new firmware is reported",
      .end = 2 * FLEET_DAY,
      .time_from = FLEET_HOUR * 3 / 2,
      .power_cut = {FLEET_HOUR / 2, FLEET_HOUR * 3 / 2}},
     {.peak = 150, .within = WIDE + WIDE / 10, .per_report = 120}},
    {{.name = "The same while the token is dead",
      .end = 3 * FLEET_DAY,
      .count_from = FLEET_DAY / 2,
      .time_from = FLEET_DAY,
      .power_cut = {FLEET_DAY / 2, FLEET_DAY / 2 + FLEET_HOUR},
      .dead = {0, FLEET_DAY}},
     {.peak = 150, .within = FLEET_DAY}},
};

static FILE *series;

static void write_series(const fleet_t *fleet, const char *name)
{
    if (!series) {
        return;
    }
    fprintf(series, "%s", name);
    for (uint32_t at = 0; at < SERIES_END; at += PEAK_SPAN) {
        uint32_t in_span = 0;
        for (uint32_t k = 0; k < PEAK_SPAN; k++) {
            in_span += fleet->requests[at + k];
        }
        fprintf(series, "\t%" PRIu32, in_span);
    }
    fprintf(series, "\n");
}

static void print_time(uint32_t seconds)
{
    if (seconds == FLEET_NEVER) {
        printf("\t-");
    } else {
        printf("\t%" PRIu32, seconds);
    }
}

static void print_row(const fleet_t *fleet, const char *kind, const result_t *result)
{
    printf("%s\t%s\t%" PRIu32 ".%02" PRIu32, kind, fleet->scenario->name, result->peak / 100,
           result->peak % 100);
    print_time(result->until_99);
    print_time(result->until_100);
    const uint64_t per_report = ratio(result->requests, result->reports);
    printf("\t%" PRIu64 "\t%" PRIu64 ".%02" PRIu64, result->requests, per_report / 100,
           per_report % 100);
    const uint64_t dead = result->dead > 0 ? per_day(fleet, result) : 0;
    const uint64_t broken =
        ratio(result->of_broken * FLEET_DAY, (uint64_t)result->broken * result->counted);
    printf("\t%" PRIu64 ".%02" PRIu64 "\t%" PRIu64 ".%02" PRIu64 "\n", dead / 100, dead % 100,
           broken / 100, broken % 100);
    fflush(stdout);
}

static bool run(const fleet_kind_t *kind, const char *name, const part_t *part, uint32_t devices,
                uint32_t window)
{
    static const goals_t none;
    fleet_t fleet = {
        .kind = kind, .scenario = &part->scenario, .devices = devices, .window = window};
    fleet_run(&fleet);
    const result_t result = measure(&fleet);
    print_row(&fleet, name, &result);
    if (part == parts) {
        write_series(&fleet, name);
    }
    const bool missed = misses(&fleet, &result, window == WIDE ? &part->goals : &none);
    fleet_free(&fleet);
    return missed;
}

static bool run_all(uint32_t devices)
{
    bool missed = false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        missed |= run(&fleet_scheduled, "window 3,600 s", &parts[i], devices, WIDE);
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        (void)run(&fleet_scheduled, "window 300 s", &parts[i], devices, NARROW);
    }
    (void)run(&fleet_scheduled, "window 2,000 s", parts, devices, JUST_ENOUGH);
    (void)run(&fleet_fixed, "every 30 s", parts, devices, 0);
    (void)run(&fleet_jitter, "full jitter", parts, devices, 0);
    return missed;
}

int main(int argc, char **argv)
{
    const unsigned long devices = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (argc > 3 || devices < LEAST_DEVICES || devices > MOST_DEVICES) {
        fprintf(stderr, "usage: fleet DEVICES [SERIES]\n");
        return 2;
    }
    series = argc > 2 ? fopen(argv[2], "w") : NULL;
    if (argc > 2 && !series) {
        perror(argv[2]);
        return 2;
    }
    const bool missed = run_all((uint32_t)devices);
    if (series && fclose(series) != 0) {
        perror(argv[2]);
        return 2;
    }
    return missed ? 1 : 0;
}
