/* Deep sleep between two reports, for a device on a battery. */
#ifndef SLEEP_H
#define SLEEP_H

#include <ardoq/reporter.h>

/* As ardoq_reporter_start_task(), but the device sleeps when nothing is under way; its next start
 * is that of the next report. */
ardoq_err_t sleep_between_reports(ardoq_reporter_t *reporter, ardoq_on_event_t on_event,
                                  void *context);

#endif
