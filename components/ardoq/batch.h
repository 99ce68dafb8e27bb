/* Batches: what several devices, or one with its relations, are sent in, and what Ardoq answers.
 * Private to this layer. */
#ifndef ARDOQ_BATCH_H
#define ARDOQ_BATCH_H

#include "ardoq/json_scan.h"
#include "ardoq/report.h"

/* The members of an upsert of a device, up to its custom fields, which are left open: `}}` ends it.
 * between: stands between the name and the custom fields; it begins with the quote of the name. */
void ardoq_batch_write_upsert(ardoq_text_t *text, const ardoq_report_t *report,
                              const char *between);

/* One result of a batch. */
typedef struct {
    bool is_reference;              /* else of a component */
    ardoq_report_outcome_t outcome; /* ARDOQ_REPORT_NONE: it was deleted */
    char id[32];                    /* "" if it cannot be read */
    char serial[128];               /* of a component that was answered whole; "" if there is none,
                                       or one that is longer */
} ardoq_batch_result_t;

/* Takes a result. It must not call the client. Anything but ARDOQ_OK ends the reading with it. */
typedef ardoq_err_t (*ardoq_on_result_t)(void *context, const ardoq_batch_result_t *result);

/* Reads the answer to a batch as it passes, in any order and of any length. */
typedef struct {
    ardoq_json_document_t *document; /* decodes a text; the client's */
    ardoq_on_result_t on_result;
    void *context;
    ardoq_batch_result_t result;
    ardoq_json_scan_t scan;
    char serial_field[ARDOQ_FIELD_TARGET_SIZE];
} ardoq_batch_results_t;

/* Begins an answer. config: lists the custom field of the serial number */
void ardoq_batch_results_init(ardoq_batch_results_t *results, ardoq_json_document_t *document,
                              const ardoq_config_t *config, ardoq_on_result_t on_result,
                              void *context);

/* Reads on: the on_body of a request whose context begins with an ardoq_batch_results_t. */
ardoq_err_t ardoq_batch_results_feed(void *results, const char *data, size_t size);

#endif
