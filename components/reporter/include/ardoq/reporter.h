/**
 * @file
 * The only call that a product needs: decides when to report, and reports.
 *
 *     static ardoq_reporter_t reporter;
 *
 *     ardoq_reporter_open(&reporter);
 *     reporter.identity.model = "Pump controller 2";
 *     ardoq_reporter_run(&reporter, on_event, NULL);
 *
 * It reports if the data has changed since the last accepted report, when a heartbeat is due, and
 * on request. It never gives up after a failure, not even with wrong settings: see
 * ardoq_schedule_fail(). Between two reports no connection is open and no heap is used.
 *
 * Pointers must not be null, unless stated.
 */
#ifndef ARDOQ_REPORTER_H
#define ARDOQ_REPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/client.h"
#include "ardoq/identity.h"
#include "ardoq/model.h"
#include "ardoq/report.h"
#include "ardoq/schedule.h"
#include "ardoq/settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Size of the hash of the reported data: half a SHA-256. */
#define ARDOQ_FINGERPRINT_SIZE 16

/** Kind of an event. */
typedef enum {
    ARDOQ_EVENT_REPORTED,  /**< see reporter->report: created or updated */
    ARDOQ_EVENT_UNCHANGED, /**< after the start: nothing was sent, because Ardoq already has the
                                data */
    ARDOQ_EVENT_FAILED,    /**< see reporter->err; call ardoq_reporter_explain() while handling the
                                event */
    ARDOQ_EVENT_WAITING,   /**< for reporter->wait seconds, because of reporter->reason */
} ardoq_event_t;

struct ardoq_reporter;

/** Called with an event. May read the reporter and call ardoq_reporter_explain(), _now() and
 * _stop(). */
typedef void (*ardoq_on_event_t)(void *context, const struct ardoq_reporter *reporter,
                                 ardoq_event_t event);

/** A reporter. Several KB, owned by the caller, usually static. */
typedef struct ardoq_reporter {
    /**
     * What the program knows about the device; overrides the settings and the platform. Null: not
     * set. Borrowed.
     */
    ardoq_identity_texts_t identity;
    /** Roots and client certificate as PEM, borrowed; null: as in ardoq_config_t. */
    const char *ca_pem;
    const char *certificate_pem; /**< likewise */
    const char *key_pem;         /**< likewise */
#if ARDOQ_MODEL
    ardoq_model_t *model; /**< facts, parent and relations; null: only the identity. Borrowed */
#endif
    ardoq_on_event_t on_event; /**< called with events; may be null */
    void *context;             /**< passed to on_event */

    /* For reading. */
    uint32_t heartbeat;        /**< setting, as last loaded */
    uint32_t window;           /**< likewise */
    ardoq_err_t err;           /**< of the last attempt */
    ardoq_err_t state_err;     /**< of the last reading or writing of the state */
    ardoq_report_t report;     /**< the last one composed, and its result */
    uint32_t wait;             /**< seconds until the next attempt */
    ardoq_reason_t reason;     /**< of the next or the current attempt */
    ardoq_schedule_t schedule; /**< the saved state */

    /** @cond private */
    uint32_t asked;    /* set by ardoq_reporter_now() in any task */
    uint32_t stopped;  /* set by ardoq_reporter_stop(), likewise */
    uint32_t reloaded; /* set by ardoq_reporter_reload(), likewise */
    bool is_asked;
    bool is_checked;                          /* changes since the start were checked for */
    bool is_reporting;                        /* a call is in progress */
    bool is_waiting;                          /* ARDOQ_EVENT_WAITING was sent */
    uint32_t check_at;                        /* uptime at which to check facts or settings again */
    uint32_t saved_at;                        /* uptime at which the state was last written */
    uint8_t accepted[ARDOQ_FINGERPRINT_SIZE]; /* of the last accepted report */
    uint8_t current[ARDOQ_FINGERPRINT_SIZE];  /* of the current report */
    uint32_t settings;                        /* part of a hash of the settings of the last
                                                 attempt */
    ardoq_identity_t reported;
    ardoq_config_t config;
    ardoq_client_t client;
    /** @endcond */
} ardoq_reporter_t;

/**
 * Reads the state of earlier reports, and checks settings and identity, to find mistakes early. A
 * reporter with a mistake can still be run: it checks again.
 * @param[out] reporter  need not be initialised
 * @return ARDOQ_OK, or an error of ardoq_config_load(), ardoq_config_check(),
 *         ardoq_identity_read() or ardoq_report_compose(), which ardoq_reporter_explain() explains.
 *         A serial number that the program sets later is still missing here.
 */
ardoq_err_t ardoq_reporter_open(ardoq_reporter_t *reporter);

/**
 * Reports until ardoq_reporter_stop(), in its own task; docs/reporter.md says how large a stack it
 * needs. No connection is open when it returns.
 * @param reporter  opened
 * @param on_event  called with events; may be null
 * @param context   passed to on_event
 */
void ardoq_reporter_run(ardoq_reporter_t *reporter, ardoq_on_event_t on_event, void *context);

/**
 * Does whatever is due, without waiting.
 * @param reporter  opened
 * @return what to wait for before the next step, and how long; pass it to ardoq_wait_for(), which
 *         waits in pieces. An earlier step does no harm.
 */
ardoq_wait_t ardoq_reporter_step(ardoq_reporter_t *reporter);

/** True if no report is in progress, so that the device may sleep for reporter->wait seconds. */
bool ardoq_reporter_is_idle(const ardoq_reporter_t *reporter);

/**
 * Requests a report now, even if nothing has changed; only a pause that the server asked for is
 * kept. Callable from any task and from a signal handler.
 */
void ardoq_reporter_now(ardoq_reporter_t *reporter);

/**
 * To be called when settings or facts may have changed: they are checked in the next step that is
 * not in a report. If they have, it reports at once; otherwise it sends ARDOQ_EVENT_UNCHANGED.
 * Callable from any task and from a signal handler.
 */
void ardoq_reporter_reload(ardoq_reporter_t *reporter);

/**
 * Ends ardoq_reporter_run(), and the current call, within a second. Callable from any task and from
 * a signal handler.
 */
void ardoq_reporter_stop(ardoq_reporter_t *reporter);

/**
 * Ends a call in progress, saves the state, and wipes the settings and the client.
 * @param reporter  opened
 */
void ardoq_reporter_close(ardoq_reporter_t *reporter);

/**
 * Closes the reporter before a sleep in which the device loses its memory. The sleep counts as
 * elapsed time even if the clocks stop.
 * @param reporter  opened
 * @return seconds to sleep. If the device wakes earlier for another reason, leave the reporter
 *         closed.
 */
uint32_t ardoq_reporter_sleep(ardoq_reporter_t *reporter);

/** Writes what a person needs to know about an error, like ardoq_explain(). */
void ardoq_reporter_explain(const ardoq_reporter_t *reporter, ardoq_err_t err, ardoq_write_t write,
                            void *context);

/** Writes the last report, the next one and why, each on a line, for a console. */
void ardoq_reporter_status(const ardoq_reporter_t *reporter, ardoq_write_t write, void *context);

#ifdef __cplusplus
}
#endif

#endif
