/* Shared by reports and batches. Private to this layer. */
#ifndef ARDOQ_REPORT_PRIVATE_H
#define ARDOQ_REPORT_PRIVATE_H

#include "ardoq/report.h"

#if ARDOQ_MODEL

/* Writes the members of `customFields`, which always include the serial number. field: memory for
 * one, so that it is on the stack only once */
void ardoq_report_write_custom_fields(ardoq_text_t *json, const ardoq_report_t *report,
                                      ardoq_field_t *field);

/* Whether the text could be an id from Ardoq. */
bool ardoq_report_is_id(const char *text);

#endif

#endif
