/* The application, cut down to one report. */
#include <stdio.h>

#include "ardoq/version.h"
#include "pump_report.h"

int main(void)
{
    static pump_report_t report;
    printf("ardoq-device %s\n", ARDOQ_VERSION);
    pump_report(&report, "2.0.1");
    if (report.err) {
        printf("%s: %s\n", ardoq_err_name(report.err), ardoq_err_hint(report.err));
        return 1;
    }
    printf("%s: %s\n", ardoq_report_outcome_name(report.outcome), report.component_id);
    return 0;
}
