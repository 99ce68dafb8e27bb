/* ardoq_report HOST:PORT CA: reports of one device on a new connection, on one that resumes the TLS
 * session, and on a kept one; then a reporter that has nothing new. In the environment: the same
 * settings, and a folder for the state, empty. */
#include <stdio.h>

#include "ardoq/port.h"
#include "ardoq/reporter.h"
#include "files.h"
#include "region.h"
#include "sample.h"

/* So many that a single wait for the server more or less does not matter. */
enum { REPORTS = 10, PATIENCE_MS = 600000 };

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;
static ardoq_reporter_t reporter;

/* On its own connection. */
static ardoq_err_t report_once(void)
{
    ardoq_err_t err = ardoq_open(&client, &config);
    if (!err) {
        err = ardoq_report_device(&client, &identity, &report);
        ardoq_close(&client);
    }
    return err;
}

/* The first report pays for the connection. */
static ardoq_err_t report_often(void)
{
    ardoq_err_t err = ardoq_open(&client, &config);
    err = err ? err : ardoq_report_device(&client, &identity, &report);
    region_begin();
    for (unsigned i = 0; !err && i < REPORTS; i++) {
        err = ardoq_report_device(&client, &identity, &report);
    }
    region_end("kept");
    ardoq_close(&client);
    return err;
}

static ardoq_err_t run_until_idle(void)
{
    reporter.err = ARDOQ_OK;
    ardoq_wait_t wait = ardoq_reporter_step(&reporter);
    while (!ardoq_reporter_is_idle(&reporter)) {
        ardoq_wait_for(&wait);
        wait = ardoq_reporter_step(&reporter);
    }
    return reporter.err;
}

static ardoq_err_t leave_unchanged(void)
{
    ardoq_err_t err = ardoq_reporter_open(&reporter);
    reporter.ca_pem = config.ca_pem;
#define TEXT(name, key, value) reporter.identity.name = value;
    SAMPLE_FIELDS(TEXT)
#undef TEXT
    ardoq_reporter_now(&reporter);
    err = err ? err : run_until_idle();
    region_begin();
    ardoq_reporter_reload(&reporter);
    err = err ? err : run_until_idle();
    region_end("unchanged");
    ardoq_reporter_close(&reporter);
    return err;
}

static ardoq_err_t report_all(void)
{
    region_begin();
    ardoq_err_t err = report_once();
    region_end("full");
    region_begin();
    err = err ? err : report_once();
    region_end("resumed");
    err = err ? err : report_often();
    return err ? err : leave_unchanged();
}

int main(int argc, char **argv)
{
    size_t size;
    if (argc != 3 || sample_config(&config)) {
        return 2;
    }
    snprintf(config.host, sizeof config.host, "%s", argv[1]);
    config.timeout_ms = PATIENCE_MS;
    config.ca_pem = read_file(argv[2], &size);
    sample_identity(&identity);
    const ardoq_err_t err = report_all();
    printf("%s\n", ardoq_err_name(err));
    return err ? 1 : 0;
}
