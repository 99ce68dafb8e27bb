/**
 * @file
 * What the answer to a batch says of each thing that was sent. Only the calls that keep one in
 * their memory need it: private, but for its size.
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
    bool is_reference;              /**< else of a component */
    ardoq_report_outcome_t outcome; /**< ARDOQ_REPORT_NONE: it was deleted */
    char id[32];                    /**< "" if it cannot be read */
    char serial[128];               /**< of a component that was answered whole; "" if there is
                                         none, or one that is longer */
} ardoq_batch_result_t;

/** Takes a result. It must not call the client. Anything but ARDOQ_OK ends the reading with it. */
typedef ardoq_err_t (*ardoq_on_result_t)(void *context, const ardoq_batch_result_t *result);

/** Reads the answer to a batch as it passes, in any order and of any length. */
typedef struct {
    /** @cond private */
    ardoq_json_document_t *document; /* decodes a text; the client's */
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
