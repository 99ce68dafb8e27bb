/**
 * @file
 * Many devices at once: a gateway reports devices that have no connection to Ardoq, several in each
 * request, in constant memory.
 *
 * The program supplies a function that returns one device after the other, and gets the result of
 * each. If the server rejects a device, it is found and named, and the others are still reported.
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

/** Result of an ardoq_next_device_t if there is no device with this index or a later one. */
#define ARDOQ_DEVICES_END ARDOQ_PENDING

/**
 * Returns a device. It is called several times for each device of a request, in order and again
 * from the first one, because a body is first counted, then sent; it must return the same each
 * time. It is not called again for devices before devices->done. It must not call the client.
 * @param context   as passed to ardoq_report_devices()
 * @param index     index of the device
 * @param identity  zeroed, to be filled in, with an error as far as known. Borrowed texts must stay
 *                  valid until the next call of the function; otherwise copy them with
 *                  ardoq_identity_keep().
 * @return ARDOQ_OK; ARDOQ_DEVICES_END; or an error: this device cannot be reported, and the next
 *         one is requested.
 */
typedef ardoq_err_t (*ardoq_next_device_t)(void *context, uint32_t index,
                                           ardoq_identity_t *identity);

/** Result of a device. */
typedef struct {
    ardoq_report_outcome_t outcome; /**< created or updated; ARDOQ_REPORT_NONE: failed */
    const char *serial;       /**< from the server; for a failed device, unchecked from the program;
                                   "" if there is none */
    const char *component_id; /**< "" if it failed */
    ardoq_err_t err;          /**< why it failed, or ARDOQ_OK */
    uint32_t index;           /**< of a failed device */
    const char *message;      /**< the server's message, "" if none */
} ardoq_device_result_t;

/**
 * Called with the result of a device, in any order within a request. If a connection breaks during
 * an answer, the request is repeated and its devices are reported again. It must not call the
 * client. Anything other than ARDOQ_OK ends the call with that error.
 * @param context  as passed to ardoq_report_devices()
 * @param result   valid until the function returns
 */
typedef ardoq_err_t (*ardoq_on_device_t)(void *context, const ardoq_device_result_t *result);

/** Memory of a call; only the first members may be read, at any time. */
typedef struct {
    uint32_t done;             /**< index to continue from: devices before it are finished */
    uint32_t end;              /**< end of the current or last request */
    uint32_t sendable;         /**< devices that it sends */
    uint32_t created;          /**< devices that were new in Ardoq */
    uint32_t updated;          /**< devices that Ardoq already had */
    uint32_t failed;           /**< devices that cannot be reported, or were rejected */
    uint32_t unconfirmed;      /**< devices without a result, or results without a device; 1 per
                                    request if only the serial numbers differ */
    uint32_t requests;         /**< requests that were started */
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
    uint32_t most;        /* the most that the server accepts, as far as known */
    uint32_t suspect_end; /* a device before this one is rejected, as far as known */
    uint32_t refused;     /* consecutive devices that were rejected */
    ardoq_report_t report;
    ardoq_identity_t identity;
    ardoq_batch_results_t results;
    /** @endcond */
} ardoq_devices_t;

/**
 * Reports devices, CONFIG_ARDOQ_BATCH_DEVICES per request. Each request has its own deadline, with
 * a short pause between two requests. All use the same connection if the server allows it.
 *
 * If a request is rejected (status 400 to 499, except those about the client or asking to repeat
 * it, such as 401, 403, 408 or 429), it is split in halves and sent again until the device at fault
 * is found. After 100 consecutive rejections of a single device the fault is elsewhere, and the
 * call ends with the error.
 *
 * After an error other than ARDOQ_ERR_DEVICES_LEFT_OUT and ARDOQ_ERR_REPORT_UNCONFIRMED, continue
 * later (see ardoq_retry_delay()) with devices->done as @p first.
 * @param client     opened client
 * @param devices    the caller's memory, for this call
 * @param first      index of the first device: 0, or where an earlier call ended
 * @param next       returns the devices
 * @param on_device  receives the result of each
 * @param context    passed to @p next and @p on_device
 * @return ARDOQ_OK: every device is reported, or there is none; ARDOQ_ERR_DEVICES_LEFT_OUT: all
 *         except those for which on_device got an error; otherwise ARDOQ_ERR_REPORT_UNCONFIRMED if
 *         devices->unconfirmed is not 0. These are returned at the end of the list. Earlier: an
 *         error of ardoq_request(), of ardoq_report_compose() for a setting, or of @p on_device;
 *         ARDOQ_ERR_ANSWER_EMPTY; an error of ardoq_json_scan_feed().
 */
ardoq_err_t ardoq_report_devices(ardoq_client_t *client, ardoq_devices_t *devices, uint32_t first,
                                 ardoq_next_device_t next, ardoq_on_device_t on_device,
                                 void *context);

/**
 * Starts ardoq_report_devices() without waiting. This function and ardoq_request_step() ask for all
 * devices of a request at once.
 * @return as ardoq_request_start(); ARDOQ_DEVICES_END or ARDOQ_ERR_DEVICES_LEFT_OUT: the call has
 *         ended, because there is no device, or none that can be sent.
 */
ardoq_err_t ardoq_devices_start(ardoq_client_t *client, ardoq_devices_t *devices, uint32_t first,
                                ardoq_next_device_t next, ardoq_on_device_t on_device,
                                void *context);

/**
 * Composes one request without a client, for a program that sends it elsewhere or shows it. Pure.
 * ardoq_devices_write_body() then writes those of the next CONFIG_ARDOQ_BATCH_DEVICES devices from
 * @p first that can be sent; @p on_device gets the others. The next request starts at devices->end.
 * @param config     borrowed; the others as for ardoq_report_devices()
 * @param devices    the caller's memory
 * @param first      index of the first device
 * @param next       returns the devices
 * @param on_device  receives those that cannot be sent
 * @param context    passed to @p next and @p on_device
 * @return ARDOQ_OK; ARDOQ_DEVICES_END: there is no device; an error of ardoq_report_compose() for a
 *         setting, or of @p on_device.
 */
ardoq_err_t ardoq_devices_compose(const ardoq_config_t *config, ardoq_devices_t *devices,
                                  uint32_t first, ardoq_next_device_t next,
                                  ardoq_on_device_t on_device, void *context);

/**
 * Writes the body of a request, part by part: an ardoq_write_body_t.
 * @param context  an ardoq_devices_t after ardoq_devices_compose()
 * @param part     index of the part, from 0
 * @param text     receives it
 * @return ARDOQ_PENDING: more parts follow; ARDOQ_OK: this was the last one.
 */
ardoq_err_t ardoq_devices_write_body(void *context, uint32_t part, ardoq_text_t *text);

#ifdef __cplusplus
}
#endif

#endif
