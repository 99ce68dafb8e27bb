/**
 * @file
 * Decides when a device reports next. Pure: clocks and random numbers are arguments.
 *
 * All times are in seconds. While a program runs, only its uptime counts, so setting the clock can
 * neither delay a report nor cause many.
 */
#ifndef ARDOQ_SCHEDULE_H
#define ARDOQ_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/client.h"
#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The longest wait: 30 days. */
#define ARDOQ_SCHEDULE_LONGEST 2592000u

/** A moment on both clocks. */
typedef struct {
    uint32_t uptime; /**< seconds, such as ardoq_port_uptime_ms() / 1000 */
    int64_t wall;    /**< seconds since 1970, 0 if unknown */
} ardoq_moment_t;

/** State of the schedule at the moment @p at; all zeros for a new device. */
typedef struct {
    ardoq_moment_t at;     /**< moment of this state */
    uint32_t since_report; /**< since the last accepted report */
    uint32_t pause;        /**< until the next attempt */
    uint32_t hold;         /**< part of the pause that ardoq_reporter_now() does not shorten */
    uint8_t attempts;      /**< consecutive ones without success, at most 255 */
    bool has_reported;     /**< a report was accepted */
    bool needs_person;     /**< the last attempt failed for a reason that a person must fix */
    bool is_asleep;        /**< the program has ended until the wait is over */
} ardoq_schedule_t;

/** Reason for a report or a wait. */
typedef enum {
    ARDOQ_REASON_START,     /**< the program has started: check for changes */
    ARDOQ_REASON_CHANGED,   /**< the data has changed */
    ARDOQ_REASON_HEARTBEAT, /**< the last report is that old */
    ARDOQ_REASON_RETRY,     /**< the last attempt has failed */
    ARDOQ_REASON_ASKED,     /**< ardoq_reporter_now() */
} ardoq_reason_t;

/** Name of a reason, such as "heartbeat". */
const char *ardoq_reason_name(ardoq_reason_t reason);

/**
 * Continues from the saved state when a program starts.
 *
 * The elapsed time is the longest of: the difference of the wall clock, if known at both moments;
 * the difference of the uptime, which continues if only the program restarts; and a requested
 * sleep. Except after such a sleep, the pause is a new random part of the window, or of the pause
 * for the failed attempts if that is longer. So devices that start together do not report together,
 * and one that keeps restarting does not try each time.
 * @param schedule  as saved; zeros if there is none
 * @param now       the current moment
 * @param window    in which the devices of a fleet spread their first reports
 * @param random    a random number with all bits random
 */
void ardoq_schedule_start(ardoq_schedule_t *schedule, ardoq_moment_t now, uint32_t window,
                          uint32_t random);

/** Moves on to @p now, a later moment of the same program. */
void ardoq_schedule_advance(ardoq_schedule_t *schedule, ardoq_moment_t now);

/**
 * Time until the next report.
 * @param schedule   advanced to now
 * @param heartbeat  longest time between two reports; limited to ARDOQ_SCHEDULE_LONGEST
 * @param is_asked   a report was requested
 * @param reason     receives the reason; may be null
 * @return seconds, 0: now; at most ARDOQ_SCHEDULE_LONGEST, unless the server asked for more
 */
uint32_t ardoq_schedule_wait(const ardoq_schedule_t *schedule, uint32_t heartbeat, bool is_asked,
                             ardoq_reason_t *reason);

/**
 * Whether to report, once the data is known.
 * @param schedule         advanced to now
 * @param heartbeat        as for ardoq_schedule_wait()
 * @param is_asked         likewise
 * @param has_changed      the data differs from the last accepted report
 * @param[in,out] reason   of the wait; becomes ARDOQ_REASON_CHANGED if that is why
 */
bool ardoq_schedule_is_needed(const ardoq_schedule_t *schedule, uint32_t heartbeat, bool is_asked,
                              bool has_changed, ardoq_reason_t *reason);

/**
 * Counts an attempt before it is made, so that a device that crashes during an attempt waits longer
 * each time, and before its first report at least as long as after a request that may have arrived.
 */
void ardoq_schedule_attempt(ardoq_schedule_t *schedule, uint32_t random);

/** To be called after an accepted report. */
void ardoq_schedule_succeed(ardoq_schedule_t *schedule);

/**
 * To be called after a failed attempt.
 *
 * The pause is that of ardoq_retry_delay(), with two differences. A server's Retry-After is spread
 * over a window that doubles with each attempt, up to 6 hours. And if a request may have arrived
 * without an answer, the pause is at least 120 s, so that two requests cannot run at the same time
 * in Ardoq and create two components.
 * @param schedule      after ardoq_schedule_attempt()
 * @param err           what the call returned
 * @param response      of the call; null if there is none
 * @param may_have_arrived  the request was sent, at least in part, and not answered
 * @param window        as for ardoq_schedule_start()
 * @param random        likewise
 */
void ardoq_schedule_fail(ardoq_schedule_t *schedule, ardoq_err_t err,
                         const ardoq_response_t *response, bool may_have_arrived, uint32_t window,
                         uint32_t random);

/** Ends the pause, because the mistake may have been fixed. */
void ardoq_schedule_settings_changed(ardoq_schedule_t *schedule);

#ifdef __cplusplus
}
#endif

#endif
