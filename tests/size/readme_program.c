/* The README's first program as it was when its size was first told. It is linked to be measured,
 * and never run. */
#include <stdio.h>

#include "ardoq/report.h"

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_report_t report;
static ardoq_identity_t identity;

int main(void)
{
    ardoq_err_t err = ardoq_config_load(&config, NULL);
    if (!err) {
        err = ardoq_open(&client, &config);
    }
    if (!err) {
        err = ardoq_identity_read(&identity, NULL);
    }
    identity.firmware_version = "1.4.0";
    if (!err) {
        err = ardoq_report_device(&client, &identity, &report);
    }
    if (err) {
        fprintf(stderr, "%s: %s\n", ardoq_err_name(err), ardoq_err_hint(err));
    } else {
        printf("%s: %s\n", ardoq_report_outcome_name(report.outcome), report.name);
    }
    ardoq_close(&client);
    ardoq_config_wipe(&config);
    return err ? 1 : 0;
}
