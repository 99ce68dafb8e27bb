/**
 * @file
 * Many devices at once: a gateway reports those that cannot speak for themselves, so many in one
 * request, in memory that does not depend on how many.
 *
 * A program gives a function that names one device after the other, and is told of each what came
 * of it. A device that the server refuses is found and named, and the others go through.
 */
#ifndef ARDOQ_DEVICES_H
#define ARDOQ_DEVICES_H

#include <stdint.h>

#include "ardoq/batch_result.h"
#include "ardoq/client.h"
#include "ardoq/identity.h"
#include "ardoq/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an ardoq_next_device_t says when there is no device of this index, nor of a later one. */
#define ARDOQ_DEVICES_END ARDOQ_PENDING

/**
 * Gives a device. It is asked for each of the devices of a request several times, in order and
 * again from the first one, and must give the same each time: a body is first counted, then sent.
 * What lies before devices->done it is never asked for again. It must not call the client.
 * @param context   what ardoq_report_devices() was given
 * @param index     number of the device
 * @param identity  zeroed, to be filled. Borrowed texts must last until the function is called
 *                  again; ardoq_identity_keep() makes copies of those that do not. With an error it
 *                  may hold what is known.
 * @return ARDOQ_OK; ARDOQ_DEVICES_END; or an error: this device cannot be reported, and the next
 *         one is asked for.
 */
typedef ardoq_err_t (*ardoq_next_device_t)(void *context, uint32_t index,
                                           ardoq_identity_t *identity);

/** What came of a device. */
typedef struct {
    ardoq_report_outcome_t outcome; /**< created or updated; ARDOQ_REPORT_NONE: it failed */
    const char *serial;       /**< as the server has it; of one that failed as the program gave
                                   it, whatever that is: "" when it has none */
    const char *component_id; /**< "" when it failed */
    ardoq_err_t err;          /**< why it failed, or ARDOQ_OK */
    uint32_t index;           /**< of one that failed */
    const char *message;      /**< the server's words, "" if none */
} ardoq_device_result_t;

/**
 * Takes what came of a device, in any order within a request. When a connection breaks within an
 * answer, what was told of its devices comes again with the request that repeats it.
 * It must not call the client. Anything but ARDOQ_OK ends the call with that error.
 * @param context  what ardoq_report_devices() was given
 * @param result   valid until the function returns
 */
typedef ardoq_err_t (*ardoq_on_device_t)(void *context, const ardoq_device_result_t *result);

/** Memory of a call; only the first members are for reading, at any time. */
typedef struct {
    uint32_t done;             /**< the index to go on from: what lies before it is dealt with */
    uint32_t end;              /**< where the request under way ends, or the last one has */
    uint32_t sendable;         /**< devices that it sends: those before its end that can be sent */
    uint32_t created;          /**< devices that Ardoq did not have */
    uint32_t updated;          /**< devices that it had */
    uint32_t failed;           /**< devices that cannot be reported, or were refused */
    uint32_t unconfirmed;      /**< devices without a result, or results without a device; where
                                    some took the place of others it counts one for each request */
    uint32_t requests;         /**< requests that were begun */
    ardoq_response_t response; /**< of the last request */

    /** @cond private */
    const ardoq_config_t *config;
    ardoq_next_device_t next;
    ardoq_on_device_t on_device;
    void *context;
    int64_t unix_seconds; /* of the request */
    uint32_t first_sendable;
    uint32_t answered;    /* results */
    uint32_t balance;     /* 0 when the results name the serial numbers that were sent */
    uint32_t limit;       /* devices of the next request */
    uint32_t most;        /* what the server takes, as far as it is known */
    uint32_t suspect_end; /* a device before this one is refused, as far as it is known */
    uint32_t refused;     /* devices that were refused in a row */
    ardoq_report_t report;
    ardoq_identity_t identity;
    ardoq_batch_results_t results;
    /** @endcond */
} ardoq_devices_t;

/**
 * Reports devices, CONFIG_ARDOQ_BATCH_DEVICES in a request. Each request has a deadline of its own;
 * between two of them is a short pause. All take the same connection, when the server allows it.
 *
 * A request that is refused as a whole (status 400 to 499, but for those that say something of the
 * client or ask to repeat it, such as 401, 403, 408 or 429) is sent again by halves until the
 * device that it is refused for is known. After 100 devices in a row that were refused each alone
 * it is not the devices, and the call ends with the error.
 *
 * After an error other than ARDOQ_ERR_DEVICES_LEFT_OUT and ARDOQ_ERR_REPORT_UNCONFIRMED a program
 * goes on later, with @p first being what devices->done is: ardoq_retry_delay() says when.
 * @param client     opened client
 * @param devices    the caller's memory, for this call
 * @param first      index of the first device: 0, or where a call before has ended
 * @param next       gives the devices
 * @param on_device  takes what came of each
 * @param context    given to @p next and @p on_device
 * @return ARDOQ_OK: every device is reported, or there is none; ARDOQ_ERR_DEVICES_LEFT_OUT: all but
 *         those of which on_device was told an error; else ARDOQ_ERR_REPORT_UNCONFIRMED when
 *         devices->unconfirmed is not 0. These are said at the end of the list. Before it: an error
 *         of ardoq_request(), of ardoq_report_compose() for a setting, or of @p on_device;
 *         ARDOQ_ERR_ANSWER_EMPTY; an error of ardoq_json_scan_feed().
 */
ardoq_err_t ardoq_report_devices(ardoq_client_t *client, ardoq_devices_t *devices, uint32_t first,
                                 ardoq_next_device_t next, ardoq_on_device_t on_device,
                                 void *context);

/**
 * Begins ardoq_report_devices() without waiting. Here and in ardoq_request_step() the devices of a
 * request are asked for in one go.
 * @return as ardoq_request_start(); ARDOQ_DEVICES_END or ARDOQ_ERR_DEVICES_LEFT_OUT: the call has
 *         ended, since there is no device, or none that can be sent.
 */
ardoq_err_t ardoq_devices_start(ardoq_client_t *client, ardoq_devices_t *devices, uint32_t first,
                                ardoq_next_device_t next, ardoq_on_device_t on_device,
                                void *context);

/**
 * Composes one request without a client, for a program that sends it elsewhere or shows it. Pure.
 * The first CONFIG_ARDOQ_BATCH_DEVICES devices from @p first on, as far as they can be sent, are
 * what ardoq_devices_write_body() then writes; of the others @p on_device is told. The next request
 * begins with devices->end.
 * @param config     borrowed; the others as for ardoq_report_devices()
 * @param devices    the caller's memory
 * @param first      index of the first device
 * @param next       gives the devices
 * @param on_device  is told of those that cannot be sent
 * @param context    given to @p next and @p on_device
 * @return ARDOQ_OK; ARDOQ_DEVICES_END: there is no device; an error of ardoq_report_compose() for a
 *         setting, or of @p on_device.
 */
ardoq_err_t ardoq_devices_compose(const ardoq_config_t *config, ardoq_devices_t *devices,
                                  uint32_t first, ardoq_next_device_t next,
                                  ardoq_on_device_t on_device, void *context);

/**
 * Writes the body of a request, part by part: an ardoq_write_body_t.
 * @param context  an ardoq_devices_t after ardoq_devices_compose()
 * @param part     number of the part, from 0
 * @param text     receives it
 * @return ARDOQ_PENDING: more parts follow; ARDOQ_OK: this was the last one.
 */
ardoq_err_t ardoq_devices_write_body(void *context, uint32_t part, ardoq_text_t *text);

#ifdef __cplusplus
}
#endif

#endif
