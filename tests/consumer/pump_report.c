#include "pump_report.h"

#include <string.h>

#include "ardoq/port.h"

/* Several KB in all, so static. One task reports. */
static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t device_report;

static ardoq_err_t send_report(const char *firmware_version)
{
    ardoq_err_t err = ardoq_load_config(&client, &config);
    if (!err)
        err = ardoq_open(&client, &config);
    if (!err)
        err = ardoq_identity_read(&identity, NULL);
    identity.model = "Pump controller 2";
    identity.firmware_version = firmware_version;
    if (!err)
        err = ardoq_report_device(&client, &identity, &device_report);
    return err;
}

/* Without chance in it, pumps that failed together would come back together. */
static uint32_t pause_after(ardoq_err_t err, uint32_t failures)
{
    uint32_t random = 0;
    (void)ardoq_port_random(&random, sizeof random);
    return ardoq_retry_delay(err, &device_report.response, failures, random);
}

void pump_report(pump_report_t *report, const char *firmware_version)
{
    memset(&device_report, 0, sizeof device_report);
    report->err = send_report(firmware_version);
    report->setting = ardoq_detail(&client)->setting;
    report->outcome = device_report.outcome;
    memcpy(report->component_id, device_report.component_id, sizeof report->component_id);
    report->again_after_s = pause_after(report->err, report->failures_so_far);
    report->failures_so_far = report->err ? report->failures_so_far + 1 : 0;
    ardoq_close(&client);
    ardoq_config_wipe(&config);
}
