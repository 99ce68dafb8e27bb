#include "ardoq/devices.h"

#include <string.h>

#include "ardoq/value.h"
#include "batch.h"
#include "client_private.h"

#if ARDOQ_MODEL

/* After this many consecutive devices that were each rejected alone, the fault is elsewhere. */
enum { REFUSED_IN_A_ROW = 100 };

/* ---- One device ----------------------------------------------------------------------------- */

static void write_device(ardoq_devices_t *devices, ardoq_text_t *text)
{
    ardoq_batch_write_upsert(text, &devices->report);
    ardoq_batch_write_custom_fields(text, &devices->report);
    ardoq_text_append_string(text, "}}}");
}

/* An invalid text is only detected by writing it. */
static ardoq_err_t compose_device(ardoq_devices_t *devices)
{
    const ardoq_identity_t *identity = &devices->identity;
    if (identity->used > sizeof identity->storage) {
        return ARDOQ_ERR_IDENTITY_FULL;
    }
    const ardoq_err_t err =
        ardoq_report_compose(devices->config, identity, devices->unix_seconds, &devices->report);
    if (err) {
        return err;
    }
    char nowhere;
    ardoq_text_t text;
    ardoq_text_init_window(&text, &nowhere, 0, 0);
    write_device(devices, &text);
    return text.err;
}

/* ARDOQ_OK: it can be sent. ARDOQ_DEVICES_END, or why it cannot. */
static ardoq_err_t load_device(ardoq_devices_t *devices, uint32_t index)
{
    memset(&devices->identity, 0, sizeof devices->identity);
    const ardoq_err_t err = devices->next(devices->context, index, &devices->identity);
    return err ? err : compose_device(devices);
}

static ardoq_err_t report_result(const ardoq_devices_t *devices,
                                 const ardoq_device_result_t *result)
{
    const ardoq_err_t err = devices->on_device(devices->context, result);
    return err > 0 ? ARDOQ_ERR_INVALID_ARGUMENT : err;
}

/* ---- One request ---------------------------------------------------------------------------- */

/* The sums of these are compared to check that two sets of serial numbers are equal, in any order
 * (FNV-1a, then the last steps of MurmurHash3, so that differences in the last characters do not
 * cancel out). */
static uint32_t digest_of(const char *serial, size_t size)
{
    uint32_t digest = 2166136261U;
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ (unsigned char)serial[i]) * 16777619U;
    }
    digest = (digest ^ (digest >> 16)) * 0x85ebca6bU;
    digest = (digest ^ (digest >> 13)) * 0xc2b2ae35U;
    return digest ^ (digest >> 16);
}

static void count_device(ardoq_devices_t *devices, uint32_t index)
{
    size_t size;
    const char *serial = ardoq_value_trim(devices->identity.serial, &size);
    devices->balance += digest_of(serial, size);
    if (devices->sendable++ == 0) {
        devices->first_sendable = index;
    }
}

/* Chooses the next devices, and counts those that can be sent. */
static void choose_devices(ardoq_devices_t *devices)
{
    devices->unix_seconds = ardoq_report_time();
    devices->end = devices->done;
    devices->sendable = 0;
    devices->answered = 0;
    devices->balance = 0;
    while (devices->end - devices->done < devices->limit) {
        const ardoq_err_t err = load_device(devices, devices->end);
        if (err == ARDOQ_DEVICES_END) {
            return;
        }
        if (!err) {
            count_device(devices, devices->end);
        }
        devices->end++;
    }
}

/* Part 0 is the beginning, then each device is a part, and the last part is the end. */
ardoq_err_t ardoq_devices_write_body(void *context, uint32_t part, ardoq_text_t *text)
{
    ardoq_devices_t *devices = context;
    if (part == 0) {
        ardoq_text_append_string(text, "{\"options\":{\"respondWithEntities\":true},"
                                       "\"components\":{\"upsert\":[");
        return ARDOQ_PENDING;
    }
    const uint32_t index = devices->done + part - 1;
    if (index == devices->end) {
        ardoq_text_append_string(text, "]}}");
        return ARDOQ_OK;
    }
    if (!load_device(devices, index)) {
        ardoq_text_append_string(text, index == devices->first_sendable ? "{" : ",{");
        write_device(devices, text);
    }
    return ARDOQ_PENDING;
}

/* A result without an id or a serial number does not count. */
static ardoq_err_t take_result(void *context, const ardoq_batch_result_t *result)
{
    ardoq_devices_t *devices = context;
    const bool is_created = result->outcome == ARDOQ_REPORT_CREATED;
    if (result->is_reference || result->outcome == ARDOQ_REPORT_NONE || result->id[0] == '\0' ||
        result->serial[0] == '\0') {
        return ARDOQ_OK;
    }
    devices->balance -= digest_of(result->serial, strlen(result->serial));
    devices->answered++;
    devices->created += is_created;
    devices->updated += !is_created;
    return report_result(devices, &(ardoq_device_result_t){.outcome = result->outcome,
                                                           .serial = result->serial,
                                                           .component_id = result->id,
                                                           .message = ""});
}

static ardoq_err_t take_results(void *context, const char *data, size_t size)
{
    return ardoq_batch_results_feed(&((ardoq_devices_t *)context)->results, data, size);
}

static uint32_t count_unconfirmed(const ardoq_devices_t *devices)
{
    const uint32_t sent = devices->sendable;
    const uint32_t answered = devices->answered;
    if (sent == answered) {
        return devices->balance != 0;
    }
    return sent > answered ? sent - answered : answered - sent;
}

/* ---- Results --------------------------------------------------------------------------------- */

/* refusal: error of the device that can be sent; ARDOQ_OK: it was reported */
static ardoq_err_t report_failed(ardoq_devices_t *devices, uint32_t index, ardoq_err_t refusal)
{
    ardoq_device_result_t result = {.component_id = "", .index = index, .message = ""};
    result.err = load_device(devices, index);
    if (!result.err) {
        result.err = refusal;
        result.message = devices->response.message;
    }
    if (result.err >= 0) {
        return ARDOQ_OK;
    }
    devices->failed++;
    result.serial = ardoq_identity_get(&devices->identity, ARDOQ_IDENTITY_serial);
    return report_result(devices, &result);
}

/* The number of devices in the next request. It is halved while one of them is rejected, and may
 * grow again after a success. */
static void choose_limit(ardoq_devices_t *devices, bool is_success)
{
    const uint32_t suspects =
        devices->done < devices->suspect_end ? devices->suspect_end - devices->done : 0;
    if (suspects > 0) {
        devices->limit = (suspects + 1) / 2;
    } else if (is_success) {
        devices->limit = devices->limit < devices->most / 2 ? 2 * devices->limit : devices->most;
    }
}

/* The devices are only requested once more if one of them has failed. */
static ardoq_err_t report_all_failed(ardoq_devices_t *devices, ardoq_err_t refusal)
{
    const bool is_any = refusal || devices->sendable < devices->end - devices->done;
    ardoq_err_t err = ARDOQ_OK;
    for (uint32_t i = devices->done; is_any && !err && i < devices->end; i++) {
        err = report_failed(devices, i, refusal);
    }
    return err;
}

/* The devices of the request are finished. */
static ardoq_err_t end_devices(ardoq_devices_t *devices, ardoq_err_t refusal)
{
    const ardoq_err_t err = report_all_failed(devices, refusal);
    if (!err) {
        devices->done = devices->end;
        choose_limit(devices, !refusal);
    }
    return err;
}

static bool is_refusal(ardoq_err_t err, int status)
{
    enum { CLIENT_ERRORS = 4 };

    return status / 100 == CLIENT_ERRORS &&
           (err == ARDOQ_ERR_BAD_REQUEST || err == ARDOQ_ERR_NOT_FOUND ||
            err == ARDOQ_ERR_CONFLICT || err == ARDOQ_ERR_UNPROCESSABLE ||
            err == ARDOQ_ERR_CONTENT_TOO_LARGE);
}

/* A request that is too large is not a device's fault: the server accepts fewer at once. */
static ardoq_err_t take_refusal(ardoq_devices_t *devices, ardoq_err_t err)
{
    if (devices->sendable == 1) {
        return devices->refused++ < REFUSED_IN_A_ROW ? end_devices(devices, err) : err;
    }
    devices->limit = (devices->end - devices->done) / 2;
    if (err == ARDOQ_ERR_CONTENT_TOO_LARGE) {
        devices->most = devices->limit;
    } else {
        devices->suspect_end = devices->end;
    }
    return ARDOQ_OK;
}

/* ---- Without sending ------------------------------------------------------------------------ */

/* A mistake in the settings is reported once, not for each device. */
static ardoq_err_t prepare(const ardoq_config_t *config, ardoq_devices_t *devices, uint32_t first,
                           ardoq_next_device_t next, ardoq_on_device_t on_device, void *context)
{
    memset(devices, 0, sizeof *devices);
    ardoq_response_init(&devices->response);
    devices->config = config;
    devices->next = next;
    devices->on_device = on_device;
    devices->context = context;
    devices->done = first;
    devices->most = ARDOQ_BATCH_DEVICES;
    devices->limit = ARDOQ_BATCH_DEVICES;
    const ardoq_err_t err =
        ardoq_report_compose(config, &devices->identity, devices->unix_seconds, &devices->report);
    return err == ARDOQ_ERR_SERIAL_MISSING ? ARDOQ_OK : err;
}

ardoq_err_t ardoq_devices_compose(const ardoq_config_t *config, ardoq_devices_t *devices,
                                  uint32_t first, ardoq_next_device_t next,
                                  ardoq_on_device_t on_device, void *context)
{
    ardoq_err_t err = prepare(config, devices, first, next, on_device, context);
    if (err) {
        return err;
    }
    choose_devices(devices);
    err = report_all_failed(devices, ARDOQ_OK);
    return err || devices->end > devices->done ? err : ARDOQ_DEVICES_END;
}

/* ---- All requests --------------------------------------------------------------------------- */

static ardoq_err_t end_devices_request(ardoq_client_t *client, void *context, ardoq_err_t err);

static ardoq_err_t send_devices(ardoq_client_t *client, ardoq_devices_t *devices)
{
    const ardoq_request_t request = {
        .method = "POST",
        .path = ARDOQ_REPORT_PATH,
        .write_body = ardoq_devices_write_body,
        .on_body = take_results,
        .context = devices,
    };
    ardoq_batch_results_init(&devices->results, &client->json, client->config, take_result,
                             devices);
    devices->requests++;
    return ardoq_call_start(client, &request, &devices->response, end_devices_request);
}

/* ARDOQ_OK: a request is in progress. ARDOQ_DEVICES_END: there is nothing left to send. */
static ardoq_err_t start_devices(ardoq_client_t *client, ardoq_devices_t *devices)
{
    ardoq_err_t err = ARDOQ_OK;
    do {
        choose_devices(devices);
        if (devices->sendable > 0) {
            return send_devices(client, devices);
        }
        if (devices->end == devices->done) {
            return devices->failed > 0 ? ARDOQ_ERR_DEVICES_LEFT_OUT : ARDOQ_DEVICES_END;
        }
        err = end_devices(devices, ARDOQ_OK);
    } while (!err);
    return err;
}

static ardoq_err_t end_devices_request(ardoq_client_t *client, void *context, ardoq_err_t err)
{
    ardoq_devices_t *devices = context;
    err = err ? err : ardoq_json_scan_end(&devices->results.scan);
    if (!err) {
        devices->refused = 0;
        devices->unconfirmed += count_unconfirmed(devices);
        err = end_devices(devices, ARDOQ_OK);
    } else if (is_refusal(err, devices->response.status)) {
        err = take_refusal(devices, err);
    }
    err = err ? err : start_devices(client, devices);
    if (err != ARDOQ_DEVICES_END) {
        return err;
    }
    return devices->unconfirmed > 0 ? ARDOQ_ERR_REPORT_UNCONFIRMED : ARDOQ_OK;
}

ardoq_err_t ardoq_devices_start(ardoq_client_t *client, ardoq_devices_t *devices, uint32_t first,
                                ardoq_next_device_t next, ardoq_on_device_t on_device,
                                void *context)
{
    if (!next || !on_device) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    ardoq_err_t err = ardoq_call_begin(client, devices);
    if (err) {
        return err;
    }
    err = prepare(client->config, devices, first, next, on_device, context);
    return err ? err : start_devices(client, devices);
}

ardoq_err_t ardoq_report_devices(ardoq_client_t *client, ardoq_devices_t *devices, uint32_t first,
                                 ardoq_next_device_t next, ardoq_on_device_t on_device,
                                 void *context)
{
    const ardoq_err_t err = ardoq_devices_start(client, devices, first, next, on_device, context);
    if (err) {
        return err == ARDOQ_DEVICES_END ? ARDOQ_OK : err;
    }
    return ardoq_finish(client, NULL, NULL);
}

#endif
