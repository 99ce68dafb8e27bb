/* The README's first program: a device that reports for ever. It is linked to be measured, and
 * never run. */
#include <stdio.h>

#include "ardoq/reporter.h"

static ardoq_reporter_t reporter;

static void print(void *context, const char *text)
{
    fputs(text, context);
}

static void on_event(void *context, const ardoq_reporter_t *its, ardoq_event_t event)
{
    (void)context;
    if (event == ARDOQ_EVENT_REPORTED) {
        printf("%s: %s\n", ardoq_report_outcome_name(its->report.outcome), its->report.name);
    } else if (event == ARDOQ_EVENT_FAILED) {
        ardoq_reporter_explain(its, its->err, print, stderr);
    }
}

int main(void)
{
    ardoq_reporter_open(&reporter);
    reporter.identity.model = "Pump controller 2";
    ardoq_reporter_run(&reporter, on_event, NULL);
    return 0;
}
