/**
 * @file
 * The device report: an upsert of one component. The key is the workspace and the custom field of
 * the serial number.
 *
 * Only fields that the device owns are sent. This includes the name: each report overwrites a
 * rename in Ardoq. It is not documented whether Ardoq keeps custom fields that an upsert does not
 * contain: try it on one component first.
 */
#ifndef ARDOQ_REPORT_H
#define ARDOQ_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "ardoq/client.h"
#include "ardoq/identity.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Path of the report (Ardoq's guide to the batch endpoint). */
#define ARDOQ_REPORT_PATH "/api/v2/batch"

/** Size of a component's display name, with the NUL. */
#define ARDOQ_NAME_SIZE   160

/** What Ardoq did. */
typedef enum {
    ARDOQ_REPORT_NONE,    /**< unknown */
    ARDOQ_REPORT_CREATED, /**< a new component */
    ARDOQ_REPORT_UPDATED, /**< a new version of the component that has this serial number */
} ardoq_report_outcome_t;

/** A report and its result. */
typedef struct {
    ardoq_report_outcome_t outcome; /**< what Ardoq did */
    char component_id[32];          /**< the component's id in Ardoq: letters, digits, hyphens and
                                         underscores;
                                         "" if unknown */
    char name[ARDOQ_NAME_SIZE];     /**< display name as sent */
    ardoq_response_t response;      /**< the response */
    /** @cond private */
    const ardoq_config_t *config;
    const ardoq_identity_t *identity;
    int64_t unix_seconds;
    /** @endcond */
} ardoq_report_t;

/**
 * Reports the device: compose, send, interpret.
 * @param client    opened client
 * @param identity  of the device, borrowed until the report has ended
 * @param report    filled in as far as possible, also after a failure
 * @return an error of ardoq_report_compose(), ardoq_report_write_body(), ardoq_request() or
 *         ardoq_report_interpret().
 */
ardoq_err_t ardoq_report_device(ardoq_client_t *client, const ardoq_identity_t *identity,
                                ardoq_report_t *report);

/** Starts ardoq_report_device() without waiting.
 * @return an error of ardoq_report_compose() or ardoq_report_write_body(), or as
 *         ardoq_request_start(). */
ardoq_err_t ardoq_report_start(ardoq_client_t *client, const ardoq_identity_t *identity,
                               ardoq_report_t *report);

/** Wall clock for ardoq_report_compose(): seconds since 1970, 0 if unknown. */
int64_t ardoq_report_time(void);

/**
 * Prepares a report, so that ardoq_report_write_body() can write it. Pure.
 * @param config        with workspace, component type and list of fields; borrowed
 * @param identity      of the device; borrowed
 * @param unix_seconds  wall clock for the field last_seen; 0: unknown, the field is left out
 * @param[out] report   receives the name
 * @return ARDOQ_OK; ARDOQ_ERR_WORKSPACE_INVALID or ARDOQ_ERR_COMPONENT_TYPE_INVALID when unset;
 *         ARDOQ_ERR_SERIAL_MISSING; ARDOQ_ERR_SERIAL_FIELD_MISSING; ARDOQ_ERR_NAME_TOO_LONG;
 *         an error of ardoq_value_check() for a text of the identity that is in the name.
 */
ardoq_err_t ardoq_report_compose(const ardoq_config_t *config, const ardoq_identity_t *identity,
                                 int64_t unix_seconds, ardoq_report_t *report);

/**
 * Writes the JSON of a report, or the part inside a window. Pure.
 * @param context  an ardoq_report_t after ardoq_report_compose()
 * @param part     0: there is only one
 * @param text     receives it
 * @return ARDOQ_OK; an error of ardoq_value_check() for a text of the identity that is sent;
 *         ARDOQ_ERR_JSON_UTF8 for another text; the error of a full text.
 */
ardoq_err_t ardoq_report_write_body(void *context, uint32_t part, ardoq_text_t *text);

/**
 * Parses the answer to a report into report->outcome and report->component_id. Pure.
 * @param body         of the response
 * @param body_size    of @p body in bytes
 * @param document     for its tokens
 * @param[out] report  receives outcome and id; the rest is unchanged
 * @return ARDOQ_OK, an error of ardoq_json_parse(), or ARDOQ_ERR_REPORT_UNCONFIRMED if the answer
 *         does not name exactly one created or updated component.
 */
ardoq_err_t ardoq_report_interpret(const char *body, size_t body_size,
                                   ardoq_json_document_t *document, ardoq_report_t *report);

/** "created", "updated" or "none"; static text. */
const char *ardoq_report_outcome_name(ardoq_report_outcome_t outcome);

#ifdef __cplusplus
}
#endif

#endif
