/**
 * @file
 * When a device reports next. Pure: the clocks and the random numbers are arguments.
 *
 * All spans are in seconds. While a program runs, only its uptime counts, so no clock that is set
 * can delay a report, or bring on many.
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

/** No wait is longer: 30 days. */
#define ARDOQ_SCHEDULE_LONGEST 2592000u

/** A moment by both clocks. */
typedef struct {
    uint32_t uptime; /**< seconds, such as ardoq_port_uptime_ms() / 1000 */
    int64_t wall;    /**< seconds since 1970, 0 when unknown */
} ardoq_moment_t;

/** What a report depends on. All but @p at is true at that moment; zeros: of a new device. */
typedef struct {
    ardoq_moment_t at;     /**< when all this was true */
    uint32_t since_report; /**< since the last accepted report */
    uint32_t pause;        /**< until the next attempt */
    uint32_t hold;         /**< the part of it that ardoq_reporter_now() does not shorten */
    uint8_t attempts;      /**< in a row without success, 255 at most */
    bool has_reported;     /**< a report has been accepted */
    bool needs_person;     /**< the last attempt failed for what a person must mend */
    bool is_asleep;        /**< the program has ended, to go on when the wait is over */
} ardoq_schedule_t;

/** Why a report is made, or waited for. */
typedef enum {
    ARDOQ_REASON_START,     /**< the program has started: has anything changed? */
    ARDOQ_REASON_CHANGED,   /**< what is reported has changed */
    ARDOQ_REASON_HEARTBEAT, /**< the last report is that long ago */
    ARDOQ_REASON_RETRY,     /**< the last attempt has failed */
    ARDOQ_REASON_ASKED,     /**< ardoq_reporter_now() */
} ardoq_reason_t;

/** Name of a reason, such as "heartbeat". */
const char *ardoq_reason_name(ardoq_reason_t reason);

/**
 * Takes up what was remembered when a program starts.
 *
 * The time that has passed is the longest of what is known: by the wall clock, where both moments
 * know it; by the uptime, which goes on when only the program starts anew, and begins again with a
 * reboot; and after a sleep that was prescribed, that sleep. But for such a sleep, the pause is
 * drawn anew: a part of the window, or of the pause after the attempts that have failed if that is
 * longer. So devices that
 * start together do not report together, and one that keeps starting anew does not try each time.
 * @param schedule  as it was; zeros if nothing is known
 * @param now       the moment
 * @param window    in which the devices of a fleet spread their first report
 * @param random    any random number, of which all bits are used
 */
void ardoq_schedule_start(ardoq_schedule_t *schedule, ardoq_moment_t now, uint32_t window,
                          uint32_t random);

/** Moves on to @p now, a later moment of the same program. */
void ardoq_schedule_advance(ardoq_schedule_t *schedule, ardoq_moment_t now);

/**
 * How long to wait for the next report.
 * @param schedule   advanced to now
 * @param heartbeat  longest time between two reports; more than ARDOQ_SCHEDULE_LONGEST counts as
 *                   that
 * @param is_asked   a report was asked for
 * @param reason     receives why; null if that does not matter
 * @return seconds, 0: now; ARDOQ_SCHEDULE_LONGEST at most, but for what the server asked for
 */
uint32_t ardoq_schedule_wait(const ardoq_schedule_t *schedule, uint32_t heartbeat, bool is_asked,
                             ardoq_reason_t *reason);

/**
 * Whether a report is made, once it is known what it would say.
 * @param schedule         advanced to now
 * @param heartbeat        as of ardoq_schedule_wait()
 * @param is_asked         likewise
 * @param has_changed      it would not say what the last accepted one said
 * @param[in,out] reason   of the wait; becomes ARDOQ_REASON_CHANGED where that is why
 */
bool ardoq_schedule_is_needed(const ardoq_schedule_t *schedule, uint32_t heartbeat, bool is_asked,
                              bool has_changed, ardoq_reason_t *reason);

/** Counts an attempt, before it is made: a device that fails in the middle of it waits longer each
 * time, and before its first report as long at least as after a request that may have arrived. */
void ardoq_schedule_attempt(ardoq_schedule_t *schedule, uint32_t random);

/** After a report that was accepted. */
void ardoq_schedule_succeed(ardoq_schedule_t *schedule);

/**
 * After an attempt that has failed.
 *
 * The pause is that of ardoq_retry_delay(), with two differences. What the server asks for with
 * Retry-After is spread over a window that doubles with each attempt, up to 6 hours. And
 * where a request may have arrived without an answer, at least 120 s pass, so that it cannot meet
 * itself in Ardoq and become a second component.
 * @param schedule      after ardoq_schedule_attempt()
 * @param err           what the call returned
 * @param response      of it; null if there is none
 * @param may_have_arrived  the request was sent, at least in part, and not answered
 * @param window        as of ardoq_schedule_start()
 * @param random        as there
 */
void ardoq_schedule_fail(ardoq_schedule_t *schedule, ardoq_err_t err,
                         const ardoq_response_t *response, bool may_have_arrived, uint32_t window,
                         uint32_t random);

/** Ends the pause, because what a person had to mend may be mended. */
void ardoq_schedule_settings_changed(ardoq_schedule_t *schedule);

#ifdef __cplusplus
}
#endif

#endif
