/*
 * A call on a failing platform, and the conditions after every failure: the right error and phase,
 * nothing open or allocated, no part of the token in memory, and the next call works.
 */
#ifndef ARDOQ_FAILING_CALL_H
#define ARDOQ_FAILING_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/client.h"
#include "pipe_faults.h"

/* A call of the client; the peer's answer is valid for all of them. */
typedef struct {
    const char *name;
    ardoq_err_t (*run)(void);
    bool (*is_done)(void);     /* the result is there */
    bool (*has_nothing)(void); /* no result is there */
    bool is_idempotent;
} call_t;

extern const call_t call_me;     /* GET without a body */
extern const call_t call_report; /* POST with one */
extern const call_t call_list;   /* GET, its answer taken piece by piece */

typedef struct {
    ardoq_err_t err;
    ardoq_phase_t phase;
    uint64_t took_ms;
    unsigned connects;
    unsigned answered;
} outcome_t;

/* TEST_EXHAUSTIVE is set: try everything, not only a selection. */
bool is_exhaustive(void);

/* A peer that answers all calls, through a pipe. The client is not open. */
int failing_call_set_up(void **state);
int failing_call_tear_down(void **state);

/* mbedTLS seeds the one random generator of the process anew after some thousand numbers, and then
 * allocates anew what it keeps, on behalf of client or server. A new one does not come to that. No
 * connection is open. */
void renew_random_generator(void);

/* Opens the client, and records what it has allocated without a connection. */
ardoq_err_t try_to_open_client(void);

/* The same with a first call, which must succeed: afterwards everything is allocated that mbedTLS
 * keeps between connections. */
void open_client(void);

void close_client(void);

/* Closes the connection, if one is kept. */
void close_connection(void);

/* The current trial, for the messages of the checks below. */
void trying(const char *format, ...) __attribute__((format(printf, 1, 2)));

outcome_t run_call(const call_t *call);

/* Bytes transferred if nothing fails. */
typedef struct {
    pipe_count_t counts[PIPE_DIRECTIONS];
} course_t;

course_t course_of_last_call(void);

/* How far a call came that has the same course, judged by what has passed. */
ardoq_phase_t phase_in(const course_t *course);

/* Fails with the current trial unless both numbers are equal. */
void check_equal(const char *what, int64_t actual, int64_t expected);

void check_failed(const call_t *call, outcome_t outcome, ardoq_err_t err, ardoq_phase_t phase);

/* It succeeded, with this many new connections. */
void check_done(const call_t *call, outcome_t outcome, unsigned connects);

/* Nothing is open or allocated, and no secret is in memory. */
void check_nothing_left(void);

/* The next call works; its connection is kept. */
void check_next_call(const call_t *call);

#endif
