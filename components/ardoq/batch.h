/* Batches, which send several devices, or one with its relations, and Ardoq's answers. Private to
 * this layer. */
#ifndef ARDOQ_BATCH_H
#define ARDOQ_BATCH_H

#include "ardoq/batch_result.h"
#include "ardoq/report.h"

/* The members of a device's upsert up to its name; the body is left open, after a comma. */
void ardoq_batch_write_upsert(ardoq_text_t *text, const ardoq_report_t *report);

/* The member `customFields`, left open after the serial number and others. */
void ardoq_batch_write_custom_fields(ardoq_text_t *text, const ardoq_report_t *report);

/* Prepares for an answer. config: lists the custom field of the serial number */
void ardoq_batch_results_init(ardoq_batch_results_t *results, ardoq_json_document_t *document,
                              const ardoq_config_t *config, ardoq_on_result_t on_result,
                              void *context);

/* The on_body of a request whose context begins with an ardoq_batch_results_t. */
ardoq_err_t ardoq_batch_results_feed(void *context, const char *data, size_t size);

#endif
