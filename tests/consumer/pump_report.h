/* The part of the application that reports to Ardoq, and knows nothing of the platform: it is
 * linked with the real one in the product, and with a fake one in its test. */
#ifndef PUMP_REPORT_H
#define PUMP_REPORT_H

#include <stdint.h>

#include "ardoq/report.h"

typedef struct {
    ardoq_err_t err;
    const char *setting;      /* that the error is about; null if none */
    uint32_t again_after_s;   /* after a failure: pause before the next report */
    uint32_t failures_so_far; /* in a row; kept from one report to the next */
    ardoq_report_outcome_t outcome;
    char component_id[32];
} pump_report_t;

/* Reports this pump to Ardoq. `report` holds the result of the last time; it starts zeroed. */
void pump_report(pump_report_t *report, const char *firmware_version);

#endif
