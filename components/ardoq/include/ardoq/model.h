/**
 * @file
 * The device in its architecture: additional facts from the program, its parent, and its references
 * to other components. Needs CONFIG_ARDOQ_MODEL.
 *
 * Everything is sent in one batch, which succeeds or fails as a whole. Whatever a report does not
 * mention stays unchanged in Ardoq; references are only deleted by id.
 */
#ifndef ARDOQ_MODEL_H
#define ARDOQ_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ardoq/batch_result.h"
#include "ardoq/report.h"
#include "ardoq/settings.h"
#include "ardoq/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A fact of the program. Borrowed texts, following the rules of ardoq/value.h. */
typedef struct {
    const char *field;       /**< API name of the custom field */
    ardoq_value_type_t type; /**< type of the field */
    const char *value;       /**< null or "": not reported */
} ardoq_fact_t;

/**
 * Updates values that are only known at report time. Called before each report, and when the
 * reporter checks whether anything has changed. @return ARDOQ_OK, or an error that ends the report.
 */
typedef ardoq_err_t (*ardoq_update_facts_t)(void *context);

/** The most references of one type that a report deletes; the next report deletes more. */
#define ARDOQ_STALE_REFERENCES 4

/** Bit of ardoq_model_t.left_out for the parent. */
#define ARDOQ_PARENT_LEFT_OUT  (UINT32_C(1) << ARDOQ_RELATIONS_MAX)

/**
 * What a report contains in addition to the identity. Zero-initialise, then fill; borrowed by each
 * report.
 */
typedef struct {
    const ardoq_fact_t *facts;         /**< may be null */
    size_t fact_count;                 /**< of them */
    ardoq_update_facts_t update_facts; /**< may be null */
    void *context;                     /**< passed to update_facts */
    const char *parent;                /**< like the setting; null: use the setting */
    const char *relations;             /**< like the setting; null: use the setting */
    bool keep_name;                    /**< true overrides the setting */

    /** After a report: bit n for entry n of `relations`, from 0, that was left out because its
     * target is missing; ARDOQ_PARENT_LEFT_OUT for the parent. */
    uint32_t left_out;

    /** @cond private */
    ardoq_report_t *report;
    struct {
        char parent[ARDOQ_FIELDS_SIZE];
        char relations[ARDOQ_FIELDS_SIZE];
    } settings;
    bool is_update;    /* the device exists, so its name can be left out */
    bool is_split;     /* the server does not accept upserts together with other operations */
    uint8_t body;      /* content of the current request */
    bool is_confirmed; /* the answer named the device */
    uint8_t phase;
    uint8_t entry;       /* current entry of the relations */
    uint8_t count;       /* number of results of the current lookup */
    uint8_t stale;       /* references to delete */
    bool is_changed;     /* something was left out after the batch was rejected */
    ardoq_err_t refusal; /* error of the batch, while its cause is searched for */
    int status;          /* of that response */
    char message[ARDOQ_MESSAGE_SIZE];
    char stale_ids[ARDOQ_STALE_REFERENCES][ARDOQ_ID_SIZE + 1];
    char device_id[ARDOQ_ID_SIZE + 1];
    char target_id[ARDOQ_ID_SIZE + 1];
    char element_id[ARDOQ_ID_SIZE + 1];
    char element_target[ARDOQ_ID_SIZE + 1];
    char path[sizeof "/api/v2/components/" + ARDOQ_ID_SIZE];
    char workspace[ARDOQ_ID_SIZE + 1];
    char field[sizeof "customFields." + ARDOQ_FIELD_TARGET_SIZE];
    char value[ARDOQ_TARGET_VALUE_SIZE];
    ardoq_decimal_t type;
    ardoq_query_t query[2];
    ardoq_batch_results_t results; /* its scan is also used for lookups */
    /** @endcond */
} ardoq_model_t;

/**
 * Reports the device together with the model.
 *
 * The same as ardoq_report_device() if the model is empty. Normally one request. A `!` in the
 * relations adds three before it, to look up the device, the target, and the references. With
 * keep_name the first report takes two. If the report is rejected, each target is looked up, to
 * name the missing one.
 * @param client    opened client
 * @param identity  of the device, borrowed until the report has ended
 * @param model     borrowed too; its private part is the memory of this call
 * @param report    filled in as far as possible, also after a failure
 * @return an error of ardoq_report_compose(), ardoq_request(), ardoq_port_store_each() or
 *         update_facts; ARDOQ_ERR_VALUE_TYPE; ARDOQ_ERR_RELATION_INVALID; ARDOQ_ERR_TARGET_MISSING
 *         or ARDOQ_ERR_TARGET_AMBIGUOUS, with the target in the response's message;
 *         ARDOQ_ERR_SERIAL_AMBIGUOUS; ARDOQ_ERR_REPORT_UNCONFIRMED if the answer does not name the
 *         device.
 */
ardoq_err_t ardoq_model_report(ardoq_client_t *client, const ardoq_identity_t *identity,
                               ardoq_model_t *model, ardoq_report_t *report);

/** Starts ardoq_model_report() without waiting. @return as ardoq_request_start(). */
ardoq_err_t ardoq_model_start(ardoq_client_t *client, const ardoq_identity_t *identity,
                              ardoq_model_t *model, ardoq_report_t *report);

/**
 * Prepares a batch, so that ardoq_model_write_body() can write it: reads the settings of the model
 * and calls update_facts.
 * @param model         its members override the settings
 * @param report        after ardoq_report_compose(), borrowed
 * @param[out] setting  the setting that an error is about, or null
 * @return ARDOQ_OK; an error of ardoq_port_store_each() or update_facts;
 * ARDOQ_ERR_RELATION_INVALID; ARDOQ_ERR_SETTING_INVALID; ARDOQ_ERR_SETTING_TOO_LONG.
 */
ardoq_err_t ardoq_model_compose(ardoq_model_t *model, ardoq_report_t *report, const char **setting);

/**
 * Writes the JSON of the batch, or the part inside a window. Pure.
 * @param context  an ardoq_model_t after ardoq_model_compose()
 * @param part     0: there is only one
 * @param text     receives it
 * @return as ardoq_report_write_body(), or ARDOQ_ERR_VALUE_TYPE.
 */
ardoq_err_t ardoq_model_write_body(void *context, uint32_t part, ardoq_text_t *text);

#ifdef __cplusplus
}
#endif

#endif
