/* The smallest program that reports. It is linked to be measured, and never run. */
#include "ardoq/report.h"

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;

int main(void)
{
    ardoq_err_t err = ardoq_config_load(&config, NULL);
    if (!err) {
        err = ardoq_open(&client, &config);
    }
    if (!err) {
        err = ardoq_identity_read(&identity, NULL);
    }
    if (!err) {
        err = ardoq_report_device(&client, &identity, &report);
    }
    ardoq_close(&client);
    return err ? 1 : 0;
}
