/* The saved state of a reporter. */
#ifndef ARDOQ_REPORTER_STATE_H
#define ARDOQ_REPORTER_STATE_H

#include "ardoq/reporter.h"

/* Reads the state; zeros if it is missing or invalid. */
ardoq_err_t ardoq_reporter_read_state(ardoq_reporter_t *reporter);

/* Writes the state as of schedule.at. */
ardoq_err_t ardoq_reporter_write_state(ardoq_reporter_t *reporter);

#endif
