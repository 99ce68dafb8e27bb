/* Deep sleep between two reports, for a device on a battery. */
#ifndef SLEEP_H
#define SLEEP_H

#include <ardoq/reporter.h>

/* Like ardoq_reporter_start_task(), but the device sleeps when the reporter is idle, until the next
 * report is due. */
ardoq_err_t sleep_between_reports(ardoq_reporter_t *reporter, ardoq_on_event_t on_event,
                                  void *context);

#endif
