/**
 * @file
 * The one call that a product needs: it decides when to report, and reports.
 *
 *     static ardoq_reporter_t reporter;
 *
 *     ardoq_reporter_open(&reporter);
 *     reporter.identity.model = "Pump controller 2";
 *     ardoq_reporter_run(&reporter, on_event, NULL);
 *
 * A report is made when what is reported has changed since the last one that was accepted, when a
 * heartbeat is due, and when it is asked for. A failure, also one of the settings, is never the
 * end: see ardoq_schedule_fail(). Between two reports nothing is open and nothing is on the heap.
 *
 * No pointer is null, but where it is said.
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

/** Bytes of the hash of what is reported: half a SHA-256. */
#define ARDOQ_FINGERPRINT_SIZE 16

/** What has happened. */
typedef enum {
    ARDOQ_EVENT_REPORTED,  /**< reporter->report says whether it was created or updated */
    ARDOQ_EVENT_UNCHANGED, /**< after the start: nothing was sent, because Ardoq has it already */
    ARDOQ_EVENT_FAILED,    /**< reporter->err; ardoq_reporter_explain() says more while the event is
                              handled */
    ARDOQ_EVENT_WAITING,   /**< for reporter->wait seconds, because of reporter->reason */
} ardoq_event_t;

struct ardoq_reporter;

/** Takes an event. It may read the reporter and call ardoq_reporter_explain(), _now() and _stop().
 */
typedef void (*ardoq_on_event_t)(void *context, const struct ardoq_reporter *reporter,
                                 ardoq_event_t event);

/** A reporter, the caller's: several KB, static for most. */
typedef struct ardoq_reporter {
    /** What the program knows of the device; it goes before what the settings and the platform say.
     * Null: they are asked. Borrowed. */
    ardoq_identity_texts_t identity;
    /** Roots and client certificate as PEM, borrowed; null: as of ardoq_config_t. */
    const char *ca_pem;
    const char *certificate_pem; /**< likewise */
    const char *key_pem;         /**< likewise */
#if ARDOQ_MODEL
    ardoq_model_t *model; /**< facts, parent and relations; null: the identity alone. Borrowed */
#endif
    ardoq_on_event_t on_event; /**< takes what happens; null: nobody */
    void *context;             /**< given to it */

    /* For reading. */
    uint32_t heartbeat;        /**< setting, as it was last loaded */
    uint32_t window;           /**< likewise */
    ardoq_err_t err;           /**< of the last attempt */
    ardoq_err_t state_err;     /**< of the store, where the state was last read or written */
    ardoq_report_t report;     /**< composed last, and what came of it */
    uint32_t wait;             /**< seconds until the next attempt */
    ardoq_reason_t reason;     /**< of the next attempt, or of the one under way */
    ardoq_schedule_t schedule; /**< what is remembered */

    /** @cond private */
    uint32_t asked;    /* by ardoq_reporter_now(), of any task */
    uint32_t stopped;  /* by ardoq_reporter_stop(), likewise */
    uint32_t reloaded; /* by ardoq_reporter_reload(), likewise */
    bool is_asked;
    bool is_checked;   /* whether anything has changed since the start */
    bool is_reporting; /* a call is under way */
    bool is_waiting;   /* the event has been given */
    uint32_t check_at; /* uptime at which facts or settings are looked at again */
    uint32_t saved_at; /* uptime at which the state was last written */
    uint8_t accepted[ARDOQ_FINGERPRINT_SIZE]; /* of the last report that was accepted */
    uint8_t current[ARDOQ_FINGERPRINT_SIZE];  /* of the report under way */
    uint32_t settings;                        /* part of a hash of those of the last attempt */
    ardoq_identity_t reported;
    ardoq_config_t config;
    ardoq_client_t client;
    /** @endcond */
} ardoq_reporter_t;

/**
 * Reads what is remembered of earlier reports, and looks at settings and identity, so that a fault
 * shows at once. A reporter with a fault can be run all the same: it looks again.
 * @param[out] reporter  need not be initialised
 * @return ARDOQ_OK, or an error of ardoq_config_load(), ardoq_config_check(),
 *         ardoq_identity_read() or ardoq_report_compose(), which ardoq_reporter_explain() explains.
 *         A serial number that only the program knows is missed here.
 */
ardoq_err_t ardoq_reporter_open(ardoq_reporter_t *reporter);

/**
 * Reports for ever: in a task of its own, whose stack docs/reporter.md states.
 * @param reporter  opened
 * @param on_event  takes what happens; null: nobody
 * @param context   given to it
 * @return after ardoq_reporter_stop(), with nothing open.
 */
void ardoq_reporter_run(ardoq_reporter_t *reporter, ardoq_on_event_t on_event, void *context);

/**
 * Does what is due, without waiting for anything.
 * @param reporter  opened
 * @return what to wait for before the next step, and how long; ardoq_wait_for() can, in pieces. An
 *         earlier step does no harm.
 */
ardoq_wait_t ardoq_reporter_step(ardoq_reporter_t *reporter);

/** True while nothing is under way, so that a device may sleep for reporter->wait seconds. */
bool ardoq_reporter_is_idle(const ardoq_reporter_t *reporter);

/** Asks for a report at once, whether anything has changed or not; only what the server asked for
 * is waited for. From any task, and from a signal handler. */
void ardoq_reporter_now(ardoq_reporter_t *reporter);

/** Says that settings or facts may be other ones: they are looked at in the next step outside of a
 * report, which is made at once if they are, and else the event tells that nothing has changed.
 * From any task, and from a signal handler. */
void ardoq_reporter_reload(ardoq_reporter_t *reporter);

/** Ends ardoq_reporter_run(), and the call under way, within a second. From any task, and from a
 * signal handler. */
void ardoq_reporter_stop(ardoq_reporter_t *reporter);

/**
 * Ends what is under way, writes down what is to be remembered, and wipes the settings and the
 * client.
 * @param reporter  opened
 */
void ardoq_reporter_close(ardoq_reporter_t *reporter);

/**
 * Closes the reporter of a device that now sleeps, and loses its memory. The sleep counts as time
 * that has passed, whether the clocks go on in it or not.
 * @param reporter  opened
 * @return seconds to sleep. Whoever wakes earlier for something else leaves the reporter closed.
 */
uint32_t ardoq_reporter_sleep(ardoq_reporter_t *reporter);

/** Writes what a person needs to know of an error; as ardoq_explain(). */
void ardoq_reporter_explain(const ardoq_reporter_t *reporter, ardoq_err_t err, ardoq_write_t write,
                            void *context);

/** Writes the last report, the next one and why, each in a line: for a console. */
void ardoq_reporter_status(const ardoq_reporter_t *reporter, ardoq_write_t write, void *context);

#ifdef __cplusplus
}
#endif

#endif
