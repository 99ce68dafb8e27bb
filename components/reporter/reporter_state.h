/* What a reporter remembers, in the port's memory. */
#ifndef ARDOQ_REPORTER_STATE_H
#define ARDOQ_REPORTER_STATE_H

#include "ardoq/reporter.h"

/* Reads it; of a state that is missing or no state, zeros. */
ardoq_err_t ardoq_reporter_read_state(ardoq_reporter_t *reporter);

/* Writes it, as it is at schedule.at. */
ardoq_err_t ardoq_reporter_write_state(ardoq_reporter_t *reporter);

#endif
