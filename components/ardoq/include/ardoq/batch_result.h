/**
 * @file
 * Results in the answer to a batch. Private, except for the size of the struct, which some calls
 * contain.
 */
#ifndef ARDOQ_BATCH_RESULT_H
#define ARDOQ_BATCH_RESULT_H

#include <stdbool.h>

#include "ardoq/json_scan.h"
#include "ardoq/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One result of a batch. */
typedef struct {
    bool is_reference;              /**< otherwise of a component */
    ardoq_report_outcome_t outcome; /**< ARDOQ_REPORT_NONE: it was deleted */
    char id[32];                    /**< "" if it cannot be read */
    char serial[128];               /**< of a component that was returned in full; "" if missing or
                                         too long */
} ardoq_batch_result_t;

/**
 * Called with a result. Must not call the client. Anything other than ARDOQ_OK stops reading with
 * that error.
 */
typedef ardoq_err_t (*ardoq_on_result_t)(void *context, const ardoq_batch_result_t *result);

/** Reads the answer to a batch as it arrives, in any order and of any length. */
typedef struct {
    /** @cond private */
    ardoq_json_document_t *document; /* to decode a text; the client's */
    ardoq_on_result_t on_result;
    void *context;
    ardoq_batch_result_t result;
    ardoq_json_scan_t scan;
    char serial_field[ARDOQ_FIELD_TARGET_SIZE];
    /** @endcond */
} ardoq_batch_results_t;

#ifdef __cplusplus
}
#endif

#endif
