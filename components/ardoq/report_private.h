/* What a report shares with the batches of this layer, to which it is private. */
#ifndef ARDOQ_REPORT_PRIVATE_H
#define ARDOQ_REPORT_PRIVATE_H

#include "ardoq/report.h"

#if ARDOQ_MODEL

/* Writes the members of `customFields`, of which the serial number is always one.
 * field: room for one, which a stack has only once so */
void ardoq_report_write_custom_fields(ardoq_text_t *json, const ardoq_report_t *report,
                                      ardoq_field_t *field);

/* Whether it is what Ardoq makes ids of. */
bool ardoq_report_is_id(const char *text);

#endif

#endif
